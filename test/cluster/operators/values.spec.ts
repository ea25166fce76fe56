import assert from "node:assert/strict";
import { chartNames, charts } from "../../../catalog/charts";
import { operatorImages } from "../../../components/cluster/operators/reference";
import { chartSource } from "../../../components/cluster/operators/source";
import { chartValues, merged } from "../../../components/cluster/operators/values";
import { endpointParts } from "../../../components/cluster/operators/values/cilium";
import { envoyGateway } from "../../inference/gateway-fixtures";
import { kubeadm, operatorsSite } from "./sites";

const everything = operatorsSite({ install: [...chartNames] }, {}, { gateway: envoyGateway });

describe("values of charts", () => {
    it("name every image of the catalogue that a chart runs, by its digest", () => {
        for (const chart of Object.values(charts)) {
            if (chart.packaging !== "chart" || ["gpu-operator", "network-operator"].includes(chart.name)) {
                continue;
            }
            const text = JSON.stringify(chartValues(everything, chart.name));
            for (const { image, digest } of chart.images) {
                const { name, tag, sha } = operatorImages(
                    everything,
                    chart.name,
                )(image.replace(/:[^:]*$/, "").replace(/^.*\//, ""));
                const operator = name.replace(/-generic$/, "");
                assert.ok(text.includes(operator), `${chart.name} does not name ${image}`);
                assert.ok(text.includes(tag.replace(/-distroless$/, "")), `${chart.name}: ${image}`);
                assert.ok(digest === undefined || text.includes(sha), `${chart.name} does not pin ${image}`);
            }
        }
    });

    it("lead Cilium to the API server without a service network, and encrypt between nodes", () => {
        const values = chartValues(everything, "cilium");
        assert.deepEqual(
            [values.kubeProxyReplacement, values.k8sServiceHost, values.k8sServicePort],
            ["true", "10.0.0.10", "6443"],
        );
        assert.deepEqual(values.encryption, { enabled: true, type: "wireguard" });
        assert.deepEqual(values.hubble, {
            enabled: false,
            tls: { enabled: true, auto: { enabled: true, method: "cronJob" } },
        });
        const ipsec = chartValues(operatorsSite({}, { encryption: "ipsec" }), "cilium");
        assert.deepEqual(ipsec.encryption, {
            enabled: true,
            type: "ipsec",
            ipsec: { secretName: "cilium-ipsec-keys" },
        });
        assert.deepEqual(chartValues(operatorsSite({}, { encryption: "none" }), "cilium").encryption, {
            enabled: false,
        });
    });

    it("read an endpoint of either family of addresses", () => {
        assert.deepEqual(endpointParts("api.example:6443"), { host: "api.example", port: "6443" });
        assert.deepEqual(endpointParts("[fd00::1]:443"), { host: "fd00::1", port: "443" });
    });

    it("run one of everything but in production", () => {
        const replicas = (environment: "production" | "staging"): unknown =>
            chartValues({ ...everything, environment }, "cert-manager").replicaCount;
        assert.deepEqual([replicas("production"), replicas("staging")], [2, 1]);
    });

    it("ask for monitors only where Prometheus' definitions are", () => {
        const of = (install: readonly string[]): unknown =>
            chartValues(operatorsSite({ install }), "external-secrets").serviceMonitor;
        assert.deepEqual(of(["external-secrets"]), { enabled: false });
        assert.deepEqual(of(["external-secrets", "kube-prometheus-stack"]), { enabled: true });
    });

    it("let Kueue start without LeaderWorkerSets, and count GPUs alone", () => {
        const text = (install: readonly string[]): string =>
            JSON.stringify(chartValues(operatorsSite({ install }), "kueue"));
        assert.doesNotMatch(text(["kueue"]), /leaderworkerset/);
        assert.match(text(["kueue", "lws"]), /leaderworkerset\.x-k8s\.io\/leaderworkerset/);
        assert.match(text(["kueue"]), /excludeResourcePrefixes/);
    });

    it("give way to the site's, key by key", () => {
        const site = operatorsSite({ install: ["loki"], values: { loki: { singleBinary: { replicas: 3 } } } });
        const values = chartValues(site, "loki");
        assert.deepEqual(values.singleBinary, { replicas: 3 });
        assert.equal(values.deploymentMode, "Monolithic");
        assert.deepEqual(merged({ a: [1, 2], b: { c: 1 } }, { a: [3], b: { d: undefined } }), {
            a: [3],
            b: { c: 1, d: undefined },
        });
    });

    it("take the site's digest of an image", () => {
        const digest = `sha256:${"b".repeat(64)}`;
        const { cluster } = operatorsSite({ install: ["lws"] });
        const site = {
            ...everything,
            cluster: {
                ...cluster,
                kubeadm: { ...kubeadm, imageDigests: { "registry.k8s.io/lws/lws:v0.8.0": digest } },
            },
        };
        assert.ok(JSON.stringify(chartValues(site, "lws")).includes(`v0.8.0@${digest}`));
    });
});

describe("where charts are from", () => {
    const of = (name: string, at?: string): object => {
        const chart = charts[name];
        assert.ok(chart !== undefined);
        return chartSource(operatorsSite({ install: [name], charts: at }), chart);
    };

    it("is their own repository, the site's registry, or its folder", () => {
        assert.deepEqual(of("keda"), {
            chart: "keda",
            version: "2.20.2",
            repo: "https://kedacore.github.io/charts",
        });
        assert.deepEqual(of("lws"), { chart: "oci://registry.k8s.io/lws/charts/lws", version: "0.8.0" });
        assert.deepEqual(of("amd-device-plugin", "oci://mirror.example:5000/charts/"), {
            chart: "oci://mirror.example:5000/charts/amd-gpu",
            version: "0.21.0",
        });
        assert.deepEqual(of("keda", "/srv/charts"), { chart: "/srv/charts/keda-2.20.2.tgz" });
    });
});
