import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ModelService } from "../../components/inference/modelService";
import { deploy, type Deployed, valueOf } from "../harness";
import { r1, tiny } from "./fixtures";

const KEY = "k3y-".repeat(10);

const generated = (name: string): object => ({ metadata: { name: `${name}-1a2b3c` } });

function run(settings = tiny, apiKey = KEY): Promise<Deployed<ModelService>> {
    const { model, plan, gpuResource } = settings;
    const name = plan.name;
    const outputs = Object.fromEntries(
        ["checksums", "proxy", "tls", "api-key", "weights"].map(role => [
            `${name}-${role}`,
            generated(`${name}-${role}`),
        ]),
    );
    return deploy(
        () =>
            new ModelService(name, {
                model,
                plan,
                namespace: "models",
                gpuResource,
                apiKey: pulumi.secret(apiKey),
                certificate: "CERTIFICATE",
                privateKey: pulumi.secret("PRIVATE"),
            }),
        { outputs },
    );
}

describe("ModelService", () => {
    it("makes every object once, named after itself", async () => {
        const { registered } = await run();
        const made = registered.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).sort();
        assert.deepEqual(made, [
            "ConfigMap tiny-deepseek-checksums",
            "ConfigMap tiny-deepseek-proxy",
            "Deployment tiny-deepseek-deployment",
            "ModelService tiny-deepseek",
            "NetworkPolicy tiny-deepseek-network",
            "PersistentVolume tiny-deepseek-weights",
            "PersistentVolumeClaim tiny-deepseek-weights",
            "PodDisruptionBudget tiny-deepseek-disruption",
            "Secret tiny-deepseek-api-key",
            "Secret tiny-deepseek-tls",
            "Service tiny-deepseek-service",
            "ServiceAccount tiny-deepseek-account",
        ]);
    });

    it("exports where it answers and under which name", async () => {
        const { result } = await run();
        assert.equal(await valueOf(result.endpoint), "https://10.88.1.11:30443/v1");
        assert.equal(await valueOf(result.modelName), "tiny-deepseek");
    });

    it("keeps both secrets secret, and out of everything else", async () => {
        const { registered, find } = await run();
        assert.deepEqual(find("tiny-deepseek-api-key").secrets, ["stringData"]);
        assert.deepEqual(find("tiny-deepseek-tls").secrets, ["stringData"]);
        const others = registered.filter(({ type }) => !type.endsWith(":Secret"));
        assert.doesNotMatch(JSON.stringify(others), /k3y|PRIVATE|x2dk3y/);
    });

    it("mounts the objects under the names that the cluster made up", async () => {
        const { find } = await run();
        const text = JSON.stringify(find("tiny-deepseek-deployment").inputs);
        for (const role of ["checksums", "proxy", "tls", "api-key", "weights"]) {
            assert.ok(text.includes(`"tiny-deepseek-${role}-1a2b3c"`), role);
        }
        const claim = find("tiny-deepseek-weights", "kubernetes:core/v1:PersistentVolumeClaim").inputs;
        assert.match(
            JSON.stringify(claim),
            /"storageClassName":"seamount-models-tiny-deepseek".*"volumeName":"tiny-deepseek-weights-1a2b3c"/,
        );
    });

    it("takes a claim of the site's own as it is, and makes no volume", async () => {
        const { sha256sums, sizeGB } = tiny.model.weights;
        const { registered, find } = await run({
            ...tiny,
            model: { ...tiny.model, weights: { claim: "shared", sha256sums, sizeGB } },
        });
        assert.ok(!registered.some(({ type }) => /PersistentVolume/.test(type)));
        assert.match(JSON.stringify(find("tiny-deepseek-deployment").inputs), /"claimName":"shared"/);
    });

    it("asks for the plan's GPUs", async () => {
        const { find } = await run(r1);
        const text = JSON.stringify(find("deepseek-r1-deployment").inputs);
        assert.match(text, /"nvidia\.com\/gpu":"8"/);
    });

    it("refuses what cannot work before anything is registered, as a sentence", async () => {
        const broken = { ...r1, plan: { ...r1.plan, candidates: [] } };
        await assert.rejects(
            run(broken),
            (error: Error) => pulumi.RunError.isInstance(error) && /has no hosts/.test(error.message),
        );
    });
});
