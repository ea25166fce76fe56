"""Goes before every other program: runs a function on each GPU in a process of its own, and prints JSON lines.

The parent never opens a GPU itself, so that it can fork; a process that dies or hangs takes nothing with it.
"""

import json
import os
import signal
import subprocess
import sys
import time

# The order of nvidia-smi, so that "GPU 3" is the same one everywhere.
os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
# Counting GPUs must not open them.
os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"

settings = json.loads(sys.argv[1])
LOAD_QUERY = ",".join(
    [
        "index",
        "temperature.gpu",
        "temperature.memory",
        "power.draw",
        "clocks.sm",
        "pcie.link.gen.current",
        "pcie.link.width.current",
        "clocks_throttle_reasons.active",
    ]
)


def say(**facts):
    """One line in one write: lines of processes that run side by side do not mix."""
    os.write(1, (json.dumps(facts) + "\n").encode())


try:
    import torch
except ImportError as error:
    say(missing="PyTorch", reason=str(error)[:500])
    sys.exit(0)


worst = {}


def sample():
    """Asks what the GPUs say of themselves while they work, and keeps the extremes."""
    try:
        told = subprocess.run(
            ["nvidia-smi", "--query-gpu=" + LOAD_QUERY, "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=30,
        )
    except (OSError, subprocess.TimeoutExpired):
        return
    for line in told.stdout.splitlines():
        fields = [field.strip() for field in line.split(",")]
        if told.returncode == 0 and len(fields) == 8:
            keep(fields)


def keep(fields):
    """Links slow down when they are idle and speed up under load, so that the largest value is the one of the load."""
    kept = worst.setdefault(int(fields[0]), {"throttle": 0})
    for name, text in zip(["celsius", "memoryCelsius", "watts", "smMHz", "generation", "width"], fields[1:7]):
        try:
            kept[name] = max(kept.get(name, 0.0), float(text))
        except ValueError:
            continue
    try:
        kept["throttle"] |= int(fields[7], 16)
    except ValueError:
        return


def start(work, gpu):
    """Forks a process that works on one GPU; returns its id."""
    child = os.fork()
    if child != 0:
        return child
    code = 1
    try:
        torch.cuda.set_device(gpu)
        work(gpu)
        code = 0
    except BaseException as error:
        say(gpu=gpu, problem=(type(error).__name__ + ": " + str(error))[:500])
    finally:
        os._exit(code)


def wait(children, limit_seconds, sampling):
    """Waits for all; when one fails or time is up the others are ended, since they may wait for it for ever."""
    deadline = time.monotonic() + limit_seconds
    sampled = 0.0
    failed = False
    while children:
        for child, gpu in list(children.items()):
            done, status = os.waitpid(child, os.WNOHANG)
            if done == 0:
                continue
            del children[child]
            code = os.waitstatus_to_exitcode(status)
            failed = failed or code != 0
            if code < 0:
                say(gpu=gpu, problem="the process was ended by " + signal.Signals(-code).name)
        late = time.monotonic() > deadline
        if children and (failed or late):
            for child, gpu in children.items():
                os.kill(child, signal.SIGKILL)
                if late:
                    say(gpu=gpu, problem="no answer within %d s" % limit_seconds)
            for child in children:
                os.waitpid(child, 0)
            return
        if children and sampling and time.monotonic() > sampled + 0.5:
            sample()
            sampled = time.monotonic()
        time.sleep(0.05)


def on_every_gpu(work, together=True, sampling=False, limit_seconds=300):
    """Runs `work(gpu)` on all GPUs, at the same time or one after the other."""
    count = torch.cuda.device_count()
    if count == 0:
        say(problem="PyTorch %s sees no GPU" % torch.__version__)
        return
    say(torch=torch.__version__, gpus=count)
    groups = [range(count)] if together else [[gpu] for gpu in range(count)]
    for group in groups:
        wait({start(work, gpu): gpu for gpu in group}, limit_seconds, sampling)
    for gpu, kept in sorted(worst.items()):
        say(gpu=gpu, load=kept)


def median_seconds(work, inner, repeats=5, warm_up=3, rest_seconds=0.0):
    """Median of several timings, each of `inner` runs, by the GPU's own clock, with a rest before each."""
    for _ in range(warm_up):
        work()
    torch.cuda.synchronize()
    taken = []
    for _ in range(repeats):
        time.sleep(rest_seconds)
        begin = torch.cuda.Event(enable_timing=True)
        end = torch.cuda.Event(enable_timing=True)
        begin.record()
        for _ in range(inner):
            work()
        end.record()
        end.synchronize()
        taken.append(begin.elapsed_time(end) / 1000 / inner)
    return sorted(taken)[len(taken) // 2]


def near_cpus(gpu):
    """CPUs of the GPU's NUMA node, and that node; all CPUs where the host does not say."""
    facts = torch.cuda.get_device_properties(gpu)
    if not hasattr(facts, "pci_bus_id"):
        return None
    place = "/sys/bus/pci/devices/%04x:%02x:%02x.0/" % (facts.pci_domain_id, facts.pci_bus_id, facts.pci_device_id)
    try:
        with open(place + "numa_node") as file:
            node = int(file.read())
        with open(place + "local_cpulist") as file:
            spans = [span.split("-") for span in file.read().strip().split(",")]
        cpus = {cpu for span in spans if span[0] for cpu in range(int(span[0]), int(span[-1]) + 1)}
        if node < 0 or not cpus:
            return None
        # Fails where a container may use none of them.
        os.sched_setaffinity(0, cpus)
    except (OSError, ValueError):
        return None
    return node
