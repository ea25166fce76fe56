import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { findChart } from "../../../catalog/charts";
import { namespaceOf, Operator } from "../../../components/cluster/operators/operator";
import { NetworkPlugin, Operators } from "../../../components/cluster/operators/operators";
import { deploy, type Registered } from "../../harness";
import { operatorsSite } from "./sites";

const CHART = "kubernetes:helm.sh/v4:Chart";
const kubeconfig = pulumi.secret("kubeconfig");
const charts = "oci://mirror.example/charts";
const names = (all: readonly Registered[], type: string): readonly string[] =>
    all.filter(each => each.type === type).map(({ name }) => name);

describe("operators of a site", () => {
    const site = operatorsSite({ install: ["envoy-gateway", "kueue"], charts });

    it("are a namespace, a chart from the site's registry, and their custom resources", async () => {
        const { find, registered } = await deploy(() => new Operators("site", { site, kubeconfig }));
        assert.deepEqual([...names(registered, CHART)].sort(), [
            "site-cert-manager",
            "site-envoy-gateway",
            "site-envoy-gateway-crds",
            "site-gateway-api",
            "site-kueue",
        ]);
        const { chart, version, namespace, values } = find("site-kueue", CHART).inputs;
        assert.deepEqual([chart, version, namespace], [`${charts}/kueue`, "0.19.2", "kueue-system"]);
        assert.ok(typeof values === "object");
        const labels = (find("site-kueue-namespace").inputs.metadata as { labels: Record<string, string> }).labels;
        assert.equal(labels["pod-security.kubernetes.io/enforce"], "restricted");
        assert.ok(find("site-kueue-ClusterQueue-serving"));
        assert.ok(!registered.some(({ name }) => name === "site-gateway-api-namespace"));
    });

    it("say what they are even where their charts are not rendered: in a preview that sees no cluster", async () => {
        const run = (): Operators => new Operators("site", { site, kubeconfig, visible: false });
        const { find, registered } = await deploy(run, { preview: true });
        assert.deepEqual(names(registered, CHART), []);
        const { operator, version, digest, licence } = find("site-kueue", "seamount:cluster:Operator").inputs;
        assert.deepEqual([operator, version, licence], ["kueue", "0.19.2", "Apache-2.0"]);
        assert.match(String(digest), /^sha256:[0-9a-f]{64}$/);
    });

    it("give cert-manager the site's authority, its key a secret", async () => {
        const authority = { certificate: "CERTIFICATE", privateKey: pulumi.secret("KEY") };
        const { find } = await deploy(() => new Operators("site", { site, kubeconfig, authority }));
        const { inputs, secrets } = find("site-authority");
        assert.equal(inputs.type, "kubernetes.io/tls");
        assert.ok(
            secrets.some(path => path.startsWith("stringData")),
            secrets.join(),
        );
        assert.deepEqual(find("site-ClusterIssuer-seamount").inputs.spec, { ca: { secretName: "seamount-authority" } });
    });

    it("are refused where the site's folder of charts has none of them", async () => {
        const empty = operatorsSite({ install: ["keda"], charts: "/nonexistent" });
        await assert.rejects(
            deploy(() => new Operators("site", { site: empty, kubeconfig })),
            /cluster\.operators\.charts: \/nonexistent\/keda-2\.20\.2\.tgz does not exist/,
        );
    });

    it("that have no chart are objects alone", async () => {
        const chart = findChart("ascend-device-plugin");
        assert.ok(chart !== undefined);
        const { registered, find } = await deploy(() => new Operator("ascend", { site, chart, kubeconfig }));
        assert.deepEqual(names(registered, CHART), []);
        const { spec } = find("ascend-DaemonSet-ascend-device-plugin").inputs as { spec: object };
        assert.match(JSON.stringify(spec), /ascend-k8sdeviceplugin:v26\.0\.0/);
        assert.equal(namespaceOf(chart).metadata.labels["pod-security.kubernetes.io/enforce"], "privileged");
    });
});

describe("the network of a cluster", () => {
    it("is Cilium, with a key of its own where IPsec encrypts", async () => {
        const site = operatorsSite({ charts }, { encryption: "ipsec" });
        const { find, registered } = await deploy(() => new NetworkPlugin("network", { site, kubeconfig }), {
            outputs: { "network-ipsec-key": { hex: "00".repeat(20) } },
        });
        assert.deepEqual(names(registered, CHART), ["network-cilium"]);
        const { inputs, secrets } = find("network-ipsec-keys");
        assert.deepEqual(inputs.stringData, { keys: `3+ rfc4106(gcm(aes)) ${"00".repeat(20)} 128` });
        assert.ok(secrets.length > 0, "the key is no secret");
    });

    it("is the hosts' where it is bridge", async () => {
        const site = operatorsSite({}, { plugin: "bridge", encryption: "none" });
        const { registered } = await deploy(() => new NetworkPlugin("network", { site, kubeconfig }));
        assert.deepEqual(
            registered.map(({ type }) => type),
            ["seamount:cluster:NetworkPlugin"],
        );
    });
});
