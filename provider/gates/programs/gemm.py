"""Square matrix products on random numbers, on all GPUs at the same time.

Bursts show what the chip can do before its power limit slows it down; then one product is repeated for some seconds,
which shows what power and cooling leave of it, and how warm it gets.
"""


def fp8_type():
    """The chip's own FP8 format; None where it has none."""
    if torch.version.hip is not None:
        name = torch.cuda.get_device_properties(0).gcnArchName
        return torch.float8_e4m3fnuz if name.startswith("gfx94") else torch.float8_e4m3fn
    return torch.float8_e4m3fn if torch.cuda.get_device_capability() >= (8, 9) else None


def burst(work, size):
    """TFLOP/s of bursts of about 15 ms."""
    operations = 2 * size**3
    seconds = median_seconds(work, inner=max(4, int(1.2e13 / operations)), rest_seconds=0.3)
    return operations / seconds / 1e12


def sustained(work, size, seconds):
    """TFLOP/s of the second half of `seconds` of work."""
    inner = max(4, int(6e13 / (2 * size**3)))
    until = time.monotonic() + seconds
    taken = []
    while time.monotonic() < until:
        taken.append(median_seconds(work, inner=inner, repeats=1, warm_up=0))
    half = taken[len(taken) // 2 :]
    return 2 * size**3 * len(half) / sum(half) / 1e12


def gemm(gpu):
    eight = fp8_type()
    for size in settings["sizes"]:
        left = torch.randn(size, size, dtype=torch.bfloat16, device="cuda")
        right = torch.randn(size, size, dtype=torch.bfloat16, device="cuda")
        product = torch.empty_like(left)

        def plain():
            torch.matmul(left, right, out=product)

        say(gpu=gpu, size=size, format="bf16", tflops=burst(plain, size))
        if eight is not None:
            one = torch.ones((), dtype=torch.float32, device="cuda")
            left8, right8 = left.to(eight), right.to(eight).t()

            def scaled():
                torch._scaled_mm(
                    left8, right8, scale_a=one, scale_b=one, out_dtype=torch.bfloat16, use_fast_accum=True
                )

            say(gpu=gpu, size=size, format="fp8", tflops=burst(scaled, size))
        if size == settings["sizes"][-1]:
            say(gpu=gpu, size=size, format="bf16", sustainedTflops=sustained(plain, size, settings["seconds"]))


on_every_gpu(gemm, sampling=True)
