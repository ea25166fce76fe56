import { attendedKeys, attendedPairs, causalPairs, keyBytes, searchOf } from "./cache";
import type { Machine } from "./machine";
import { overlapSeconds, product, sumSeconds } from "./parts";
import { projections } from "./projections";
import type { Subject } from "./subject";

/** Operations of attention for one pair of a query and a key, all heads of one GPU. */
function pairOperations({ shape, model, replica }: Subject, absorbed: boolean): number {
    const heads = model.heads / replica.tensorParallel;
    const { attention } = shape;
    if (attention.kind !== "mla") {
        return 2 * heads * 2 * attention.headDim;
    }
    return absorbed
        ? 2 * heads * (2 * attention.latent + attention.rope)
        : 2 * heads * (attention.nope + attention.rope + attention.value);
}

/** Bytes of the index's key: values of 8 bits, and a scale. */
const indexKeyBytes = (width: number): number => width + 4;

/** Attention over the cache alone, of one layer in one decode step: the kernel, without its start. */
export function decodeCoreSeconds(
    subject: Subject,
    machine: Machine,
    sequences: number,
    queries: number,
    context: number,
): number {
    const search = searchOf(subject);
    const keys = sequences * attendedKeys(subject, context);
    const searchedKeys = search === undefined ? 0 : (sequences * search.share * context) / search.ratio;
    const searching =
        search === undefined
            ? 0
            : overlapSeconds(
                  (searchedKeys * indexKeyBytes(search.width)) / machine.bytesPerSecond,
                  (searchedKeys * queries * 2 * search.heads * search.width) /
                      machine.products(subject.formats.attention),
              );
    return (
        searching +
        overlapSeconds(
            (keys * keyBytes(subject)) / machine.bytesPerSecond,
            (keys * queries * pairOperations(subject, true)) / machine.attentionDecode,
        )
    );
}

/**
 * Attention of one layer in one decode step.
 * @param sequences of this rank.
 * @param queries tokens of each sequence: 1, and what is proposed besides.
 * @param context tokens of each sequence in the cache.
 */
export const decodeAttentionSeconds = (
    subject: Subject,
    machine: Machine,
    sequences: number,
    queries: number,
    context: number,
): number =>
    sumSeconds(machine, projections(subject, sequences * queries, true)) +
    decodeCoreSeconds(subject, machine, sequences, queries, context);

/** Whether a prompt is attended to by keys and values that were made of latents: all of them, not only chosen ones. */
const unpacks = (subject: Subject): boolean =>
    subject.shape.attention.kind === "mla" && searchOf(subject) === undefined;

/** Attention over prompts alone, of one layer. */
export function prefillCoreSeconds(
    subject: Subject,
    machine: Machine,
    prompts: number,
    tokens: number,
    cached: number,
): number {
    const search = searchOf(subject);
    const pairs = prompts * attendedPairs(subject, tokens, cached);
    const searching =
        search === undefined
            ? 0
            : (((prompts * search.share * causalPairs(tokens, cached, Infinity)) / search.ratio) *
                  2 *
                  search.heads *
                  search.width) /
              machine.products(subject.formats.attention);
    return searching + (pairs * pairOperations(subject, !unpacks(subject))) / machine.attentionPrefill;
}

/**
 * Attention of one layer over prompts of one length, which the prefix cache knows the beginning of.
 * @param prompts of this rank in one pass.
 * @param tokens of each prompt that are not in the cache.
 * @param cached tokens of each prompt that are.
 */
export function prefillAttentionSeconds(
    subject: Subject,
    machine: Machine,
    prompts: number,
    tokens: number,
    cached: number,
): number {
    const { shape, formats, bytes, model, replica } = subject;
    const { attention } = shape;
    // Cached latents become keys and values again, with weights that are being read anyway.
    const unpacked =
        attention.kind === "mla" && unpacks(subject)
            ? [
                  {
                      ...product(
                          attention.latent,
                          (model.heads / replica.tensorParallel) * (attention.nope + attention.value),
                          prompts * cached,
                          bytes.attention,
                          formats.attention,
                      ),
                      bytes: 0,
                  },
              ]
            : [];
    return (
        sumSeconds(machine, [...projections(subject, prompts * tokens, !unpacks(subject)), ...unpacked]) +
        prefillCoreSeconds(subject, machine, prompts, tokens, cached)
    );
}
