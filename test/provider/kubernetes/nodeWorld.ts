import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HostError } from "../../../provider/errors";
import type { HostConnection } from "../../../provider/items";
import { authorityOf, ClusterView, type Commands, type Way } from "../../../provider/kubernetes/nodeCluster";
import type { SeenNode } from "../../../provider/kubernetes/nodeObserve";
import { ClusterNodeOperations } from "../../../provider/kubernetes/nodeOperations";
import { SERVICE } from "../../../provider/kubernetes/nodePlan";
import type { Phase } from "../../../provider/kubernetes/record";
import { Remote } from "../../../provider/kubernetes/remote";
import { Tickets } from "../../../provider/kubernetes/tickets";
import { Fleet } from "../../../provider/rolling/fleet";
import type { Nodes, NodeState } from "../../../provider/rolling/nodes";
import { DEFAULT_ROLLOUT } from "../../../provider/rolling/settings";
import type { Script } from "../../../provider/shell";
import { ConnectionError, type Result, type Transport } from "../../../provider/transport";
import { ListLog } from "../fakes";
import { DIGEST, IMAGE, seen } from "./nodeFakes";

/** What happens to hosts and nodes, in order: `gpu-1 join`. */
export type Events = string[];

const pem = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" });
const kubeconfig = `clusters:\n- cluster:\n    certificate-authority-data: ${Buffer.from(pem).toString("base64")}\n`;

/** The authority of the cluster in memory. */
export const AUTHORITY = authorityOf(kubeconfig);

/** A cluster in memory: its API, by which nodes are known, and hosts that join it. */
export class World implements Transport, Nodes, Commands, Way {
    readonly events: Events = [];
    readonly hosts = new Map<string, SeenNode>();
    readonly nodes = new Map<string, NodeState>();
    readonly lists: string[] = [];
    generation = 0;
    version = "v1.36.3";
    exists = true;
    drains = true;
    /** Hosts that cannot be reached. */
    readonly gone = new Set<string>();
    /** A step that breaks off on the host once it is done. */
    breaksAfter = "";
    private readonly path = join(mkdtempSync(join(tmpdir(), "world-")), "kubeconfig");

    constructor() {
        writeFileSync(this.path, kubeconfig);
    }

    kubeconfig(): Promise<string | undefined> {
        return Promise.resolve(this.exists ? this.path : undefined);
    }

    async run({ name = "" }: HostConnection, { text, mark }: Script): Promise<Result> {
        await Promise.resolve();
        if (this.gone.has(name)) {
            throw new ConnectionError("unreachable", "No route to host");
        }
        const lines = name.startsWith("cp-") ? this.ticket(name, text, mark) : this.worker(name, text, mark);
        return { stdout: [`${mark} section begin`, ...lines, `${mark} end -`, ""].join("\n"), stderr: "", status: 0 };
    }

    async command(_node: string, words: readonly string[]): ReturnType<Commands["command"]> {
        await Promise.resolve();
        const [verb, kind, name = ""] = words;
        if (verb === "delete") {
            this.events.push(`${name} delete node`);
            this.nodes.delete(name);
        }
        if (kind === "nodes") {
            this.lists.push(words.join(" "));
            const items = [...this.nodes].map(([node, state]) => wire(node, state));
            return { status: 0, lines: [], stdout: JSON.stringify({ items }) };
        }
        if (kind === "--raw") {
            return { status: 0, lines: [], stdout: JSON.stringify({ gitVersion: this.version }) };
        }
        const state = this.nodes.get(name);
        return verb === "get" && state === undefined
            ? { status: 1, lines: [`Error from server (NotFound): nodes "${name}" not found`], stdout: "" }
            : { status: 0, lines: [], stdout: state === undefined ? "" : JSON.stringify(wire(name, state)) };
    }

    look(node: string): Promise<NodeState | undefined> {
        return Promise.resolve(this.nodes.get(node));
    }

    cordon(node: string): Promise<void> {
        this.events.push(`${node} cordon`);
        return Promise.resolve();
    }

    drain(node: string): Promise<void> {
        this.events.push(`${node} drain`);
        return this.drains ? Promise.resolve() : Promise.reject(new HostError("a budget forbids it"));
    }

    uncordon(node: string): Promise<boolean> {
        this.events.push(`${node} uncordon`);
        return Promise.resolve(true);
    }

    cancel(): void {}

    close(): void {}

    private ticket(name: string, text: string, mark: string): string[] {
        if (!text.includes("kubeadm token create")) {
            this.events.push(`${name} end ticket`);
            return [];
        }
        this.events.push(`${name} ticket`);
        const certificate = Buffer.from(pem).toString("base64");
        return [
            `${mark} section ticket/token`,
            "abcdef.0123456789abcdef",
            `${mark} section ticket/authority`,
            certificate,
        ];
    }

