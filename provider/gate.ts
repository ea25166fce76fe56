import * as pulumi from "@pulumi/pulumi";
import { type ConnectionArgs, withSecretKey } from "./connection";
import type { CheckResult, CheckSpec } from "./gates/check";
import type { Fingerprint } from "./gates/fingerprint";
import { GATE_TYPE, METAL_VERSION } from "./items";

export type { CheckResult, CheckSpec, Finding, Reading, Threshold } from "./gates/check";
export type { Fingerprint } from "./gates/fingerprint";
export { SERVING_LABEL, UNPROVEN_TAINT } from "./gates/marks";

/** Inputs of a gate. */
export interface GateArgs {
    /** The host that is to prove itself. */
    readonly connection: ConnectionArgs;
    /** The other end of checks between two hosts (iperf3, rdma, nccl over more than one). */
    readonly peer?: ConnectionArgs;
    /**
     * Checks by name, each with its thresholds and settings. A check that a gate has more than once has a word behind
     * its name: `fio:hot`, `fio:cold`.
     */
    readonly checks: Readonly<Record<string, CheckSpec>>;
    /**
     * Kubernetes node that the host is: it has the label `SERVING_LABEL` when the gate has passed, and the taint
     * `UNPROVEN_TAINT` until then. Needs a kubeconfig in the provider's configuration.
     */
    readonly node?: pulumi.Input<string>;
    /** Any change of this text runs the gate again. */
    readonly runAgain?: pulumi.Input<string>;
}

/**
 * What a host must prove before it serves: named checks run over SSH, figures compared with thresholds. It runs when it
 * is created, and again when hardware, firmware, driver or kernel differ from what they were (every preview looks),
 * when a check or its settings change, when `runAgain` changes, and when it failed the last time. Other thresholds are
 * held against the figures that are kept. A gate that fails fails the update; its figures stay in the state.
 *
 * The state of one gate has, beside the inputs (`inputs.checks[NAME].thresholds[FIGURE]`: atLeast, atMost, unit,
 * source; `inputs.connection.name`), the outputs
 *
 *     passed       true or false
 *     results      by name of the check: passed, seconds, figures (number by name), series (number by series and
 *                  point; only where there are any), findings (what, found, wanted, causes; source where a threshold was
 *                  missed), missing (tool, package; only where a tool is missing)
 *     fingerprint  text by name: `kernel`, `GPU 0000:0f:00.0`, `peer kernel` …
 *     ranAt        when it was measured, ISO 8601 in UTC
 *     servingNode  node that has the label; empty where none has
 *
 * Figures have five significant digits, and a series has 128 points at most.
 */
export class Gate extends pulumi.CustomResource {
    /** Whether every check passed. */
    declare public readonly passed: pulumi.Output<boolean>;
    /** Results by name of the check. */
    declare public readonly results: pulumi.Output<Readonly<Record<string, CheckResult>>>;
    /** What the figures were measured on. */
    declare public readonly fingerprint: pulumi.Output<Fingerprint>;
    /** When they were measured, ISO 8601 in UTC. */
    declare public readonly ranAt: pulumi.Output<string>;
    /** Node that has the label; empty where none has. */
    declare public readonly servingNode: pulumi.Output<string>;

    constructor(name: string, args: GateArgs, opts?: pulumi.CustomResourceOptions) {
        const { connection, peer, ...rest } = args;
        const inputs = {
            ...rest,
            connection: withSecretKey(connection),
            ...(peer === undefined ? {} : { peer: withSecretKey(peer) }),
            passed: undefined,
            results: undefined,
            fingerprint: undefined,
            ranAt: undefined,
            servingNode: undefined,
        };
        super(GATE_TYPE, name, inputs, { version: METAL_VERSION, ...opts });
    }
}
