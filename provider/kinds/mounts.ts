import type { MountItem } from "../items";
import { type Difference, type Kind, sortedEntries, wrongFields } from "./kind";
import { changeMount, observeMounts, takeBackMount, unitText } from "./mountscript";
import type { SeenMount } from "./mountscript";

/** Options that the kernel shows as they were given; all others it spells in its own way. */
const SHOWN = ["ro", "nodev", "nosuid", "noexec", "noatime", "sync", "nodiratime"];
const decode = (text: string) => Buffer.from(text, "base64").toString("utf8");

/** Mounts: one systemd unit each, started now and at boot. A mount in use is never forced away. */
export const mounts: Kind<MountItem, SeenMount> = {
    name: "mounts",
    noun: "mount",

    check(key, item) {
        const problems = wrongFields(item, { device: "string", type: "string", options: "array" });
        if (!key.startsWith("/") || /[^\x21-\x7e]|\/\/|\/\.{0,2}(\/|$)|["'\\%]/.test(key)) {
            problems.push("is not the absolute path of a mount point without blanks, quotes, //, . or ..");
        }
        if (typeof item.device !== "string" || !/^[^\x00-\x20\x7f"'\\]+$/.test(item.device)) {
            problems.push('has no device, such as "/dev/disk/by-id/…", "UUID=…" or "tmpfs"');
        } else if (/^\/dev\/(sd|nvme|vd|xvd|hd)/.test(item.device)) {
            problems.push(
                `device ${item.device} may be another disk after a reboot: name it by /dev/disk/by-id or UUID=`,
            );
        }
        if (typeof item.type !== "string" || !/^[a-z0-9_.-]+$/i.test(item.type)) {
            problems.push('has no type, such as "xfs" or "tmpfs"');
        }
        for (const option of item.options ?? []) {
            if (!/^[^\x00-\x20\x7f,"'\\]+$/.test(option)) {
                problems.push(`option "${option}" is not one option: list them one by one`);
            }
        }
        return problems;
    },

    observe: observeMounts,

    parse(lines, keys) {
        const facts = lines.map(line => line.split("\t"));
        return Object.fromEntries(
            keys.map(key => {
                const of = (what: string) => facts.find(([fact, name]) => fact === what && name === key)?.slice(2);
                const [unit = "", state = "", source = ""] = of("unit") ?? [];
                const [missingFolder = ""] = of("folder") ?? [];
                const now = of("mounted");
                const seen: SeenMount = {
                    enabled: state.startsWith("enabled"),
                    ...(unit === "" ? {} : { unit }),
                    ...(source === "" ? {} : { source }),
                    ...(missingFolder === "" ? {} : { missingFolder }),
                    ...(now === undefined
                        ? {}
                        : { mounted: { device: now[0] ?? "", type: now[1] ?? "", options: now[2] ?? "" } }),
                };
                return [key, seen];
            }),
        );
    },

    diff(key, item, seen): Difference[] {
        const about = (field: string, found: string, wanted: string, words: string): Difference => ({
            field,
            found,
            wanted,
            words: `mount ${key} ${words}`,
        });
        const differences: Difference[] = [];
        if (seen.unit === undefined || decode(seen.unit) !== unitText(key, item)) {
            const words =
                seen.unit === undefined ? "has no unit that mounts it at boot" : "has a unit that says otherwise";
            differences.push(about("unit", seen.unit === undefined ? "none" : "another", "a unit of ours", words));
        } else if (!seen.enabled) {
            differences.push(about("boot", "disabled", "enabled", "is not mounted at boot"));
        }
        const { mounted, source = item.device } = seen;
        if (mounted === undefined) {
            differences.push(about("mounted", "missing", item.device, "is not mounted"));
            return differences;
        }
        // The device behind a name like UUID=… is known of the unit in place alone.
        const known = differences.every(({ field }) => field !== "unit");
        if (known && mounted.device !== source) {
            const words = `is mounted from ${mounted.device}, should be ${item.device}`;
            differences.push(about("device", mounted.device, item.device, words));
        }
        if (mounted.type !== item.type && item.type !== "auto") {
            differences.push(
                about("type", mounted.type, item.type, `has type ${mounted.type}, should be ${item.type}`),
            );
        }
        const now = mounted.options.split(",");
        const wrong = SHOWN.filter(option => now.includes(option) !== (item.options ?? []).includes(option));
        if (wrong.length > 0) {
            const found = now.filter(option => SHOWN.includes(option) || option === "rw").join(",");
            const words = `is mounted with ${found}; ${wrong.map(optionWords(now)).join(", ")}`;
            differences.push(about("options", found, (item.options ?? []).join(","), words));
        }
        return differences;
    },

    wanted(key, item) {
        const options = SHOWN.filter(option => item.options?.includes(option)).join(",");
        return {
            enabled: true,
            unit: Buffer.from(unitText(key, item)).toString("base64"),
            source: item.device,
            mounted: { device: item.device, type: item.type, options },
        };
    },

    describe(_key, item, seen) {
        const { mounted, source } = seen;
        if (mounted === undefined) {
            return undefined;
        }
        const device = mounted.device === source ? item.device : mounted.device;
        const now = mounted.options.split(",");
        const asked = item.options ?? [];
        const options = [
            ...asked.filter(option => !SHOWN.includes(option) || now.includes(option)),
            ...SHOWN.filter(option => now.includes(option) && !asked.includes(option)),
        ];
        return { ...item, device, type: mounted.type, ...(item.options || options.length > 0 ? { options } : {}) };
    },

    change(changes) {
        return changes.map(({ key, item, seen, differences }) => ({
            words: `mounting ${key}`,
            script: changeMount(key, item, seen, new Set(differences.map(({ field }) => field))),
        }));
    },

    restore() {
        return [];
    },

    conclude(recorded) {
        // The deepest first.
        return sortedEntries(recorded)
            .reverse()
            .map(([key, seen]) => ({ words: `putting back mount ${key}`, script: takeBackMount(key, seen) }));
    },
};

const optionWords = (now: readonly string[]) => (option: string) =>
    now.includes(option) ? `should not have ${option}` : `lacks ${option}`;
