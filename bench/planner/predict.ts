import { catalogue } from "../../catalog";
import {
    decodeAttentionSeconds,
    decodeCoreSeconds,
    prefillAttentionSeconds,
    prefillCoreSeconds,
} from "../../components/planning/speed/attention";
import type { Kernels } from "../../components/planning/speed/calibration";
import { allReduceSeconds, exchangeSeconds } from "../../components/planning/speed/communication";
import {
    denseSeconds,
    headSeconds,
    mixtureSeconds,
    routedSeconds,
    searchSeconds,
} from "../../components/planning/speed/feed-forward";
import { type Machine, machineOf, sustained } from "../../components/planning/speed/machine";
import { startsSeconds } from "../../components/planning/speed/step";
import { type Subject, subjectOf } from "../../components/planning/speed/subject";
import type { MeasuredPiece } from "./measurements";

/** Kernels of the pieces as `measure.py` runs them: PyTorch's small ones are more than an engine's. */
const kernels: Readonly<Record<string, Kernels>> = {
    "attention-decode-core": { products: 0, elementwise: 0, attention: 1 },
    "attention-decode": { products: 5, elementwise: 11, attention: 1 },
    "attention-prefill-core": { products: 1, elementwise: 0, attention: 0 },
    "attention-prefill": { products: 5, elementwise: 10, attention: 0 },
    dense: { products: 2, elementwise: 2, attention: 0 },
    head: { products: 1, elementwise: 0, attention: 0 },
    experts: { products: 2, elementwise: 1, attention: 0 },
    "experts-prefill": { products: 2, elementwise: 1, attention: 0 },
    mixture: { products: 5, elementwise: 12, attention: 0 },
};

/** DeepSeek-V3 in FP8 on GPUs of one host, as the piece divides it. */
function subjectFor(piece: MeasuredPiece, gpu: string): Subject | undefined {
    const ranks = piece.ranks ?? 1;
    const expertParallel = piece.expertParallel ?? false;
    const tensorParallel = piece.tensorParallel ?? (expertParallel ? 1 : ranks);
    return subjectOf(
        {
            model: "deepseek-v3",
            precision: "fp8",
            gpu,
            hosts: 1,
            gpusPerHost: Math.max(ranks, tensorParallel),
            tensorParallel,
            pipelineParallel: 1,
            dataParallel: expertParallel ? ranks : 1,
            expertParallel,
        },
        catalogue,
    );
}

/**
 * Seconds that the planner's model gives for a measured piece, or undefined for a piece that it does not have.
 * @param gpu name in the catalogue.
 */
export function predictSeconds(piece: MeasuredPiece, gpu: string): number | undefined {
    const subject = subjectFor(piece, gpu);
    if (subject === undefined) {
        return undefined;
    }
    const machine = machineOf(subject.gpu, subject.replica.gpusPerHost);
    const found = partOf(piece, subject, machine);
    const starts = kernels[piece.piece];
    const searched = piece.piece === "experts" || piece.piece === "mixture" ? searchSeconds(subject) : 0;
    return found === undefined ? undefined : found + (starts === undefined ? 0 : startsSeconds(starts)) + searched;
}

function partOf(piece: MeasuredPiece, subject: Subject, machine: Machine): number | undefined {
    const { sequences = 0, context = 0, tokens = 0, ranks = 1, bytes = 0 } = piece;
    const own = subject.replica.expertParallel ? Math.max(1, Math.floor(tokens / ranks)) : tokens;
    switch (piece.piece) {
        case "attention-decode-core":
            return decodeCoreSeconds(subject, machine, sequences, 1, context);
        case "attention-decode":
            return decodeAttentionSeconds(subject, machine, sequences, 1, context);
        case "attention-prefill-core":
            return prefillCoreSeconds(subject, sustained(machine), 1, tokens, 0);
        case "attention-prefill":
            return prefillAttentionSeconds(subject, sustained(machine), 1, tokens, 0);
        case "dense":
            return denseSeconds(subject, tokens > 1024 ? sustained(machine) : machine, tokens);
        case "head":
            return headSeconds(subject, machine, tokens);
        case "experts":
            return routedSeconds(subject, machine, tokens);
        case "experts-prefill":
            return routedSeconds(subject, sustained(machine), tokens);
        case "mixture":
            return mixtureSeconds(subject, machine, own, tokens);
        case "all-reduce":
            return allReduceSeconds(machine, ranks, ranks, bytes);
        case "all-to-all":
            return exchangeSeconds(machine, ranks, ranks, bytes);
        default:
            return undefined;
    }
}
