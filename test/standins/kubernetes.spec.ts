import { strict as assert } from "node:assert";
import { changesBetween } from "../../local/standins/diff";
import { selectorQuery, timeoutSeconds } from "../../local/standins/kubernetes/await";
import { diffConfig, readConfig } from "../../local/standins/kubernetes/config";
import { needsNewObject } from "../../local/standins/kubernetes/immutable";
import { accessOf } from "../../local/standins/kubernetes/kubeconfig";
import * as objects from "../../local/standins/kubernetes/objects";
import { quantity } from "../../local/standins/kubernetes/quantity";
import { decodeYaml } from "../../local/standins/kubernetes/yaml";
import { at, Properties, secret } from "../../local/standins/values";

const replicas = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: { replicas: 2 } };
const IMMUTABLE_MAPS = { configMapsAreMutable: false, secretsAreMutable: false };

function kubeconfig(server: string, name = "main"): string {
    return JSON.stringify({
        "current-context": name,
        contexts: [{ name, context: { cluster: "c", user: "u", namespace: "ns" } }],
        clusters: [{ name: "c", cluster: { server } }],
        users: [{ name: "u", user: { token: "t0ken" } }],
    });
}

function changes(inputs: Properties, live: Properties, news: Properties): readonly string[] {
    const [before, after] = [objects.toApi(inputs), objects.toApi(news)];
    const comparison = { equivalent: objects.meansTheSame, replaces: () => false };
    return [...changesBetween(objects.pruned(live, before), after, comparison).keys()];
}

describe("stand-in for kubernetes: names", () => {
    it("names an object that has no name, and keeps that name", () => {
        const first = objects.autonamed({ kind: "ConfigMap" }, undefined, "map-1a2b");
        assert.equal(at(first, "metadata", "name"), "map-1a2b");
        assert.ok(objects.isAutonamed(first));
        assert.equal(at(objects.autonamed({ kind: "ConfigMap" }, first, "map-other"), "metadata", "name"), "map-1a2b");
    });

    it("leaves a name that the user gave", () => {
        assert.deepEqual(objects.autonamed(replicas, undefined, "other"), replicas);
        assert.ok(!objects.isAutonamed(replicas));
    });

    it("reads the kind of a type token", () => {
        assert.deepEqual(objects.kindOfType("kubernetes:core/v1:NodePatch"), {
            apiVersion: "v1",
            kind: "Node",
            isPatch: true,
        });
        assert.deepEqual(objects.kindOfType("kubernetes:apps/v1:Deployment"), {
            apiVersion: "apps/v1",
            kind: "Deployment",
            isPatch: false,
        });
    });
});

describe("stand-in for kubernetes: diff", () => {
    it("sees drift in what the inputs speak of, and nothing else", () => {
        const live = { ...replicas, spec: { replicas: 5, paused: true }, status: { replicas: 5 } };
        assert.deepEqual(changes(replicas, live, replicas), ["spec.replicas"]);
    });

    it("takes no offence at values that the server writes differently or leaves out", () => {
        const limits = (cpu: string): Properties => ({
            resources: { limits: { cpu } },
            hostNetwork: false,
            env: [],
            labels: {},
        });
        assert.deepEqual(changes(limits("0.5"), { resources: { limits: { cpu: "500m" } } }, limits("0.5")), []);
        assert.deepEqual(changes(limits("0.5"), { resources: { limits: { cpu: "400m" } } }, limits("0.5")), [
            "resources.limits.cpu",
        ]);
    });

    it("compares stringData with the data it becomes", () => {
        const inputs = { apiVersion: "v1", kind: "Secret", stringData: { key: secret("value") } };
        const live = { apiVersion: "v1", kind: "Secret", data: { key: "dmFsdWU=" } };
        assert.deepEqual(changes(inputs, live, inputs), []);
        assert.deepEqual(changes(inputs, live, { ...inputs, stringData: { key: "other" } }), ["data.key"]);
    });

    it("reads quantities", () => {
        assert.deepEqual(["1Gi", "500m", "0.5", "2k", "1e3", "abc"].map(quantity), [
            2 ** 30,
            0.5,
            0.5,
            2000,
            1000,
            undefined,
        ]);
    });

    it("knows what needs a new object", () => {
        const replaced = (object: Properties, path: string, mutability = IMMUTABLE_MAPS): boolean =>
            needsNewObject(object, path.split("."), mutability);
        assert.ok(replaced(replicas, "spec.selector.matchLabels.app"));
        assert.ok(!replaced(replicas, "spec.replicas"));
        assert.ok(replaced(replicas, "metadata.name"));
        const map = { apiVersion: "v1", kind: "ConfigMap" };
        assert.ok(replaced(map, "data.key"));
        assert.ok(!replaced(map, "data.key", { ...IMMUTABLE_MAPS, configMapsAreMutable: true }));
        assert.ok(replaced({ ...map, immutable: true }, "data.key", { ...IMMUTABLE_MAPS, configMapsAreMutable: true }));
        assert.ok(replaced({ apiVersion: "v1", kind: "Service" }, "spec.clusterIP"));
        assert.ok(!replaced({ apiVersion: "v1", kind: "Service" }, "spec.clusterIPs"));
    });
});

