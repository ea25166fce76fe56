import { execFileSync } from "node:child_process";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { chartNames } from "../../../catalog/charts";
import { Operators } from "../../../components/cluster/operators/operators";
import type { Site } from "../../../components/site/site";
import { operatorsSite } from "../../cluster/operators/sites";
import { disaggregatedObjects, goldenSite, goldenSites, type Rendered, renderSite } from "../../golden-sites/render";
import { deploy, type Registered } from "../../harness";
import { keyOf, repositoryFile } from "../../site/fixture";
import { root } from "../shell";

/** A Kubernetes object with a definition of its own. */
export interface CustomObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
    readonly spec: Readonly<Record<string, unknown>>;
}

interface RawStack {
    readonly config: Readonly<Record<string, unknown>> & {
        readonly "seamount:site": {
            readonly hosts: Record<string, unknown>[];
            readonly models: { weights: Record<string, unknown> }[];
        };
    };
}

/** The whole program of a stack file, with nothing but the engine simulated: every custom resource that it makes. */
export async function customResourcesOfStack(stack: string): Promise<readonly CustomObject[]> {
    const { config } = parse(repositoryFile(`Pulumi.${stack}.yaml`)) as RawStack;
    const site = config["seamount:site"];
    // What the local environment writes when it starts.
    site.hosts
        .filter(host => host.managed !== false && host.hostKey === undefined && host.hostKeys === undefined)
        .forEach((host, index) => (host.hostKey = keyOf(index)));
    for (const { weights } of site.models) {
        if ("sha256sumsFile" in weights) {
            delete weights.sha256sumsFile;
            weights.sha256sums = `${"ab".repeat(32)}  model.gguf\n`;
        }
    }
    const program = join(root, "index.ts");
    delete require.cache[program];
    const { registered } = await deploy(
        () => {
            pulumi.runtime.setAllConfig({ "seamount:site": JSON.stringify(site) });
            // eslint-disable-next-line @typescript-eslint/no-require-imports -- a program runs when it is loaded
            require(program);
        },
        { outputs: keyPairs(), preview: true },
    );
    return customObjects(registered);
}

/** Every operator of the catalogue, at a site that uses all that Seamount knows of them. */
export async function customResourcesOfEverything(): Promise<readonly CustomObject[]> {
    const quota = { gpus: 4, cpus: 64, memoryGiB: 512, storageGiB: 1000, pods: 20 };
    const plain = operatorsSite({ install: [...chartNames], rdma: "sriov", charts: "oci://mirror.example/charts" });
    const site: Site = {
        ...plain,
        driver: { owner: "operator", version: "580.95.05" },
        cluster: { ...plain.cluster, tenants: [{ name: "team", groups: ["team"], quota }] },
    };
    const rule = { alert: "CertificateEnds", expr: "time() > 0", for: "1h", labels: { severity: "warning" } };
    const rules = [
        {
            apiVersion: "monitoring.coreos.com/v1",
            kind: "PrometheusRule",
            metadata: { name: "certificates", namespace: "monitoring" },
            spec: { groups: [{ name: "certificates", rules: [rule] }] },
        },
    ];
    const authority = { certificate: "PEM", privateKey: pulumi.secret("PEM") };
    const { registered } = await deploy(
        () => new Operators("operators", { site, kubeconfig: pulumi.secret("kubeconfig"), authority, rules }),
    );
    return customObjects(registered);
}

/** Every object of the models of the golden sites, and of those of them that a newer LeaderWorkerSet would be given. */
export async function objectsOfGoldenSites(): Promise<readonly CustomObject[]> {
    const all: Rendered[] = [...disaggregatedObjects()];
    for (const name of goldenSites) {
        all.push(...(await renderSite(goldenSite(name))));
    }
    return all.map(object => withoutPort(object) as unknown as CustomObject);
}

/** A node port may be taken by what runs in the cluster. */
function withoutPort(object: Rendered): Rendered {
    const text = JSON.stringify(object, (key, value: unknown) => (key === "nodePort" ? undefined : value));
    return JSON.parse(text) as Rendered;
}

/** Groups of Kubernetes itself; `gateway.networking.k8s.io` and the like are not of it. */
export const builtIn =
    /^(apps|batch|policy|v1|(admissionregistration|apiextensions|networking|rbac\.authorization|scheduling|storage)\.k8s\.io)(\/|$)/;

/** What has a definition of its own, among all that a program registered. */
function customObjects(registered: readonly Registered[]): readonly CustomObject[] {
    return registered
        .filter(({ type }) => type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/"))
        .map(({ inputs }) => inputs as unknown as CustomObject)
        .filter(({ apiVersion = "v1" }) => !builtIn.test(apiVersion));
}

/** Outputs of the commands that make key pairs, whatever their names are. */
function keyPairs(): Readonly<Record<string, object>> {
    const words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout - -days 90 -subj /CN=test";
    const stdout = execFileSync("openssl", words.split(" "), { stdio: ["ignore", "pipe", "ignore"] }).toString();
    return new Proxy(
        {},
        { get: (_, name) => (typeof name === "string" && name.endsWith("-key-pair") ? { stdout } : undefined) },
    );
}
