import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { connections, must, root } from "../machine";
import type { Way } from "../way";

interface State {
    readonly deployment: { readonly resources: readonly { readonly type: string }[] };
}

/** `pulumi up` and `pulumi preview` of a program with one `Host` a host, in a folder and backend of its own. */
export function seamount(): Way {
    const folder = mkdtempSync(join(tmpdir(), "seamount-bench-"));
    const program = join(folder, "bench/program");
    const env = { ...process.env, PULUMI_BACKEND_URL: `file://${folder}/backend`, PULUMI_CONFIG_PASSPHRASE: "bench" };
    const pulumi = (...args: string[]) => must("pulumi", [...args, "--non-interactive"], { cwd: program, env });
    let count = 0;

    return {
        name: "Seamount",
        async prepare(names) {
            count = names.length;
            mkdirSync(join(folder, "backend"));
            mkdirSync(program, { recursive: true });
            for (const part of ["components", "provider", "node_modules"]) {
                symlinkSync(join(root, part), join(folder, part));
            }
            cpSync(join(root, "bench/program"), program, { recursive: true });
            copyFileSync(join(root, "bench/items.ts"), join(folder, "bench/items.ts"));
            copyFileSync(join(root, "tsconfig.json"), join(program, "tsconfig.json"));
            writeFileSync(
                join(program, "Pulumi.bench.yaml"),
                stringify({ config: { "bench:hosts": connections(names) } }),
            );
            await pulumi("stack", "init", "bench");
        },
        async apply() {
            await pulumi("up", "--yes", "--skip-preview");
        },
        async look() {
            await pulumi("preview");
        },
        async facts() {
            const state = await pulumi("stack", "export");
            const { resources } = (JSON.parse(state) as State).deployment;
            const ofHosts = resources.filter(({ type }) => type.startsWith("metal:"));
            const bytes = ofHosts.reduce((sum, resource) => sum + JSON.stringify(resource).length, 0);
            return [
                `Seamount's state: ${ofHosts.length / count} resource and ${Math.round(bytes / count)} bytes a host`,
            ];
        },
        clean() {
            rmSync(folder, { recursive: true, force: true });
            return Promise.resolve();
        },
    };
}
