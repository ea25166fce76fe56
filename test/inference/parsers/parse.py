"""Reads command lines with the parsers of the engines that they are for.

Usage: parse.py FOLDER PROGRAM, with a JSON list of lists of arguments on stdin. Prints a JSON list: for each what its
parser made of it ({"parsed": {...}}) or what it said ({"error": "..."}). FOLDER is what get.sh prints.
"""

import argparse
import contextlib
import io
import json
import sys

FOLDER, PROGRAM = sys.argv[1:]
PACKAGES = f"{FOLDER}/packages"
sys.path[:0] = [PACKAGES, __file__.rpartition("/")[0]]
sys.argv = [PROGRAM]

from absent import stand_in  # noqa: E402


def vllm():
    heavy = "model_executor v1.attention v1.sample v1.executor platforms distributed transformers_utils ray plugins "
    heavy += "renderers lora multimodal compilation entrypoints.anthropic entrypoints.openai utils.torch_utils "
    heavy += "third_party ir _custom_ops kernels"
    # Its list of quantisations is read only after the command line is.
    stand_in("vllm", PACKAGES, [*heavy.split(), "config.quantization"])
    import vllm.platforms

    vllm.platforms.current_platform.device_type = "cuda"
    from vllm.entrypoints.common.cli_args import make_arg_parser
    from vllm.utils.argparse_utils import FlexibleArgumentParser

    return make_arg_parser(FlexibleArgumentParser())


def sglang():
    stand_in("sglang", PACKAGES, ["kernels", "srt.distributed", "srt.layers", "srt.models"])
    from sglang.srt.server_args import ServerArgs

    parser = argparse.ArgumentParser()
    ServerArgs.add_cli_args(parser)
    return parser


def router(package):
    def parser():
        stand_in(package, PACKAGES, ["router", f"{package}_rs"])
        made = argparse.ArgumentParser()
        __import__(f"{package}.router_args")
        sys.modules[f"{package}.router_args"].RouterArgs.add_cli_args(made, use_router_prefix=False)
        return made

    return parser


PARSERS = {
    "vllm": vllm,
    "sglang": sglang,
    "vllm_router": router("vllm_router"),
    "sglang_router": router("sglang_router"),
}


def read(parser, args):
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            return {"parsed": vars(parser.parse_args(args))}
    except SystemExit:
        return {"error": said.getvalue().strip().rpartition("\n")[2]}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


with contextlib.redirect_stdout(sys.stderr):
    parser = PARSERS[PROGRAM]()
print(json.dumps([read(parser, args) for args in json.load(sys.stdin)], default=str))
