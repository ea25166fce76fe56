import type { KernelArgumentItem } from "../items";
import { GRUB_FILE, observeBoot, readBoot } from "./bootloader";
import { argumentText, changeBoot, MARK, putBackBoot, type SeenArgument } from "./bootscript";
import { type Difference, type Kind, sortedEntries, wrongFields } from "./kind";

/** The file that other kinds leave alone. */
export const KERNEL_ARGUMENT_FILES = [GRUB_FILE];

/** Arguments of which each one counts, and not the last alone: the key must hold what tells them apart. */
const REPEATED: Readonly<Record<string, string>> = {
    console: "console=ttyS0,115200",
    earlycon: "earlycon=uart8250,io,0x3f8",
    hugepages: "hugepagesz=1G hugepages",
    hugepagesz: "hugepagesz=1G hugepages",
};
const WORD = /^[A-Za-z0-9_.-]+(=[A-Za-z0-9_.,:=+@/%-]+)?$/;
const same = (name: string) => name.replaceAll("-", "_");

/** The value of an argument in a command line, where the kernel would take it from: the last place where it stands. */
export function argumentIn(words: readonly string[], key: string): string | undefined {
    const keys = key.split(" ");
    const name = same(keys.pop() ?? "");
    let found: string | undefined;
    words.forEach((word, index) => {
        const before = words.slice(Math.max(0, index - keys.length), index);
        const [head = "", ...tail] = name.includes("=") ? [word] : word.split("=");
        if (same(head) === name && before.join(" ") === keys.join(" ")) {
            found = tail.join("=");
        }
    });
    return found;
}

/** Arguments of the kernel's command line: in the boot configuration, and in effect after the next boot. */
export const kernelArguments: Kind<KernelArgumentItem, SeenArgument> = {
    name: "kernelArguments",
    noun: "kernel argument",

    check(key, item) {
        const problems = wrongFields(item, { value: "string" });
        const words = key.split(" ");
        const last = words.at(-1) ?? "";
        if (!words.every(word => WORD.test(word))) {
            problems.push("is not the name of an argument, such as iommu");
        } else if (words.length > 1 && !words.slice(0, -1).every(word => word.includes("="))) {
            problems.push("has a name without a value before the last one");
        }
        if (item.value !== undefined && !/^[A-Za-z0-9_.,:=+@/%-]+$/.test(item.value)) {
            problems.push(`value "${item.value}" holds a character that boot loaders do not keep as it is`);
        }
        if (item.value !== undefined && last.includes("=")) {
            problems.push("has a value in its key and another one beside it");
        }
        const example = REPEATED[last];
        if (words.length === 1 && example !== undefined) {
            problems.push(`may stand there more than once: write what tells it apart into the key, "${example}"`);
        }
        return problems;
    },

    observe: () =>
        `${observeBoot}\n[ ! -r ${GRUB_FILE} ] || sed -n 's/^.*_DEFAULT \\(.*\\)" ${MARK}\\(.*\\)$/ours\\t\\2\\t\\1/p' ${GRUB_FILE}`,

    parse(lines, keys) {
        const { loader, running, entry, source } = readBoot(lines);
        const ours = new Map(
            lines
                .map(line => line.split("\t"))
                .filter(([what]) => what === "ours")
                .map(([, key = "", words = ""]) => [key, words]),
        );
        return Object.fromEntries(
            keys.map(key => {
                const places = {
                    running: argumentIn(running, key),
                    entry: argumentIn(entry, key),
                    source: argumentIn(source, key),
                    ours: ours.get(key),
                };
                const known = Object.entries(places).filter(([, value]) => value !== undefined);
                return [key, { loader, ...Object.fromEntries(known) }];
            }),
        );
    },

    diff(key, item, seen): Difference[] {
        const wanted = item.value ?? "";
        const shown = (value: string | undefined) =>
            value === undefined ? "missing" : value === "" ? "without value" : value;
        const differences: Difference[] = [];
        const notRunning = seen.running !== wanted;
        const other = (value: string | undefined) => (value === undefined ? "" : ` (it is ${shown(value)})`);
        if (seen.entry !== wanted || seen.source !== wanted) {
            const value = seen.entry === wanted ? seen.source : seen.entry;
            const place =
                seen.entry === wanted ? "would leave the boot configuration" : "is not in the boot configuration";
            differences.push({
                field: "boot",
                found: value === undefined ? "not configured" : shown(value),
                wanted: shown(wanted),
                words: `kernel argument ${argumentText(key, item.value)} ${place}${other(value)}`,
                ...(notRunning ? { disruption: "reboot" } : {}),
            });
        }
        if (notRunning) {
            differences.push({
                field: "running",
                found: seen.running === undefined ? "not in effect" : shown(seen.running),
                wanted: shown(wanted),
                words: `kernel argument ${argumentText(key, item.value)} is not in effect before a reboot${other(seen.running)}`,
                disruption: "reboot",
            });
        }
        return differences;
    },

    wanted(_key, item, seen) {
        const value = item.value ?? "";
        return { loader: seen.loader, running: value, entry: value, source: value };
    },

    describe(_key, _item, seen) {
        const value = seen.entry ?? seen.running;
        return value === undefined ? undefined : value === "" ? {} : { value };
    },

    change(changes) {
        // What is only not in effect yet needs no writing.
        const due = changes.filter(({ differences }) => differences.some(({ field }) => field === "boot"));
        const written = due.map(({ key, item }) => argumentText(key, item.value));
        return due.length === 0
            ? []
            : [{ words: `setting kernel arguments (${written.join(", ")})`, script: changeBoot(due) }];
    },

    restore(recorded) {
        const entries = sortedEntries(recorded);
        return entries.length === 0 ? [] : [putBackBoot(entries)];
    },
};
