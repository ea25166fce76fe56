import { podSubnetPrefix } from "../../catalog/kubernetes";
import type { KubeadmCluster } from "./cluster";
import { addressNumber, holds, type Ipv4Network, overlap, parseNetwork } from "./ipv4";
import { clusterHosts } from "./kubeadm";
import { podSubnetOf, podSubnets } from "./pod-subnets";
import { few, pathOf, show, type Problem } from "./problem";
import type { Fabric, SiteHost } from "./site";

const at = (message: string, ...field: readonly PropertyKey[]): Problem => ({
    path: pathOf("cluster", ...field),
    message,
});

/** Prefix lengths that the API server takes for services: 20 bits at most, and room for the cluster's own. */
const servicePrefixes = { shortest: 12, longest: 28 } as const;
/** Shortest prefix of pods that kubeadm takes with subnets of /24: 16 bits apart at most. */
const shortestPodPrefix = podSubnetPrefix - 16;

/** What is wrong with the networks of a cluster, among themselves and against all other addresses of the site. */
export function networkProblems(
    kubeadm: KubeadmCluster,
    hosts: readonly SiteHost[],
    fabric: Fabric | undefined,
): readonly Problem[] {
    const [pods, services] = [parseNetwork(kubeadm.network.podCidr), parseNetwork(kubeadm.network.serviceCidr)];
    if (pods === undefined || services === undefined) {
        return [];
    }
    const members = clusterHosts(hosts);
    const version6 = members.filter(host => addressNumber(host.address) === undefined);
    if (version6.length > 0) {
        const names = few(version6.map(host => host.name));
        return [at(`"kubeadm", but ${names} ${version6.length === 1 ? "has" : "have"} no IPv4 address`, "mode")];
    }
    const sizes = [...podSize(pods, members.length), ...serviceSize(services)];
    return [
        ...sizes,
        ...overlaps({ pods, services }, kubeadm, hosts, fabric),
        ...virtualAddressProblems(kubeadm, hosts),
        ...(kubeadm.network.plugin === "bridge" && sizes.length === 0 ? bridgeProblems(kubeadm, members) : []),
    ];
}

function podSize(pods: Ipv4Network, hosts: number): readonly Problem[] {
    if (pods.prefix < shortestPodPrefix) {
        return [at(`${pods.text} is too large: kubeadm takes /${shortestPodPrefix} at most`, "network", "podCidr")];
    }
    const have = podSubnets(pods);
    const message = `${pods.text} holds ${have} pod subnets of /${podSubnetPrefix}, but ${hosts} hosts need one each`;
    return have >= hosts ? [] : [at(`${message}; give a larger network, like 10.244.0.0/16`, "network", "podCidr")];
}

function serviceSize({ prefix, text }: Ipv4Network): readonly Problem[] {
    const { shortest, longest } = servicePrefixes;
    return prefix >= shortest && prefix <= longest
        ? []
        : [
              at(
                  `${text}: the API server takes /${shortest} to /${longest}, like 10.96.0.0/12`,
                  "network",
                  "serviceCidr",
              ),
          ];
}

interface OwnNetworks {
    readonly pods: Ipv4Network;
    readonly services: Ipv4Network;
}

/** Networks of the cluster that share addresses with one another, or with anything else of the site. */
function overlaps(
    { pods, services }: OwnNetworks,
    { virtualAddress, network }: KubeadmCluster,
    hosts: readonly SiteHost[],
    fabric: Fabric | undefined,
): readonly Problem[] {
    const problems: Problem[] = [];
    if (overlap(pods, services)) {
        problems.push(
            at(`${pods.text} overlaps with serviceCidr ${services.text}; choose another`, "network", "podCidr"),
        );
    }
    const ipoib = fabric?.infiniband?.ipoib ?? [];
    const others = [
        ...ipoib.map(text => [`the IPoIB network ${text}`, text] as const),
        ...(network.nodeCidr === undefined
            ? []
            : [[`the hosts' subnet ${network.nodeCidr}`, network.nodeCidr] as const]),
    ];
    for (const [field, own] of [["podCidr", pods] as const, ["serviceCidr", services] as const]) {
        const inside = hosts.filter(({ address }) => {
            const number = addressNumber(address);
            return number !== undefined && holds(own, number);
        });
        if (inside.length > 0) {
            const names = few(inside.map(({ name, address }) => `${name} (${address})`));
            problems.push(at(`${own.text} holds ${names}; choose a network without hosts`, "network", field));
        }
        for (const [what, text] of others) {
            const other = parseNetwork(text);
            if (other !== undefined && overlap(own, other)) {
                problems.push(at(`${own.text} overlaps with ${what}; choose another`, "network", field));
            }
        }
        const virtual = addressNumber(virtualAddress ?? "");
        if (virtual !== undefined && holds(own, virtual)) {
            const message = `${show(virtualAddress)} is in ${field} ${own.text}; choose an address of the hosts' subnet`;
            problems.push(at(message, "controlPlane", "virtualAddress"));
        }
    }
    return problems;
}

function virtualAddressProblems({ virtualAddress }: KubeadmCluster, hosts: readonly SiteHost[]): readonly Problem[] {
    const owner = virtualAddress === undefined ? undefined : hosts.find(({ address }) => address === virtualAddress);
    return owner === undefined
        ? []
        : [
              at(
                  `${show(virtualAddress)} is the address of ${owner.name}; choose one that is free in their subnet`,
                  "controlPlane",
                  "virtualAddress",
              ),
          ];
}

/** Without a network of its own above the hosts', `bridge` needs them to reach each other directly. */
function bridgeProblems({ network }: KubeadmCluster, members: readonly SiteHost[]): readonly Problem[] {
    const nodes = parseNetwork(network.nodeCidr ?? "");
    if (nodes === undefined) {
        return [];
    }
    const outside = members.filter(({ address }) => !holds(nodes, addressNumber(address) ?? 0));
    if (outside.length > 0) {
        const names = few(outside.map(({ name, address }) => `${name} (${address})`));
        const message = `"bridge" needs all hosts in one subnet, but ${names} ${outside.length === 1 ? "is" : "are"} not in ${nodes.text}`;
        return [at(`${message}; say the subnet in nodeCidr, or take cilium`, "network", "plugin")];
    }
    const owners = new Map<string, SiteHost>();
    return members.flatMap(host => {
        const subnet = podSubnetOf(host.address, network);
        const owner = owners.get(subnet);
        owners.set(subnet, owner ?? host);
        const both = owner && `${owner.name} (${owner.address}) and ${host.name} (${host.address})`;
        const message = `${network.podCidr} gives ${both} the same pod subnet ${subnet}`;
        return owner === undefined
            ? []
            : [
                  at(
                      `${message}; give a larger network than /${network.podCidr.split("/")[1]}, or take cilium`,
                      "network",
                      "podCidr",
                  ),
              ];
    });
}
