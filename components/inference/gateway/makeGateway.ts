import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../../cluster/cluster";
import { operatorImages } from "../../cluster/operators/reference";
import { isMonitored } from "../../cluster/operators/values";
import type { SiteCertificates } from "../../secrets/certificates";
import { misconfigured } from "../../site/problem";
import type { Site } from "../../site/site";
import { Gateway } from "./gateway";
import { gatewayProblems } from "./refusals";
import type { GatewayModel } from "./settings";

/** Hosts that a site's gateway needs a certificate for: its own, or none. For `SiteCertificates`. */
export function gatewayHosts({ gateway }: Pick<Site, "gateway">): readonly string[] {
    return gateway === undefined ? [] : [gateway.host];
}

/**
 * Makes the gateway of a site in front of its model services. Undefined where the site has none.
 * @throws pulumi.RunError with every reason that it cannot work
 */
export function makeGateway(args: {
    readonly site: Site;
    readonly models: readonly GatewayModel[];
    /** The model services with their keys, as `makeServices` gives them. */
    readonly services: readonly { readonly name: string; readonly key: pulumi.Input<string> }[];
    readonly certificates: SiteCertificates;
    readonly cluster: Pick<Cluster, "namespace">;
    /** The cluster's provider, and what must be there before: operators, model services. */
    readonly options: pulumi.ComponentResourceOptions;
}): Gateway | undefined {
    const { site, models, services, certificates, cluster, options } = args;
    const { gateway } = site;
    if (gateway === undefined) {
        return undefined;
    }
    const problems = gatewayProblems(site);
    if (problems.length > 0) {
        throw new pulumi.RunError(misconfigured(pulumi.getStack(), problems));
    }
    const { certificate, privateKey } = certificates.for(gateway.host);
    const { caCertificate } = certificates;
    return new Gateway(
        `${site.name}-gateway`,
        {
            gateway,
            models,
            namespace: cluster.namespace,
            monitored: isMonitored(site),
            keys: Object.fromEntries(services.map(({ name, key }) => [name, key])),
            certificate,
            privateKey,
            ...(caCertificate !== undefined && { caCertificate }),
            images: {
                envoy: operatorImages(site, "envoy-gateway")("envoy").reference,
                picker: operatorImages(site, "llm-d-router")("llm-d-router-endpoint-picker").reference,
            },
        },
        options,
    );
}
