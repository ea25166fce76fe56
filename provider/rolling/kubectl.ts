import { type ChildProcess, spawn } from "node:child_process";
import { HostError } from "../errors";
import type { ClusterAccess } from "./access";
import { CORDONED_BY, drainFailure, type Nodes, type NodeState, readNode } from "./nodes";

/** Seconds that one question to the cluster may take. */
const REQUEST_SECONDS = 20;

/** How a kubectl ended. */
export interface Ended {
    /** Null where it was killed. */
    readonly status: number | null;
    /** What it said to people, a line each. */
    readonly lines: readonly string[];
    readonly stdout: string;
}

/**
 * Nodes through kubectl: what it does is what people would do by hand, budgets and all. The kubeconfig never appears
 * on a command line: it is the file of the configuration, or one in this process's own folder. Where there is no
 * cluster yet, no node is known.
 */
export class Kubectl implements Nodes {
    private readonly running = new Set<ChildProcess>();

    constructor(private readonly access: Pick<ClusterAccess, "kubeconfig">) {}

    async look(node: string): Promise<NodeState | undefined> {
        if ((await this.kubeconfig(node)) === undefined) {
            return undefined;
        }
        const { status, stdout, lines } = await this.command(node, ["get", "node", node, "-o", "json"]);
        if (status === 0) {
            return readNode(stdout);
        }
        if (lines.some(line => line.includes("(NotFound)"))) {
            return undefined;
        }
        throw new HostError(`node ${node} cannot be looked at: ${last(lines)}`);
    }

    async cordon(node: string, by: string): Promise<void> {
        const state = await this.look(node);
        if (state === undefined || state.cordoned) {
            return;
        }
        await this.patch(node, { metadata: { annotations: { [CORDONED_BY]: by } }, spec: { unschedulable: true } });
    }

    async drain(node: string, timeoutSeconds: number, onProgress: (line: string) => void): Promise<void> {
        const words = ["drain", node, "--ignore-daemonsets", "--delete-emptydir-data", `--timeout=${timeoutSeconds}s`];
        const { status, lines } = await this.command(node, words, onProgress);
        if (status === null) {
            throw new HostError(`the draining of node ${node} was cancelled`);
        }
        if (status !== 0) {
            throw new HostError(`node ${node} could not be drained within ${timeoutSeconds} s: ${drainFailure(lines)}`);
        }
    }

    async uncordon(node: string): Promise<boolean> {
        const state = await this.look(node);
        if (state?.cordoned !== true) {
            return true;
        }
        if (state.cordonedBy === undefined) {
            return false;
        }
        await this.patch(node, { metadata: { annotations: { [CORDONED_BY]: null } }, spec: { unschedulable: null } });
        return true;
    }

    cancel(): void {
        this.running.forEach(child => child.kill("SIGTERM"));
    }

    private async patch(node: string, patch: object): Promise<void> {
        const words = ["patch", "node", node, "--type=merge", "-p", JSON.stringify(patch)];
        const { status, lines } = await this.command(node, words);
        if (status !== 0) {
            throw new HostError(`node ${node} cannot be changed: ${last(lines)}`);
        }
    }

    /**
     * Runs kubectl with these words for the sake of a node, which messages name. Throws a `HostError` where there is
     * no kubectl, no kubeconfig or no cluster. `onLine`: told each line, of both outputs; the command may take its
     * time then.
     */
    async command(node: string, words: readonly string[], onLine?: (line: string) => void): Promise<Ended> {
        const kubeconfig = await this.kubeconfig(node);
        if (kubeconfig === undefined) {
            throw new HostError(`node ${node} cannot be looked after: there is no cluster yet`);
        }
        const limits = onLine === undefined ? [`--request-timeout=${REQUEST_SECONDS}s`] : [];
        const child = spawn("kubectl", ["--kubeconfig", kubeconfig, ...limits, ...words], {
            stdio: ["ignore", "pipe", "pipe"],
        });
        this.running.add(child);
        return new Promise((resolve, reject) => {
            const [out, lines]: [string[], string[]] = [[], []];
            const told = (line: string) => {
                lines.push(line);
                onLine?.(line);
            };
            child.stdout.setEncoding("utf8").on("data", (chunk: string) => void out.push(chunk));
            if (onLine !== undefined) {
                byLine(child.stdout, told);
            }
            byLine(child.stderr.setEncoding("utf8"), told);
            child.on("error", error => {
                this.running.delete(child);
                const missing = "code" in error && error.code === "ENOENT";
                const why = missing ? "there is no kubectl on the PATH: install it here" : error.message;
                reject(new HostError(`node ${node} cannot be looked after: ${why}`));
            });
            child.on("close", status => {
                this.running.delete(child);
                resolve({ status, lines, stdout: out.join("") });
            });
        });
    }

    private async kubeconfig(node: string): Promise<string | undefined> {
        try {
            return await this.access.kubeconfig();
        } catch (error) {
            throw error instanceof HostError
                ? new HostError(`node ${node} cannot be looked after: ${error.message}`)
                : error;
        }
    }
}

function byLine(stream: NodeJS.ReadableStream, told: (line: string) => void): void {
    let rest = "";
    stream.on("data", (chunk: string) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        lines.filter(line => line.trim() !== "").forEach(told);
    });
    stream.on("end", () => void (rest.trim() === "" || told(rest)));
}

const last = (lines: readonly string[]) => lines.at(-1) ?? "kubectl said nothing";
