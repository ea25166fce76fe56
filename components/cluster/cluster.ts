import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ControlPlane } from "../../provider";
import { hostNetworkReasons } from "../fabric/hostNetwork";
import type { Fleet } from "../host/fleet";
import { orRefuse } from "../refuse";
import type { Secrets } from "../site/load";
import type { Site, SiteCluster } from "../site/site";
import { type BuiltClusterArgs, makeControlPlane, makeNodes } from "./kubeadm/builtCluster";
import { checkKubeconfig, readIfThere, type ResolvedKubeconfig, resolveKubeconfig } from "./kubeconfig";
import { defaultDeny, namespaceManifest } from "./manifests";
import { allOf } from "./operators/operator";
import { NetworkPlugin } from "./operators/operators";
import { Tenancy } from "./tenancy/tenancy";

/** Arguments of `Cluster`. */
export interface ClusterArgs {
    /** Name of the site. It is the cluster's identity: another kubeconfig of the same site replaces nothing. */
    readonly site: string;
    readonly cluster: SiteCluster;
    /** The secret `seamount:kubeconfig`, where it is configured: for a cluster that is already there. */
    readonly kubeconfig?: pulumi.Output<string>;
    /** The hosts that it is built on, in mode `kubeadm`. */
    readonly on?: { readonly site: Site; readonly fleet: Fleet };
    /** Why pods of models cannot be restricted, a reason each. Unset: they are. */
    readonly exceptions?: readonly string[];
}

/** The Kubernetes cluster of a site, found or built, and the fenced namespace that model services live in. */
export class Cluster extends pulumi.ComponentResource {
    /** The cluster's provider: pass it on as `providers` of components that make Kubernetes objects. */
    public readonly provider: k8s.Provider;
    /** Name of the namespace, once it exists. */
    public readonly namespace: pulumi.Output<string>;
    /** Whether a kubeconfig was there, or comes to be. Without one, a preview compares with nothing. */
    public readonly visible: boolean;
    /** Workers that have joined, by the name of the host. Empty for a cluster that is already there. */
    public readonly nodes: ReadonlyMap<string, pulumi.Resource>;
    /** The control plane, where Seamount builds it. */
    public readonly controlPlane?: ControlPlane;
    /** Priority class of models, once it exists. Undefined in a cluster without tenants and roles of the site's. */
    public readonly servingPriority?: pulumi.Output<string>;
    /** The cluster's kubeconfig; a secret. */
    public readonly kubeconfig: pulumi.Output<string>;

    public constructor(name: string, args: ClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        const { site, cluster, on } = args;
        const { mode, namespace, kubeadm } = cluster;
        const built = kubeadm && on && { ...on, kubeadm };
        const found = built === undefined ? orRefuse(() => resolve(args)) : undefined;
        super("seamount:cluster:Cluster", name, { site, mode, namespace }, opts);
        if (found?.visible === false) {
            void pulumi.log.warn(found.warning, this);
        }
        this.visible = found?.visible ?? true;

        this.controlPlane = built && makeControlPlane(name, built, this);
        this.kubeconfig = pulumi.secret(this.controlPlane?.kubeconfig ?? found?.kubeconfig ?? "");
        this.provider = new k8s.Provider(
            `${name}-provider`,
            {
                kubeconfig: this.kubeconfig,
                clusterIdentifier: site,
                enableServerSideApply: true,
                // Objects of a cluster that does not answer are not gone.
                deleteUnreachable: false,
                // Content that changes gets a new name, and so the pods that mount it roll.
                enableConfigMapMutable: false,
                enableSecretMutable: false,
            },
            { parent: this },
        );
        this.nodes = built === undefined ? new Map() : this.joined(name, built);
        this.namespace = this.fencedNamespace(name, namespace, args.exceptions);
        const { access, tenants } = cluster;
        if (built !== undefined || access !== undefined || tenants !== undefined) {
            const namespaceReady = this.namespace;
            const tenancy = new Tenancy(
                `${name}-tenancy`,
                { namespace, namespaceReady, ...(access && { access }), ...(tenants && { tenants }) },
                { parent: this, providers: [this.provider] },
            );
            this.servingPriority = tenancy.priorityClasses.serving;
        }
        this.registerOutputs({ namespace: this.namespace });
    }

    /** Hosts join once the cluster has its network: no node is ready without. */
    private joined(name: string, built: BuiltClusterArgs): ReadonlyMap<string, pulumi.Resource> {
        const controlPlane = [this.controlPlane].flatMap(one => one ?? []);
        const { site } = built;
        const network = new NetworkPlugin(
            `${name}-network`,
            { site, kubeconfig: this.kubeconfig, after: [controlPlane] },
            { parent: this, providers: [this.provider] },
        );
        return makeNodes(built, allOf([controlPlane, network.installed]), this);
    }

    /** Nothing is put into the namespace before it is closed. */
    private fencedNamespace(name: string, namespace: string, exceptions?: readonly string[]): pulumi.Output<string> {
        const inCluster = { parent: this, provider: this.provider };
        const made = new k8s.core.v1.Namespace(
            `${name}-namespace`,
            namespaceManifest(namespace, exceptions),
            inCluster,
        );
        const policy = defaultDeny(made.metadata.name);
        const deny = new k8s.networking.v1.NetworkPolicy(`${name}-default-deny`, policy, inCluster);
        return pulumi.all([made.metadata.name, deny.metadata.name]).apply(([inside]) => inside);
    }
}

/** The cluster of a site as its file says: the one that is there, or one on its hosts. */
export function siteCluster(args: {
    readonly site: Site;
    readonly secrets: Pick<Secrets, "kubeconfig">;
    readonly fleet: Fleet;
}): Cluster {
    const { site, secrets, fleet } = args;
    const { name, cluster } = site;
    const exceptions = hostNetworkReasons(site);
    return new Cluster(name, { site: name, cluster, kubeconfig: secrets.kubeconfig, on: { site, fleet }, exceptions });
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
