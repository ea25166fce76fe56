import assert from "node:assert/strict";
import { chartNames, charts, findChart } from "../../catalog/charts";
import { kubernetesImages, kubernetesVersions } from "../../catalog/kubernetes-images";
import type { ImagePin } from "../../catalog/artifact-types";

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const REFERENCE =
    /^(?<registry>[a-z0-9.-]+\.[a-z]+)\/(?<path>[a-z0-9._/-]+):(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})$/;

const list = chartNames.map(name => charts[name]).filter(chart => chart !== undefined);
const images: readonly ImagePin[] = [
    ...list.flatMap(chart => chart.images),
    ...kubernetesVersions.flatMap(version => kubernetesImages(version)),
];

describe("the catalogue's charts and images", () => {
    it("say where they are from, under which licence and version", () => {
        for (const chart of list) {
            assert.match(chart.repository, /^(https|oci):\/\/[a-z0-9.-]+\/?/, chart.name);
            assert.match(chart.version, /^v?\d+\.\d+\.\d+$/, chart.name);
        }
        for (const { licence, source } of [...list, ...images]) {
            assert.match(licence, /^[A-Za-z0-9.-]+$/);
            assert.ok(source.where.length > 20, source.where);
            assert.match(source.date, /^\d{4}-\d{2}(-\d{2})?$/);
        }
    });

    it("have digests that are digests, or a reason why there is none, never both", () => {
        const digests = [...list.flatMap(({ digest, manifestDigest }) => [digest, manifestDigest])];
        for (const digest of [...digests, ...images.map(({ digest }) => digest)]) {
            assert.ok(digest === undefined || DIGEST.test(digest), digest);
        }
        for (const image of images) {
            assert.notEqual(image.digest === undefined, image.missing === undefined, image.image);
        }
        for (const chart of list.filter(({ packaging }) => packaging === "chart")) {
            const has = (chart.digest ?? chart.manifestDigest) !== undefined;
            assert.notEqual(has, chart.missing !== undefined, chart.name);
        }
        for (const chart of list.filter(({ packaging }) => packaging === "definitions")) {
            assert.ok((chart.definitions ?? []).length > 0, chart.name);
            for (const { url, digest } of chart.definitions ?? []) {
                assert.match(url, /^https:\/\/raw\.githubusercontent\.com\/[\w-]+\/[\w-]+\/[0-9a-f]{40}\//);
                assert.match(digest, DIGEST);
            }
        }
    });

    it("name images in full, by a tag that stays", () => {
        for (const { image } of images) {
            const { tag = "" } = REFERENCE.exec(image)?.groups ?? {};
            assert.match(tag, /\d/, image);
            assert.doesNotMatch(tag, /^(latest|main|master|stable)$/, image);
        }
    });

    it("give one reference one digest", () => {
        const known = new Map<string, string | undefined>();
        for (const { image, digest } of images) {
            assert.equal(known.has(image) ? known.get(image) : digest, digest, image);
            known.set(image, digest);
        }
        const given = [...known.values()].filter(digest => digest !== undefined);
        assert.equal(new Set(given).size, given.length, "two references with one digest");
    });

    it("come after charts that are there, and before none of them", () => {
        for (const [index, chart] of list.entries()) {
            for (const before of chart.after ?? []) {
                assert.ok(chartNames.indexOf(before) >= 0 && chartNames.indexOf(before) < index, chart.name);
            }
        }
        assert.equal(findChart("toString"), undefined);
    });

    it("lack exactly these digests, which a site gives", () => {
        const missing = images.filter(({ digest }) => digest === undefined).map(({ image }) => image);
        assert.deepEqual([...new Set(missing)].sort(), [
            "docker.io/envoyproxy/ratelimit:17b1956c",
            "docker.io/rook/ceph:v1.20.6",
            "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0",
            "nvcr.io/nvidia/mellanox/multus-cni:network-operator-v26.4.1",
            "nvcr.io/nvidia/mellanox/plugins:network-operator-v26.4.1",
            "quay.io/cephcsi/ceph-csi-operator:v1.0.4",
            "registry.k8s.io/kube-proxy:v1.36.2",
            "registry.k8s.io/kube-proxy:v1.36.3",
            "registry.k8s.io/kube-proxy:v1.36.5",
            "swr.cn-south-1.myhuaweicloud.com/ascendhub/ascend-k8sdeviceplugin:v26.0.0",
        ]);
        assert.deepEqual(
            list.filter(({ missing }) => missing !== undefined).map(({ name }) => name),
            ["rook", "envoy-gateway-crds", "envoy-gateway", "gpu-operator", "network-operator", "amd-device-plugin"],
        );
    });

    it("refuse a version of Kubernetes that they do not know", () => {
        assert.throws(
            () => kubernetesImages("1.35.0"),
            /Kubernetes 1\.35\.0 is not in the catalogue, which has 1\.36\.2/,
        );
        assert.throws(() => kubernetesImages("constructor"), /is not in the catalogue/);
        assert.equal(kubernetesImages("1.36.3").length, 8);
    });
});
