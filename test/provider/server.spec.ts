import { strict as assert } from "node:assert";
import * as grpc from "@grpc/grpc-js";
import * as pb from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { typeOf } from "../../provider/handler";
import { ConnectionError } from "../../provider/transport";
import { secret, unwrap } from "../../provider/values";
import { plain, start, stopAll, struct } from "./client";
import { connection, FailingTransport, HOST_KEY, SysctlHost, urn } from "./fakes";

const wanting = (value: string) => ({ connection: { ...connection }, sysctls: { "vm.swappiness": value } });
const { DIFF_NONE, DIFF_SOME } = pb.DiffResponse.DiffChanges;

describe("the provider's protocol", () => {
    afterEach(stopAll);

    it("checks everything at once, with paths", async () => {
        const { check } = await start(new SysctlHost(new Map()));
        const bad = { connection: { address: "a b", hostKey: "nonsense" }, sysctls: { swappiness: "1" }, disks: {} };
        const failures = (await check(bad)).getFailuresList().map(failure => failure.getProperty());
        assert.deepEqual(failures, ["disks", "connection.address", "connection.hostKey", 'sysctls["swappiness"]']);
    });

    it("knows a resource by its type, whatever it is a child of, and names the types that there are", async () => {
        assert.equal(typeOf("urn:pulumi:a::b::c:d:E$metal:index:Host::metal-1"), "metal:index:Host");
        assert.equal(typeOf(urn), "metal:index:Host");
        const { ask, client } = await start(new SysctlHost(new Map()));
        const request = new pb.CheckRequest().setUrn(urn.replace("Host", "Rack")).setNews(struct({}));
        await assert.rejects(
            ask<pb.CheckRequest, pb.CheckResponse>(client.check.bind(client), request),
            /metal has no resource metal:index:Rack; it has .*metal:index:Host/,
        );
    });

    it("checks where a host stands, and which node it is", async () => {
        const { check } = await start(new SysctlHost(new Map()));
        const bad = { connection: { ...connection }, rack: "", node: "Gpu_1", gates: ["clock"] };
        const failures = (await check(bad)).getFailuresList().map(failure => failure.getProperty());
        assert.deepEqual(failures, ["rack", "node", "gates"]);
        const good = { connection: { ...connection }, rack: "r1", node: "gpu-1.site", gates: {} };
        assert.deepEqual((await check(good)).getFailuresList(), []);
    });

    it("makes a private key a secret even where the program did not", async () => {
        const { check } = await start(new SysctlHost(new Map()));
        const inputs = { connection: { ...connection, privateKey: "PEM" } };
        const checked = unwrap((await check(inputs)).getInputs()?.toJavaScript() ?? {});
        assert.equal(checked.isSecret(["connection", "privateKey"]), true);
        assert.equal(checked.isSecret(["connection", "address"]), false);
    });

    it("observes in one session and changes in one more", async () => {
        const host = new SysctlHost(new Map([["vm.swappiness", "60"]]));
        const { create, diff } = await start(host);
        const outputs = plain((await create(wanting("1"))).getProperties());
        assert.equal(host.sessions, 2);
        assert.equal(host.values.get("vm.swappiness"), "1");
        assert.equal((await diff(outputs, wanting("1"), wanting("1"))).getChanges(), DIFF_NONE);
        assert.equal(host.sessions, 3);
    });

    it("changes nothing on a host that is right already", async () => {
        const host = new SysctlHost(new Map([["vm.swappiness", "1"]]));
        host.boot.set("vm.swappiness", "vm.swappiness = 1");
        await (await start(host)).create(wanting("1"));
        assert.equal(host.sessions, 1);
    });

    it("says in a preview of a new host what would change, and changes nothing", async () => {
        const host = new SysctlHost(new Map([["vm.swappiness", "60"]]));
        const { create, log } = await start(host);
        await create(wanting("1"), true);
        assert.match(
            log.of("info").join(),
            /metal-1: 1 of 1 items would change:\n {2}sysctl vm.swappiness is 60, should be 1/,
        );
        assert.equal(host.values.get("vm.swappiness"), "60");
    });

    it("shows drift item by item, though no input changed", async () => {
        const host = new SysctlHost(new Map([["vm.swappiness", "60"]]));
        const { create, diff, log } = await start(host);
        const outputs = plain((await create(wanting("1"))).getProperties());
        host.values.set("vm.swappiness", "33");
        const answer = await diff(outputs, wanting("1"), wanting("1"));
        assert.equal(answer.getChanges(), DIFF_SOME);
        const paths: string[] = [];
        answer.getDetaileddiffMap().forEach((_detail, path) => paths.push(path));
        assert.deepEqual(paths, ['sysctls["vm.swappiness"]']);
        assert.deepEqual(log.of("info"), ["metal-1: sysctl vm.swappiness is 33, should be 1"]);
    });

    it("updates the state and not the host when only the connection changes, and never replaces", async () => {
        const host = new SysctlHost(new Map([["vm.swappiness", "60"]]));
        const { create, diff, update } = await start(host);
        const outputs = plain((await create(wanting("1"))).getProperties());
        const moved = { ...wanting("1"), connection: { ...connection, address: "192.0.2.8" } };
        const answer = await diff(outputs, wanting("1"), moved);
        assert.equal(answer.getChanges(), DIFF_SOME);
        assert.deepEqual(answer.getReplacesList(), []);
        const before = host.sessions;
        await update(outputs, wanting("1"), moved);
        assert.equal(host.sessions, before, "the observation of the preview serves, and there is nothing to change");
    });

    it("puts back what was found when an item leaves, and when the host does", async () => {
        const host = new SysctlHost(new Map([["vm.swappiness", "60"]]));
        const { create, update, ask, client } = await start(host);
        const outputs = plain((await create(wanting("1"))).getProperties());
        const empty = { connection: { ...connection } };
        const left = plain((await update(outputs, wanting("1"), empty)).getProperties());
        assert.equal(host.values.get("vm.swappiness"), "60");
        assert.equal(host.boot.has("vm.swappiness"), false);
        assert.deepEqual((left.found as Record<string, unknown>).sysctls, {});

        host.values.set("vm.swappiness", "1");
        const request = new pb.DeleteRequest()
            .setUrn(urn)
            .setProperties(struct(outputs))
            .setOldInputs(struct(wanting("1")));
        await ask<pb.DeleteRequest, unknown>(client.delete.bind(client), request);
        assert.equal(host.values.get("vm.swappiness"), "60");
    });

    it("keeps what was found when a change breaks off, so that the next run goes on", async () => {
        const host = new SysctlHost(new Map([["vm.swappiness", "60"]]));
        host.breaks = true;
        const { create, update } = await start(host);
        const error = await create(wanting("1")).then(
            () => assert.fail("the change must fail"),
            (reason: grpc.ServiceError) => reason,
        );
        assert.match(
            error.details,
            /connection to metal-1 \(192\.0\.2\.7\) was lost: it broke off.*run `pulumi up` again/,
        );
        const [packed] = error.metadata.get("grpc-status-details-bin");
        const [detail] = Status.deserializeBinary(packed as Buffer).getDetailsList();
        const kept = pb.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
        assert.equal(kept.getId(), "metal-1");
        host.breaks = false;
        host.values.set("vm.swappiness", "1");
        const outputs = plain((await update(plain(kept.getProperties()), wanting("1"), wanting("1"))).getProperties());
        assert.deepEqual((outputs.found as Record<string, object>).sysctls, { "vm.swappiness": { value: "60" } });
    });

    it("keeps secrets secret in what the engine stores", async () => {
        const host = new SysctlHost(new Map([["vm.swappiness", "60"]]));
        const inputs = { ...wanting("1"), connection: { ...connection, privateKey: secret("hunter2") } };
        const { create } = await start(host);
        const stored = (await create(inputs)).getProperties()?.toJavaScript() ?? {};
        assert.equal(unwrap(stored).isSecret(["found"]), true);
        assert.ok(!JSON.stringify(stored).includes("hunter2"));
    });

    it("says once that hosts cannot be seen, and goes on", async () => {
        const { diff, create, log } = await start(new FailingTransport(new ConnectionError("unreachable", "no route")));
        for (const name of ["metal-1", "metal-2", "metal-3"]) {
            const answer = await diff({}, wanting("1"), wanting("1"), urn.replace("metal-1", name));
            assert.equal(answer.getChanges(), DIFF_SOME);
        }
        await create(wanting("1"), true);
        assert.equal(log.of("warning").length, 1);
        assert.match(
            log.of("warning").join(),
            /^metal-1 \(192\.0\.2\.7\) cannot be reached: no route\. .* items are unknown/,
        );
        assert.equal(log.of("debug").length, 3);
        await assert.rejects(create(wanting("1")), /metal-1 \(192\.0\.2\.7\) cannot be reached: no route/);
    });

    it("does not wait long for a site that is out of reach as a whole", async () => {
        const transport = new FailingTransport(new ConnectionError("unreachable", "no route"));
        const { diff, create } = await start(transport);
        for (const name of ["metal-1", "metal-2", "metal-3", "metal-4"]) {
            await diff({}, wanting("1"), wanting("1"), urn.replace("metal-1", name));
        }
        await create(wanting("1")).catch(() => undefined);
        assert.deepEqual(transport.timeouts, [undefined, undefined, undefined, 1, undefined]);
    });

    it("never goes on with a host that shows another key", async () => {
        const error = new ConnectionError("wrong-host-key", "it shows another key", "SHA256:other");
        const { diff, create } = await start(new FailingTransport(error));
        const words =
            /its key should be SHA256:HOdQmOlqvyUqwhyYDS7LIPWG8HUaLqp4u\+D37\+jMaco, but it shows SHA256:other/;
        await assert.rejects(diff({}, wanting("1"), wanting("1")), words);
        await assert.rejects(create(wanting("1"), true), words);
        assert.ok(HOST_KEY.startsWith("ssh-ed25519"));
    });
});
