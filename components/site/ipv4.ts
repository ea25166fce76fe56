import { isIPv4 } from "node:net";

/** An IPv4 network. */
export interface Ipv4Network {
    /** As it is written with its first address: `10.244.0.0/16`. */
    readonly text: string;
    /** First address, as a number of 32 bits. */
    readonly first: number;
    /** Bits that all addresses share, 0 to 32. */
    readonly prefix: number;
    /** How many addresses it holds. */
    readonly size: number;
}

/** An address as a number of 32 bits; undefined where it is no IPv4 address. */
export function addressNumber(text: string): number | undefined {
    return isIPv4(text) ? text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) : undefined;
}

/** A number of 32 bits as an address. */
export function addressText(address: number): string {
    return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join(".");
}

/** The network that an address and a prefix length name; undefined where the text is something else. */
export function parseNetwork(text: string): Ipv4Network | undefined {
    const [, address = "", length = ""] = /^([\d.]+)\/(\d|[12]\d|3[0-2])$/.exec(text) ?? [];
    const number = addressNumber(address);
    return number === undefined ? undefined : networkOf(number, Number(length));
}

/** The network of a prefix length that holds an address. */
export function networkOf(address: number, prefix: number): Ipv4Network {
    const size = 2 ** (32 - prefix);
    const first = address - (address % size);
    return { text: `${addressText(first)}/${prefix}`, first, prefix, size };
}

/** Whether a network holds an address. */
export function holds({ first, size }: Ipv4Network, address: number): boolean {
    return address >= first && address < first + size;
}

/** Whether two networks share an address. */
export function overlap(one: Ipv4Network, other: Ipv4Network): boolean {
    return holds(one, other.first) || holds(other, one.first);
}
