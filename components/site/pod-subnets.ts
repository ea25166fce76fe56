import { podSubnetPrefix } from "../../catalog/kubernetes";
import type { ClusterNetwork } from "./cluster";
import { addressNumber, holds, type Ipv4Network, networkOf, parseNetwork } from "./ipv4";

/** How many pod subnets a network of pods holds. */
export function podSubnets({ prefix }: Ipv4Network): number {
    return prefix > podSubnetPrefix ? 0 : 2 ** (podSubnetPrefix - prefix);
}

/**
 * Subnet of the pods of a host with plugin `bridge`: as many /24 into the network of pods as the host's address is into
 * the subnet of hosts, from the start again where there are fewer. It depends on nothing but the host's own address, so
 * that no other host's pods move when hosts come and go. Two hosts may get the same one: a site is refused then.
 *
 * @throws Error where there is no subnet of hosts, or the address is not in it
 */
export function podSubnetOf(
    address: string,
    { podCidr, nodeCidr }: Pick<ClusterNetwork, "podCidr" | "nodeCidr">,
): string {
    const [pods, nodes, host] = [parseNetwork(podCidr), parseNetwork(nodeCidr ?? ""), addressNumber(address)];
    const known = pods !== undefined && nodes !== undefined && host !== undefined;
    if (!known || podSubnets(pods) === 0 || !holds(nodes, host)) {
        throw new Error(`no pod subnet of ${address}: pods have ${podCidr}, hosts ${nodeCidr ?? "no subnet"}`);
    }
    const index = (host - nodes.first) % podSubnets(pods);
    return networkOf(pods.first + index * 2 ** (32 - podSubnetPrefix), podSubnetPrefix).text;
}
