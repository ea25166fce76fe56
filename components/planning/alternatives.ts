import type { Catalogue, Precision } from "../../catalog";
import { evaluate } from "./evaluate";
import { divisors } from "./layout";
import type { FitRequest } from "./request";
import { count, hardware } from "./words";

/** A request near the refused one that fits, and how a sentence names it. */
export interface Alternative {
    readonly request: FitRequest;
    /** `2 hosts of 8 × H100`, `AWQ on 8 × H100`. */
    readonly words: string;
}

const mostAlternatives = 4;
const mostPrecisions = 2;
const mostHosts = 16;
const contextStep = 1024;

/**
 * Requests near a refused one that fit, nearest first, at most four: other degrees on the same hosts where degrees were
 * asked for; else a shorter context, more hosts (up to `mostHosts`), other number formats here or on more hosts, and the
 * same number of other GPUs. Empty where the request itself makes no sense (an unknown name, a number out of range, the
 * wrong engine for the model).
 */
export function alternatives(refused: FitRequest, catalogue: Catalogue): readonly Alternative[] {
    const verdict = evaluate(refused, catalogue);
    if ("plan" in verdict || ["request", "catalogue"].includes(verdict.problem.limit)) {
        return [];
    }
    const fits = (request: FitRequest): boolean => "plan" in evaluate(request, catalogue);
    const free: FitRequest = {
        ...refused,
        tensorParallel: undefined,
        pipelineParallel: undefined,
        dataParallel: undefined,
    };
    const degrees = otherDegrees(refused, free, catalogue);
    if (degrees.length > 0) {
        return degrees;
    }
    const formats = otherPrecisions(free, catalogue);
    const here = formats.filter(fits).slice(0, mostPrecisions);
    const elsewhere = formats
        .filter(format => !here.some(one => one.precision === format.precision))
        .flatMap(format => onMoreHosts(format, fits))
        .sort((a, b) => a.hosts - b.hosts);
    const nearest = [
        ...shorterContext(free, fits),
        ...onMoreHosts(free, fits).map(one => ({ request: one, words: placeOf(one) })),
        ...[...here, ...elsewhere.slice(0, here.length < mostPrecisions ? 1 : 0)].map(one => ({
            request: one,
            words: formatOn(one, catalogue),
        })),
    ].slice(0, mostAlternatives - 1);
    const others = otherGpus(free, catalogue).filter(fits);
    return [
        ...nearest,
        ...others.slice(0, nearest.length === 0 ? 2 : 1).map(one => ({ request: one, words: placeOf(one) })),
    ];
}

const placeOf = ({ gpu, gpusPerHost, hosts }: FitRequest): string => hardware(gpu, gpusPerHost, hosts);

const formatOn = (request: FitRequest, catalogue: Catalogue): string =>
    `${catalogue.precisions[request.precision as Precision].label} on ${placeOf(request)}`;

type Fits = (request: FitRequest) => boolean;

/** Where degrees were asked for: the largest tensor parallel that works on the same hosts, or the planner's own. */
function otherDegrees(refused: FitRequest, free: FitRequest, catalogue: Catalogue): readonly Alternative[] {
    const asked = refused.tensorParallel;
    if (asked === undefined && refused.pipelineParallel === undefined && refused.dataParallel === undefined) {
        return [];
    }
    const gpus = refused.hosts * refused.gpusPerHost;
    const whole = divisors(Math.min(refused.hosts, mostHosts))
        .map(pipelineParallel => ({ ...free, pipelineParallel, tensorParallel: gpus / pipelineParallel }))
        .filter(one => asked !== undefined && one.tensorParallel < asked);
    return [...whole, free].flatMap(request => describeDegrees(request, catalogue)).slice(0, 1);
}

function describeDegrees(request: FitRequest, catalogue: Catalogue): readonly Alternative[] {
    const verdict = evaluate(request, catalogue);
    if (!("plan" in verdict)) {
        return [];
    }
    const { tensorParallel, pipelineParallel, hosts, gpusPerHost, gpu } = verdict.plan;
    const pipeline = pipelineParallel === 1 ? "" : ` × pipeline parallel ${pipelineParallel}`;
    const words = `tensor parallel ${tensorParallel}${pipeline} on ${hardware(gpu, gpusPerHost, hosts)}`;
    return [{ request, words }];
}

/** The same on the fewest further hosts that do. */
function onMoreHosts(request: FitRequest, fits: Fits): readonly FitRequest[] {
    if (request.gpu === undefined || request.gpu === "cpu") {
        return [];
    }
    for (let hosts = request.hosts + 1; hosts <= (request.mostHosts ?? mostHosts); hosts++) {
        const wider = { ...request, hosts };
        if (fits(wider)) {
            return [wider];
        }
    }
    return [];
}

/** The longest context that fits, in steps of 1,024 tokens. */
function shorterContext(refused: FitRequest, fits: Fits): readonly Alternative[] {
    const at = (steps: number): FitRequest => ({ ...refused, contextTokens: steps * contextStep });
    let fails = Math.ceil(Math.min(refused.contextTokens, 2 ** 24) / contextStep);
    if (fails <= 1 || !fits(at(1))) {
        return [];
    }
    let works = 1;
    while (fails - works > 1) {
        const middle = Math.floor((works + fails) / 2);
        if (fits(at(middle))) {
            works = middle;
        } else {
            fails = middle;
        }
    }
    return [{ request: at(works), words: `a context of ${count(works * contextStep)} tokens` }];
}

/** The model's other number formats, the largest first: the nearest in quality. */
function otherPrecisions(request: FitRequest, catalogue: Catalogue): readonly FitRequest[] {
    return Object.entries(catalogue.models[request.model]?.weights ?? {})
        .filter(([precision]) => precision !== request.precision)
        .sort(([, a], [, b]) => b.weightsGB - a.weightsGB)
        .map(([precision]) => ({ ...request, precision }));
}

/** The same number of other GPUs: its own maker's first, the smallest first. */
function otherGpus(request: FitRequest, catalogue: Catalogue): readonly FitRequest[] {
    const own = Object.values(catalogue.gpus).find(gpu => gpu.name === request.gpu);
    const distance = (vendor: string): number => (vendor === own?.vendor ? 0 : 1);
    return own === undefined
        ? []
        : Object.values(catalogue.gpus)
              .filter(gpu => gpu.name !== own.name && gpu.gpusPerHost >= request.gpusPerHost)
              .sort((a, b) => distance(a.vendor) - distance(b.vendor) || a.memoryGB - b.memoryGB)
              .map(gpu => ({ ...request, gpu: gpu.name }));
}
