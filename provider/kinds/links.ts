import type { LinkItem } from "../items";
import { shellQuote } from "../shell";
import { type Change, type Difference, type Kind, sortedEntries } from "./kind";
import { checkLink } from "./linkCheck";
import { anyLinkFile, dropAddresses, forgetLink, keepLink, linkFile, linkScript } from "./linkScript";
import { observeLinks, parseLinks, type SeenLink } from "./linkSeen";

const RINGS = [
    ["rxRing", "receive ring", "rx"],
    ["txRing", "transmit ring", "tx"],
] as const;
const words = (value: unknown) => JSON.stringify(value).replaceAll('"', "");

/** Network links: MTU, rings, bonds, VLANs and addresses, now and at each boot. */
export const links: Kind<LinkItem, SeenLink> = {
    name: "links",
    noun: "link",

    check: checkLink,

    observe: observeLinks,
    parse: parseLinks,

    diff(key, item, seen): Difference[] {
        const made = item.bond !== undefined || item.vlan !== undefined;
        if (!seen.exists && !made) {
            return [{ field: "link", found: "missing", wanted: "present", words: `link ${key} is not there` }];
        }
        const differences: Difference[] = [];
        const compare = (field: string, what: string, found: unknown, wanted: unknown) => {
            if (wanted !== undefined && JSON.stringify(found) !== JSON.stringify(wanted)) {
                const [now, should] = [found === undefined ? "none" : words(found), words(wanted)];
                // A bond takes in links that are there and carry something, whether it is there itself or not.
                const disrupts = seen.exists || field === "bond" ? { disruption: "drain" as const } : {};
                const text = `link ${key} has ${what} ${now}, should have ${should}`;
                differences.push({ field, found: now, wanted: should, words: text, ...disrupts });
            }
        };
        if (seen.exists || item.bond === undefined) {
            compare("mtu", "MTU", seen.mtu, item.mtu);
        }
        for (const [field, what] of RINGS) {
            compare(field, what, seen[field], item[field]);
        }
        compare("bond", "bond", seen.bond, sortedBond(item.bond));
        compare("vlan", "VLAN", seen.vlan, item.vlan && { parent: item.vlan.parent, id: item.vlan.id });
        const missing = (item.addresses ?? []).filter(address => !seen.addresses.includes(address));
        if (missing.length > 0) {
            compare("addresses", "addresses", seen.addresses, [...seen.addresses, ...missing]);
        }
        if (seen.boot !== linkScript(key, item)) {
            const found = seen.boot === undefined ? "unset" : "other settings";
            const text = `link ${key} is not set so at boot (${linkFile(key, item)})`;
            differences.push({ field: "boot", found, wanted: "set", words: text });
        }
        const cut = cuts(key, item, seen);
        return cut === undefined
            ? differences
            : differences.map(entry => ({ ...entry, words: `${entry.words}; this will be refused: ${cut}` }));
    },

    wanted: (key, item, seen) => ({
        ...seen,
        exists: true,
        ...(item.mtu === undefined ? {} : { mtu: item.mtu }),
        ...(item.rxRing === undefined ? {} : { rxRing: item.rxRing }),
        ...(item.txRing === undefined ? {} : { txRing: item.txRing }),
        ...(item.bond === undefined ? {} : { bond: sortedBond(item.bond), type: "bond" }),
        ...(item.vlan === undefined ? {} : { vlan: { parent: item.vlan.parent, id: item.vlan.id }, type: "vlan" }),
        addresses: [...new Set([...seen.addresses, ...(item.addresses ?? [])])],
        boot: linkScript(key, item),
    }),

    describe(key, item, seen) {
        if (!seen.exists || seen.boot === undefined) {
            return undefined;
        }
        const described: LinkItem = {
            ...(item.mtu === undefined || seen.mtu === undefined ? {} : { mtu: seen.mtu }),
            ...(item.rxRing === undefined || seen.rxRing === undefined ? {} : { rxRing: seen.rxRing }),
            ...(item.txRing === undefined || seen.txRing === undefined ? {} : { txRing: seen.txRing }),
            ...(item.bond === undefined || seen.bond === undefined ? {} : { bond: seen.bond }),
            ...(item.vlan === undefined || seen.vlan === undefined ? {} : { vlan: seen.vlan }),
            ...(item.addresses === undefined ? {} : { addresses: seen.addresses }),
        };
        return links.diff(key, item, seen, false).length === 0 ? item : described;
    },

    change: changes =>
        [...changes]
            .sort((a, b) => (linkFile(a.key, a.item) < linkFile(b.key, b.item) ? -1 : 1))
            .map(change => ({ words: `setting link ${change.key}`, script: changeLink(change) })),

    restore: recorded =>
        sortedEntries(recorded).map(([key, seen]) => ({
            words: `putting back link ${key}`,
            script: restoreLink(key, seen),
        })),
};

