"""DeepSeek-V3's feed-forward parts at their own dimensions: mixtures of experts, dense layers, and the vocabulary."""

import torch
import torch.nn.functional as F

from kernels import BLOCK, FP8, Quantised, deep_gemm, multiply, quantise_masked, weights
from timing import copies, seconds

HIDDEN, EXPERT, DENSE, EXPERTS, CHOSEN, VOCABULARY = 7168, 2048, 18432, 256, 8, 129_280
BF16 = torch.bfloat16


def gated(tokens: int, inner: int) -> dict:
    """A gated feed-forward part in FP8: quantise, product, activation and quantise, product."""
    many = copies(3 * HIDDEN * inner, 16)
    x = torch.randn((tokens, HIDDEN), dtype=BF16, device="cuda")
    x8, inner8 = Quantised(tokens, HIDDEN), Quantised(tokens, inner)
    up = torch.empty((tokens, 2 * inner), dtype=BF16, device="cuda")
    out = torch.empty((tokens, HIDDEN), dtype=BF16, device="cuda")
    sets = [(weights(2 * inner, HIDDEN), weights(HIDDEN, inner)) for _ in range(many)]

    def call(first, second) -> None:
        multiply(x8.take(x), first, up)
        multiply(inner8.take(up, gated=True), second, out)

    return {"seconds": seconds([lambda s=s: call(*s) for s in sets]), "kernels": 4}


def head(tokens: int, tensor_parallel: int) -> dict:
    """The vocabulary in 16 bits."""
    columns = VOCABULARY // tensor_parallel
    x = torch.randn((tokens, HIDDEN), dtype=BF16, device="cuda")
    sets = [
        torch.randn((columns, HIDDEN), dtype=BF16, device="cuda") for _ in range(copies(2 * HIDDEN * columns, 4))
    ]
    return {"seconds": seconds([lambda w=w: F.linear(x, w) for w in sets]), "kernels": 1}


def routing(tokens: int, experts: int) -> torch.Tensor:
    """Tokens of each of the first `experts` experts, when each token chooses 8 of 256 evenly."""
    chosen = torch.rand((tokens, EXPERTS), device="cuda").topk(CHOSEN, -1).indices
    return torch.bincount(chosen.flatten(), minlength=EXPERTS)[:experts].to(torch.int32)


class Experts:
    """The routed experts of one rank: whole ones with expert parallel, slices of all without."""

    def __init__(self, ranks: int, expert_parallel: bool):
        self.experts = EXPERTS // ranks if expert_parallel else EXPERTS
        self.inner = EXPERT if expert_parallel else EXPERT // ranks
        self.first = weights(2 * self.inner, HIDDEN, self.experts)
        self.second = weights(HIDDEN, self.inner, self.experts)


