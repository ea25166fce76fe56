import * as assert from "node:assert/strict";
import type { types } from "@pulumi/kubernetes";
import type { Unwrap } from "@pulumi/pulumi";
import * as fc from "fast-check";
import { gpus } from "../../catalog";
import type { LeaderWorkerSet } from "../../components/inference/group/leaderWorkerSet";
import { modelServiceManifests, type ModelServiceSettings } from "../../components/inference/manifests";
import { serviceSettings } from "../../components/inference/services";
import { planned, planSite } from "../../components/planning";
import { type Layout, worldSize } from "../../components/planning/memory";
import type { Site, SiteModel } from "../../components/site/site";
import { gpuHosts, service, site } from "../planning/sites";
import { names } from "./fixtures";
import { containerOf, plain, type PodSpec } from "./objects";

/** Pods of one kind: how many, and one of them. */
interface Kind {
    readonly pods: number;
    readonly spec: PodSpec;
}

const checksum = "0123456789abcdef".repeat(4);

const candidates = [
    { model: "deepseek-r1", precision: "fp8", gpu: "H200" },
    { model: "deepseek-r1", precision: "fp8", gpu: "H100" },
    { model: "deepseek-v3.2", precision: "fp8", gpu: "B200" },
    { model: "deepseek-r1-distill-llama-70b", precision: "bf16", gpu: "H100" },
    { model: "deepseek-r1-distill-qwen-32b", precision: "bf16", gpu: "L40S" },
    { model: "deepseek-r1-distill-qwen-7b", precision: "bf16", gpu: "A100-80" },
] as const;

const parallelism = fc.record(
    {
        hostsPerReplica: fc.constantFrom(1, 2, 4),
        data: fc.constantFrom(8, 16),
        prefillDecode: fc.constantFrom("together" as const, "apart" as const),
        tensorParallelAboveB: fc.constant(80),
    },
    { requiredKeys: ["hostsPerReplica"] },
);

/** Sites of one pool on InfiniBand, whose model may or may not fit. */
const sites = fc
    .record({
        candidate: fc.constantFrom(...candidates),
        hosts: fc.integer({ min: 1, max: 5 }),
        perHost: fc.constantFrom(4, 8),
        replicas: fc.integer({ min: 1, max: 2 }),
        parallelism,
    })
    .map(({ candidate: { model, precision, gpu }, hosts, perHost, replicas, parallelism }): Site => {
        const pool = gpuHosts(hosts, gpu, "gpu", perHost).map(host => ({
            ...host,
            rails: ["mlx5_0", "mlx5_1"],
            interfaces: ["ib0", "ib1"],
            memoryGiB: 2048,
        }));
        const wanted: Partial<SiteModel> = {
            ...{ model, precision, replicas, parallelism, contextTokens: 8192 },
            image: "registry.example.org/vllm@sha256:0",
            routerImage: "registry.example.org/router@sha256:0",
            weights: { hostPath: "/srv/models", sha256sums: `${checksum}  config.json\n`, sizeGB: 700 },
        };
        const plain = site(pool, [service("model", wanted)]);
        return {
            ...plain,
            fabric: { kind: "infiniband", linkGbps: 400, rails: 2 },
            cluster: { ...plain.cluster, operators: { install: ["network-operator", "lws"], rdma: "shared" } },
        };
    });

function kindsOf(settings: ModelServiceSettings): readonly Kind[] {
    const { deployment, group, replicas } = modelServiceManifests(settings, names);
    const ofTemplate = (pods: number, template: unknown): Kind => {
        const { spec } = plain(template as Unwrap<types.input.core.v1.PodTemplateSpec>);
        assert.ok(spec);
        return { pods, spec };
    };
    const ofSet = ({ spec }: LeaderWorkerSet): readonly Kind[] => {
        const { leaderWorkerTemplate: each, replicas: groups } = spec;
        return each.leaderTemplate === undefined
            ? [ofTemplate(groups * each.size, each.workerTemplate)]
            : [ofTemplate(groups, each.leaderTemplate), ofTemplate(groups * (each.size - 1), each.workerTemplate)];
    };
    const single = deployment === undefined ? undefined : plain(deployment).spec;
    return [
        ...(single === undefined ? [] : [ofTemplate(single.replicas ?? 1, single.template)]),
        ...(group === undefined ? [] : ofSet(group)),
        ...replicas.flatMap(({ sets }) => (sets as readonly LeaderWorkerSet[]).flatMap(ofSet)),
    ];
}

/** Ranks of the group that a pod's engine is told to be part of. */
function ranksStarted(spec: PodSpec): number {
    const { args = [] } = containerOf(spec, "engine");
    const degree = (kind: string): number => {
        const flag = args.indexOf(`--${kind}-parallel-size`);
        return flag === -1 ? 1 : Number(args[flag + 1]);
    };
    return degree("tensor") * degree("pipeline") * degree("data");
}

describe("what a planned site is rendered as", function () {
    this.timeout(120_000);
    const seen = new Set<string>();

    it("asks for the plan's GPUs and memory, and starts its ranks, whatever the site", () => {
        fc.assert(
            fc.property(sites, wanted => {
                const result = planSite(wanted);
                fc.pre("plan" in result);
                for (const { model, plan } of planned(wanted, result.plan)) {
                    const { apart } = plan;
                    seen.add(apart !== undefined ? "apart" : plan.hosts > 1 ? "group" : "pod");
                    const settings = serviceSettings(wanted, { model, plan });
                    const kinds = kindsOf(settings);
                    const layouts: readonly (readonly [number, Layout])[] =
                        apart === undefined
                            ? [[1, plan]]
                            : [
                                  [apart.prefillGroups, apart.prefill],
                                  [apart.decodeGroups, apart.decode],
                              ];
                    const sum = (of: (layout: Layout) => number): number =>
                        plan.replicas * layouts.reduce((total, [groups, layout]) => total + groups * of(layout), 0);
                    const resource = gpus[plan.gpu]?.kubernetesResource ?? "";
                    const limits = kinds.map(({ pods, spec }) => {
                        const { limits = {} } = containerOf(spec, "engine").resources ?? {};
                        assert.equal(limits.memory, `${plan.hostMemoryGiB * 1024}Mi`);
                        const worlds = layouts.map(([, layout]) => worldSize(layout));
                        assert.ok(worlds.includes(ranksStarted(spec)), `${ranksStarted(spec)} of ${worlds.join()}`);
                        return pods * Number(limits[resource]);
                    });
                    const total = limits.reduce((a, b) => a + b, 0);
                    assert.equal(total, sum(worldSize), "GPUs of all pods, and ranks of all groups");
                    assert.equal(
                        total,
                        sum(({ hosts, gpusPerHost }) => hosts * gpusPerHost),
                    );
                    assert.equal(
                        kinds.reduce((pods, kind) => pods + kind.pods, 0),
                        sum(({ hosts }) => hosts),
                        "one pod a host",
                    );
                    const available = wanted.hosts.reduce((all, host) => all + (host.gpu?.count ?? 0), 0);
                    assert.ok(total <= available, `${total} GPUs of ${available}`);
                }
            }),
            { numRuns: 150 },
        );
        assert.deepEqual([...seen].sort(), ["apart", "group", "pod"], "kinds of replicas that were tried");
    });
});
