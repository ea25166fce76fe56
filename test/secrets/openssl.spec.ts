import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import {
    authorityScript,
    checkCertificate,
    checkPrivateKey,
    expiry,
    expiryWarning,
    keyPair,
    serverScript,
    subjectAltName,
} from "../../components/secrets/openssl";

/** Runs a script as `local.Command` does. Node's own pipes are sockets, which is the harder case. */
function run(script: string, input = ""): string {
    const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", script], { input, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout;
}

describe("the certificate scripts", function () {
    this.timeout(60_000);
    const authorityText = run(authorityScript("Seamount test", 3650));
    const authority = keyPair(authorityText);
    let folder = "";

    before(() => {
        folder = mkdtempSync(join(tmpdir(), "seamount-certificates-"));
    });
    after(() => rmSync(folder, { recursive: true }));

    function verify(certificate: string, ...options: string[]): { ok: boolean; text: string } {
        writeFileSync(join(folder, "ca.pem"), authority.certificate);
        writeFileSync(join(folder, "server.pem"), certificate);
        const args = ["verify", "-x509_strict", "-purpose", "sslserver", ...options];
        const { status, stdout, stderr } = spawnSync(
            "openssl",
            [...args, "-CAfile", join(folder, "ca.pem"), join(folder, "server.pem")],
            { encoding: "utf8" },
        );
        return { ok: status === 0, text: stdout + stderr };
    }

    it("make an authority that may sign servers and nothing below itself", () => {
        const ca = new X509Certificate(authority.certificate);
        assert.equal(ca.ca, true);
        assert.equal(ca.subject, "CN=Seamount test");
        assert.equal(ca.publicKey.asymmetricKeyDetails?.namedCurve, "secp384r1");
        assert.ok(ca.verify(ca.publicKey));
    });

    it("make a server's certificate for an address that openssl verifies strictly", () => {
        const server = keyPair(run(serverScript("10.88.1.11", 397, 1), authorityText));
        assert.deepEqual(verify(server.certificate, "-verify_ip", "10.88.1.11"), {
            ok: true,
            text: `${join(folder, "server.pem")}: OK\n`,
        });
        assert.equal(verify(server.certificate, "-verify_ip", "10.88.1.12").ok, false);
    });

    it("make one for a name, also a longer one than a common name may be", () => {
        for (const host of ["models.example.org", `${"a".repeat(60)}.${"b".repeat(60)}.example.org`]) {
            const server = keyPair(run(serverScript(host, 397, 1), authorityText));
            assert.ok(verify(server.certificate, "-verify_hostname", host).ok);
            assert.ok(!verify(server.certificate, "-verify_hostname", "other.example.org").ok);
        }
    });

    it("make one for an IPv6 address", () => {
        for (const host of ["fd00::1", "::1"]) {
            const server = keyPair(run(serverScript(host, 397, 1), authorityText));
            assert.ok(verify(server.certificate, "-verify_ip", host).ok);
        }
    });

    it("print the key that belongs to the certificate, and a new one each time", () => {
        const first = keyPair(run(serverScript("a.example", 10, 1), authorityText));
        const second = keyPair(run(serverScript("a.example", 10, 1), authorityText));
        const matches = ({ certificate, privateKey }: typeof first): string => {
            writeFileSync(join(folder, "certificate.pem"), certificate);
            const public1 = spawnSync("openssl", ["pkey", "-pubout"], { input: privateKey, encoding: "utf8" }).stdout;
            const public2 = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "pem" });
            assert.equal(public1, public2);
            return public1;
        };
        assert.notEqual(matches(first), matches(second));
        const serials = [first, second].map(pair => new X509Certificate(pair.certificate).serialNumber);
        assert.notEqual(serials[0], serials[1]);
    });

    it("say when a certificate ends", () => {
        const days = (Date.parse(expiry(authority.certificate)) - Date.now()) / 86_400_000;
        assert.ok(Math.abs(days - 3650) < 1, String(days));
    });

    it("make certificates that a site could also bring itself, for that host alone", () => {
        const { certificate } = keyPair(run(serverScript("a.example", 10, 1), authorityText));
        checkCertificate(certificate, ["a.example"]);
        const others = ["b.example", "10.0.0.1"];
        assert.throws(
            () => checkCertificate(certificate, ["a.example", ...others]),
            /b\.example, 10\.0\.0\.1.*DNS:a\.ex/,
        );
        assert.throws(() => checkCertificate("-----BEGIN", ["a.example"]), /seamount:tlsCertificate is not/);
        const address = keyPair(run(serverScript("fd00::1", 10, 1), authorityText));
        checkCertificate(address.certificate, ["fd00::1"]);
    });

    it("tell a key that belongs to a certificate from one that does not, and never quote it", () => {
        const [first, second] = [1, 2].map(() => keyPair(run(serverScript("a.example", 10, 1), authorityText)));
        assert.ok(first && second);
        checkPrivateKey(first.privateKey, first.certificate);
        for (const [key, said] of [
            [second.privateKey, /tlsPrivateKey is not the key of seamount:tlsCertificate/],
            ["s3cret", /tlsPrivateKey is not an unencrypted private key in PEM/],
        ] as const) {
            assert.throws(
                () => checkPrivateKey(key, first.certificate),
                (error: Error) => said.test(error.message) && !error.message.includes(key.trim().slice(0, 20)),
            );
        }
    });

    it("leave no file behind, and put no key into an argument or the environment", () => {
        const [scratch, spy] = ["scratch-", "spy-"].map(prefix => mkdtempSync(join(folder, prefix)));
        assert.ok(scratch && spy);
        // Stands before the real openssl, and writes down how it was called.
        const real = spawnSync("/bin/sh", ["-c", "command -v openssl"], { encoding: "utf8" }).stdout.trim();
        const wrapper = `#!/bin/sh\n{ echo "call: $*"; env; } >"${spy}/call.$$"\nexec ${real} "$@"\n`;
        writeFileSync(join(spy, "openssl"), wrapper, { mode: 0o755 });
        const env = { PATH: `${spy}:${process.env.PATH}`, TMPDIR: scratch };
        const script = serverScript("a.example", 10, 1);
        const ran = spawnSync("/bin/sh", ["-c", script], { input: authorityText, cwd: scratch, env, encoding: "utf8" });
        assert.equal(ran.status, 0, ran.stderr);

        const calls = readdirSync(spy).filter(file => file.startsWith("call."));
        assert.equal(calls.length, 5);
        const text = calls.map(file => readFileSync(join(spy, file), "utf8")).join();
        for (const { privateKey } of [authority, keyPair(ran.stdout)]) {
            const [, line = ""] = privateKey.split("\n");
            assert.ok(line.length > 40 && !text.includes(line), "openssl was given a private key in the open");
        }
        assert.deepEqual(readdirSync(scratch), []);
    });

    it("fail where the standard input holds no authority", () => {
        const { status, stdout } = spawnSync("/bin/sh", ["-c", serverScript("a.example", 10, 1)], { input: "nothing" });
        assert.notEqual(status, 0);
        assert.equal(stdout.toString(), "");
    });

    it("keep the authority's text, whose change would make a new authority on every site", () => {
        const digest = createHash("sha256").update(authorityScript("Seamount test", 3650)).digest("hex");
        assert.equal(digest.slice(0, 16), "5d021ed9de4c04b9");
    });
});

