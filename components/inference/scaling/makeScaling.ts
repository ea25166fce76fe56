import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { SiteCertificates } from "../../secrets/certificates";
import { misconfigured } from "../../site/problem";
import type { Site } from "../../site/site";
import { MANAGED } from "../gateway/names";
import type { CustomObject } from "../gateway/settings";
import type { PlannedModel } from "./bounds";
import { podMonitor, scaledObject } from "./manifests";
import { scalingProblems } from "./refusals";

/** Arguments of `Scaling`. */
export interface ScalingArgs {
    /** Models that scale, with their plans. */
    readonly models: readonly PlannedModel[];
    readonly namespace: string;
    /** Certificate of the authority of the models' certificates. Unset: Prometheus' own system trusts it. */
    readonly caCertificate?: pulumi.Input<string>;
}

/** Lets models grow and shrink by KEDA. `opts.providers` must name the cluster's provider. */
export class Scaling extends pulumi.ComponentResource {
    public constructor(name: string, args: ScalingArgs, opts?: pulumi.ComponentResourceOptions) {
        const { models, namespace, caCertificate } = args;
        const bounds = Object.fromEntries(
            models.map(({ model: { scaling }, plan }) => [plan.name, [scaling?.minReplicas, scaling?.maxReplicas]]),
        );
        super("seamount:inference:Scaling", name, { bounds }, opts);
        const ca =
            caCertificate === undefined
                ? undefined
                : new k8s.core.v1.ConfigMap(
                      `${name}-ca`,
                      { metadata: { namespace, labels: MANAGED }, immutable: true, data: { "ca.crt": caCertificate } },
                      { parent: this, replaceOnChanges: ["data"] },
                  );
        const make = (object: CustomObject): pulumi.Resource =>
            new k8s.apiextensions.CustomResource(
                `${name}-${object.kind}-${object.metadata.name}`,
                { ...object },
                { parent: this },
            );
        for (const planned of models) {
            const settings = { ...planned, namespace, ...(ca && { ca: ca.metadata.name }) };
            make(podMonitor(settings));
            make(scaledObject(settings));
        }
        this.registerOutputs({});
    }
}

/**
 * Makes the models of a site grow and shrink that say how. Undefined where none does.
 * @throws pulumi.RunError with every reason that one cannot
 */
export function makeScaling(args: {
    readonly site: Site;
    readonly models: readonly PlannedModel[];
    readonly certificates: Pick<SiteCertificates, "caCertificate">;
    readonly options: pulumi.ComponentResourceOptions;
}): Scaling | undefined {
    const { site, models, certificates, options } = args;
    const problems = scalingProblems(site, models);
    if (problems.length > 0) {
        throw new pulumi.RunError(misconfigured(pulumi.getStack(), problems));
    }
    const scaled = models.filter(({ model }) => model.scaling !== undefined);
    if (scaled.length === 0) {
        return undefined;
    }
    const { caCertificate } = certificates;
    const own = { models: scaled, namespace: site.cluster.namespace, ...(caCertificate && { caCertificate }) };
    return new Scaling(`${site.name}-scaling`, own, options);
}
