import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { HostError, UnfinishedError } from "../../../provider/errors";
import { ControlPlaneOperations } from "../../../provider/kubernetes/controlPlane/operations";
import { secret, unwrap, type WireRecord } from "../../../provider/values";
import { ListLog } from "../fakes";
import { bare, CERTIFICATE_KEY, ControlPlaneHosts, TOKEN } from "./controlPlaneHosts";
import { inputsFor, running } from "./controlPlaneModel";

const NODES = ["cp-1", "cp-2", "cp-3"];
const call = { urn: "urn:pulumi:test::seamount::metal:index:ControlPlane::plane", timeoutSeconds: 0 };
const wire = (nodes: readonly string[], version = "1.36.3"): WireRecord =>
    JSON.parse(JSON.stringify(inputsFor(nodes, version))) as WireRecord;

function start(world = bare(NODES), nodes = NODES) {
    const log = new ListLog();
    const hosts = new ControlPlaneHosts(world, inputsFor(nodes, "1.36.3"));
    return { log, hosts, operations: new ControlPlaneOperations(hosts, log) };
}

const message = async (work: Promise<unknown>): Promise<string> => {
    try {
        await work;
    } catch (error) {
        assert.ok(error instanceof HostError, String(error));
        return error.message;
    }
    return "";
};

