import type { Catalogue } from "../../../catalog";
import type { Objectives, Parallelism } from "../../site/serving";
import type { Site, SiteModel } from "../../site/site";
import { refusalOf } from "../fit";
import { replicaWords } from "../placement";
import type { Refusal } from "../plan";
import type { Performance } from "../speed";
import { count, listOf, plural } from "../words";
import { type Change, fasterGpus, thatWork, withModel } from "./changes";
import type { Missed } from "./judge";
import type { Failure } from "./service";
import { seconds } from "./told";

/** No plan keeps the objectives, not even for one sequence at a time: says the floor, and what would do. */
export function speedRefusal(
    site: Site,
    { asked, missed }: Extract<Failure, { kind: "speed" }>,
    catalogue: Catalogue,
): Refusal {
    const { model, traffic } = asked;
    const objectives = model.objectives ?? { rankBy: "cost" };
    const [nearest] = [...missed].sort(
        (a, b) => excess(a.problem.floor, objectives) - excess(b.problem.floor, objectives),
    );
    if (nearest === undefined) {
        return refusalOf({ limit: "speed", needed: "", available: "", because: `${model.name} has no plan` }, []);
    }
    const { floor } = nearest.problem;
    const broken = brokenPromises(nearest, objectives);
    const needed = listOf(
        broken.map(({ wanted }) => wanted),
        "and",
    );
    const available = listOf(
        broken.map(({ least }) => least),
        "and",
    );
    const because =
        `${model.name} promises ${needed}, and the least that ${replicaWords(nearest.plan)} reach is ${available}, ` +
        `with ${count(floor.concurrency)} of its sequences of ${count(traffic.inputTokens)} tokens in and ${count(traffic.outputTokens)} out at a time`;
    return refusalOf(
        { limit: "speed", needed, available, because },
        thatWork(changes(site, model, floor, objectives, catalogue), model, catalogue),
    );
}

interface Broken {
    readonly wanted: string;
    readonly least: string;
}

function brokenPromises({ problem: { missed, floor } }: Missed, objectives: Objectives): readonly Broken[] {
    const { ttftSeconds = Infinity, tpotMilliseconds = Infinity } = objectives;
    return [
        ...(missed === "tpot"
            ? []
            : [
                  {
                      wanted: `the first token in ${seconds(ttftSeconds)}`,
                      least: `${seconds(floor.ttftSeconds)} to the first token`,
                  },
              ]),
        ...(missed === "ttft"
            ? []
            : [
                  {
                      wanted: `${seconds(tpotMilliseconds / 1000)} a token`,
                      least: `${seconds(floor.tpotSeconds)} a token`,
                  },
              ]),
    ];
}

/** How many times its promise a floor is, by the worse of the two. */
const excess = (floor: Performance, { ttftSeconds = Infinity, tpotMilliseconds = Infinity }: Objectives): number =>
    Math.max(floor.ttftSeconds / ttftSeconds, (floor.tpotSeconds * 1000) / tpotMilliseconds);

/** Promises that can be kept; then draft tokens, groups apart and faster GPUs that keep those of the site. */
function* changes(
    site: Site,
    model: SiteModel,
    floor: Performance,
    objectives: Objectives,
    catalogue: Catalogue,
): Generator<readonly Change[]> {
    const { parallelism = {} } = model;
    const laidOut = (words: string, other: Parallelism): Change => ({
        words,
        site: withModel(site, { ...model, parallelism: { ...parallelism, ...other } }),
    });
    yield promisesKept(site, model, floor, objectives);
    yield [1, 2, 3]
        .filter(draftTokens => draftTokens > (parallelism.draftTokens ?? 0))
        .map(draftTokens => laidOut(`${plural(draftTokens, "draft token")} a step`, { draftTokens }));
    if (parallelism.prefillDecode !== "apart") {
        yield [laidOut("prefill and decode apart", { prefillDecode: "apart" })];
    }
    yield* fasterGpus(site, model.pool, catalogue);
}

/** Promises at and above the floor, the least first. */
function promisesKept(site: Site, model: SiteModel, floor: Performance, objectives: Objectives): readonly Change[] {
    const { ttftSeconds, tpotMilliseconds } = objectives;
    return [1.1, 1.5, 2, 3, 5].map(factor => {
        const late = roundUp(floor.ttftSeconds * factor);
        const slow = roundUp(floor.tpotSeconds * 1000 * factor);
        const eased: Objectives = {
            ...objectives,
            ...(ttftSeconds === undefined ? {} : { ttftSeconds: Math.max(ttftSeconds, late) }),
            ...(tpotMilliseconds === undefined ? {} : { tpotMilliseconds: Math.max(tpotMilliseconds, slow) }),
        };
        const words = [
            ttftSeconds !== undefined && late > ttftSeconds && `the first token in ${seconds(late)}`,
            tpotMilliseconds !== undefined && slow > tpotMilliseconds && `${seconds(slow / 1000)} a token`,
        ].filter(word => word !== false);
        return { words: listOf(words, "and"), site: withModel(site, { ...model, objectives: eased }) };
    });
}

/** Up to two digits. */
function roundUp(value: number): number {
    const step = 10 ** (Math.floor(Math.log10(value)) - 1);
    return Number((Math.ceil(value / step - 1e-9) * step).toPrecision(2));
}