    private worker(name: string, text: string, mark: string): string[] {
        const host = this.hosts.get(name) ?? seen({});
        if (text.includes("section 'kubernetes/packages'")) {
            return observed(host, mark);
        }
        const did = (step: string, more: Partial<SeenNode>) => {
            this.events.push(`${name} ${step}`);
            this.hosts.set(name, { ...(this.hosts.get(name) ?? host), ...more });
            if (this.breaksAfter === step) {
                throw new ConnectionError("lost", "it broke off");
            }
        };
        const versions = [...text.matchAll(/^exact '(\w+)' '([^']+)'$/gm)].map(([, key = "", value = ""]) => [
            key,
            value,
        ]);
        const packages = { ...host.packages, ...(Object.fromEntries(versions) as Record<string, string>) };
        const images = text.includes(DIGEST) ? { [IMAGE]: DIGEST } : host.images;
        const facts = /set_lines \S+ 1 'service' 'service ([^']+)'/.exec(text)?.[1];
        const node = (kubelet = "") => ({
            ready: true,
            cordoned: false,
            bootId: name,
            kubeletVersion: `v${kubelet.split("-")[0]}`,
        });
        const record = (phase: Phase) => ({ record: { ...host.record, phase } });
        if (text.includes("kubeadm reset")) {
            const clean = text.includes("removing its packages");
            did(clean ? "clean" : "reset", seen({ bootId: name, ...(clean ? {} : { packages, images }) }));
        } else if (text.includes("kubeadm join")) {
            did("begin", record("joining"));
            this.nodes.set(name, node(packages.kubelet));
            did("join", { hasKubelet: true, kubeletActive: true, authority: AUTHORITY, ...record("member") });
        } else if (text.includes("kubeadm upgrade node")) {
            this.nodes.set(name, node(packages.kubelet));
            did("upgrade", { packages, images });
        } else if (text.includes("systemctl restart kubelet")) {
            this.nodes.set(name, node(packages.kubelet));
            did("restart", { kubeletActive: true });
        } else if (versions.length > 0) {
            did("install", { packages, images });
        } else if (facts !== undefined) {
            did(facts.split(" ")[0] ?? "", { record: { ...host.record, facts: { [SERVICE]: facts } } });
        } else {
            did("back", { record: { ...host.record, facts: {} } });
        }
        return [];
    }
}

/** The provider's resource of workers in such a world, at the beginning of a run, and what it says. */
export function nodeOperations(world: World): { readonly log: ListLog; readonly operations: ClusterNodeOperations } {
    const log = new ListLog();
    const fleet = new Fleet({ transport: world, log, nodes: () => world });
    fleet.configure({ rollout: { ...DEFAULT_ROLLOUT, rebootTimeoutSeconds: 1 } });
    const remote = new Remote(world, log);
    const view = new ClusterView(world, world);
    const operations = new ClusterNodeOperations({ remote, fleet, view, tickets: new Tickets(remote), lookMs: 5 });
    return { log, operations };
}

/** A node as the API tells of it. */
const wire = (name: string, { ready, bootId, kubeletVersion }: NodeState) => ({
    metadata: { name },
    status: {
        conditions: [{ type: "Ready", status: ready ? "True" : "Unknown" }],
        nodeInfo: { bootID: bootId, kubeletVersion },
    },
});

/** A host as the script that looks at it tells of it. */
function observed(host: SeenNode, mark: string): string[] {
    const part = (name: string, lines: readonly string[]) => [`${mark} section ${name}`, ...lines];
    const { phase, facts } = host.record;
    return [
        ...part("kubernetes/packages", [
            "manager\tapt",
            ...Object.entries(host.packages).map(([name, version]) => `${name}\tinstalled\t${version}`),
        ]),
        ...part("kubernetes/traces", host.hasKubelet ? ["/etc/kubernetes/kubelet.conf"] : []),
        ...part("kubernetes/kubelet", [host.kubeletActive ? "active" : "inactive"]),
        ...part("kubernetes/authority", host.authority === "" ? [] : [host.authority.replace("sha256:", "")]),
        ...part("kubernetes/record", [
            ...(phase === undefined ? [] : [`phase ${phase}`]),
            ...Object.entries(facts).map(([key, words]) => `${key} ${words}`),
        ]),
        ...part("node/boot", [host.bootId]),
        ...part(
            "node/images",
            Object.entries(host.images).map(([reference, digest]) => `${reference} ${digest}`),
        ),
    ];
}
