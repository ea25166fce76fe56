import { capacityOf, costOf } from "../../../components/planning/capacity";
import type { ModelPlan, RankedPlan, ServingPlan } from "../../../components/planning/plan";
import type { MemoryParts } from "../../../components/planning/memory-parts";
import type { PagePlanned } from "../../../components/planning/report/page";
import type { SiteModel } from "../../../components/site/site";
import { curve, traffic } from "../capacity/curves";

const plan: ServingPlan = {
    model: "deepseek-r1",
    precision: "fp8",
    engine: "vllm",
    gpu: "H200",
    hosts: 1,
    gpusPerHost: 8,
    tensorParallel: 8,
    pipelineParallel: 1,
    dataParallel: 1,
    expertParallel: false,
    weightsGB: 689,
    weightsPerGpuGB: 86.1,
    memoryUtilisation: 0.9,
    kvCacheBytesPerToken: 70_272,
    kvCacheTokens: 459_000,
    contextTokens: 32_768,
    concurrency: 64,
    hostMemoryGiB: 80,
    cpuCores: 20,
    warnings: ["Fewer than 64 sequences of full length fit: <14>."],
};

const model: SiteModel = {
    name: "r1",
    model: "deepseek-r1",
    precision: "fp8",
    engine: "vllm",
    image: "vllm",
    proxyImage: "nginx",
    pool: "gpu",
    replicas: 6,
    contextTokens: 32_768,
    concurrency: 64,
    weights: { hostPath: "/srv/r1", sha256sums: "", sizeGB: 720 },
    endpoint: { host: "r1.example", serviceType: "ClusterIP", port: 443 },
    traffic: { ...traffic, dailyRequests: 400_000 },
    objectives: { ttftSeconds: 2, tpotMilliseconds: 50, rankBy: "cost" },
};

function ranked(one: ServingPlan, shape: Parameters<typeof curve>[0], because: string): RankedPlan {
    const asked = model.traffic ?? traffic;
    const capacity = capacityOf({
        plan: one,
        curve: curve(shape),
        traffic: asked,
        ...(model.objectives === undefined ? {} : { objectives: model.objectives }),
        hostGpus: 8,
    });
    const cost = costOf({ plan: one, replicas: model.replicas, traffic: asked, hostGpus: 8 });
    return {
        plan: one,
        replicas: model.replicas,
        curve: curve(shape),
        because,
        ...(capacity === undefined || "missed" in capacity ? {} : { capacity }),
        ...("missing" in cost ? {} : { cost }),
    };
}

const chosen = ranked(plan, {}, "Costs the least.");
const wide: ServingPlan = { ...plan, tensorParallel: 1, dataParallel: 8, expertParallel: true };

/** The plan of a model with a runner-up. */
export const modelPlan: ModelPlan = {
    ...plan,
    name: "r1",
    pool: "gpu",
    replicas: 6,
    candidates: ["gpu-01", "gpu-02"],
    chosen,
    runnersUp: [ranked(wide, { fixed: 0.035, each: 0.0003 }, "Costs 8 % more & answers later.")],
};

/** What lies in the memory of its GPUs. */
export const memory: MemoryParts = {
    gpuGB: 141,
    usableGB: 126.9,
    weights: [
        { name: "routed experts", gb: 81.6, source: "experts / 8" },
        { name: "attention and shared", gb: 4.5, source: "rest / 8" },
    ],
    overheads: [{ name: "engine", gb: 8.5, source: "2.47 + 0.07 × weights" }],
    kvCacheGB: 32.3,
    unusedGB: 14.1,
};

/** The model beside its plan and memory. */
export const pagePlanned: PagePlanned = { model, plan: modelPlan, memory };
