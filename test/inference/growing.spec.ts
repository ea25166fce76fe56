import assert from "node:assert/strict";
import { modelServiceManifests } from "../../components/inference/manifests";
import { onHosts } from "../../components/inference/pod";
import { weightsVolume } from "../../components/inference/weights";
import { planned, planSite } from "../../components/planning";
import { accept } from "../../components/refuse";
import { gpuHosts, service, site } from "../planning/sites";
import { names } from "./fixtures";

/** All objects of a model on a pool of so many hosts. `nodes`: whether the hosts are nodes of the cluster. */
function objects(count: number, nodes: boolean) {
    const weights = { hostPath: "/srv/r1", sha256sums: `${"ab".repeat(32)}  config.json\n`, sizeGB: 700 };
    const hosts = gpuHosts(count, "H200").map(host => (nodes ? { ...host, node: host.name } : host));
    const grown = site(hosts, [service("r1", { weights })]);
    const [first] = planned(grown, accept(planSite(grown)));
    assert.ok(first);
    const settings = { ...first, namespace: "models", gpuResource: "nvidia.com/gpu" };
    const manifests = modelServiceManifests(settings, names);
    return { plan: first.plan, manifests, volume: weightsVolume(settings, "weights") };
}

describe("a pool that grows", () => {
    it("changes nothing of the pods and the volumes on it, where its hosts are nodes", () => {
        const [three, four] = [objects(3, true), objects(4, true)];
        assert.notDeepEqual(three.plan.candidates, four.plan.candidates);
        assert.deepEqual(three.manifests, four.manifests);
        assert.deepEqual(three.volume, four.volume);
        assert.deepEqual(onHosts(four.plan).matchExpressions, [
            { key: "seamount.dev/pool", operator: "In", values: ["gpu"] },
        ]);
    });

    it("is a list of names where they are none, and the pods know each of them", () => {
        const [three, four] = [objects(3, false), objects(4, false)];
        assert.notDeepEqual(three.manifests.deployment, four.manifests.deployment);
        assert.deepEqual(onHosts(four.plan).matchExpressions[0]?.values, four.plan.candidates);
    });
});
