import type { ModelServiceSettings } from "../../components/inference/manifests";
import type { ModelPlan } from "../../components/planning/plan";
import type { SiteModel } from "../../components/site/site";

const digest = "0123456789abcdef".repeat(4);

/** R1 on eight H200s, two replicas. */
export const r1Model: SiteModel = {
    name: "deepseek-r1",
    model: "deepseek-r1",
    precision: "fp8",
    engine: "vllm",
    image: `registry.example.org/vllm@sha256:${digest}`,
    proxyImage: `registry.example.org/nginx@sha256:${digest}`,
    pool: "h200",
    replicas: 2,
    contextTokens: 32768,
    concurrency: 16,
    weights: {
        hostPath: "/srv/models/deepseek-r1",
        sha256sums: `${digest}  config.json\n${digest}  model-00001-of-000163.safetensors\n`,
        sizeGB: 720,
    },
    endpoint: { host: "r1.example.org", serviceType: "LoadBalancer", port: 443 },
};

/** Its plan. */
export const r1Plan: ModelPlan = {
    name: "deepseek-r1",
    model: "deepseek-r1",
    precision: "fp8",
    engine: "vllm",
    gpu: "H200",
    hosts: 1,
    gpusPerHost: 8,
    tensorParallel: 8,
    pipelineParallel: 1,
    dataParallel: 1,
    expertParallel: true,
    weightsGB: 689,
    weightsPerGpuGB: 86.1,
    memoryUtilisation: 0.9,
    kvCacheBytesPerToken: 70272,
    kvCacheTokens: 470_000,
    contextTokens: 32768,
    concurrency: 16,
    hostMemoryGiB: 256,
    cpuCores: 32,
    warnings: [],
    pool: "h200",
    replicas: 2,
    candidates: ["gpu-01", "gpu-02"],
};

/** Both, as a model service wants them. */
export const r1: ModelServiceSettings = {
    model: r1Model,
    plan: r1Plan,
    namespace: "models",
    gpuResource: "nvidia.com/gpu",
};

/** The smallest model, on a CPU behind a node port. */
export const tiny: ModelServiceSettings = {
    namespace: "models",
    model: {
        ...r1Model,
        name: "tiny-deepseek",
        model: "tiny-deepseek",
        precision: "f32",
        engine: "llamacpp",
        image: "seamount.local/llama-server:local",
        proxyImage: "seamount.local/nginx:local",
        pool: "cpu",
        replicas: 1,
        contextTokens: 512,
        concurrency: 2,
        singleReplicaReason: "a trial",
        weights: {
            hostPath: "/var/lib/seamount/models/tiny-deepseek",
            sha256sums: `${digest}  tiny-deepseek.gguf\n`,
            sizeGB: 0.0034,
        },
        endpoint: { host: "10.88.1.11", serviceType: "NodePort", port: 30443 },
    },
    plan: {
        ...r1Plan,
        name: "tiny-deepseek",
        model: "tiny-deepseek",
        precision: "f32",
        engine: "llamacpp",
        gpu: "cpu",
        gpusPerHost: 0,
        tensorParallel: 1,
        expertParallel: false,
        weightsGB: 0.0034,
        contextTokens: 512,
        concurrency: 2,
        hostMemoryGiB: 0.5,
        cpuCores: 0.5,
        pool: "cpu",
        replicas: 1,
        candidates: ["node-1"],
    },
};

/** Names as a cluster would make them up. */
export const names = {
    weightsClaim: "weights-1",
    checksums: "checksums-1",
    proxyConfig: "proxy-1",
    tls: "tls-1",
    apiKey: "api-key-1",
};
