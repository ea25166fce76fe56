import * as assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { COMPONENT_LABEL, SINGLE_REPLICA_ANNOTATION } from "../../components/inference/manifests";
import { rules } from "../../policy/rules";
import { ENCRYPTED_ANNOTATION, exposureEncrypted } from "../../policy/rules/exposureEncrypted";
import { hostKeyRequired } from "../../policy/rules/hostKeyRequired";
import { MODEL_SERVICE, productionReplicas, SINGLE_REPLICA_REASON } from "../../policy/rules/productionReplicas";
import { UNKNOWN, violations } from "../harness";

const SERVICE = "kubernetes:core/v1:Service";
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEC3TW/xwE92XgayxVp08E2jmWxnEIyoUqjFhdZCxjN";

describe("exposure-encrypted", () => {
    const service = (type: string | undefined, port: object, annotations = {}): Promise<string[]> =>
        violations(exposureEncrypted, SERVICE, { metadata: { annotations }, spec: { type, ports: [port] } });

    it("passes HTTPS, TLS with another protocol, and what stays inside", async () => {
        assert.deepEqual(await service("NodePort", { port: 443, name: "https", appProtocol: "https" }), []);
        assert.deepEqual(await service("LoadBalancer", { port: 443, name: "https" }), []);
        assert.deepEqual(await service("LoadBalancer", { port: 636, appProtocol: "tls" }), []);
        assert.deepEqual(await service("ClusterIP", { port: 80 }), []);
        assert.deepEqual(await service(undefined, { port: 80 }), []);
        assert.deepEqual(await service("NodePort", { port: 1 }, { [ENCRYPTED_ANNOTATION]: "WireGuard" }), []);
    });

    it("refuses plain ports that are reached from outside", async () => {
        for (const type of ["NodePort", "LoadBalancer"]) {
            assert.match((await service(type, { port: 80, name: "http" })).join(), /\["http"\].*not encrypted/);
            assert.equal((await service(type, { port: 443, name: "https", appProtocol: "http" })).length, 1);
            assert.equal((await service(type, { port: 443 })).length, 1);
        }
        assert.equal((await service("NodePort", { port: 1 }, { [ENCRYPTED_ANNOTATION]: " " })).length, 1);
        const external = { spec: { externalIPs: ["10.0.0.1"], ports: [{ port: 80 }] } };
        assert.equal((await violations(exposureEncrypted, SERVICE, external)).length, 1);
    });

    it("reports what is not known yet", async () => {
        assert.match((await service(UNKNOWN, { port: 80 })).join(), /spec\.type is not known/);
        assert.match(
            (await service("NodePort", { port: 80, appProtocol: UNKNOWN })).join(),
            /appProtocol is not known/,
        );
    });

    it("wants TLS for every host of an Ingress", async () => {
        const ingress = (spec: object): Promise<string[]> =>
            violations(exposureEncrypted, "kubernetes:networking.k8s.io/v1:Ingress", { spec });
        const rules = [{ host: "a.example.org" }, { host: "b.example.org" }];
        assert.deepEqual(await ingress({ rules, tls: [{ hosts: ["a.example.org", "b.example.org"] }] }), []);
        assert.deepEqual(await ingress({ rules, tls: [{ hosts: ["*.example.org"] }] }), []);
        assert.match((await ingress({ rules, tls: [{ hosts: ["a.example.org"] }] })).join(), /"b\.example\.org"/);
        assert.match((await ingress({ rules })).join(), /spec\.tls is empty/);
        assert.equal((await ingress({ rules: [{}], tls: [{ hosts: ["a"] }] })).length, 1);
    });

    it("wants HTTPS or TLS of every listener of a Gateway", async () => {
        const gateway = (...protocols: string[]): Promise<string[]> =>
            violations(exposureEncrypted, "kubernetes:gateway.networking.k8s.io/v1:Gateway", {
                spec: { listeners: protocols.map(protocol => ({ name: protocol, protocol })) },
            });
        assert.deepEqual(await gateway("HTTPS", "TLS"), []);
        assert.match((await gateway("HTTPS", "HTTP")).join(), /\["HTTP"\]/);
    });
});

