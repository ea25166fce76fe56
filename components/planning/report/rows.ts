import type { Traffic } from "../../site/serving";
import type { SiteModel } from "../../site/site";
import { replicaGpus } from "../capacity";
import type { Layout } from "../memory";
import type { ModelPlan, RankedPlan, ServingPlan } from "../plan";
import { count, gigabytes, hardware, plural } from "../words";
import { milliseconds, money, percent, seconds, threeDigits, tokens } from "./words";

/** A name and its value, both in words. */
export type Row = readonly [name: string, value: string];

/** A model of the site beside its plan. */
export interface Planned {
    readonly model: SiteModel;
    readonly plan: ModelPlan;
}

/** Degrees of parallelism in words: `tensor 8`, `tensor 8 × pipeline 2, expert parallel`. */
export function degrees(layout: Layout): string {
    const factors = [
        ["tensor", layout.tensorParallel] as const,
        ["pipeline", layout.pipelineParallel] as const,
        ["data", layout.dataParallel] as const,
    ].filter(([, degree]) => degree > 1);
    const product = factors.map(([kind, degree]) => `${kind} ${degree}`).join(" × ");
    return `${product === "" ? "one rank" : product}${layout.expertParallel ? ", expert parallel" : ""}`;
}

/** Where one replica runs and how it is divided, in words. */
export function layoutWords(plan: ServingPlan): string {
    const group = (layout: Layout): string =>
        `${hardware(layout.gpusPerHost === 0 ? undefined : plan.gpu, layout.gpusPerHost, layout.hosts)}, ${degrees(layout)}`;
    const { apart } = plan;
    return apart === undefined
        ? group(plan)
        : `prefill ${apart.prefillGroups} × (${group(apart.prefill)}) and decode ${apart.decodeGroups} × (${group(apart.decode)})`;
}

/** What a replica has beside its layout: format of weights and cache, draft tokens, redundant experts. */
export function featureWords(plan: ServingPlan): string {
    return [
        `weights ${plan.precision}`,
        `KV cache ${plan.kvCache ?? "bf16"}`,
        ...((plan.draftTokens ?? 0) > 0 ? [plural(plan.draftTokens ?? 0, "draft token")] : []),
        ...((plan.redundantExperts ?? 0) > 0 ? [`${plural(plan.redundantExperts ?? 0, "redundant expert")}`] : []),
    ].join(", ");
}

/** The whole plan of a model as rows: what it is, what it does, what it costs. */
export function modelRows({ model, plan }: Planned): readonly Row[] {
    return [
        ["model", `${plan.model}, served by ${plan.engine}`],
        ["layout", layoutWords(plan)],
        ["format", featureWords(plan)],
        ["replicas", `${plan.replicas}, ${plural(plan.replicas * replicaGpus(plan), "GPU")} of the pool ${plan.pool}`],
        [
            "KV cache",
            `${count(plan.kvCacheTokens)} tokens a replica, ${threeDigits(fullSequences(plan))} sequences of ${count(plan.contextTokens)}`,
        ],
        [
            "weights",
            `${gigabytes(plan.weightsGB)}${plan.gpusPerHost > 0 ? `, ${gigabytes(plan.weightsPerGpuGB)} on the fullest GPU` : ""}`,
        ],
        ...trafficRows(model),
        ...(plan.chosen === undefined
            ? []
            : [...capacityRows(plan.chosen, plan.replicas), ...costRows(plan.chosen, plan.replicas, model)]),
    ];
}

const fullSequences = ({ kvCacheTokens, contextTokens }: ServingPlan): number =>
    Math.floor(kvCacheTokens / contextTokens);

function trafficRows({ traffic, objectives }: SiteModel): readonly Row[] {
    const promised = [
        ...(objectives?.ttftSeconds === undefined ? [] : [`first token within ${seconds(objectives.ttftSeconds)}`]),
        ...(objectives?.tpotMilliseconds === undefined
            ? []
            : [`${threeDigits(objectives.tpotMilliseconds)} ms a token`]),
    ];
    return [
        ...(traffic === undefined
            ? []
            : [
                  [
                      "traffic",
                      `${count(traffic.dailyRequests)} requests a day of ${count(traffic.inputTokens)} + ${count(traffic.outputTokens)} tokens, ` +
                          `peak × ${threeDigits(traffic.peakFactor)}, ${percent(traffic.prefixCacheHitRate)} of input from cache`,
                  ] as const,
              ]),
        ...(promised.length === 0 ? [] : [["objectives", promised.join(", ")] as const]),
    ];
}

