import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { orRefuse } from "../refuse";
import type { SiteCluster } from "../site/site";
import { checkKubeconfig, readIfThere, type ResolvedKubeconfig, resolveKubeconfig } from "./kubeconfig";
import { defaultDeny, namespaceManifest } from "./manifests";

/** Arguments of `Cluster`. */
export interface ClusterArgs {
    /** Name of the site. It is the cluster's identity: another kubeconfig of the same site replaces nothing. */
    readonly site: string;
    readonly cluster: SiteCluster;
    /** The secret `seamount:kubeconfig`, where it is configured. */
    readonly kubeconfig?: pulumi.Output<string>;
}

/** A Kubernetes cluster that is already there, and the fenced namespace that model services live in. */
export class Cluster extends pulumi.ComponentResource {
    /** The cluster's provider: pass it on as `providers` of components that make Kubernetes objects. */
    public readonly provider: k8s.Provider;
    /** Name of the namespace, once it exists. */
    public readonly namespace: pulumi.Output<string>;
    /** Whether a kubeconfig was there. Without one, a preview compares with nothing. */
    public readonly visible: boolean;

    public constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        const { mode, namespace } = args.cluster;
        const resolved = orRefuse(() => resolve(args));
        super("seamount:cluster:Cluster", name, { site: args.site, mode, namespace }, opts);
        this.visible = resolved.visible;
        if (!resolved.visible) {
            void pulumi.log.warn(resolved.warning, this);
        }

        this.provider = new k8s.Provider(
            `${name}-provider`,
            {
                kubeconfig: pulumi.secret(resolved.kubeconfig),
                clusterIdentifier: args.site,
                enableServerSideApply: true,
                // Objects of a cluster that does not answer are not gone.
                deleteUnreachable: false,
                // Content that changes gets a new name, and so the pods that mount it roll.
                enableConfigMapMutable: false,
                enableSecretMutable: false,
            },
            { parent: this },
        );
        const inCluster = { parent: this, provider: this.provider };
        const made = new k8s.core.v1.Namespace(`${name}-namespace`, namespaceManifest(namespace), inCluster);
        const deny = new k8s.networking.v1.NetworkPolicy(
            `${name}-default-deny`,
            defaultDeny(made.metadata.name),
            inCluster,
        );
        // Nothing is put into the namespace before it is closed.
        this.namespace = pulumi.all([made.metadata.name, deny.metadata.name]).apply(([inside]) => inside);
        this.registerOutputs({ namespace: this.namespace });
    }
}

function resolve({ cluster, kubeconfig }: ClusterArgs): ResolvedKubeconfig<pulumi.Output<string>> {
    const checked = kubeconfig?.apply(text => {
        orRefuse(() => checkKubeconfig(text, "seamount:kubeconfig"));
        return text;
    });
    return resolveKubeconfig({
        secret: checked,
        fileText: readIfThere(cluster.kubeconfigFile),
        file: cluster.kubeconfigFile,
        dryRun: pulumi.runtime.isDryRun(),
    });
}
