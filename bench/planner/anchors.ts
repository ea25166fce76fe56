import { catalogue, type Catalogue, type Gpu } from "../../catalog";
import { performance, type Load, type Performance, type Replica } from "../../components/planning/speed";

/** A figure that somebody published of a whole system, and what the planner says of the same. */
export interface Anchor {
    readonly name: string;
    readonly conditions: string;
    readonly unit: "ms a token" | "tokens/s a host in" | "tokens/s a host out" | "ms to the first token";
    readonly published: number;
    readonly source: string;
    /** A calibration was fitted on it; the others are predictions. */
    readonly fitted: boolean;
    readonly predict: () => number;
}

const h100 = catalogue.gpus["H100"];

/** The catalogue with the H800: an H100 whose NVLink has 400 GB/s (deepseek-ai/DeepEP, about 160 GB/s reached). */
const withH800: Catalogue =
    h100 === undefined ? catalogue : { ...catalogue, gpus: { ...catalogue.gpus, H800: h800Of(h100) } };

function h800Of(gpu: Gpu): Gpu {
    return { ...gpu, name: "H800", link: { ...gpu.link, bandwidthGBps: 400 } };
}

const oneHost: Replica = {
    model: "deepseek-r1",
    precision: "fp8",
    gpu: "H200",
    hosts: 1,
    gpusPerHost: 8,
    tensorParallel: 8,
    pipelineParallel: 1,
    dataParallel: 1,
    expertParallel: false,
};

const fabric = { linkGbps: 400, rails: 8 };

/** Experts and attention over all GPUs of so many hosts, two batches at a time. */
const wide = (gpu: string, hosts: number, redundantExperts = 32): Replica => ({
    ...oneHost,
    gpu,
    hosts,
    tensorParallel: 1,
    dataParallel: hosts * 8,
    expertParallel: true,
    redundantExperts,
    twoBatches: true,
    fabric,
});

function of(replica: Replica, load: Load): Performance {
    const found = performance(replica, load, withH800);
    if (found === undefined) {
        throw new Error(`The catalogue knows no speed of ${replica.model} on ${replica.gpu}.`);
    }
    return found;
}

/** Prompts of one length through a group that only prefills: 16,384 tokens a GPU at a time. */
const prefill = (gpu: string, hosts: number, inputTokens: number): number =>
    of(wide(gpu, hosts), {
        concurrency: hosts * 8 * Math.ceil(16_384 / inputTokens),
        inputTokens,
        outputTokens: 1,
        prefixCacheHitRate: 0,
    }).inputTokensPerSecond / hosts;

/** Decode alone: sequences over the time of a step, times what a step accepts. */
function decode(replica: Replica, load: Load, accepted: number): number {
    const step = of(replica, load).decodeStep;
    const seconds = step.attention + step.feedForward + step.head + step.communication + step.overhead;
    return (load.concurrency * accepted) / seconds / replica.hosts;
}

const sweep = "SemiAnalysisAI/InferenceX#870, 2026-03: R1-0528, SGLang 0.5.7";
const sweepAnchor = (concurrency: number, published: number, fitted: boolean): Anchor => ({
    name: `R1 FP8, 8 × H200, TP8, ${concurrency} sequences`,
    conditions: "1,024 tokens in, 1,024 out",
    unit: "ms a token",
    published,
    source: sweep,
    fitted,
    predict: () =>
        of(oneHost, { concurrency, inputTokens: 1024, outputTokens: 1024, prefixCacheHitRate: 0 }).tpotSeconds * 1e3,
});

const deepseek = "deepseek-ai/open-infra-index, 2025-02, day 6: 8 × H800 a host, mean of a day";
const lmsys = "lmsys.org/blog/2025-05-05-large-scale-ep: 12 hosts of 8 × H100";
const rtp = "RTP-LLM DeepSeek Reproduce Tech Report: 8 × H800 a host, RoCE";

/** Sequences a host that DeepSeek's own figures imply: 14,800 tokens a second at 21 a second and user. */
const deepseekSequences = Math.round(14_800 / 21) * 18;

