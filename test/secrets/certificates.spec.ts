import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { SiteCertificates } from "../../components/secrets/certificates";
import { authorityScript, keyPair, serverScript } from "../../components/secrets/openssl";
import { deploy, valueOf } from "../harness";

const sh = (script: string, input = ""): string =>
    spawnSync("/bin/sh", ["-c", script], { input, encoding: "utf8" }).stdout;

describe("SiteCertificates", function () {
    this.timeout(30_000);
    const authority = sh(authorityScript("Seamount east", 3650));
    const server = sh(serverScript("a.example", 397, 1), authority);
    const key = keyPair(server).privateKey;
    const outputs = {
        "tls-authority-key-pair": { stdout: authority },
        "tls-a.example-key-pair": { stdout: server },
        "tls-b.example-key-pair": { stdout: server },
    };

    it("makes one authority and one certificate a host, with keys that stay secret", async () => {
        const hosts = ["a.example", "b.example", "a.example"];
        const { result, registered, find } = await deploy(() => new SiteCertificates("tls", { site: "east", hosts }), {
            outputs,
        });
        const commands = registered.filter(({ type }) => type === "command:local:Command").map(({ name }) => name);
        assert.deepEqual(commands.sort(), Object.keys(outputs).sort());
        const material = result.for("a.example");
        assert.equal(await pulumi.isSecret(material.privateKey), true);
        assert.equal(await pulumi.isSecret(material.certificate), false);
        assert.match(await valueOf(material.privateKey), /^-----BEGIN PRIVATE KEY-----/);
        assert.match(await valueOf(material.certificate), /^-----BEGIN CERTIFICATE-----/);
        assert.match(await valueOf(material.expires), /^\d{4}-\d\d-\d\dT/);
        assert.ok(result.caCertificate);
        assert.equal(await pulumi.isSecret(result.caCertificate), false);

        const { inputs, secrets } = find("tls-a.example-key-pair");
        assert.deepEqual(secrets, ["stdin"]);
        assert.equal(inputs.stdin, authority);
        assert.equal(inputs.logging, "none");
        assert.equal(inputs.addPreviousOutputInEnv, false);
        assert.doesNotMatch(String(inputs.create), /BEGIN/);
    });

    it("uses the site's own certificate for every host, and makes nothing", async () => {
        const given = { certificate: pulumi.secret(server), privateKey: pulumi.secret(key) };
        const { result, registered } = await deploy(
            () => new SiteCertificates("tls", { site: "east", hosts: ["a.example"], given }),
        );
        assert.equal(registered.filter(({ type }) => type.startsWith("command:")).length, 0);
        assert.equal(result.caCertificate, undefined);
        assert.equal(await valueOf(result.for("a.example").privateKey), key);
        assert.equal(await pulumi.isSecret(result.for("a.example").privateKey), true);
    });

    it("knows only the hosts that it was asked for", async () => {
        const { result } = await deploy(() => new SiteCertificates("tls", { site: "east", hosts: ["a.example"] }), {
            outputs,
        });
        assert.throws(() => result.for("b.example"), /no certificate was asked for the host "b\.example"/);
    });
});
