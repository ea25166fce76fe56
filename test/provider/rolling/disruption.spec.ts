import { strict as assert } from "node:assert";
import type { Difference } from "../../../provider/kinds/kind";
import {
    disruptionOf,
    disruptionWords,
    type Planned,
    rolloutWords,
    waitsForReboot,
} from "../../../provider/rolling/disruption";
import { DEFAULT_ROLLOUT } from "../../../provider/rolling/settings";

const difference = (words: string, disruption?: Difference["disruption"]): Difference => ({
    field: "a",
    found: "b",
    wanted: "c",
    words,
    ...(disruption === undefined ? {} : { disruption }),
});
const item = (...differences: Difference[]) => ({ kind: "packages", key: "a", differences });
const calm = { rebootDue: false };

describe("what a change does to a host's work", () => {
    it("is nothing where no difference says otherwise", () => {
        const pending = { differing: [item(difference("x"))], observation: calm, reboot: "automatic" } as const;
        assert.equal(disruptionOf(pending), undefined);
    });

    it("is a reboot as soon as one difference needs one", () => {
        const differing = [item(difference("x", "drain")), item(difference("y", "reboot"), difference("z"))];
        assert.deepEqual(disruptionOf({ differing, observation: calm, reboot: "automatic" }), {
            disruption: "reboot",
            reasons: ["x", "y"],
        });
    });

    it("is what an interrupted run has left: a reboot that is due, a host that is not back", () => {
        const due = { differing: [], observation: { rebootDue: true } };
        assert.equal(disruptionOf({ ...due, reboot: "automatic" })?.disruption, "reboot");
        assert.equal(disruptionOf({ ...due, reboot: "manual" }), undefined, "people need no turn");
        const away = { differing: [], observation: { maintenance: "ops@desk at noon" }, reboot: "manual" } as const;
        assert.deepEqual(disruptionOf(away)?.reasons, [
            "it was taken out of service by ops@desk at noon and is not back yet",
        ]);
    });

    it("waits for a reboot only where all that is left does", () => {
        assert.equal(waitsForReboot(item(difference("x", "reboot"))), true);
        assert.equal(waitsForReboot(item(difference("x", "reboot"), difference("y"))), false);
        assert.equal(waitsForReboot(item(difference("x", "drain"))), false);
    });

    it("is said with node, reasons, and how many more there are", () => {
        const reboots = { disruption: "reboot", reasons: ["a", "b", "c", "d", "e"] } as const;
        assert.equal(
            disruptionWords("gpu-02", "node-b", reboots, "automatic"),
            "gpu-02: reboots after draining node node-b: a; b; c; and 2 more",
        );
        assert.equal(
            disruptionWords("gpu-02", undefined, { ...reboots, reasons: ["a"] }, "manual"),
            "gpu-02: is to be rebooted by hand: a",
        );
        const drains = { disruption: "drain", reasons: ["a"] } as const;
        assert.equal(
            disruptionWords("gpu-02", "node-b", drains, "automatic"),
            "gpu-02: is changed after draining node node-b: a",
        );
    });
});

describe("what a change does to the fleet", () => {
    const hosts: Planned[] = [
        { name: "gpu-10", rack: "b", disruption: "reboot" },
        { name: "gpu-2", rack: "a", disruption: "reboot" },
        { name: "gpu-1", rack: "a", disruption: "reboot" },
        { name: "nas", disruption: "drain" },
    ];

    it("is nothing to speak of where nothing is disrupted", () => {
        assert.deepEqual(rolloutWords([], DEFAULT_ROLLOUT), []);
    });

    it("is said in sum, with the pace and the names as people count them", () => {
        assert.deepEqual(rolloutWords(hosts, DEFAULT_ROLLOUT), [
            "3 hosts reboot, one at a time: gpu-1, gpu-2, gpu-10",
            "1 host is changed out of service: nas",
        ]);
        assert.deepEqual(rolloutWords(hosts.slice(0, 1), DEFAULT_ROLLOUT), ["1 host reboots: gpu-10"]);
    });

    it("names the racks that go together", () => {
        assert.deepEqual(rolloutWords(hosts.slice(0, 3), { ...DEFAULT_ROLLOUT, by: "rack" }), [
            "3 hosts reboot, rack by rack: gpu-1, gpu-2 (rack a); gpu-10 (rack b)",
        ]);
        const unknown: Planned[] = [
            { name: "x", disruption: "reboot" },
            { name: "y", disruption: "reboot" },
        ];
        assert.deepEqual(rolloutWords(unknown, { ...DEFAULT_ROLLOUT, by: "rack" }), [
            "2 hosts reboot, rack by rack: x; y",
        ]);
    });

    it("says that people reboot, and how many may go at once", () => {
        const settings = { ...DEFAULT_ROLLOUT, reboot: "manual", hostsAtOnce: 2 } as const;
        assert.deepEqual(rolloutWords(hosts.slice(0, 3), settings), [
            "3 hosts are to be rebooted by hand, at most 2 at a time: gpu-1, gpu-2, gpu-10",
        ]);
    });
});
