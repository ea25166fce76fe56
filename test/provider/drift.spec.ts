import { strict as assert } from "node:assert";
import { driftOf } from "../../provider/desired";

const differing = (kind: string, key: string, field: string, found: string, wanted: string) => ({
    kind,
    key,
    differences: [{ field, found, wanted, words: "" }],
});

describe("drift in the engine's words", () => {
    const cases = [
        ["the item itself", "1", differing("sysctls", "vm.swappiness", "value", "60", "1"), 'sysctls["vm.swappiness"]'],
        [
            "a field that is described",
            { running: true },
            differing("services", "a.service", "running", "false", "true"),
            'services["a.service"].running',
        ],
        [
            "the item where a field is a default",
            { content: "" },
            differing("files", "/a", "mode", "0600", "0644"),
            'files["/a"]',
        ],
        [
            "the whole item where it is missing",
            { content: "" },
            differing("files", "/a", "content", "missing", "x"),
            'files["/a"]',
        ],
    ] as const;
    for (const [name, item, difference, path] of cases) {
        it(`names ${name}, and never prints the wanted value as the found one`, () => {
            assert.deepEqual([...driftOf(item, difference)], [[path, "add"]]);
        });
    }
});
