import { shellWords, step } from "../shell";
import { removePackages } from "./install";
import { PROGRAMS } from "./observe";
import { COPIES, RECORD, recordPhase } from "./record";

/** Seconds that `kubeadm reset` may take. */
const RESET_SECONDS = 300;

/** What is left of a host that leaves the cluster. */
export interface ResetOptions {
    /** Whether packages and images that came with Kubernetes go too. A host that joins again keeps them. */
    readonly packages: boolean;
    /** Files beyond kubeadm's own that were written for Kubernetes. */
    readonly files?: readonly string[];
    /** Address that the host may carry while it begins the cluster. */
    readonly virtualAddress?: string;
}

/**
 * Shell that takes a host out of Kubernetes and leaves nothing of it: kubeadm's reset, then what that leaves behind. It
 * may be run again after it was interrupted anywhere. The member of etcd and the Node are not its business. Needs the
 * preludes of changes and Kubernetes. Only for hosts whose record, or whose authority, says that they are ours.
 */
export function resetHost({ packages, files = [], virtualAddress }: ResetOptions): readonly string[] {
    return [
        // Whatever interrupts it: all that is left may go.
        recordPhase("leaving"),
        step("resetting it"),
        "if command -v kubeadm >/dev/null; then",
        `    told ${RESET_SECONDS} kubeadm reset --force --cleanup-tmp-dir --skip-phases remove-etcd-member \\`,
        "        --cri-socket unix:///run/containerd/containerd.sock",
        "fi",
        "systemctl disable --now kubelet >/dev/null 2>&1 || :",
        "systemctl reset-failed kubelet >/dev/null 2>&1 || :",
        step("cleaning up"),
        "awk '$2 ~ \"^/var/lib/kubelet/\" { print $2 }' /proc/mounts | sort -r | while read -r path; do",
        '    umount -l "$path" || :',
        "done",
        "rm -rf /etc/kubernetes /var/lib/etcd /var/lib/kubelet /var/lib/cni /var/log/pods /var/log/containers",
        "rm -f /etc/cni/net.d/05-cilium.conflist",
        ...(files.length === 0 ? [] : [`rm -f ${shellWords(files)}`]),
        "for link in cni0 cilium_host cilium_vxlan cilium_wg0 kube-ipvs0; do",
        '    ! ip link show "$link" >/dev/null 2>&1 || ip link del "$link" || :',
        "done",
        ...(virtualAddress === undefined ? [] : [dropAddress(virtualAddress)]),
        "if command -v nft >/dev/null; then",
        "    for family in ip ip6; do nft delete table $family kube-proxy 2>/dev/null || :; done",
        "fi",
        "for program in iptables ip6tables; do",
        "    command -v $program-save >/dev/null || continue",
        "    rules=$($program-save 2>/dev/null) || continue",
        `    ! printf '%s\\n' "$rules" | grep -qE 'KUBE-|CNI-|CILIUM_' ||`,
        `        printf '%s\\n' "$rules" | grep -vE 'KUBE-|CNI-|CILIUM_' | $program-restore || :`,
        "done",
        REMOVE_TRACES,
        ...(packages ? [REMOVE_IMAGES, ...removePackages(PROGRAMS), "systemctl daemon-reload"] : []),
        `rm -rf ${COPIES}`,
        packages
            ? `rm -f ${RECORD}\nrmdir /var/lib/seamount 2>/dev/null || :`
            : `[ ! -e ${RECORD} ] || set_lines ${RECORD} 1 phase`,
    ];
}

/** Shell that takes an address from whichever interface has it. */
export const dropAddress = (address: string): string =>
    [
        `ip -o addr show | awk -v a=${shellWords([address])} '{ split($4, p, "/") } p[1] == a { print $2, $4 }' |`,
        '    while read -r link prefix; do ip addr del "$prefix" dev "$link"; done',
    ].join("\n");

/** What the kubelet and pods make on a host and nobody takes away: tables without a rule, and what is empty. */
const REMOVE_TRACES = [
    "empty_table() {",
    `    nft list table "$1" "$2" 2>/dev/null | awk '/^\tchain / { chains++ }`,
    `        /^\t\t/ { if ($1 == "type" && /policy accept;/) hooks++; else other = 1 }`,
    "        END { exit other || !chains || chains != hooks }'",
    "}",
    "if command -v nft >/dev/null; then",
    "    for family in ip ip6; do",
    "        for table in mangle filter nat; do",
    "            ! empty_table $family $table || nft delete table $family $table",
    "        done",
    "    done",
    "fi",
    "find /sys/fs/cgroup -depth -type d \\( -name 'kubepods*' -o -path '*/kubepods*/*' \\) -exec rmdir {} + 2>/dev/null || :",
    "exec_=/usr/libexec/kubernetes/kubelet-plugins/volume/exec",
    'while [ "$exec_" != /usr/libexec ] && rmdir "$exec_" 2>/dev/null; do exec_=${exec_%/*}; done',
    "rmdir /lib/modules 2>/dev/null || :",
].join("\n");

const REMOVE_IMAGES = [
    "if systemctl is-active containerd >/dev/null 2>&1; then",
    "    images=$(ctr -n k8s.io images ls -q 2>/dev/null || :)",
    '    [ -z "$images" ] || timeout 120 ctr -n k8s.io images rm --sync $images >/dev/null 2>&1 || :',
    "fi",
].join("\n");
