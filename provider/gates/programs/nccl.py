"""All-reduce over all GPUs of the host, or of several hosts: time, bus bandwidth, and whether the sum is right."""

import datetime
import socket

import torch.distributed as dist


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


count = torch.cuda.device_count()
hosts = int(settings["hosts"])
rendezvous = os.environ.get("RENDEZVOUS") or "127.0.0.1:%d" % free_port()


def nccl(gpu):
    ranks, rank = hosts * count, int(settings["host"]) * count + gpu
    dist.init_process_group(
        "nccl",
        init_method="tcp://" + rendezvous,
        world_size=ranks,
        rank=rank,
        timeout=datetime.timedelta(seconds=settings["seconds"]),
        device_id=torch.device("cuda", gpu),
    )
    for size in settings["bytes"]:
        buffer = torch.full((size // 4,), float(rank + 1), device="cuda")
        dist.all_reduce(buffer)
        right = bool((buffer == ranks * (ranks + 1) / 2).all())
        buffer.uniform_()
        seconds = median_seconds(lambda: dist.all_reduce(buffer), inner=5 if size >= 2**30 else 20)
        if rank == 0 or not right:
            bus = size / seconds * 2 * (ranks - 1) / ranks / 1e9
            say(bytes=size, ranks=ranks, rank=rank, microseconds=seconds * 1e6, busGBps=bus, right=right)
        del buffer
    dist.destroy_process_group()


if count * hosts > 1:
    say(nccl=".".join(str(part) for part in torch.cuda.nccl.version()))
    on_every_gpu(nccl, limit_seconds=settings["seconds"])
else:
    say(alone=True)
