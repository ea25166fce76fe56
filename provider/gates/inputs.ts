import { checkConnection, itemPath, type Problem, protectInputs } from "../check";
import type { PropertyChange } from "../desired";
import type { HostConnection } from "../items";
import { isRecord, sameValue, unwrap, UNKNOWN, type Wire, type WireRecord } from "../values";
import type { CheckResult, CheckSpec } from "./check";
import type { Fingerprint } from "./fingerprint";
import { checkNamed, checks as known } from "./registry";
import type { GateOutcome } from "./outcome";

/** Inputs of `metal:index:Gate`. */
export interface GateInputs {
    /** The host that is to prove itself. */
    readonly connection: HostConnection;
    /** The other end of checks between two hosts. */
    readonly peer?: HostConnection;
    /** Checks by name; `fio:hot` and `fio:cold` are both `fio`. */
    readonly checks: Readonly<Record<string, CheckSpec>>;
    /** Kubernetes node that the host is: it gets the serving label when the gate passes, and a taint until then. */
    readonly node?: string;
    /** Any change of this text runs the gate again. */
    readonly runAgain?: string;
}

/** Outputs of a gate. `servingNode`: the node that carries its label; empty where none does. */
export interface GateOutputs extends GateOutcome {
    readonly servingNode: string;
}

const NODE = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const INPUTS = ["connection", "peer", "checks", "node", "runAgain"];
const SPEC = ["thresholds", "settings"];
const THRESHOLD = ["atLeast", "atMost", "unit", "source"];

/** The inputs with private keys marked as secrets, whatever the program said. */
export function protectGate(inputs: WireRecord): WireRecord {
    const own = protectInputs(inputs);
    const { connection: peer } = own.peer === undefined ? {} : protectInputs({ connection: own.peer });
    return peer === undefined ? own : { ...own, peer };
}

/** Everything that is wrong with the inputs, all at once. Values that are not known yet are taken as right. */
export function checkGate(inputs: WireRecord): readonly Problem[] {
    const { value } = unwrap(inputs);
    const gate = isRecord(value) ? value : {};
    const { connection, peer, checks, node, runAgain } = gate;
    const problem = (property: string, reason: string): Problem => ({ property, reason });
    return [
        ...Object.keys(gate)
            .filter(name => !INPUTS.includes(name))
            .map(name => problem(name, `a gate has no "${name}"; it has ${INPUTS.join(", ")}`)),
        ...(connection === UNKNOWN ? [] : checkConnection(connection)),
        ...(peer === undefined || peer === UNKNOWN ? [] : checkConnection(peer, "peer")),
        ...(node === undefined || node === UNKNOWN || (typeof node === "string" && NODE.test(node))
            ? []
            : [problem("node", `${JSON.stringify(node)} is not the name of a Kubernetes node`)]),
        ...(runAgain === undefined || typeof runAgain === "string" ? [] : [problem("runAgain", "is not text")]),
        ...(checks === UNKNOWN
            ? []
            : isRecord(checks) && Object.keys(checks).length > 0
              ? Object.entries(checks).flatMap(([name, spec]) => checkOne(name, spec, peer !== undefined))
              : [
                    problem(
                        "checks",
                        "is not a record of checks by name, or is empty: a gate without checks proves nothing",
                    ),
                ]),
    ];
}

/** Checked inputs without wrappings. */
export function readGate(inputs: WireRecord): { readonly gate: GateInputs; readonly hasUnknowns: boolean } {
    const { value, hasUnknowns } = unwrap(inputs);
    return { gate: value as unknown as GateInputs, hasUnknowns };
}

/** Reads outputs; undefined where there are none. */
export function readGateOutputs(outputs: WireRecord): GateOutputs | undefined {
    const { value } = unwrap(outputs);
    if (!isRecord(value) || typeof value.ranAt !== "string") {
        return undefined;
    }
    const text = (name: string) => (typeof value[name] === "string" ? value[name] : "");
    return {
        passed: value.passed === true,
        results: (isRecord(value.results) ? value.results : {}) as unknown as Readonly<Record<string, CheckResult>>,
        fingerprint: (isRecord(value.fingerprint) ? value.fingerprint : {}) as Fingerprint,
        ranAt: text("ranAt"),
        servingNode: text("servingNode"),
    };
}

/** Outputs as they travel. */
export function writeGateOutputs(outputs: GateOutputs): WireRecord {
    return JSON.parse(JSON.stringify(outputs)) as WireRecord;
}

