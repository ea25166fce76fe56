"""All-reduce and all-to-all among the GPUs of one host, at the sizes of decode and prefill. One process a GPU."""

import json
import os
import statistics
import sys

import torch
import torch.distributed as dist
import torch.multiprocessing as mp

HIDDEN = 7168
TOKENS = (1, 8, 32, 128, 512, 2048, 8192, 32_768)


def timed(call, rounds: int) -> float:
    """Median seconds of one call, of a graph with `rounds` of them."""
    call()
    torch.cuda.synchronize()
    dist.barrier()
    stream = torch.cuda.Stream()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.stream(stream):
        call()
        torch.cuda.synchronize()
        with torch.cuda.graph(graph, stream=stream):
            for _ in range(rounds):
                call()
    torch.cuda.synchronize()
    spans = []
    for _ in range(12):
        dist.barrier()
        torch.cuda.synchronize()
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        graph.replay()
        end.record()
        torch.cuda.synchronize()
        spans.append(start.elapsed_time(end) / 1e3 / rounds)
    return statistics.median(spans[2:])


def symmetric(tokens: int, group) -> dict:
    """All-reduces through memory that the other GPUs read directly: what engines use for small messages."""
    import torch.distributed._symmetric_memory as memory

    buffer = memory.empty(tokens * HIDDEN, dtype=torch.bfloat16, device="cuda")
    memory.rendezvous(buffer, group.group_name)
    buffer.normal_()
    # The result of a one-shot goes to a tensor of its own; a two-shot works in place.
    return {
        "one-shot": lambda: torch.ops.symm_mem.one_shot_all_reduce(buffer, "sum", group.group_name),
        "two-shot": lambda: torch.ops.symm_mem.two_shot_all_reduce_(buffer, "sum", group.group_name),
    }


def work(rank: int, world: int, path: str) -> None:
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29541")
    torch.cuda.set_device(rank)
    dist.init_process_group("nccl", rank=rank, world_size=world, device_id=torch.device("cuda", rank))
    group = dist.group.WORLD
    pieces = []

    def note(piece: str, way: str, tokens: int, bytes_: int, call) -> None:
        try:
            span = timed(call, 20 if bytes_ < 2**24 else 4)
        except Exception as reason:
            if rank == 0:
                print(f"{piece} {way} of {tokens} tokens: {str(reason)[:200]}", flush=True)
            return
        pieces.append({"piece": piece, "kernel": way, "ranks": world, "tokens": tokens, "bytes": bytes_, "seconds": span})

    for tokens in TOKENS:
        bytes_ = tokens * HIDDEN * 2
        x = torch.randn((tokens, HIDDEN), dtype=torch.bfloat16, device="cuda") * 1e-3
        note("all-reduce", "NCCL", tokens, bytes_, lambda: dist.all_reduce(x))
        if tokens <= 2048:
            try:
                ways = symmetric(tokens, group)
            except Exception as reason:
                ways = {}
                print(f"symmetric memory: {str(reason)[:200]}", flush=True)
            for way, call in ways.items():
                if way == "two-shot" or tokens <= 512:
                    note("all-reduce", way, tokens, bytes_, call)
        if tokens % world == 0:
            y = torch.empty_like(x)
            note("all-to-all", "NCCL", tokens, bytes_, lambda: dist.all_to_all_single(y, x))
    if rank == 0:
        with open(path, "w", encoding="utf-8") as out:
            json.dump(pieces, out)
    dist.destroy_process_group()


if __name__ == "__main__":
    gpus = torch.cuda.device_count()
    mp.spawn(work, args=(gpus, sys.argv[1]), nprocs=gpus)
