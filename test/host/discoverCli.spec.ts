import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDiscoverArguments } from "../../components/host/discoverArguments";
import { hostKey } from "./found";

describe("arguments of discover", () => {
    const read = (...words: string[]) => parseDiscoverArguments(words, "/home/me");

    it("takes ranges, and has defaults", () => {
        assert.deepEqual(read("10.20.0.[11-12]", "db-1", "db-1"), {
            hosts: ["10.20.0.11", "10.20.0.12", "db-1"],
            user: "root",
            port: 22,
            knownHostsFile: "/home/me/.ssh/known_hosts",
        });
    });

    it("takes every option", () => {
        const jump = ["--jump", "ops@10.20.255.10", "--jump-key", hostKey(1)];
        const files = ["--identity", "~/.ssh/seamount", "--known-hosts=/etc/hosts-known"];
        assert.deepEqual(read(...jump, ...files, "--user", "ops", "--port", "2222", "10.20.0.11"), {
            hosts: ["10.20.0.11"],
            user: "ops",
            port: 2222,
            jumpHost: "ops@10.20.255.10:22",
            jumpHostKey: hostKey(1),
            identityFile: "/home/me/.ssh/seamount",
            knownHostsFile: "/etc/hosts-known",
        });
    });

    it("says everything that is wrong at once", () => {
        const bad = read("--bogus", "--port", "99999", "--user=", "--jump", "x", "--trust-on-first-use", "a[1");
        const text = "problems" in bad ? bad.problems.join("\n") : "";
        for (const part of [
            "--bogus: there is no such option",
            "--user: needs a value",
            '"a[1" is not a range',
            '--port: "99999"',
            '--jump: "x"',
            "--jump and --jump-key belong together",
            "--trust-on-first-use: keys cannot be read through a jump host",
        ]) {
            assert.ok(text.includes(part), `${part} is not in:\n${text}`);
        }
        assert.deepEqual(read(), {
            problems: ["name at least one host: an address like 10.20.0.11, or a range like 10.20.0.[11-18]"],
        });
    });

    it("knows no host without a key, and does not take both ways to one", () => {
        const both = read("--trust-on-first-use", "--known-hosts", "f", "10.20.0.11");
        assert.deepEqual(both, { problems: ["--known-hosts and --trust-on-first-use: use one of them"] });
        const first = read("--trust-on-first-use", "10.20.0.11");
        assert.deepEqual(first, { hosts: ["10.20.0.11"], user: "root", port: 22 });
    });
});

describe("the command discover", () => {
    const run = (...words: string[]) =>
        spawnSync(process.execPath, ["--require", "tsx/cjs", "components/host/discoverCli.ts", ...words], {
            encoding: "utf8",
            cwd: join(__dirname, "../.."),
        });

    it("says on one line each which hosts cannot be read, and ends with 1", () => {
        const folder = mkdtempSync(join(tmpdir(), "discover-"));
        try {
            const known = join(folder, "known_hosts");
            writeFileSync(known, `[127.0.0.1]:1 ${hostKey(1)}\n`);
            const { status, stdout, stderr } = run("--known-hosts", known, "--port", "1", "127.0.0.1", "127.0.0.2");
            const lines = stderr.trim().split("\n").sort();
            assert.equal(lines.length, 2, stderr);
            assert.match(lines[0] ?? "", /^127\.0\.0\.1: Connection refused$/);
            assert.match(lines[1] ?? "", /^127\.0\.0\.2: its key is not in .*known_hosts: /);
            assert.deepEqual([status, stdout], [1, ""]);
        } finally {
            rmSync(folder, { recursive: true });
        }
    }).timeout(30_000);

    it("refuses wrong arguments with 2, and helps with 0", () => {
        const wrong = run("--bogus");
        assert.equal(wrong.status, 2);
        assert.doesNotMatch(wrong.stderr, /\n {4}at /);
        const help = run("--help");
        assert.deepEqual([help.status, help.stderr], [0, ""]);
        assert.match(help.stdout, /^Usage: npm run -s discover/);
    }).timeout(30_000);
});
