import type { LinkItem } from "../../provider/items";
import { few, pathOf, type Problem } from "../site/problem";
import type { Fabric, Site, SiteHost } from "../site/site";

/** Bytes of a packet of IPoIB in packets of 4096 on the wire. */
const USUAL_MTU = 4092;

interface Network {
    readonly base: number;
    readonly prefix: number;
}

const toNumber = (address: string): number | undefined => {
    const parts = address.split(".").map(Number);
    return parts.length === 4 && parts.every(part => Number.isInteger(part) && part >= 0 && part <= 255)
        ? parts.reduce((sum, part) => sum * 256 + part, 0)
        : undefined;
};
const toText = (address: number): string =>
    [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join(".");

function readNetwork(text: string): Network | undefined {
    const [address = "", length = ""] = text.split("/");
    const [base, prefix] = [toNumber(address), Number(length)];
    return base === undefined || !(prefix >= 8 && prefix <= 30) ? undefined : { base, prefix };
}

/**
 * Address of a host on the network of one rail: the network's own bits, and below them those of the host's management
 * address. So a host keeps its addresses whatever hosts come and go, they can be told from its management address, and
 * they are unique as long as the low bits of management addresses are. An index in the pool would be neither: every
 * host after one that is taken out would move.
 */
function railAddress({ base, prefix }: Network, management: string): string | undefined {
    const own = toNumber(management);
    const size = 2 ** (32 - prefix);
    const low = own === undefined ? 0 : own % size;
    return low === 0 || low === size - 1 ? undefined : `${toText(base - (base % size) + low)}/${prefix}`;
}

const networksOf = (fabric: Fabric | undefined): readonly string[] =>
    fabric?.kind === "infiniband" ? (fabric.infiniband?.ipoib ?? []) : [];

/**
 * IPoIB on the rails of a host, by interface: the largest packet and one address. Empty where the site wants none or
 * does not say what the interfaces are called. The first network is that of the first rail, and so on.
 */
export function ipoibLinks({ fabric }: Pick<Site, "fabric">, host: SiteHost): Readonly<Record<string, LinkItem>> {
    const mtu = fabric?.mtu ?? USUAL_MTU;
    return Object.fromEntries(
        networksOf(fabric).flatMap((text, rail) => {
            const [name, network] = [host.interfaces?.[rail], readNetwork(text)];
            const address = network && railAddress(network, host.address);
            return name === undefined || address === undefined ? [] : [[name, { mtu, addresses: [address] }]];
        }),
    );
}

/** Why hosts cannot have addresses on the rails; empty where IPoIB is not wanted. */
export function ipoibProblems({ fabric, hosts }: Pick<Site, "fabric" | "hosts">): readonly Problem[] {
    const networks = networksOf(fabric);
    const members = hosts.filter(host => host.managed && host.rails.length > 0);
    if (networks.length === 0) {
        return [];
    }
    const at = (message: string, ...index: readonly number[]): Problem => ({
        path: pathOf("fabric", "infiniband", "ipoib", ...index),
        message,
    });
    const ranges = networks.map(readNetwork);
    const nameless = members.filter(
        host => (host.interfaces?.length ?? 0) < Math.min(networks.length, host.rails.length),
    );
    const unnamed = `${few(nameless.map(({ name }) => name))}: rails without interfaces; give them in rail order, as "ip link" shows them`;
    return [
        ...ranges.flatMap((range, index) =>
            (range === undefined
                ? [`${networks[index] ?? ""} is not an IPv4 network from /8 to /30, like 10.31.0.0/16`]
                : [...clashes(range, index, ranges, hosts), ...misfits(range, members)]
            ).map(message => at(message, index)),
        ),
        ...(nameless.length === 0 ? [] : [at(unnamed)]),
    ];
}

const inside = ({ base, prefix }: Network, address: number) =>
    Math.floor(address / 2 ** (32 - prefix)) === Math.floor(base / 2 ** (32 - prefix));

function clashes(
    range: Network,
    index: number,
    ranges: readonly (Network | undefined)[],
    hosts: readonly SiteHost[],
): string[] {
    const before = ranges.findIndex(
        (other, place) =>
            place < index && other !== undefined && (inside(other, range.base) || inside(range, other.base)),
    );
    const managed = hosts.find(host => {
        const address = toNumber(host.address);
        return address !== undefined && inside(range, address);
    });
    return [
        ...(before < 0 ? [] : [`overlaps the network of rail ${before}; each rail has one of its own`]),
        ...(managed === undefined
            ? []
            : [`holds ${managed.address}, the management address of ${managed.name}; choose another network`]),
    ];
}

function misfits(range: Network, members: readonly SiteHost[]): string[] {
    const taken = new Map<string, string>();
    return members.flatMap(host => {
        const address = railAddress(range, host.address);
        const other = address === undefined ? undefined : taken.get(address);
        if (address === undefined) {
            return [
                `has no place for ${host.name}: the low bits of ${host.address} are none that a host may have; choose a larger network`,
            ];
        }
        taken.set(address, host.name);
        return other === undefined
            ? []
            : [
                  `gives ${address} to ${other} and ${host.name}, whose management addresses end alike; choose a larger network`,
              ];
    });
}
