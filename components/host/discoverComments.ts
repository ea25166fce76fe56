import { parseHostKey } from "../../provider/hostkey";
import type { Discovered, FoundDisk, FoundRail } from "./discover";
import type { FoundHost } from "./discoverInventory";

/** What stands above an entry: what its hosts have in common, then what each has of its own. */
export function comments(group: readonly { readonly host: FoundHost; readonly name: string }[]): readonly string[] {
    const texts = group.map(({ host }) => hostComments(host));
    const shared = (texts[0] ?? []).filter(line => texts.every(each => each.includes(line)));
    const own = group.flatMap(({ name }, at) =>
        (texts[at] ?? []).filter(line => !shared.includes(line)).map(line => `${name}: ${line}`),
    );
    return [...shared, ...own];
}

function hostComments({ facts, hostKey, keyUnverified, address }: FoundHost): readonly string[] {
    const [kind = ""] = hostKey.split(" ");
    const file = kind.startsWith("ecdsa") ? "ecdsa" : kind.replace("ssh-", "");
    const rails = fabricRails(facts);
    const others = facts.rails.filter(rail => !rails.includes(rail)).map(({ name }) => name);
    const down = rails.filter(({ active }) => !active).map(({ name }) => name);
    const withoutPath = facts.disks.filter(disk => isFreeNvme(disk) && disk.byId === undefined);
    return [
        ...(keyUnverified
            ? [
                  `WARNING: NOBODY HAS VERIFIED THE KEY OF ${address}. COMPARE ON THE CONSOLE:`,
                  `ssh-keygen -lf /etc/ssh/ssh_host_${file}_key.pub`,
                  `must print ${parseHostKey(hostKey)?.fingerprint ?? "the fingerprint of this key"}`,
              ]
            : []),
        ...facts.warnings.map(warning => `WARNING: ${warning}`),
        ...(down.length > 0 ? [`WARNING: without link: ${down.join(", ")}`] : []),
        ...withoutPath.map(disk => `WARNING: ${disk.name} has no path in /dev/disk/by-id, and is left out of nvme`),
        [facts.cpu || "CPU unknown", `${facts.numaNodes} NUMA ${facts.numaNodes === 1 ? "node" : "nodes"}`].join(", "),
        [facts.os, `Linux ${facts.kernel}`, facts.driverVersion ? `NVIDIA driver ${facts.driverVersion}` : ""]
            .filter(part => part !== "")
            .join(", "),
        ...(facts.networks.length > 0 ? [`ports: ${facts.networks.join(", ")}`] : []),
        ...(rails.length > 0 ? [`rails: ${rails.map(describeRail).join(", ")}`] : []),
        ...(others.length > 0 ? [`not taken for rails, as they are not InfiniBand: ${others.join(", ")}`] : []),
        ...facts.disks.map(describeDisk),
    ];
}

/** Devices of the fabric: those of InfiniBand where there are some, as Ethernet ones beside them are for storage. */
export function fabricRails({ rails }: Discovered): readonly FoundRail[] {
    const infiniband = rails.filter(({ linkLayer }) => linkLayer === "InfiniBand");
    return infiniband.length > 0 ? infiniband : rails;
}

function describeRail({ name, pci, linkLayer, linkGbps }: FoundRail): string {
    return [name, pci, linkLayer, linkGbps > 0 ? `${linkGbps} Gb/s` : ""].filter(part => part !== "").join(" ");
}

function isFreeNvme({ name, use }: FoundDisk): boolean {
    return name.startsWith("nvme") && use === "";
}

function describeDisk({ name, serial, sizeGB, model, use }: FoundDisk): string {
    const size = sizeGB >= 1000 ? `${Math.round(sizeGB / 10) / 100} TB` : `${sizeGB} GB`;
    return [`disk ${name}`, serial && `serial ${serial}`, size, model, use || "nothing on it was seen"]
        .filter(part => part !== "")
        .join(", ");
}

/** The `fabric` section that GPU hosts hint at, where all agree; undefined otherwise. */
export function fabricComment(hosts: readonly Discovered[]): string | undefined {
    const hints = hosts
        .filter(({ gpu }) => gpu !== undefined)
        .map(facts => {
            const used = fabricRails(facts);
            const rates = new Set(used.map(({ linkGbps }) => linkGbps));
            const kind = used[0]?.linkLayer === "InfiniBand" ? "infiniband" : "roce";
            return used.length > 0 && rates.size === 1 && !rates.has(0)
                ? `fabric: { kind: ${kind}, linkGbps: ${[...rates].join("")}, rails: ${used.length} }`
                : undefined;
        });
    return new Set(hints).size === 1 ? hints[0] : undefined;
}
