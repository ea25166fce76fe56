import type { PciItem } from "../items";
import { shellQuote, shellWords } from "../shell";
import { type Difference, type Kind, sortedEntries, wrongFields } from "./kind";
import { installPci, PCI_BOOT, PCI_TOOL, removePci } from "./pciscript";

/** What was seen of the devices that a key selects. */
export interface SeenPci {
    /** Line of ours that is set at boot. */
    readonly boot?: string;
    /** Whether there is a `setpci` on the host. */
    readonly tool: boolean;
    /** By address: registers in hexadecimal; unset where the device has no such capability. */
    readonly devices: Readonly<Record<string, { readonly deviceControl?: string; readonly acsControl?: string }>>;
}

const SIZES = [128, 256, 512, 1024, 2048, 4096];
const requestBytes = (deviceControl: string) => 128 << ((Number.parseInt(deviceControl, 16) >> 12) & 7);

/** What ours sets at boot: `acs=off`, `maxread=5` (the exponent above 128 bytes). */
function bootLine(key: string, item: PciItem): string {
    const size = item.maxReadRequestBytes;
    return [
        key,
        ...(item.acs === undefined ? [] : ["acs=off"]),
        ...(size === undefined ? [] : [`maxread=${SIZES.indexOf(size)}`]),
    ].join(" ");
}

