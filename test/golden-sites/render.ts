import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Input, output } from "@pulumi/pulumi";
import { parse, stringify } from "yaml";
import { gpus, models as knownModels } from "../../catalog";
import { modelServiceManifests } from "../../components/inference/manifests";
import { makeServices, serviceSettings } from "../../components/inference/services";
import { planned, planSite } from "../../components/planning";
import type { ModelPlan } from "../../components/planning/plan";
import { accept } from "../../components/refuse";
import { parseSite } from "../../components/site/parse";
import type { Site } from "../../components/site/site";
import { deploy, type Registered } from "../harness";
import { names } from "../inference/fixtures";
import { repositoryFile } from "../site/fixture";

/** The sites whose rendered objects are kept: each is a site file beside this one, but for the stack `prod`. */
export const goldenSites = ["prod", "low-cost", "ascend", "core-and-edge", "wide-expert-parallel"] as const;

/** A Kubernetes object, as the program gives it to the provider. */
export interface Rendered {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly namespace?: string };
    readonly [field: string]: unknown;
}

/** One of the golden sites. @throws Error where its file is not a site */
export function goldenSite(name: (typeof goldenSites)[number]): Site {
    const raw: unknown =
        name === "prod"
            ? (parse(repositoryFile("Pulumi.prod.yaml")) as { config: Record<string, unknown> }).config["seamount:site"]
            : parse(readFileSync(join(__dirname, `${name}.yaml`), "utf8"));
    const parsed = parseSite(raw, {
        gpuNames: Object.keys(gpus),
        modelNames: Object.keys(knownModels),
        home: "/home/me",
        readText: path => {
            throw new Error(`a golden site reads no file, and not ${path}`);
        },
    });
    if ("problems" in parsed) {
        throw new Error(parsed.problems.map(({ path, message }) => `${path} ${message}`).join("\n"));
    }
    return parsed.site;
}

/** Objects whose names the cluster makes up, and keys. */
const UNNAMED = /-(checksums|proxy|files|tls|api-key|weights)$/;

/** Every Kubernetes object of a site's models, through the program's own wiring, with names where a cluster gives them. */
export async function renderSite(site: Site): Promise<readonly Rendered[]> {
    const models = planned(site, accept(planSite(site)));
    const named = new Proxy(
        {},
        {
            get: (_, name) =>
                typeof name === "string" && UNNAMED.test(name)
                    ? { metadata: { name: `${name}-1` }, result: "k".repeat(48) }
                    : undefined,
        },
    );
    const certificate = (text: Input<string>) => output(text);
    const pair = {
        certificate: certificate("CERTIFICATE"),
        privateKey: certificate("PRIVATE KEY"),
        expires: certificate("2027-01-01T00:00:00Z"),
    };
    const { registered } = await deploy(
        () =>
            makeServices({
                site,
                models,
                certificates: { for: () => pair },
                cluster: { namespace: output(site.cluster.namespace) },
                options: {},
            }),
        { outputs: named },
    );
    return registered
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .sort((a, b) => order(a).localeCompare(order(b)))
        .map(rendered);
}

const order = ({ type, name }: Registered): string => `${type.split(":").at(-1)} ${name}`;

function rendered({ name, inputs }: Registered): Rendered {
    const { apiVersion, kind, metadata, ...rest } = inputs as unknown as Rendered;
    const shown = { ...metadata, name: metadata.name ?? `${name}-1` };
    const { stringData, ...plain } = rest as { stringData?: Readonly<Record<string, string>> };
    const hidden = Object.fromEntries(Object.keys(stringData ?? {}).map(key => [key, "(secret)"]));
    return { apiVersion, kind, metadata: shown, ...plain, ...(stringData && { stringData: hidden }) };
}

/** The site whose prefill and decode are apart, where the cluster has objects that hold both. */
export function disaggregatedObjects(): readonly Rendered[] {
    const site = goldenSite("wide-expert-parallel");
    return planned(site, accept(planSite(site))).flatMap(of => {
        const settings = { ...serviceSettings(site, of), disaggregatedSets: true };
        const { replicas } = modelServiceManifests(settings, names);
        return JSON.parse(JSON.stringify(replicas.flatMap(({ sets }) => sets))) as Rendered[];
    });
}

/** How a model is laid out, in the fields that its objects follow from. */
export function layoutOf(plan: ModelPlan): Readonly<Record<string, unknown>> {
    const { name, model, precision, engine, gpu, replicas, hosts, gpusPerHost, apart } = plan;
    const { tensorParallel, pipelineParallel, dataParallel, expertParallel, hostMemoryGiB, cpuCores } = plan;
    return {
        ...{ name, model, precision, engine, gpu, replicas, hosts, gpusPerHost, tensorParallel, pipelineParallel },
        ...{ dataParallel, expertParallel, hostMemoryGiB, cpuCores, ...(apart && { apart }) },
    };
}

/** A golden file: the plans first, then a document an object. */
export async function goldenText(site: Site): Promise<string> {
    const plans = accept(planSite(site)).models.map(layoutOf);
    const objects = await renderSite(site);
    return [{ plans }, ...objects]
        .map(each => stringify(each, { lineWidth: 0, aliasDuplicateObjects: false }))
        .join("---\n");
}