describe("host-key-required", () => {
    const host = (connection: unknown): Promise<string[]> =>
        violations(hostKeyRequired, "metal:index:Host", { connection });

    it("passes a host, a jump host and a command with their keys", async () => {
        assert.deepEqual(await host({ address: "10.0.0.1", hostKey: KEY }), []);
        assert.deepEqual(await host({ hostKey: `${KEY} root@a`, jumpHost: "a@b:22", jumpHostKey: KEY }), []);
        const command = { connection: { host: "a", hostKey: KEY, proxy: { host: "b", hostKey: KEY } } };
        assert.deepEqual(await violations(hostKeyRequired, "command:remote:Command", command), []);
        assert.deepEqual(await violations(hostKeyRequired, "command:local:Command", {}), []);
    });

    it("refuses a missing or malformed key, without quoting what is there", async () => {
        for (const hostKey of [undefined, "", "s3cret", "ssh-ed25519", "ssh-ed25519 hello"]) {
            const found = await host({ hostKey, privateKey: "s3cret" });
            assert.match(found.join(), /^connection\.hostKey is/);
            assert.doesNotMatch(found.join(), /s3cret/);
        }
        assert.match((await host(undefined)).join(), /hostKey is missing/);
        assert.match((await host({ hostKey: KEY, jumpHost: "a@b:22" })).join(), /jumpHostKey is missing/);
        for (const type of ["Command", "CopyToRemote", "CopyFile"]) {
            const props = { connection: { host: "a", hostKey: KEY, proxy: { host: "b" } } };
            const found = await violations(hostKeyRequired, `command:remote:${type}`, props);
            assert.match(found.join(), /connection\.proxy\.hostKey is missing/);
        }
    });

    it("reports a key that is not known yet", async () => {
        assert.match((await host({ hostKey: UNKNOWN })).join(), /connection\.hostKey is not known/);
    });
});

describe("production-replicas", () => {
    const model = (spec: object, annotations = {}, labels: object = COMPONENT_LABEL): Promise<string[]> =>
        violations(productionReplicas, "kubernetes:apps/v1:Deployment", { metadata: { labels, annotations }, spec });

    it("passes two replicas, a written exception, and other workloads", async () => {
        assert.deepEqual(await model({ replicas: 2 }), []);
        assert.deepEqual(await model({ replicas: 1 }, { [SINGLE_REPLICA_ANNOTATION]: "one GPU host until March" }), []);
        assert.deepEqual(await model({ replicas: 1 }, {}, { "app.kubernetes.io/component": "proxy" }), []);
    });

    it("refuses one replica, none, and an empty reason", async () => {
        assert.match((await model({ replicas: 1 })).join(), /replicas is 1; a model service needs at least 2/);
        assert.equal((await model({})).length, 1);
        assert.equal((await model({ replicas: 0 }, { [SINGLE_REPLICA_ANNOTATION]: "x" })).length, 1);
        assert.equal((await model({ replicas: 1 }, { [SINGLE_REPLICA_ANNOTATION]: "  " })).length, 1);
    });

    it("takes the minimum from the environment", async () => {
        const props = { metadata: { labels: COMPONENT_LABEL }, spec: { replicas: 2 } };
        const config = { minimumReplicas: 3 };
        assert.equal((await violations(productionReplicas, "kubernetes:apps/v1:Deployment", props, config)).length, 1);
    });

    it("knows model services by what the component writes", () => {
        assert.equal(COMPONENT_LABEL[MODEL_SERVICE.label], MODEL_SERVICE.value);
        assert.equal(SINGLE_REPLICA_ANNOTATION, SINGLE_REPLICA_REASON);
    });
});

describe("the pack", () => {
    const folder = join(__dirname, "../../policy");

    it("gives every rule a file, a control it answers to, and a way out", () => {
        const files = readdirSync(join(folder, "rules")).filter(file => file !== "index.ts");
        assert.equal(files.length, rules.length);
        for (const { name, framework, remediationSteps, severity, description } of rules) {
            assert.ok(framework?.reference && framework.specification, name);
            assert.ok(remediationSteps && severity && description, name);
            const file = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
            assert.ok(files.includes(`${file}.ts`), name);
        }
    });

    it("has a level for every environment, and names only rules that exist", () => {
        const known = new Set(["all", ...rules.map(({ name }) => name)]);
        for (const [environment, level] of [
            ["local", "advisory"],
            ["staging", "mandatory"],
            ["prod", "mandatory"],
        ] as const) {
            const config = JSON.parse(readFileSync(join(folder, `${environment}.json`), "utf8")) as Record<
                string,
                unknown
            >;
            assert.equal(config.all, level, environment);
            assert.deepEqual(
                Object.keys(config).filter(key => !known.has(key)),
                [],
                environment,
            );
        }
        const prod = readFileSync(join(folder, "prod.json"), "utf8");
        assert.doesNotMatch(prod, /advisory|disabled/);
    });
});
