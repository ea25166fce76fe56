import assert from "node:assert/strict";
import { findings, h200Checks, recorded, replay } from "./replay";

const SOUND = recorded("h200-x4");

/** The findings of a check where the recorded answer of four GPUs is changed. Fails where there is nothing to change. */
function after(check: string, change: (text: string) => string): readonly string[] {
    const changed = change(SOUND);
    assert.notEqual(changed, SOUND, "nothing was changed");
    return findings(replay(changed, h200Checks(4)), check);
}

/** Changes a line of one GPU in `nvidia-smi -q`, the first one after this heading of the GPU. */
function inGpu(index: number, heading: string, from: RegExp, to: string): (text: string) => string {
    return text => {
        const bus = [...text.matchAll(/^GPU 00000000:\S+$/gm)][index];
        const begin = text.indexOf(heading, bus?.index);
        return text.slice(0, begin) + text.slice(begin).replace(from, to);
    };
}

describe("check topology", () => {
    it("names a pair without NVLink", () => {
        const found = after("topology", text =>
            text.replace(/^GPU1\t.*$/m, "GPU1\tNV18\t X \tSYS\tNV18\t0-63\t0\t\tN/A"),
        );
        assert.deepEqual(found, [
            "GPU 1 – GPU 2: SYS, through PCIe and the link between CPUs; wanted NV18, 18 NVLinks",
            "nvlinks: 0 (GPU 1 – GPU 2); wanted at least 18",
        ]);
    });

    it("names a pair with a link less", () => {
        const found = after("topology", text => text.replace(/^(GPU0\t X \tNV18\t)NV18/m, "$1NV17"));
        assert.equal(found[0], "GPU 0 – GPU 2: NV17; wanted NV18, 18 NVLinks");
    });

    it("names a link that is down", () => {
        const found = after("topology", text =>
            text.replace(/(GPU 3: NVIDIA H200[^]*?Link 7: )26\.562 GB\/s/, "$1<inactive>"),
        );
        assert.deepEqual(found, ["GPU 3: NVLink 7 inactive; wanted every NVLink active"]);
    });

    it("names a GPU that is not there", () => {
        const found = after("topology", text =>
            text.replace(/^GPU3\t.*\n/m, "").replace("GPU2\tGPU3\tCPU Affinity", "GPU2\tCPU Affinity"),
        );
        assert.equal(found[0], "GPUs: 3; wanted 4");
    });

    it("quotes a driver that does not answer", () => {
        const found = after("topology", text =>
            text.replace(
                /section check\/topology\n[^]*?\n\n0123456789abcdef01234567 section ran\/topology/,
                "section check/topology\nNVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n\n" +
                    "0123456789abcdef01234567 section ran/topology",
            ),
        );
        assert.match(found[0] ?? "", /couldn't communicate with the NVIDIA driver/);
    });
});

describe("check gpuHealth", () => {
    const load = (gpu: number, field: string, value: number) => (text: string) =>
        text.replace(new RegExp(`("gpu": ${gpu}, "load": .*"${field}": )[0-9.]+`), `$1${value}`);

    const facts: readonly (readonly [what: string, change: (text: string) => string, found: string])[] = [
        [
            "a link of generation 1 with 8 lanes under load",
            text => load(2, "width", 8)(load(2, "generation", 1)(text)),
            "GPU 2: PCIe generation 1, 8 lanes under load; wanted PCIe generation 5, 16 lanes, which GPU and slot can do",
        ],
        [
            "an XID since boot",
            text =>
                text.replace(
                    "@kernel\n",
                    "@kernel\nNVRM: Xid (PCI:0000:00:07): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.\n",
                ),
            "GPU 1: XID 79 since boot: the GPU has fallen off the bus; wanted no XID since boot",
        ],
        [
            "an XID of a GPU that is gone",
            text => text.replace("@kernel\n", "@kernel\nNVRM: Xid (PCI:0000:5e:00): 79, GPU has fallen off the bus.\n"),
            "GPU at 0000:5e:00: XID 79 since boot: the GPU has fallen off the bus; wanted no XID since boot",
        ],
        [
            "an uncorrectable memory error",
            inGpu(3, "Volatile", /(DRAM Uncorrectable +: )0/, "$12"),
            "GPU 3: 2 uncorrectable memory errors since boot; wanted none",
        ],
        [
            "a row that waits to be remapped",
            inGpu(0, "Remapped Rows", /(Pending +: )No/, "$1Yes"),
            "GPU 0: a row of the memory waits to be remapped; wanted no remapping pending",
        ],
        [
            "a remapping that failed",
            inGpu(1, "Remapped Rows", /(Remapping Failure Occurred +: )No/, "$1Yes"),
            "GPU 1: remapping a row of the memory failed; wanted no remapping failure",
        ],
        ["heat", load(2, "celsius", 91), "temperatureCelsius: 91 °C (GPU 2); wanted at most 85 °C"],
        [
            "clocks held down by heat",
            load(0, "throttle", 0x40),
            "GPU 0: hardware thermal slowdown; wanted clocks that only the power limit lowers",
        ],
        [
            "a slowdown that is active at rest",
            inGpu(1, "Clocks Event Reasons", /(HW Power Brake Slowdown +: )Not Active/, "$1Active"),
            "GPU 1: HW Power Brake Slowdown is active; wanted clocks that nothing holds down",
        ],
        [
            "a power limit below its default",
            inGpu(2, "GPU Power Readings", /(Current Power Limit +: )700\.00 W/, "$1500.00 W"),
            "GPU 2: power limit 500 W; wanted its default, 700 W",
        ],
        [
            "persistence mode that is off",
            inGpu(0, "Persistence Mode", /(Persistence Mode +: )Enabled/, "$1Disabled"),
            "GPU 0: persistence mode off; wanted on: without it the driver lets go of the GPU whenever nobody uses it",
        ],
        [
            "a GPU split by MIG",
            inGpu(3, "MIG Mode", /(Current +: )Disabled/, "$1Enabled"),
            "GPU 3: split by MIG; wanted a whole GPU",
        ],
        [
            "a fabric that is not ready",
            inGpu(1, "Fabric", /(State +: )Completed/, "$1In Progress"),
            "GPU 1: NVLink fabric: In Progress; wanted Completed",
        ],
        [
            "a fabric manager of another version",
            text => text.replace("@fabric\n", "@fabric\nFabric Manager version is : 580.105.08\nactive\n"),
            "fabric manager: 580.105.08; wanted 580.159.04",
        ],
        [
            "a fabric manager that stands still",
            text => text.replace("@fabric\n", "@fabric\nFabric Manager version is : 580.159.04\nfailed\n"),
            "nvidia-fabricmanager: failed; wanted active",
        ],
        [
            "tools that are newer than the kernel's module",
            text => text.replace("@module\n580.159.04", "@module\n570.86.15"),
            "kernel module nvidia: 570.86.15; wanted 580.159.04",
        ],
    ];
    for (const [what, change, found] of facts) {
        it(`names ${what}`, () => {
            const all = after("gpuHealth", change);
            assert.ok(all.includes(found), all.join("\n") || "no finding");
        });
    }

    it("says why a link at rest proves nothing", () => {
        const found = after("gpuHealth", text =>
            inGpu(
                0,
                "PCIe Generation",
                /(Current +: )5/,
                "$11",
            )(text.replace(/@load\n[^]*?\n\n/, '@load\n{"missing": "PyTorch"}\n\n')),
        );
        assert.match(found[0] ?? "", /^GPU 0: PCIe generation 1, 16 lanes at rest/);
    });

    it("counts what programs bring about, and does not judge it", () => {
        const line = "NVRM: Xid (PCI:0000:00:06): 31, pid=79749, name=exe, Ch 0000000a, MMU Fault";
        const { gpuHealth } = replay(SOUND.replace("@kernel\n", `@kernel\n${line}\n`), h200Checks(4));
        assert.equal(gpuHealth?.passed, true);
        assert.equal(gpuHealth.figures.applicationXids, 1);
        assert.equal(gpuHealth.figures.xids, 0);
    });

    it("wants the version that the site pins", () => {
        const { gpuHealth } = h200Checks(4);
        const pinned = { thresholds: {}, settings: { ...gpuHealth?.settings, driverVersion: "580.95.05" } };
        assert.deepEqual(findings(replay(SOUND, { gpuHealth: pinned }), "gpuHealth"), [
            "driver: 580.159.04; wanted 580.95.05",
        ]);
    });
});

describe("checks that measure GPUs", () => {
    const slower = (check: string, field: string, gpu: number) =>
        after(check, text =>
            text.replaceAll(
                new RegExp(`("gpu": ${gpu}, .*?"${field}": )([0-9.]+)`, "g"),
                (_, before, value) => `${String(before)}${Number(value) * 0.8}`,
            ),
        );

    for (const [check, field, figure] of [
        ["hbm", "readTBps", "readTBps"],
        ["hbm", "copyTBps", "copyTBps"],
        ["gemm", "tflops", "fp8Tflops8192"],
        ["gemm", "sustainedTflops", "bf16SustainedTflops"],
        ["h2d", "d2hGBps", "d2hGBps"],
    ] as const) {
        it(`name a GPU that is 20 % slower: ${field}`, () => {
            const found = slower(check, field, 2);
            assert.match(found[0] ?? "", new RegExp(`^GPU 2: .*${figure} [0-9.]+, (19|2[01]) % below`));
            assert.ok(found.some(line => line.startsWith(`${figure}: `) && line.includes("(GPU 2)")));
        });
    }

    it("name a slow link between GPUs by the whole all-reduce", () => {
        const found = after("nccl", text =>
            text.replaceAll(/("busGBps": )([0-9.]+)/g, (_, before, value) => `${String(before)}${Number(value) * 0.8}`),
        );
        assert.deepEqual(found, ["busGBps: 292.75 GB/s (16 GiB); wanted at least 322.8 GB/s"]);
    });

    it("name sums that are wrong", () => {
        const found = after("nccl", text => text.replace(/("bytes": 4194304, .*"right": )true/, "$1false"));
        assert.deepEqual(found, ["sums: wrong at 4 MiB; wanted the sum of all ranks"]);
    });

    it("name a GPU whose memory changes what is written", () => {
        const found = after("hbm", text => text.replace(/("gpu": 3, .*"same": )true/, "$1false"));
        assert.equal(found[0], "GPU 3: a copy in its memory differs from what was copied; wanted the same bytes");
    });

    it("name a GPU whose process died", () => {
        const found = after("gemm", text =>
            text.replace(/^\{"gpu": 1, .*sustained.*$/m, '{"gpu": 1, "problem": "the process was ended by SIGKILL"}'),
        );
        assert.equal(found[0], "GPU 1: the process was ended by SIGKILL; wanted a measurement");
    });

    it("miss a GPU that PyTorch does not see", () => {
        const found = after("h2d", text => text.replace(/(check\/h2d\n.*"gpus": )4/, "$13"));
        assert.deepEqual(found, ["GPUs: 3; wanted 4"]);
    });
});
