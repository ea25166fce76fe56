import { strict as assert } from "node:assert";
import type { WireRecord } from "../../../provider/values";
import type { ListLog } from "../fakes";
import { seen, THEIRS, wanted } from "./nodeFakes";
import { nodeOperations, World } from "./nodeWorld";

const call = (node: string) => ({ urn: `urn:pulumi:t::s::metal:index:ClusterNode::${node}`, timeoutSeconds: 0 });
const inputs = () => ({ ...wanted }) as unknown as WireRecord;

describe("workers that leave a cluster", () => {
    let world: World;
    let log: ListLog;
    let operations: ReturnType<typeof nodeOperations>["operations"];

    /** The next run of the program: nothing is remembered. */
    const restart = () => {
        world.events.splice(0);
        ({ log, operations } = nodeOperations(world));
    };
    const create = () => operations.create(call("gpu-1"), inputs());

    beforeEach(() => {
        world = new World();
        restart();
    });

    it("leave: drained, taken out of the list, and clean", async () => {
        await create();
        restart();
        await operations.delete(call("gpu-1"), {}, inputs());
        assert.deepEqual(world.events, ["gpu-1 cordon", "gpu-1 drain", "gpu-1 delete node", "gpu-1 clean"]);
        await operations.delete(call("gpu-1"), {}, inputs());
        assert.equal(world.events.length, 4);
    });

    it("leave when the host is gone for good, with a warning; not while its kubelet still answers", async () => {
        const { outputs } = await create();
        restart();
        world.gone.add("gpu-1");
        await assert.rejects(operations.delete(call("gpu-1"), outputs, inputs()), /kubelet still answers the cluster/);
        world.nodes.set("gpu-1", { ready: false, cordoned: false, bootId: "gpu-1" });
        await operations.delete(call("gpu-1"), outputs, inputs());
        assert.deepEqual(world.events, ["gpu-1 delete node"]);
        assert.match(log.of("warning").join(), /See to it that the host is off/);
    });

    it("leave another cluster's host as it is", async () => {
        world.hosts.set("gpu-1", seen({ hasKubelet: true, authority: THEIRS }));
        await operations.delete(call("gpu-1"), {}, inputs());
        assert.deepEqual(world.events, []);
        assert.match(log.of("warning").join(), /is of another cluster .* left as it is/);
    });
});
