import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import {
    apiServerHardening,
    certificateAlertRules,
    controllerManagerHardening,
    encryptionConfiguration,
    type EncryptionProvider,
    ENCRYPTION_FILE,
    etcdHardening,
    kubeletHardening,
    schedulerHardening,
} from "../../components/cluster/hardening";
import { cisChecks, cisTable } from "../../components/cluster/hardening/cis";
import { HARDENING_DIRECTORY } from "../../components/cluster/hardening/paths";

const key = (name: string, bytes = 32): EncryptionProvider => ({
    kind: "secretbox",
    name,
    key: Buffer.alloc(bytes, name).toString("base64"),
});

describe("hardening of the control plane", () => {
    it("names only files that are there, in a folder that is mounted", () => {
        const { extraArgs, extraVolumes, files } = apiServerHardening({ kubeletServing: true });
        const there = new Set([...Object.keys(files), ENCRYPTION_FILE]);
        const named = extraArgs.filter(({ value }) => value.startsWith(HARDENING_DIRECTORY)).map(({ value }) => value);
        assert.deepEqual(new Set(named), there);
        assert.ok(extraVolumes.some(({ mountPath, readOnly }) => mountPath === HARDENING_DIRECTORY && readOnly));
        for (const { mode } of Object.values(files)) assert.equal(mode, "0600");
    });

    it("gives no argument twice, and none that kubeadm alone may set", () => {
        const all = [
            apiServerHardening({ kubeletServing: true }),
            controllerManagerHardening(),
            schedulerHardening(),
            etcdHardening(),
        ];
        for (const { extraArgs } of all) {
            const names = extraArgs.map(({ name }) => name);
            assert.equal(new Set(names).size, names.length);
            assert.ok(!names.includes("anonymous-auth") && !names.includes("authorization-mode"));
        }
    });

    it("checks kubelets' certificates exactly where kubelets have some of the cluster's authority", () => {
        for (const kubeletServing of [true, false]) {
            const { extraArgs } = apiServerHardening({ kubeletServing });
            assert.equal(
                extraArgs.some(({ name }) => name === "kubelet-certificate-authority"),
                kubeletServing,
            );
            const kubelet = kubeletHardening({ protectKernelDefaults: true, kubeletServing });
            assert.equal(kubelet.serverTLSBootstrap, kubeletServing);
        }
    });

    it("never records the content of secrets, ConfigMaps or tokens, whatever rule comes later", () => {
        const { files } = apiServerHardening({ kubeletServing: true });
        const policy = parse(files[`${HARDENING_DIRECTORY}/audit-policy.yaml`]?.content ?? "") as {
            rules: { level: string; users?: unknown; verbs?: unknown; resources?: { resources?: string[] }[] }[];
        };
        const [first] = policy.rules;
        assert.equal(first?.level, "Metadata");
        assert.equal(first.users ?? first.verbs, undefined);
        const covered = first.resources?.flatMap(({ resources = [] }) => resources);
        for (const hidden of ["secrets", "configmaps", "serviceaccounts/token"]) assert.ok(covered?.includes(hidden));
        assert.deepEqual(policy.rules.at(-1), { level: "Metadata" });
    });
});

describe("encryption at rest", () => {
    const written = (providers: readonly EncryptionProvider[]) =>
        parse(encryptionConfiguration(providers)) as {
            resources: {
                resources: string[];
                providers: { secretbox?: { keys: { name: string; secret: string }[] } }[];
            }[];
        };

    it("writes with the first key and reads with all, and never in the clear", () => {
        const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), { minLength: 1, maxLength: 5 });
        fc.assert(
            fc.property(names, all => {
                const [secrets] = written(all.map(name => key(name))).resources;
                assert.deepEqual(secrets?.resources, ["secrets"]);
                assert.deepEqual(
                    secrets.providers.map(({ secretbox }) => secretbox?.keys[0]?.name),
                    all,
                );
            }),
        );
    });

    it("takes a key management service beside keys", () => {
        const kms = { kind: "kms", name: "hsm", endpoint: "unix:///run/kms.sock" } as const;
        assert.deepEqual(written([kms, key("old")]).resources[0]?.providers[0], {
            kms: { apiVersion: "v2", name: "hsm", endpoint: "unix:///run/kms.sock", timeout: "3s" },
        });
    });

    it("refuses none, a name twice, and keys of another length, without showing them", () => {
        assert.throws(() => encryptionConfiguration([]), /at least one/);
        assert.throws(() => encryptionConfiguration([key("a"), key("a")]), /two providers with the name "a"/);
        const short = key("b", 16);
        assert.throws(
            () => encryptionConfiguration([key("a"), short]),
            (error: Error) => /"b" is not base64 of 32 bytes/.test(error.message) && !error.message.includes("YmJi"),
        );
    });
});

describe("the list of the CIS benchmark", () => {
    it("has each check once, in order, with words of its own", () => {
        const numbers = cisChecks.map(({ number }) => number);
        assert.equal(numbers.length, 131);
        assert.deepEqual(
            numbers,
            [...new Set(numbers)].sort((a, b) => a.localeCompare(b, "en", { numeric: true })),
        );
        for (const { number, title, words } of cisChecks) assert.ok(title.length > 3 && words.length > 2, number);
    });

    it("names functions that there are", () => {
        const source = ["apiServer", "components", "kubelet", "encryption", "encryptionKeys", "authentication"]
            .concat("admission", "auditPolicy", "fileModes", "kubeletApprovals")
            .map(file => readFileSync(join(__dirname, `../../components/cluster/hardening/${file}.ts`), "utf8"))
            .concat(readFileSync(join(__dirname, "../../components/cluster/tenancy/tenancy.ts"), "utf8"))
            .join("\n");
        for (const { number, words } of cisChecks) {
            for (const [, name] of words.matchAll(/`(\w+)`/g)) {
                assert.ok(
                    name === "bridge" ||
                        source.includes(`export function ${name}`) ||
                        source.includes(`class ${name} `),
                    number,
                );
            }
        }
    });

    it("is what the documentation shows", () => {
        const page = readFileSync(join(__dirname, "../../docs/hardening.md"), "utf8");
        assert.ok(page.endsWith(`\n\n${cisTable()}\n`), "put the table of cisTable() at the end of docs/hardening.md");
    });
});

describe("alerts of certificates", () => {
    it("warn after an update should have renewed, and alarm a week before the end", () => {
        const [warning, alarm] = certificateAlertRules(60);
        assert.match(warning?.expr ?? "", / < 4579200$/);
        assert.equal(warning?.labels.severity, "warning");
        assert.match(alarm?.expr ?? "", / < 604800$/);
        assert.equal(alarm?.labels.severity, "critical");
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 300 }), days => {
                const seconds = certificateAlertRules(days).map(({ expr }) => Number(/\d+$/.exec(expr)?.[0]));
                assert.ok((seconds[0] ?? 0) >= (seconds[1] ?? 0));
            }),
        );
    });
});
