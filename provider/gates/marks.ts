import { HostError } from "../errors";

/** Label of a node that has passed its gate; its value is `true`. Model services want it. */
export const SERVING_LABEL = "seamount.dev/serving";
/** Taint (NoSchedule) of a node that has not passed its gate, or not again. */
export const UNPROVEN_TAINT = "seamount.dev/unproven";

/** How a kubectl command ended. */
export interface CommandEnd {
    readonly status: number | null;
    /** What it said on standard error. */
    readonly lines: readonly string[];
}

/** What marks need of a cluster. */
export interface ClusterCommands {
    /** Runs kubectl for a node; throws a `HostError` where there is none to run. */
    command(node: string, words: readonly string[]): Promise<CommandEnd>;
}

/** What marks need to know of the way to a cluster. */
export interface ClusterWay {
    /** Whether the provider's configuration knows one. */
    readonly configured: boolean;
    /** Undefined where there is no cluster yet. Throws a `HostError` where that cannot be found out. */
    kubeconfig(): Promise<string | undefined>;
}

/** Says on nodes whether they have proved themselves. Everything throws a `HostError` where it cannot be done. */
export class NodeMarks {
    constructor(
        private readonly way: ClusterWay,
        private readonly cluster: ClusterCommands,
    ) {}

    /** Whether nodes can be marked at all: the provider knows a way to a cluster. */
    get configured(): boolean {
        return this.way.configured;
    }

    /** Whether there is a cluster now whose nodes can be marked. Throws a `HostError` where nobody knows. */
    async possible(): Promise<boolean> {
        return this.way.configured && (await this.way.kubeconfig()) !== undefined;
    }

    /** The node may take work: the label first, so that nothing is scheduled between that wants it. */
    async serving(node: string): Promise<void> {
        await this.run(node, ["label", "node", node, `${SERVING_LABEL}=true`, "--overwrite"]);
        await this.untaint(node);
    }

    /** The node takes no new work; what runs there goes on. */
    async unproven(node: string): Promise<void> {
        await this.run(node, ["taint", "node", node, `${UNPROVEN_TAINT}=:NoSchedule`, "--overwrite"]);
        await this.run(node, ["label", "node", node, `${SERVING_LABEL}-`]);
    }

    /** Takes label and taint away. A node that is gone needs neither. */
    async remove(node: string): Promise<void> {
        const gone = await this.run(node, ["label", "node", node, `${SERVING_LABEL}-`], isGone);
        if (!gone) {
            await this.untaint(node);
        }
    }

    private async untaint(node: string): Promise<void> {
        await this.run(node, ["taint", "node", node, `${UNPROVEN_TAINT}:NoSchedule-`], lines =>
            lines.some(line => /taint .* not found/.test(line)),
        );
    }

    /** Answers whether it failed in a way that `allowed` lets pass. */
    private async run(
        node: string,
        words: readonly string[],
        allowed: (lines: readonly string[]) => boolean = () => false,
    ): Promise<boolean> {
        const { status, lines } = await this.cluster.command(node, words);
        if (status === 0) {
            return false;
        }
        if (allowed(lines)) {
            return true;
        }
        throw new HostError(
            isGone(lines)
                ? `the cluster has no node ${node}, which \`node\` of the gate names (\`kubectl get nodes\`)`
                : `node ${node} cannot be marked: ${lines.at(-1) ?? "kubectl said nothing"}`,
        );
    }
}

const isGone = (lines: readonly string[]): boolean => lines.some(line => line.includes("(NotFound)"));
