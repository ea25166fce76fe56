import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster/cluster";
import type { ModelPlan } from "../planning/plan";
import type { SiteCertificates } from "../secrets/certificates";
import type { Site, SiteModel } from "../site/site";
import { makeGateway } from "./gateway/makeGateway";
import { makeScaling } from "./scaling/makeScaling";
import { makeServices, type Served } from "./services";

/** Arguments of `makeServing`. */
export interface ServingArgs {
    readonly site: Site;
    /** Models with their plans. */
    readonly models: readonly { readonly model: SiteModel; readonly plan: ModelPlan }[];
    readonly certificates: SiteCertificates;
    readonly cluster: Cluster;
    /** Operators that Seamount installs. Unset: none, or others look after them. */
    readonly operators?: { readonly installed: pulumi.Input<pulumi.Resource[]> };
    /** What must be there before any pod: hosts that have proved themselves, nodes with their labels. */
    readonly after: readonly pulumi.Resource[];
}

/** All that serves on a site. */
export interface Serving {
    readonly services: readonly Served[];
    /** Base address of each model behind the site's gateway. Unset without one. */
    readonly gatewayEndpoints?: pulumi.Output<Readonly<Record<string, string>>>;
}

/**
 * Makes what serves on a site: a service for each model, the gateway before them, and what makes them grow and shrink.
 * @throws pulumi.RunError with every reason that the gateway or the scaling cannot work
 */
export function makeServing({ site, models, certificates, cluster, operators, after }: ServingArgs): Serving {
    const providers = [cluster.provider];
    const installed = pulumi.output(operators?.installed ?? []);
    const operated = { providers, dependsOn: installed };
    // Groups of pods are objects of an operator; pods of one host are Kubernetes' own, and need not wait for any.
    const grouped = models.some(({ plan }) => plan.hosts > 1 || plan.apart !== undefined);
    const ready = { providers, dependsOn: grouped ? installed.apply(all => [...all, ...after]) : [...after] };
    const services = makeServices({ site, models, certificates, cluster, options: ready });
    const gateway = makeGateway({ site, models, services, certificates, cluster, options: operated });
    makeScaling({ site, models, certificates, options: operated });
    return { services, ...(gateway && { gatewayEndpoints: gateway.endpoints }) };
}
