"""Copies between pinned main memory and each GPU, one GPU after the other, from the CPUs nearest to it."""


def h2d(gpu):
    node = near_cpus(gpu)
    size = int(settings["mib"] * 2**20)
    # Written here, so that the pages are on this NUMA node.
    host = torch.ones(size, dtype=torch.uint8).pin_memory()
    device = torch.empty(size, dtype=torch.uint8, device="cuda")
    there = median_seconds(lambda: device.copy_(host, non_blocking=True), inner=4)
    back = median_seconds(lambda: host.copy_(device, non_blocking=True), inner=4)
    say(gpu=gpu, numa=node, h2dGBps=size / there / 1e9, d2hGBps=size / back / 1e9)


on_every_gpu(h2d, together=False)
