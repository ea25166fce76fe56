import * as z from "zod";
import type { Precision } from "../../catalog/types";
import { dnsLabel, hostFolder, hostNameOrAddress, imageReference, port, whole } from "./fields";
import { objectivesSchema, overloadSchema, parallelismSchema, scalingSchema, trafficSchema } from "./schema-serving";
import type { EngineName } from "./site";

const engines = [
    "vllm",
    "sglang",
    "trtllm",
    "triton",
    "vllm-ascend",
    "llamacpp",
] as const satisfies readonly EngineName[];

const precisions = [
    "f32",
    "bf16",
    "fp16",
    "fp8",
    "int8",
    "w8a8",
    "w4a8",
    "awq",
    "gptq",
    "fp4-fp8",
    "nvfp4",
    "mxfp4",
] as const satisfies readonly Precision[];

const imageOf = (program: string, engine: EngineName) =>
    imageReference().optional().describe(`Image of ${program}. Unset: each ${engine} model names its own.`);

/** Images that models use where they name none of their own. */
export const imagesSchema = z
    .strictObject({
        vllm: imageOf("the vLLM engine", "vllm"),
        sglang: imageOf("the SGLang engine", "sglang"),
        trtllm: imageOf("TensorRT-LLM", "trtllm"),
        triton: imageOf("Triton with TensorRT-LLM (…-trtllm-python-py3)", "triton"),
        "vllm-ascend": imageOf("vLLM on Ascend, for the NPUs of the site (…-a3 where they are A3)", "vllm-ascend"),
        llamacpp: imageOf("llama.cpp's server", "llamacpp"),
        proxy: imageReference().optional().describe("Image of the TLS proxy (nginx). Unset: each model names its own."),
        router: imageReference()
            .optional()
            .describe(
                "Image with vllm-router, for models of the engine vllm or vllm-ascend whose prefill and decode are apart. Unset: each such model names its own.",
            ),
    })
    .prefault({})
    .describe("Images for the whole site, so that models need not repeat them. Pin them: name@sha256:… .");

const weightsSchema = z.strictObject({
    hostPath: hostFolder()
        .optional()
        .describe(
            "Folder on each serving host that holds the weights. Exactly one of hostPath, claim and image is set.",
        ),
    claim: dnsLabel()
        .optional()
        .describe(
            "Existing PersistentVolumeClaim in the cluster's namespace. Exactly one of hostPath, claim and image is set.",
        ),
    image: imageReference()
        .optional()
        .describe("OCI image that holds the weights at its root. Exactly one of hostPath, claim and image is set."),
    sha256sums: z
        .string()
        .max(500_000)
        .optional()
        .describe(
            "Lines of sha256sum, one a file, paths relative to the folder. Exactly one of sha256sums and sha256sumsFile is set.",
        ),
    sha256sumsFile: z
        .string()
        .regex(/^[^\0\n]+$/, "is not a file path")
        .optional()
        .describe(
            "File with these lines, relative to the project. Exactly one of sha256sums and sha256sumsFile is set.",
        ),
    prefetch: z
        .boolean()
        .optional()
        .describe(
            "Whether weights are read and checked on every host of the pool before a rollout. Default: from 20 GB on.",
        ),
    sizeGB: z.number().positive().max(1_000_000).describe("Size of the weights' volume in GB (10⁹ bytes)."),
});

const endpointSchema = z.strictObject({
    host: hostNameOrAddress().describe("DNS name or address that clients use. The certificate is issued for it."),
    serviceType: z
        .enum(["ClusterIP", "NodePort", "LoadBalancer"])
        .default("ClusterIP")
        .describe("Kind of Kubernetes service in front of the model. Default ClusterIP: inside the cluster only."),
    port: port()
        .default(443)
        .describe("TCP port that clients connect to. With NodePort the node port, 30000 to 32767. Default 443."),
});

/** One model service. */
export const modelSchema = z.strictObject({
    name: dnsLabel().describe("Service name, a DNS label, unique in the site."),
    model: z.string().meta({
        description: "Model by its catalogue name, for example deepseek-r1.",
        examples: ["deepseek-r1", "deepseek-v3.2", "deepseek-r1-distill-qwen-32b"],
    }),
    precision: z.enum(precisions).describe("Number format of the weights: fp8 is what DeepSeek-R1 ships as."),
    engine: z
        .enum(engines)
        .default("vllm")
        .describe(
            "Inference engine. llamacpp is for CPUs and small devices, vllm-ascend for Ascend NPUs. Default vllm.",
        ),
    image: imageReference().optional().describe("Image of the engine. Default: the site's images, by engine."),
    proxyImage: imageReference().optional().describe("Image of the TLS proxy. Default: the site's images.proxy."),
    routerImage: imageReference()
        .optional()
        .describe("Image of the router before prefill and decode that are apart. Default: the site's images.router."),
    pool: dnsLabel().default("gpu").describe("Pool of hosts that the model runs on. Default gpu."),
    replicas: whole(1, 1024)
        .optional()
        .describe(
            "Copies of the model that serve at the same time. Default: what the traffic needs, or 1 where none is said.",
        ),
    contextTokens: whole(1, 10_000_000)
        .default(32_768)
        .describe("Longest sequence in tokens, prompt and answer together. Default 32768."),
    concurrency: whole(1, 65_536)
        .optional()
        .describe(
            "Sequences that one replica serves at the same time. Default: what the traffic allows, or 32 where none is said.",
        ),
    tensorParallel: whole(1, 1024)
        .optional()
        .describe("Tensor-parallel degree: GPUs that share each layer. Unset: the planner chooses."),
    singleReplicaReason: z
        .string()
        .min(10)
        .max(500)
        .optional()
        .describe("Why a production service may run with one replica, in words. Needed there with replicas: 1."),
    weights: weightsSchema.describe("Where the weights are, and what they must be."),
    endpoint: endpointSchema.describe("Where the model answers."),
    traffic: trafficSchema
        .optional()
        .describe("What clients ask. Unset: nothing is said about speed and money, and replicas stand."),
    objectives: objectivesSchema.optional().describe("What clients may expect. Unset: nothing, at the least cost."),
    parallelism: parallelismSchema
        .optional()
        .describe("How a replica is laid out, where the planner shall not choose. Unset: the planner chooses."),
    scaling: scalingSchema.optional().describe("How the service grows and shrinks. Unset: it does not."),
    overload: overloadSchema
        .optional()
        .describe("What the gateway does when more is asked than the service can hold. Unset: requests wait."),
    priority: whole(-1000, 1000)
        .optional()
        .describe("Services with a higher number go before others where GPUs or places run out. Unset: 0."),
});
