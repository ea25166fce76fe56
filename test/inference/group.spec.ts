import * as assert from "node:assert/strict";
import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";
import type { LeaderWorkerSet } from "../../components/inference/group/leaderWorkerSet";
import { modelServiceManifests } from "../../components/inference/manifests";
import { podOf } from "../../policy/pod";
import { restrictedViolations } from "../../policy/rules/podsRestricted";
import { names } from "./fixtures";
import { grouped, infiniband } from "./groups";
import { containerOf, plain, type PodSpec } from "./objects";

type Template = Unwrap<types.input.core.v1.PodTemplateSpec>;

const setOf = (settings = grouped): LeaderWorkerSet => {
    const { group } = modelServiceManifests(settings, names);
    assert.ok(group);
    return plain(group);
};

const templatesOf = (set: LeaderWorkerSet): readonly { readonly template: Template; readonly pod: PodSpec }[] => {
    const { leaderTemplate, workerTemplate } = set.spec.leaderWorkerTemplate;
    return [leaderTemplate, workerTemplate].map(given => {
        const template = given as Template;
        assert.ok(template.spec);
        return { template, pod: template.spec };
    });
};

describe("a replica on several hosts", () => {
    const set = setOf();
    const [leader, worker] = templatesOf(set);
    assert.ok(leader && worker);

    it("is a group that starts, fails and rolls as one, with a domain of its own", () => {
        assert.equal(set.spec.leaderWorkerTemplate.size, 2);
        assert.equal(set.spec.leaderWorkerTemplate.restartPolicy, "RecreateGroupOnPodRestart");
        assert.equal(set.spec.networkConfig.subdomainPolicy, "UniquePerReplica");
        assert.deepEqual(set.spec.rolloutStrategy.rollingUpdateConfiguration, { maxUnavailable: 1, maxSurge: 0 });
        assert.notEqual(set.metadata.name, grouped.plan.name, "its headless Service would be the model's own");
    });

    it("answers clients through its leader alone", () => {
        const { service } = modelServiceManifests(grouped, names);
        const selected = plain(service).spec?.selector ?? {};
        const matches = ({ template }: typeof leader) =>
            Object.entries(selected).every(([key, value]) => template.metadata?.labels?.[key] === value);
        assert.deepEqual([matches(leader), matches(worker)], [true, false]);
        assert.ok(leader.pod.initContainers?.some(({ name }) => name === "proxy"));
        assert.ok(!worker.pod.initContainers?.some(({ name }) => name === "proxy"));
        assert.doesNotMatch(JSON.stringify(worker.pod), /tls-1|api-key-1/);
    });

    it("asks for every rail's device and the sockets of pods, and names no host", () => {
        for (const { pod } of [leader, worker]) {
            const engine = containerOf(pod, "engine");
            assert.equal(engine.resources?.limits?.["rdma/rail-0"], "1");
            assert.equal(engine.resources?.limits?.["rdma/rail-1"], "1");
            assert.equal(engine.resources?.limits?.["nvidia.com/gpu"], "8");
            const variables = new Map(engine.env?.map(({ name, value }) => [name, value]));
            assert.equal(variables.get("NCCL_IB_HCA"), "=mlx5_0");
            assert.equal(variables.get("NCCL_SOCKET_IFNAME"), "=eth0");
            assert.notEqual(pod.hostNetwork, true);
            assert.doesNotMatch(JSON.stringify(engine.env), /gpu-0\d/);
        }
    });

    it("stays restricted, leader and worker", () => {
        for (const { template } of [leader, worker]) {
            const found: string[] = [];
            const view = podOf("kubernetes:apps/v1:Deployment", { spec: { template } });
            assert.ok(view);
            restrictedViolations(view, message => found.push(message));
            assert.deepEqual(found, []);
        }
    });

    it("checks weights without ever ending a container, and the memory that RDMA pins", () => {
        const [shell, flag, loop, , script] = containerOf(worker.pod, "verify-weights").command ?? [];
        assert.deepEqual([shell, flag], ["/bin/sh", "-c"]);
        assert.match(loop ?? "", /^until \/bin\/sh -c "\$1"/);
        assert.match(script ?? "", /ulimit -l[^]*LimitMEMLOCK=infinity[^]*sha256sum --check/);
    });

    it("lets ranks of one group speak to one another, and to nobody else", () => {
        const { fences } = modelServiceManifests(grouped, names);
        assert.equal(fences.length, grouped.plan.replicas);
        for (const [index, fence] of fences.entries()) {
            const { podSelector, ingress, egress } = plain(fence).spec ?? {};
            assert.deepEqual(podSelector?.matchLabels, {
                "leaderworkerset.sigs.k8s.io/name": "deepseek-r1-group",
                "leaderworkerset.sigs.k8s.io/group-index": String(index),
            });
            assert.deepEqual(ingress, [{ from: [{ podSelector }] }]);
            assert.deepEqual(egress?.[0], { to: [{ podSelector }] });
            assert.deepEqual(
                egress?.[1]?.ports?.map(({ port }) => port),
                [53, 53],
            );
            assert.equal(egress?.length, 2);
        }
    });

    it("has fences for all groups that scaling may make", () => {
        const scaling = { minReplicas: 1, maxReplicas: 5, queueLength: 4, coolDownSeconds: 300, schedule: [] };
        const { fences } = modelServiceManifests({ ...grouped, model: { ...grouped.model, scaling } }, names);
        assert.equal(fences.length, 5);
    });

    it("would rather be in one rack, and takes one for itself where it fills it", () => {
        const term = leader.pod.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.[0];
        assert.equal(term?.podAffinityTerm.topologyKey, "seamount.dev/rack");
        assert.equal(set.metadata.annotations["leaderworkerset.sigs.k8s.io/exclusive-topology"], undefined);
        const filled = setOf({ ...grouped, pool: { ...infiniband, racks: [2, 3] } });
        assert.equal(
            filled.metadata.annotations["leaderworkerset.sigs.k8s.io/exclusive-topology"],
            "seamount.dev/rack",
        );
    });

    it("takes its share of the hosts' huge pages", () => {
        const pool = { ...infiniband, gpusPerHost: 16, hugepagesGiB: { "1Gi": 16, "2Mi": 3 } };
        const [first] = templatesOf(setOf({ ...grouped, pool }));
        assert.ok(first);
        const { limits } = containerOf(first.pod, "engine").resources ?? {};
        assert.deepEqual([limits?.["hugepages-1Gi"], limits?.["hugepages-2Mi"]], ["8Gi", "1536Mi"]);
        assert.deepEqual(first.pod.volumes?.find(({ name }) => name === "hugepages-1Gi")?.emptyDir, {
            medium: "HugePages-1Gi",
        });
    });

    it("writes its exception where RoCE needs the hosts' network, and has none elsewhere", () => {
        assert.equal(leader.template.metadata?.annotations?.["seamount.dev/security-exception"], undefined);
        const fabric = { ...infiniband.fabric, hostNetwork: "host network: because" };
        const [roce] = templatesOf(setOf({ ...grouped, pool: { ...infiniband, fabric } }));
        assert.equal(roce?.pod.hostNetwork, true);
        assert.equal(
            roce?.template.metadata?.annotations?.["seamount.dev/security-exception"],
            "host network: because",
        );
    });

    it("is refused without a fabric that pods can have, and with a name too long", () => {
        const pool = { ...infiniband, fabric: { problems: ["no rails for pods"] } };
        assert.throws(() => setOf({ ...grouped, pool }), /"deepseek-r1": no rails for pods/);
        assert.throws(() => setOf({ ...grouped, pool: undefined }), /nothing is known of the pool/);
        const plan = { ...grouped.plan, name: "m".repeat(60) };
        assert.throws(() => setOf({ ...grouped, plan }), /give it a name of 53 at most/);
    });
});
