import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { findHostKey, normalisePublicKey, parseKnownHosts } from "../../components/site/hostkey";
import { keyOf } from "./fixture";

function hashed(name: string): string {
    const salt = Buffer.alloc(20, 7);
    const hash = createHmac("sha1", salt).update(name).digest("base64");
    return `|1|${salt.toString("base64")}|${hash}`;
}

describe("host keys", () => {
    it("lose their comment", () => {
        assert.equal(normalisePublicKey(`  ${keyOf(1)}  root@gpu-01 \n`), keyOf(1));
    });

    const wrong = [
        "",
        "ssh-ed25519",
        "ssh-ed25519 AAAA",
        keyOf(1).replace("ssh-ed25519", "ssh-rsa"),
        keyOf(1).slice(0, -4),
        `${keyOf(1)}AAAA`,
        `10.0.0.1 ${keyOf(1)}`,
        "ssh-dss AAAAB3NzaC1kc3M=",
    ];
    for (const text of wrong) {
        it(`are not ${JSON.stringify(text.slice(0, 40))} (${text.length})`, () => {
            assert.equal(normalisePublicKey(text), undefined);
        });
    }
});

describe("known_hosts", () => {
    const rsa = (() => {
        const fields = [Buffer.from("ssh-rsa"), Buffer.from([1, 0, 1]), Buffer.alloc(256, 9)];
        const body = fields.flatMap(field => [Buffer.from([0, 0, field.length >> 8, field.length & 255]), field]);
        return `ssh-rsa ${Buffer.concat(body).toString("base64")}`;
    })();
    const known = parseKnownHosts(
        [
            "# comment",
            "",
            `gpu-01,10.0.0.1 ${rsa}`,
            `GPU-01,10.0.0.1 ${keyOf(1)} comment`,
            `[10.0.0.2]:2222 ${keyOf(2)}`,
            `${hashed("10.0.0.3")} ${keyOf(3)}`,
            `${hashed("[10.0.0.3]:2222")} ${keyOf(4)}`,
            `@cert-authority *.example ${keyOf(5)}`,
            `10.0.0.6 ${keyOf(6)}`,
            `@revoked * ${keyOf(6)}`,
            "10.0.0.7 ssh-ed25519 broken",
        ].join("\r\n"),
    );

    const cases: readonly (readonly [string, number, string | undefined])[] = [
        ["10.0.0.1", 22, keyOf(1)],
        ["gpu-01", 22, keyOf(1)],
        ["10.0.0.1", 2222, undefined],
        ["10.0.0.2", 2222, keyOf(2)],
        ["10.0.0.2", 22, undefined],
        ["10.0.0.3", 22, keyOf(3)],
        ["10.0.0.3", 2222, keyOf(4)],
        ["a.example", 22, undefined],
        ["10.0.0.6", 22, undefined],
        ["10.0.0.7", 22, undefined],
        ["10.0.0.8", 22, undefined],
    ];
    for (const [name, port, key] of cases) {
        it(`${name} port ${port}: ${key === undefined ? "no key" : "its key"}`, () => {
            assert.equal(findHostKey(known, [name], port), key);
        });
    }
});
