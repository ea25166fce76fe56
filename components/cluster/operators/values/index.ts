import type { Site } from "../../../site/site";
import { operatorImages } from "../reference";
import {
    amdDevicePluginValues,
    gpuOperatorValues,
    networkOperatorValues,
    nodeFeatureDiscoveryValues,
    nvidiaDevicePluginValues,
} from "./accelerators";
import { ciliumValues, type Values } from "./cilium";
import {
    certManagerValues,
    externalSecretsValues,
    lokiValues,
    type PlatformOptions,
    prometheusValues,
    rookValues,
    veleroValues,
} from "./platform";
import { envoyGatewayDefinitionsValues, envoyGatewayValues, kedaValues, kueueValues, lwsValues } from "./workloads";

export type { Values } from "./cilium";

/**
 * Values of one chart of a site: Seamount's own, and the site's `operators.values` over them.
 * @param operator name in the catalogue
 */
export function chartValues(site: Site, operator: string): Values {
    const own = ownValues(site, operator);
    return merged(own, site.cluster.operators?.values?.[operator] ?? {});
}

/** Whether the site installs Prometheus' operator, so that monitors and rules have their definitions. */
export function isMonitored(site: Site): boolean {
    return installs(site, "kube-prometheus-stack");
}

/** Whether a site names an operator. */
function installs(site: Site, operator: string): boolean {
    return site.cluster.operators?.install.includes(operator) ?? false;
}

/** Replicas of what must not be away for long. */
export function replicasOf(site: Site): number {
    return site.environment === "production" ? 2 : 1;
}

function ownValues(site: Site, operator: string): Values {
    const image = operatorImages(site, operator);
    const options: PlatformOptions = { image, monitored: isMonitored(site), replicas: replicasOf(site) };
    const { kubeadm } = site.cluster;
    const makers: Readonly<Record<string, () => Values>> = {
        cilium: () => (kubeadm === undefined ? {} : ciliumValues(kubeadm, image)),
        "cert-manager": () => certManagerValues(options),
        "external-secrets": () => externalSecretsValues(options),
        "kube-prometheus-stack": () => prometheusValues(options),
        loki: () => lokiValues(options),
        rook: () => rookValues(options),
        velero: () => veleroValues(options),
        "node-feature-discovery": () => nodeFeatureDiscoveryValues(image),
        "gpu-operator": () => gpuOperatorValues(image),
        "network-operator": () => networkOperatorValues(image),
        "nvidia-device-plugin": () => nvidiaDevicePluginValues(image),
        "amd-device-plugin": () => amdDevicePluginValues(image),
        lws: () => lwsValues(options),
        kueue: () => kueueValues(options, installs(site, "lws")),
        keda: () => kedaValues(options),
        "envoy-gateway-crds": () => envoyGatewayDefinitionsValues,
        "envoy-gateway": () => envoyGatewayValues(options, site.gateway?.rateLimitStore),
    };
    return makers[operator]?.() ?? {};
}

/** Values over others: objects key by key, all else replaced. */
export function merged(under: Values, over: Values): Values {
    const keys = [...new Set([...Object.keys(under), ...Object.keys(over)])];
    return Object.fromEntries(
        keys.map(key => {
            const [low, high] = [under[key], over[key]];
            const both = isValues(low) && isValues(high);
            return [key, both ? merged(low, high) : Object.hasOwn(over, key) ? high : low];
        }),
    );
}

function isValues(value: unknown): value is Values {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
