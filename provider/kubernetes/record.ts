import { HOST_STATE } from "../kinds/prelude";
import { shellWords } from "../shell";

/** What Seamount has written down on a host of its being a node: one line a fact, a key and words. */
export const RECORD = `${HOST_STATE}/kubernetes`;
/** Copies of the static pods that kubeadm made there. */
export const COPIES = `${HOST_STATE}/kubernetes-manifests`;

/**
 * How far a host has come. `prepared`: it has the programs, and is no node. `beginning`, `joining`: that began on a clean host and did not end, so that everything of
 * Kubernetes there may go. `member`: it ended well. `leaving`: its reset began.
 */
export type Phase = "prepared" | "beginning" | "joining" | "member" | "leaving";

const PHASES: readonly string[] = ["prepared", "beginning", "joining", "member", "leaving"] satisfies readonly Phase[];
/** Phases that a host is in while something on it is half done. */
const HALF: readonly (Phase | undefined)[] = ["beginning", "joining", "leaving"];

/** What the record of a host says. */
export interface HostRecord {
    /** Unset: Seamount has not made the host a node. */
    readonly phase?: Phase;
    /** Packages that came with Kubernetes, and were not there before. */
    readonly brought: readonly string[];
    /** Other facts by key. */
    readonly facts: Readonly<Record<string, string>>;
}

/** Shell that prints the record. */
export const observeRecord = `[ ! -r ${RECORD} ] || cat ${RECORD}`;

/** Reads what `observeRecord` printed. */
export function readHostRecord(lines: readonly string[]): HostRecord {
    const facts = new Map(
        lines.map(line => {
            const [key = "", ...words] = line.split(" ");
            return [key, words.join(" ")] as const;
        }),
    );
    const phase = facts.get("phase") ?? "";
    return {
        ...(isPhase(phase) ? { phase } : {}),
        brought: (facts.get("brought") ?? "").split(" ").filter(name => name !== ""),
        facts: Object.fromEntries([...facts].filter(([key]) => key !== "phase" && key !== "brought" && key !== "")),
    };
}

/** Shell that writes down one fact in the place of what was there. Needs the prelude of changes. */
export function recordFact(key: string, words: string): string {
    return `set_lines ${RECORD} 1 ${shellWords([key, `${key} ${words}`])}`;
}

/** Shell that writes down how far the host has come. */
export const recordPhase = (phase: Phase): string => recordFact("phase", phase);

/** Whether something that Seamount began on a host did not end: everything of Kubernetes there may go. */
export const isHalfDone = ({ phase }: HostRecord): boolean => HALF.includes(phase);

const isPhase = (text: string): text is Phase => PHASES.includes(text);