describe("resource of a control plane", () => {
    it("begins on the first host, lets the others in one by one, and tells what became of them", async () => {
        const { hosts, operations, log } = start();
        const { outputs } = await operations.create(call, wire(NODES));
        assert.deepEqual(hosts.done, ["begin cp-1", "join cp-2", "join cp-3"]);
        const { value, isSecret } = unwrap(outputs);
        assert.ok(isSecret(["kubeconfig"]) && !isSecret(["members"]));
        assert.deepEqual(Object.keys((value as { members: object }).members), NODES);
        assert.equal((value as { version: string }).version, "1.36.3");
        assert.ok(log.said.some(said => said.message === "cp-2: joining (2 of 3)"));
        const diff = await operations.diff(call, outputs, wire(NODES), wire(NODES));
        assert.deepEqual([diff.changes, [...diff.details]], ["none", []]);
    });

    it("hands tickets over in scripts alone, and ends them", async () => {
        const { hosts, operations, log } = start();
        const { outputs } = await operations.create(call, wire(NODES));
        for (const text of [JSON.stringify(outputs), JSON.stringify(log.said)]) {
            assert.ok(!text.includes(TOKEN) && !text.includes(CERTIFICATE_KEY));
        }
        const ended = hosts.scripts.filter(({ text }) => text.includes("kubeadm token delete abcdef"));
        assert.equal(ended.length, 2);
        assert.ok(hosts.scripts.every(({ text }) => !text.includes("kubeadm join --token")));
    });

    it("sends nothing that a POSIX shell cannot read", async () => {
        const { hosts, operations } = start();
        await operations.create(call, wire(NODES));
        const old = start(running(NODES, "1.36.2"));
        old.hosts.world = { ...old.hosts.world, hasSnapshot: true };
        await message(old.operations.update(call, "plane", {}, wire(NODES, "1.36.2"), wire(NODES)));
        await operations.delete(call, {}, wire(NODES)).catch(() => undefined);
        const wrong = [...hosts.scripts, ...old.hosts.scripts].flatMap(({ text }) => {
            const { status, stderr } = spawnSync("sh", ["-n"], { input: text, encoding: "utf8" });
            return status === 0 ? [] : [stderr];
        });
        assert.deepEqual(wrong, []);
    });

    it("goes on where a join broke off, with a new token", async () => {
        const { hosts, operations } = start();
        hosts.failing.set("join cp-2", "error execution phase preflight: token id abcdef is invalid or has expired");
        const failure = await message(operations.create(call, wire(NODES)));
        assert.match(
            failure,
            /^cp-2 \(10\.0\.0\.12\), while joining \(2 of 3\): .*has expired\nThe join token has ended/s,
        );
        hosts.failing.clear();
        hosts.done.length = 0;
        // The snapshot is another matter: this host has no etcd to take one of.
        hosts.world = { ...hosts.world, hasSnapshot: true };
        const plan = await operations.diff(call, {}, wire(NODES), wire(NODES));
        assert.deepEqual([...plan.details.keys()], ['hosts["cp-2"]', 'hosts["cp-3"]']);
    });

    it("keeps the state of what it began and could not end", async () => {
        const { hosts, operations } = start();
        hosts.failing.set("begin cp-1", "[ERROR Port-6443]: Port 6443 is in use");
        await assert.rejects(operations.create(call, wire(NODES)), UnfinishedError);
    });

    it("warns of a host that cannot be reached in a preview, and fails in `up`", async () => {
        const { hosts, operations, log } = start(running(NODES, "1.36.3"));
        hosts.down.add("cp-3");
        const diff = await operations.diff(call, { kubeconfig: secret("x") }, wire(NODES), wire(NODES));
        assert.equal(diff.changes, "some");
        assert.match(
            log.of("warning").join("\n"),
            /^cp-3 \(10\.0\.0\.13\) cannot be reached: No route to host.*same name/s,
        );
        assert.match(
            await message(operations.update(call, "plane", {}, wire(NODES), wire(NODES))),
            /^cp-3 .* cannot be reached/,
        );
        assert.deepEqual(hosts.done, []);
    });

    it("says what differs by its path", async () => {
        const whole = running(NODES, "1.36.2");
        const edited = whole.hosts["cp-2"];
        assert.ok(edited !== undefined);
        const { operations, log } = start({ ...whole, hosts: { ...whole.hosts, "cp-2": { ...edited, edited: true } } });
        const same = await operations.diff(call, { kubeconfig: "x" }, wire(NODES, "1.36.2"), wire(NODES, "1.36.2"));
        assert.deepEqual([...same.details.keys()].slice(0, 2), ['staticPods["etcd"]', 'staticPods["kube-apiserver"]']);
        assert.ok(log.of("info").includes("cp-2: static pod etcd is not as kubeadm made it"));
        const upgrade = await operations.diff(call, { kubeconfig: "x" }, wire(NODES, "1.36.2"), wire(NODES));
        assert.ok(upgrade.details.has("version"));
    });

    it("refuses another endpoint, and more than one minor version, in the preview", async () => {
        const { operations } = start(running(NODES, "1.34.1"));
        const other = { ...wire(NODES), endpoint: "10.0.0.99:6443" };
        assert.match(
            await message(operations.diff(call, {}, wire(NODES), other)),
            /^the endpoint 10\.0\.0\.9:6443 cannot become/,
        );
        assert.match(await message(operations.diff(call, {}, wire(NODES), wire(NODES))), /more than one minor version/);
    });

    it("does not take a cluster apart where not every host answers", async () => {
        const { hosts, operations } = start(running(NODES, "1.36.3"));
        hosts.down.add("cp-1");
        assert.match(await message(operations.delete(call, {}, wire(NODES))), /Nothing was taken apart/);
        assert.deepEqual(hosts.done, []);
    });

    it("names everything that is wrong with its inputs", () => {
        const { operations } = start();
        const { problems } = operations.check({
            ...wire(["cp-1", "cp-1"]),
            version: "v1.36",
            endpoint: "10.0.0.9",
            snapshotDirectory: "backups",
            renewBeforeDays: 0,
            packages: { kubeadm: "1" },
            images: { "etcd:3.6.8-0": "latest" },
            virtualAddress: "vip",
            bogus: 1,
        });
        assert.deepEqual(
            problems.map(({ property }) => property),
            [
                "bogus",
                "version",
                "endpoint",
                "snapshotDirectory",
                "virtualAddress",
                "renewBeforeDays",
                "packages",
                'images["etcd:3.6.8-0"]',
                "hosts",
                "hosts[0].interface",
                "hosts[1].node",
                "hosts[1].interface",
            ],
        );
    });

    it("makes secrets of private keys and contents of files", () => {
        const { operations } = start();
        const inputs = wire(NODES);
        const [first] = inputs.hosts as unknown as WireRecord[];
        assert.ok(first !== undefined);
        const { inputs: kept } = operations.check({
            ...inputs,
            hosts: [{ ...first, connection: { address: "10.0.0.11", hostKey: "k", privateKey: "PEM" } }],
            files: { "/etc/kubernetes/x": { content: "key" } },
        });
        const { isSecret } = unwrap(kept);
        assert.ok(isSecret(["hosts", "0", "connection", "privateKey"]));
        assert.ok(isSecret(["files", "/etc/kubernetes/x", "content"]));
    });
});
