import type { ModuleItem } from "../items";
import { shellQuote, shellWords } from "../shell";
import { type Difference, type Kind, sortedEntries, wrongFields } from "./kind";
import { INITRAMFS_DUE, noteInitramfs, observeParameters, parametersOf, sameParameter } from "./moduleParameters";
import { updateInitramfs } from "./moduleParameters";

const LOAD_FILE = "/etc/modules-load.d/90-seamount.conf";
const PROBE_FILE = "/etc/modprobe.d/90-seamount.conf";
/** The files that load modules at boot, or keep them from loading. */
export const MODULE_FILES = [LOAD_FILE, PROBE_FILE];

/** What was seen of a module. */
export interface SeenModule {
    /** Whether the kernel has it now. */
    readonly loaded: boolean;
    /** Whether it is loaded at boot by our file. */
    readonly atBoot: boolean;
    /** Whether our file keeps it from loading. */
    readonly blocked: boolean;
    /** Options in our file. */
    readonly options?: string;
    /** What keeps it from being unloaded: how many use it. Unset: it is built in, or not loaded. */
    readonly uses?: number;
    /** Its parameters in effect, where they can be read. */
    readonly parameters?: Readonly<Record<string, string>>;
    /** The initramfs was not made anew since its settings changed. */
    readonly initramfsDue?: boolean;
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
            `[ ! -r /proc/modules ] || sed 's/^\\([^ ]*\\) [^ ]* \\([0-9]*\\).*/loaded\\t\\1\\t\\2/' /proc/modules`,
            `see_builtin() { [ ! -d "/sys/module/$1" ] || [ -e "/sys/module/$1/initstate" ] || printf 'loaded\\t%s\\n' "$1"; }`,
            ...keys.map(key => `see_builtin ${shellQuote(kernelName(key))}`),
            ...observeParameters(keys.map(kernelName)),
            `[ ! -r ${INITRAMFS_DUE} ] || sed 's/^/due\\t/' ${INITRAMFS_DUE}`,
            `[ ! -r ${LOAD_FILE} ] || sed 's/^/boot\\t/' ${LOAD_FILE}`,
            `[ ! -r ${PROBE_FILE} ] || sed 's/^/probe\\t/' ${PROBE_FILE}`,
        ].join("\n");
    },

    parse(lines, keys) {
        const facts = lines.map(line => line.split("\t"));
        const having = (what: string) => facts.filter(([kind]) => kind === what).map(([, text = ""]) => text);
        const [atBoot, due, probe] = [new Set(having("boot")), new Set(having("due")), having("probe")];
        const loaded = new Map(facts.filter(([kind]) => kind === "loaded").map(([, name = "", uses]) => [name, uses]));
        return Object.fromEntries(
            keys.map(key => {
                const options = probe.find(line => line.startsWith(`options ${key} `))?.slice(`options ${key} `.length);
                const name = kernelName(key);
                const uses = loaded.get(name);
                const parameters = facts
                    .filter(([kind, of]) => kind === "parameter" && of === name)
                    .map(([, , parameter = "", value = ""]) => [parameter, value]);
                const seen: SeenModule = {
                    loaded: loaded.has(name),
                    atBoot: atBoot.has(key),
                    blocked: probe.includes(`install ${key} /bin/false`),
                    ...(options === undefined ? {} : { options }),
                    ...(uses ? { uses: Number(uses) } : {}),
                    ...(parameters.length > 0 ? { parameters: Object.fromEntries(parameters) as Parameters } : {}),
                    ...(due.has(key) ? { initramfsDue: true } : {}),
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
        const stuck = !load && seen.loaded && (seen.uses ?? 0) > 0;
        const differences = rows
            .filter(([, found, wanted]) => found !== wanted)
            .map(([field, found, wanted]): Difference => {
                const words = `module ${key} is ${found}, should be ${wanted}`;
                return field === "state" && stuck
                    ? { field, found, wanted, words: `${words}: it is in use until a reboot`, disruption: "reboot" }
                    : { field, found, wanted, words };
            });
        if (seen.initramfsDue) {
            const words = `module ${key} has other settings in the initramfs`;
            differences.push({ field: "initramfs", found: "older settings", wanted: "these settings", words });
        }
        return [...differences, ...(load && seen.loaded ? diffParameters(key, item, seen) : [])];
    },

    wanted(_key, item) {
        const load = item.state === "loaded";
        const { options } = item;
        return { loaded: load, atBoot: load, blocked: !load, ...(options ? { options } : {}) };
    },

    describe(_key, item, seen) {
        if (item.state === "blocked") {
            return seen.blocked && !seen.loaded ? { state: "blocked", ...options(seen) } : undefined;
        }
        return seen.loaded && seen.atBoot ? { state: "loaded", ...options(seen) } : undefined;
    },

    // Parameters are there to be compared, and nothing to go back to.
    firstSeen: (_key, seen) => ({ ...seen, parameters: {} }),

    change(changes) {
        const settings = ["options", "blocked", "initramfs"];
        const due = changes.some(({ differences }) => differences.some(({ field }) => settings.includes(field)));
        const steps = changes.map(({ key, item, seen, differences }) => {
            const load = item.state === "loaded";
            const stuck = (seen.uses ?? 0) > 0;
            const busy = `module ${key} is in use and cannot be unloaded: reboot the host, it will not load again`;
            const lines = [
                ...(differences.some(({ field }) => settings.includes(field)) ? [noteInitramfs(key)] : []),
                `set_lines ${LOAD_FILE} 1 ${shellWords([key, ...(load ? [key] : [])])}`,
                `set_lines ${PROBE_FILE} 2 ${shellWords([key, ...probeLines(key, !load, item.options)])}`,
                ...(load && !seen.loaded ? [`modprobe ${shellQuote(key)}`] : []),
                ...(!load && seen.loaded
                    ? [`modprobe -r ${shellQuote(key)} >&2 || ${stuck ? "note" : "refuse"} ${shellQuote(busy)}`]
                    : []),
            ];
            return { words: `${load ? "loading" : "blocking"} module ${key}`, script: lines.join("\n") };
        });
        return due ? [...steps, updateInitramfs] : steps;
    },

    restore(recorded) {
        const steps = sortedEntries(recorded).map(([key, seen]) => ({
            words: `putting back module ${key}`,
            script: [
                noteInitramfs(key),
                `set_lines ${LOAD_FILE} 1 ${shellWords([key, ...(seen.atBoot ? [key] : [])])}`,
                `set_lines ${PROBE_FILE} 2 ${shellWords([key, ...probeLines(key, seen.blocked, seen.options)])}`,
                seen.loaded
                    ? `modprobe ${shellQuote(key)} 2>/dev/null || :`
                    : `modprobe -r ${shellQuote(key)} 2>/dev/null || :`,
            ].join("\n"),
        }));
        return steps.length === 0 ? [] : [...steps, updateInitramfs];
    },
};

type Parameters = Readonly<Record<string, string>>;

/** Options that the running module does not have: it reads them when it loads. */
function diffParameters(key: string, item: ModuleItem, seen: SeenModule): Difference[] {
    return parametersOf(item.options ?? "").flatMap(([name, wanted]) => {
        const found = seen.parameters?.[name];
        if (found === undefined || sameParameter(found, wanted)) {
            return [];
        }
        const words = `module ${key} runs with ${name}=${found}, should be ${wanted}: it counts from the next boot`;
        return [{ field: "running", found, wanted, words, disruption: "reboot" }];
    });
}

const options = (seen: SeenModule) => (seen.options === undefined ? {} : { options: seen.options });
