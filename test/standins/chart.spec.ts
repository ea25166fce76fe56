import { strict as assert } from "node:assert";
import { typeOf } from "../../local/standins/kubernetes/chart";
import { renderChart, templateWords } from "../../local/standins/kubernetes/helm";
import { secret } from "../../local/standins/values";

describe("stand-in for kubernetes: charts", () => {
    it("asks helm for what the released provider renders: definitions too, and no hooks", () => {
        const inputs = {
            chart: "keda",
            version: "2.20.2",
            namespace: "keda",
            repositoryOpts: { repo: "https://charts.example.test" },
            values: { replicas: 2 },
        };
        const capabilities = { version: "v1.36.3", apiVersions: ["v1", "apps/v1"] };
        assert.equal(
            templateWords(inputs, "release", capabilities).join(" "),
            "template release keda --namespace keda --version 2.20.2 --repo https://charts.example.test --include-crds " +
                "--no-hooks --kube-version v1.36.3 --api-versions v1 --api-versions apps/v1 --values -",
        );
        assert.ok(!templateWords({ chart: "x", skipCrds: true }, "x").includes("--include-crds"));
    });

    it("refuses what it cannot serve, by name", () => {
        assert.throws(
            () => templateWords({ chart: "x", postRenderer: { command: "sed" } }, "x"),
            /postRenderer of a Chart/,
        );
        assert.throws(
            () => templateWords({ chart: "x", values: { key: secret("k") } }, "x"),
            /secret inputs of a Chart/,
        );
        assert.doesNotThrow(() => templateWords({ chart: "x", devel: false }, "x"));
    });

    it("says in a sentence that there is no helm", async () => {
        const path = process.env.PATH;
        process.env.PATH = "/nonexistent";
        try {
            await assert.rejects(renderChart({ chart: "/nonexistent" }, "x"), /helm is not on the PATH/);
        } finally {
            process.env.PATH = path;
        }
    });

    it("makes type tokens as the SDK does", () => {
        assert.equal(typeOf({ apiVersion: "v1", kind: "Secret" }), "kubernetes:core/v1:Secret");
        assert.equal(typeOf({ apiVersion: "apps/v1", kind: "Deployment" }), "kubernetes:apps/v1:Deployment");
        assert.equal(
            typeOf({ apiVersion: "kueue.x-k8s.io/v1beta2", kind: "ClusterQueue" }),
            "kubernetes:kueue.x-k8s.io/v1beta2:ClusterQueue",
        );
    });
});