const sortedBond = (bond: LinkItem["bond"]) => bond && { mode: bond.mode, members: [...bond.members].sort() };

/** Why a change would cut the connection over which it is made, or the default route; undefined where it does not. */
function cuts(key: string, item: LinkItem, seen: SeenLink): string | undefined {
    const taken = item.bond?.members.find(member => seen.ssh.includes(member) && !seen.bond?.members.includes(member));
    if (taken !== undefined) {
        return `${taken} carries the SSH connection or the default route, and cannot be taken into a bond`;
    }
    const moved = (item.addresses ?? []).some(address => !seen.addresses.includes(address));
    return seen.ssh.includes(key) && (moved || (item.bond !== undefined) !== (seen.bond !== undefined))
        ? `${key} carries the SSH connection or the default route, and its addresses stay as they are`
        : undefined;
}

/** Why a driver cannot do what is wanted; undefined where it can. */
function beyondDriver(key: string, item: LinkItem, seen: SeenLink): string | undefined {
    for (const [field, what] of RINGS) {
        const [wanted, most] = [item[field], seen[`${field}Most`]];
        if (wanted !== undefined && seen.exists && seen[field] === undefined) {
            return `the driver of ${key} tells of no ${what}, or ethtool is not installed: leave ${field} out`;
        }
        if (wanted !== undefined && most !== undefined && wanted > most) {
            return `the ${what} of ${key} has at most ${most} descriptors, and not ${wanted}`;
        }
    }
    return undefined;
}

function changeLink({ key, item, seen, differences }: Change<LinkItem, SeenLink>): string {
    const made = item.bond !== undefined || item.vlan !== undefined;
    const wrongType = item.bond ? seen.type !== "bond" : item.vlan ? seen.type !== "vlan" : false;
    const refusal =
        !seen.exists && !made
            ? `this host has no link ${key}`
            : seen.exists && wrongType
              ? `${key} is there already, and is no ${item.bond ? "bond" : "VLAN"}`
              : (cuts(key, item, seen) ?? beyondDriver(key, item, seen));
    if (refusal !== undefined) {
        return `refuse ${shellQuote(refusal)}`;
    }
    const now = differences.some(({ field }) => field !== "boot");
    return keepLink(key, item, now);
}

function restoreLink(key: string, seen: SeenLink): string {
    const name = shellQuote(key);
    const rings = RINGS.flatMap(([field, , word]) => (seen[field] === undefined ? [] : [`${word} ${seen[field]}`]));
    const lines = seen.exists
        ? [
              ...dropAddresses(key, seen.addresses),
              ...(seen.mtu === undefined
                  ? []
                  : [
                        `    ip -o link show dev ${name} | grep -q ' mtu ${seen.mtu} ' ||`,
                        `        ip link set dev ${name} mtu ${seen.mtu}`,
                    ]),
              ...(rings.length === 0 ? [] : [`    ethtool -G ${name} ${rings.join(" ")} 2>/dev/null || :`]),
              ...(seen.up === false ? [`    ip link set dev ${name} down`] : []),
          ]
        : [
              `    members=$(sed -n 's/^# member //p' ${anyLinkFile(key)} 2>/dev/null)`,
              // A plain interface of that name is none that was made here.
              `    if ip -o -d link show dev ${name} | grep -qE ' (bond mode|vlan protocol) '; then ip link del dev ${name}; fi`,
              '    for member in $members; do ip link set dev "$member" up 2>/dev/null || :; done',
          ];
    return [`if ip link show dev ${name} >/dev/null 2>&1; then`, ...lines, "fi", forgetLink(key)].join("\n");
}
