import * as assert from "node:assert/strict";
import type { V1Container, V1Deployment, V1PersistentVolume, V1PodSpec, V1Service } from "@kubernetes/client-node";
import * as fc from "fast-check";
import { loadTimes } from "../../components/inference/loading";
import { engines } from "../../components/inference/engines/registry";
import {
    apiKeySecret,
    contents,
    endpointUrl,
    modelServiceManifests,
    type ModelServiceSettings,
    SINGLE_REPLICA_ANNOTATION,
    tlsSecret,
} from "../../components/inference/manifests";
import { weightsClaimName, weightsObjects } from "../../components/inference/weights";
import { podOf } from "../../policy/pod";
import { restrictedViolations } from "../../policy/rules/podsRestricted";
import { serviceProblems } from "../../policy/rules/exposureEncrypted";
import { names, r1, tiny } from "./fixtures";

/** As the API server would read it: undefined fields are gone. */
const plain = <T>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T;

function deploymentOf(settings: ModelServiceSettings): { deployment: V1Deployment; pod: V1PodSpec } {
    const deployment = plain<V1Deployment>(modelServiceManifests(settings, names).deployment);
    const pod = deployment.spec?.template.spec;
    assert.ok(pod);
    return { deployment, pod };
}

function containerOf(pod: V1PodSpec, name: string): V1Container {
    const found = [...(pod.initContainers ?? []), ...pod.containers].find(container => container.name === name);
    assert.ok(found, `no container ${name}`);
    return found;
}

