import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explain } from "../../provider/errors";
import type { HostConnection } from "../../provider/items";
import { assemble } from "../../provider/shell";
import { OpenSsh } from "../../provider/ssh";
import { knownHostsText, sshConfigText, understand } from "../../provider/sshconfig";
import { ConnectionError } from "../../provider/transport";
import { connection, HOST_KEY, urn } from "./fakes";

const files = { knownHosts: "/run/x/known_hosts", controlPath: "/run/x/m" };

describe("the client's configuration", () => {
    it("trusts the host's own key and no other", () => {
        assert.equal(knownHostsText(connection), `seamount-target ${HOST_KEY}\n`);
        const config = sshConfigText(connection, files);
        for (const line of [
            "StrictHostKeyChecking yes",
            "UserKnownHostsFile /run/x/known_hosts",
            "GlobalKnownHostsFile /dev/null",
            "HostKeyAlgorithms ssh-ed25519",
            "BatchMode yes",
        ]) {
            assert.ok(config.includes(`    ${line}\n`), line);
        }
    });

    it("verifies the jump host too", () => {
        const jumping = { ...connection, jumpHost: "ops@[2001:db8::1]:2222", jumpHostKey: HOST_KEY };
        assert.match(knownHostsText(jumping), /^seamount-target .*\nseamount-jump .*\n$/);
        const [jump = "", target = ""] = sshConfigText(jumping, files).split("Host seamount-target");
        assert.match(jump, /HostName 2001:db8::1\n {4}Port 2222\n {4}User ops\n {4}HostKeyAlias seamount-jump\n/);
        assert.match(target, /ProxyJump seamount-jump\n/);
    });

    it("is one that OpenSSH takes", () => {
        const folder = mkdtempSync(join(tmpdir(), "metal-test-"));
        const path = join(folder, "config");
        const jumping = { ...connection, jumpHost: "ops@192.0.2.1", jumpHostKey: HOST_KEY, identityFile: "/a b/id" };
        execFileSync("sh", ["-c", 'cat >"$1"', "sh", path], { input: sshConfigText(jumping, files) });
        const read = execFileSync("ssh", ["-F", path, "-G", "seamount-target"]).toString();
        rmSync(folder, { recursive: true });
        assert.match(read, /^stricthostkeychecking true$/m);
        assert.match(read, /^proxyjump seamount-jump$/m);
        assert.match(read, /^identityfile \/a b\/id$/m);
        assert.match(read, /^hostkeyalgorithms ssh-ed25519$/m);
    });
});

describe("what ssh says", () => {
    const cases: [string, boolean, string, string][] = [
        [
            "ssh: connect to host 192.0.2.7 port 22: Connection timed out\r\n",
            false,
            "unreachable",
            "Connection timed out",
        ],
        [
            "ssh: Could not resolve hostname a: Name or service not known",
            false,
            "unreachable",
            "Could not resolve hostname a: Name or service not known",
        ],
        [
            "root@192.0.2.7: Permission denied (publickey,password).",
            false,
            "refused-login",
            "Permission denied (publickey,password)",
        ],
        ["Host key verification failed.", false, "wrong-host-key", "it shows another key"],
        [
            "Unable to negotiate with 192.0.2.7 port 22: no matching host key type found. Their offer: ssh-rsa",
            false,
            "wrong-host-key",
            "it has keys of other types only (ssh-rsa)",
        ],
        [
            "cp: Permission denied (os error 13)\nTimeout, server 192.0.2.7 not responding.",
            true,
            "lost",
            "Timeout, server 192.0.2.7 not responding",
        ],
        ["Setting up chrony ...", true, "lost", "it broke off"],
        ["", false, "unreachable", "no answer"],
    ];
    for (const [stderr, began, trouble, words] of cases) {
        it(`is understood: ${trouble}, ${words}`, () => {
            const verdict = understand(stderr, began);
            assert.deepEqual([verdict.trouble, verdict.words], [trouble, words]);
        });
    }

    it("gives the fingerprint that was shown", () => {
        const stderr =
            "The fingerprint for the ED25519 key sent by the remote host is\nSHA256:abc+/d.\nHost key verification failed.";
        assert.equal(understand(stderr, false).shownFingerprint, "SHA256:abc+/d");
    });

    it("becomes an error that names user, key and remedy", () => {
        const refused = new ConnectionError("refused-login", "Permission denied (publickey)");
        const words = explain(urn, { ...connection, user: "ops", identityFile: "/keys/id" }, refused);
        assert.match(words, /metal-1 \(192\.0\.2\.7\) refuses the login of ops with the key \/keys\/id/);
    });
});

describe("OpenSSH's client", () => {
    let transport: OpenSsh;
    beforeEach(() => (transport = new OpenSsh()));
    afterEach(() => transport.close());

    const outcome = (to: HostConnection) =>
        transport.run(to, assemble(["echo never"]), { timeoutSeconds: 20 }).then(
            () => assert.fail("nobody answers there"),
            (error: unknown) => error as ConnectionError,
        );

    /** A port of this machine on which nobody listens. */
    async function closedPort(): Promise<number> {
        const server = createServer();
        await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
        const address = server.address();
        await new Promise(resolve => server.close(resolve));
        return typeof address === "object" && address !== null ? address.port : 1;
    }

    it("says why a host cannot be reached", async () => {
        const error = await outcome({ address: "127.0.0.1", port: await closedPort(), hostKey: HOST_KEY });
        assert.deepEqual([error.trouble, error.reason], ["unreachable", "Connection refused"]);
        assert.equal(transport.sessions, 1);
    });

    it("keeps a private key off every disk, and leaves nothing behind", async () => {
        const folder = mkdtempSync(join(tmpdir(), "metal-test-"));
        const path = join(folder, "id");
        execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
        const privateKey = readFileSync(path, "utf8");
        rmSync(folder, { recursive: true });
        const before = new Set(ownFolders());
        await outcome({ address: "127.0.0.1", port: await closedPort(), hostKey: HOST_KEY, privateKey });
        const [made = ""] = ownFolders().filter(name => !before.has(name));
        assert.equal(statSync(made).mode & 0o777, 0o700);
        const secretLine = privateKey.split("\n")[2] ?? "";
        for (const entry of readdirSync(made, { recursive: true, withFileTypes: true })) {
            if (entry.isFile()) {
                assert.ok(!readFileSync(join(entry.parentPath, entry.name), "utf8").includes(secretLine), entry.name);
            }
        }
        transport.close();
        for (let wait = 0; wait < 100 && ownFolders().includes(made); wait += 1) {
            await new Promise(resolve => setTimeout(resolve, 50));
        }
        assert.ok(!ownFolders().includes(made));
    });

    it("says that a private key is none", async () => {
        const error = await outcome({ address: "127.0.0.1", port: 1, hostKey: HOST_KEY, privateKey: "not a key" });
        assert.deepEqual([error.trouble, /it is not a private key/.test(error.reason)], ["refused-login", true]);
    });

    function ownFolders(): string[] {
        return ["/dev/shm", tmpdir()].flatMap(parent => {
            try {
                return readdirSync(parent)
                    .filter(name => /^metal-[A-Za-z0-9]{6}$/.test(name))
                    .map(name => join(parent, name));
            } catch {
                return [];
            }
        });
    }
});
