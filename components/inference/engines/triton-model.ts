/** Gauges that the model of Triton's Python back end keeps itself: Triton's own do not see into it. */
export const TRITON_METRICS = { waiting: "llm_requests_waiting", running: "llm_requests_running" } as const;

/** Inputs as Triton's OpenAI front end sends them to TensorRT-LLM: openai_frontend/engine/utils/triton.py. */
const INPUTS: readonly (readonly [string, string])[] = [
    ["text_input", "TYPE_STRING"],
    ["stream", "TYPE_BOOL"],
    ["max_tokens", "TYPE_INT32"],
    ["stop_words", "TYPE_STRING"],
    ["top_p", "TYPE_FP32"],
    ["temperature", "TYPE_FP32"],
    ["frequency_penalty", "TYPE_FP32"],
    ["presence_penalty", "TYPE_FP32"],
    ["seed", "TYPE_UINT64"],
    ["return_num_input_tokens", "TYPE_BOOL"],
    ["return_num_output_tokens", "TYPE_BOOL"],
];

const OUTPUTS: readonly (readonly [string, string])[] = [
    ["text_output", "TYPE_STRING"],
    ["num_input_tokens", "TYPE_INT32"],
    ["num_output_tokens", "TYPE_INT32"],
];

const tensors = (kind: string, all: readonly (readonly [string, string])[], rest: string): string =>
    all.map(([name, type]) => `${kind} { name: "${name}" data_type: ${type} ${rest} }\n`).join("");

/** Triton's description of the model: one instance, which starts its own ranks, and answers in parts. */
export function tritonConfig(name: string): string {
    return (
        `name: "${name}"\nbackend: "python"\nmax_batch_size: 0\n` +
        "model_transaction_policy { decoupled: true }\ninstance_group { count: 1 kind: KIND_CPU }\n" +
        tensors("input", INPUTS.slice(0, 1), "dims: [ -1, -1 ]") +
        tensors("input", INPUTS.slice(1), "dims: [ -1, -1 ] optional: true") +
        tensors("output", OUTPUTS, "dims: [ -1 ]")
    );
}

/**
 * The model: each request goes to the LLM API, and its parts come back as they are made.
 * @param config path of the arguments of `LLM()`, JSON
 * @param name of the model, for the metrics
 * @param places requests that are worked on at once; more of them wait
 */
export function tritonModel(config: string, name: string, places: number): string {
    return `import asyncio
import json
import threading

import numpy as np
import triton_python_backend_utils as pb_utils

CONFIG = ${JSON.stringify(config)}
NAME = ${JSON.stringify(name)}
PLACES = ${places}
NUMBERS = ("top_p", "temperature", "frequency_penalty", "presence_penalty", "seed")


def given(request, name):
    tensor = pb_utils.get_input_tensor_by_name(request, name)
    return None if tensor is None else [value for value in tensor.as_numpy().reshape(-1).tolist()]


def first(request, name):
    values = given(request, name)
    return values[0] if values else None


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else value


class TritonPythonModel:
    def initialize(self, args):
        # Here and not above: these imports open the GPUs.
        from tensorrt_llm import LLM, SamplingParams
        from tensorrt_llm.llmapi.llm_utils import update_llm_args_with_extra_dict

        self._params = SamplingParams
        with open(CONFIG) as file:
            self._llm = LLM(**update_llm_args_with_extra_dict({}, json.load(file)))
        self._open = 0
        self._gauges = [
            pb_utils.MetricFamily(name=name, description=what, kind=pb_utils.MetricFamily.GAUGE).Metric(
                labels={"model": NAME}
            )
            for name, what in (
                ("${TRITON_METRICS.running}", "Requests that are worked on"),
                ("${TRITON_METRICS.waiting}", "Requests that wait"),
            )
        ]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def execute(self, requests):
        for request in requests:
            asyncio.run_coroutine_threadsafe(self._answer(request), self._loop)
        return None

    def finalize(self):
        self._llm.shutdown()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _count(self, change):
        self._open += change
        self._gauges[0].set(min(self._open, PLACES))
        self._gauges[1].set(max(self._open - PLACES, 0))

    async def _answer(self, request):
        sender = request.get_response_sender()
        final = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL
        self._count(1)
        try:
            options = {name: first(request, name) for name in NUMBERS}
            stop = [text(word) for word in given(request, "stop_words") or []]
            params = self._params(
                max_tokens=first(request, "max_tokens"),
                stop=stop or None,
                **{name: value for name, value in options.items() if value is not None},
            )
            stream = bool(first(request, "stream"))
            answer = self._llm.generate_async(text(first(request, "text_input")), params, streaming=stream)
            if stream:
                async for part in answer:
                    if sender.is_cancelled():
                        answer.abort()
                        break
                    made = part.outputs[0]
                    sender.send(self._response(part, made.text_diff, len(made.token_ids_diff)))
                sender.send(flags=final)
            else:
                whole = await answer.aresult()
                made = whole.outputs[0]
                sender.send(self._response(whole, made.text, len(made.token_ids)), flags=final)
        except Exception as error:
            failed = pb_utils.InferenceResponse(error=pb_utils.TritonError(str(error)))
            sender.send(failed, flags=final)
        finally:
            self._count(-1)

    def _response(self, part, made, tokens):
        return pb_utils.InferenceResponse(
            output_tensors=[
                pb_utils.Tensor("text_output", np.array([made.encode("utf-8")], dtype=object)),
                pb_utils.Tensor("num_input_tokens", np.array([len(part.prompt_token_ids)], dtype=np.int32)),
                pb_utils.Tensor("num_output_tokens", np.array([tokens], dtype=np.int32)),
            ]
        )
`;
}
