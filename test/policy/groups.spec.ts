import * as assert from "node:assert/strict";
import { modelServiceManifests } from "../../components/inference/manifests";
import { imagesPinned } from "../../policy/rules/imagesPinned";
import { podsRestricted } from "../../policy/rules/podsRestricted";
import { productionReplicas } from "../../policy/rules/productionReplicas";
import { violations } from "../harness";
import { names } from "../inference/fixtures";
import { apart, grouped, infiniband } from "../inference/groups";
import { plain } from "../inference/objects";

const SET = "kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet";
const ROLES = "kubernetes:disaggregatedset.x-k8s.io/v1:DisaggregatedSet";
const pinned = `registry.example.org/x@sha256:${"0".repeat(64)}`;

type Settings = typeof grouped;
const groupOf = (settings: Settings = grouped): object => plain(modelServiceManifests(settings, names).group ?? {});

describe("policies of groups of pods", () => {
    it("see leaders and workers, and find nothing wrong with those of models", async () => {
        assert.deepEqual(await violations(podsRestricted, SET, groupOf()), []);
        assert.deepEqual(await violations(imagesPinned, SET, groupOf()), []);
        const [replica] = modelServiceManifests({ ...apart, disaggregatedSets: true }, names).replicas;
        assert.deepEqual(await violations(podsRestricted, ROLES, plain(replica?.sets[0] ?? {})), []);
    });

    it("say in which template a pod is at fault", async () => {
        const text = JSON.stringify(groupOf()).replaceAll('"privileged":false', '"privileged":true');
        const found = await violations(podsRestricted, SET, JSON.parse(text) as object);
        for (const template of ["leaderTemplate", "workerTemplate"]) {
            assert.ok(
                found.some(one => one.includes(`spec.leaderWorkerTemplate.${template}.spec.containers["engine"]`)),
                found.join("\n"),
            );
        }
        const unpinned = { ...grouped, model: { ...grouped.model, image: "vllm:latest" } };
        const images = await violations(imagesPinned, SET, groupOf(unpinned));
        assert.ok(
            images.some(one => one.includes("workerTemplate")),
            images.join("\n"),
        );
    });

    it("let a pod be on its host's network where the reason is written, and nothing else of the host", async () => {
        const fabric = { ...infiniband.fabric, hostNetwork: "host network: RoCE" };
        const excepted = groupOf({ ...grouped, pool: { ...infiniband, fabric } });
        assert.deepEqual(await violations(podsRestricted, SET, excepted), []);
        const unwritten = JSON.parse(JSON.stringify(excepted).replaceAll("host network: RoCE", "")) as object;
        const found = await violations(podsRestricted, SET, unwritten);
        assert.ok(
            found.some(one => one.includes("hostNetwork must not be true")),
            found.join("\n"),
        );
        const more = JSON.parse(JSON.stringify(excepted).replaceAll('"hostNetwork":true', '"hostPID":true')) as object;
        assert.ok((await violations(podsRestricted, SET, more)).length > 0);
    });

    it("want two groups in production, or a reason", async () => {
        const config = { minimumReplicas: 2 };
        assert.deepEqual(await violations(productionReplicas, SET, groupOf(), config), []);
        const one = { ...grouped, plan: { ...grouped.plan, replicas: 1 } };
        assert.equal((await violations(productionReplicas, SET, groupOf(one), config)).length, 1);
        const [replica] = modelServiceManifests(apart, names).replicas;
        const router = "kubernetes:apps/v1:Deployment";
        assert.deepEqual(await violations(productionReplicas, router, plain(replica?.router ?? {}), config), []);
    });

    it("want images that are mounted pinned as those that run", async () => {
        const pod = (reference: string): object => ({
            spec: { containers: [{ name: "a", image: pinned }], volumes: [{ name: "w", image: { reference } }] },
        });
        assert.deepEqual(await violations(imagesPinned, "kubernetes:core/v1:Pod", pod(pinned)), []);
        const found = await violations(imagesPinned, "kubernetes:core/v1:Pod", pod("weights:1"));
        assert.ok(found[0]?.startsWith("spec.volumes[0].image"), found.join("\n"));
    });
});
