import { files as filesKind } from "../../kinds/files";
import type { SeenFile } from "../../kinds/filescript";
import { type Answer, section } from "../../shell";
import { observeKubernetes, readKubernetes, type SeenKubernetes } from "../observe";
import type { ControlPlaneInputs } from "../types";
import { type EtcdMember, readMembers } from "./etcd";

/** A node, as the cluster knows it. */
export interface SeenNode {
    readonly name: string;
    readonly ready: boolean;
    /** `1.36.3` */
    readonly kubelet: string;
    readonly controlPlane: boolean;
}

/** A cluster, as one of its hosts knows it. */
export interface SeenCluster {
    readonly members: readonly EtcdMember[];
    /** Undefined where the host's own API server does not answer. */
    readonly nodes?: readonly SeenNode[];
    /** Version that kubeadm's configuration in the cluster names; empty where that cannot be read. */
    readonly configuredVersion: string;
}

/** A host of the control plane that was seen. */
export interface SeenHost extends SeenKubernetes {
    /** Why its own API server is not ready; empty where it is. */
    readonly apiTrouble: string;
    /** SHA-256 of the kubelet's configuration; empty: there is none. */
    readonly kubeletConfiguration: string;
    /** Files of the inputs. */
    readonly files: Readonly<Record<string, SeenFile>>;
    /** What its etcd and API server know; undefined where its etcd does not answer. */
    readonly cluster?: SeenCluster;
}

/** Where the kubelet's configuration lies. */
export const KUBELET_CONFIGURATION = "/var/lib/kubelet/config.yaml";
/** Separates the columns of nodes. */
const COLUMNS = [
    "NAME:.metadata.name",
    'READY:.status.conditions[?(@.type=="Ready")].status',
    "KUBELET:.status.nodeInfo.kubeletVersion",
    "ROLE:.metadata.labels.node-role\\.kubernetes\\.io/control-plane",
].join(",");

/** Shell that shows a host of the control plane, and the cluster as it knows it. Changes nothing. */
export function observeHost({ files = {} }: ControlPlaneInputs): readonly string[] {
    const paths = Object.keys(files);
    return [
        ...observeKubernetes,
        section("files"),
        ...(paths.length === 0 ? [] : [`(set +e; ${filesKind.observe(paths, new Set())}\n:)`]),
        section("kubelet"),
        `[ ! -f ${KUBELET_CONFIGURATION} ] || sha256sum <${KUBELET_CONFIGURATION} | cut -d ' ' -f 1`,
        section("api"),
        'if [ -n "$(own_endpoint)" ]; then said=$(own get --raw /readyz 2>&1) || :; else said=none; fi',
        `printf '%s\\n' "$said" | tail -n 3`,
        section("etcd/members"),
        "if [ -f /etc/kubernetes/manifests/etcd.yaml ] && command -v ctr >/dev/null; then",
        "    etcd_ctl member list -w simple 2>/dev/null || :",
        section("etcd/health"),
        "    etcd_ctl --command-timeout=3s endpoint health --cluster 2>&1 || :",
        "fi",
        section("nodes"),
        'if [ "$said" = ok ]; then',
        `    own get nodes --no-headers -o 'custom-columns=${COLUMNS}' 2>/dev/null || :`,
        section("configured"),
        "    own -n kube-system get configmap kubeadm-config -o 'jsonpath={.data.ClusterConfiguration}' 2>/dev/null |",
        "        sed -n 's/^kubernetesVersion: *//p' || :",
        "fi",
    ];
}

/** Reads the answer to `observeHost`. */
export function readHost(answer: Answer, { files = {} }: ControlPlaneInputs): SeenHost {
    const lines = (name: string) => answer.sections.get(name) ?? [];
    const api = lines("api").join(" ").trim();
    const members = readMembers(lines("etcd/members"), lines("etcd/health"));
    const apiTrouble = api === "ok" ? "" : api === "none" ? "it has none" : api || "it does not answer";
    return {
        ...readKubernetes(answer),
        apiTrouble,
        kubeletConfiguration: lines("kubelet")[0] ?? "",
        files: filesKind.parse(lines("files"), Object.keys(files)),
        ...(members.length === 0
            ? {}
            : {
                  cluster: {
                      members,
                      ...(apiTrouble === "" ? { nodes: lines("nodes").flatMap(readNode) } : {}),
                      configuredVersion: (lines("configured")[0] ?? "").replace(/^v/, ""),
                  },
              }),
    };
}

function readNode(line: string): SeenNode[] {
    const [name = "", ready, kubelet = "", role] = line.trim().split(/\s+/);
    return name === ""
        ? []
        : [{ name, ready: ready === "True", kubelet: kubelet.replace(/^v/, ""), controlPlane: role !== "<none>" }];
}
