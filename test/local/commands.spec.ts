import assert from "node:assert/strict";
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs a script of a copy of local/ whose bed only says what it was asked, with a state folder of its own. */
function inCopy(
    body: (run: (...words: string[]) => SpawnSyncReturns<string>, state: string, copy: string) => void,
): void {
    const copy = mkdtempSync(join(tmpdir(), "seamount-commands-"));
    try {
        cpSync("local", join(copy, "local"), { recursive: true, filter: path => !path.includes("standins") });
        for (const name of ["hosts", "kubernetes", "registry", "vms"]) {
            writeFileSync(join(copy, `local/bed/${name}.sh`), `#!/bin/sh\necho "STUB ${name} $*"\n`);
        }
        const state = join(copy, "state", "seamount");
        mkdirSync(state, { recursive: true });
        const run = (...words: string[]): SpawnSyncReturns<string> =>
            spawnSync("bash", words, {
                cwd: copy,
                encoding: "utf8",
                env: { ...process.env, XDG_STATE_HOME: join(copy, "state"), SEAMOUNT_CACHE: join(copy, "cache") },
            });
        body(run, state, copy);
    } finally {
        rmSync(copy, { recursive: true, force: true });
    }
}

describe("the commands of the local environment", () => {
    for (const argument of ["--help", "-h", "bogus"]) {
        it(`remove nothing when local:down is asked ${argument}`, () => {
            inCopy((run, state) => {
                const { status, stdout, stderr } = run("local/down.sh", argument);
                assert.equal(status, argument === "bogus" ? 2 : 0);
                assert.match(stdout + stderr, /Usage: npm run local:down/);
                assert.doesNotMatch(stdout, /STUB/);
                assert.ok(existsSync(state));
            });
        });
    }

    it("say how with-env.sh is used when it is asked nothing", () => {
        inCopy(run => {
            const { status, stderr } = run("local/with-env.sh", "--help");
            assert.equal(status, 2);
            assert.match(stderr, /Usage: local\/with-env\.sh COMMAND/);
        });
    });

    for (const words of [["bogus"], ["up"], ["node-up"], ["kill"], ["exec", "vm-1"]]) {
        it(`say how vms.sh is used when it is asked ${words.join(" ")}`, () => {
            const { status, stderr } = spawnSync("local/bed/vms.sh", words, { encoding: "utf8" });
            assert.equal(status, 2);
            assert.match(stderr, /Usage: local\/bed\/vms\.sh COMMAND/);
        });
    }

    for (const script of ["cluster", "lws", "registry"]) {
        for (const words of [["bogus"], ["build", "all"]]) {
            it(`say how ${script}.sh is used when it is asked ${words.join(" ")}`, () => {
                const { status, stderr } = spawnSync(`local/bed/${script}.sh`, words, { encoding: "utf8" });
                assert.equal(status, 2);
                assert.match(stderr, new RegExp(`Usage: local/bed/${script}\\.sh COMMAND`));
            });
        }
    }

    for (const words of [["node-up"], ["node-up", "node-2", "node-3"], ["exec-on", "node-2"]]) {
        it(`say how kubernetes.sh is used when it is asked ${words.join(" ")}`, () => {
            const { status, stderr } = spawnSync("local/bed/kubernetes.sh", words, { encoding: "utf8" });
            assert.equal(status, 2);
            assert.match(stderr, /Usage: local\/bed\/kubernetes\.sh COMMAND/);
        });
    }

    for (const name of ["node-1", "node-10", "vm-1", "node-2;id"]) {
        it(`refuse ${name} as another real node`, () => {
            const { status, stderr } = spawnSync("local/bed/kubernetes.sh", ["node-down", name], { encoding: "utf8" });
            assert.equal(status, 1);
            assert.match(stderr, /is no name of another node: node-2 to node-9 are/);
        });
    }

    it("stop the registry with everything else", () => {
        inCopy(run => {
            const { stdout } = run("local/down.sh");
            assert.match(stdout, /^STUB registry down$/m);
        });
    });

    for (const name of ["vm-0", "vm-10", "metal-1", "vm-1;id"]) {
        it(`refuse ${name} as a virtual machine`, () => {
            inCopy((run, _state, copy) => {
                cpSync("local/bed/vms.sh", join(copy, "local/bed/vms.sh"));
                const { status, stderr } = run("local/bed/vms.sh", "up", name);
                assert.equal(status, 1);
                assert.match(stderr, /is no name of a virtual machine: vm-1 to vm-9 are/);
            });
        });
    }

    it("are silent about the clock of a step that has ended", () => {
        inCopy(run => {
            const { stderr } = run("-c", ". local/progress.sh; step Title sleep 0.2");
            assert.equal(stderr, "==> Title\n");
        });
    });
});
