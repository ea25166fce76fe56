"""Keeps the PCIe links of all GPUs busy for a few seconds, so that they say what they can: idle links slow down."""


def link(gpu):
    near_cpus(gpu)
    host = torch.ones(256 * 2**20, dtype=torch.uint8).pin_memory()
    device = torch.empty_like(host, device="cuda")
    until = time.monotonic() + settings["seconds"]
    while time.monotonic() < until:
        device.copy_(host, non_blocking=True)
        torch.cuda.synchronize()


on_every_gpu(link, sampling=True, limit_seconds=60)
