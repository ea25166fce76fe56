import { ONE_POD } from "../../fabric/environment";
import { type Engine, ENGINE_PORT, WEIGHTS_PATH } from "./engine";
import { LLM_ENVIRONMENT, llmArguments, llmRefusal } from "./llm-api";
import { firstMember, sequencesOf } from "./member";
import { orRefusePlan, refusalOf } from "./refusals";
import { completion } from "./token";
import { TRITON_METRICS, tritonConfig, tritonModel } from "./triton-model";

/** Where Triton finds its models. */
const REPOSITORY = "/etc/engine/models";
/** Where the model finds what the plan says. */
const CONFIG_PATH = "/etc/engine/llm.json";

/**
 * Triton with TensorRT-LLM's LLM API as a model of its Python back end, behind Triton's own OpenAI front end: images
 * `nvcr.io/nvidia/tritonserver:YY.MM-trtllm-python-py3`. Never the ensemble of compiled engines, which NVIDIA removes.
 * NVIDIA's own model for the LLM API is in no image, and its inputs are not those that the OpenAI front end sends: this
 * one is Seamount's. Options of the front end: triton-inference-server/server, python/openai/openai_frontend/main.py.
 */
export const triton: Engine = {
    name: "triton",
    port: ENGINE_PORT,
    healthPath: "/health/ready",
    scratchGiB: 32,
    warmUpSeconds: 1200,
    metrics: { path: "/metrics", ...TRITON_METRICS, modelLabel: "model" },
    tokenRequest: completion,
    refusal: plan => refusalOf("triton", plan) ?? llmRefusal(plan),
    command: (plan, _model, member = firstMember(plan)) => {
        orRefusePlan("triton", plan, llmRefusal(plan));
        const places = sequencesOf(plan, member) * member.layout.dataParallel;
        return {
            command: ["python3", "/opt/tritonserver/python/openai/openai_frontend/main.py"],
            args: [
                ...["--model-repository", REPOSITORY, "--tokenizer", WEIGHTS_PATH, "--backend", "tensorrtllm"],
                ...["--host", "127.0.0.1", "--openai-port", String(ENGINE_PORT)],
                // Answers that say no length of their own. Triton's default is 16 tokens.
                ...["--default-max-tokens", String(Math.max(16, Math.floor(plan.contextTokens / 4)))],
            ],
            env: { ...LLM_ENVIRONMENT, ...ONE_POD },
            files: {
                [CONFIG_PATH]: `${JSON.stringify({ model: WEIGHTS_PATH, ...llmArguments(plan, member) }, null, 2)}\n`,
                [`${REPOSITORY}/${plan.name}/config.pbtxt`]: tritonConfig(plan.name),
                [`${REPOSITORY}/${plan.name}/1/model.py`]: tritonModel(CONFIG_PATH, plan.name, places),
            },
        };
    },
    ports: () => [],
};