describe("stand-in for kubernetes: state", () => {
    it("keeps stringData secret when it comes back as data", () => {
        const inputs = { stringData: { key: secret("value") } };
        const found = { apiVersion: "v1", kind: "Secret", data: { key: "dmFsdWU=" } };
        assert.deepEqual(objects.withSecrets(found, inputs)["data"], secret({ key: "dmFsdWU=" }));
    });

    it("keeps what a Secret holds secret, and drops managed fields", () => {
        const inputs = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { key: "value" } };
        const live = {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "s", managedFields: [] },
            data: { key: "dmFsdWU=" },
        };
        const state = objects.checkpoint(inputs, live, "manager");
        assert.deepEqual(state["data"], secret({ key: "dmFsdWU=" }));
        assert.equal(at(state, "metadata", "managedFields"), undefined);
        assert.deepEqual(objects.liveOf(state), { ...live, metadata: { name: "s" } });
    });
});

describe("stand-in for kubernetes: configuration", () => {
    it("replaces the provider for another cluster only", () => {
        const diff = (before: Properties, after: Properties): readonly (readonly [string, boolean])[] =>
            [...diffConfig(before, after)].map(([key, { replace }]) => [key, replace] as const);
        const [here, renamed, elsewhere] = [
            kubeconfig("https://a"),
            kubeconfig("https://a", "b"),
            kubeconfig("https://b"),
        ];
        assert.deepEqual(diff({ kubeconfig: here }, { kubeconfig: renamed }), [["kubeconfig", false]]);
        assert.deepEqual(diff({ kubeconfig: here }, { kubeconfig: elsewhere }), [["kubeconfig", true]]);
        assert.deepEqual(
            diff({ kubeconfig: here, clusterIdentifier: "x" }, { kubeconfig: elsewhere, clusterIdentifier: "x" }),
            [["kubeconfig", false]],
        );
    });

    it("reads flags as booleans, text, or from the environment", () => {
        assert.ok(readConfig({ deleteUnreachable: "true" }, {}).deleteUnreachable);
        assert.ok(readConfig({}, { PULUMI_K8S_DELETE_UNREACHABLE: "true" }).deleteUnreachable);
        assert.ok(
            !readConfig({ deleteUnreachable: false }, { PULUMI_K8S_DELETE_UNREACHABLE: "true" }).deleteUnreachable,
        );
    });

    it("finds the access of a context, and says what a kubeconfig lacks without showing it", () => {
        const access = accessOf(kubeconfig("https://a/"), "/", { context: "", cluster: "" });
        assert.deepEqual([access.server, access.namespace, access.token], ["https://a", "ns", "t0ken"]);
        assert.throws(
            () => accessOf(kubeconfig("https://a"), "/", { context: "other", cluster: "" }),
            (error: Error) => /contexts has no "other"/.test(error.message) && !error.message.includes("t0ken"),
        );
    });

    it("waits as long as the resource, its annotation, or the default says", () => {
        const annotated = { metadata: { annotations: { "pulumi.com/timeoutSeconds": "30" } } };
        assert.deepEqual(
            [timeoutSeconds(annotated, 5), timeoutSeconds(annotated, 0), timeoutSeconds({}, 0)],
            [5, 30, 600],
        );
    });

    it("writes selectors as the API takes them", () => {
        const matchExpressions: readonly Properties[] = [
            { key: "tier", operator: "In", values: ["a", "b"] },
            { key: "old", operator: "DoesNotExist" },
        ];
        assert.equal(selectorQuery({ matchLabels: { app: "x" }, matchExpressions }), "app=x,tier in (a,b),!old");
    });

    it("decodes manifests, lists included", () => {
        const text = "kind: A\n---\nkind: BList\nitems: [{kind: B}]\n---\n";
        assert.deepEqual(decodeYaml({ text, defaultNamespace: "n" }), {
            result: [
                { kind: "A", metadata: { namespace: "n" } },
                { kind: "B", metadata: { namespace: "n" } },
            ],
        });
    });
});
