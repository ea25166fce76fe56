import { must } from "../shell";
import { Project, Stack } from "../stack";
import type { RawSite } from "../stack";
import { nodes } from "./site";

const others = nodes.slice(1);

/** Runs something inside a real node. */
export const inNode = (node: string, ...command: string[]): Promise<string> =>
    must("local/bed/kubernetes.sh", node === "node-1" ? ["exec", ...command] : ["exec-on", node, ...command]);

/** Starts the real nodes beside node-1. */
export async function startNodes(): Promise<void> {
    for (const node of others) await must("local/bed/kubernetes.sh", ["node-up", node]);
}

/** Removes them again. */
export async function removeNodes(): Promise<void> {
    for (const node of others) await must("local/bed/kubernetes.sh", ["node-down", node]);
}

/** Gives all real nodes an image, from its archive. */
export async function loadImage(archive: string): Promise<void> {
    for (const node of nodes) await inNode(node, "ctr", "-n", "k8s.io", "images", "import", archive);
}

/** A stack of the test sites, made from the local one. */
export async function makeStack(project: Project, name: string, change: (site: RawSite) => void): Promise<Stack> {
    const stack = new Stack(project, name);
    await stack.create("local");
    stack.edit(change);
    return stack;
}

/** `pulumi up`, with the seconds that it took printed. */
export async function up(stack: Stack): Promise<void> {
    const began = Date.now();
    await stack.succeed("up", "--yes", "--skip-preview");
    console.log(`      pulumi up: ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
