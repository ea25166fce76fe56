import { shellQuote, step } from "../../../shell";
import { MANIFESTS } from "../../prelude";
import { COPIES, recordPhase } from "../../record";
import type { ControlPlaneHost, ControlPlaneInputs } from "../../types";
import { addonPhases, configurationHash } from "../configuration";
import { KUBEADM_PODS } from "../reasons";
import { KUBELET_CONFIGURATION } from "../seen";
import { DOCUMENTS, putPods, recordApplied, waitEndpoint, waitReady, withDocuments, writeFiles } from "./fragments";
import { podFunctions } from "./pods";

/** Where kubeadm renders static pods for comparison. */
const RENDERED = "/run/seamount-rendered";

/** What is put right on a host. */
export interface Configuring {
    /** Files that differ: the API server reads them when it starts. */
    readonly files: readonly string[];
    /** Whether the host is the one that tells the cluster. */
    readonly tells: boolean;
}

/**
 * Shell that puts configuration, files and static pods right on a host that is of the cluster. What kubeadm would make
 * is compared with what is there, and only what differs is put in its place, so that only that restarts. Where the API
 * server does not come up with it, what was there before is put back, and the script fails with the server's last words.
 */
export function configureHost(
    inputs: ControlPlaneInputs,
    host: ControlPlaneHost,
    { files, tells }: Configuring,
): readonly string[] {
    const { skipPhases = [], files: all = {} } = inputs;
    const addons = tells ? addonPhases(skipPhases) : [];
    return [
        podFunctions(inputs, host),
        configureFunctions,
        ...writeFiles(Object.fromEntries(Object.entries(all).filter(([path]) => files.includes(path)))),
        `renewed=${files.length > 0 ? "kube-apiserver" : ""}`,
        ...withDocuments(inputs, host, inputs.version, [
            step("comparing its static pods"),
            "render",
            "replace_changed",
            "systemctl is-active kubelet >/dev/null 2>&1 || systemctl start kubelet",
            "settle || back_out",
            ...(tells
                ? [
                      step("telling the cluster its configuration"),
                      `told 120 kubeadm init phase upload-config all --config ${DOCUMENTS}`,
                      ...addons.map(name => `told 120 kubeadm init phase addon ${name} --config ${DOCUMENTS}`),
                  ]
                : []),
            ...CONFIGURE_KUBELET,
        ]),
        ...putPods(host),
        ...waitEndpoint(inputs),
        ...recordApplied(configurationHash(inputs)),
        recordPhase("member"),
    ];
}

const CONFIGURE_KUBELET = [
    step("configuring its kubelet"),
    `before=$(sha256sum <${KUBELET_CONFIGURATION} 2>/dev/null || :)`,
    "told 120 kubeadm upgrade node phase kubelet-config",
    `if [ "$before" != "$(sha256sum <${KUBELET_CONFIGURATION})" ]; then`,
    "    systemctl restart kubelet",
    "    wait_for 60 'its kubelet does not run' systemctl is-active kubelet",
    "fi",
];

/** kubeadm writes members of the first hour into etcd's static pod; a member that is one looks at them no more. */
const configureFunctions = [
    "render() {",
    `    rm -rf ${RENDERED}`,
    `    mkdir -pm 0700 ${RENDERED}`,
    `    export KUBEADM_INIT_DRYRUN_DIR=${RENDERED}`,
    `    told 60 kubeadm init phase etcd local --config ${DOCUMENTS} --dry-run`,
    `    told 60 kubeadm init phase control-plane all --config ${DOCUMENTS} --dry-run`,
    "    unset KUBEADM_INIT_DRYRUN_DIR",
    "}",
    "without_members() { grep -v -e '--initial-cluster=' -e '--initial-cluster-state=' \"$1\"; }",
    "replace_changed() {",
    `    for name in ${KUBEADM_PODS.join(" ")}; do`,
    `        new=${RENDERED}/$name.yaml old=${MANIFESTS}/$name.yaml copy=${COPIES}/$name.yaml`,
    '        [ -s "$new" ] || refuse "kubeadm made no static pod $name"',
    '        if [ $name = etcd ] && [ -f "$copy" ] && [ "$(without_members "$new")" = "$(without_members "$copy")" ]; then',
    "            new=$copy",
    "        fi",
    '        ! cmp -s "$new" "$old" || continue',
    "        stand_aside",
    '        mark step "putting its $name"',
    '        ids="${ids:-} $name=$(container "$name")"',
    '        put_file "$old" 0600 root root <"$new"',
    "    done",
    `    rm -rf ${RENDERED}`,
    "}",
    "settle() (",
    "    for pair in ${ids:-}; do",
    '        wait_for 180 "${pair%%=*} does not run" pod_renewed "${pair%%=*}" "${pair#*=}"',
    "    done",
    '    case " ${ids:-} " in *" kube-apiserver="*) renewed= ;; esac',
    "    restart_pods $renewed",
    ...waitReady().map(line => `    ${line}`),
    ")",
    "back_out() {",
    '    log=$(tail -n 5 "$(ls -t /var/log/pods/kube-system_kube-apiserver-*/kube-apiserver/*.log 2>/dev/null | sed 1q)" 2>/dev/null |',
    "        cut -d ' ' -f 4- || :)",
    "    for pair in ${ids:-}; do",
    `        copy=${COPIES}/\${pair%%=*}.yaml`,
    `        [ ! -f "$copy" ] || put_file "${MANIFESTS}/\${pair%%=*}.yaml" 0600 root root <"$copy"`,
    "    done",
    '    [ -z "$log" ] || printf \'its API server said:\\n%s\\n\' "$log" >&2',
    `    refuse ${shellQuote("it did not come up with the new configuration; its static pods of before were put back")}`,
    "}",
].join("\n");
