import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { encryptionConfiguration } from "../../components/cluster/hardening";
import { ApiServer } from "./hardening/apiServer";
import { Provider } from "./hardening/identityProvider";

const key = (name: string) => ({ kind: "secretbox", name, key: randomBytes(32).toString("base64") }) as const;
const [old, fresh] = [key("key-1"), key("key-2")];
const secret = "not to be found in any file";

interface AuditEvent {
    readonly level: string;
    readonly verb: string;
    readonly requestURI: string;
    readonly user: { readonly username: string };
    readonly requestObject?: unknown;
    readonly responseObject?: unknown;
}

describe("a real API server with the hardening", () => {
    const server = new ApiServer();

    const people = new Provider();

    before(async () => server.start(encryptionConfiguration([old]), await people.start()));
    after(async () => {
        await server.stop();
        await people.stop();
    });

    const events = (): readonly AuditEvent[] =>
        readFileSync(server.auditLog, "utf8")
            .trim()
            .split("\n")
            .map(line => JSON.parse(line) as AuditEvent);

    it("answers nobody without a name, except on its health", async () => {
        for (const path of ["/livez", "/readyz", "/healthz"]) assert.equal(await server.anonymous(path), 200);
        for (const path of ["/version", "/api", "/metrics", "/api/v1/namespaces/kube-public/configmaps/cluster-info"]) {
            assert.equal(await server.anonymous(path), 401, path);
        }
    });

    it("knows people by their identity provider, and lets it give nobody a name or group of Kubernetes' own", async () => {
        await server.until(
            "a token is taken",
            async () => typeof (await server.whoIs(people.token("jane", []))) !== "number",
        );
        const jane = await server.whoIs(people.token("jane", ["tuners"]));
        assert.ok(typeof jane !== "number");
        assert.deepEqual([jane.username, ...jane.groups], ["oidc:jane", "tuners", "system:authenticated"]);
        assert.equal(await server.whoIs(people.token("jane", ["tuners", "system:masters"])), 401);
        assert.equal(await server.whoIs(people.token("jane", ["tuners"], "another client")), 401);
        assert.equal(await server.whoIs(`${people.token("jane", ["tuners"]).slice(0, -8)}AAAAAAAA`), 401);
    });

    it("speaks TLS 1.2 with strong ciphers, TLS 1.3, and nothing older", async () => {
        assert.equal(await server.handshake("-tls1_3"), true);
        assert.equal(await server.handshake("-tls1_2"), true);
        assert.equal(await server.handshake("-tls1_1"), false);
        assert.equal(await server.handshake("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"), false);
    });

    it("writes secrets to etcd encrypted, and takes up a new key without a restart", async () => {
        await server.kubectl("create", "secret", "generic", "first", `--from-literal=key=${secret}`);
        assert.match(await server.stored("first"), /^k8s:enc:secretbox:v1:key-1:/);
        await server.encrypt(encryptionConfiguration([old, fresh]));
        await server.encrypt(encryptionConfiguration([fresh, old]));
        await server.until("the new key writes", async () => {
            await server.kubectl("annotate", "secret", "first", "--overwrite", `at=${Date.now()}`);
            return (await server.stored("first")).startsWith("k8s:enc:secretbox:v1:key-2:");
        });
        assert.ok(!(await server.stored("first")).includes(secret));
        const read = await server.kubectl("get", "secret", "first", "-o", "jsonpath={.data.key}");
        assert.equal(Buffer.from(read, "base64").toString(), secret);
    });

    it("holds a namespace that says nothing to the baseline, and warns of what is not restricted", async () => {
        const pod = (changes: object) =>
            JSON.stringify({
                apiVersion: "v1",
                kind: "Pod",
                metadata: { name: "a", namespace: "default" },
                spec: { automountServiceAccountToken: false, containers: [{ name: "a", image: "none" }], ...changes },
            });
        const refused = await server.create(pod({ hostPID: true }));
        assert.match(refused.stderr, /violates PodSecurity "baseline:latest": host namespaces/);
        const warned = await server.create(pod({}));
        assert.equal(warned.status, 0, warned.stderr);
        assert.match(warned.stderr, /Warning: would violate PodSecurity "restricted:latest"/);
    });

    it("refuses services that claim addresses outside", async () => {
        const spec = { ports: [{ port: 80 }], externalIPs: ["10.0.0.1"] };
        const metadata = { name: "a", namespace: "default" };
        const { stderr } = await server.create(JSON.stringify({ apiVersion: "v1", kind: "Service", metadata, spec }));
        assert.match(stderr, /External IPs/i);
    });

    it("records who changed which right and how, and of secrets and tokens no content", async () => {
        await server.kubectl("create", "role", "reader", "--verb=get", "--resource=pods");
        const token = (await server.kubectl("create", "token", "default")).trim();
        const all = events();
        const role = all.find(({ requestURI }) => requestURI.includes("/roles?"));
        assert.equal(role?.level, "Request");
        assert.match(JSON.stringify(role?.requestObject), /"verbs":\["get"\]/);
        const tokens = all.filter(({ requestURI }) => requestURI.includes("/serviceaccounts/default/token"));
        assert.deepEqual(
            tokens.map(({ level, user }) => [level, user.username]),
            [["Metadata", "admin"]],
        );
        const secrets = all.filter(({ requestURI }) => requestURI.includes("/secrets"));
        assert.ok(secrets.length > 2);
        assert.ok(secrets.every(({ requestObject, responseObject }) => !requestObject && !responseObject));
        const text = readFileSync(server.auditLog, "utf8");
        for (const hidden of [secret, Buffer.from(secret).toString("base64"), token]) assert.ok(!text.includes(hidden));
    });

    it("does not record what happens all the time", () => {
        const noise = events().filter(
            ({ requestURI, verb }) =>
                /^\/(livez|readyz|healthz|version|openapi)/.test(requestURI) ||
                (/\/(events|leases)/.test(requestURI) && verb !== "create" && verb !== "delete") ||
                (requestURI.startsWith("/apis") && requestURI.split("/").length < 4 && verb === "get"),
        );
        assert.deepEqual(
            noise.map(({ verb, requestURI }) => `${verb} ${requestURI}`),
            [],
        );
    });
});
