import { createHash } from "node:crypto";
import { members } from "../engines/member";
import { engines } from "../engines/registry";
import type { ServiceSettings } from "../pod";

/** Hexadecimal digits of a revision. */
const DIGITS = 8;

/**
 * What decides the tensors that prefill hands to decode: the weights, the engine and how each side is laid out. Two
 * pods of different revisions may exchange a KV cache and answer nonsense, so they must never meet.
 */
export function revisionOf({ plan, model }: Pick<ServiceSettings, "plan" | "model">): string {
    const engine = engines[plan.engine];
    const said = {
        image: model.image,
        weights: [model.weights.image ?? "", model.weights.sha256sums],
        pods: members(plan).map(member => [member.count, engine.command(plan, model, member)]),
    };
    return createHash("sha256").update(JSON.stringify(said)).digest("hex").slice(0, DIGITS);
}
