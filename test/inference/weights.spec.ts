import * as assert from "node:assert/strict";
import { weightsClaimName, weightsObjects } from "../../components/inference/weights";
import { tiny } from "./fixtures";
import { plain } from "./objects";

describe("the weights' volume", () => {
    const made = plain(weightsObjects(tiny, "models-weights")) ?? assert.fail();

    it("is local, read-only, kept, and bound to its claim beforehand", () => {
        assert.deepEqual(made.volume.spec?.local, { path: "/var/lib/seamount/models/tiny-deepseek" });
        assert.deepEqual(made.volume.spec?.accessModes, ["ReadOnlyMany"]);
        assert.equal(made.volume.spec?.persistentVolumeReclaimPolicy, "Retain");
        assert.equal(made.volume.spec?.claimRef?.name, weightsClaimName(tiny));
        assert.equal(made.volume.spec?.capacity?.storage, "4M");
        assert.deepEqual(made.claim.spec, {
            accessModes: ["ReadOnlyMany"],
            storageClassName: "",
            volumeMode: "Filesystem",
            volumeName: "models-weights",
            resources: { requests: { storage: "4M" } },
        });
    });

    it("gets another name when it is another volume, and the same when it is not", () => {
        const moved = { ...tiny, model: { ...tiny.model, weights: { ...tiny.model.weights, hostPath: "/srv/x" } } };
        assert.notEqual(weightsClaimName(moved), weightsClaimName(tiny));
        const busier = { ...tiny, plan: { ...tiny.plan, replicas: 3 }, model: { ...tiny.model, concurrency: 9 } };
        assert.equal(weightsClaimName(busier), weightsClaimName(tiny));
    });

    it("is left to the site where it names a claim", () => {
        const { sha256sums, sizeGB } = tiny.model.weights;
        const claimed = { ...tiny, model: { ...tiny.model, weights: { claim: "shared", sha256sums, sizeGB } } };
        assert.equal(weightsObjects(claimed, "x"), undefined);
        assert.equal(weightsClaimName(claimed), "shared");
    });
});
