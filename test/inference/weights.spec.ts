import * as assert from "node:assert/strict";
import { weightsClaim, weightsVolume } from "../../components/inference/weights";
import { tiny } from "./fixtures";
import { plain } from "./objects";

describe("the weights' volume", () => {
    const storageClassName = "seamount-models-tiny-deepseek";
    const volume = plain(weightsVolume(tiny, storageClassName));
    const claim = plain(weightsClaim(tiny, { storageClassName, volumeName: "weights-1" }));

    it("is local, read-only, kept, and on the hosts of the pool", () => {
        assert.deepEqual(volume.spec?.local, { path: "/var/lib/seamount/models/tiny-deepseek" });
        assert.deepEqual(volume.spec?.accessModes, ["ReadOnlyMany"]);
        assert.equal(volume.spec?.persistentVolumeReclaimPolicy, "Retain");
        assert.equal(volume.spec?.capacity?.storage, "4M");
        assert.deepEqual(volume.spec?.nodeAffinity?.required?.nodeSelectorTerms, [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["node-1"] }] },
        ]);
    });

    it("is claimed by its name, in a class that others do not ask for", () => {
        assert.equal(volume.spec?.storageClassName, storageClassName);
        assert.deepEqual(claim.spec, {
            accessModes: ["ReadOnlyMany"],
            storageClassName,
            volumeMode: "Filesystem",
            volumeName: "weights-1",
            resources: { requests: { storage: "4M" } },
        });
    });

    it("has no name of its own: the old and the new one live side by side, in whatever order they come", () => {
        assert.equal(volume.metadata?.name, undefined);
        assert.equal(claim.metadata?.name, undefined);
    });

    it("is left to the site where it names a claim", () => {
        const { sha256sums, sizeGB } = tiny.model.weights;
        const claimed = { ...tiny, model: { ...tiny.model, weights: { claim: "shared", sha256sums, sizeGB } } };
        assert.throws(() => weightsVolume(claimed, storageClassName), /a claim or an image of the site's own/);
    });
});
