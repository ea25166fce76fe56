import type { Model, ModelWeights } from "../../catalog";
import { expertRanks, type Layout } from "./memory";
import type { FitRequest, Problem, Resolved } from "./request";
import { count, hardware, listOf } from "./words";

/** Why a tensor-parallel degree cannot divide a model. */
export interface Indivisible {
    /** `2048 / 32 = 64, not a multiple of 128`. */
    readonly arithmetic: string;
    /** What is divided: `the width of its experts`. */
    readonly dimension: string;
    readonly needed: string;
    readonly available: string;
}

/**
 * Whether a tensor-parallel degree divides what it shards: attention heads, key and value heads, the widths of the
 * feed-forward layers, and of each width a whole number of quantisation blocks. With expert parallel, experts stay
 * whole and only have to be shared out evenly.
 */
export function indivisible(
    model: Model,
    weights: ModelWeights,
    layout: Layout,
    redundantExperts = 0,
): Indivisible | undefined {
    const degree = layout.tensorParallel;
    if (model.heads % degree !== 0) {
        return uneven("its attention heads", model.heads, degree);
    }
    if (model.kv.kind === "gqa" && model.kv.kvHeads % degree !== 0 && degree % model.kv.kvHeads !== 0) {
        return uneven("its key and value heads", model.kv.kvHeads, degree);
    }
    const ranks = degree * layout.dataParallel;
    const experts = model.experts + redundantExperts;
    if (layout.expertParallel && experts % ranks !== 0) {
        return uneven(`its routed experts${redundantExperts > 0 ? " with those held twice" : ""}`, experts, ranks);
    }
    const expertWidth = layout.expertParallel
        ? undefined
        : width("the width of its experts", model.moeInter, degree, weights.blockSize);
    return expertWidth ?? width("the width of its dense layers", model.denseInter, degree, weights.blockSize);
}

function uneven(dimension: string, size: number, degree: number): Indivisible {
    return {
        dimension,
        arithmetic: `${size} / ${degree} is not a whole number`,
        needed: `a divisor of ${size}`,
        available: `${degree}`,
    };
}

function width(dimension: string, size: number | undefined, degree: number, block = 1): Indivisible | undefined {
    if (size === undefined) {
        return undefined;
    }
    if (size % degree !== 0) {
        return uneven(dimension, size, degree);
    }
    const share = size / degree;
    return share % block === 0
        ? undefined
        : {
              dimension,
              arithmetic: `${size} / ${degree} = ${share}, not a multiple of the ${block} of a quantisation block`,
              needed: `a multiple of ${block}`,
              available: `${share}`,
          };
}

/** Whether a layout keeps whole layers on one GPU though the model is larger than what may be: see `FitRequest`. */
export const isUndivided = (model: Model, { tensorParallelAboveB = Infinity }: FitRequest, layout: Layout): boolean =>
    model.parametersB > tensorParallelAboveB && expertRanks(layout) === 1;

/** Hosts that one replica is ever spread over. */
const largestHosts = 64;

/** Numbers of GPUs to try in one host: powers of two, and all of them. */
function gpuCounts(gpusPerHost: number): readonly number[] {
    const powers = [1, 2, 4, 8, 16, 32, 64].filter(power => power < gpusPerHost);
    return [...powers, gpusPerHost];
}

/**
 * Every layout to try, best first: the fewest hosts, in one host the fewest GPUs, then as little pipeline parallel as
 * possible. More than one host are used whole. Unless a pipeline degree is asked for, a stage is made of whole hosts.
 * A rank of attention data parallel is never spread over hosts, by stages neither.
 */
export function layouts({ request, model }: Resolved): readonly Layout[] {
    const { tensorParallel, pipelineParallel, dataParallel = 1 } = request;
    const expertParallel = dataParallel > 1 && model.experts > 0;
    const places = upTo(Math.min(request.hosts, largestHosts)).flatMap(hosts =>
        (hosts === 1 ? gpuCounts(request.gpusPerHost) : [request.gpusPerHost]).map(gpusPerHost => ({
            hosts,
            gpusPerHost,
        })),
    );
    return places.flatMap(place => {
        const ranks = (place.hosts * place.gpusPerHost) / dataParallel;
        const stages = pipelineParallel === undefined ? divisors(place.hosts) : [pipelineParallel];
        return stages
            .filter(degree => degree <= model.layers && Number.isInteger(ranks / degree))
            .map(degree => ({
                ...place,
                tensorParallel: ranks / degree,
                pipelineParallel: degree,
                dataParallel,
                expertParallel,
            }))
            .filter(layout => tensorParallel === undefined || layout.tensorParallel === tensorParallel)
            .filter(
                layout =>
                    dataParallel === 1 || place.gpusPerHost % (layout.tensorParallel * layout.pipelineParallel) === 0,
            );
    });
}

const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);

/** Whole numbers that divide a number, the smallest first. */
export const divisors = (of: number): readonly number[] => upTo(of).filter(one => of % one === 0);

/** The problem of a request that no layout divides, told by the layout that was asked for, or else by the largest. */
export function indivisibleProblem(resolved: Resolved, tried: readonly Layout[]): Problem {
    const { request, subject, model, weights } = resolved;
    const place = hardware(request.gpu, request.gpusPerHost, request.hosts);
    const wanted = request.tensorParallel;
    const asked = tried.at(-1);
    const reason = asked === undefined ? undefined : indivisible(model, weights, asked, request.redundantExperts ?? 0);
    if (asked !== undefined && reason === undefined) {
        const limit = request.tensorParallelAboveB ?? 0;
        return {
            limit: "tensor-parallel",
            needed: "tensor parallel 2 or more",
            available: `tensor parallel ${asked.tensorParallel}`,
            because:
                `${subject} has ${count(model.parametersB)} × 10⁹ parameters, and models of more than ${limit} × 10⁹ are ` +
                `tensor parallel, which ${wanted === undefined ? place : `tensor parallel ${wanted}`} is not`,
            advice: `to have it all the same, set parallelism.tensorParallelAboveB to ${Math.ceil(model.parametersB)}`,
        };
    }
    if (asked === undefined || reason === undefined) {
        const degrees = listOf(
            [
                ["tensor", wanted] as const,
                ["pipeline", request.pipelineParallel] as const,
                ["attention data", request.dataParallel] as const,
            ].flatMap(([kind, degree]) => (degree === undefined ? [] : [`${kind} parallel ${degree}`])),
            "and",
        );
        return {
            limit: "tensor-parallel",
            needed: "degrees whose product is a number of GPUs that there are",
            available: place,
            because: `${subject} cannot run with ${degrees} on ${place}: the degrees multiplied are no number of GPUs that it has`,
        };
    }
    return {
        limit: "tensor-parallel",
        needed: reason.needed,
        available: reason.available,
        because:
            `${subject} cannot run with tensor parallel ${asked.tensorParallel} on ${place}, ` +
            `because of ${reason.dimension}: ${reason.arithmetic}`,
    };
}
