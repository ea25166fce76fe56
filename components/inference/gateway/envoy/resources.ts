import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { GatewayArgs, GatewayContents } from "../gateway";
import { GATEWAY_LABELS, MANAGED } from "../names";
import type { GatewayModel } from "../settings";
import { envoyObjects } from "./manifests";
import { pickerConfig, pickerDeployment } from "./picker";
import { pickerObjects } from "./pickerObjects";

/** Makes the objects of a gateway of the kind `envoy`, in their order. What it returns is there when it is open. */
export function makeEnvoy(name: string, args: GatewayArgs, contents: GatewayContents): readonly pulumi.Resource[] {
    const { child, renewed, tls, ca } = contents;
    const metadata = { namespace: args.namespace, labels: { ...GATEWAY_LABELS, ...MANAGED } };
    const credentials = new Map(
        args.models.map(({ plan }) => {
            const credential = pulumi.secret(args.keys[plan.name] ?? "").apply(key => `Bearer ${key}`);
            const secret = new k8s.core.v1.Secret(
                `${name}-credential-${plan.name}`,
                { metadata, immutable: true, type: "Opaque", stringData: { credential } },
                renewed,
            );
            return [plan.name, secret.metadata.name] as const;
        }),
    );
    const objects = envoyObjects(args, {
        image: args.images.envoy,
        tls,
        ...(args.caCertificate !== undefined && { ca }),
        credential: model => credentials.get(model) ?? "",
    });
    const made: pulumi.Resource[] = [];
    for (const object of objects) {
        // One after the other, as they are ordered: policies before the routes that they close.
        const options = { ...child, dependsOn: made.slice(-1) };
        const title = `${name}-${object.kind}-${object.metadata.name}`;
        made.push(new k8s.apiextensions.CustomResource(title, { ...object }, options));
    }
    const pickers = args.models.flatMap(each => makePicker(name, args, each, contents));
    return [...made, ...pickers];
}

function makePicker(
    name: string,
    args: GatewayArgs,
    each: GatewayModel,
    { child, renewed }: GatewayContents,
): readonly pulumi.Resource[] {
    const title = `${name}-picker-${each.plan.name}`;
    const metadata = { namespace: args.namespace, labels: { ...GATEWAY_LABELS, ...MANAGED } };
    const data = { "picker.yaml": pickerConfig(args, each) };
    const config = new k8s.core.v1.ConfigMap(`${title}-config`, { metadata, immutable: true, data }, renewed);
    const objects = pickerObjects(args, each);
    const before = [
        new k8s.core.v1.ServiceAccount(`${title}-account`, objects.serviceAccount, child),
        new k8s.rbac.v1.Role(`${title}-role`, objects.role, child),
        new k8s.rbac.v1.RoleBinding(`${title}-binding`, objects.roleBinding, child),
        new k8s.networking.v1.NetworkPolicy(`${title}-network`, objects.networkPolicy, child),
    ];
    new k8s.policy.v1.PodDisruptionBudget(`${title}-disruption`, objects.disruptionBudget, child);
    const settings = { image: args.images.picker, config: config.metadata.name };
    const deployment = new k8s.apps.v1.Deployment(`${title}-deployment`, pickerDeployment(args, each, settings), {
        ...child,
        dependsOn: before,
    });
    return [new k8s.core.v1.Service(`${title}-service`, objects.service, { ...child, dependsOn: [deployment] })];
}
