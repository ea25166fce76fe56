import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { makeCaddy } from "./caddy/resources";
import { makeEnvoy } from "./envoy/resources";
import { GATEWAY_LABELS, MANAGED, modelPath } from "./names";
import type { GatewaySettings } from "./settings";

/** Arguments of `Gateway`. */
export interface GatewayArgs extends GatewaySettings {
    /** Key of each model by its name. Always secrets. */
    readonly keys: Readonly<Record<string, pulumi.Input<string>>>;
    /** Certificate that clients see, PEM, with those that issued it where there are any. */
    readonly certificate: pulumi.Input<string>;
    /** Its private key, PEM. Always a secret. */
    readonly privateKey: pulumi.Input<string>;
    /** Certificate of the authority of the models' certificates. Unset: `certificate` is theirs too. */
    readonly caCertificate?: pulumi.Input<string>;
    /** Images that the kind `envoy` runs beside those of its operator. */
    readonly images: { readonly envoy: string; readonly picker: string };
}

/** What both kinds of gateways are given to refer to. */
export interface GatewayContents {
    /** Secret of the type kubernetes.io/tls. */
    readonly tls: pulumi.Output<string>;
    /** ConfigMap with `ca.crt`. Undefined where the site gave its certificate: whoever asks trusts its issuer. */
    readonly ca: pulumi.Output<string>;
    /** Options of a child, and of one whose content never changes in place. */
    readonly child: pulumi.CustomResourceOptions;
    readonly renewed: pulumi.CustomResourceOptions;
}

/**
 * The one door to all models of a site: TLS 1.3 alone, tokens of an issuer, models by tenant, quotas, a record of every
 * request. Behind it either Envoy Gateway with the inference extension, or Caddy. `opts.providers` must name the
 * cluster's provider.
 */
export class Gateway extends pulumi.ComponentResource {
    /** Base address of each model's OpenAI API by the model's name: `https://host:port/deepseek-r1/v1`. */
    public readonly endpoints: pulumi.Output<Readonly<Record<string, string>>>;

    public constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
        const { gateway, models, namespace } = args;
        const { kind, host, port, replicas, audit } = gateway;
        const facts = {
            ...{ kind, host, replicas, tlsMinimum: "1.3" },
            audit: { retentionDays: audit.retentionDays, text: audit.textReason ?? "" },
            tenants: Object.fromEntries(gateway.tenants.map(tenant => [tenant.name, tenant.models])),
        };
        super("seamount:inference:Gateway", name, facts, opts);
        const child = { parent: this };
        const renewed = { parent: this, replaceOnChanges: ["data", "stringData"] };
        const metadata = { namespace, labels: { ...GATEWAY_LABELS, ...MANAGED } };
        const privateKey = pulumi.secret(args.privateKey);
        const tls = new k8s.core.v1.Secret(
            `${name}-tls`,
            {
                metadata,
                immutable: true,
                type: "kubernetes.io/tls",
                stringData: { "tls.crt": args.certificate, "tls.key": privateKey },
            },
            renewed,
        );
        const ca = new k8s.core.v1.ConfigMap(
            `${name}-ca`,
            { metadata, immutable: true, data: { "ca.crt": args.caCertificate ?? args.certificate } },
            renewed,
        );
        const contents = { tls: tls.metadata.name, ca: ca.metadata.name, child, renewed };
        const made = kind === "caddy" ? makeCaddy(name, args, contents) : makeEnvoy(name, args, contents);
        const addresses = Object.fromEntries(
            models.map(({ plan }) => [plan.name, `https://${host}:${port}${modelPath(plan.name)}`]),
        );
        this.endpoints = pulumi.all(made.map(({ urn }) => urn)).apply(() => addresses);
        this.registerOutputs({ endpoints: this.endpoints });
    }
}
