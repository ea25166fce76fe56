import { strict as assert } from "node:assert";
import { UnfinishedError } from "../../../provider/errors";
import { secret, unwrap, type WireRecord } from "../../../provider/values";
import type { ListLog } from "../fakes";
import { DIGEST, IMAGE, seen, THEIRS, wanted } from "./nodeFakes";
import { AUTHORITY, nodeOperations, World } from "./nodeWorld";

const call = (node: string) => ({ urn: `urn:pulumi:t::s::metal:index:ClusterNode::${node}`, timeoutSeconds: 0 });
const packagesOf = (version: string) => ({ kubeadm: version, kubelet: version, kubectl: version });
const inputs = (node = "gpu-1", more: object = {}) => ({ ...wanted, node, ...more }) as unknown as WireRecord;
const old = { version: "1.36.2", packages: packagesOf("1.36.2-1.1") };

describe("workers of a cluster", () => {
    let world: World;
    let log: ListLog;
    let operations: ReturnType<typeof nodeOperations>["operations"];

    /** The next run of the program: nothing is remembered. */
    const restart = () => {
        world.events.splice(0);
        ({ log, operations } = nodeOperations(world));
    };
    const create = (node = "gpu-1", more: object = {}) => operations.create(call(node), inputs(node, more));
    const diff = (outputs: WireRecord, more: object = {}) =>
        operations.diff(call("gpu-1"), outputs, inputs(), inputs("gpu-1", more));
    const update = (outputs: WireRecord, more: object = {}) =>
        operations.update(call("gpu-1"), "gpu-1", outputs, inputs(), inputs("gpu-1", more));

    beforeEach(() => {
        world = new World();
        restart();
    });

    it("join with packages and images, and need nothing after that", async () => {
        const { outputs } = await create();
        assert.deepEqual(outputs, { kubeletVersion: "1.36.3-1.1", joined: true, authority: AUTHORITY });
        assert.deepEqual(world.events, [
            "gpu-1 install",
            "cp-1 ticket",
            "gpu-1 begin",
            "gpu-1 join",
            "cp-1 end ticket",
        ]);
        restart();
        const { changes, details } = await diff(outputs);
        assert.deepEqual([changes, [...details]], ["none", []]);
    });

    it("join at the same time, with one ticket, from a host of the control plane that answers", async () => {
        world.gone.add("cp-1");
        await Promise.all(["gpu-1", "gpu-2", "gpu-3"].map(node => create(node)));
        const tickets = world.events.filter(event => event.includes("ticket"));
        assert.deepEqual(tickets, ["cp-2 ticket", "cp-2 end ticket"]);
        assert.equal(world.events.at(-1), "cp-2 end ticket");
        world.gone.add("cp-2");
        await assert.rejects(create("gpu-4"), /no host of the control plane lets it in:\ncp-1 .*\ncp-2 /s);
    });

    it("ask the cluster once for all nodes in a preview", async () => {
        const made = await Promise.all(["gpu-1", "gpu-2"].map(node => create(node)));
        restart();
        for (const [index, node] of ["gpu-1", "gpu-2"].entries()) {
            await operations.diff(call(node), made[index]?.outputs ?? {}, inputs(node), inputs(node));
        }
        assert.equal(world.lists.length, 1);
    });

    it("change nothing where only the way to the host is another", async () => {
        const { outputs } = await create();
        restart();
        const connection = { ...wanted.connection, user: "admin", port: 2222 };
        const { changes, details } = await diff(outputs, { connection });
        assert.equal(changes, "some");
        assert.deepEqual([...details.keys()], ["connection.user", "connection.port"]);
        await update(outputs, { connection });
        assert.deepEqual(world.events, []);
    });

    it("are drained, upgraded, and only then back", async () => {
        const { outputs } = await create("gpu-1", old);
        restart();
        assert.equal((await diff(outputs)).changes, "some");
        assert.match(
            log.of("info").join(),
            /^gpu-1: goes to 1\.36\.3 after its node was drained: has kubeadm 1\.36\.2/,
        );
        assert.equal((await update(outputs)).kubeletVersion, "1.36.3-1.1");
        assert.deepEqual(world.events, [
            "gpu-1 draining",
            "gpu-1 cordon",
            "gpu-1 drain",
            "gpu-1 drained",
            "gpu-1 upgrade",
            "gpu-1 uncordon",
            "gpu-1 back",
        ]);
    });

    it("are upgraded one after the other", async () => {
        const made = await Promise.all(["gpu-1", "gpu-2"].map(node => create(node, old)));
        restart();
        const nodes = ["gpu-1", "gpu-2"];
        await Promise.all(
            nodes.map((node, index) =>
                operations.update(call(node), node, made[index]?.outputs ?? {}, inputs(node, old), inputs(node)),
            ),
        );
        const order = world.events.map(event => event.split(" ")[0]);
        assert.deepEqual(order, [...order].sort());
    });

    it("take work again where they cannot be drained, and were not upgraded", async () => {
        const { outputs } = await create("gpu-1", old);
        restart();
        world.drains = false;
        await assert.rejects(update(outputs), /was not changed, and takes work again: a budget forbids it/);
        assert.deepEqual(world.events.slice(-3), ["gpu-1 drain", "gpu-1 uncordon", "gpu-1 back"]);
    });

    it("wait for the control plane to be upgraded first", async () => {
        const { outputs } = await create("gpu-1", old);
        restart();
        world.version = "v1.36.2";
        await assert.rejects(update(outputs), /should run 1\.36\.3, and the control plane runs 1\.36\.2 still/);
        assert.ok(!world.events.includes("gpu-1 upgrade"));
    });

    for (const step of ["install", "begin", "join"]) {
        it(`go on in the next run where joining broke off after: ${step}`, async () => {
            world.breaksAfter = step;
            const error: unknown = await create().catch((thrown: unknown) => thrown);
            assert.ok(error instanceof UnfinishedError);
            world.breaksAfter = "";
            restart();
            assert.equal((await diff(error.outputs)).changes === "some", step !== "join");
            assert.equal((await update(error.outputs)).joined, true);
            assert.equal(world.events.includes("gpu-1 reset"), step === "begin");
        });
    }

    it("go on in the next run where an upgrade broke off: no second draining of what is drained", async () => {
        const { outputs } = await create("gpu-1", old);
        world.breaksAfter = "upgrade";
        await assert.rejects(update(outputs), /connection to gpu-1 .* was lost/);
        world.breaksAfter = "";
        restart();
        const { details } = await diff(outputs);
        assert.deepEqual([...details.keys()], ["kubeletVersion"]);
        await update(outputs);
        assert.deepEqual(world.events, ["gpu-1 uncordon", "gpu-1 back"]);
    });

    it("join again after they were reset by hand, under the name that the cluster still lists", async () => {
        const { outputs } = await create();
        restart();
        world.hosts.set(
            "gpu-1",
            seen({ bootId: "gpu-1", packages: packagesOf("1.36.3-1.1"), images: { [IMAGE]: DIGEST } }),
        );
        await update(outputs);
        assert.deepEqual(world.events.slice(0, 2), ["gpu-1 delete node", "cp-1 ticket"]);
    });

    it("are refused where they are of another cluster, in a preview already", async () => {
        world.hosts.set("gpu-1", seen({ hasKubelet: true, authority: THEIRS }));
        await assert.rejects(operations.previewCreate(call("gpu-1"), inputs()), /is of another cluster/);
        await assert.rejects(create(), error => !(error instanceof UnfinishedError));
        assert.deepEqual(world.events, []);
    });

    it("are not known in a preview where the host cannot be reached: a warning, and no error", async () => {
        const { outputs } = await create();
        restart();
        world.gone.add("gpu-1");
        assert.equal((await diff(outputs)).changes, "none");
        assert.match(log.of("warning").join(), /gpu-1 .* cannot be reached/);
    });

    it("cannot join before there is a cluster; a preview says what will be", async () => {
        world.exists = false;
        await operations.previewCreate(call("gpu-1"), inputs());
        assert.match(log.of("info").join(), /^gpu-1: joins 192\.0\.2\.10:6443: is not of the cluster/);
        await assert.rejects(create(), /there is no cluster yet/);
    });

    it("are checked with paths, all at once, and keep private keys secret", () => {
        const bad = {
            ...wanted,
            version: "1.36",
            taints: ["a=b"],
            packages: { kubelet: "1.36.3-1.1" },
            controlPlane: [{ node: "cp-1", connection: { address: "192.0.2.11" } }],
            roles: [],
        };
        const { problems } = operations.check(bad);
        assert.deepEqual(
            problems.map(({ property }) => property),
            [
                "roles",
                "controlPlane[0].connection.hostKey",
                "version",
                "taints",
                'packages["kubeadm"]',
                'packages["kubelet"]',
            ],
        );
        const connection = { ...wanted.connection, privateKey: "k" };
        const given = inputs("gpu-1", { connection, controlPlane: [{ node: "cp-1", connection }] });
        const { inputs: checked, problems: none } = operations.check(given);
        const { isSecret } = unwrap(checked);
        assert.deepEqual(none, []);
        assert.ok(isSecret(["connection", "privateKey"]));
        assert.ok(isSecret(["controlPlane", "0", "connection", "privateKey"]));
        assert.deepEqual(secret("k"), (checked.connection as WireRecord).privateKey);
    });
});
