import { strict as assert } from "node:assert";
import { HostError, UnfinishedError } from "../../../provider/errors";
import { type ClusterWay, type CommandEnd, NodeMarks } from "../../../provider/gates/marks";
import { GateOperations } from "../../../provider/gates/operations";
import { Gates } from "../../../provider/gates/run";
import type { WireRecord } from "../../../provider/values";
import { connection, HOST_KEY, ListLog } from "../fakes";
import { ClockHosts } from "./fakes";

const urn = "urn:pulumi:test::seamount::metal:index:Gate::metal-1-gate";
const call = { urn, timeoutSeconds: 0 };

/** A gate's inputs: a clock that may be so many milliseconds off. */
const gate = (atMost: number, more: object = {}): WireRecord => ({
    connection: { ...connection, name: "metal-1" },
    checks: { clock: { thresholds: { offsetMilliseconds: { atMost, unit: "ms", source: "a test" } } } },
    ...more,
});

/** A way to a cluster that is there, or not yet, or that nobody knows. */
const way = (cluster: "here" | "later" | "unknown" | "hidden"): ClusterWay => ({
    configured: cluster !== "unknown",
    kubeconfig: () =>
        cluster === "hidden"
            ? Promise.reject(new HostError("no host of the control plane can be asked"))
            : Promise.resolve(cluster === "here" ? "/dev/null" : undefined),
});

