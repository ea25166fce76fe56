import type { Objectives } from "../../site/serving";
import { type Cost, requestSeconds } from "../capacity";
import { gpusOfReplica } from "../groups";
import type { RankedPlan, ServingPlan } from "../plan";
import type { Performance } from "../speed";
import { count, plural } from "../words";
import type { Judged } from "./judge";

/** Money in words: `4,310,000 USD`; cents below 10. */
export const money = (value: number, currency: string): string =>
    `${value < 10 ? value.toFixed(2) : count(Number(value.toPrecision(3)))} ${currency}`;

/** Time in words: `0.31 s`, `12 s`, `14 ms`. */
export const seconds = (value: number): string =>
    value < 0.1 ? `${Number((value * 1000).toPrecision(2))} ms` : `${Number(value.toPrecision(2))} s`;

/** All of a service's money: `4,310,000 USD in 5 years`. */
export const costWords = ({ total, currency, years }: Cost): string =>
    `${money(total, currency)} in ${plural(years, "year")}`;

/** What a plan does at its operating point. */
const speedWords = ({ ttftSeconds, tpotSeconds, concurrency }: Performance): string =>
    `${seconds(ttftSeconds)} to the first token and ${seconds(tpotSeconds)} a token with ${plural(concurrency, "sequence")} a replica`;

const sizeWords = ({ plan, replicas, capacity: { needed } }: Judged): string =>
    `${plural(replicas, "replica")} on ${plural(replicas * gpusOfReplica(plan), "GPU")}${replicas === needed ? "" : `, ${count(needed)} of them for the traffic`}`;

const measures = {
    cost: "least cost",
    latency: "least time a request",
    gpus: "fewest GPUs",
} as const satisfies Record<Objectives["rankBy"], string>;

/** The plan that was chosen, and why: the best of so many. */
export function chosenPlan(judged: Judged, of: number, rankBy: Objectives["rankBy"], best: boolean): RankedPlan {
    const money = judged.cost === undefined ? "" : `${perMillion(judged.cost)}, `;
    const rank = best ? `the ${measures[rankBy]} of ${plural(of, "plan")}` : "the best plan that finds room";
    return rankedPlan(judged, `${rank}: ${money}${sizeWords(judged)}, ${speedWords(judged.capacity.operatingPoint)}.`);
}

/** A plan that was not chosen, beside the one that was. */
export function runnerUp(judged: Judged, chosen: Judged, rankBy: Objectives["rankBy"], barred: boolean): RankedPlan {
    const switched = barred ? " It needs parallelism.prefillDecode: apart." : "";
    const words = `${differenceWords(judged, chosen, rankBy)}: ${sizeWords(judged)}, ${speedWords(judged.capacity.operatingPoint)}.`;
    return rankedPlan(judged, words + switched);
}

const perMillion = ({ perMillionTokens, currency }: Cost): string =>
    `${money(perMillionTokens, currency)} for 10⁶ tokens`;

function differenceWords(one: Judged, chosen: Judged, rankBy: Objectives["rankBy"]): string {
    const [mine, theirs] = [one, chosen].map(judged =>
        rankBy === "latency"
            ? requestSeconds(judged.capacity.operatingPoint)
            : (judged.cost?.perMillionTokens ?? judged.replicas * gpusOfReplica(judged.plan)),
    );
    const what = rankBy === "latency" ? "time a request" : one.cost === undefined ? "GPUs" : "cost";
    const share = Math.round(((mine ?? 1) / (theirs ?? 1) - 1) * 100);
    const size = share === 0 ? `the same ${what}` : `${Math.abs(share)} % ${share > 0 ? "more" : "less"} ${what}`;
    return `${size}${one.cost === undefined ? "" : `, ${perMillion(one.cost)}`}`;
}

function rankedPlan({ plan, curve, capacity, cost, replicas }: Judged, because: string): RankedPlan {
    return {
        plan,
        curve,
        capacity,
        replicas,
        because: because[0]?.toUpperCase() + because.slice(1),
        ...(cost === undefined ? {} : { cost }),
    };
}

/** A plan whose traffic is not known: its speed at usual lengths. */
export function plainPlan(plan: ServingPlan, curve: readonly Performance[]): RankedPlan | undefined {
    const [first] = curve;
    return first === undefined
        ? undefined
        : {
              plan,
              curve,
              because: `The fewest hosts and GPUs that hold it. Its speed is that with prompts and answers of ${count(first.inputTokens)} tokens, for the site says no traffic.`,
          };
}
