import type { ModuleItem } from "../items";
import { shellQuote, shellWords } from "../shell";
import { type Difference, type Kind, sortedEntries, wrongFields } from "./kind";

const LOAD_FILE = "/etc/modules-load.d/90-seamount.conf";
const PROBE_FILE = "/etc/modprobe.d/90-seamount.conf";
/** The files that load modules at boot, or keep them from loading. */
export const MODULE_FILES = [LOAD_FILE, PROBE_FILE];

interface SeenModule {
    /** Whether the kernel has it now. */
    readonly loaded: boolean;
    /** Whether it is loaded at boot by our file. */
    readonly atBoot: boolean;
    /** Whether our file keeps it from loading. */
    readonly blocked: boolean;
    /** Options in our file. */
    readonly options?: string;
}

const kernelName = (key: string) => key.replaceAll("-", "_");

/** Lines of our modprobe.d file for one module. */
function probeLines(key: string, blocked: boolean, options: string | undefined): string[] {
    return [
        ...(options ? [`options ${key} ${options}`] : []),
        ...(blocked ? [`blacklist ${key}`, `install ${key} /bin/false`] : []),
    ];
}

/** Kernel modules: loaded now and at boot, or kept from loading; with options for the next time they load. */
export const modules: Kind<ModuleItem, SeenModule> = {
    name: "modules",
    noun: "module",

    check(key, item) {
        const problems = wrongFields(item, { state: "string", options: "string" });
        if (!/^[A-Za-z0-9_-]+$/.test(key)) {
            problems.push("is not the name of a kernel module");
        }
        if (item.state !== "loaded" && item.state !== "blocked") {
            problems.push(`state "${String(item.state)}" is neither "loaded" nor "blocked"`);
        }
        if (item.options !== undefined && !/^[\x20-\x7e]+$/.test(item.options)) {
            problems.push("options are not one line of text");
        }
        return problems;
    },

    observe(keys) {
        return [
            `[ ! -r /proc/modules ] || sed 's/^\\([^ ]*\\).*/loaded\\t\\1/' /proc/modules`,
            `see_builtin() { [ ! -d "/sys/module/$1" ] || [ -e "/sys/module/$1/initstate" ] || printf 'loaded\\t%s\\n' "$1"; }`,
            ...keys.map(key => `see_builtin ${shellQuote(kernelName(key))}`),
            `[ ! -r ${LOAD_FILE} ] || sed 's/^/boot\\t/' ${LOAD_FILE}`,
            `[ ! -r ${PROBE_FILE} ] || sed 's/^/probe\\t/' ${PROBE_FILE}`,
        ].join("\n");
    },

    parse(lines, keys) {
        const facts = lines.map(line => line.split("\t"));
        const having = (what: string) => facts.filter(([kind]) => kind === what).map(([, text = ""]) => text);
        const [loaded, atBoot, probe] = [new Set(having("loaded")), new Set(having("boot")), having("probe")];
        return Object.fromEntries(
            keys.map(key => {
                const options = probe.find(line => line.startsWith(`options ${key} `))?.slice(`options ${key} `.length);
                const seen: SeenModule = {
                    loaded: loaded.has(kernelName(key)),
                    atBoot: atBoot.has(key),
                    blocked: probe.includes(`install ${key} /bin/false`),
                    ...(options === undefined ? {} : { options }),
                };
                return [key, seen];
            }),
        );
    },

    diff(key, item, seen): Difference[] {
        const load = item.state === "loaded";
        const rows: [string, string, string][] = [
            ["state", seen.loaded ? "loaded" : "not loaded", load ? "loaded" : "not loaded"],
            [
                "boot",
                seen.atBoot ? "loaded at boot" : "not loaded at boot",
                load ? "loaded at boot" : "not loaded at boot",
            ],
            ["blocked", seen.blocked ? "blocked" : "not blocked", load ? "not blocked" : "blocked"],
            ["options", seen.options ?? "without options", item.options ?? "without options"],
        ];
        return rows
            .filter(([, found, wanted]) => found !== wanted)
            .map(([field, found, wanted]) => ({
                field,
                found,
                wanted,
                words: `module ${key} is ${found}, should be ${wanted}`,
            }));
    },

    wanted(_key, item) {
        const load = item.state === "loaded";
        return { loaded: load, atBoot: load, blocked: !load, ...(item.options ? { options: item.options } : {}) };
    },

    describe(_key, item, seen) {
        if (item.state === "blocked") {
            return seen.blocked && !seen.loaded ? { state: "blocked", ...options(seen) } : undefined;
        }
        return seen.loaded && seen.atBoot ? { state: "loaded", ...options(seen) } : undefined;
    },

    change(changes) {
        return changes.map(({ key, item, seen }) => {
            const load = item.state === "loaded";
            const busy = `module ${key} is in use and cannot be unloaded: reboot the host, it will not load again`;
            const lines = [
                `set_lines ${LOAD_FILE} 1 ${shellWords([key, ...(load ? [key] : [])])}`,
                `set_lines ${PROBE_FILE} 2 ${shellWords([key, ...probeLines(key, !load, item.options)])}`,
                ...(load && !seen.loaded ? [`modprobe ${shellQuote(key)}`] : []),
                ...(!load && seen.loaded ? [`modprobe -r ${shellQuote(key)} >&2 || refuse ${shellQuote(busy)}`] : []),
            ];
            return { words: `${load ? "loading" : "blocking"} module ${key}`, script: lines.join("\n") };
        });
    },

    restore(recorded) {
        return sortedEntries(recorded).map(([key, seen]) => ({
            words: `putting back module ${key}`,
            script: [
                `set_lines ${LOAD_FILE} 1 ${shellWords([key, ...(seen.atBoot ? [key] : [])])}`,
                `set_lines ${PROBE_FILE} 2 ${shellWords([key, ...probeLines(key, seen.blocked, seen.options)])}`,
                seen.loaded
                    ? `modprobe ${shellQuote(key)} 2>/dev/null || :`
                    : `modprobe -r ${shellQuote(key)} 2>/dev/null || :`,
            ].join("\n"),
        }));
    },
};

const options = (seen: SeenModule) => (seen.options === undefined ? {} : { options: seen.options });
