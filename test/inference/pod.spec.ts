import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { onHosts } from "../../components/inference/pod";
import { names, r1, tiny } from "./fixtures";
import { containerOf, containersOf, deploymentOf } from "./objects";

for (const settings of [r1, tiny]) {
    describe(`the pods of ${settings.plan.name}`, () => {
        const { deployment, pod } = deploymentOf(settings);
        const engine = containerOf(pod, "engine");

        it("give every container a read-only root and limits equal to its requests", () => {
            for (const container of containersOf(pod)) {
                assert.equal(container.securityContext?.readOnlyRootFilesystem, true, container.name);
                const { "ephemeral-storage": scratch, ...requests } = container.resources?.requests ?? {};
                assert.deepEqual(requests, container.resources?.limits, container.name);
                assert.equal(scratch === undefined, container !== engine, container.name);
                assert.ok(container.resources?.limits?.memory, container.name);
            }
            assert.equal(pod.automountServiceAccountToken, false);
            assert.equal(pod.enableServiceLinks, false);
        });

        it("place pods on the plan's candidates alone", () => {
            const [term] =
                pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
            assert.deepEqual(term?.matchExpressions, [
                { key: "kubernetes.io/hostname", operator: "In", values: settings.plan.candidates },
            ]);
        });

        it("go only to nodes whose gate has passed where all of the hosts have one; volumes stay as they are", () => {
            const plan = { ...settings.plan, gated: true } as const;
            const { pod: gated } = deploymentOf({ ...settings, plan });
            const [term] =
                gated.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
            assert.deepEqual(term?.matchExpressions, [
                ...onHosts(settings.plan).matchExpressions,
                { key: "seamount.dev/serving", operator: "In", values: ["true"] },
            ]);
            assert.deepEqual(onHosts(plan), onHosts(settings.plan));
        });

        it("check the weights before the proxy and the engine start, and keep them read-only", () => {
            assert.deepEqual(
                pod.initContainers?.map(c => c.name),
                ["verify-weights", "proxy"],
            );
            assert.equal(containerOf(pod, "verify-weights").image, settings.model.image);
            for (const name of ["verify-weights", "engine"]) {
                const mount = containerOf(pod, name).volumeMounts?.find(m => m.name === "weights");
                assert.deepEqual(mount, { name: "weights", mountPath: "/weights", readOnly: true });
            }
            const volume = pod.volumes?.find(v => v.name === "weights");
            assert.deepEqual(volume?.persistentVolumeClaim, { claimName: names.weightsClaim, readOnly: true });
        });

        it("mount only volumes that exist", () => {
            const volumes = new Set(pod.volumes?.map(v => v.name));
            const mounts = containersOf(pod).flatMap(c => c.volumeMounts ?? []);
            assert.deepEqual(
                mounts.filter(m => !volumes.has(m.name)),
                [],
            );
        });

        it("ask for a token over TLS through the proxy once, then for health, and wait out a load at 0.5 GB/s", () => {
            const probe = engine.startupProbe;
            assert.deepEqual(probe?.httpGet, { path: "/token", port: 8443, scheme: "HTTPS" });
            assert.deepEqual(engine.livenessProbe?.httpGet, { path: "/health", port: 8443, scheme: "HTTPS" });
            const patience = (probe?.failureThreshold ?? 0) * (probe?.periodSeconds ?? 0);
            assert.ok(patience >= settings.plan.weightsGB / 0.5 + 60, `${patience} s`);
            assert.ok((deployment.spec?.progressDeadlineSeconds ?? 0) > patience);
            assert.ok(engine.livenessProbe && engine.readinessProbe);
        });

        it("drain before the engine is stopped", () => {
            const sleep = engine.lifecycle?.preStop?.sleep?.seconds ?? 0;
            assert.ok(sleep >= 10 && (pod.terminationGracePeriodSeconds ?? 0) > sleep + 30);
            assert.equal(containerOf(pod, "proxy").restartPolicy, "Always");
        });

        it("hold no secret in the pod, only names", () => {
            const text = JSON.stringify(deployment);
            assert.doesNotMatch(text, /secretKeyRef|BEGIN|Bearer/);
            assert.deepEqual(pod.volumes?.flatMap(v => (v.secret ? [v.secret.secretName] : [])).sort(), [
                names.apiKey,
                names.tls,
            ]);
        });
    });
}

describe("GPUs, memory and shared memory", () => {
    it("come from the plan", () => {
        const { pod } = deploymentOf(r1);
        assert.deepEqual(containerOf(pod, "engine").resources?.limits, {
            cpu: "32000m",
            memory: "262144Mi",
            "nvidia.com/gpu": "8",
        });
        assert.deepEqual(pod.tolerations, [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" }]);
        const shm = pod.volumes?.find(v => v.name === "shm");
        assert.deepEqual(shm?.emptyDir, { medium: "Memory", sizeLimit: "16384Mi" });
    });

    it("ask for the disk that compiled kernels may fill, so that no host without it is chosen", () => {
        const { pod } = deploymentOf(r1);
        assert.equal(containerOf(pod, "engine").resources?.requests?.["ephemeral-storage"], "32Gi");
        assert.equal(pod.volumes?.find(v => v.name === "scratch")?.emptyDir?.sizeLimit, "32Gi");
    });

    it("are not asked for on a CPU", () => {
        const { pod } = deploymentOf(tiny);
        assert.deepEqual(containerOf(pod, "engine").resources?.limits, { cpu: "500m", memory: "512Mi" });
        assert.deepEqual(pod.tolerations, []);
        assert.equal(
            pod.volumes?.some(v => v.name === "shm"),
            false,
        );
    });

    it("never give shared memory more than an eighth of the container's", () => {
        fc.assert(
            fc.property(fc.integer({ min: 2, max: 16 }), fc.integer({ min: 8, max: 4096 }), (gpus, memory) => {
                const layout = { gpusPerHost: gpus, tensorParallel: gpus, expertParallel: false };
                const plan = { ...r1.plan, ...layout, hostMemoryGiB: memory };
                const { pod } = deploymentOf({ ...r1, plan });
                const limit = pod.volumes?.find(v => v.name === "shm")?.emptyDir?.sizeLimit ?? "";
                assert.ok(Number.parseInt(limit, 10) <= (memory * 1024) / 8);
            }),
        );
    });
});
