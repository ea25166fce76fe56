import { strict as assert } from "node:assert";
import { foundFor } from "../../provider/found";

const absent = { type: "absent" };
const observation = (files: Record<string, unknown>, recorded = {}) => ({
    hostname: "",
    bootId: "",
    seen: { files },
    recorded,
});
const wanted = (...paths: string[]) => ({ files: Object.fromEntries(paths.map(path => [path, { content: "" }])) });

describe("what was found before the first change", () => {
    const first = { ...absent, missingFolder: "/etc/a" };

    it("is what the state says, else what the host recorded, else what is seen", () => {
        const seen = observation({ "/x": { type: "now" }, "/y": { type: "now" }, "/z": { type: "now" } });
        const recorded = { files: { "/x": { type: "recorded" }, "/y": { type: "recorded" } } };
        const found = foundFor(wanted("/x", "/y", "/z"), { files: { "/x": absent } }, { ...seen, recorded });
        assert.deepEqual(found.files, { "/x": absent, "/y": { type: "recorded" }, "/z": { type: "now" } });
    });

    it("knows a folder that came with a file, even when another file has taken that one's place", () => {
        const before = { files: { "/etc/a/old": first } };
        const seen = observation({ "/etc/a/new": absent, "/etc/ab": absent, "/etc/a/there": { type: "directory" } });
        assert.deepEqual(foundFor(wanted("/etc/a/new", "/etc/ab", "/etc/a/there"), before, seen).files, {
            "/etc/a/new": first,
            "/etc/ab": absent,
            "/etc/a/there": { type: "directory" },
        });
    });

    it("names the topmost folder where several came", () => {
        const deep = { ...absent, missingFolder: "/etc/a/b" };
        const before = { files: { "/etc/a/b/old": deep, "/etc/a/old": first } };
        const seen = observation({ "/etc/a/b/c/new": { ...absent, missingFolder: "/etc/a/b/c" } });
        assert.deepEqual(foundFor(wanted("/etc/a/b/c/new"), before, seen).files, { "/etc/a/b/c/new": first });
    });
});
