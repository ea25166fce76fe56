import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ModelPlan } from "../planning/plan";
import { orRefuse } from "../refuse";
import type { SiteModel } from "../site/site";
import { engines } from "./engines/registry";
import { loadTimes } from "./loading";
import {
    apiKeySecret,
    checkModelService,
    contents,
    endpointUrl,
    modelServiceManifests,
    type ModelServiceSettings,
    tlsSecret,
} from "./manifests";
import { apiKeyMap } from "./proxy";
import { weightsClaim, weightsVolume } from "./weights";

/** Arguments of `ModelService`. */
export interface ModelServiceArgs {
    /** The model as the site wants it. */
    readonly model: SiteModel;
    /** Its plan: layout, sizes, hosts. */
    readonly plan: ModelPlan;
    /** Namespace that the cluster made for model services. */
    readonly namespace: pulumi.Input<string>;
    /** The key that clients send. Always a secret; at least 32 printable characters. */
    readonly apiKey: pulumi.Input<string>;
    /** Certificate that clients see, PEM, with the certificates that issued it where there are any. */
    readonly certificate: pulumi.Input<string>;
    /** Its private key, PEM. Always a secret. */
    readonly privateKey: pulumi.Input<string>;
    /** Extended resource of the GPUs, e.g. `nvidia.com/gpu`. Unset: the engine runs on CPUs. */
    readonly gpuResource?: string;
    /** Taints of the hosts that the pods tolerate, beside the one of their GPUs. */
    readonly tolerations?: readonly k8s.types.input.core.v1.Toleration[];
    /** Priority class of its pods, once it exists. Unset: the cluster's default. */
    readonly priorityClass?: pulumi.Input<string>;
}

/**
 * One model behind TLS 1.3 and an API key, on hosts of its pool. Needs Kubernetes 1.30 or newer.
 * `opts.providers` must name the cluster's provider.
 */
export class ModelService extends pulumi.ComponentResource {
    /** Base address of the OpenAI API: `https://host:port/v1`. */
    public readonly endpoint: pulumi.Output<string>;
    /** Name that requests give as `model`. */
    public readonly modelName: pulumi.Output<string>;

    public constructor(name: string, args: ModelServiceArgs, opts?: pulumi.ComponentResourceOptions) {
        const { model, plan } = args;
        const settings: ModelServiceSettings = {
            model,
            plan,
            namespace: args.namespace,
            gpuResource: args.gpuResource,
            tolerations: args.tolerations,
            priorityClass: args.priorityClass,
        };
        orRefuse(() => checkModelService(settings));
        const facts = { model: plan.model, engine: plan.engine, replicas: plan.replicas, precision: plan.precision };
        super("seamount:inference:ModelService", name, facts, opts);

        const child = { parent: this };
        // The engine replaces these itself, whatever a provider makes of their immutability.
        const renewed = { parent: this, replaceOnChanges: ["data", "stringData"] };
        const { checksums, proxyConfig } = contents(settings);
        const checksumsMap = new k8s.core.v1.ConfigMap(`${name}-checksums`, checksums, renewed);
        const proxyMap = new k8s.core.v1.ConfigMap(`${name}-proxy`, proxyConfig, renewed);
        const privateKey = pulumi.secret(args.privateKey);
        const tls = new k8s.core.v1.Secret(`${name}-tls`, tlsSecret(settings, args.certificate, privateKey), renewed);
        const keyMap = pulumi.secret(args.apiKey).apply(key => orRefuse(() => apiKeyMap(key)));
        const apiKey = new k8s.core.v1.Secret(`${name}-api-key`, apiKeySecret(settings, keyMap), renewed);

        const weightsClaim = this.weights(name, settings);
        const objects = modelServiceManifests(settings, {
            weightsClaim,
            checksums: checksumsMap.metadata.name,
            proxyConfig: proxyMap.metadata.name,
            tls: tls.metadata.name,
            apiKey: apiKey.metadata.name,
        });
        const account = new k8s.core.v1.ServiceAccount(`${name}-account`, objects.serviceAccount, child);
        // The fence stands before anything runs behind it.
        const fence = new k8s.networking.v1.NetworkPolicy(`${name}-network`, objects.networkPolicy, child);
        new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption`, objects.disruptionBudget, child);
        const patience = `${loadTimes(plan, model, engines[plan.engine]).total * Math.max(1, plan.replicas)}s`;
        const deployment = new k8s.apps.v1.Deployment(`${name}-deployment`, objects.deployment, {
            parent: this,
            dependsOn: [account, fence],
            customTimeouts: { create: patience, update: patience },
        });
        const service = new k8s.core.v1.Service(`${name}-service`, objects.service, {
            parent: this,
            dependsOn: [deployment],
        });

        // An address that answers: known at once in a preview, given out only when the service is there.
        this.endpoint = pulumi.all([service.urn]).apply(() => endpointUrl(model.endpoint));
        this.modelName = pulumi.output(plan.name);
        this.registerOutputs({ endpoint: this.endpoint, modelName: this.modelName });
    }

    private weights(name: string, settings: ModelServiceSettings): pulumi.Input<string> {
        const { claim: given } = settings.model.weights;
        if (given !== undefined) {
            return given;
        }
        const storageClassName = pulumi.interpolate`seamount-${settings.namespace}-${name}`;
        const renewed = { parent: this, replaceOnChanges: ["spec"] };
        const objects = weightsVolume(settings, storageClassName);
        const volume = new k8s.core.v1.PersistentVolume(`${name}-weights`, objects, renewed);
        const binding = { storageClassName, volumeName: volume.metadata.name };
        const claim = new k8s.core.v1.PersistentVolumeClaim(
            `${name}-weights`,
            weightsClaim(settings, binding),
            renewed,
        );
        return claim.metadata.name;
    }
}
