import type { Observed } from "../../../provider/kubernetes/controlPlane/condition";
import type { Step } from "../../../provider/kubernetes/controlPlane/plan";
import type { SeenHost } from "../../../provider/kubernetes/controlPlane/seen";
import type { ControlPlaneInputs } from "../../../provider/kubernetes/types";
import type { HostConnection } from "../../../provider/items";
import type { Script } from "../../../provider/shell";
import { ConnectionError, type Result, type Transport } from "../../../provider/transport";
import { addressOf, apply, CLEAN, observe, type World } from "./controlPlaneModel";

/** Token and key that the made-up kubeadm hands out. */
export const TOKEN = "abcdef.0123456789abcdef";
export const CERTIFICATE_KEY = "5".repeat(64);

/** Hosts in memory that take scripts at their word: what a script would do to the cluster is done to a model of it. */
export class ControlPlaneHosts implements Transport {
    /** What was done, `join cp-2`, in order. */
    readonly done: string[] = [];
    /** Every script that came. */
    readonly scripts: Script[] = [];
    /** Nodes that cannot be reached. */
    readonly down = new Set<string>();
    /** Steps that fail, `join cp-2`, with what the program there says. */
    readonly failing = new Map<string, string>();

    constructor(
        public world: World,
        private readonly inputs: ControlPlaneInputs,
    ) {}

    run({ address }: HostConnection, script: Script): Promise<Result> {
        const node = Object.keys(this.world.hosts).find(name => addressOf(name) === address) ?? "";
        if (this.down.has(node)) {
            return Promise.reject(new ConnectionError("unreachable", "No route to host"));
        }
        this.scripts.push(script);
        const { text, mark } = script;
        const lines = text.includes("mark section 'kubernetes/packages'")
            ? sectionsOf(seenAt(observe(this.world), node))
            : this.change(node, text);
        if (typeof lines === "string") {
            return Promise.resolve({ stdout: `${mark} section begin\n`, stderr: lines, status: 3 });
        }
        const answer = lines.flatMap(([name, ...content]) => [`${mark} section ${name}`, ...content]);
        return Promise.resolve({ stdout: [...answer, `${mark} end -`, ""].join("\n"), stderr: "", status: 0 });
    }

    cancel(): void {}

    close(): void {}

    private change(node: string, text: string): readonly (readonly string[])[] | string {
        const step = stepOf(node, text, this.inputs);
        if (step !== undefined) {
            const name = `${step.kind} ${step.node}`;
            const said = this.failing.get(name);
            this.done.push(said === undefined ? name : `${name} (failed)`);
            this.world = apply(this.world, step, this.inputs, said !== undefined);
            return said ?? [];
        }
        return [
            ["ticket/token", TOKEN],
            ["ticket/authority", "Q0E="],
            ["ticket/key", CERTIFICATE_KEY],
            ["kubeconfig", "users:", "- user: {client-certificate-data: QQ==}"],
            ["authority", "-----BEGIN CERTIFICATE-----"],
        ];
    }
}

/** What a script does, by the commands in it. */
function stepOf(node: string, text: string, inputs: ControlPlaneInputs): Step | undefined {
    const reasons: Step["reasons"] = [];
    const removed = /delete node '?([a-z0-9-]+)'?/.exec(text)?.[1];
    if (text.includes("kubeadm init --config")) {
        return { kind: "begin", node, reasons };
    }
    if (text.includes("kubeadm join --config")) {
        return { kind: "join", node, release: inputs, reasons };
    }
    if (text.includes("kubeadm reset")) {
        return { kind: "reset", node, leaves: text.includes("removing its packages"), reasons };
    }
    if (text.includes("kubeadm upgrade apply") || text.includes("kubeadm upgrade node'")) {
        return { kind: "upgrade", node, first: text.includes("upgrade apply"), reasons };
    }
    return removed === undefined ? undefined : { kind: "removeMember", node: removed, member: "", reasons };
}

function seenAt(observed: Observed, node: string): SeenHost {
    const seen = observed[node];
    if (seen === undefined || "unseen" in seen) {
        throw new Error(`there is no host ${node}`);
    }
    return seen;
}

/** What the scripts of Seamount would print on such a host, section by section. */
function sectionsOf(seen: SeenHost): readonly (readonly string[])[] {
    const { record, cluster } = seen;
    const members = cluster?.members ?? [];
    const line = (name: string, end: string) => `${name}\tnotAfter=${new Date(end).toUTCString().slice(5)}`;
    return [
        [
            "kubernetes/packages",
            "manager\tapt",
            ...Object.entries(seen.packages).map(([name, version]) => `${name}\tinstalled\t${version}`),
        ],
        [
            "kubernetes/traces",
            ...(seen.hasKubelet ? ["/etc/kubernetes/kubelet.conf"] : []),
            ...(seen.hasAdmin ? ["/etc/kubernetes/admin.conf"] : []),
            ...(seen.hasEtcd ? ["/var/lib/etcd/member"] : []),
        ],
        ["kubernetes/kubelet", seen.kubeletActive ? "active" : "inactive"],
        [
            "kubernetes/manifests",
            ...Object.entries(seen.manifests).map(([name, { sha256, image }]) => `${name}\t${sha256}\t${image}`),
        ],
        ["kubernetes/certificates", ...Object.entries(seen.certificates).map(([name, end]) => line(name, end))],
        ["kubernetes/authority", ...(seen.authority === "" ? [] : [seen.authority.replace("sha256:", "")])],
        [
            "kubernetes/record",
            ...(record.phase === undefined ? [] : [`phase ${record.phase}`]),
            ...Object.entries(record.facts).map(([key, words]) => `${key} ${words}`),
        ],
        ["files"],
        ["kubelet"],
        ["api", seen.apiTrouble === "" ? "ok" : "The connection was refused"],
        [
            "etcd/members",
            ...members.map(
                ({ id, name, address }) =>
                    `${id}, ${name === "" ? "unstarted" : "started"}, ${name}, https://${address}:2380, , false`,
            ),
        ],
        [
            "etcd/health",
            ...members
                .filter(({ healthy }) => healthy)
                .map(
                    ({ address }) => `https://${address}:2379 is healthy: successfully committed proposal: took = 2ms`,
                ),
        ],
        ["nodes", ...(cluster?.nodes ?? []).map(({ name, kubelet }) => `${name}   True   v${kubelet}   `)],
        ["configured", ...(cluster?.nodes === undefined ? [] : [`v${cluster.configuredVersion}`])],
    ];
}

/** Three hosts that have nothing of Kubernetes. */
export const bare = (nodes: readonly string[]): World => ({
    hosts: Object.fromEntries(nodes.map(node => [node, CLEAN])),
    members: [],
    nodes: [],
    configuredVersion: "",
    hasSnapshot: true,
});
