import { isDeepStrictEqual } from "node:util";
import type { HostConnection } from "../items";
import type { CheckResult, CheckSpec } from "./check";
import type { Fingerprint } from "./fingerprint";
import { judge, judgeAgain } from "./judge";
import { asked, checkNamed } from "./registry";
import type { Ran } from "./script";

/** What is to be proved, and where. */
export interface GateRequest {
    readonly connection: HostConnection;
    /** The other end of checks between two hosts. */
    readonly peer?: HostConnection;
    /** By name: a check of the registry, with `:` and a word behind it where a gate has it twice. */
    readonly checks: Readonly<Record<string, CheckSpec>>;
}

/** How a gate went. */
export interface GateOutcome {
    readonly passed: boolean;
    readonly results: Readonly<Record<string, CheckResult>>;
    readonly fingerprint: Fingerprint;
    /** When the checks ran, ISO 8601 in UTC. */
    readonly ranAt: string;
}

/** What was measured, before it is judged. */
export interface Measured {
    readonly runs: Readonly<Record<string, Ran>>;
    readonly fingerprint: Fingerprint;
    readonly ranAt: string;
}

/** Figures that wait for the gate that asks for the same. */
export interface Kept extends Measured {
    readonly request: GateRequest;
}

/** Judges what was measured by the thresholds of a request. */
export function judged({ checks }: GateRequest, { runs, fingerprint, ranAt }: Measured): GateOutcome {
    const results = Object.fromEntries(
        asked(checks).flatMap(({ name, check, spec }) => {
            const ran = runs[name];
            return ran === undefined ? [] : [[name, judge(check, spec, ran.reading, ran.seconds)] as const];
        }),
    );
    return { passed: Object.values(results).every(({ passed }) => passed), results, fingerprint, ranAt };
}

/** The checks that have to be measured though there are kept figures, and whether those serve at all. */
export function divide({ checks, peer }: GateRequest, { request }: Kept): [GateRequest["checks"], boolean] {
    const samePeer = (peer && endKey(peer)) === (request.peer && endKey(request.peer));
    const rest = Object.entries(checks).filter(([name, { settings = {} }]) => {
        const kept = request.checks[name];
        const same = kept !== undefined && isDeepStrictEqual(kept.settings ?? {}, settings);
        return !same || (checkNamed(name)?.needsPeer === true && !samePeer);
    });
    return [Object.fromEntries(rest), rest.length < Object.keys(checks).length];
}

/** Tells hosts apart. */
export const endKey = ({ address, port = 22, hostKey }: HostConnection): string => `${address} ${port} ${hostKey}`;

/** Kept figures, judged by the thresholds of now. Checks that are no longer asked for are left out. */
export function judgeKept({ checks }: Pick<GateRequest, "checks">, kept: GateOutcome): GateOutcome {
    const results = Object.fromEntries(
        asked(checks).flatMap(({ name, check, spec }) => {
            const result = kept.results[name];
            return result === undefined ? [] : [[name, judgeAgain(check, spec, result)] as const];
        }),
    );
    const { fingerprint, ranAt } = kept;
    return { passed: Object.values(results).every(({ passed }) => passed), results, fingerprint, ranAt };
}
