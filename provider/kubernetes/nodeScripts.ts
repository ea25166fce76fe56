import { isIP } from "node:net";
import { step } from "../shell";
import { installPackages, pullImages } from "./install";
import { SERVICE, upgradeOrder } from "./nodePlan";
import { recordFact, RECORD, recordPhase } from "./record";
import { type Joining, joinHost, type JoinTicket } from "./ticket";
import type { ClusterNodeInputs } from "./types";

/** Seconds that `kubeadm upgrade node` may take. */
const UPGRADE_SECONDS = 300;

/** Shell that has packages and images on the host. */
export const installScript = ({ packages, images = {} }: ClusterNodeInputs): readonly string[] => [
    ...installPackages(packages),
    ...pullImages(images),
];

/** Shell that joins the cluster. What it has begun it writes down first, so that it can be undone. */
export function joinScript(ticket: JoinTicket, inputs: ClusterNodeInputs): readonly string[] {
    const { node, connection, endpoint, taints, ignorePreflightErrors } = inputs;
    // Without it the kubelet asks for the way to the internet, which a host need not have.
    const address = inputs.address ?? (isIP(connection.address) === 0 ? undefined : connection.address);
    const joining: Joining = {
        node,
        endpoint,
        ...(address === undefined ? {} : { address }),
        ...(taints === undefined ? {} : { taints }),
        ...(ignorePreflightErrors === undefined ? {} : { ignorePreflightErrors }),
    };
    return [
        recordPhase("joining"),
        "systemctl enable kubelet >/dev/null 2>&1 || :",
        ...joinHost(ticket, joining),
        recordPhase("member"),
    ];
}

/**
 * Shell that takes a worker one version on: kubeadm, what it prepares for the kubelet, and the kubelet. It may be run
 * again after it was interrupted anywhere: the kubelet's package comes last but for its start.
 */
export function upgradeScript(inputs: ClusterNodeInputs): readonly string[] {
    const { packages, images = {}, ignorePreflightErrors = [] } = inputs;
    const [first = {}, rest = {}] = upgradeOrder(packages);
    const ignored =
        ignorePreflightErrors.length === 0 ? "" : ` --ignore-preflight-errors=${ignorePreflightErrors.join(",")}`;
    return [
        ...pullImages(images),
        ...installPackages(first),
        step("upgrading what the kubelet reads"),
        `told ${UPGRADE_SECONDS} kubeadm upgrade node${ignored}`,
        ...installPackages(rest),
        ...restartScript,
    ];
}

/** Shell that starts the kubelet anew. */
export const restartScript: readonly string[] = [
    step("starting the kubelet"),
    "systemctl daemon-reload",
    "systemctl enable kubelet >/dev/null 2>&1 || :",
    "systemctl reset-failed kubelet >/dev/null 2>&1 || :",
    "told 90 systemctl restart kubelet",
];

/** Shell that writes down how far the host was taken out of service, and by whom. */
export const outOfServiceScript = (how: "draining" | "drained", who: string): readonly string[] => [
    recordFact(SERVICE, `${how} ${who}`),
];

/** Shell that forgets it. */
export const inServiceScript: readonly string[] = [`[ ! -e ${RECORD} ] || set_lines ${RECORD} 1 ${SERVICE}`];
