import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { RoceItem } from "../../provider/items";
import { roce } from "../../provider/kinds/roce";
import { ROCE_SCRIPT } from "../../provider/kinds/roceScript";
import { lastNumber, readDcb, readMlnxQos } from "../../provider/kinds/roceTools";
import { readAnswer, assemble } from "../../provider/shell";
import { runHere } from "./fakes";

const item: RoceItem = { device: "mlx5_0", dscp: 26, priority: 3, cnpDscp: 48 };
const items: fc.Arbitrary<RoceItem> = fc
    .record({
        device: fc.constantFrom("mlx5_0", "rocep1s0f0", "bnxt_re0"),
        dscp: fc.integer({ min: 0, max: 63 }),
        priority: fc.integer({ min: 0, max: 7 }),
        cnpDscp: fc.integer({ min: 0, max: 63 }),
    })
    .filter(({ dscp, cnpDscp }) => dscp !== cnpDscp)
    .map(one => ({ ...one }));
const untouched = roce.parse([], ["ens1np0"]).ens1np0;
assert.ok(untouched !== undefined);

/**
 * The output of `mlnx_qos -i IF` in the form that OFED 4 and 5 print for a ConnectX: code points with two digits, at
 * most eight a line, and a line of its own for the ninth; no map where the NIC trusts the VLAN's priority.
 */
function mlnxQos(trust: string, pfc: readonly number[], moved: ReadonlyMap<number, number> = new Map()): string[] {
    const of = (priority: number) =>
        Array.from({ length: 64 }, (_, index) => 63 - index).filter(
            dscp => (moved.get(dscp) ?? dscp >> 3) === priority,
        );
    const row = (priority: number, list: readonly number[]) =>
        `\tprio:${priority} dscp:${list.map(dscp => `${String(dscp).padStart(2, "0")},`).join("")}`;
    const map = [0, 1, 2, 3, 4, 5, 6, 7].flatMap(priority => {
        const list = of(priority);
        return [list.slice(0, 8), list.slice(8)].filter(part => part.length > 0).map(part => row(priority, part));
    });
    return [
        "DCBX mode: OS controlled",
        `Priority trust state: ${trust}`,
        ...(trust === "dscp" ? ["dscp2prio mapping:", ...map] : []),
        "Receive buffer size (bytes): 130944,130944,0,0,0,0,0,0,max_buffer_size=1703104",
        "Cable len: 7",
        "PFC configuration:",
        "\tpriority    0   1   2   3   4   5   6   7",
        `\tenabled     ${[0, 1, 2, 3, 4, 5, 6, 7].map(priority => (pfc.includes(priority) ? 1 : 0)).join("   ")}   `,
        "\tbuffer      0   0   0   1   0   0   0   0   ",
        "tc: 0 ratelimit: unlimited, tsa: vendor",
        "\t priority:  1",
    ];
}

describe("tools that tell of flow control", () => {
    it("mlnx_qos: trust, flow control and the map, whatever its lines", () => {
        const flow = readMlnxQos(mlnxQos("dscp", [3], new Map([[30, 6]])));
        assert.deepEqual([flow?.trust, flow?.pfc], ["dscp", [3]]);
        assert.equal(flow?.priorities[26], "3");
        assert.equal(flow.priorities[30], "6");
        assert.equal(flow.priorities[48], "6");
        assert.equal(flow.priorities.length, 64);
    });

    it("mlnx_qos: a NIC that trusts the VLAN's priority has no map", () => {
        assert.deepEqual(readMlnxQos(mlnxQos("pcp", [])), { trust: "pcp", pfc: [], priorities: "-".repeat(64) });
    });

    it("mlnx_qos: a message is no answer", () => {
        assert.equal(readMlnxQos(["Priority trust state is not supported on your system"]), undefined);
    });

    it("dcb: flow control and the map, with and without the blank that releases before 5.19 print", () => {
        const pfc =
            '{"pfc_cap":8,"macsec_bypass":false,"delay":0,"prio_pfc":[false,false,false,true,false,false,false,false]}';
        for (const app of ['{"dscp_prio":[[26,3],[48,6]]}', '{"dscp_prio":[[26,3," "],[48,6," "]]}']) {
            const flow = readDcb(pfc, app);
            assert.deepEqual([flow?.trust, flow?.pfc], ["dscp", [3]]);
            assert.deepEqual([flow?.priorities[26], flow?.priorities[48], flow?.priorities[0]], ["3", "6", "-"]);
        }
        assert.equal(readDcb(pfc, "{}")?.trust, "pcp");
        assert.equal(readDcb("", '{"dscp_prio":[[26,3]]}'), undefined);
    });

    it("the kernel's files end with their value", () => {
        assert.equal(lastNumber("Global tclass=106\n"), 106);
        assert.equal(lastNumber("48"), 48);
        assert.equal(lastNumber(""), undefined);
    });
});

