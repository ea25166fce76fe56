import type { ChartPin } from "../../../../catalog/artifact-types";
import type { Site } from "../../../site/site";
import { operatorImages } from "../reference";
import { isMonitored, replicasOf } from "../values";
import { ascendDevicePlugin } from "./ascend";
import { clusterPolicy } from "./clusterPolicy";
import { gatewayCertificates, gatewayObjects } from "./gateway";
import { kueueObjects } from "./kueue";
import { nicClusterPolicy } from "./nicClusterPolicy";

/** An object that Seamount makes for an operator, once what defines it is there. */
export interface OperatorObject {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Objects that Seamount makes for one operator of a site, in their order. */
export function operatorObjects(site: Site, { name, namespace }: ChartPin): readonly OperatorObject[] {
    const image = operatorImages(site, name);
    const rdma = site.cluster.operators?.rdma ?? "none";
    const dnsDomain = site.cluster.kubeadm?.network.dnsDomain ?? "cluster.local";
    const makers: Readonly<Record<string, () => readonly unknown[]>> = {
        "gpu-operator": () => [clusterPolicy(site, image, isMonitored(site))],
        "network-operator": () => [nicClusterPolicy(site, rdma, image)],
        "ascend-device-plugin": () => ascendDevicePlugin(namespace, image),
        kueue: () => kueueObjects(site),
        "envoy-gateway": () => [
            ...gatewayCertificates(namespace, dnsDomain),
            ...gatewayObjects(namespace, image, replicasOf(site)),
        ],
    };
    return (makers[name]?.() ?? []).filter(isObject);
}

function isObject(value: unknown): value is OperatorObject {
    return typeof value === "object" && value !== null && "metadata" in value;
}
