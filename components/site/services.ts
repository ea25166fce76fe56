import { readSiteFile, type SiteContext } from "./context";
import { normaliseChecksums } from "./checksums";
import { suggestion } from "./nearest";
import { few, pathOf, show, type Problem } from "./problem";
import type { ModelEntry, RawSite } from "./schema";
import { rerouteProblems, servingProblems, type ServingContext } from "./serving-problems";
import type { SiteHost, SiteModel } from "./site";

/** What the models of a site are checked against. */
export interface ServicesContext extends SiteContext, ServingContext {
    /** Images for the whole site; undefined where they are wrong, which is told elsewhere. */
    readonly images: RawSite["images"];
}

/** Model services as far as they can be told, and what is wrong with them. */
export interface Services {
    readonly models: readonly SiteModel[];
    readonly problems: readonly Problem[];
}

/** Fills in defaults of models and checks them. An entry that is undefined did not pass the schema and is left out. */
export function resolveServices(entries: readonly (ModelEntry | undefined)[], context: ServicesContext): Services {
    const problems: Problem[] = [];
    const names = entries.map(entry => entry?.name);
    const models = entries.flatMap((entry, index) => {
        if (entry === undefined) {
            return [];
        }
        const report: Report = (message, ...field) => {
            problems.push({ path: pathOf("models", index, ...field), message });
        };
        checkName(entry, context, report);
        checkPool(entry.pool, context.hosts, report);
        checkPort(entry, report);
        servingProblems(entry, names, context).forEach(({ message, field }) => report(message, ...field));
        return [resolve(entry, context, report)];
    });
    return { models, problems: [...problems, ...clashes(entries), ...rerouteProblems(entries)] };
}

/** Sequences that a replica serves at a time where neither the site nor its traffic says it. */
const usualConcurrency = 32;

type Report = (message: string, ...field: readonly PropertyKey[]) => void;

function resolve(entry: ModelEntry, context: ServicesContext, report: Report): SiteModel {
    const { weights, ...rest } = entry;
    const routerImage = entry.routerImage ?? context.images?.router;
    const image = entry.image ?? context.images?.[entry.engine] ?? "";
    const proxyImage = entry.proxyImage ?? context.images?.proxy ?? "";
    if (image === "" && context.images !== undefined) {
        report(`is missing, and images.${entry.engine} too; set one of them`, "image");
    }
    if (proxyImage === "" && context.images !== undefined) {
        report("is missing, and images.proxy too; set one of them", "proxyImage");
    }
    const { hostPath, claim, image: weightsImage, prefetch, sizeGB } = weights;
    const places = (["hostPath", "claim", "image"] as const).filter(place => weights[place] !== undefined);
    if (places.length !== 1) {
        const found = places.length === 0 ? "none of hostPath, claim and image is set" : `${few(places)} are set`;
        report(`${found}; set exactly one`, "weights");
    }
    const sha256sums = checksumsOf(weights, context, report);
    return {
        ...rest,
        concurrency: entry.concurrency ?? usualConcurrency,
        concurrencyGiven: entry.concurrency !== undefined,
        replicas: entry.replicas ?? entry.scaling?.minReplicas ?? 1,
        replicasGiven: entry.replicas !== undefined,
        image,
        proxyImage,
        ...(routerImage !== undefined && { routerImage }),
        weights: {
            ...(hostPath !== undefined && { hostPath }),
            ...(claim !== undefined && { claim }),
            ...(weightsImage !== undefined && { image: weightsImage }),
            ...(prefetch !== undefined && { prefetch }),
            sha256sums,
            sizeGB,
        },
    };
}