describe("gate resources", () => {
    let hosts: ClockHosts;
    let log: ListLog;
    let operations: GateOperations;
    let commands: string[];
    let ended: CommandEnd;
    let cluster: Parameters<typeof way>[0];

    /** The next run of the program: nothing is remembered. */
    const restart = () => {
        log = new ListLog();
        const command = (_node: string, words: readonly string[]) => {
            commands.push(words.join(" "));
            return Promise.resolve(ended);
        };
        operations = new GateOperations(new Gates(hosts, log), log, new NodeMarks(way(cluster), { command }));
    };
    const create = (inputs: WireRecord) => operations.create(call, inputs).then(({ outputs }) => outputs);
    const update = (olds: WireRecord, before: WireRecord, now: WireRecord) =>
        operations.update(call, "metal-1-gate", olds, before, now);
    const unfinished = async (work: Promise<unknown>): Promise<UnfinishedError> => {
        const error: unknown = await work.then(
            () => assert.fail("the gate passed"),
            (thrown: unknown) => thrown,
        );
        assert.ok(error instanceof UnfinishedError, String(error));
        return error;
    };

    beforeEach(() => {
        [hosts, commands, ended, cluster] = [new ClockHosts(), [], { status: 0, lines: [] }, "here"];
        restart();
    });

    it("run when they are created, and keep figures, fingerprint and time", async () => {
        const { passed, results, fingerprint, ranAt } = await create(gate(10));
        assert.equal(passed, true);
        assert.deepEqual(results, {
            clock: {
                passed: true,
                seconds: 0.5,
                figures: { offsetMilliseconds: 1, errorMilliseconds: 0.025, sources: 1 },
                findings: [],
            },
        });
        assert.deepEqual(fingerprint, { kernel: "6.1.0-30-amd64" });
        assert.ok(typeof ranAt === "string" && Math.abs(Date.parse(ranAt) - Date.now()) < 5000);
    });

    it("do nothing as long as nothing changes", async () => {
        const outputs = await create(gate(10));
        restart();
        const { changes } = await operations.diff(call, outputs, gate(10), gate(10));
        assert.equal(changes, "none");
        assert.equal(hosts.measured, 1);
    });

    it("say what changed on the host, and run again", async () => {
        const outputs = await create(gate(10));
        restart();
        hosts.kernel = "6.1.0-31-amd64";
        const { changes, details } = await operations.diff(call, outputs, gate(10), gate(10));
        assert.deepEqual([changes, [...details]], ["some", [["fingerprint", "update"]]]);
        assert.deepEqual(log.of("info"), ["metal-1: the gate runs again: kernel 6.1.0-30-amd64 → 6.1.0-31-amd64"]);
        const after = await update(outputs, gate(10), gate(10));
        assert.deepEqual(after.fingerprint, { kernel: "6.1.0-31-amd64" });
        assert.equal(hosts.measured, 2);
    });

    it("are judged by other thresholds without running, in both directions", async () => {
        const outputs = await create(gate(10));
        restart();
        const failed = await unfinished(update(outputs, gate(10), gate(0.5)));
        assert.match(failed.message, /clock: offsetMilliseconds: found 1 ms, wanted at most 0\.5 ms \(a test\)/);
        assert.match(failed.message, /usual causes:\n {2}\* /);
        restart();
        const passed = await update(failed.outputs, gate(0.5), gate(20));
        assert.deepEqual([passed.passed, passed.ranAt], [true, outputs.ranAt]);
        assert.equal(hosts.measured, 1);
    });

    it("run again after they failed, though nothing changed", async () => {
        const failed = await unfinished(create(gate(0.5)));
        assert.equal(failed.outputs.passed, false);
        restart();
        assert.equal((await operations.diff(call, failed.outputs, gate(0.5), gate(0.5))).changes, "some");
        hosts.offsetSeconds = 0.0001;
        assert.equal((await update(failed.outputs, gate(0.5), gate(0.5))).passed, true);
        assert.equal(hosts.measured, 2);
    });

    it("that failed pass by other thresholds with the figures that they have", async () => {
        const failed = await unfinished(create(gate(0.5)));
        restart();
        // An engine may keep the inputs of the update before the one that failed.
        assert.equal((await update(failed.outputs, gate(10), gate(10))).passed, true);
        assert.equal(hosts.measured, 1);
    });

    it("run again when other thresholds let them fail as well", async () => {
        const failed = await unfinished(create(gate(0.5)));
        restart();
        hosts.offsetSeconds = 0.0001;
        assert.equal((await update(failed.outputs, gate(0.5), gate(0.6))).passed, true);
        assert.equal(hosts.measured, 2);
    });

    for (const [what, more] of [
        ["runAgain", { runAgain: "2" }],
        ["a setting", { checks: { clock: { thresholds: {}, settings: { waitSeconds: 3 } } } }],
    ] as const) {
        it(`run again when ${what} changes`, async () => {
            const outputs = await create(gate(10));
            restart();
            assert.equal((await operations.diff(call, outputs, gate(10), gate(10, more))).changes, "some");
            await update(outputs, gate(10), gate(10, more));
            assert.equal(hosts.measured, 2);
        });
    }

    it("use what a rolling change has measured in the same run, once", async () => {
        const gates = new Gates(hosts, log);
        operations = new GateOperations(gates, log, new NodeMarks(way("unknown"), { command: () => assert.fail() }));
        const checks = { clock: { thresholds: {} } };
        await gates.runFirst(call, { connection: { ...connection, name: "metal-1" }, checks });
        await create(gate(10));
        assert.equal(hosts.measured, 1);
        await create(gate(10));
        assert.equal(hosts.measured, 2);
    });

    it("do not use what was measured before the host changed", async () => {
        const gates = new Gates(hosts, log);
        operations = new GateOperations(gates, log, new NodeMarks(way("unknown"), { command: () => assert.fail() }));
        await gates.runFirst(call, { connection, checks: { clock: { thresholds: {} } } });
        hosts.kernel = "6.1.0-31-amd64";
        const outputs = await create(gate(10, { connection }));
        assert.equal(hosts.measured, 2);
        assert.deepEqual(outputs.fingerprint, { kernel: "6.1.0-31-amd64" });
    });

    it("mark the node: unproven until it has passed, serving then, unproven again when it fails", async () => {
        const inputs = gate(10, { node: "gpu-1" });
        const outputs = await create(inputs);
        assert.equal(outputs.servingNode, "gpu-1");
        const unproven = [
            "taint node gpu-1 seamount.dev/unproven=:NoSchedule --overwrite",
            "label node gpu-1 seamount.dev/serving-",
        ];
        const serving = [
            "label node gpu-1 seamount.dev/serving=true --overwrite",
            "taint node gpu-1 seamount.dev/unproven:NoSchedule-",
        ];
        assert.deepEqual(commands, [...unproven, ...serving]);
        commands = [];
        restart();
        const failed = await unfinished(update(outputs, inputs, gate(0.5, { node: "gpu-1" })));
        assert.equal(failed.outputs.servingNode, "");
        assert.deepEqual(commands, unproven);
        commands = [];
        restart();
        await operations.delete(call, failed.outputs, inputs);
        assert.deepEqual(commands, [unproven[1], serving[1]]);
    });

    it("keep their figures where the node cannot be marked, and mark it with the next up", async () => {
        const inputs = gate(10, { node: "gpu-1" });
        const outputs = await create(gate(10));
        restart();
        ended = { status: 1, lines: ['Error from server (NotFound): nodes "gpu-1" not found'] };
        const failed = await unfinished(update(outputs, gate(10), inputs));
        assert.match(failed.message, /the cluster has no node gpu-1/);
        assert.equal(failed.outputs.passed, true);
        ended = { status: 0, lines: [] };
        restart();
        assert.equal((await operations.diff(call, failed.outputs, inputs, inputs)).changes, "some");
        assert.equal((await update(failed.outputs, inputs, inputs)).servingNode, "gpu-1");
        assert.equal(hosts.measured, 1);
    });

    it("say that a node is not marked where the provider has no kubeconfig, and are done", async () => {
        cluster = "unknown";
        restart();
        const inputs = gate(10, { node: "gpu-1" });
        const outputs = await create(inputs);
        assert.match(log.of("warning").join(), /node gpu-1 gets no label and no taint: .* no kubeconfig/);
        assert.equal((await operations.diff(call, outputs, inputs, inputs)).changes, "none");
    });

    it("say once that there is no cluster yet, and mark the node with the first up after it is there", async () => {
        cluster = "later";
        restart();
        const inputs = gate(10, { node: "gpu-1" });
        const outputs = await create(inputs);
        await create(gate(10, { node: "gpu-2" }));
        const said = log.of("info").filter(message => message.includes("no cluster yet"));
        assert.deepEqual([said.length, commands.length, outputs.servingNode], [1, 0, ""]);
        assert.equal((await operations.diff(call, outputs, inputs, inputs)).changes, "none");
        cluster = "here";
        restart();
        assert.deepEqual([...(await operations.diff(call, outputs, inputs, inputs)).details], [["node", "update"]]);
        assert.equal((await update(outputs, inputs, inputs)).servingNode, "gpu-1");
        assert.equal(hosts.measured, 2);
    });

    it("preview no change where nobody knows whether there is a cluster, and fail in up", async () => {
        cluster = "later";
        restart();
        const inputs = gate(10, { node: "gpu-1" });
        const outputs = await create(inputs);
        cluster = "hidden";
        restart();
        assert.equal((await operations.diff(call, outputs, inputs, inputs)).changes, "none");
        await assert.rejects(create(inputs), /no host of the control plane can be asked/);
    });

    it("are unknown in a preview where the host cannot be reached: one warning, and no error", async () => {
        const outputs = await create(gate(10));
        restart();
        hosts.unreachable = connection.address;
        const { changes, details } = await operations.diff(call, outputs, gate(10), gate(10));
        assert.deepEqual([changes, details.size], ["some", 0]);
        await operations.previewCreate(call, gate(10));
        assert.equal(log.of("warning").length, 1);
        await assert.rejects(update(outputs, gate(10), gate(10)), (error: Error) => error instanceof HostError);
    });

    it("name the end that cannot be reached", async () => {
        hosts.unreachable = "192.0.2.8";
        const peer = { address: "192.0.2.8", hostKey: HOST_KEY, name: "metal-2" };
        await assert.rejects(
            create(gate(10, { peer })),
            /metal-2 \(192\.0\.2\.8\) cannot be reached: No route to host/,
        );
    });
});