def routed(tokens: int, experts: Experts, rows: torch.Tensor) -> dict:
    """Routed experts of one rank for a step of `tokens` tokens of all ranks: product, activation, product."""
    most = -(-int(rows.max().item()) // 64) * 64
    many = experts.experts
    x = torch.randn((many, most, HIDDEN), device="cuda").to(FP8)
    scales = torch.rand((many, HIDDEN // BLOCK, most), device="cuda").transpose(1, 2)
    up = torch.empty((many, most, 2 * experts.inner), dtype=BF16, device="cuda")
    inner = torch.empty((many, most, experts.inner), dtype=FP8, device="cuda")
    inner_scales = torch.empty((many, experts.inner // BLOCK, most), device="cuda")
    out = torch.empty((many, most, HIDDEN), dtype=BF16, device="cuda")
    expected = max(1, tokens * CHOSEN // EXPERTS)

    def call() -> None:
        deep_gemm.fp8_m_grouped_gemm_nt_masked((x, scales), experts.first, up, rows, expected)
        quantise_masked(up, inner, inner_scales, rows)
        deep_gemm.fp8_m_grouped_gemm_nt_masked(
            (inner, inner_scales.transpose(1, 2)), experts.second, out, rows, expected
        )

    return {
        "seconds": seconds([call]),
        "kernels": 3,
        "distinct": int((rows > 0).sum().item()),
        "assignments": int(rows.sum().item()),
    }


def routed_prefill(tokens: int, experts: Experts) -> dict:
    """The same for a prefill pass: rows of all experts one after another, each expert's padded to 128."""
    rows = routing(tokens, experts.experts)
    padded = ((rows + 127) // 128 * 128).tolist()
    total = sum(padded)
    owner = torch.full((total,), -1, dtype=torch.int32, device="cuda")
    start = 0
    for expert, (count, space) in enumerate(zip(rows.tolist(), padded)):
        owner[start : start + count] = expert
        start += space
    x = Quantised(total, HIDDEN).take(torch.randn((total, HIDDEN), dtype=BF16, device="cuda"))
    inner = Quantised(total, experts.inner)
    up = torch.empty((total, 2 * experts.inner), dtype=BF16, device="cuda")
    out = torch.empty((total, HIDDEN), dtype=BF16, device="cuda")

    def call() -> None:
        deep_gemm.m_grouped_fp8_gemm_nt_contiguous((x.values, x.scales), experts.first, up, owner)
        inner.take(up, gated=True)
        deep_gemm.m_grouped_fp8_gemm_nt_contiguous((inner.values, inner.scales), experts.second, out, owner)

    return {
        "seconds": seconds([call]),
        "kernels": 3,
        "distinct": int((rows > 0).sum().item()),
        "assignments": int(rows.sum().item()),
    }


def mixture(tokens: int, ranks: int, expert_parallel: bool, experts: Experts) -> dict:
    """
    A whole mixture of one rank: norm, router, choice, shared expert, routed experts, weighted sum. With expert parallel
    the rank has `tokens` / `ranks` tokens of its own, and its experts work for those of all ranks.
    """
    own = max(1, tokens // ranks) if expert_parallel else tokens
    rows = routing(tokens, experts.experts)
    most = -(-int(rows.max().item()) // 64) * 64
    places = torch.cat([torch.arange(n, device="cuda") + e * most for e, n in enumerate(rows.tolist())])
    owners = torch.randint(0, own, (places.numel(),), device="cuda")
    shared_inner = EXPERT if expert_parallel else EXPERT // ranks
    shared = (weights(2 * shared_inner, HIDDEN), weights(HIDDEN, shared_inner))
    router = torch.randn((HIDDEN, EXPERTS), dtype=BF16, device="cuda")
    norm = torch.ones(HIDDEN, dtype=BF16, device="cuda")
    x = torch.randn((own, HIDDEN), dtype=BF16, device="cuda")
    x8, inner8 = Quantised(own, HIDDEN), Quantised(own, shared_inner)
    shared_up = torch.empty((own, 2 * shared_inner), dtype=BF16, device="cuda")
    shared_out = torch.empty((own, HIDDEN), dtype=BF16, device="cuda")
    many = experts.experts
    slots = torch.zeros((many * most, HIDDEN), dtype=torch.uint8, device="cuda")
    scales = torch.rand((many, HIDDEN // BLOCK, most), device="cuda").transpose(1, 2)
    up = torch.empty((many, most, 2 * experts.inner), dtype=BF16, device="cuda")
    inner = torch.empty((many, most, experts.inner), dtype=FP8, device="cuda")
    inner_scales = torch.empty((many, experts.inner // BLOCK, most), device="cuda")
    out = torch.empty((many, most, HIDDEN), dtype=BF16, device="cuda")
    expected = max(1, tokens * CHOSEN // EXPERTS)

    def call() -> None:
        normed = F.rms_norm(x, (HIDDEN,), norm)
        torch.mm(normed, router).sigmoid().topk(CHOSEN, -1)
        x8.take(normed)
        slots.index_copy_(0, places, x8.values.view(torch.uint8).index_select(0, owners))
        dispatched = slots.view(FP8).view(many, most, HIDDEN)
        deep_gemm.fp8_m_grouped_gemm_nt_masked((dispatched, scales), experts.first, up, rows, expected)
        quantise_masked(up, inner, inner_scales, rows)
        deep_gemm.fp8_m_grouped_gemm_nt_masked(
            (inner, inner_scales.transpose(1, 2)), experts.second, out, rows, expected
        )
        multiply(x8, shared[0], shared_up)
        multiply(inner8.take(shared_up, gated=True), shared[1], shared_out)
        shared_out.index_add_(0, owners, out.view(-1, HIDDEN).index_select(0, places))

    return {
        "seconds": seconds([call]),
        "kernels": 14,
        "distinct": int((rows > 0).sum().item()),
        "assignments": int(rows.sum().item()),
    }