describe("expiryWarning", () => {
    const now = Date.parse("2026-01-01T00:00:00Z");
    const warning = (expires: string): string | undefined => expiryWarning(expires, "a.example", "renew it", now);

    it("speaks up in the last 30 days, and after the end", () => {
        assert.equal(warning("2026-02-01T00:00:00.000Z"), undefined);
        assert.match(warning("2026-01-11T00:00:00.000Z") ?? "", /a\.example ends in 10 days.*2026-01-11.*renew it/);
        assert.match(warning("2025-12-31T00:00:00.000Z") ?? "", /a\.example has ended.*2025-12-31.*renew it/);
    });
});

describe("subjectAltName", () => {
    it("takes names and addresses", () => {
        assert.equal(subjectAltName("10.0.0.1"), "IP:10.0.0.1");
        assert.equal(subjectAltName("fd00::1"), "IP:fd00::1");
        assert.equal(subjectAltName("models.example.org"), "DNS:models.example.org");
    });

    it("never lets through what a shell or OpenSSL would read as more than a name", () => {
        fc.assert(
            fc.property(fc.string({ unit: "binary" }), text => {
                try {
                    assert.match(subjectAltName(text), /^(DNS|IP):[A-Za-z0-9.:%-]+$/);
                } catch (error) {
                    assert.match(String(error), /neither a DNS name nor an address/);
                }
            }),
        );
    });

    it("refuses a name that would end the script's text", () => {
        assert.throws(() => serverScript("a\nEND\nrm -rf /", 1, 1), /neither|cannot name/);
        assert.throws(() => authorityScript("x'; id; '", 1), /cannot name a certificate/);
        assert.throws(() => authorityScript("x", 0), /1 to 36500 whole days/);
    });
});
