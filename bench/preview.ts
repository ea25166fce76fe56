import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { must, root } from "./machine";
import { grow, type GrowableSite } from "./preview/grow";
import { spread } from "./table";

const RUNS = 3;
const SAMPLE_MS = 100;
const PROGRAMS = ["engine", "program", "metal"];
const TIMED = [...PROGRAMS, "ssh"];
/** What the program consists of. */
const PARTS = ["catalog", "components", "provider", "node_modules", "index.ts", "package.json", "tsconfig.json"];

interface Cost {
    readonly seconds: number;
    /** Most memory that each program had at any time, resident, in MiB. */
    readonly memoryMiB: Readonly<Record<string, number>>;
    /** Seconds of a core that each program took; `ssh` is what the provider's children took. */
    readonly coreSeconds: Readonly<Record<string, number>>;
}

/** Clock ticks a second in /proc, the same on every Linux that Node runs on. */
const TICKS = 100;

/** Processes by their parents, from /proc. */
function children(): ReadonlyMap<number, readonly number[]> {
    const found = new Map<number, number[]>();
    for (const pid of readdirSync("/proc").filter(name => /^\d+$/.test(name))) {
        const parent = Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
        found.set(parent, [...(found.get(parent) ?? []), Number(pid)]);
    }
    return found;
}

/** A file's text; empty where it is gone, as a process may be. */
function read(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch {
        return "";
    }
}

/** What a process is called in the report. */
function role(pid: number): string | undefined {
    const command = read(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
    return /^\S*\/?pulumi (preview|stack)/.test(command)
        ? "engine"
        : /@pulumi\/pulumi\/cmd\/run\b/.test(command)
          ? "program"
          : /\/provider\/(main\.ts|pulumi-resource-metal)/.test(command)
            ? "metal"
            : undefined;
}

async function measure(folder: string, env: NodeJS.ProcessEnv): Promise<Cost> {
    const memoryMiB: Record<string, number> = {};
    const coreSeconds: Record<string, number> = {};
    const start = performance.now();
    const child = spawn("pulumi", ["preview", "--stack", "prod", "--non-interactive", "--suppress-outputs"], {
        cwd: folder,
        env,
        stdio: ["ignore", "pipe", "pipe"],
    });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (chunk: string) => void said.push(chunk));
    }
    const sample = setInterval(() => {
        const below = children();
        const visit = (pid: number): void => {
            const name = role(pid);
            const peak = Number(/^VmHWM:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
            if (name !== undefined) {
                memoryMiB[name] = Math.max(memoryMiB[name] ?? 0, peak);
                const fields = read(`/proc/${pid}/stat`)
                    .replace(/^.*\) /s, "")
                    .split(" ")
                    .map(Number);
                const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
                coreSeconds[name] = Math.max(coreSeconds[name] ?? 0, (user + system) / TICKS);
                if (name === "metal") {
                    coreSeconds.ssh = Math.max(coreSeconds.ssh ?? 0, (childUser + childSystem) / TICKS);
                }
            }
            below.get(pid)?.forEach(visit);
        };
        visit(child.pid ?? 0);
    }, SAMPLE_MS);
    const code = await new Promise(resolve => child.on("close", resolve));
    clearInterval(sample);
    if (code !== 0) throw new Error(`pulumi preview ended with ${String(code)}:\n${said.join("").slice(-4000)}`);
    return { seconds: (performance.now() - start) / 1000, memoryMiB, coreSeconds };
}

async function costOf(hosts: number): Promise<readonly Cost[]> {
    const folder = mkdtempSync(join(tmpdir(), "seamount-bench-preview-"));
    try {
        const answers = join(folder, ".answers");
        for (const part of [answers, join(folder, ".backend")]) mkdirSync(part);
        for (const part of PARTS) symlinkSync(join(root, part), join(folder, part));
        const committed = parse(read(join(root, "Pulumi.prod.yaml"))) as { config: { "seamount:site": GrowableSite } };
        const config = { "seamount:site": grow(committed.config["seamount:site"], hosts) };
        writeFileSync(join(folder, "Pulumi.yaml"), read(join(root, "Pulumi.yaml")));
        writeFileSync(join(folder, "Pulumi.prod.yaml"), stringify({ config }));
        const env = {
            ...process.env,
            ANSWERS: answers,
            PATH: `${join(root, "bench/preview")}:${process.env.PATH ?? ""}`,
            PULUMI_BACKEND_URL: `file://${folder}/.backend`,
            PULUMI_CONFIG_PASSPHRASE: "bench",
        };
        await must("pulumi", ["stack", "init", "prod", "--non-interactive"], { cwd: folder, env });
        await measure(folder, env);
        const costs: Cost[] = [];
        while (costs.length < RUNS) costs.push(await measure(folder, env));
        return costs;
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

async function main(sizes: readonly number[]): Promise<void> {
    let reference: number | undefined;
    process.stdout.write(
        `${cpus().length} cores. The last column is the time a host takes as a ratio to that of the first row.\n\n` +
            `| hosts | seconds (median; min to max) | MiB: ${PROGRAMS.join(", ")} | core seconds: ${TIMED.join(", ")} | growth |\n` +
            "| --- | --- | --- | --- | --- |\n",
    );
    for (const hosts of sizes) {
        const costs = await costOf(hosts);
        const { min, median, max } = spread(costs.map(({ seconds }) => seconds));
        const memory = PROGRAMS.map(name =>
            Math.max(...costs.map(({ memoryMiB }) => memoryMiB[name] ?? 0)).toFixed(0),
        ).join(", ");
        const cores = TIMED.map(name =>
            spread(costs.map(({ coreSeconds }) => coreSeconds[name] ?? 0)).median.toFixed(1),
        );
        reference ??= median / hosts;
        const cells = [
            hosts,
            `${median.toFixed(1)} (${min.toFixed(1)} to ${max.toFixed(1)})`,
            memory,
            cores.join(", "),
        ];
        process.stdout.write(`| ${[...cells, (median / hosts / reference).toFixed(2)].join(" | ")} |\n`);
    }
}

main(process.argv.slice(2).map(Number)).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
});
