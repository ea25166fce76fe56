import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { GatewayArgs, GatewayContents } from "../gateway";
import { GATEWAY_LABELS, MANAGED } from "../names";
import { caddyFiles, caddyManifests } from "./manifests";

/** Makes the objects of a gateway of the kind `caddy`. What it returns is there when clients are answered. */
export function makeCaddy(name: string, args: GatewayArgs, contents: GatewayContents): readonly pulumi.Resource[] {
    const { child, renewed, tls, ca } = contents;
    const metadata = { namespace: args.namespace, labels: { ...GATEWAY_LABELS, ...MANAGED } };
    const config = new k8s.core.v1.ConfigMap(
        `${name}-config`,
        { metadata, immutable: true, data: caddyFiles(args) },
        renewed,
    );
    const keys = new k8s.core.v1.Secret(
        `${name}-keys`,
        { metadata, immutable: true, type: "Opaque", stringData: pulumi.secret(args.keys) },
        renewed,
    );
    const objects = caddyManifests(args, {
        config: config.metadata.name,
        tls,
        ca,
        keys: keys.metadata.name,
    });
    const account = new k8s.core.v1.ServiceAccount(`${name}-account`, objects.serviceAccount, child);
    // The fence stands before anything runs behind it.
    const fence = new k8s.networking.v1.NetworkPolicy(`${name}-network`, objects.networkPolicy, child);
    new k8s.policy.v1.PodDisruptionBudget(`${name}-disruption`, objects.disruptionBudget, child);
    const replicas = objects.replicas.map(
        (service, index) =>
            new k8s.core.v1.Service(`${name}-replicas-${args.models[index]?.plan.name ?? index}`, service, child),
    );
    const service = new k8s.core.v1.Service(`${name}-service`, objects.service, {
        ...child,
        dependsOn: [fence],
    });
    const pods = new k8s.apps.v1.StatefulSet(`${name}-pods`, objects.statefulSet, {
        ...child,
        dependsOn: [account, fence, ...replicas],
    });
    return [service, pods];
}
