import { existsSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ChartPin } from "../../../catalog/artifact-types";
import type { Site } from "../../site/site";
import { downloadDefinitions } from "./definitions";
import { makeObject } from "./objects";
import { operatorObjects } from "./resources";
import { chartSource } from "./source";
import { chartValues } from "./values";

/** Namespaces that are there before any operator. */
const BUILT_IN = ["default", "kube-system"];

/** Arguments of `Operator`. */
export interface OperatorArgs {
    readonly site: Site;
    readonly chart: ChartPin;
    /**
     * The cluster's kubeconfig. While it is not known, in a preview of a cluster that is still to be built, charts are
     * listed and not rendered.
     */
    readonly kubeconfig: pulumi.Input<string>;
    /** Whether the cluster can be seen at all. A preview that reaches none renders no chart. @default true */
    readonly visible?: boolean;
    /** What must be there before any object of the operator. */
    readonly after?: readonly pulumi.Input<pulumi.Resource[]>[];
}

/**
 * One operator: its namespace, its chart, and the custom resources that say what it does at the site.
 * `opts.providers` must name the cluster's provider.
 */
export class Operator extends pulumi.ComponentResource {
    /** All objects of the chart and of the operator, once they are there: for `dependsOn` of others. */
    public readonly installed: pulumi.Output<pulumi.Resource[]>;

    public constructor(name: string, args: OperatorArgs, opts?: pulumi.ComponentResourceOptions) {
        const { site, chart, after = [] } = args;
        const { version, digest, manifestDigest, licence } = chart;
        const inputs = { operator: chart.name, version, digest: digest ?? manifestDigest, licence };
        super("seamount:cluster:Operator", name, inputs, opts);
        const before = allOf(after);
        const namespaces = BUILT_IN.includes(chart.namespace)
            ? []
            : [
                  new k8s.core.v1.Namespace(`${name}-namespace`, namespaceOf(chart), {
                      parent: this,
                      dependsOn: before,
                  }),
              ];
        const rendered = this.render(
            name,
            args,
            before.apply(all => [...all, ...namespaces]),
        );
        const made: pulumi.Resource[] = [];
        for (const object of operatorObjects(site, chart)) {
            // In their order: an issuer is there before what it issues.
            const previous = made.slice(-1);
            const dependsOn = rendered.apply(charts => [...namespaces, ...charts, ...previous]);
            made.push(makeObject(name, object, { parent: this, dependsOn }));
        }
        this.installed = rendered.apply(charts => [...namespaces, ...charts, ...made]);
        this.registerOutputs({ namespace: chart.namespace });
    }

    /** The chart, once it is known which cluster it is for. Nothing in a preview that cannot see one. */
    private render(
        name: string,
        { site, chart, kubeconfig, visible = true }: OperatorArgs,
        dependsOn: pulumi.Output<pulumi.Resource[]>,
    ): pulumi.Output<pulumi.Resource[]> {
        if (chart.packaging === "objects" || !visible) {
            return pulumi.output<pulumi.Resource[]>([]);
        }
        const isKnown = pulumi.unsecret(pulumi.output(kubeconfig)).apply(() => true);
        const options = { parent: this, dependsOn };
        if (chart.packaging === "definitions" && site.cluster.operators?.charts === undefined) {
            const made = isKnown.apply(async () => {
                const yaml = await downloadDefinitions(chart);
                return new k8s.yaml.ConfigGroup(name, { yaml: [...yaml] }, options);
            });
            return made.apply(group => group.ready.apply((resources): pulumi.Resource[] => resources));
        }
        const { repo, ...source } = chartSource(site, chart);
        if (source.version === undefined && !existsSync(source.chart)) {
            // Here, because Pulumi tells of a failed component with a stack trace.
            throw new pulumi.RunError(
                `cluster.operators.charts: ${source.chart} does not exist; \`npm run mirror:pull\` puts charts there`,
            );
        }
        return isKnown.apply(() => [
            new k8s.helm.v4.Chart(
                name,
                {
                    ...source,
                    ...(repo === undefined ? {} : { repositoryOpts: { repo } }),
                    name: chart.name,
                    namespace: chart.namespace,
                    values: chartValues(site, chart.name),
                },
                options,
            ),
        ]);
    }
}

/** Resources of many outputs as one. */
export function allOf(many: readonly pulumi.Input<pulumi.Resource[]>[]): pulumi.Output<pulumi.Resource[]> {
    return pulumi.all([...many]).apply(lists => lists.flat());
}

/** The namespace of a chart, at the strictest level of Pod Security that its pods live with. */
export function namespaceOf({ namespace, podSecurity }: Pick<ChartPin, "namespace" | "podSecurity">): {
    readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
} {
    const levels = ["enforce", "warn", "audit"].map(mode => [`pod-security.kubernetes.io/${mode}`, podSecurity]);
    const labels = Object.fromEntries([["app.kubernetes.io/managed-by", "seamount"], ...levels]) as Record<
        string,
        string
    >;
    return { metadata: { name: namespace, labels } };
}
