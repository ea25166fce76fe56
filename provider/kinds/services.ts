import type { ServiceItem } from "../items";
import { shellQuote, shellWords } from "../shell";
import { type Change, type ChangeStep, type Difference, type Kind, sortedEntries, wrongFields } from "./kind";
import { HOST_STATE } from "./prelude";

interface SeenService {
    /** Whether systemd knows the unit. */
    readonly exists: boolean;
    /** systemd's UnitFileState: `enabled`, `disabled`, `static`, `masked` … */
    readonly enabled: string;
    /** systemd's ActiveState: `active`, `inactive`, `failed` … */
    readonly active: string;
    /** A file that it reads was changed, and it was not reloaded yet. */
    readonly stale: boolean;
}

const PENDING = `${HOST_STATE}/reload`;
/** States that cannot be enabled any further. */
const ENABLED = ["enabled", "enabled-runtime", "alias", "static", "indirect", "generated"];
const isEnabled = (seen: SeenService) => ENABLED.includes(seen.enabled);
const isRunning = (seen: SeenService) => ["active", "activating", "reloading"].includes(seen.active);
const marker = (key: string) => shellQuote(`${PENDING}/${key}`);

/** Systemd units: started at boot or not, running or not, reloaded when one of their files changes. */
export const services: Kind<ServiceItem, SeenService> = {
    name: "services",
    noun: "service",

    check(key, item) {
        const problems = wrongFields(item, { enabled: "boolean", running: "boolean", restartOn: "array" });
        if (!/^[A-Za-z0-9:_.@-]+\.(service|socket|timer|path|target|mount)$/.test(key)) {
            problems.push("is not the full name of a unit, such as chrony.service");
        }
        if (/@\.[a-z]+$/.test(key)) {
            problems.push("is a template: name an instance of it, such as getty@tty1.service");
        }
        return problems;
    },

    observe(keys) {
        return [
            `systemctl show --property=LoadState,ActiveState,UnitFileState ${shellWords(keys)} 2>/dev/null || :`,
            ...keys.map(key => `[ ! -e ${marker(key)} ] || printf '\\nStale=%s\\n' ${shellQuote(key)}`),
        ].join("\n");
    },

    parse(lines, keys) {
        const blocks = lines
            .join("\n")
            .split(/\n\n+/)
            .map(block => new Map(block.split("\n").map(line => [before(line), line.slice(before(line).length + 1)])));
        const units = blocks.filter(block => block.has("LoadState"));
        const stale = new Set(blocks.flatMap(block => block.get("Stale") ?? []));
        return Object.fromEntries(
            keys.map((key, index) => {
                const unit = units[index];
                const load = unit?.get("LoadState") ?? "not-found";
                const seen: SeenService = {
                    exists: load !== "not-found",
                    enabled: load === "masked" ? "masked" : unit?.get("UnitFileState") || "disabled",
                    active: unit?.get("ActiveState") ?? "inactive",
                    stale: stale.has(key),
                };
                return [key, seen];
            }),
        );
    },

    diff(key, item, seen): Difference[] {
        const about = (field: string, found: string, wanted: string): Difference => ({
            field,
            found,
            wanted,
            words: `service ${key} is ${found}, should be ${wanted}`,
        });
        const differences: Difference[] = [];
        if (item.enabled !== undefined && item.enabled !== isEnabled(seen)) {
            const found = seen.exists ? seen.enabled : "not there";
            differences.push(about("enabled", found, item.enabled ? "enabled at boot" : "disabled at boot"));
        }
        if (item.running !== undefined && item.running !== isRunning(seen)) {
            const found = seen.exists ? seen.active : "not there";
            differences.push(about("running", found, item.running ? "running" : "stopped"));
        }
        if (seen.stale && (item.running ?? isRunning(seen))) {
            const words = `service ${key} has not read its changed files yet`;
            differences.push({ field: "stale", found: "stale", wanted: "reloaded", words });
        }
        return differences;
    },

    wanted(_key, item, seen) {
        return {
            exists: seen.exists || item.enabled === true || item.running === true,
            enabled: item.enabled === undefined ? seen.enabled : item.enabled ? "enabled" : "disabled",
            active: item.running === undefined ? seen.active : item.running ? "active" : "inactive",
            stale: false,
        };
    },

    describe(_key, item, seen) {
        return {
            ...item,
            ...(item.enabled === undefined ? {} : { enabled: isEnabled(seen) }),
            ...(item.running === undefined ? {} : { running: isRunning(seen) }),
        };
    },

    change(changes, { changedFiles }) {
        const reload = changes.length > 0 || [...changedFiles].some(path => path.startsWith("/etc/systemd/"));
        return [...(reload ? [daemonReload] : []), ...changes.map(changeOne)];
    },

    restore(recorded, { changedFiles }) {
        const known = sortedEntries(recorded).filter(([, seen]) => seen.exists);
        const units = known.map(([key, seen]) => {
            const name = shellQuote(key);
            const reload = changedFiles.size > 0 ? "reload-or-restart" : "start";
            const lines = [
                `rm -f ${marker(key)}`,
                // A unit that somebody removed since has nothing to go back to.
                `if systemctl cat ${name} >/dev/null 2>&1; then`,
                `    systemctl --quiet ${isEnabled(seen) ? "enable" : "disable"} ${name} 2>/dev/null || :`,
                `    systemctl ${isRunning(seen) ? reload : "stop"} ${name}`,
                ...(seen.enabled === "masked" ? [`    systemctl --quiet mask ${name}`] : []),
                "fi",
            ];
            return { words: `putting back ${key}`, script: lines.join("\n") };
        });
        return units.length === 0 ? [] : [daemonReload, ...units];
    },

    release(recorded) {
        // While its file is still there: without it the unit could not be disabled any more.
        return sortedEntries(recorded)
            .filter(([, seen]) => !seen.exists)
            .map(([key]) => ({
                words: `stopping ${key}`,
                script: `systemctl --quiet disable --now ${shellQuote(key)} 2>/dev/null || :\nrm -f ${marker(key)}`,
            }));
    },
};