function capacityRows({ capacity }: RankedPlan, replicas: number): readonly Row[] {
    if (capacity === undefined) {
        return [];
    }
    const { operatingPoint: point, needed, headroom } = capacity;
    return [
        [
            "busiest time",
            `${threeDigits(capacity.peakRequestsPerSecond)} requests/s, ${count(capacity.concurrentSequences)} sequences at a time`,
        ],
        [
            "replicas needed",
            `${needed} for the traffic and ${headroom} for the loss of a host; the site has ${replicas}`,
        ],
        ["operating point", `${count(point.concurrency)} sequences a replica`],
        ["first token", seconds(point.ttftSeconds)],
        ["each further", milliseconds(point.tpotSeconds)],
        [
            "a replica's tokens/s",
            `${count(point.inputTokensPerSecond)} in, ${count(point.outputTokensPerSecond)} out, ${threeDigits(point.requestsPerSecond)} requests/s`,
        ],
        ["an update needs", plural(capacity.surgeGpus, "free GPU")],
    ];
}

/** Tokens that replicas handle in a day at their operating point all the time. */
function mostTokensPerDay({ capacity }: RankedPlan, replicas: number): number | undefined {
    const point = capacity?.operatingPoint;
    return point && (point.inputTokensPerSecond + point.outputTokensPerSecond) * 86_400 * replicas;
}

function costRows(chosen: RankedPlan, replicas: number, { traffic }: SiteModel): readonly Row[] {
    const { cost } = chosen;
    if (cost === undefined) {
        return [];
    }
    const { currency } = cost;
    const yearly = cost.powerPerYear + cost.networkPerYear + cost.operationsPerYear + cost.modelUpdatesPerYear;
    const hosted = cost.hostedPerMillionTokens;
    return [
        [
            "cost",
            `${money(cost.total, currency)} in ${plural(cost.years, "year")}: ${money(cost.hardware, currency)} at once, ${money(yearly, currency)} a year`,
        ],
        [
            "a million tokens",
            money(cost.perMillionTokens, currency) +
                (hosted === undefined ? "" : `, hosted ${money(hosted, currency)}`),
        ],
        ...(cost.breakEvenTokensPerDay === undefined
            ? []
            : [
                  [
                      "break-even",
                      breakEvenWords(cost.breakEvenTokensPerDay, mostTokensPerDay(chosen, replicas), traffic),
                  ] as const,
              ]),
        ["power", `${threeDigits(cost.powerKW)} kW with the room, ${plural(cost.racks, "rack")}`],
    ];
}

function breakEvenWords(even: number, most: number | undefined, traffic: Traffic | undefined): string {
    const asked = traffic && traffic.dailyRequests * (traffic.inputTokens + traffic.outputTokens);
    return [
        `${tokens(even)} tokens a day`,
        ...(asked === undefined ? [] : [`clients ask for ${tokens(asked)}`]),
        ...(most === undefined ? [] : [`the replicas give ${tokens(most)} at most`]),
    ].join(", ");
}

/** Heads of the table of plans side by side. */
export const rankingHeads = [
    "plan",
    "replicas",
    "GPUs",
    "first token",
    "a token",
    "tokens/s",
    "a million tokens",
    "total",
];

/** One plan in the table of plans side by side. */
export function rankingRow({ plan, capacity, cost, replicas: there }: RankedPlan): readonly string[] {
    const point = capacity?.operatingPoint;
    return [
        layoutWords(plan),
        there === undefined ? "–" : String(there),
        there === undefined ? "–" : count(there * replicaGpus(plan)),
        point === undefined ? "–" : seconds(point.ttftSeconds),
        point === undefined ? "–" : milliseconds(point.tpotSeconds),
        point === undefined ? "–" : count(point.outputTokensPerSecond),
        cost === undefined ? "–" : money(cost.perMillionTokens, cost.currency),
        cost === undefined ? "–" : money(cost.total, cost.currency),
    ];
}
