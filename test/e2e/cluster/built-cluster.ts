import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { must, run, type Result } from "../shell";

/** A node as kubectl shows it. */
export interface NodeSeen {
    readonly name: string;
    readonly ready: boolean;
    readonly version: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly taints: readonly string[];
}

interface NodeList {
    readonly items: readonly {
        readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
        readonly spec: { readonly taints?: readonly { readonly key: string; readonly effect: string }[] };
        readonly status: {
            readonly conditions?: readonly { readonly type: string; readonly status: string }[];
            readonly nodeInfo: { readonly kubeletVersion: string };
        };
    }[];
}

/** A cluster that a test has built, as its own kubectl sees it. */
export class BuiltCluster {
    private readonly folder = mkdtempSync(join(tmpdir(), "seamount-kubeconfig-"));
    private readonly kubeconfig = join(this.folder, "kubeconfig");

    constructor(kubeconfig: string) {
        writeFileSync(this.kubeconfig, kubeconfig, { mode: 0o600 });
    }

    /** `kubectl ARGS`, which must succeed. */
    kubectl(...args: string[]): Promise<string> {
        return must("kubectl", ["--kubeconfig", this.kubeconfig, "--request-timeout=20s", ...args]);
    }

    /** As `kubectl`, with an input; never throws. */
    try(args: readonly string[], input = ""): Promise<Result> {
        return run("kubectl", ["--kubeconfig", this.kubeconfig, "--request-timeout=20s", ...args], input);
    }

    apply(...manifests: readonly object[]): Promise<string> {
        const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests });
        return must("kubectl", ["--kubeconfig", this.kubeconfig, "apply", "-f", "-"], list);
    }

    async nodes(): Promise<readonly NodeSeen[]> {
        const { items } = JSON.parse(await this.kubectl("get", "nodes", "-o", "json")) as NodeList;
        return items.map(({ metadata, spec, status }) => ({
            name: metadata.name,
            ready: (status.conditions ?? []).some(({ type, status: is }) => type === "Ready" && is === "True"),
            version: status.nodeInfo.kubeletVersion,
            labels: metadata.labels,
            taints: (spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`),
        }));
    }

    /** Names of etcd's members, by etcd itself on one of the hosts. */
    async etcdMembers(node: string): Promise<readonly string[]> {
        const pki = "/etc/kubernetes/pki/etcd";
        const said = await this.kubectl(
            ...["exec", "-n", "kube-system", `etcd-${node}`, "--", "etcdctl", "member", "list", "-w", "json"],
            ...["--endpoints=https://127.0.0.1:2379", `--cacert=${pki}/ca.crt`],
            ...[`--cert=${pki}/server.crt`, `--key=${pki}/server.key`],
        );
        const { members } = JSON.parse(said) as { readonly members: readonly { readonly name: string }[] };
        return members.map(({ name }) => name).sort();
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }
}

/** Whether the API answers at an address, whoever asks. */
export function apiAnswers(address: string): Promise<boolean> {
    return new Promise(resolve => {
        const asked = request(
            { host: address, port: 6443, path: "/readyz", rejectUnauthorized: false, timeout: 3000, agent: false },
            response => {
                response.resume();
                resolve(response.statusCode === 200);
            },
        );
        asked.on("timeout", () => asked.destroy());
        asked.on("error", () => resolve(false));
        asked.end();
    });
}

/** Asks until the answer is yes; the seconds that took. */
export async function until(what: string, limitSeconds: number, ask: () => Promise<boolean>): Promise<number> {
    const begin = Date.now();
    while (!(await ask())) {
        if (Date.now() - begin > limitSeconds * 1000) {
            throw new Error(`not within ${limitSeconds} s: ${what}`);
        }
        await sleep(500);
    }
    return Math.round((Date.now() - begin) / 100) / 10;
}
