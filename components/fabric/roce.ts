import type { RoceItem } from "../../provider/items";
import { roceDefaults } from "../site/schema-fabric";
import type { Fabric, RoceMarking, SiteHost } from "../site/site";

/** The marking of a fabric. */
export const markingOf = (fabric: Fabric): RoceMarking => fabric.roce ?? roceDefaults;

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
