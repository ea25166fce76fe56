import { strict as assert } from "node:assert";
import { checkGate, compareGates, type GateInputs, protectGate } from "../../../provider/gates/inputs";
import { secret, touchesSecret, UNKNOWN, type WireRecord } from "../../../provider/values";
import { connection } from "../fakes";

const limit = { atMost: 10, unit: "ms", source: "a test" };
const wire = (inputs: object): WireRecord => JSON.parse(JSON.stringify(inputs)) as WireRecord;
const right = { connection, checks: { clock: { thresholds: { offsetMilliseconds: limit } } } };
const problems = (inputs: object): string[] =>
    checkGate(wire(inputs)).map(({ property, reason }) => `${property}: ${reason}`);

describe("the inputs of a gate", () => {
    it("are right as they are meant, with values that are not known yet as well", () => {
        assert.deepEqual(problems(right), []);
        assert.deepEqual(problems({ connection: UNKNOWN, checks: UNKNOWN, node: UNKNOWN, peer: UNKNOWN }), []);
        assert.deepEqual(problems({ ...right, checks: { clock: { thresholds: UNKNOWN } } }), []);
    });

    it("have all their problems told at once, each with its path", () => {
        const fio = { thresholds: { speed: { unit: "GB/s" } }, settings: { folder: "/dev/sda" }, when: "now" };
        const told = problems({
            connection: { address: "192.0.2.7" },
            peer: { ...connection, port: 0 },
            checks: { fio, clok: { thresholds: {} }, "clock:a b": { thresholds: {} } },
            node: "GPU 1",
            runAgain: 7,
            colour: "red",
        });
        for (const [property, words] of [
            ["colour", 'a gate has no "colour"; it has connection, peer, checks, node, runAgain'],
            ["connection.hostKey", "is missing"],
            ["peer.port", "0 is not a whole number from 1 to 65535"],
            ["node", '"GPU 1" is not the name of a Kubernetes node'],
            ["runAgain", "is not text"],
            ['checks["fio"]', 'check fio has no "when"; it has thresholds, settings'],
            ['checks["fio"]', "check fio needs the setting folder"],
            ['checks["fio"]', 'check fio has no figure "speed"'],
            ['checks["fio"].thresholds["speed"]', "has neither atLeast nor atMost"],
            ['checks["fio"].thresholds["speed"]', "does not say its source"],
            ['checks["clok"]', 'there is no check "clok"; there are clock, '],
            ['checks["clock:a b"]', "there is no check"],
        ] as const) {
            const has = told.some(line => line.startsWith(`${property}: `) && line.includes(words));
            assert.ok(has, `${property}: ${words} is missing in\n${told.join("\n")}`);
        }
        assert.equal(problems({ ...right, checks: {} }).length, 1);
    });

    it("need a peer where a check does", () => {
        const checks = { iperf3: { thresholds: {} } };
        assert.deepEqual(problems({ connection, checks }), ['checks["iperf3"]: check iperf3 needs a peer: set `peer`']);
        assert.deepEqual(problems({ connection, checks, peer: connection }), []);
    });

    it("may have a check more than once, with a word behind its name", () => {
        const fio = (folder: string) => ({ thresholds: {}, settings: { folder } });
        assert.deepEqual(problems({ connection, checks: { "fio:hot": fio("/a"), "fio:cold": fio("/b") } }), []);
    });

    it("have private keys of both ends as secrets, whatever the program said", () => {
        const withKey = { ...connection, privateKey: "a key" };
        const inputs = protectGate(wire({ ...right, connection: withKey, peer: withKey }));
        assert.ok(touchesSecret(inputs, ["connection", "privateKey"]) && touchesSecret(inputs, ["peer", "privateKey"]));
        assert.ok(!touchesSecret(inputs, ["checks"]));
        const wrapped = secret(wire(withKey));
        assert.deepEqual(protectGate({ connection: wrapped }), { connection: wrapped });
    });
});

describe("two sets of inputs of a gate", () => {
    const before: GateInputs = right;
    const differ = (now: Partial<GateInputs>) => {
        const { details, measureAgain } = compareGates(before, { ...before, ...now });
        return [[...details].map(([path, change]) => `${change} ${path}`), measureAgain];
    };
    const clock = before.checks.clock ?? { thresholds: {} };

    it("differ by what is named, and are measured again only where figures say nothing about the new ones", () => {
        assert.deepEqual(differ({}), [[], false]);
        const other = { clock: { thresholds: { offsetMilliseconds: { ...limit, atMost: 5 } } } };
        const path = 'checks["clock"].thresholds["offsetMilliseconds"]';
        assert.deepEqual(differ({ checks: other }), [[`update ${path}`], false]);
        assert.deepEqual(differ({ checks: { clock: { thresholds: {} } } }), [[`delete ${path}`], false]);
        const set = { clock: { ...clock, settings: { waitSeconds: 1 } } };
        assert.deepEqual(differ({ checks: set }), [['add checks["clock"].settings'], true]);
        const more = { clock, memory: { thresholds: {} } };
        assert.deepEqual(differ({ checks: more }), [['add checks["memory"]'], true]);
        assert.deepEqual(differ({ runAgain: "2" }), [["add runAgain"], true]);
        assert.deepEqual(differ({ node: "gpu-1" }), [["add node"], false]);
        assert.deepEqual(differ({ connection: { ...connection, port: 2222 } }), [["add connection.port"], false]);
        const peer = { address: "192.0.2.8", hostKey: connection.hostKey };
        assert.deepEqual(differ({ peer }), [["add peer.address", "add peer.hostKey"], true]);
    });
});
