import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { gpus } from "../../catalog";
import type { ModelPlan } from "../planning/plan";
import type { SiteCertificates } from "../secrets/certificates";
import type { SiteModel } from "../site/site";
import { ModelService } from "./modelService";

/** Arguments of `makeServices`. */
export interface ServicesArgs {
    /** Models with their plans. */
    readonly models: readonly { readonly model: SiteModel; readonly plan: ModelPlan }[];
    readonly certificates: SiteCertificates;
    readonly namespace: pulumi.Input<string>;
    /** Priority class of the pods. Unset: the cluster's default. */
    readonly priorityClass?: pulumi.Input<string>;
    /** The cluster's provider, and what must be there before. */
    readonly options: pulumi.ComponentResourceOptions;
}

/** What clients need of a model service. */
export interface Served {
    readonly name: string;
    /** Base address of the OpenAI API. */
    readonly endpoint: pulumi.Output<string>;
    /** A secret. */
    readonly key: pulumi.Output<string>;
    /** When the certificate ends, ISO 8601 in UTC. */
    readonly expires: pulumi.Output<string>;
}

/** Makes the model services of a site, each with a key of its own. */
export function makeServices({ models, certificates, options, ...shared }: ServicesArgs): readonly Served[] {
    return models.map(({ plan, model }) => {
        const key = new random.RandomPassword(`${model.name}-api-key`, { length: 48, special: false });
        const { certificate, privateKey, expires } = certificates.for(model.endpoint.host);
        const gpuResource = gpus[plan.gpu]?.kubernetesResource;
        const args = { model, plan, ...shared, apiKey: key.result, certificate, privateKey, gpuResource };
        const { endpoint } = new ModelService(model.name, args, options);
        return { name: model.name, endpoint, key: key.result, expires };
    });
}