describe("kind roce", () => {
    it("differs in nothing once it was changed, and is described by itself", () => {
        const law = fc.property(items, wanted => {
            const after = roce.wanted("ens1np0", wanted, untouched);
            assert.deepEqual(roce.diff("ens1np0", wanted, after, false), []);
            assert.deepEqual(roce.describe("ens1np0", wanted, after), wanted);
            assert.deepEqual(roce.check("ens1np0", wanted), []);
        });
        fc.assert(law);
    });

    it("sees every single deviation, and says which changes disturb traffic", () => {
        const right = roce.wanted("ens1np0", item, {
            ...untouched,
            trafficClass: 0,
            notices: [],
            heeds: [],
            cnpDscp: 0,
        });
        const flow = right.flow ?? { trust: "", pfc: [], priorities: "" };
        const wrong = {
            device: { devices: ["mlx5_1"] },
            trust: { flow: { ...flow, trust: "pcp" } },
            pfc: { flow: { ...flow, pfc: [0, 3] } },
            priority: { flow: { ...flow, priorities: "3".repeat(26) + "4" + "3".repeat(37) } },
            tos: { tos: 0 },
            mode: { mode: "IB/RoCE v1" },
            trafficClass: { trafficClass: 96 },
            notices: { notices: [5] },
            heeds: { heeds: [] },
            cnpDscp: { cnpDscp: 0 },
            boot: { boot: "ens1np0 mlx5_0 26 4 48" },
        };
        for (const [field, change] of Object.entries(wrong)) {
            const found = roce.diff("ens1np0", item, { ...right, ...change }, false);
            assert.deepEqual(
                found.map(difference => difference.field),
                [field],
            );
            assert.equal(found[0]?.disruption, ["trust", "pfc", "priority"].includes(field) ? "drain" : undefined);
        }
        assert.deepEqual(
            roce.diff("ens1np0", item, { ...right, unit: false }, false).map(({ field }) => field),
            ["boot"],
        );
        assert.match(
            roce.diff("ens1np0", item, { ...right, ...wrong.pfc }, false)[0]?.words ?? "",
            /flow control is priority 0, 3, should be priority 3$/,
        );
    });

    it("reads what the vendor's driver shows, and misses nothing where it shows nothing", () => {
        const lines = [
            "interface\tens1np0",
            ...mlnxQos("dscp", [3]).map(text => `qos\t${text.replaceAll("\t", " ")}`),
            ...["device\tmlx5_0", "class\tGlobal tclass=106", "tos\t106", "mode\tRoCE v2"],
            ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap(priority => [
                `np${priority}\t1`,
                `rp${priority}\t${priority === 3 ? 1 : 0}`,
            ]),
            ...["cnp\t48", "interface\tens2np0", "pfc\t", "app\t", "boot\tens1np0 mlx5_0 26 3 48", "unit\tready"],
        ];
        const seen = roce.parse(lines, ["ens1np0", "ens2np0"]);
        assert.ok(seen.ens1np0 && seen.ens2np0);
        assert.deepEqual(roce.diff("ens1np0", item, seen.ens1np0, false), []);
        assert.deepEqual(seen.ens1np0.heeds, [3]);
        assert.deepEqual(seen.ens2np0, { devices: [], unit: true });
        assert.match(
            roce
                .diff("ens2np0", item, seen.ens2np0, false)
                .map(({ words }) => words)
                .join("\n"),
            /the RDMA device is missing, should be mlx5_0\n.*neither mlnx_qos nor dcb can tell/,
        );
    });

    it("says what is wrong with a definition", () => {
        const problems = (key: string, wrong: object) => roce.check(key, { ...item, ...wrong }).join("; ");
        assert.match(problems("ens1/0", {}), /not the name of a network interface/);
        assert.match(problems("ens1", { dscp: 64 }), /dscp 64 is not from 0 to 63/);
        assert.match(problems("ens1", { priority: 8 }), /priority 8 is not from 0 to 7/);
        assert.match(problems("ens1", { cnpDscp: 26 }), /could not tell them apart/);
        assert.match(problems("ens1", { device: "mlx5_0; reboot" }), /not the name of an RDMA device/);
        assert.match(problems("ens1", { pfc: true }), /has no field "pfc"/);
    });

    it("refuses an interface that belongs to another rail before it sets anything", () => {
        const seen = { ...untouched, devices: ["mlx5_1"] };
        const [, step] = roce.change([{ key: "ens1np0", item, seen, differences: [], secret: false }], {
            changedFiles: new Set(),
        });
        assert.match(step?.script.split("\n")[0] ?? "", /^refuse 'ens1np0 has mlx5_1, and not mlx5_0/);
    });

    it("observes this machine, which has no such NIC, and its program is right shell", async () => {
        const script = assemble(["set +e", "mark section seen", roce.observe(["lo", "ens1np0"], new Set())]);
        const answer = readAnswer((await runHere(script.text)).stdout, script.mark);
        assert.ok(answer.complete);
        const seen = roce.parse(answer.sections.get("seen") ?? [], ["lo", "ens1np0"]);
        assert.deepEqual(seen.lo, { devices: [], unit: false });
        const { status, stderr } = await runHere(`sh -n <<'PROGRAM'\n${ROCE_SCRIPT}PROGRAM\n`);
        assert.equal(status, 0, stderr);
    });
});
