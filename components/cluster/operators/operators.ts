import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Site } from "../../site/site";
import { siteCharts } from "./images";
import { makeObject } from "./objects";
import { allOf, Operator } from "./operator";
import type { OperatorObject } from "./resources";
import { SITE_AUTHORITY_SECRET, siteIssuer } from "./resources/certificates";
import { IPSEC_SECRET } from "./values/cilium";

/** What all operators of a site have in common. */
export interface OperatorsArgs {
    readonly site: Site;
    /** The cluster's kubeconfig. While it is not known, charts are listed and not rendered. */
    readonly kubeconfig: pulumi.Input<string>;
    /** Whether the cluster can be seen at all. @default true */
    readonly visible?: boolean;
    /** What must be there before any object of an operator. */
    readonly after?: readonly pulumi.Input<pulumi.Resource[]>[];
}

/** Arguments of `Operators`. */
export interface SiteOperatorsArgs extends OperatorsArgs {
    /** The site's own authority, for cert-manager. Unset: cert-manager has no issuer of the site. */
    readonly authority?: { readonly certificate: pulumi.Input<string>; readonly privateKey: pulumi.Input<string> };
    /** Alerts (PrometheusRule) of other parts of the site, where it has kube-prometheus-stack. */
    readonly rules?: readonly OperatorObject[];
}

/** Name of the chart of the cluster's network. */
const NETWORK = "cilium";

/**
 * The network of a cluster that Seamount builds, where it is Cilium. Nodes are not ready before it is there, so it waits for
 * the control plane alone, and all pods but its own wait for it. `opts.providers` must name the cluster's provider.
 */
export class NetworkPlugin extends pulumi.ComponentResource {
    /** What must be there before pods. Empty where the hosts have the network plugin. */
    public readonly installed: pulumi.Output<pulumi.Resource[]>;

    public constructor(name: string, args: OperatorsArgs, opts?: pulumi.ComponentResourceOptions) {
        const { site, kubeconfig, visible, after = [] } = args;
        const network = site.cluster.kubeadm?.network;
        const { plugin = "", encryption = "none" } = network ?? {};
        super("seamount:cluster:NetworkPlugin", name, { plugin, encryption }, opts);
        const chart = siteCharts(site).find(each => each.name === NETWORK);
        if (chart === undefined) {
            this.installed = pulumi.output<pulumi.Resource[]>([]);
        } else {
            const key = encryption === "ipsec" ? [[this.ipsecKey(name, chart.namespace)]] : [];
            const operator = new Operator(
                `${name}-${NETWORK}`,
                { site, chart, kubeconfig, visible, after: [...after, ...key] },
                {
                    parent: this,
                },
            );
            this.installed = operator.installed;
        }
        this.registerOutputs({ plugin });
    }

    /** The key of IPsec between nodes: AES-GCM with 128 bits and a salt, as Cilium's documentation has it. */
    private ipsecKey(name: string, namespace: string): pulumi.Resource {
        const key = new random.RandomBytes(`${name}-ipsec-key`, { length: 20 }, { parent: this });
        const stringData = { keys: pulumi.interpolate`3+ rfc4106(gcm(aes)) ${key.hex} 128` };
        return new k8s.core.v1.Secret(
            `${name}-ipsec-keys`,
            { metadata: { name: IPSEC_SECRET, namespace }, stringData },
            // Cilium knows it by its name.
            { parent: this, deleteBeforeReplace: true },
        );
    }
}

/** All other operators of a site, each after those that it needs. `opts.providers` must name the cluster's provider. */
export class Operators extends pulumi.ComponentResource {
    /** Every operator by its name in the catalogue. */
    public readonly operators: ReadonlyMap<string, Operator>;
    /** All their objects, once they are there. */
    public readonly installed: pulumi.Output<pulumi.Resource[]>;

    public constructor(name: string, args: SiteOperatorsArgs, opts?: pulumi.ComponentResourceOptions) {
        const { site, kubeconfig, visible, after = [] } = args;
        const charts = siteCharts(site).filter(chart => chart.name !== NETWORK);
        super("seamount:cluster:Operators", name, { operators: charts.map(chart => chart.name) }, opts);
        const operators = new Map<string, Operator>();
        for (const chart of charts) {
            const needed = (chart.after ?? []).flatMap(each => operators.get(each)?.installed ?? []);
            const own = { site, chart, kubeconfig, visible, after: [...after, ...needed] };
            operators.set(chart.name, new Operator(`${name}-${chart.name}`, own, { parent: this }));
        }
        this.operators = operators;
        this.addIssuer(name, args.authority);
        this.addRules(name, args.rules ?? []);
        this.installed = allOf([...operators.values()].map(each => each.installed));
        this.registerOutputs({});
    }

    private addIssuer(name: string, authority: SiteOperatorsArgs["authority"]): void {
        const certManager = this.operators.get("cert-manager");
        if (certManager === undefined || authority === undefined) {
            return;
        }
        const secret = new k8s.core.v1.Secret(
            `${name}-authority`,
            {
                metadata: { name: SITE_AUTHORITY_SECRET, namespace: "cert-manager" },
                type: "kubernetes.io/tls",
                stringData: {
                    "tls.crt": authority.certificate,
                    "tls.key": pulumi.secret(authority.privateKey),
                },
            },
            // The issuer knows it by its name.
            { parent: this, dependsOn: certManager.installed, deleteBeforeReplace: true },
        );
        makeObject(name, siteIssuer(), {
            parent: this,
            dependsOn: certManager.installed.apply(all => [...all, secret]),
        });
    }

    private addRules(name: string, rules: readonly OperatorObject[]): void {
        const prometheus = this.operators.get("kube-prometheus-stack");
        if (prometheus !== undefined) {
            rules.forEach(rule => makeObject(name, rule, { parent: this, dependsOn: prometheus.installed }));
        }
    }
}
