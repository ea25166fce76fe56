import { shellWords } from "../../../shell";
import { MANIFESTS } from "../../prelude";
import { dropAddress } from "../../reset";
import type { ControlPlaneHost, ControlPlaneInputs } from "../../types";
import { READY_SECONDS } from "./fragments";

/** Where static pods of the site lie while they stand aside. */
const ASIDE = "/run/seamount-aside";
/** Seconds until a static pod that stands aside has ended. */
const ASIDE_SECONDS = 40;

/**
 * Shell functions for static pods that run.
 * - `pod_renewed NAME ID` succeeds when another container of that name runs.
 * - `stand_aside` takes the site's static pods from the host where it holds the virtual address, so that another host
 *   takes that before this one's API server stops; `come_back` puts them back.
 * - `restart_pods NAME…` ends each, which the kubelet then runs anew, one after the other.
 */
export function podFunctions(
    { virtualAddress, hosts }: ControlPlaneInputs,
    { staticPods = {} }: ControlPlaneHost,
): string {
    const names = Object.keys(staticPods);
    const alone = virtualAddress === undefined || hosts.length === 1 || names.length === 0;
    return [
        "pod_renewed() {",
        '    now=$(container "$1")',
        '    [ -n "$now" ] && [ "$now" != "$2" ]',
        "}",
        'pod_ended() { [ -z "$(container "$1")" ]; }',
        ...(alone ? ["stand_aside() { :; }", "come_back() { :; }"] : handOver(virtualAddress, names)),
        "restart_pods() {",
        "    stand_aside",
        "    for pod; do",
        '        mark step "restarting $pod"',
        '        id=$(container "$pod")',
        '        [ -z "$id" ] || ctr -n k8s.io tasks kill --signal SIGTERM "$id" >/dev/null 2>&1 || :',
        `        wait_for ${READY_SECONDS} "$pod does not run" pod_renewed "$pod" "$id"`,
        "    done",
        "}",
    ].join("\n");
}

function handOver(virtualAddress: string, names: readonly string[]): readonly string[] {
    return [
        "stand_aside() {",
        `    ip -o addr show | grep -qF ${shellWords([` ${virtualAddress}/`])} || return 0`,
        "    mark step 'handing the virtual address over'",
        `    mkdir -pm 0700 ${ASIDE}`,
        `    for pod_name in ${shellWords(names)}; do`,
        `        [ -f "${MANIFESTS}/$pod_name.yaml" ] || continue`,
        `        mv "${MANIFESTS}/$pod_name.yaml" "${ASIDE}/$pod_name.yaml"`,
        `        wait_for ${ASIDE_SECONDS} "$pod_name does not end" pod_ended "$pod_name"`,
        "    done",
        dropAddress(virtualAddress),
        "}",
        "come_back() {",
        `    for pod_path in ${ASIDE}/*.yaml; do`,
        '        [ -f "$pod_path" ] || continue',
        `        put_file "${MANIFESTS}/\${pod_path##*/}" 0600 root root <"$pod_path"`,
        '        rm -f "$pod_path"',
        "    done",
        `    rmdir ${ASIDE} 2>/dev/null || :`,
        "}",
    ];
}
