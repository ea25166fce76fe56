import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parse } from "yaml";
import { findChart } from "../../../catalog/charts";
import { definitionsChart } from "../../../components/cluster/operators/definitions";
import { repositoryOf, siteCharts, siteImages, withSiteDigest } from "../../../components/cluster/operators/images";
import type { Site } from "../../../components/site/site";
import { operatorsSite } from "./sites";

const digest = `sha256:${"a".repeat(64)}`;

describe("images and charts of a site", () => {
    it("have what a chart comes after, before it", () => {
        const names = siteCharts(operatorsSite({ install: ["envoy-gateway", "gpu-operator"] })).map(({ name }) => name);
        assert.deepEqual(names, [
            "cilium",
            "cert-manager",
            "gateway-api",
            "envoy-gateway-crds",
            "envoy-gateway",
            "node-feature-discovery",
            "gpu-operator",
        ]);
        assert.deepEqual(siteCharts(operatorsSite({ install: [] }, { plugin: "bridge" })), []);
    });

    it("refuse an operator that nobody knows, with those that there are", () => {
        assert.throws(
            () => siteCharts(operatorsSite({ install: ["gpu-oprator"] })),
            /cluster\.operators\.install: gpu-oprator is not in the catalogue, which has cilium/,
        );
    });

    it("are those that the site runs: no driver where hosts have it, one way to RDMA", () => {
        const of = (change: Partial<Site>, rdma: "shared" | "sriov"): readonly string[] =>
            siteImages(operatorsSite({ install: ["gpu-operator", "network-operator"], rdma }, {}, change)).map(
                ({ image }) => repositoryOf(image).replace(/^.*\//, ""),
            );
        const byHost = of({}, "shared");
        assert.ok(byHost.includes("k8s-rdma-shared-dev-plugin") && !byHost.includes("multus-cni"));
        assert.ok(!byHost.includes("k8s-driver-manager") && byHost.includes("dcgm-exporter"));
        const byOperator = of({ driver: { owner: "operator", version: "580.95.05" } }, "sriov");
        assert.ok(byOperator.includes("k8s-driver-manager") && byOperator.includes("container-toolkit"));
        assert.ok(byOperator.includes("multus-cni") && !byOperator.includes("k8s-rdma-shared-dev-plugin"));
    });

    it("take a site's digest of a tag, and of no other", () => {
        const pinned = findChart("rook")?.images[0];
        assert.ok(pinned !== undefined && pinned.digest === undefined);
        const given = withSiteDigest(pinned, { [pinned.image]: digest });
        assert.deepEqual([given.image, given.digest, given.missing], [pinned.image, digest, undefined]);
        assert.equal(withSiteDigest(pinned, { "docker.io/rook/ceph:v9": digest }), pinned);
    });

    it("come once each", () => {
        const all = siteImages(operatorsSite({ install: ["gpu-operator", "nvidia-device-plugin"] }));
        assert.equal(new Set(all.map(({ image }) => image)).size, all.length);
        assert.ok(all.some(({ image }) => image.startsWith("quay.io/cilium/cilium:")));
    });

    it("read a reference with a port as one", () => {
        assert.equal(repositoryOf("mirror:5000/a/b:v1"), "mirror:5000/a/b");
        assert.equal(repositoryOf("mirror:5000/a/b"), "mirror:5000/a/b");
    });
});

describe("a chart of definitions", () => {
    const text = "kind: CustomResourceDefinition\n";
    const url = "https://example.test/crds/pools.yaml";
    const chart = findChart("gateway-api-inference-extension");
    assert.ok(chart !== undefined);
    const sum = `sha256:${createHash("sha256").update(text).digest("hex")}`;
    const one = { ...chart, definitions: [{ url, digest: sum }] };

    it("has a description and the files", () => {
        const files = definitionsChart(one, { [url]: text });
        assert.deepEqual(Object.keys(files), ["Chart.yaml", "crds/pools.yaml"]);
        assert.equal(files["crds/pools.yaml"], text);
        const about: unknown = parse(files["Chart.yaml"] ?? "");
        assert.ok(typeof about === "object" && about !== null && "version" in about && about.version === "1.6.0");
    });

    it("refuses a file that is another, or is not there", () => {
        assert.throws(() => definitionsChart(one, { [url]: `${text}#` }), /has the digest sha256:/);
        assert.throws(() => definitionsChart(one, {}), /pools\.yaml was not downloaded/);
    });
});
