import { strict as assert } from "node:assert";
import { environmentOf, isShown } from "../../local/standins/command/commands";
import { lineSplitter, runProcess } from "../../local/standins/command/process";
import { neverConnected, sshFiles } from "../../local/standins/command/ssh";

const connection = { host: "10.88.0.11", user: "admin", hostKey: "ssh-ed25519 AAAAKEY host", privateKey: "PEM\r\n" };

describe("stand-in for command: SSH", () => {
    it("verifies the host by the one key given, and uses the one key given", () => {
        const { files } = sshFiles(connection, "/tmp/x");
        const [config, known, key] = files.map(file => file.content);
        assert.match(config ?? "", /StrictHostKeyChecking yes/);
        assert.match(config ?? "", /HostKeyAlgorithms ssh-ed25519\n/);
        assert.match(config ?? "", /IdentitiesOnly yes/);
        assert.equal(known, "target ssh-ed25519 AAAAKEY\n");
        assert.equal(key, "PEM\n");
    });

    it("reaches the host over its proxy, which is verified as well", () => {
        const proxy = { host: "bastion", hostKey: "ssh-ed25519 BBBB", privateKey: "OTHER" };
        const { files } = sshFiles({ ...connection, proxy }, "/tmp/x");
        assert.deepEqual(
            files.map(file => file.name),
            ["config", "target.known", "target.key", "proxy.known", "proxy.key"],
        );
        assert.match(files[0]?.content ?? "", /ProxyCommand ssh -F \/tmp\/x\/config -W %h:%p proxy/);
    });

    it("refuses a connection without a host key, and values that would add options", () => {
        assert.throws(
            () => sshFiles({ ...connection, hostKey: "" }, "/tmp/x"),
            /connection.hostKey: missing for 10.88.0.11/,
        );
        assert.throws(() => sshFiles({ ...connection, host: "h\nProxyCommand rm" }, "/tmp/x"), /connection.host: /);
        assert.throws(() => sshFiles({ ...connection, password: "p" }, "/tmp/x"), /connection.password: not part/);
    });

    it("never shows a key in a refusal", () => {
        try {
            sshFiles({ ...connection, hostKey: "", privateKey: "TOPSECRET" }, "/tmp/x");
            assert.fail("accepted");
        } catch (error) {
            assert.ok(error instanceof Error && !error.message.includes("TOPSECRET"));
        }
    });

    it("dials again only when no session began", () => {
        assert.ok(neverConnected(255, "ssh: connect to host x port 22: Connection refused"));
        assert.ok(!neverConnected(255, "Host key verification failed."));
        assert.ok(!neverConnected(1, "ssh: connect to host x port 22: Connection refused"));
    });
});

describe("stand-in for command: processes", () => {
    const cancelled = new AbortController().signal;

    it("gives what a process printed and how it ended", async () => {
        const script = "cat; echo err >&2; echo $NAME; exit 3";
        const arguments_ = ["-c", script];
        const lines: string[] = [];
        const outcome = await runProcess({
            file: "/bin/sh",
            arguments: arguments_,
            stdin: "in\n",
            environment: { NAME: "value" },
            onLine: (stream, line) => lines.push(`${stream}:${line}`),
            cancelled,
        });
        assert.deepEqual([outcome.exitCode, outcome.stdout, outcome.stderr], [3, "in\nvalue\n", "err\n"]);
        assert.deepEqual(lines.sort(), ["stderr:err", "stdout:in", "stdout:value"]);
    });

    it("ends a process, and what it started, when the user cancels", async () => {
        const cancellation = new AbortController();
        setTimeout(() => cancellation.abort(), 100);
        const started = Date.now();
        const outcome = await runProcess({
            file: "/bin/sh",
            arguments: ["-c", "sleep 20 & wait"],
            cancelled: cancellation.signal,
        });
        assert.equal(outcome.signal, "SIGTERM");
        assert.ok(Date.now() - started < 10_000);
    });

    it("cuts lines wherever the pieces end", () => {
        const lines: string[] = [];
        const splitter = lineSplitter(line => lines.push(line));
        ["a", "b\nc", "\n", "d"].forEach(piece => splitter.push(piece));
        splitter.end();
        assert.deepEqual(lines, ["ab", "c", "d"]);
    });

    it("carries the last output along, unless told otherwise", () => {
        const last = { stdout: "before", stderr: "" };
        assert.deepEqual(environmentOf({ environment: { A: "1" } }, last), { A: "1", PULUMI_COMMAND_STDOUT: "before" });
        assert.deepEqual(environmentOf({ addPreviousOutputInEnv: false }, last), {});
    });

    it("shows the streams that logging names", () => {
        assert.deepEqual(
            [undefined, "stdoutAndStderr", "stderr", "none"].map(logging => isShown(logging, "stdout")),
            [true, true, false, false],
        );
    });
});