/** What two sets of inputs differ by. */
export interface GateChange {
    /** By property path. */
    readonly details: ReadonlyMap<string, PropertyChange>;
    /** Whether figures that are kept prove nothing about the new inputs. */
    readonly measureAgain: boolean;
}

/** What changes between two sets of inputs, and whether it has to be measured again. Thresholds alone never ask for it. */
export function compareGates(before: GateInputs, now: GateInputs): GateChange {
    const details = new Map<string, PropertyChange>();
    const note = (path: string, old: unknown, value: unknown) => {
        if (!sameValue(old as Wire | undefined, value as Wire | undefined)) {
            details.set(path, old === undefined ? "add" : value === undefined ? "delete" : "update");
        }
    };
    for (const end of ["connection", "peer"] as const) {
        const [old, value] = [before[end] ?? {}, now[end] ?? {}] as Record<string, unknown>[];
        new Set([...Object.keys(old ?? {}), ...Object.keys(value ?? {})]).forEach(field =>
            note(`${end}.${field}`, old?.[field], value?.[field]),
        );
    }
    note("node", before.node, now.node);
    note("runAgain", before.runAgain, now.runAgain);
    let measureAgain = details.has("runAgain") || before.peer?.hostKey !== now.peer?.hostKey;
    for (const name of new Set([...Object.keys(before.checks ?? {}), ...Object.keys(now.checks)])) {
        const [old, value] = [before.checks?.[name], now.checks[name]];
        const path = itemPath("checks", name);
        if (old === undefined || value === undefined) {
            note(path, old, value);
            measureAgain ||= old === undefined;
            continue;
        }
        const figures = new Set([...Object.keys(old.thresholds), ...Object.keys(value.thresholds)]);
        figures.forEach(figure =>
            note(`${path}.${itemPath("thresholds", figure)}`, old.thresholds[figure], value.thresholds[figure]),
        );
        note(`${path}.settings`, old.settings, value.settings);
        measureAgain ||= details.has(`${path}.settings`);
    }
    return { details, measureAgain };
}

function checkOne(name: string, spec: Wire, hasPeer: boolean): Problem[] {
    const property = itemPath("checks", name);
    const check = checkNamed(name);
    const wrong = (path: string, reason: string): Problem => ({ property: path, reason: `check ${name} ${reason}` });
    if (check === undefined) {
        const names = Object.keys(known).join(", ");
        return [{ property, reason: `there is no check "${name}"; there are ${names}, each also as NAME:WORD` }];
    }
    if (JSON.stringify(spec).includes(UNKNOWN)) {
        return [];
    }
    if (!isRecord(spec) || !isRecord(spec.thresholds) || (spec.settings !== undefined && !isRecord(spec.settings))) {
        return [wrong(property, "is not a record of thresholds, and settings where it needs any")];
    }
    return [
        ...Object.keys(spec)
            .filter(field => !SPEC.includes(field))
            .map(field => wrong(property, `has no "${field}"; it has ${SPEC.join(", ")}`)),
        ...(check.needsPeer === true && !hasPeer ? [wrong(property, "needs a peer: set `peer`")] : []),
        ...Object.entries(spec.thresholds).flatMap(([figure, threshold]) =>
            thresholdProblems(threshold).map(reason =>
                wrong(`${property}.${itemPath("thresholds", figure)}`, `has a threshold for ${figure} that ${reason}`),
            ),
        ),
        ...check.check(spec as unknown as CheckSpec).map(reason => wrong(property, reason)),
    ];
}

function thresholdProblems(threshold: Wire): string[] {
    if (!isRecord(threshold)) {
        return ["is not a record"];
    }
    const { atLeast, atMost, unit, source } = threshold;
    const isNumber = (value: Wire | undefined) => value === undefined || typeof value === "number";
    return [
        ...Object.keys(threshold)
            .filter(field => !THRESHOLD.includes(field))
            .map(field => `has a "${field}", which is none of ${THRESHOLD.join(", ")}`),
        ...(isNumber(atLeast) && isNumber(atMost) ? [] : ["is not a number"]),
        ...(atLeast === undefined && atMost === undefined ? ["has neither atLeast nor atMost"] : []),
        ...(typeof unit === "string" ? [] : ["has no unit"]),
        ...(typeof source === "string" && source !== "" ? [] : ["does not say its source"]),
    ];
}