for (const settings of [r1, tiny]) {
    describe(`the objects of ${settings.plan.name}`, () => {
        const { deployment, pod } = deploymentOf(settings);
        const engine = containerOf(pod, "engine");

        it("meet the restricted Pod Security Standard", () => {
            const found: string[] = [];
            const view = podOf("kubernetes:apps/v1:Deployment", deployment);
            assert.ok(view);
            restrictedViolations(view, message => found.push(message));
            assert.deepEqual(found, []);
        });

        it("give every container a read-only root and limits equal to its requests", () => {
            for (const container of [...(pod.initContainers ?? []), ...pod.containers]) {
                assert.equal(container.securityContext?.readOnlyRootFilesystem, true, container.name);
                assert.deepEqual(container.resources?.requests, container.resources?.limits, container.name);
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
            const mounts = [...(pod.initContainers ?? []), ...pod.containers].flatMap(c => c.volumeMounts ?? []);
            assert.deepEqual(
                mounts.filter(m => !volumes.has(m.name)),
                [],
            );
        });

        it("ask for health over TLS through the proxy, and wait out a load at 0.5 GB/s", () => {
            const probe = engine.startupProbe;
            assert.deepEqual(probe?.httpGet, { path: "/health", port: 8443, scheme: "HTTPS" });
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

        it("need no spare host for a rollout", () => {
            assert.deepEqual(deployment.spec?.strategy?.rollingUpdate, { maxSurge: 0, maxUnavailable: 1 });
        });

        it("let in the TLS port and nothing out", () => {
            const { networkPolicy } = modelServiceManifests(settings, names);
            assert.deepEqual(plain<object>(networkPolicy.spec), {
                podSelector: { matchLabels: deployment.spec?.selector.matchLabels },
                policyTypes: ["Ingress", "Egress"],
                ingress: [{ ports: [{ protocol: "TCP", port: 8443 }] }],
                egress: [],
            });
        });

        it("expose TLS alone, as the policy wants it", () => {
            const { service } = modelServiceManifests(settings, names);
            assert.deepEqual([...serviceProblems(plain(service))], []);
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
                const plan = { ...r1.plan, gpusPerHost: gpus, hostMemoryGiB: memory };
                const { pod } = deploymentOf({ ...r1, plan });
                const limit = pod.volumes?.find(v => v.name === "shm")?.emptyDir?.sizeLimit ?? "";
                assert.ok(Number.parseInt(limit, 10) <= (memory * 1024) / 8);
            }),
        );
    });
});

describe("the weights' volume", () => {
    const made = weightsObjects(tiny, "models-weights");
    const volume = plain<V1PersistentVolume>(made?.volume);

    it("is local, read-only, kept, and bound to its claim beforehand", () => {
        assert.deepEqual(volume.spec?.local, { path: "/var/lib/seamount/models/tiny-deepseek" });
        assert.deepEqual(volume.spec?.accessModes, ["ReadOnlyMany"]);
        assert.equal(volume.spec?.persistentVolumeReclaimPolicy, "Retain");
        assert.equal(volume.spec?.claimRef?.name, weightsClaimName(tiny));
        assert.equal(volume.spec?.capacity?.storage, "4M");
        assert.deepEqual(plain<object>(made?.claim.spec), {
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

describe("the Service", () => {
    const portOf = (settings: ModelServiceSettings): object | undefined =>
        plain<V1Service>(modelServiceManifests(settings, names).service).spec?.ports?.[0];

    it("takes the endpoint's port as node port, or as its own", () => {
        const tls = { name: "https", appProtocol: "https", protocol: "TCP", targetPort: 8443 };
        assert.deepEqual(portOf(tiny), { ...tls, port: 443, nodePort: 30443 });
        assert.deepEqual(portOf(r1), { ...tls, port: 443 });
    });

    it("has an address that clients can use", () => {
        assert.equal(endpointUrl(tiny.model.endpoint), "https://10.88.1.11:30443/v1");
        assert.equal(endpointUrl({ host: "fd00::1", port: 443, serviceType: "ClusterIP" }), "https://[fd00::1]:443/v1");
    });
});

describe("contents and secrets", () => {
    it("are immutable and unnamed, so that new content is a new object", () => {
        const { checksums, proxyConfig } = contents(tiny);
        const tls = tlsSecret(tiny, "certificate", "key");
        for (const object of [checksums, proxyConfig, tls, apiKeySecret(tiny, "map")]) {
            assert.equal(object.immutable, true);
            assert.equal(plain<{ metadata: { name?: string } }>(object).metadata.name, undefined);
        }
        assert.equal(tls.type, "kubernetes.io/tls");
    });
});

describe("a service that cannot work", () => {
    const refused = (settings: ModelServiceSettings, pattern: RegExp): void =>
        assert.throws(() => modelServiceManifests(settings, names), pattern);

    it("is refused with its name and a way out", () => {
        refused({ ...r1, plan: { ...r1.plan, hosts: 2 } }, /"deepseek-r1": the plan spans 2 hosts.*Choose a GPU/);
        refused({ ...r1, gpuResource: undefined }, /needs 8 GPUs a host/);
        refused({ ...r1, plan: { ...r1.plan, candidates: [] } }, /pool "h200" has no hosts/);
        const weights = { ...r1.model.weights, claim: "also" };
        refused({ ...r1, model: { ...r1.model, weights } }, /exactly one of weights\.hostPath and weights\.claim/);
        const unreadable = { ...r1.model.weights, sha256sums: "x" };
        refused({ ...r1, model: { ...r1.model, weights: unreadable } }, /checksum manifest: line 1/);
    });

    it("says its single replica's reason where policies look for it", () => {
        assert.equal(deploymentOf(tiny).deployment.metadata?.annotations?.[SINGLE_REPLICA_ANNOTATION], "a trial");
    });
});

describe("loadTimes", () => {
    it("never shortens when the weights grow", () => {
        const size = fc.double({ min: 0.001, max: 2000, noNaN: true });
        fc.assert(
            fc.property(size, size, (a, b) => {
                const total = (weightsGB: number): number =>
                    loadTimes({ ...r1.plan, weightsGB }, r1.model, engines.vllm).total;
                assert.ok(a > b || total(a) <= total(b));
            }),
        );
    });
});
