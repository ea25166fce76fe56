import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { ModuleItem } from "../../../provider";
import { parametersOf, sameParameter } from "../../../provider/kinds/moduleParameters";
import { modules } from "../../../provider/kinds/modules";
import { itKeepsTheLaws } from "./laws";

const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/);
const item: fc.Arbitrary<ModuleItem> = fc.record(
    { state: fc.constantFrom("loaded" as const, "blocked" as const), options: fc.constantFrom("a=1", 'b="x y" c') },
    { requiredKeys: ["state"] },
);
const NVIDIA: ModuleItem = {
    state: "loaded",
    options: 'NVreg_EnableStreamMemOPs=1 NVreg_RegistryDwords="PeerMappingOverride=1;"',
};
/** What a host prints on which the driver was loaded before its options were written. */
const RUNNING = [
    "loaded\tnvidia\t3",
    "boot\tnvidia",
    `probe\toptions nvidia ${NVIDIA.options}`,
    "parameter\tnvidia\tNVreg_EnableStreamMemOPs\t0",
    'parameter\tnvidia\tNVreg_RegistryDwords\t""',
    "parameter\tnvidia\tNVreg_ModifyDeviceFiles\t1",
];
const seenOf = (key: string, lines: readonly string[]) => {
    const seen = modules.parse(lines, [key])[key];
    assert.ok(seen);
    return seen;
};

describe("modules", () => {
    itKeepsTheLaws(modules, fc.dictionary(name, item));

    it("that run with other options than those for the next time say so, and that a reboot is due", () => {
        const differences = modules.diff("nvidia", NVIDIA, seenOf("nvidia", RUNNING), false);
        assert.deepEqual(
            differences.map(({ field, words, disruption }) => [field, words, disruption]),
            [
                [
                    "running",
                    "module nvidia runs with NVreg_EnableStreamMemOPs=0, should be 1: it counts from the next boot",
                    "reboot",
                ],
                [
                    "running",
                    'module nvidia runs with NVreg_RegistryDwords="", should be PeerMappingOverride=1;: it counts from the next boot',
                    "reboot",
                ],
            ],
        );
        const after = RUNNING.map(line =>
            line.replace("MemOPs\t0", "MemOPs\t1").replace('""', '"PeerMappingOverride=1;"'),
        );
        assert.deepEqual(modules.diff("nvidia", NVIDIA, seenOf("nvidia", after), false), []);
    });

    it("that are in use wait for a reboot to be blocked; others need none", () => {
        const disruptions = (uses: string) =>
            modules
                .diff("nouveau", { state: "blocked" }, seenOf("nouveau", [`loaded\tnouveau\t${uses}`]), false)
                .map(({ field, disruption }) => [field, disruption]);
        assert.deepEqual(disruptions("2"), [
            ["state", "reboot"],
            ["blocked", undefined],
        ]);
        assert.deepEqual(disruptions("0"), [
            ["state", undefined],
            ["blocked", undefined],
        ]);
    });

    it("whose settings the initramfs does not know yet differ, also where an earlier run was cut off", () => {
        const lines = ["probe\tblacklist nouveau", "probe\tinstall nouveau /bin/false", "due\tnouveau"];
        const seen = seenOf("nouveau", lines);
        const differences = modules.diff("nouveau", { state: "blocked" }, seen, false);
        assert.deepEqual(
            differences.map(({ field }) => field),
            ["initramfs"],
        );
        const change = { key: "nouveau", item: { state: "blocked" as const }, seen, differences, secret: false };
        const steps = modules.change([change], { changedFiles: new Set() });
        assert.equal(steps.at(-1)?.words, "bringing the initramfs up to date");
    });

    it("are no reason for a new initramfs when only loaded", () => {
        const seen = seenOf("nvidia", ["boot\tnvidia"]);
        const wanted: ModuleItem = { state: "loaded" };
        const differences = modules.diff("nvidia", wanted, seen, false);
        const change = { key: "nvidia", item: wanted, seen, differences, secret: false };
        assert.deepEqual(
            modules.change([change], { changedFiles: new Set() }).map(({ words }) => words),
            ["loading module nvidia"],
        );
    });
});

describe("parameters of a module", () => {
    it("are read from options as modprobe reads them", () => {
        assert.deepEqual(parametersOf(NVIDIA.options ?? ""), [
            ["NVreg_EnableStreamMemOPs", "1"],
            ["NVreg_RegistryDwords", "PeerMappingOverride=1;"],
        ]);
        assert.deepEqual(parametersOf('a="x y"  b'), [
            ["a", "x y"],
            ["b", "Y"],
        ]);
    });

    it("are the same however the kernel prints them", () => {
        assert.ok(sameParameter("Y", "1") && sameParameter("N", "off") && sameParameter("Y", "on"));
        assert.ok(sameParameter("16", "0x10") && sameParameter("4294967295", "-1") && sameParameter('"a;"', "a;"));
        assert.ok(!sameParameter("N", "1") && !sameParameter("1", "2") && !sameParameter("", "1"));
        fc.assert(fc.property(fc.string(), text => assert.ok(sameParameter(text, text.replaceAll('"', "").trim()))));
        fc.assert(
            fc.property(fc.integer(), fc.integer(), (a, b) =>
                assert.equal(sameParameter(`${a}`, `${b}`), (a | 0) === (b | 0)),
            ),
        );
    });
});
