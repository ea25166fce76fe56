import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { gpus } from "../../catalog";
import { findChart } from "../../catalog/charts";
import type { Cluster } from "../cluster/cluster";
import { modelPriorityClass } from "../cluster/tenancy/priorities";
import type { ModelPlan } from "../planning/plan";
import type { SiteCertificates } from "../secrets/certificates";
import type { Site, SiteModel } from "../site/site";
import { gatewayPeers, metricsReaders } from "./gateway/peers";
import type { ModelServiceSettings } from "./manifests";
import { ModelService } from "./modelService";
import { sitePool } from "./pool";

/** Arguments of `makeServices`. */
export interface ServicesArgs {
    readonly site: Site;
    /** Models with their plans. */
    readonly models: readonly { readonly model: SiteModel; readonly plan: ModelPlan }[];
    readonly certificates: Pick<SiteCertificates, "for">;
    /** The cluster that they run in: its namespace, and the priority of what people wait for. */
    readonly cluster: Pick<Cluster, "namespace" | "servingPriority">;
    /** The cluster's provider, and what must be there before. */
    readonly options: pulumi.ComponentResourceOptions;
}

/** What clients, gateways and whoever scales need of a model service. */
export interface Served {
    readonly name: string;
    /** Base address of the OpenAI API. */
    readonly endpoint: pulumi.Output<string>;
    /** A secret. */
    readonly key: pulumi.Output<string>;
    /** When the certificate ends, ISO 8601 in UTC. */
    readonly expires: pulumi.Output<string>;
    /** Name of its Service, once its replicas serve. */
    readonly service: pulumi.Output<string>;
    /** Labels of the pods that take requests. */
    readonly pods: Readonly<Record<string, string>>;
}

/** Makes the model services of a site, each with a key of its own. */
export function makeServices({ site, models, certificates, cluster, options }: ServicesArgs): readonly Served[] {
    return models.map(({ plan, model }) => {
        const key = new random.RandomPassword(`${model.name}-api-key`, { length: 48, special: false });
        const { certificate, privateKey, expires } = certificates.for(model.endpoint.host);
        const priorityClass = ownPriority(site, model, options) ?? cluster.servingPriority;
        const settings = {
            ...serviceSettings(site, { model, plan }),
            namespace: cluster.namespace,
            ...(priorityClass !== undefined && { priorityClass }),
        };
        const args = { ...settings, apiKey: key.result, certificate, privateKey };
        const { endpoint, service, pods } = new ModelService(model.name, args, options);
        return { name: model.name, endpoint, key: key.result, expires, service, pods };
    });
}

/** What a site says of one of its services, as its objects are made from. */
export function serviceSettings(
    site: Site,
    { model, plan }: { readonly model: SiteModel; readonly plan: ModelPlan },
): ModelServiceSettings {
    const gpuResource = gpus[plan.gpu]?.kubernetesResource;
    return {
        model,
        plan,
        namespace: site.cluster.namespace,
        ...(gpuResource !== undefined && { gpuResource }),
        pool: sitePool(site, plan.pool),
        disaggregatedSets: knowsDisaggregatedSets(site),
        ...(site.gateway !== undefined && {
            callers: gatewayPeers(site.gateway),
            behindGateway: true,
        }),
        observers: metricsReaders(site),
    };
}

/**
 * Whether the LeaderWorkerSet that Seamount installs brings sets of several roles, as they are since 0.10. Of another,
 * nothing is known.
 */
function knowsDisaggregatedSets({ cluster }: Site): boolean {
    const lws = cluster.operators?.install.includes("lws") ? findChart("lws") : undefined;
    const [major = 0, minor = 0] = (lws?.version ?? "").split(".").map(Number);
    const defined = lws?.definesGroups?.includes("disaggregatedset.x-k8s.io") ?? false;
    return defined && (major > 0 || minor >= 10);
}

/** The class of a model, where models of the site have priorities among themselves. */
function ownPriority(
    { models, cluster }: Site,
    { name, priority = 0 }: SiteModel,
    options: pulumi.ComponentResourceOptions,
): pulumi.Output<string> | undefined {
    if (!models.some(model => model.priority !== undefined)) {
        return undefined;
    }
    const made = new k8s.scheduling.v1.PriorityClass(
        `${name}-priority`,
        modelPriorityClass(cluster.namespace, name, priority),
        { ...options, deleteBeforeReplace: true },
    );
    return made.metadata.name;
}
