import { strict as assert } from "node:assert";
import fc from "fast-check";
import { resourcesOf } from "../../../components/host/exported";
import { driftRows, driftTable } from "../../../components/host/drift/report";
import { HOST_TYPE } from "../../../provider/items";
import { readInputs } from "../../../provider/desired";
import { differencesOf } from "../../../provider/script";

const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const host = (name: string, inputs: object = {}) => ({
    type: HOST_TYPE,
    urn: `urn:pulumi:s::p::${HOST_TYPE}::${name}-host`,
    inputs: { connection: { name, address: "10.0.0.1" }, ...inputs },
});
const exported = (...resources: readonly object[]) => JSON.stringify({ version: 3, deployment: { resources } });

describe("drift of a stack", () => {
    it("is looked for on each host of the export, in the order of their names, and on nothing else", () => {
        const hosts = resourcesOf(exported(host("gpu-10"), { type: "pulumi:pulumi:Stack" }, host("gpu-9")), HOST_TYPE);
        assert.deepEqual(
            hosts.map(found => found.host),
            ["gpu-9", "gpu-10"],
        );
        assert.deepEqual(resourcesOf("{}", HOST_TYPE), []);
    });

    it("reads secrets of the export, and keeps them secrets", () => {
        const content = { ...SECRET, plaintext: '"hunter2\\n"' };
        const [found] = resourcesOf(exported(host("a", { files: { "/etc/key": { content } } })), HOST_TYPE);
        const desired = readInputs(found?.inputs ?? {});
        assert.deepEqual(desired.items.files, { "/etc/key": { content: "hunter2\n" } });
        assert.equal(desired.isSecret("files", "/etc/key"), true);
        const seen = {
            files: { "/etc/key": { type: "regular file", sha256: "0", mode: "644", owner: "root", group: "root" } },
        };
        const rows = driftRows("a", differencesOf(desired.items, seen, desired.isSecret));
        assert.deepEqual(rows, [{ host: "a", item: "file /etc/key (content)", found: "[secret]", wanted: "[secret]" }]);
    });

    it("has a row for each difference, named as messages name it", () => {
        const items = { sysctls: { "vm.swappiness": "1" } };
        const both = differencesOf(items, { sysctls: { "vm.swappiness": { value: "60" } } }, () => false);
        assert.deepEqual(driftRows("gpu-1", both), [
            { host: "gpu-1", item: "sysctl vm.swappiness (value)", found: "60", wanted: "1" },
            { host: "gpu-1", item: "sysctl vm.swappiness (boot)", found: "unset", wanted: "1" },
        ]);
        const one = differencesOf(items, { sysctls: { "vm.swappiness": { value: "60", boot: "1" } } }, () => false);
        assert.equal(driftRows("gpu-1", one)[0]?.item, "sysctl vm.swappiness");
    });

    it("is a table of one line a row, whatever hosts say", () => {
        const row = fc.record({ host: fc.string(), item: fc.string(), found: fc.string(), wanted: fc.string() });
        fc.assert(
            fc.property(fc.array(row), rows => {
                const lines = driftTable(rows).split("\n");
                assert.equal(lines.length, rows.length + 1);
                assert.doesNotMatch(lines.join(""), /\p{Cc}/u);
            }),
        );
    });
});
