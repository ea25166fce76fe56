import type { RoceItem } from "../../provider/items";
import type { Fabric, RoceMarking, SiteHost } from "../site/site";

/**
 * How RoCE traffic is marked where a site does not say. Code point 26 and priority 3 are what Cumulus Linux takes for
 * lossless RoCE and what the NIC configuration operator sets; 48 for congestion notifications is the switches'
 * convention.
 */
export const DEFAULT_MARKING: RoceMarking = { dscp: 26, priority: 3, cnpDscp: 48 };

/** The marking of a fabric. */
export const markingOf = (fabric: Fabric): RoceMarking => fabric.roce ?? DEFAULT_MARKING;

/** Explicit congestion notification, "capable" (RFC 3168: ECT(0)), in the two low bits of a traffic class. */
const ECN_CAPABLE = 2;

/** Traffic class (the byte in the IP header) of a code point, with ECN: 106 for 26. */
export const trafficClass = (dscp: number): number => (dscp << 2) | ECN_CAPABLE;

/**
 * Lossless RoCEv2 on each rail of a host, by interface. Empty where the fabric is another one, or where the site does
 * not say which interface each rail is: the two lists must be of the same length.
 */
export function roceItems(
    fabric: Fabric | undefined,
    { rails, interfaces = [] }: Pick<SiteHost, "rails" | "interfaces">,
): Readonly<Record<string, RoceItem>> {
    if (fabric?.kind !== "roce" || rails.length !== interfaces.length) {
        return {};
    }
    const { dscp, priority, cnpDscp } = markingOf(fabric);
    return Object.fromEntries(
        interfaces.map((name, index) => [name, { device: rails[index] ?? "", dscp, priority, cnpDscp }]),
    );
}
