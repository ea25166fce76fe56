import { createHash } from "node:crypto";
import { cpus } from "node:os";
import { itemCount, items } from "./items";
import { inside, must } from "./machine";
import { type Measurement, type Measurements, report, spread } from "./table";
import type { Way } from "./way";
import { ansible } from "./ways/ansible";
import { providerSeconds } from "./ways/provider";
import { seamount } from "./ways/seamount";
import { sshPerItem } from "./ways/ssh";

/** From so many hosts on, a way that takes minutes is run once: its own spread is small beside what it takes. */
const MANY_HOSTS = 16;
/** Hosts at which plain ssh is measured as well. */
const FEW_HOSTS = 4;

/** Fresh hosts, the first of which says each connection and session in its journal. */
async function freshHosts(hosts: readonly string[]): Promise<void> {
    await must("local/bed/hosts.sh", ["down", ...hosts]);
    await must("local/bed/hosts.sh", ["up", ...hosts]);
    const speak = "echo LogLevel VERBOSE >/etc/ssh/sshd_config.d/00-speak.conf && systemctl reload ssh";
    await inside(hosts[0] ?? "", speak);
}

async function counted(host: string, pattern: string): Promise<number> {
    return Number(await inside(host, `journalctl --no-pager -o cat -t sshd | grep -c '^${pattern}' || :`));
}

async function measure(hosts: readonly string[], runs: number, run: () => Promise<unknown>): Promise<Measurement> {
    const [host = ""] = hosts;
    const seconds: number[] = [];
    let [connections, sessions] = [0, 0];
    for (let i = 0; i < runs; i += 1) {
        const before = [await counted(host, "Accepted publickey "), await counted(host, "Starting session:")];
        const start = performance.now();
        await run();
        seconds.push((performance.now() - start) / 1000);
        connections = (await counted(host, "Accepted publickey ")) - (before[0] ?? 0);
        sessions = (await counted(host, "Starting session:")) - (before[1] ?? 0);
    }
    process.stderr.write(`    ${seconds.map(value => value.toFixed(1)).join(" ")} s\n`);
    return { seconds, connections, sessions };
}

/** Throws where a host is not what the items say, by a look that knows none of the ways. */
async function prove(hosts: readonly string[], way: string): Promise<void> {
    const sums = Object.entries(items.files).map(
        ([path, { content }]) => `${createHash("sha256").update(content).digest("hex")}  ${path}`,
    );
    const values = Object.entries(items.sysfs).map(([path, value]) => `grep -qE '(^|\\[)${value}(\\]|$)' ${path}`);
    const running = Object.entries(items.services).flatMap(([name, { running }]) => (running ? [name] : []));
    const script = [
        `sha256sum --quiet -c - <<'END'\n${sums.join("\n")}\nEND`,
        ...Object.entries(items.sysctls).map(([key, value]) => `[ "$(sysctl -n ${key} | tr '\\t' ' ')" = '${value}' ]`),
        ...values,
        `systemctl --quiet is-active ${running.join(" ")}`,
    ].join("\n");
    for (const host of hosts) {
        await inside(host, `set -eu\n${script}`).catch((error: unknown) => {
            throw new Error(`${way} did not make ${host} what it should be: ${String(error)}`);
        });
    }
}

async function benchmark(hosts: readonly string[], way: Way): Promise<Measurements> {
    const runs = way.name !== "Seamount" && hosts.length >= MANY_HOSTS ? 1 : 3;
    const [drifting = ""] = hosts;
    process.stderr.write(`${hosts.length} hosts, ${way.name}: fresh hosts\n`);
    await freshHosts(hosts);
    await way.prepare(hosts);
    process.stderr.write(`${hosts.length} hosts, ${way.name}: measuring\n`);
    const first = await measure(hosts, 1, () => way.apply());
    await prove(hosts, way.name);
    const look = await measure(hosts, runs, () => way.look());
    await inside(drifting, "sysctl -qw vm.swappiness=60");
    const drift = await measure(hosts, 1, () => way.apply());
    await prove(hosts, way.name);
    return { "first application": first, "check, nothing to change": look, "one item drifted": drift };
}

async function compare(hosts: readonly string[], pythonFolder: string): Promise<string> {
    const ways = [
        seamount(),
        ansible(pythonFolder),
        ...(hosts.length <= FEW_HOSTS ? [sshPerItem(false), sshPerItem(true)] : []),
    ];
    const measured: Record<string, Measurements> = {};
    const said: string[] = [];
    try {
        for (const way of ways) {
            measured[way.name] = await benchmark(hosts, way);
            said.push(...((await way.facts?.()) ?? []));
            if (way === ways[0]) {
                const seconds: number[] = [];
                while (seconds.length < 3) seconds.push(await providerSeconds(hosts));
                said.push(`Seamount's provider alone, nothing to change: ${spread(seconds).median.toFixed(2)} s`);
            }
        }
    } finally {
        for (const way of ways) await way.clean();
    }
    const size = `${hosts.length} hosts, ${itemCount} items a host, ${cpus().length} cores`;
    return `${size}. A ratio is to Seamount.\n\n${report(measured)}\n\n${said.join("\n")}\n\n`;
}

async function main([pythonFolder = "", sizes = "", ...hosts]: readonly string[]): Promise<void> {
    for (const size of sizes.split(" ").map(Number)) {
        process.stdout.write(await compare(hosts.slice(0, size), pythonFolder));
    }
}

main(process.argv.slice(2)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
