/** What is known of a node of the cluster. */
export interface NodeState {
    readonly ready: boolean;
    /** Whether new work stays away from it. */
    readonly cordoned: boolean;
    /** Who has cordoned it, where it was one of our runs. */
    readonly cordonedBy?: string;
    /** The boot that its kubelet speaks of; empty where it speaks of none. */
    readonly bootId: string;
    /** Version of its kubelet, `v1.36.3`, where it has told one. */
    readonly kubeletVersion?: string;
}

/** The nodes of the site's cluster. Everything throws a `HostError` where it cannot be done. */
export interface Nodes {
    /** Undefined where the cluster has no such node. */
    look(node: string): Promise<NodeState | undefined>;
    /** Keeps new work away from a node, and notes there who did it. A node that others have cordoned stays theirs. */
    cordon(node: string, by: string): Promise<void>;
    /** Moves its work elsewhere, within its budgets. `onProgress` is told what happens, a line each. */
    drain(node: string, timeoutSeconds: number, onProgress: (line: string) => void): Promise<void>;
    /** Lets work come again, where it was us who kept it away. Answers whether it does. */
    uncordon(node: string): Promise<boolean>;
    /** Stops what is under way. */
    cancel(): void;
}

/** Annotation of a node that Seamount has cordoned; its value says who. */
export const CORDONED_BY = "seamount.dev/cordoned-by";

/** Reads `kubectl get node -o json`. */
export function readNode(json: string): NodeState {
    const node = JSON.parse(json) as {
        readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
        readonly spec?: { readonly unschedulable?: boolean };
        readonly status?: {
            readonly conditions?: readonly { readonly type?: string; readonly status?: string }[];
            readonly nodeInfo?: { readonly bootID?: string; readonly kubeletVersion?: string };
        };
    };
    const by = node.metadata?.annotations?.[CORDONED_BY];
    const { kubeletVersion } = node.status?.nodeInfo ?? {};
    return {
        ready: node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false,
        cordoned: node.spec?.unschedulable ?? false,
        ...(by === undefined ? {} : { cordonedBy: by }),
        bootId: node.status?.nodeInfo?.bootID ?? "",
        ...(kubeletVersion === undefined ? {} : { kubeletVersion }),
    };
}

/** What `kubectl drain` printed, as the reason why it failed: what kept it, each once, without what it did well. */
export function drainFailure(lines: readonly string[]): string {
    const reasons = lines
        .map(line => line.replace(/^(error: )+/, "").trim())
        .filter(line => /error|cannot|unable|violate|timed out|timeout|refused|denied|not found/i.test(line))
        .map(line => line.replace(/ ?\(will retry after [^)]*\)/, ""))
        .filter(line => !/^(There are pending (nodes|pods)|unable to drain node .* due to error: \[?$)/.test(line));
    const unique = [...new Set(reasons)];
    return unique.length > 0 ? unique.slice(-6).join("\n") : (lines.at(-1) ?? "kubectl said nothing");
}
