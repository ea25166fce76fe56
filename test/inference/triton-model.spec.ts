import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { engines } from "../../components/inference/engines/registry";
import { r1Model, r1Plan } from "./fixtures";

/** Modules in the place of Triton's and TensorRT-LLM's: they keep what passes between the model and them. */
const STANDINS = String.raw`
import asyncio, json, sys, threading, types

class Array(list):
    def reshape(self, *_):
        return self
    def tolist(self):
        return list(self)

numpy = types.ModuleType("numpy")
numpy.array = lambda values, dtype=None: Array(values)
numpy.int32 = "int32"
sys.modules["numpy"] = numpy

class Tensor:
    def __init__(self, name, values):
        self.name, self.values = name, values
    def as_numpy(self):
        return self.values

class Gauge:
    values = {}
    def __init__(self, name=None, **_):
        self.name = name
    def Metric(self, labels):
        self.labels = labels
        return self
    def set(self, value):
        Gauge.values[self.name] = max(value, Gauge.values.get(self.name, 0))

triton = types.ModuleType("triton_python_backend_utils")
triton.Tensor = Tensor
triton.TritonError = str
triton.TRITONSERVER_RESPONSE_COMPLETE_FINAL = 1
triton.get_input_tensor_by_name = lambda request, name: request.inputs.get(name)
triton.InferenceResponse = lambda output_tensors=(), error=None: {
    **{t.name: t.values[0].decode() if isinstance(t.values[0], bytes) else t.values[0] for t in output_tensors},
    **({"error": error} if error else {}),
}
Gauge.GAUGE = "gauge"
triton.MetricFamily = Gauge
sys.modules["triton_python_backend_utils"] = triton

class Part:
    def __init__(self, made, whole):
        self.prompt_token_ids = [1, 2, 3]
        self.outputs = [types.SimpleNamespace(
            text_diff=made, token_ids_diff=[7], text=whole, token_ids=[7] * len(whole))]

class Answer:
    def __init__(self, prompt):
        self.prompt = prompt
    async def __aiter__(self):
        for letter in "abc":
            yield Part(letter, "abc")
    async def aresult(self):
        if self.prompt == "fail":
            raise ValueError("too long")
        return Part("", "abc")
    def abort(self):
        pass

class LLM:
    def __init__(self, **arguments):
        LLM.arguments = arguments
    def generate_async(self, prompt, params, streaming):
        LLM.asked = (prompt, params, streaming)
        return Answer(prompt)
    def shutdown(self):
        LLM.closed = True

for name in ("tensorrt_llm", "tensorrt_llm.llmapi", "tensorrt_llm.llmapi.llm_utils"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["tensorrt_llm"].LLM = LLM
sys.modules["tensorrt_llm"].SamplingParams = lambda **options: options
sys.modules["tensorrt_llm.llmapi.llm_utils"].update_llm_args_with_extra_dict = lambda args, more: {**args, **more}

class Sender:
    def __init__(self):
        self.sent, self.done = [], threading.Event()
    def is_cancelled(self):
        return False
    def send(self, response=None, flags=0):
        self.sent.append([response, flags])
        if flags == 1:
            self.done.set()

class Request:
    def __init__(self, **inputs):
        self.inputs = {name: Tensor(name, Array([value])) for name, value in inputs.items()}
        self.sender = Sender()
    def get_response_sender(self):
        return self.sender

source, config = json.load(sys.stdin)
real = open
import builtins
builtins.open = lambda path, *rest: __import__("io").StringIO(config) if path == "/etc/engine/llm.json" else real(path, *rest)
scope = {}
exec(compile(source, "model.py", "exec"), scope)
model = scope["TritonPythonModel"]()
model.initialize({})
requests = [
    Request(text_input=b"hi", stream=True, max_tokens=5, temperature=0.5, stop_words=b"."),
    Request(text_input=b"hi", stream=False, max_tokens=1),
    Request(text_input=b"fail", stream=False, max_tokens=1),
]
out = []
for request in requests:
    model.execute([request])
    assert request.sender.done.wait(10)
    out.append(request.sender.sent)
    if request is requests[0]:
        asked = LLM.asked
model.finalize()
print(json.dumps({"sent": out, "asked": asked, "arguments": LLM.arguments, "gauges": Gauge.values, "closed": LLM.closed}))
`;

interface Told {
    readonly sent: readonly (readonly [Record<string, unknown> | null, number])[][];
    readonly asked: readonly unknown[];
    readonly arguments: Record<string, unknown>;
    readonly gauges: Record<string, number>;
    readonly closed: boolean;
}

describe("the model of Triton's Python back end", () => {
    const { files = {}, args } = engines.triton.command({ ...r1Plan, engine: "triton" }, r1Model);
    const repository = "/etc/engine/models/deepseek-r1";

    it("is a repository of one model of the service's name, which answers in parts", () => {
        assert.deepEqual(Object.keys(files).sort(), [
            "/etc/engine/llm.json",
            `${repository}/1/model.py`,
            `${repository}/config.pbtxt`,
        ]);
        const config = files[`${repository}/config.pbtxt`] ?? "";
        assert.match(config, /^name: "deepseek-r1"$/m);
        assert.match(config, /decoupled: true/);
        assert.doesNotMatch(config, /ensemble|inflight/);
        assert.ok(args.includes("/etc/engine/models"));
    });

    it("hands requests to the LLM API, answers part by part or whole, and says what failed", () => {
        const input = JSON.stringify([files[`${repository}/1/model.py`], files["/etc/engine/llm.json"]]);
        const told = JSON.parse(execFileSync("python3", ["-I", "-c", STANDINS], { input, encoding: "utf8" })) as Told;
        const part = (text: string, tokens: number): object => ({
            text_output: text,
            num_input_tokens: 3,
            num_output_tokens: tokens,
        });
        assert.deepEqual(told.sent, [
            [
                [part("a", 1), 0],
                [part("b", 1), 0],
                [part("c", 1), 0],
                [null, 1],
            ],
            [[part("abc", 3), 1]],
            [[{ error: "too long" }, 1]],
        ]);
        assert.deepEqual(told.asked, ["hi", { max_tokens: 5, stop: ["."], temperature: 0.5 }, true]);
        assert.equal(told.arguments.model, "/weights");
        assert.equal(told.arguments.tensor_parallel_size, 8);
        assert.deepEqual(Object.keys(told.gauges).sort(), ["llm_requests_running", "llm_requests_waiting"]);
        assert.equal(told.gauges.llm_requests_running, 1);
        assert.equal(told.closed, true);
    });
});