const before = (line: string) => line.split("=", 1)[0] ?? "";

/** Always: a unit's file, or the manager's own settings, may have changed. */
const daemonReload: ChangeStep = { words: "reading the units again", script: "systemctl daemon-reload" };

function changeOne({ key, item, seen, differences }: Change<ServiceItem, SeenService>): ChangeStep {
    const name = shellQuote(key);
    const fields = new Set(differences.map(({ field }) => field));
    const run = item.running ?? isRunning(seen);
    const failed = shellQuote(`${key} did not start; its last lines are above`);
    const start = (verb: string) =>
        `systemctl ${verb} ${name} || { systemctl --no-pager --lines=5 status ${name} >&2 || :; refuse ${failed}; }`;
    const lines = [
        ...(seen.enabled === "masked" && (item.enabled === true || run) ? [`systemctl unmask ${name}`] : []),
        ...(fields.has("enabled") ? [`systemctl ${item.enabled ? "enable" : "disable"} ${name}`] : []),
        ...(fields.has("running") && !run ? [`systemctl stop ${name}`] : []),
        ...(run && (fields.has("stale") || fields.has("running"))
            ? [start(fields.has("stale") ? "reload-or-restart" : "start")]
            : []),
        `rm -f ${marker(key)}`,
    ];
    return {
        words: `${run ? "starting" : fields.has("running") ? "stopping" : "setting"} ${key}`,
        script: lines.join("\n"),
    };
}

/** Shell that notes, before any file is written, which units must read the changed files afterwards. */
export function markStale(keys: readonly string[]): string {
    return keys.length === 0 ? "" : [`mkdir -p ${PENDING}`, ...keys.map(key => `touch ${marker(key)}`)].join("\n");
}

/** Units, of those given, that read one of the changed files. */
export function readersOf(
    items: Readonly<Record<string, ServiceItem>>,
    changedFiles: ReadonlySet<string>,
): readonly string[] {
    return sortedEntries(items)
        .filter(([, item]) => item.restartOn?.some(path => changedFiles.has(path)))
        .map(([key]) => key);
}
