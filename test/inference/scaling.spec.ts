import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { mostReplicas } from "../../components/inference/scaling/bounds";
import { podMonitor, scaledObject } from "../../components/inference/scaling/manifests";
import { scalingProblems } from "../../components/inference/scaling/refusals";
import { triggers } from "../../components/inference/scaling/triggers";
import type { Scaling } from "../../components/site/serving";
import type { Site } from "../../components/site/site";
import { gpuHost } from "../cluster/operators/sites";
import { r1Model, r1Plan, tiny } from "./fixtures";
import { caddyGateway, gatewaySite } from "./gateway-fixtures";

const scaling: Scaling = {
    minReplicas: 1,
    maxReplicas: 2,
    queueLength: 4,
    coolDownSeconds: 300,
    schedule: [{ start: "0 8 * * 1-5", end: "0 20 * * 1-5", timeZone: "Europe/Berlin", replicas: 2 }],
};
const scaled = { model: { ...r1Model, scaling }, plan: r1Plan };

function site(change: Partial<Site> = {}): Site {
    return gatewaySite(caddyGateway, { models: [scaled.model], ...change });
}

function refused(change: Partial<Scaling>, says: RegExp, of: Site = site()): void {
    const model = { ...scaled.model, scaling: { ...scaling, ...change } };
    const found = scalingProblems({ ...of, models: [model] }, [{ ...scaled, model }]);
    assert.equal(found.length, 1, JSON.stringify(found));
    assert.match(`${found[0]?.path}: ${found[0]?.message}`, says);
}

describe("scaling", () => {
    it("goes by requests, latencies and hours", () => {
        const model = {
            ...scaled.model,
            objectives: { ttftSeconds: 2, tpotMilliseconds: 50, rankBy: "cost" as const },
        };
        const all = triggers({ ...scaled, model }, "models");
        assert.deepEqual(
            all.map(({ name, metricType, metadata }) => [name, metricType, metadata.threshold]),
            [
                ["requests", "AverageValue", "20"],
                ["ttft", "Value", "2"],
                ["tpot", "Value", "0.05"],
                ["schedule-0", undefined, undefined],
            ],
        );
        const series = '{namespace="models",pod=~"deepseek-r1-.*"}';
        assert.equal(
            all[0]?.metadata.query,
            `sum(vllm:num_requests_waiting${series}) + sum(vllm:num_requests_running${series})`,
        );
        assert.match(all[1]?.metadata.query ?? "", /vllm:time_to_first_token_seconds_bucket\{.*\) or vector\(0\)$/);
        assert.deepEqual(all[3]?.metadata, {
            timezone: "Europe/Berlin",
            start: "0 8 * * 1-5",
            end: "0 20 * * 1-5",
            desiredReplicas: "2",
        });
    });

    it("writes matchers beside those that a metric has", () => {
        const triton = { model: scaled.model, plan: { ...r1Plan, engine: "triton" as const } };
        const [requests] = triggers(triton, "models");
        const matchers = [...(requests?.metadata.query ?? "").matchAll(/\{([^}]*)\}/g)].map(([, inside]) => inside);
        assert.equal(matchers.length, 2);
        assert.ok(matchers.every(inside => inside?.startsWith('namespace="models",pod=~')));
        assert.ok(!/\{[^}]*\{/.test(requests?.metadata.query ?? ""));
    });

    it("keeps to the bounds of the site, and lets go slowly", () => {
        const { spec } = scaledObject({ ...scaled, namespace: "models" });
        assert.deepEqual(
            [spec.minReplicaCount, spec.maxReplicaCount, spec.scaleTargetRef],
            [1, 2, { apiVersion: "apps/v1", kind: "Deployment", name: "deepseek-r1" }],
        );
        const text = JSON.stringify(spec);
        assert.match(text, /"stabilizationWindowSeconds":300,"policies":\[\{"type":"Pods","value":1/);
    });

    it("reads metrics from pods that it knows by their certificate", () => {
        const { spec } = podMonitor({ ...scaled, namespace: "models", ca: "ca" });
        const [endpoint] = spec.podMetricsEndpoints as readonly Record<string, unknown>[];
        assert.deepEqual(endpoint?.tlsConfig, {
            serverName: "r1.example.org",
            ca: { configMap: { name: "ca", key: "ca.crt" } },
        });
    });

    it("is refused where it cannot work, with both numbers", () => {
        assert.deepEqual(scalingProblems(site(), [scaled]), []);
        refused({ maxReplicas: 3 }, /models\[0\]\.scaling\.maxReplicas: 3 is more than the pool h200 holds .*: 2 /);
        refused({ minReplicas: 0 }, /0 is less than 1/);
        refused({ coolDownSeconds: 3601 }, /3601 is more than the 3600/);
        refused(
            { schedule: [{ start: "", end: "", timeZone: "", replicas: 9 }] },
            /schedule\[0\]\.replicas: 9 is not from 1 to 2/,
        );
        const { cluster } = site();
        const operators = { install: ["keda"], rdma: "none" as const };
        refused(
            {},
            /needs kube-prometheus-stack in cluster\.operators\.install/,
            site({ cluster: { ...cluster, operators } }),
        );
        refused(
            {},
            /needs keda and kube-prometheus-stack/,
            site({ cluster: { mode: "existing", namespace: "models" } }),
        );
    });

    it("never goes beyond what a pool holds beside its other models", () => {
        fc.assert(
            fc.property(
                fc.integer({ min: 1, max: 40 }),
                fc.constantFrom(1, 2, 4, 8),
                fc.constantFrom(1, 2, 4, 8),
                fc.integer({ min: 1, max: 4 }),
                fc.nat(20),
                (hosts, own, other, span, others) => {
                    const all = Array.from({ length: hosts }, (_, index) => gpuHost(`gpu-${index}`));
                    const one = { ...scaled, plan: { ...r1Plan, gpusPerHost: own, hosts: own === 8 ? span : 1 } };
                    const two = {
                        model: { ...r1Model, name: "other", replicas: others },
                        plan: { ...r1Plan, name: "other", gpusPerHost: other, replicas: others },
                    };
                    const most = mostReplicas({ hosts: all }, [one, two], one);
                    const gpus = most * one.plan.gpusPerHost * one.plan.hosts + others * other;
                    assert.ok(most === 0 || gpus <= hosts * 8, `${most} replicas`);
                    assert.ok(mostReplicas({ hosts: [...all, gpuHost("more")] }, [one, two], one) >= most);
                },
            ),
        );
    });

    it("bounds models without GPUs by main memory, where that is known", () => {
        const cpu = gpuHost("cpu-1", { pool: "cpu", gpu: undefined, memoryGiB: 64 });
        const plan = { ...tiny.plan, hostMemoryGiB: 10 };
        assert.equal(mostReplicas({ hosts: [cpu] }, [], { model: tiny.model, plan }), 6);
        const unknown = { ...cpu, memoryGiB: undefined };
        assert.equal(mostReplicas({ hosts: [unknown] }, [], { model: tiny.model, plan }), Number.POSITIVE_INFINITY);
    });
});
