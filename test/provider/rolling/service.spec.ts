import { strict as assert } from "node:assert";
import type * as pb from "@pulumi/pulumi/proto/provider_pb";
import { HostError } from "../../../provider/errors";
import type { CheckResult } from "../../../provider/gates/check";
import type { HostConnection } from "../../../provider/items";
import type { FleetParts } from "../../../provider/rolling/fleet";
import type { Nodes, NodeState } from "../../../provider/rolling/nodes";
import type { Script } from "../../../provider/shell";
import { ConnectionError, type Result, type Transport } from "../../../provider/transport";
import { start, stopAll } from "../client";
import { connection, HOST_KEY } from "../fakes";

/** What happens to hosts and nodes, in order. */
type Events = string[];

/** A host that has nothing to change, and for which a reboot is due. */
class DueHost implements Transport {
    boot = 1;
    /** The boot in which something was changed that counts from the next one. */
    dueSince = 1;
    maintenance = "";
    comesBack = true;
    private gone = false;

    constructor(private readonly events: Events) {}

    run(_connection: HostConnection, { text, mark }: Script): Promise<Result> {
        if (this.gone) {
            return Promise.reject(new ConnectionError("unreachable", "Connection refused"));
        }
        if (text.includes("systemctl reboot")) {
            this.events.push("reboot");
            this.boot += 1;
            this.gone = !this.comesBack;
        } else if (text.includes("| put_file /var/lib/seamount/maintenance")) {
            this.events.push("mark");
            this.maintenance = "somebody";
        } else if (text.includes("rm -f /var/lib/seamount/maintenance")) {
            this.events.push("unmark");
            this.maintenance = "";
        }
        const lines = [
            `${mark} section facts`,
            ...["metal-1", `b${this.boot}`, `b${this.dueSince}`, this.maintenance],
            `${mark} section boot`,
            ...[`b${this.boot}`, "running"],
            `${mark} end -`,
            "",
        ];
        return Promise.resolve({ stdout: lines.join("\n"), stderr: "", status: 0 });
    }

    cancel(): void {}

    close(): void {}
}

/** A cluster in memory. */
class FakeNodes implements Nodes {
    drains = true;
    state: NodeState | undefined = { ready: true, cordoned: false, bootId: "" };

    constructor(private readonly events: Events) {}

    look(): Promise<NodeState | undefined> {
        return Promise.resolve(this.state);
    }

    cordon(node: string): Promise<void> {
        this.events.push(`cordon ${node}`);
        return Promise.resolve();
    }

    drain(node: string): Promise<void> {
        this.events.push(`drain ${node}`);
        return this.drains ? Promise.resolve() : Promise.reject(new HostError("a budget forbids it"));
    }

    uncordon(node: string): Promise<boolean> {
        this.events.push(`uncordon ${node}`);
        return Promise.resolve(true);
    }

    cancel(): void {}
}

const passed: CheckResult = { passed: true, seconds: 1, figures: {}, findings: [] };
const inputs = { connection: { ...connection, hostKey: HOST_KEY }, node: "n1", gates: { clock: { thresholds: {} } } };

async function scene(check: CheckResult = passed) {
    const events: Events = [];
    const [host, nodes] = [new DueHost(events), new FakeNodes(events)];
    const gates: FleetParts["gates"] = () => {
        events.push("gates");
        return Promise.resolve({ clock: check });
    };
    const provider = await start(host, { nodes: () => nodes, gates });
    await provider.configure({ rollout: { rebootTimeoutSeconds: 2 } });
    return { events, host, nodes, ...provider };
}

const details = (error: unknown) => (error as { readonly details: string }).details;
const failure = (answer: Promise<pb.CreateResponse>) =>
    answer.then(
        () => assert.fail("it must fail"),
        (error: unknown) => details(error),
    );

describe("a host that a change takes out of service", () => {
    afterEach(stopAll);

    it("is marked, drained, rebooted, proved, and only then back", async () => {
        const { create, events, host } = await scene();
        await create(inputs);
        assert.deepEqual(events, ["mark", "cordon n1", "drain n1", "reboot", "gates", "uncordon n1", "unmark"]);
        assert.equal(host.maintenance, "");
    });

    it("takes work again where it cannot be drained, and was not rebooted", async () => {
        const { create, events, nodes } = await scene();
        nodes.drains = false;
        assert.match(await failure(create(inputs)), /was not changed, and takes work again: a budget forbids it/);
        assert.deepEqual(events, ["mark", "cordon n1", "drain n1", "uncordon n1", "unmark"]);
    });

    it("stays out of service where a gate fails, and the next host is not begun", async () => {
        const finding = { what: "offset", found: "9 s", wanted: "0 s", causes: [] };
        const { create, events, host } = await scene({ ...passed, passed: false, findings: [finding] });
        assert.match(await failure(create(inputs)), /stays out of service.*gate clock: offset is 9 s, should be 0 s/);
        assert.deepEqual(events.slice(-1), ["gates"]);
        assert.equal(host.maintenance, "somebody");
        host.maintenance = "";
        host.dueSince = host.boot;
        assert.match(await failure(create(inputs)), /metal-1 was not begun, because metal-1 failed: /);
        assert.deepEqual(events.slice(-1), ["gates"]);
    });

    it("stays out of service where it does not come back", async () => {
        const { create, events, host } = await scene();
        host.comesBack = false;
        assert.match(
            await failure(create(inputs)),
            /did not come back within 2 s after its reboot: Connection refused\. Look at its console/,
        );
        assert.deepEqual(events, ["mark", "cordon n1", "drain n1", "reboot"]);
    });

    it("is gone on with where an earlier run left it: no second reboot", async () => {
        const { create, events, host } = await scene();
        host.boot = 2;
        host.maintenance = "somebody";
        await create(inputs);
        assert.deepEqual(events, ["cordon n1", "drain n1", "gates", "uncordon n1", "unmark"]);
    });

    it("needs no draining while the cluster does not know it", async () => {
        const { create, events, nodes } = await scene();
        nodes.state = undefined;
        await create(inputs);
        assert.deepEqual(events, ["mark", "reboot", "gates", "unmark"]);
    });

    it("is left to people who reboot by themselves; a warning says that it is due", async () => {
        const { create, configure, events, log } = await scene();
        await configure({ rollout: { reboot: "manual" } });
        await create(inputs);
        assert.deepEqual(events, []);
        assert.deepEqual(log.of("warning"), ["metal-1: a reboot is due"]);
    });
});
