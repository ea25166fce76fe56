import * as z from "zod";
import type { Precision } from "../../catalog/types";
import { dnsLabel, hostFolder, hostNameOrAddress, imageReference, port, whole } from "./fields";
import { objectivesSchema, overloadSchema, parallelismSchema, scalingSchema, trafficSchema } from "./schema-serving";
import type { EngineName } from "./site";

const engines = ["vllm", "llamacpp"] as const satisfies readonly EngineName[];

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

/** Images that models use where they name none of their own. */
export const imagesSchema = z
    .strictObject({
        vllm: imageReference().optional().describe("Image of the vLLM engine. Unset: each vllm model names its own."),
        llamacpp: imageReference()
            .optional()
            .describe("Image of llama.cpp's server. Unset: each llamacpp model names its own."),
        proxy: imageReference().optional().describe("Image of the TLS proxy (nginx). Unset: each model names its own."),
    })
    .prefault({})
    .describe("Images for the whole site, so that models need not repeat them. Pin them: name@sha256:… .");

const weightsSchema = z.strictObject({
    hostPath: hostFolder()
        .optional()
        .describe("Folder on each serving host that holds the weights. Exactly one of hostPath and claim is set."),
    claim: dnsLabel()
        .optional()
        .describe(
            "Existing PersistentVolumeClaim in the cluster's namespace. Exactly one of hostPath and claim is set.",
        ),
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
        .describe("Inference engine. llamacpp is for CPUs and small devices. Default vllm."),
    image: imageReference().optional().describe("Image of the engine. Default: the site's images, by engine."),
    proxyImage: imageReference().optional().describe("Image of the TLS proxy. Default: the site's images.proxy."),
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
        .default(32)
        .describe("Sequences that one replica serves at the same time. Default 32."),
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
