import { strict as assert } from "node:assert";
import { HostError } from "../../../provider/errors";
import { gateFailure } from "../../../provider/rolling/gates";
import { Kubectl } from "../../../provider/rolling/kubectl";
import { readMarkers } from "../../../provider/rolling/markers";
import { CORDONED_BY, drainFailure, readNode } from "../../../provider/rolling/nodes";

describe("a node", () => {
    it("is read from what kubectl prints", () => {
        const node = {
            metadata: { annotations: { [CORDONED_BY]: "ops@desk at noon" } },
            spec: { unschedulable: true },
            status: {
                conditions: [
                    { type: "DiskPressure", status: "True" },
                    { type: "Ready", status: "Unknown" },
                ],
                nodeInfo: { bootID: "b007" },
            },
        };
        const by = "ops@desk at noon";
        assert.deepEqual(readNode(JSON.stringify(node)), {
            ready: false,
            cordoned: true,
            cordonedBy: by,
            bootId: "b007",
        });
        assert.deepEqual(readNode("{}"), { ready: false, cordoned: false, bootId: "" });
    });

    it("that cannot be drained is told by pod and budget, each once", () => {
        const retry =
            'error when evicting pods/"api-1" -n "models" (will retry after 5s): Cannot evict pod as it would violate the pod\'s disruption budget.';
        const lines = [
            "node/gpu-01 cordoned",
            "Warning: ignoring DaemonSet-managed Pods: kube-system/agent",
            "evicting pod models/api-1",
            retry,
            "evicting pod models/api-1",
            retry,
            "There are pending nodes to be drained:",
            " gpu-01",
            'error: error when evicting pods/"api-1" -n "models": global timeout reached: 4s',
        ];
        const told = drainFailure(lines);
        assert.equal(told.match(/violate the pod's disruption budget/g)?.length, 1);
        assert.match(told, /pods\/"api-1" -n "models": global timeout reached: 4s/);
        assert.doesNotMatch(told, /pending nodes|evicting pod models/);
        assert.equal(drainFailure([]), "kubectl said nothing");
    });

    it("cannot be looked after without a kubeconfig, nor without kubectl: both are said", async () => {
        await assert.rejects(
            new Kubectl({ kubeconfig: () => Promise.reject(new HostError("there is no way")) }).look("gpu-01"),
            /^HostError: node gpu-01 cannot be looked after: there is no way$/,
        );
        const path = process.env.PATH;
        process.env.PATH = "/nowhere";
        try {
            await assert.rejects(
                new Kubectl({ kubeconfig: () => Promise.resolve("/nowhere") }).look("gpu-01"),
                /^HostError: node gpu-01 cannot be looked after: there is no kubectl on the PATH/,
            );
        } finally {
            process.env.PATH = path;
        }
    });

    it("is not known where there is no cluster yet, and can be told nothing", async () => {
        const kubectl = new Kubectl({ kubeconfig: () => Promise.resolve(undefined) });
        assert.equal(await kubectl.look("gpu-01"), undefined);
        await kubectl.cordon("gpu-01", "ops@desk");
        assert.equal(await kubectl.uncordon("gpu-01"), true);
        await assert.rejects(kubectl.command("gpu-01", ["version"]), /there is no cluster yet/);
    });
});

describe("what a host remembers of changes that disrupt it", () => {
    it("is a reboot that is due exactly while the boot of the change lasts", () => {
        assert.deepEqual(readMarkers("b1", ["b1", ""]), { rebootDue: true });
        assert.deepEqual(readMarkers("b2", ["b1", ""]), { rebootDue: false });
        assert.deepEqual(readMarkers("b1", ["", "ops@desk"]), { rebootDue: false, maintenance: "ops@desk" });
        assert.deepEqual(readMarkers("b1", []), { rebootDue: false });
    });
});

describe("a gate that fails", () => {
    const passed = { passed: true, seconds: 1, figures: {}, findings: [] };

    it("is told with what was found, what should be, and the likeliest cause", () => {
        const finding = { what: "offset", found: "80 ms", wanted: "at most 5 ms", causes: ["no time server", "b"] };
        const failed = { ...passed, passed: false, findings: [finding] };
        assert.equal(
            gateFailure({ memory: passed, clock: failed }),
            "gate clock: offset is 80 ms, should be at most 5 ms (usual cause: no time server)",
        );
        assert.equal(gateFailure({ memory: passed }), undefined);
    });

    it("is told with the package that is missing", () => {
        const missing = { tool: "fio", package: "fio" };
        assert.equal(
            gateFailure({ fio: { ...passed, passed: false, missing } }),
            "gate fio: fio is missing: package fio brings it",
        );
    });
});
