import * as assert from "node:assert/strict";
import { exposureEncrypted } from "../../policy/rules/exposureEncrypted";
import { imagesPinned } from "../../policy/rules/imagesPinned";
import { podsRestricted } from "../../policy/rules/podsRestricted";
import { productionReplicas } from "../../policy/rules/productionReplicas";
import { UNKNOWN, violations } from "../harness";
import { changed, restrictedPod } from "./fixtures";

const deployment = (pod: object): object => ({
    metadata: { labels: { "app.kubernetes.io/component": "model-service" } },
    spec: { replicas: 2, template: { spec: pod } },
});

describe("lists and releases", () => {
    const type = "kubernetes:apps/v1:DeploymentList";
    const clean = { items: [deployment(restrictedPod()), deployment(restrictedPod())] };

    it("hide nothing from a rule: each object is checked, and named by its place", async () => {
        assert.deepEqual(await violations(podsRestricted, type, clean), []);
        assert.deepEqual(await violations(productionReplicas, type, clean), []);
        const open = { items: [clean.items[0], deployment(changed(restrictedPod(), "hostNetwork", true))] };
        const [found = "", ...others] = await violations(podsRestricted, type, open);
        assert.deepEqual(others, []);
        assert.match(found, /^items\[1\]: Host namespaces: .*hostNetwork/);

        const tagged = { items: [deployment(changed(restrictedPod(), "containers.0.image", "nginx:1"))] };
        assert.match((await violations(imagesPinned, type, tagged)).join(), /^items\[0\]: .*pinned by digest/);
        const single = { items: [{ ...deployment(restrictedPod()), spec: { replicas: 1 } }] };
        assert.match((await violations(productionReplicas, type, single)).join(), /^items\[0\]: spec\.replicas is 1/);
        const services = { items: [{ spec: { type: "NodePort", ports: [{ port: 80 }] } }] };
        const plain = await violations(exposureEncrypted, "kubernetes:core/v1:ServiceList", services);
        assert.match(plain.join(), /^items\[0\]: .*not encrypted/);
    });

    it("are reported where they are not known yet", async () => {
        const found = await violations(podsRestricted, type, { items: UNKNOWN });
        assert.match(found.join(), /items is not known before the update/);
    });

    it("are refused where nobody can look into them", async () => {
        for (const rule of [podsRestricted, imagesPinned]) {
            const found = await violations(rule, "kubernetes:helm.sh/v3:Release", { chart: "x" });
            assert.match(found.join(), /Helm release cannot be seen.*v4:Chart/);
            assert.deepEqual(await violations(rule, "kubernetes:helm.sh/v4:Chart", { chart: "x" }), []);
        }
    });
});
