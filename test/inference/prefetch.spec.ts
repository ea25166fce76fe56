import * as assert from "node:assert/strict";
import { modelServiceManifests } from "../../components/inference/manifests";
import { prefetch, prefetches } from "../../components/inference/prefetch";
import { podOf } from "../../policy/pod";
import { restrictedViolations } from "../../policy/rules/podsRestricted";
import { names, r1, tiny } from "./fixtures";
import { plain } from "./objects";

describe("weights that are fetched before a rollout", () => {
    const set = plain(prefetch(r1, names));
    const pod = set.spec?.template.spec;
    assert.ok(pod);

    it("are large ones, unless the site says otherwise", () => {
        assert.deepEqual([prefetches(r1), prefetches(tiny)], [true, false]);
        const asked = (prefetch: boolean) => ({
            model: { ...r1.model, weights: { ...r1.model.weights, prefetch } },
        });
        assert.deepEqual([prefetches(asked(false)), prefetches(asked(true))], [false, true]);
    });

    it("are read and checked on the hosts that the model runs on", () => {
        const { deployment } = modelServiceManifests(r1, names);
        const served = plain(deployment)?.spec?.template.spec;
        assert.deepEqual(pod.affinity?.nodeAffinity, served?.affinity?.nodeAffinity);
        assert.deepEqual(pod.tolerations, served?.tolerations);
        const [check] = pod.initContainers ?? [];
        assert.match(check?.command?.[2] ?? "", /sha256sum --check --strict/);
        assert.deepEqual(
            pod.volumes?.find(({ name }) => name === "weights"),
            served?.volumes?.find(({ name }) => name === "weights"),
        );
    });

    it("are read without a limit of memory, at which the page cache would end, and without GPUs", () => {
        const [check] = pod.initContainers ?? [];
        assert.equal(check?.resources?.limits, undefined);
        assert.doesNotMatch(JSON.stringify(pod), /"nvidia\.com\/gpu":"/);
    });

    it("are no part of the service", () => {
        const { service } = modelServiceManifests(r1, names);
        const wanted = Object.entries(plain(service).spec?.selector ?? {});
        const labels = set.spec?.template.metadata?.labels ?? {};
        assert.ok(!wanted.every(([key, value]) => labels[key] === value));
    });

    it("stay within the restricted Pod Security Standard, as an image too", () => {
        const { sha256sums, sizeGB } = r1.model.weights;
        const image = "registry.example.org/weights@sha256:1";
        const fromImage = { ...r1, model: { ...r1.model, weights: { image, sha256sums, sizeGB } } };
        for (const settings of [r1, fromImage]) {
            const found: string[] = [];
            const view = podOf("kubernetes:apps/v1:DaemonSet", plain(prefetch(settings, names)));
            assert.ok(view);
            restrictedViolations(view, message => found.push(message));
            assert.deepEqual(found, []);
        }
        const volumes = plain(prefetch(fromImage, names)).spec?.template.spec?.volumes;
        assert.deepEqual(volumes?.[0], {
            name: "weights",
            image: { reference: image, pullPolicy: "IfNotPresent" },
        });
    });
});
