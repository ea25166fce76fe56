"""Memory bandwidth of each GPU: a sum reads, a copy reads and writes. All GPUs at the same time."""


def hbm(gpu):
    size = int(settings["gib"] * 2**30)
    source = torch.rand(size // 4, dtype=torch.float32, device="cuda")
    target = torch.empty_like(source)
    read = median_seconds(lambda: torch.sum(source), inner=10)
    copy = median_seconds(lambda: target.copy_(source), inner=10)
    same = bool(torch.equal(source, target))
    say(gpu=gpu, readTBps=size / read / 1e12, copyTBps=2 * size / copy / 1e12, same=same)


on_every_gpu(hbm)