/** Published figures, the planner's own for the same, and whether anything was fitted on them. */
export const anchors: readonly Anchor[] = [
    sweepAnchor(8, 12.8, true),
    sweepAnchor(16, 17.2, false),
    sweepAnchor(32, 25.6, false),
    sweepAnchor(64, 34.6, false),
    {
        name: "R1 FP8, 2 × 8 H100, TP16, 1 sequence",
        conditions: "2,048 tokens in, 128 out, InfiniBand",
        unit: "ms a token",
        published: 23.3,
        source: "tenstorrent/tt-inference-server#356, 2025-07",
        fitted: true,
        predict: () =>
            of(
                { ...oneHost, gpu: "H100", hosts: 2, tensorParallel: 16, fabric },
                { concurrency: 1, inputTokens: 2048, outputTokens: 128, prefixCacheHitRate: 0 },
            ).tpotSeconds * 1e3,
    },
    ...[
        { inputTokens: 2048, published: 190.5 },
        { inputTokens: 8192, published: 263.9 },
    ].map(({ inputTokens, published }): Anchor => ({
        name: "R1 FP8, 2 × 8 H100, TP16, 1 sequence",
        conditions: `${inputTokens.toLocaleString("en")} tokens in, InfiniBand`,
        unit: "ms to the first token",
        published,
        source: "tenstorrent/tt-inference-server#356, 2025-07",
        fitted: false,
        predict: () =>
            of(
                { ...oneHost, gpu: "H100", hosts: 2, tensorParallel: 16, fabric },
                { concurrency: 1, inputTokens, outputTokens: 128, prefixCacheHitRate: 0 },
            ).ttftSeconds * 1e3,
    })),
    {
        name: "V4-Pro FP4 + FP8, 8 × B200, TP8, 32 sequences",
        conditions: "8,192 tokens in, 2,048 out, vLLM soon after the model came out",
        unit: "ms a token",
        published: 36,
        source: "lambda.ai/inference-models/deepseek-ai/deepseek-v4-pro",
        fitted: false,
        predict: () =>
            of(
                { ...oneHost, model: "deepseek-v4-pro", precision: "fp4-fp8", gpu: "B200", kvCache: "fp8" },
                { concurrency: 32, inputTokens: 8192, outputTokens: 2048, prefixCacheHitRate: 0 },
            ).tpotSeconds * 1e3,
    },
    {
        name: "V3, 4 × 8 H100, prefill EP32",
        conditions: "2,000 tokens in",
        unit: "tokens/s a host in",
        published: 52_300,
        source: lmsys,
        fitted: true,
        predict: () => prefill("H100", 4, 2000),
    },
    {
        name: "V3, 9 × 8 H100, decode EP72",
        conditions: "2,000 tokens in, 100 out, 256 sequences a GPU",
        unit: "tokens/s a host out",
        published: 22_300,
        source: lmsys,
        fitted: true,
        predict: () =>
            decode(
                wide("H100", 9),
                { concurrency: 256 * 72, inputTokens: 2000, outputTokens: 100, prefixCacheHitRate: 0 },
                1,
            ),
    },
    {
        name: "V3, 4 × 8 H800, prefill EP32",
        conditions: "4,096 tokens in",
        unit: "tokens/s a host in",
        published: 42_600,
        source: rtp,
        fitted: true,
        predict: () => prefill("H800", 4, 4096),
    },
    {
        name: "V3, 18 × 8 H800, decode EP144, one token drafted",
        conditions: "4,096 tokens in, 2,048 out, 13,200 sequences",
        unit: "tokens/s a host out",
        published: 14_700,
        source: rtp,
        fitted: true,
        predict: () =>
            decode(
                { ...wide("H800", 18, 16), draftTokens: 1 },
                { concurrency: 13_200, inputTokens: 4096, outputTokens: 2048, prefixCacheHitRate: 0 },
                1.85,
            ),
    },
    {
        name: "V3/R1, 18 × 8 H800, decode EP144",
        conditions: `4,989 tokens in the cache, ${deepseekSequences.toLocaleString("en")} sequences (from 20 to 22 tokens/s each)`,
        unit: "tokens/s a host out",
        published: 14_800,
        source: deepseek,
        fitted: false,
        predict: () =>
            decode(
                wide("H800", 18),
                { concurrency: deepseekSequences, inputTokens: 4489, outputTokens: 1000, prefixCacheHitRate: 0 },
                1,
            ),
    },
    {
        name: "V3/R1, 4 × 8 H800, prefill EP32",
        conditions: "73,700 with 56.3 % from the cache: 32,200 computed; prompts taken as 4,096, and no idle time",
        unit: "tokens/s a host in",
        published: 32_200,
        source: deepseek,
        fitted: false,
        predict: () => prefill("H800", 4, 4096),
    },
];
