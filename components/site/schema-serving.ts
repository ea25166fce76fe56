import * as z from "zod";
import { dnsLabel, textMatching, whole } from "./fields";
import { isCron, isTimeZone } from "./schedule";

/** A share: 0 to 1. */
export const share = (): z.ZodNumber => z.number().min(0).max(1);

/** What clients ask of a model. A day without requests is told in a sentence of its own. */
export const trafficSchema = z.strictObject({
    dailyRequests: whole(0, 10_000_000_000)
        .superRefine((requests, context) => {
            if (requests === 0) {
                context.addIssue(
                    "0 requests a day need no replica: write how many are expected, leave traffic out where nobody knows, or take the model out",
                );
            }
        })
        .describe("Requests a day, in the mean."),
    peakFactor: z
        .number()
        .min(1)
        .max(1000)
        .default(3)
        .describe("Requests a second at the busiest time over those of the mean, 1 or more. Default 3."),
    inputTokens: whole(1, 10_000_000).describe("Mean length of a prompt in tokens."),
    outputTokens: whole(1, 10_000_000).describe("Mean length of an answer in tokens, what it thinks included."),
    prefixCacheHitRate: share()
        .default(0)
        .describe("Share of prompt tokens that an engine finds in its prefix cache, 0 to 1. Default 0."),
});

/** What clients may expect. */
export const objectivesSchema = z.strictObject({
    ttftSeconds: z
        .number()
        .positive()
        .max(3600)
        .optional()
        .describe("Seconds to the first token at the busiest time, at most. Unset: none promised."),
    tpotMilliseconds: z
        .number()
        .positive()
        .max(60_000)
        .optional()
        .describe("Milliseconds a token after the first at the busiest time, at most. Unset: none promised."),
    rankBy: z
        .enum(["cost", "latency", "gpus"])
        .default("cost")
        .describe(
            "What plans are ranked by: the least cost per token, the least latency, or the fewest GPUs. Default cost.",
        ),
});

/** How a replica may be laid out. */
export const parallelismSchema = z.strictObject({
    pipeline: whole(1, 64).optional().describe("Pipeline-parallel degree. Unset: the planner chooses."),
    data: whole(1, 1024)
        .optional()
        .describe("Attention data-parallel degree, with expert parallel. Unset: the planner chooses."),
    hostsPerReplica: whole(1, 128)
        .optional()
        .describe("Hosts that one replica may span. Above 1 needs a fabric. Unset: 1."),
    prefillDecode: z
        .enum(["together", "apart"])
        .optional()
        .describe(
            "apart: prefill and decode on groups of their own, which needs a fabric; together: one group does both. Unset: together.",
        ),
    draftTokens: whole(0, 16)
        .optional()
        .describe("Tokens that the model's own draft layer proposes a step (multi-token prediction). Unset: 0."),
    redundantExperts: whole(0, 4096)
        .optional()
        .describe(
            "Routed experts that are held twice, over all ranks, so that no rank waits for a busy one. Unset: 0.",
        ),
    kvCache: z.enum(["bf16", "fp8"]).optional().describe("Number format of the KV cache. Unset: bf16."),
    tensorParallelAboveB: z
        .number()
        .positive()
        .max(100_000)
        .optional()
        .describe("Models of more parameters than this, in 10⁹, are tensor parallel. Unset: 30."),
    fastLinkAboveB: z
        .number()
        .positive()
        .max(100_000)
        .optional()
        .describe("Models of more parameters than this, in 10⁹, need NVLink or its like. Unset: 175."),
});

const cron = (): z.ZodString =>
    textMatching(
        isCron,
        `is not a time in cron's words: minute, hour, day, month, day of the week, like "0 8 * * 1-5"`,
    );

const scheduleSchema = z.strictObject({
    start: cron().describe(`When it begins, in cron's words: "0 8 * * 1-5".`),
    end: cron().describe(`When it ends, in cron's words: "0 20 * * 1-5".`),
    timeZone: textMatching(isTimeZone, `is not a time zone: write it like "Asia/Shanghai" or "UTC"`).describe(
        "Time zone of both, by its name in the IANA database.",
    ),
    replicas: whole(1, 1024).describe("Replicas between the two."),
});

/** How a model service grows and shrinks. */
export const scalingSchema = z.strictObject({
    minReplicas: whole(1, 1024).default(1).describe("Replicas that are always there. Default 1."),
    maxReplicas: whole(1, 1024).describe("Replicas that it may grow to. Their GPUs must be there."),
    queueLength: whole(1, 65_536)
        .default(8)
        .describe("Requests that wait in one replica before another is started. Default 8."),
    coolDownSeconds: whole(0, 86_400).default(900).describe("Seconds without need before a replica goes. Default 900."),
    schedule: z
        .array(scheduleSchema)
        .max(32)
        .default([])
        .describe("Hours at which more replicas are there than at the least. Default: none."),
});

/** What a service does when more is asked than it can hold. */
export const overloadSchema = z.strictObject({
    strategy: z
        .enum(["shed", "shorten", "reroute"])
        .default("shed")
        .describe(
            "shed: refuse with 429 at once; shorten: answers of at most shortenToTokens; reroute: to another service. Default shed.",
        ),
    shortenToTokens: whole(1, 10_000_000)
        .optional()
        .describe("Longest answer under overload, in tokens. Set exactly with the strategy shorten."),
    rerouteTo: dnsLabel()
        .optional()
        .describe("Name of another model service of the site. Set exactly with the strategy reroute."),
    queueLength: whole(1, 65_536)
        .default(64)
        .describe("Requests that may wait in one replica before the strategy begins. Default 64."),
});
