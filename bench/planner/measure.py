"""
Measures pieces of DeepSeek-V3 on the GPUs of this machine, and writes one JSON: python3 measure.py OUT.json

Uses DeepGEMM and FlashMLA where they are installed, otherwise PyTorch alone. With several GPUs, all-reduce and
all-to-all are measured among all of them; the other pieces are of one GPU. It takes about five minutes.
"""

import datetime
import json
import os
import subprocess
import sys
import tempfile
import time

import torch

import attention
import feed_forward
import kernels
from timing import seconds

PARTS = {"limits", "attention", "feed-forward", "collectives"}


def limits() -> dict:
    """What one GPU reaches in long kernels."""
    big = torch.empty(4 * 2**30 // 4, device="cuda").normal_()
    read = big.numel() * 4 / seconds([lambda: torch.sum(big)])
    square = lambda n: torch.randn((n, n), dtype=torch.bfloat16, device="cuda")
    a, b = square(8192), square(8192)
    bf16 = 2 * 8192**3 / seconds([lambda: torch.mm(a, b)])
    x = kernels.Quantised(8192, 8192).take(a)
    weight, out = kernels.weights(8192, 8192), torch.empty_like(a)
    fp8 = 2 * 8192**3 / seconds([lambda: kernels.multiply(x, weight, out)])
    small = torch.zeros(7168, device="cuda")
    return {
        "readTBps": read / 1e12,
        "bf16Tflops": bf16 / 1e12,
        "fp8Tflops": fp8 / 1e12,
        "bf16SustainedTflops": 2 * 8192**3 / sustained(lambda: torch.mm(a, b)) / 1e12,
        "fp8SustainedTflops": 2 * 8192**3 / sustained(lambda: kernels.multiply(x, weight, out)) / 1e12,
        "smallKernelSeconds": seconds([lambda: small.add_(1)] * 64),
    }


def sustained(call) -> float:
    """Seconds of a call when it has been repeated for three seconds, and the power limit holds."""
    end = time.monotonic() + 3
    while time.monotonic() < end:
        for _ in range(50):
            call()
        torch.cuda.synchronize()
    return seconds([call] * 50)


class Record:
    """The pieces so far; one that fails is told and left out."""

    def __init__(self):
        self.pieces = []

    def note(self, piece: str, kernel: str, measure, *arguments, **parameters) -> None:
        began = time.monotonic()
        try:
            found = measure(*arguments)
        except Exception as reason:
            print(f"{piece} {parameters}: {type(reason).__name__}: {str(reason)[:300]}", flush=True)
            return
        finally:
            torch.cuda.empty_cache()
        self.pieces.append({"piece": piece, "kernel": kernel, **parameters, **found})
        took = time.monotonic() - began
        print(f"{piece} {parameters}: {found['seconds'] * 1e6:.1f} us ({took:.1f} s)", flush=True)


def measure_attention(record: Record, used: dict) -> None:
    for tp in (1, 8):
        for sequences, context in ((1, 4096), (8, 4096), (32, 4096), (128, 1024), (128, 4096), (32, 16_384)):
            at = {"sequences": sequences, "context": context, "tensorParallel": tp}
            record.note("attention-decode-core", used["attentionDecode"], attention.core, sequences, context, tp, **at)
            record.note("attention-decode", used["attentionDecode"], attention.decode, sequences, context, tp, **at)
        for tokens in (2048, 8192):
            at = {"tokens": tokens, "tensorParallel": tp}
            record.note("attention-prefill-core", used["attentionPrefill"], attention.prefill_core, tokens, tp, **at)
            record.note("attention-prefill", used["attentionPrefill"], attention.prefill, tokens, tp, **at)


def measure_feed_forward(record: Record, used: dict) -> None:
    for tp in (1, 8):
        for tokens in (1, 32, 128, 4096):
            at = {"tokens": tokens, "tensorParallel": tp}
            record.note("dense", used["product"], feed_forward.gated, tokens, feed_forward.DENSE // tp, **at)
            if tokens < 4096:
                record.note("head", "cuBLAS, BF16", feed_forward.head, tokens, tp, **at)
    if kernels.deep_gemm is None:
        print("experts are left out: they need DeepGEMM", flush=True)
        return
    for expert_parallel, batches in ((True, (8, 64, 256, 1024, 4096)), (False, (1, 8, 32, 128, 512))):
        experts = feed_forward.Experts(8, expert_parallel)
        for tokens in batches:
            at = {"tokens": tokens, "ranks": 8, "expertParallel": expert_parallel}
            rows = feed_forward.routing(tokens, experts.experts)
            record.note("experts", used["product"], feed_forward.routed, tokens, experts, rows, **at)
            if tokens <= 1024:
                record.note(
                    "mixture", used["product"], feed_forward.mixture, tokens, 8, expert_parallel, experts, **at
                )
        for tokens in (8192, 32_768) if expert_parallel else (8192,):
            at = {"tokens": tokens, "ranks": 8, "expertParallel": expert_parallel}
            record.note("experts-prefill", used["product"], feed_forward.routed_prefill, tokens, experts, **at)
        del experts


def collectives() -> list:
    """Pieces of several GPUs, measured by processes of their own."""
    with tempfile.NamedTemporaryFile(suffix=".json") as found:
        here = os.path.dirname(os.path.abspath(__file__))
        subprocess.run([sys.executable, os.path.join(here, "collectives.py"), found.name], check=True, timeout=300)
        return json.load(open(found.name, encoding="utf-8"))


def conditions() -> dict:
    """The state in which the GPU was found; nothing of it is changed."""
    fields = ("driver_version", "power.limit", "clocks.max.sm", "temperature.gpu")
    told = subprocess.run(
        ["nvidia-smi", f"--query-gpu={','.join(fields)}", "--format=csv,noheader", "--id=0"],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip(fields, (value.strip() for value in told.stdout.split(","))))


def main(path: str, parts: set) -> None:
    torch.manual_seed(7)
    used = kernels.names()
    record = Record()
    result = {
        "date": datetime.date.today().isoformat(),
        "gpu": torch.cuda.get_device_name(),
        "gpus": torch.cuda.device_count(),
        "conditions": conditions(),
        "software": {"torch": torch.__version__, **used},
        "errors": {"product": kernels.check_product(), "attentionDecode": attention.check_attention()},
        "limits": limits() if "limits" in parts else {},
    }
    print(json.dumps(result), flush=True)
    if "attention" in parts:
        measure_attention(record, used)
    if "feed-forward" in parts:
        measure_feed_forward(record, used)
    several = collectives() if "collectives" in parts and torch.cuda.device_count() > 1 else []
    result["pieces"] = record.pieces + several
    with open(path, "w", encoding="utf-8") as out:
        json.dump(result, out, indent=4)
        out.write("\n")


if __name__ == "__main__":
    chosen = set(sys.argv[2].split(",")) if len(sys.argv) > 2 else PARTS
    main(sys.argv[1], chosen & PARTS)
