"""Time of kernels as an engine pays it: captured in a graph, replayed, over inputs that the L2 cache does not hold."""

import statistics

import torch

# More than the L2 cache of any GPU of today: buffers are taken in turn until this much lies between two uses of one.
ROTATE_BYTES = 192 * 2**20
CALLS_PER_GRAPH = 8
REPLAYS = 12


def copies(bytes_each: int, most: int = 64) -> int:
    """How many sets of inputs are needed so that none is found in the cache."""
    return max(1, min(most, -(-ROTATE_BYTES // max(1, bytes_each))))


def seconds(calls) -> float:
    """Median seconds of one call, over replays of a graph that makes each of them in turn."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for call in calls[:2]:
            call()
            call()
    torch.cuda.current_stream().wait_stream(stream)
    torch.cuda.synchronize()
    rounds = max(1, -(-CALLS_PER_GRAPH // len(calls)))
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        for _ in range(rounds):
            for call in calls:
                call()
    for _ in range(3):
        graph.replay()
    marks = [torch.cuda.Event(enable_timing=True) for _ in range(REPLAYS + 1)]
    marks[0].record()
    for mark in marks[1:]:
        graph.replay()
        mark.record()
    torch.cuda.synchronize()
    spans = [a.elapsed_time(b) for a, b in zip(marks, marks[1:])]
    return statistics.median(spans) / 1e3 / (rounds * len(calls))
