import { strict as assert } from "node:assert";
import { isAwaited, readiness } from "../../local/standins/kubernetes/readiness";
import { Json, Properties } from "../../local/standins/values";

function deployment(status: Properties, generation = 2): Properties {
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", generation },
        spec: { replicas: 2 },
        status,
    };
}

const DONE = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };

function pod(status: Properties): Json {
    return { metadata: { name: "web-1" }, status };
}

describe("stand-in for kubernetes: readiness", () => {
    it("takes a Deployment for ready when all its pods are new and available", () => {
        assert.ok(readiness(deployment(DONE), {}).isReady);
        assert.ok(!readiness(deployment(DONE, 3), {}).isReady, "the controller has not seen the change");
        assert.ok(!readiness(deployment({ ...DONE, replicas: 3 }), {}).isReady, "an old pod is left");
        assert.ok(!readiness(deployment({ ...DONE, availableReplicas: 1 }), {}).isReady);
    });

    it("says why pods do not start, in the words of the scheduler and the kubelet", () => {
        const unscheduled = pod({
            conditions: [
                { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/4 nodes are available" },
            ],
        });
        const pulling = pod({
            containerStatuses: [
                { name: "main", state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } },
            ],
        });
        const { reasons } = readiness(deployment({ ...DONE, availableReplicas: 0 }), { pods: [unscheduled, pulling] });
        assert.deepEqual(reasons, [
            "0 of 2 pods are available",
            "pod web-1: Unschedulable: 0/4 nodes are available",
            "pod web-1: container main: ImagePullBackOff: no such image",
        ]);
    });

    it("gives up on a Deployment past its deadline and on a failed Job", () => {
        const conditions = [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }];
        assert.equal(readiness(deployment({ ...DONE, availableReplicas: 0, conditions }), {}).hasFailed, true);
        const job = {
            apiVersion: "batch/v1",
            kind: "Job",
            status: { conditions: [{ type: "Failed", status: "True", message: "x" }] },
        };
        assert.equal(readiness(job, {}).hasFailed, true);
    });

    it("waits for a Service's endpoints, unless it selects none", () => {
        const service = (spec: Properties): Json => ({ apiVersion: "v1", kind: "Service", spec });
        const slices = (ready: boolean): Json[] => [{ endpoints: [{ conditions: { ready } }] }];
        const routed = service({ type: "NodePort", clusterIP: "10.96.0.9", selector: { app: "x" } });
        assert.ok(!readiness(routed, { endpointSlices: [] }).isReady);
        assert.ok(!readiness(routed, { endpointSlices: slices(false) }).isReady);
        assert.ok(readiness(routed, { endpointSlices: slices(true) }).isReady);
        assert.ok(readiness(service({ clusterIP: "None", selector: { app: "x" } }), {}).isReady);
        assert.ok(readiness(service({ clusterIP: "10.96.0.9" }), {}).isReady);
    });

    it("does not wait for a claim that binds with its first pod", () => {
        const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", status: { phase: "Pending" } };
        assert.ok(!readiness(claim, { bindingMode: "Immediate" }).isReady);
        assert.ok(readiness(claim, { bindingMode: "WaitForFirstConsumer" }).isReady);
    });

    it("takes a kind that it does not judge for ready", () => {
        const custom = { apiVersion: "example.com/v1", kind: "Deployment" };
        assert.ok(!isAwaited(custom) && readiness(custom, {}).isReady);
    });
});
