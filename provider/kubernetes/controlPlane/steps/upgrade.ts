import { shellWords, step } from "../../../shell";
import { installPackages, pullImages } from "../../install";
import type { ControlPlaneHost, ControlPlaneInputs } from "../../types";
import { readVersion } from "../../versions";
import { configurationHash } from "../configuration";
import {
    DOCUMENTS,
    ignoreFlag,
    putPods,
    recordApplied,
    waitEndpoint,
    waitReady,
    withDocuments,
    writeFiles,
} from "./fragments";
import { podFunctions } from "./pods";

/** Seconds that `kubeadm upgrade` may take: it changes one static pod after the other, and waits for each. */
const UPGRADE_SECONDS = 900;
/** Seconds that the work of a node has to move elsewhere, where a new minor version wants that. */
const DRAIN_SECONDS = 300;

/** An upgrade of one host. */
export interface Upgrade {
    /** Version that the cluster's own configuration has until now. */
    readonly from: string;
    /** Whether it decides for the cluster. The others follow. */
    readonly first: boolean;
}

/**
 * Shell that brings a host of the control plane to the version of the inputs. The first one brings the cluster's
 * configuration with it, so that flags that a new version knows come together with it, and not before. A kubelet of
 * another minor version may make containers anew: only then is the node drained.
 */
export function upgradeHost(
    inputs: ControlPlaneInputs,
    host: ControlPlaneHost,
    { from, first }: Upgrade,
): readonly string[] {
    const { version, packages, images = {}, files = {}, skipPhases = [] } = inputs;
    const { kubeadm, ...others } = packages;
    const addons = skipPhases.filter(phase => phase === "addon" || phase.startsWith("addon/"));
    const skip = addons.length === 0 ? "" : ` --skip-phases ${shellWords([addons.join(",")])}`;
    const flags = `${ignoreFlag(inputs)}${skip}`;
    const drains = readVersion(from)?.minor !== readVersion(version)?.minor;
    const node = shellWords([host.node]);
    return [
        ...writeFiles(files),
        ...pullImages(images),
        ...(kubeadm === undefined ? [] : installPackages({ kubeadm })),
        podFunctions(inputs, host),
        "trap come_back EXIT",
        "stand_aside",
        ...(first
            ? withDocuments(inputs, host, from, [
                  step(`upgrading it and the cluster to ${version}`),
                  `told 120 kubeadm init phase upload-config all --config ${DOCUMENTS}`,
                  `told ${UPGRADE_SECONDS} kubeadm upgrade apply v${version} --yes${flags}`,
              ])
            : [step(`upgrading it to ${version}`), `told ${UPGRADE_SECONDS} kubeadm upgrade node${flags}`]),
        ...(drains
            ? [
                  step("draining its node"),
                  `told ${DRAIN_SECONDS + 30} kubectl --kubeconfig /etc/kubernetes/admin.conf drain ${node} --ignore-daemonsets --delete-emptydir-data --timeout=${DRAIN_SECONDS}s`,
              ]
            : []),
        ...installPackages(others),
        step("restarting its kubelet"),
        "systemctl daemon-reload",
        "systemctl restart kubelet",
        ...waitReady(),
        ...putPods(host),
        `node_ready() { [ "$(own get node ${node} -o 'jsonpath={.status.nodeInfo.kubeletVersion} {.status.conditions[?(@.type=="Ready")].status}' 2>&1)" = 'v${version} True' ]; }`,
        step("waiting for its node"),
        `wait_for 180 'its node is not ready with the new version' node_ready`,
        ...(drains ? [`told 60 kubectl --kubeconfig /etc/kubernetes/admin.conf uncordon ${node}`] : []),
        ...waitEndpoint(inputs),
        ...recordApplied(configurationHash(inputs)),
    ];
}
