import type { PackageItem } from "../items";
import { installDeb, observeDeb, pinDeb } from "./aptPackages";
import { type Change, type ChangeStep, type Difference, type Kind, sortedEntries, wrongFields } from "./kind";
import { type Named, observeManager, type PackageManager, readManager } from "./manager";
import { installRpm, observeRpm, pinRpm, rpmVersionFits } from "./rpmPackages";

interface SeenPackage {
    /** Unset: not installed. */
    readonly version?: string;
    /** Version that our pin names; `*` on hosts with dnf, which leaves alone whatever is installed. Unset: no pin. */
    readonly pin?: string;
    /** Unset in what was recorded before there were others than apt. */
    readonly manager?: PackageManager;
}

const pinOf = (item: PackageItem, seen: SeenPackage) =>
    item.version === undefined ? undefined : seen.manager === "dnf" ? "*" : item.version;
const fits = (wanted: string, seen: SeenPackage) =>
    wanted === seen.version || (seen.manager === "dnf" && rpmVersionFits(wanted, seen.version ?? ""));
const isPin = ({ field }: Difference) => field === "pin";

/**
 * Packages of Debian or of RHEL, whichever the host is; one with a version is pinned to it. They are installed, never
 * removed: other things may have come to need them.
 */
export const packages: Kind<PackageItem, SeenPackage> = {
    name: "packages",
    noun: "package",

    check(key, item) {
        const problems = wrongFields(item, { version: "string", disruption: "string" });
        if (!/^[A-Za-z0-9][A-Za-z0-9+._-]+$/.test(key)) {
            problems.push("is not the name of a package");
        }
        if (item.version !== undefined && !/^[A-Za-z0-9][A-Za-z0-9.+:~^_-]*$/.test(item.version)) {
            problems.push(`version "${item.version}" is not an exact version`);
        }
        if (item.disruption !== undefined && item.disruption !== "drain" && item.disruption !== "reboot") {
            problems.push(`disruption "${String(item.disruption)}" is neither "drain" nor "reboot"`);
        }
        return problems;
    },

    observe: keys =>
        [observeManager, "case $manager in", `apt) ${observeDeb(keys)} ;;`, `dnf) ${observeRpm(keys)} ;;`, "esac"].join(
            "\n",
        ),

    parse(lines, keys) {
        const manager = readManager(lines);
        const [versions, pins] = [new Map<string, string>(), new Map<string, string>()];
        for (const line of lines) {
            const [first = "", second = "", third = "", fourth = ""] = line.split("\t");
            if (first === "pin" && third === "pin-version") {
                pins.set(second, fourth);
            } else if (second === "installed") {
                versions.set(first, third);
            }
        }
        const entry = (key: string): SeenPackage => {
            const [version, pin] = [versions.get(key), pins.get(key)];
            return { manager, ...(version === undefined ? {} : { version }), ...(pin === undefined ? {} : { pin }) };
        };
        return Object.fromEntries(keys.map(key => [key, entry(key)]));
    },

    diff(key, item, seen): Difference[] {
        const differences: Difference[] = [];
        const disrupts = item.disruption === undefined ? {} : { disruption: item.disruption };
        if (seen.version === undefined) {
            const wanted = item.version ?? "installed";
            const words = `package ${key} is not installed`;
            differences.push({ field: "version", found: "missing", wanted, words, ...disrupts });
        } else if (item.version !== undefined && !fits(item.version, seen)) {
            const words = `package ${key} is ${seen.version}, should be ${item.version}`;
            differences.push({ field: "version", found: seen.version, wanted: item.version, words, ...disrupts });
        }
        const [found, wanted] = [seen.pin, pinOf(item, seen)];
        // A package that is not there, or another version, gets its pin with the right one.
        if (differences.length === 0 && found !== wanted) {
            const name = (pin: string | undefined) =>
                pin === undefined ? "not pinned" : pin === "*" ? "pinned" : `pinned to ${pin}`;
            const words = `package ${key} is ${name(found)}, should be ${name(wanted)}`;
            differences.push({ field: "pin", found: name(found), wanted: name(wanted), words });
        }
        return differences;
    },

    wanted(_key, item, seen) {
        const pin = pinOf(item, seen);
        return {
            ...(seen.manager === undefined ? {} : { manager: seen.manager }),
            version: item.version ?? seen.version ?? "any",
            ...(pin === undefined ? {} : { pin }),
        };
    },

    describe(_key, item, seen) {
        const disrupts = item.disruption === undefined ? {} : { disruption: item.disruption };
        const version = seen.pin === undefined ? undefined : seen.version;
        return seen.version === undefined ? undefined : { ...(version === undefined ? {} : { version }), ...disrupts };
    },

    change(changes) {
        const manager = changes[0]?.seen.manager ?? "apt";
        const named = ({ key, item }: Change<PackageItem, SeenPackage>): Named => [key, item];
        const right = changes.filter(({ differences }) => differences.every(isPin)).map(named);
        const installs = changes.filter(({ differences }) => !differences.every(isPin)).map(named);
        const steps: ChangeStep[] = [];
        if (installs.length > 0) {
            const count = installs.length === 1 ? "package" : `${installs.length} packages`;
            const words = `installing ${count} (${installs.map(([key]) => key).join(", ")})`;
            // Pins come after: where the version cannot be had, the old pin must go on holding the old one.
            steps.push({ words, script: `${INSTALL[manager](installs, words)}\n${pinAll(manager, installs)}` });
        }
        return right.length === 0 ? steps : [...steps, { words: "pinning packages", script: pinAll(manager, right) }];
    },

    restore: recorded =>
        sortedEntries(recorded).map(([key, seen]) => ({
            words: `putting back the pin of ${key}`,
            script: seen.manager === "dnf" ? pinRpm([key], seen.pin !== undefined) : pinDeb(key, seen.pin),
        })),
};

const INSTALL: Readonly<Record<PackageManager, (packages: readonly Named[], words: string) => string>> = {
    apt: installDeb,
    dnf: installRpm,
    none: () => "refuse 'this host has neither apt nor dnf'",
};

function pinAll(manager: PackageManager, all: readonly Named[]): string {
    if (manager !== "dnf") {
        return all.map(([name, { version }]) => pinDeb(name, version)).join("\n");
    }
    const names = (pinned: boolean) =>
        all.filter(([, { version }]) => (version !== undefined) === pinned).map(([name]) => name);
    return [true, false]
        .filter(pinned => names(pinned).length > 0)
        .map(pinned => pinRpm(names(pinned), pinned))
        .join("\n");
}
