"""As much of PyTorch as the program hbm uses, without a GPU. STANDIN_* say how many there are and what they do."""

import os
import time

__version__ = "stand-in"
float32 = "float32"


class Tensor:
    def copy_(self, other):
        return self


def rand(count, dtype=None, device=None):
    return Tensor()


def empty_like(tensor):
    return Tensor()


def sum(tensor):
    return 0


def equal(one, other):
    return True


class cuda:
    @staticmethod
    def device_count():
        return int(os.environ["STANDIN_GPUS"])

    @staticmethod
    def set_device(gpu):
        if os.environ.get("STANDIN_DIES") == str(gpu):
            os.kill(os.getpid(), 9)
        if os.environ.get("STANDIN_FAILS") == str(gpu):
            raise RuntimeError("CUDA out of memory")
        if os.environ.get("STANDIN_HANGS") == str(gpu):
            time.sleep(600)

    @staticmethod
    def synchronize():
        pass

    class Event:
        def __init__(self, enable_timing):
            pass

        def record(self):
            pass

        def synchronize(self):
            pass

        def elapsed_time(self, other):
            return 10.0
