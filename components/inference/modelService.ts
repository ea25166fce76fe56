import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ModelPlan } from "../planning/plan";
import { orRefuse } from "../refuse";
import type { SiteModel } from "../site/site";
import { apiKeyMap } from "./apiKey";
import { apiKeySecret, contents, tlsSecret } from "./contents";
import { checkModelService } from "./check";
import { selector } from "./labels";
import { endpointUrl, type ModelServiceSettings, modelServiceManifests } from "./manifests";
import type { MountedNames } from "./pod";
import { prefetch, prefetches } from "./prefetch";
import { weightsClaim, weightsVolume } from "./weights";
import { makeWorkloads } from "./workloads";

/** Arguments of `ModelService`. */
export interface ModelServiceArgs extends Omit<ModelServiceSettings, "model" | "plan"> {
    /** The model as the site wants it. */
    readonly model: SiteModel;
    /** Its plan: layout, sizes, hosts. */
    readonly plan: ModelPlan;
    /** The key that clients send. Always a secret; at least 32 printable characters. */
    readonly apiKey: pulumi.Input<string>;
    /** Certificate that clients see, PEM, with the certificates that issued it where there are any. */
    readonly certificate: pulumi.Input<string>;
    /** Its private key, PEM. Always a secret. */
    readonly privateKey: pulumi.Input<string>;
}

/**
 * One model behind TLS 1.3 and an API key, on hosts of its pool. Needs Kubernetes 1.30 or newer; where a replica is more
 * than one pod, LeaderWorkerSet; where the weights are an image, Kubernetes 1.35. `opts.providers` must name the
 * cluster's provider.
 */
export class ModelService extends pulumi.ComponentResource {
    /** Base address of the OpenAI API: `https://host:port/v1`. */
    public readonly endpoint: pulumi.Output<string>;
    /** Name that requests give as `model`. */
    public readonly modelName: pulumi.Output<string>;
    /** Name of its Service, once its replicas serve. */
    public readonly service: pulumi.Output<string>;
    /** Labels of the pods that take requests. */
    public readonly pods: Readonly<Record<string, string>>;

    public constructor(name: string, args: ModelServiceArgs, opts?: pulumi.ComponentResourceOptions) {
        const { apiKey, certificate, privateKey, ...settings } = args;
        const { model, plan } = settings;
        orRefuse(() => checkModelService(settings));
        const facts = { model: plan.model, engine: plan.engine, replicas: plan.replicas, precision: plan.precision };
        super("seamount:inference:ModelService", name, facts, opts);

        const names = this.mounted(name, settings, { apiKey, certificate, privateKey });
        const objects = modelServiceManifests(settings, names);
        const child = { parent: this };
        const account = new k8s.core.v1.ServiceAccount(`${name}-account`, objects.serviceAccount, child);
        // The fence stands before anything runs behind it.
        const fence = new k8s.networking.v1.NetworkPolicy(`${name}-network`, objects.networkPolicy, child);
        new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption`, objects.disruptionBudget, child);
        const fetched = prefetches(settings)
            ? [
                  new k8s.apps.v1.DaemonSet(`${name}-prefetch`, prefetch(settings, names), {
                      ...child,
                      dependsOn: account,
                  }),
              ]
            : [];
        const workloads = makeWorkloads(name, settings, objects, {
            parent: this,
            dependsOn: [account, fence, ...fetched],
        });
        const service = new k8s.core.v1.Service(`${name}-service`, objects.service, {
            parent: this,
            dependsOn: workloads,
        });

        // An address that answers: known at once in a preview, given out only when the service is there.
        this.endpoint = pulumi.all([service.urn]).apply(() => endpointUrl(model.endpoint));
        this.modelName = pulumi.output(plan.name);
        this.service = service.metadata.name;
        this.pods = selector(plan);
        this.registerOutputs({ endpoint: this.endpoint, modelName: this.modelName });
    }

    /** Makes what pods mount. Its objects have no names of ours, so that new content is a new object. */
    private mounted(
        name: string,
        settings: ModelServiceSettings,
        { apiKey, certificate, privateKey }: Pick<ModelServiceArgs, "apiKey" | "certificate" | "privateKey">,
    ): MountedNames {
        // The engine replaces these itself, whatever a provider makes of their immutability.
        const renewed = { parent: this, replaceOnChanges: ["data", "stringData"] };
        const { ConfigMap, Secret } = k8s.core.v1;
        const content = contents(settings);
        const keyMap = pulumi.secret(apiKey).apply(key => orRefuse(() => apiKeyMap(key)));
        const tls = tlsSecret(settings, certificate, pulumi.secret(privateKey));
        return {
            checksums: new ConfigMap(`${name}-checksums`, content.checksums, renewed).metadata.name,
            proxyConfig: new ConfigMap(`${name}-proxy`, content.proxyConfig, renewed).metadata.name,
            ...(content.files && { files: new ConfigMap(`${name}-files`, content.files, renewed).metadata.name }),
            tls: new Secret(`${name}-tls`, tls, renewed).metadata.name,
            apiKey: new Secret(`${name}-api-key`, apiKeySecret(settings, keyMap), renewed).metadata.name,
            weightsClaim: this.weights(name, settings),
        };
    }

    private weights(name: string, settings: ModelServiceSettings): pulumi.Input<string> {
        const { claim: given, image } = settings.model.weights;
        if (given !== undefined || image !== undefined) {
            return given ?? "";
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
