"""The kernels that engines use, where their packages are installed, and PyTorch's own where they are not."""

import torch
import triton
import triton.language as tl

FP8 = torch.float8_e4m3fn
BLOCK = 128


def _load(name):
    try:
        return __import__(name)
    except Exception as reason:  # An extension that was built for another PyTorch fails in many ways.
        print(f"{name} is not used: {str(reason).splitlines()[0] if str(reason) else reason!r}", flush=True)
        return None


deep_gemm = _load("deep_gemm")
flash_mla = _load("flash_mla")
if flash_mla is None:
    try:
        from sgl_kernel import flash_mla
    except Exception as reason:
        print(f"sgl_kernel.flash_mla is not used: {reason!r}"[:300], flush=True)


def names() -> dict:
    """What was used, for the record."""
    return {
        "product": "DeepGEMM, FP8 in blocks of 128" if deep_gemm else "torch._scaled_mm, FP8 by rows",
        "attentionDecode": "FlashMLA" if flash_mla else "PyTorch, two products and a softmax",
        "attentionPrefill": "PyTorch scaled_dot_product_attention",
    }


@triton.jit
def _quantise(x, out, scale, columns, x_stride, scale_stride, gated: tl.constexpr, block: tl.constexpr):
    row = tl.program_id(0).to(tl.int64)
    group = tl.program_id(1)
    at = group * block + tl.arange(0, block)
    value = tl.load(x + row * x_stride + at).to(tl.float32)
    if gated:
        up = tl.load(x + row * x_stride + columns + at).to(tl.float32)
        value = value * tl.sigmoid(value) * up
    step = tl.maximum(tl.max(tl.abs(value)), 1e-4) / 448.0
    tl.store(out + row * columns + at, (value / step).to(out.dtype.element_ty))
    tl.store(scale + group * scale_stride + row, step)


@triton.jit
def _quantise_masked(x, out, scale, masked, rows, columns, groups, step_rows, block: tl.constexpr):
    expert = tl.program_id(0).to(tl.int64)
    group = tl.program_id(1)
    at = group * block + tl.arange(0, block)
    for row in range(tl.program_id(2), tl.load(masked + expert), step_rows):
        start = (expert * rows + row) * columns * 2
        gate = tl.load(x + start + at).to(tl.float32)
        up = tl.load(x + start + columns + at).to(tl.float32)
        value = gate * tl.sigmoid(gate) * up
        step = tl.maximum(tl.max(tl.abs(value)), 1e-4) / 448.0
        tl.store(out + (expert * rows + row) * columns + at, (value / step).to(out.dtype.element_ty))
        tl.store(scale + (expert * groups + group) * rows + row, step)


class Quantised:
    """Activations in FP8 with a scale a token and 128 columns, as the products want them: scales lie by columns."""

    def __init__(self, tokens: int, columns: int):
        self.values = torch.empty((tokens, columns), dtype=FP8, device="cuda")
        aligned = -(-tokens // 4) * 4
        self.scales = torch.empty((columns // BLOCK, aligned), device="cuda").t()[:tokens]

    def take(self, x: torch.Tensor, gated: bool = False) -> "Quantised":
        """One kernel; with `gated` the activation function between gate and up is in it."""
        tokens, columns = self.values.shape
        grid = (tokens, columns // BLOCK)
        _quantise[grid](x, self.values, self.scales, columns, x.stride(0), self.scales.stride(1), gated, BLOCK)
        return self


def quantise_masked(x, out, scales, masked):
    """The gated activation and FP8 of experts' rows that are in use. `x` is [experts, rows, 2 × columns]."""
    experts, rows, columns = out.shape
    groups = columns // BLOCK
    # As many programs as fill the GPU a few times over; each takes every so many rows of one expert.
    step = max(1, min(rows, 4096 // (experts * groups)))
    _quantise_masked[(experts, groups, step)](
        x, out, scales, masked, rows, columns, groups, step, BLOCK, num_warps=1
    )


def weights(outs: int, ins: int, experts: int = 0):
    """Random weights in FP8 with a scale a block of 128 × 128."""
    lead = (experts,) if experts else ()
    raw = torch.empty((*lead, outs, ins), dtype=torch.bfloat16, device="cuda")
    for one in raw if experts else (raw,):
        one.normal_(std=0.5)
    values = raw.to(FP8)
    del raw
    scales = torch.rand((*lead, -(-outs // BLOCK), -(-ins // BLOCK)), device="cuda") * 0.01 + 0.001
    return values, scales


def multiply(x: Quantised, weight, out: torch.Tensor) -> torch.Tensor:
    """out = x · weightᵀ, one kernel."""
    if deep_gemm:
        deep_gemm.fp8_gemm_nt((x.values, x.scales), weight, out)
        return out
    ones = torch.ones((x.values.shape[0], 1), device="cuda")
    columns = torch.ones((1, weight[0].shape[0]), device="cuda")
    return torch._scaled_mm(x.values, weight[0].t(), ones, columns, out_dtype=torch.bfloat16)


def check_product() -> float:
    """Relative error of the product against 64-bit arithmetic on the same numbers."""
    tokens, ins, outs = 96, 512, 256
    x = Quantised(tokens, ins).take(torch.randn((tokens, ins), dtype=torch.bfloat16, device="cuda"))
    weight = weights(outs, ins)
    got = multiply(x, weight, torch.full((tokens, outs), float("nan"), dtype=torch.bfloat16, device="cuda")).double()
    if deep_gemm is None:
        want = x.values.double() @ weight[0].double().t()
    else:
        widen = lambda s: s.double().repeat_interleave(BLOCK, -1)
        want = (x.values.double() * widen(x.scales)) @ (
            weight[0].double() * widen(weight[1]).repeat_interleave(BLOCK, 0)
        ).t()
    return ((got - want).norm() / want.norm()).item()
