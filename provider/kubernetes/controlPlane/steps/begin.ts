import { shellWords, step } from "../../../shell";
import { recordPhase } from "../../record";
import { joinHost, type JoinTicket } from "../../ticket";
import type { ControlPlaneHost, ControlPlaneInputs, KubernetesRelease } from "../../types";
import { addressOf, configurationHash } from "../configuration";
import { DOCUMENTS, prepareHost, putPods, recordApplied, waitEndpoint, waitReady, withDocuments } from "./fragments";
import { podFunctions } from "./pods";

/** Seconds that `kubeadm init` may take: four static pods, whose images are there by then. */
const INIT_SECONDS = 420;

/**
 * Shell that makes a cluster of one host. The host carries the virtual address itself until the static pod that hands it
 * on runs: that one needs the administrator's kubeconfig, which comes only with the cluster.
 */
export function beginCluster(inputs: ControlPlaneInputs, host: ControlPlaneHost): readonly string[] {
    return [
        recordPhase("beginning"),
        ...prepareHost(inputs, inputs),
        ...carryAddress(inputs, host),
        podFunctions(inputs, host),
        ...withDocuments(inputs, host, inputs.version, [
            step("beginning the cluster"),
            `told ${INIT_SECONDS} kubeadm init --config ${DOCUMENTS}`,
        ]),
        ...waitReady(),
        ...putPods(host),
        ...waitEndpoint(inputs),
        ...recordApplied(configurationHash(inputs)),
        recordPhase("member"),
    ];
}

/** What a host of the control plane gets from the one that lets it in. */
export interface Admission {
    readonly ticket: JoinTicket;
    /** Hash of the configuration that the cluster has. Unset: nobody knows. */
    readonly applied?: string;
}

/** Shell that lets a host into the control plane. */
export function joinCluster(
    inputs: ControlPlaneInputs,
    host: ControlPlaneHost,
    release: KubernetesRelease,
    { ticket, applied }: Admission,
): readonly string[] {
    const { node } = host;
    const { endpoint, ignorePreflightErrors = [] } = inputs;
    return [
        recordPhase("joining"),
        ...prepareHost(inputs, release),
        ...joinHost(ticket, { node, address: addressOf(host), endpoint, controlPlane: true, ignorePreflightErrors }),
        ...waitReady(),
        ...putPods(host),
        ...waitEndpoint(inputs),
        ...recordApplied(applied),
        recordPhase("member"),
    ];
}

function carryAddress(
    { virtualAddress }: ControlPlaneInputs,
    { interface: link }: ControlPlaneHost,
): readonly string[] {
    if (virtualAddress === undefined || link === undefined) {
        return [];
    }
    const prefix = `${virtualAddress}/${virtualAddress.includes(":") ? 128 : 32}`;
    return [
        step(`taking the address ${virtualAddress} for the time being`),
        `ip -o addr show dev ${shellWords([link])} | grep -qF ${shellWords([` ${prefix} `])} ||`,
        `    ip addr add ${shellWords([prefix])} dev ${shellWords([link])}`,
    ];
}