function checksumsOf(weights: ModelEntry["weights"], context: SiteContext, report: Report): string {
    const { sha256sums, sha256sumsFile } = weights;
    if (sha256sums !== undefined && sha256sumsFile !== undefined) {
        report("sha256sums and sha256sumsFile are both set; set exactly one", "weights");
        return "";
    }
    if (sha256sums === undefined && sha256sumsFile === undefined) {
        report(
            "neither sha256sums nor sha256sumsFile is set; make the lines with " +
                `"find . -type f -printf '%P\\0' | sort -z | xargs -0 sha256sum" in the folder of the weights`,
            "weights",
        );
        return "";
    }
    const field = sha256sumsFile === undefined ? "sha256sums" : "sha256sumsFile";
    let text = sha256sums ?? "";
    if (sha256sumsFile !== undefined) {
        const file = readSiteFile(sha256sumsFile, context);
        if ("why" in file) {
            report(`${show(sha256sumsFile)} cannot be read: ${file.why}`, "weights", field);
            return "";
        }
        text = file.text;
    }
    const checksums = normaliseChecksums(text);
    checksums.problems.forEach(problem => report(problem, "weights", field));
    return checksums.text;
}

function checkName(entry: ModelEntry, context: SiteContext, report: Report): void {
    if (!context.modelNames.includes(entry.model)) {
        report(`${show(entry.model)} is not in the catalogue; ${suggestion(entry.model, context.modelNames)}`, "model");
    }
}

/** A pool that serves has hosts, all of them with a role that runs models, and all with the same GPUs. */
function checkPool(pool: string, hosts: readonly SiteHost[] | undefined, report: Report): void {
    if (hosts === undefined) {
        return;
    }
    const members = hosts.filter(host => host.pool === pool);
    const [first] = members;
    if (first === undefined) {
        const pools = [...new Set(hosts.map(host => host.pool))];
        report(`no host is in the pool ${show(pool)}; ${suggestion(pool, pools)}`, "pool");
        return;
    }
    const unfit = members.filter(host => host.role !== "gpu" && host.role !== "edge");
    if (unfit.length > 0) {
        const only = unfit.length === members.length ? "only " : "";
        const unfitRoles = [...new Set(unfit.map(host => host.role))].join(" and ");
        const names = few(unfit.map(host => host.name));
        report(
            `the pool ${show(pool)} has ${only}${unfitRoles} hosts (${names}); models run on gpu and edge hosts`,
            "pool",
        );
        return;
    }
    const other = members.find(host => gpusOf(host) !== gpusOf(first));
    if (other !== undefined) {
        const both = `${first.name} has ${gpusOf(first)} and ${other.name} has ${gpusOf(other)}`;
        report(`hosts of the pool ${show(pool)} are not alike: ${both}; put them into two pools`, "pool");
    }
}

function gpusOf(host: SiteHost): string {
    return host.gpu === undefined ? "no GPU" : `${host.gpu.count} × ${host.gpu.model}`;
}

function checkPort(entry: ModelEntry, report: Report): void {
    const { serviceType, port } = entry.endpoint;
    if (serviceType === "NodePort" && (port < 30_000 || port > 32_767)) {
        report(`${port} is not a node port: with NodePort it is from 30000 to 32767`, "endpoint", "port");
    }
}

function clashes(entries: readonly (ModelEntry | undefined)[]): readonly Problem[] {
    const names = new Map<string, number>();
    const endpoints = new Map<string, number>();
    return entries.flatMap((entry, index) => {
        if (entry === undefined) {
            return [];
        }
        const { host, port, serviceType } = entry.endpoint;
        const endpoint = serviceType === "NodePort" ? `node port ${port}` : `${host}:${port}`;
        return [
            ...clash(names, entry.name, index, `the name ${show(entry.name)}`, ["name"]),
            ...clash(endpoints, endpoint, index, endpoint, ["endpoint"]),
        ];
    });
}

function clash(
    seen: Map<string, number>,
    key: string,
    index: number,
    what: string,
    field: readonly string[],
): readonly Problem[] {
    const owner = seen.get(key);
    if (owner === undefined) {
        seen.set(key, index);
        return [];
    }
    return [{ path: pathOf("models", index, ...field), message: `${what} is also that of ${pathOf("models", owner)}` }];
}
