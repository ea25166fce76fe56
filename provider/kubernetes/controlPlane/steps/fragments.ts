import { writeFile } from "../../../kinds/filescript";
import { sortedEntries } from "../../../kinds/kind";
import { shellQuote, shellWords, step } from "../../../shell";
import { installPackages, pullImages } from "../../install";
import { MANIFESTS } from "../../prelude";
import { COPIES, RECORD, recordFact } from "../../record";
import type { ControlPlaneHost, ControlPlaneInputs, KubernetesRelease } from "../../types";
import { initDocuments } from "../configuration";
import { FACTS, KUBEADM_PODS, sha256 } from "../reasons";
import { KUBELET_CONFIGURATION } from "../seen";

/** Seconds until a static pod that was put or ended runs anew, and the API server with it. */
export const READY_SECONDS = 180;
/** Where kubeadm's configuration lies on a host, in memory, while a step needs it. */
export const DOCUMENTS = "/run/seamount-init";

/** Shell that has everything on a host that it needs before kubeadm runs there. May run again. */
export function prepareHost(
    { files = {} }: ControlPlaneInputs,
    { packages, images = {} }: KubernetesRelease,
): readonly string[] {
    return [
        ...writeFiles(files),
        ...installPackages(packages),
        "systemctl enable kubelet >/dev/null 2>&1",
        ...pullImages(images),
    ];
}

/** Shell that writes the files that the API server reads. */
export function writeFiles(files: NonNullable<ControlPlaneInputs["files"]>): readonly string[] {
    return sortedEntries(files).flatMap(([path, item]) => [step(`writing ${path}`), writeFile(path, item, true)]);
}

/**
 * Shell that gives kubeadm its configuration in DOCUMENTS, and takes it away however the script ends. What stands aside
 * comes back then: the functions for static pods must be there.
 */
export function withDocuments(
    inputs: ControlPlaneInputs,
    host: ControlPlaneHost,
    version: string,
    fragments: readonly string[],
): readonly string[] {
    return [
        `trap 'rm -f ${DOCUMENTS}; come_back' EXIT`,
        `printf %s ${shellQuote(initDocuments(inputs, host, version))} | put_file ${DOCUMENTS} 0600 root root`,
        ...fragments,
        `rm -f ${DOCUMENTS}`,
    ];
}

/** Shell that waits until the host's own API server and etcd are well. */
export const waitReady = (seconds = READY_SECONDS): readonly string[] => [
    step("waiting for its API server"),
    "api_ready() { [ \"$(own get --raw /readyz 2>&1)\" = ok ] || { own get --raw '/readyz?verbose' 2>&1 | tail -n 5; return 1; }; }",
    `wait_for ${seconds} 'its API server is not ready' api_ready`,
    `wait_for ${seconds} 'its etcd is not healthy' etcd_ctl --command-timeout=5s endpoint health`,
];

/** Shell that puts the site's static pods beside kubeadm's, and takes away those that are ours no longer. */
export function putPods({ staticPods = {} }: ControlPlaneHost): readonly string[] {
    const names = Object.keys(staticPods);
    return [
        `for name in $(sed -n 's/^pod:\\([^ ]*\\) .*/\\1/p' ${RECORD} 2>/dev/null || :); do`,
        `    case ${shellQuote(` ${names.join(" ")} `)} in *" $name "*) continue ;; esac`,
        `    rm -f "${MANIFESTS}/$name.yaml"`,
        `    set_lines ${RECORD} 1 "pod:$name"`,
        "done",
        ...sortedEntries(staticPods).flatMap(([name, text]) => {
            const path = `${MANIFESTS}/${name}.yaml`;
            return [
                step(`putting the static pod ${name}`),
                `[ "$(sha256sum <${path} 2>/dev/null | cut -d ' ' -f 1)" = ${sha256(text)} ] ||`,
                `    printf %s ${shellQuote(text)} | put_file ${path} 0600 root root`,
                recordFact(FACTS.pod(name), sha256(text)),
            ];
        }),
    ];
}

/** Shell that waits until the API answers where clients reach it. */
export const waitEndpoint = ({ endpoint }: ControlPlaneInputs): readonly string[] => [
    step(`waiting for the API at ${endpoint}`),
    `endpoint_ready() { [ "$(kube --server ${shellQuote(`https://${endpoint}`)} get --raw /readyz 2>&1)" = ok ]; }`,
    `wait_for 90 ${shellQuote(`the API does not answer at ${endpoint}`)} endpoint_ready`,
];

/** Shell that writes down what was applied, with copies of kubeadm's static pods: what differs from it later is drift. */
export function recordApplied(configuration: string | undefined): readonly string[] {
    return [
        `mkdir -p ${COPIES}`,
        `chmod 0700 ${COPIES}`,
        `for name in ${KUBEADM_PODS.join(" ")}; do`,
        `    put_file "${COPIES}/$name.yaml" 0600 root root <"${MANIFESTS}/$name.yaml"`,
        `    set_lines ${RECORD} 1 "manifest:$name" "manifest:$name $(sha256sum <"${MANIFESTS}/$name.yaml" | cut -d ' ' -f 1)"`,
        "done",
        `hash=$(sha256sum <${KUBELET_CONFIGURATION} | cut -d ' ' -f 1)`,
        `set_lines ${RECORD} 1 ${FACTS.kubelet} "${FACTS.kubelet} $hash"`,
        ...(configuration === undefined ? [] : [recordFact(FACTS.configuration, configuration)]),
    ];
}

/** Flag of kubeadm for checks that may fail. */
export function ignoreFlag({ ignorePreflightErrors = [] }: KubernetesRelease): string {
    return ignorePreflightErrors.length === 0
        ? ""
        : ` --ignore-preflight-errors ${shellWords([ignorePreflightErrors.join(",")])}`;
}