/** Settings in PCI configuration space: now, and at boot through one unit. */
export const pci: Kind<PciItem, SeenPci> = {
    name: "pci",
    noun: "PCI setting",

    check(key, item) {
        const problems = wrongFields(item, { maxReadRequestBytes: "number", acs: "string" });
        if (!/^([0-9a-f]{4}:[0-9a-f]{2}:[0-1][0-9a-f]\.[0-7]|class:[0-9a-f]{4})$/.test(key)) {
            problems.push(
                'is neither an address such as "0000:3b:00.0" nor a class such as "class:0604" (all bridges)',
            );
        }
        if (item.maxReadRequestBytes !== undefined && !SIZES.includes(item.maxReadRequestBytes)) {
            problems.push(`maxReadRequestBytes ${item.maxReadRequestBytes} is none of ${SIZES.join(", ")}`);
        }
        if (item.acs !== undefined && item.acs !== "off") {
            problems.push(`acs "${String(item.acs)}" is not "off": leave it out to keep it as it is`);
        }
        if (item.acs === undefined && item.maxReadRequestBytes === undefined) {
            problems.push("sets nothing");
        }
        return problems;
    },

    observe(keys) {
        return [
            `[ ! -r ${PCI_BOOT} ] || sed 's/^/boot\\t/' ${PCI_BOOT}`,
            "command -v setpci >/dev/null || { printf 'tool\\tmissing\\n'; exit 0; }",
            PCI_TOOL,
            ...keys.map(key => `see_pci ${shellQuote(key)}`),
        ].join("\n");
    },

    parse(lines, keys) {
        const facts = lines.map(line => line.split("\t"));
        const tool = !facts.some(([what]) => what === "tool");
        const boot = facts.filter(([what]) => what === "boot").map(([, line = ""]) => line);
        return Object.fromEntries(
            keys.map(key => {
                const line = boot.find(text => text.startsWith(`${key} `));
                const devices = facts
                    .filter(([what, of]) => what === "device" && of === key)
                    .map(([, , address = "", deviceControl = "", acsControl = ""]) => [
                        address,
                        { ...(deviceControl && { deviceControl }), ...(acsControl && { acsControl }) },
                    ]);
                const seen: SeenPci = {
                    tool,
                    ...(line === undefined ? {} : { boot: line }),
                    devices: Object.fromEntries(devices) as SeenPci["devices"],
                };
                return [key, seen];
            }),
        );
    },

    diff(key, item, seen): Difference[] {
        const differences: Difference[] = [];
        const add = (field: string, found: string, wanted: string, words: string) =>
            differences.push({ field, found, wanted, words: `${words}, should be ${wanted}` });
        const addresses = Object.keys(seen.devices).sort();
        const size = item.maxReadRequestBytes;
        if (addresses.length === 0 && !key.startsWith("class:")) {
            const words = seen.tool
                ? `PCI device ${key} is missing`
                : `PCI device ${key} cannot be read without setpci`;
            differences.push({ field: "device", found: "missing", wanted: "present", words });
        }
        for (const address of addresses) {
            const { deviceControl, acsControl } = seen.devices[address] ?? {};
            const bytes = deviceControl === undefined ? undefined : requestBytes(deviceControl);
            if (size !== undefined && bytes !== undefined && bytes !== size) {
                const words = `PCI device ${address} has read requests of at most ${bytes} bytes`;
                add("maxReadRequestBytes", String(bytes), String(size), words);
            }
            if (size !== undefined && bytes === undefined && !key.startsWith("class:")) {
                const words = `PCI device ${address} is no PCI Express device, and has no read requests to set`;
                differences.push({ field: "maxReadRequestBytes", found: "none", wanted: String(size), words });
            }
            // A device without the capability forwards to peers as it is.
            if (item.acs !== undefined && acsControl !== undefined && Number.parseInt(acsControl, 16) !== 0) {
                add("acs", acsControl, "off", `PCI device ${address} has access control services on (${acsControl})`);
            }
        }
        if (seen.boot !== bootLine(key, item)) {
            add(
                "boot",
                "unset",
                "set",
                `PCI setting ${key} is ${seen.boot === undefined ? "unset" : "another"} at boot`,
            );
        }
        return differences;
    },

    wanted(key, item, seen) {
        const size = item.maxReadRequestBytes;
        const control = size === undefined ? undefined : (SIZES.indexOf(size) << 12).toString(16).padStart(4, "0");
        const addresses = key.startsWith("class:") ? Object.keys(seen.devices) : [key];
        const device = {
            ...(control === undefined ? {} : { deviceControl: control }),
            ...(item.acs === undefined ? {} : { acsControl: "0000" }),
        };
        return {
            tool: true,
            boot: bootLine(key, item),
            devices: Object.fromEntries(addresses.map(address => [address, device])),
        };
    },

    describe(key, item, seen) {
        const devices = Object.values(seen.devices);
        if (devices.length === 0 && !key.startsWith("class:")) {
            return undefined;
        }
        const sizes = devices.flatMap(({ deviceControl }) => (deviceControl ? [requestBytes(deviceControl)] : []));
        const other = sizes.find(size => size !== item.maxReadRequestBytes);
        const on = devices.some(({ acsControl = "0" }) => Number.parseInt(acsControl, 16) !== 0);
        return {
            ...(item.maxReadRequestBytes === undefined
                ? {}
                : { maxReadRequestBytes: other ?? item.maxReadRequestBytes }),
            ...(item.acs === undefined || on ? {} : { acs: item.acs }),
        };
    },

    change(changes) {
        const lines = changes.map(({ key, item }) => ({
            words: `setting PCI ${key}`,
            script: [
                `command -v setpci >/dev/null || refuse ${shellQuote("this host has no setpci: it comes with the package pciutils")}`,
                PCI_TOOL,
                ...(key.startsWith("class:")
                    ? []
                    : [
                          `[ -e ${shellQuote(`/sys/bus/pci/devices/${key}`)} ] || refuse ${shellQuote(`this host has no PCI device ${key}`)}`,
                      ]),
                `set_pci ${bootLine(key, item)}`,
                `set_lines ${PCI_BOOT} 1 ${shellWords([key, bootLine(key, item)])}`,
            ].join("\n"),
        }));
        return lines.length === 0 ? [] : [...lines, { words: "setting PCI devices at boot", script: installPci }];
    },

    restore(recorded) {
        const steps = sortedEntries(recorded).map(([key, seen]) => ({
            words: `putting back PCI ${key}`,
            script: [
                `set_lines ${PCI_BOOT} 1 ${shellWords([key, ...(seen.boot === undefined ? [] : [seen.boot])])}`,
                ...sortedEntries(seen.devices).flatMap(([address, { deviceControl, acsControl }]) => [
                    ...(deviceControl
                        ? [`setpci -s ${address} CAP_EXP+8.w=${deviceControl}:7000 2>/dev/null || :`]
                        : []),
                    ...(acsControl ? [`setpci -s ${address} ECAP_ACS+6.w=${acsControl} 2>/dev/null || :`] : []),
                ]),
            ].join("\n"),
        }));
        return steps.length === 0 ? [] : [...steps, { words: "putting back PCI devices at boot", script: removePci }];
    },
};
