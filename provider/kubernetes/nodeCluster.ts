import { createHash, createPublicKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { HostError } from "../errors";
import { type NodeState, readNode } from "../rolling/nodes";
import type { SeenCluster } from "./nodePlan";

/** What is needed of the way to the cluster. */
export interface Way {
    /** Path of a kubeconfig; undefined where there is no cluster yet. Throws a `HostError`. */
    kubeconfig(): Promise<string | undefined>;
    /** Another number whenever the control plane may have become another. */
    readonly generation: number;
}

/** What is needed of kubectl. */
export interface Commands {
    /** Runs kubectl with these words for the sake of a node. Throws a `HostError` where there is none to run. */
    command(
        node: string,
        words: readonly string[],
    ): Promise<{ readonly status: number | null; readonly lines: readonly string[]; readonly stdout: string }>;
}

type States = ReadonlyMap<string, NodeState>;

/** The cluster as its nodes' resources see it. Everything throws a `HostError` where it cannot be done. */
export class ClusterView {
    private listed: { readonly generation: number; readonly states: Promise<States> } | undefined;

    constructor(
        private readonly way: Way,
        private readonly commands: Commands,
    ) {}

    /** The cluster for a preview: all nodes are asked for once a run. */
    async seen(node: string): Promise<SeenCluster> {
        const authority = await this.authority();
        if (authority === undefined) {
            return { state: "none" };
        }
        const { generation } = this.way;
        if (this.listed?.generation !== generation) {
            this.listed = { generation, states: this.list(node) };
        }
        return seenOf(authority, (await this.listed.states).get(node));
    }

    /** The cluster as it is at this moment. */
    async now(node: string): Promise<SeenCluster> {
        const authority = await this.authority();
        if (authority === undefined) {
            return { state: "none" };
        }
        const { status, stdout, lines } = await this.commands.command(node, ["get", "node", node, "-o", "json"]);
        if (status !== 0 && !isGone(lines)) {
            throw new HostError(`node ${node} cannot be looked at: ${last(lines)}`);
        }
        return seenOf(authority, status === 0 ? readNode(stdout) : undefined);
    }

    /** Version of the API server that answers, `v1.36.3`. */
    async version(node: string): Promise<string> {
        const { status, stdout, lines } = await this.commands.command(node, ["get", "--raw", "/version"]);
        const { gitVersion } = status === 0 ? (JSON.parse(stdout) as { readonly gitVersion?: string }) : {};
        if (gitVersion === undefined) {
            throw new HostError(`the control plane does not tell its version: ${last(lines)}`);
        }
        return gitVersion;
    }

    /** Takes the node out of the cluster's list. One that is gone is no error. */
    async remove(node: string): Promise<void> {
        const { status, lines } = await this.commands.command(node, ["delete", "node", node, "--ignore-not-found"]);
        if (status !== 0) {
            throw new HostError(`node ${node} cannot be taken out of the cluster: ${last(lines)}`);
        }
    }

    private async list(asker: string): Promise<States> {
        const { status, stdout, lines } = await this.commands.command(asker, ["get", "nodes", "-o", "json"]);
        if (status !== 0) {
            throw new HostError(`the nodes of the cluster cannot be looked at: ${last(lines)}`);
        }
        const { items = [] } = JSON.parse(stdout) as {
            readonly items?: readonly { readonly metadata?: { readonly name?: string } }[];
        };
        return new Map(items.map(item => [item.metadata?.name ?? "", readNode(JSON.stringify(item))]));
    }

    /** The cluster's authority; undefined where there is no cluster. */
    private async authority(): Promise<string | undefined> {
        const path = await this.way.kubeconfig();
        return path === undefined ? undefined : authorityOf(readKubeconfig(path));
    }
}

/** The authority that a kubeconfig trusts, as in `SeenKubernetes`. Throws a `HostError` where it holds none. */
export function authorityOf(kubeconfig: string): string {
    const [, data] = /certificate-authority-data["']?:\s*["']?([A-Za-z0-9+/=]+)/.exec(kubeconfig) ?? [];
    try {
        const key = createPublicKey(Buffer.from(data ?? "", "base64"));
        return `sha256:${createHash("sha256")
            .update(key.export({ type: "spki", format: "der" }))
            .digest("hex")}`;
    } catch {
        throw new HostError(
            "the kubeconfig holds no certificate of the cluster's authority (certificate-authority-data)",
        );
    }
}

function readKubeconfig(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        throw new HostError(`the kubeconfig ${path} cannot be read: ${error instanceof Error ? error.message : ""}`);
    }
}

const seenOf = (authority: string, node: NodeState | undefined): SeenCluster => ({
    state: "there",
    authority,
    ...(node === undefined ? {} : { node }),
});

const isGone = (lines: readonly string[]): boolean => lines.some(line => line.includes("(NotFound)"));
const last = (lines: readonly string[]): string => lines.at(-1) ?? "kubectl said nothing";
