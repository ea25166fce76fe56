import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HostItems } from "../../provider/items";
import { changeScript } from "../../provider/change";
import { differencesOf, keysOf, observeScript, readObservation } from "../../provider/script";
import type { Observation } from "../../provider/script";
import { readAnswer } from "../../provider/shell";
import { items as baseline } from "../items";
import { sshConfig } from "../machine";
import type { Way } from "../way";

const ORDER = ["packages", "files", "sysctls", "sysfs", "services"] as const;

/** The baseline cut into single items, packages before files before services. */
function singleItems(): HostItems[] {
    return ORDER.flatMap(kind => {
        const items: Readonly<Record<string, unknown>> = baseline[kind];
        return Object.entries(items).map(([key, item]) => ({ [kind]: { [key]: item } }));
    });
}

/** The text that makes an item so; a service takes up what was written for it before. */
function changeText(item: HostItems, observation: Observation): string {
    const { text } = changeScript({ urn: "bench", items: item, observation, isSecret: () => false, leaving: {} });
    const reload = Object.keys(item.services ?? {}).map(unit => `systemctl reload-or-restart ${unit}\n`);
    return [text, ...reload].join("");
}

/**
 * One ssh session an item, as one `remote.Command` an item makes: hosts at the same time, the items of a host one
 * after another as their order demands. The shell text of an item is the provider's own. The first time each item is
 * made without a look, as if it were known what fresh hosts are; later each is looked at, and a second session changes
 * what differs.
 */
export function sshPerItem(multiplexed: boolean): Way {
    const folder = mkdtempSync(join(tmpdir(), "seamount-bench-ssh-"));
    const sharing = multiplexed
        ? ["-o", "ControlMaster=auto", "-o", "ControlPersist=60", "-o", `ControlPath=${folder}/%h`]
        : ["-o", "ControlMaster=no", "-o", "ControlPath=none"];
    const items = singleItems();
    let hosts: readonly string[] = [];
    let fresh: ReadonlyMap<HostItems, Observation> | undefined;

    // The item that reloads sshd closes the door for a moment: a session that met it is begun again.
    const session = async (host: string, text: string): Promise<string> => {
        const attempt = () => ssh(["-F", sshConfig, ...sharing, host, "exec sh -s"], text);
        return attempt().catch(() => new Promise(resolve => setTimeout(resolve, 200)).then(attempt));
    };
    const observe = async (host: string, item: HostItems): Promise<Observation> => {
        const keys = keysOf(item);
        const { text, mark } = observeScript("bench", keys, {});
        return readObservation(readAnswer(await session(host, text), mark), keys);
    };
    const forEachItem = (what: (host: string, item: HostItems) => Promise<unknown>) =>
        Promise.all(
            hosts.map(async host => {
                for (const item of items) await what(host, item);
            }),
        );

    return {
        name: multiplexed ? "ssh an item, ControlMaster" : "ssh an item",
        async prepare(names) {
            const [host = ""] = (hosts = names);
            const seen: [HostItems, Observation][] = [];
            for (const item of items) seen.push([item, await observe(host, item)]);
            fresh = new Map(seen);
        },
        async apply() {
            await forEachItem(async (host, item) => {
                const seen = fresh?.get(item) ?? (await observe(host, item));
                if (differencesOf(item, seen.seen, () => false).length > 0) {
                    await session(host, changeText(item, seen));
                }
            });
            fresh = undefined;
        },
        async look() {
            await forEachItem(observe);
        },
        async clean() {
            // A connection that was never made, or is gone, cannot be ended.
            await Promise.allSettled(
                multiplexed ? hosts.map(host => ssh(["-F", sshConfig, ...sharing, "-O", "exit", host], "")) : [],
            );
            rmSync(folder, { recursive: true, force: true });
        },
    };
}

/** OpenSSH's client; what it prints. A shared connection that goes on in the background gets none of its pipes. */
function ssh(args: readonly string[], input: string): Promise<string> {
    return new Promise((resolve, reject) => {
        const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "ignore"] });
        const out: string[] = [];
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => void out.push(chunk));
        child.stdin.on("error", () => undefined);
        child.stdin.end(input);
        child.on("error", reject);
        child.on("close", code =>
            code === 0
                ? resolve(out.join(""))
                : reject(new Error(`ssh ended with ${code}:\n${out.join("").slice(-2000)}`)),
        );
    });
}
