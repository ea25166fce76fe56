import type { Check, CheckSpec, Finding, Reading } from "../check";
import { factFindings } from "../healthFacts";
import { amount, type GpuFacts, readSmiQuery, total } from "../nvidiaSmi";
import { byGpu, countFinding } from "../perGpu";
import { interpreter, needNvidiaSmi, readProgram, runProgram } from "../programs";
import { numberSetting, specProblems, textSetting } from "../settings";
import { shellQuote } from "../../shell";
import { APPLICATION_XIDS, readXids, xidFindings } from "../xids";
import { loadOf, throttleFindings } from "./gemm";

const FIGURES = [
    "gpus",
    "temperatureCelsius",
    "memoryTemperatureCelsius",
    "pcieGeneration",
    "pcieWidth",
    "eccVolatileUncorrectable",
    "eccAggregateUncorrectable",
    "xids",
    "applicationXids",
];
const UNCORRECTABLE = /Uncorrectable/;

/**
 * What the GPUs and the kernel say of themselves: memory errors, remapped rows, XIDs since boot, heat, clocks, power
 * limit, persistence, PCIe links under load, and whether driver, tools and fabric manager are of one version. Figures
 * are of the worst GPU; errors are summed. Errors that programs bring about are counted in `applicationXids` only.
 * Settings: `gpus`, `driverVersion` (exact), `python` (its PyTorch loads the links; without it they are read at rest).
 */
export const gpuHealth: Check = {
    name: "gpuHealth",
    words: "what the GPUs and the kernel say of themselves",
    check: spec => specProblems(spec, { gpus: "number", driverVersion: "text", python: "text" }, FIGURES),
    script: spec =>
        [
            needNvidiaSmi,
            "echo @query; nvidia-smi -q 2>&1",
            "echo @module; cat /sys/module/nvidia/version 2>/dev/null",
            "echo @fabric",
            "if command -v nv-fabricmanager >/dev/null 2>&1; then",
            "nv-fabricmanager --version 2>&1; systemctl is-active nvidia-fabricmanager 2>&1",
            "fi",
            "echo @kernel",
            "{ journalctl -k -b -q --no-pager -o cat; dmesg; } 2>/dev/null | grep -o 'NVRM: Xid.*' | sort -u | tail -n 200",
            "echo @load",
            `if command -v ${shellQuote(interpreter(spec))} >/dev/null 2>&1; then`,
            runProgram("link", spec, { seconds: 3 }),
            "fi",
        ].join("\n"),
    limitSeconds: () => 120,
    parse: (lines, spec) => {
        const part = parts(lines);
        const query = readSmiQuery(part("query"));
        if (query.gpus.length === 0) {
            return silent(part("query"));
        }
        const xids = readXids(part("kernel"));
        const loads = readProgram(part("load")).lines.flatMap(loadOf);
        const reading = gpuReading(query.gpus, byGpu(loads, ["celsius", "generation", "width"]));
        const wanted = numberSetting(spec, "gpus", query.gpus.length);
        const byProgram = xids.filter(({ code }) => APPLICATION_XIDS.has(code)).length;
        return {
            figures: { ...reading.figures, xids: xids.length - byProgram, applicationXids: byProgram },
            series: reading.series,
            findings: [
                ...(wanted === query.gpus.length ? [] : [countFinding(query.gpus.length, wanted)]),
                ...versionFindings(query.driverVersion, part("module"), part("fabric"), spec),
                ...xidFindings(xids, query.gpus),
                ...query.gpus.flatMap(factFindings),
                ...reading.findings,
                ...loads.flatMap(throttleFindings),
            ],
        };
    },
    causes: figure =>
        figure.startsWith("pcie")
            ? PCIE_CAUSES
            : figure.startsWith("ecc")
              ? ["reset the GPU (reboot the host) and watch whether it comes back", "exchange the GPU"]
              : ["fans or coolant flow", "blocked air, or a blanking panel that is missing", "the room is too warm"],
};

const PCIE_CAUSES: readonly string[] = [
    "the card, its riser or its cable is not seated well (dmesg, AER)",
    "the slot is set to a lower speed, or split, in the firmware (BIOS)",
    "the slot has fewer lanes than the GPU",
];

/** Lines of the parts of what was printed, each begun by `@name`. */
function parts(lines: readonly string[]): (name: string) => readonly string[] {
    return name => {
        const begin = lines.indexOf(`@${name}`);
        const rest = begin < 0 ? [] : lines.slice(begin + 1);
        const end = rest.findIndex(line => /^@[a-z]+$/.test(line));
        return end < 0 ? rest : rest.slice(0, end);
    };
}

function silent(lines: readonly string[]): Reading {
    const found = lines.find(line => line.trim() !== "") ?? "nothing was printed";
    const causes = [
        "the driver is not loaded (lsmod; dmesg says why)",
        "driver and tools are of different versions after an update: reboot the host",
        "no GPU is on the bus (lspci -d 10de:)",
    ];
    return { figures: {}, findings: [{ what: "nvidia-smi -q", found, wanted: "the facts of every GPU", causes }] };
}

/** Figures and series of all GPUs, and links that are slower than they can be. */
function gpuReading(gpus: readonly GpuFacts[], load: ReturnType<typeof byGpu>): Reading {
    const series = (value: (gpu: GpuFacts) => number | undefined): Record<string, number> =>
        Object.fromEntries(
            gpus.flatMap(gpu => {
                const figure = value(gpu);
                return figure === undefined ? [] : [[gpu.name, figure]];
            }),
        );
    const generation = (gpu: GpuFacts): number | undefined =>
        load.generation?.[gpu.name] ?? amount(gpu, `${GEN}/Current`);
    const width = (gpu: GpuFacts): number | undefined => load.width?.[gpu.name] ?? amount(gpu, `${WIDTH}/Current`);
    const all: Readonly<Record<string, Record<string, number>>> = {
        temperatureCelsius: series(gpu =>
            Math.max(amount(gpu, "Temperature/GPU Current Temp") ?? 0, load.celsius?.[gpu.name] ?? 0),
        ),
        memoryTemperatureCelsius: series(gpu => amount(gpu, "Temperature/Memory Current Temp")),
        pcieGeneration: series(generation),
        pcieWidth: series(width),
        eccVolatileUncorrectable: series(gpu => total(gpu, "ECC Errors/Volatile/", UNCORRECTABLE)),
        eccAggregateUncorrectable: series(gpu => total(gpu, "ECC Errors/Aggregate/", UNCORRECTABLE)),
    };
    const worst = Object.entries(all).flatMap(([name, points]): [string, number][] => {
        const values = Object.values(points);
        const figure = name.startsWith("pcie") ? Math.min(...values) : Math.max(...values);
        return values.length === 0 ? [] : [[name, figure]];
    });
    return {
        figures: { gpus: gpus.length, ...Object.fromEntries(worst) },
        series: Object.fromEntries(Object.entries(all).filter(([, points]) => Object.keys(points).length > 0)),
        findings: [
            ...gpus.flatMap(gpu => linkFindings(gpu, generation(gpu), width(gpu), load.generation !== undefined)),
            ...gpus.flatMap(gpu => errorFindings(gpu, all.eccVolatileUncorrectable?.[gpu.name] ?? 0)),
        ],
    };
}

const GEN = "PCI/GPU Link Info/PCIe Generation";
const WIDTH = "PCI/GPU Link Info/Link Width";

function linkFindings(gpu: GpuFacts, generation = 0, width = 0, loaded: boolean): Finding[] {
    const most = amount(gpu, `${GEN}/Max`) ?? generation;
    const widest = amount(gpu, `${WIDTH}/Max`) ?? width;
    const words = (gen: number, lanes: number): string => `PCIe generation ${gen}, ${lanes} lanes`;
    return generation >= most && width >= widest
        ? []
        : [
              {
                  what: gpu.name,
                  found: `${words(generation, width)}${loaded ? " under load" : " at rest"}`,
                  wanted: `${words(most, widest)}, which GPU and slot can do`,
                  causes: loaded
                      ? PCIE_CAUSES
                      : ["nothing loads the link: PyTorch is not there, and links slow down at rest", ...PCIE_CAUSES],
              },
          ];
}

function errorFindings(gpu: GpuFacts, errors: number): Finding[] {
    return errors === 0
        ? []
        : [
              {
                  what: gpu.name,
                  found: `${errors} uncorrectable memory errors since boot`,
                  wanted: "none",
                  causes: [
                      "a bad row, which the driver remaps: reboot the host, and watch whether it comes back",
                      "the memory is failing: exchange the GPU (dcgmi diag -r 3 confirms it)",
                  ],
              },
          ];
}

function versionFindings(
    driver: string | undefined,
    [module]: readonly string[],
    [fabricManager = "", active]: readonly string[],
    spec: CheckSpec,
): Finding[] {
    const manager = /\d+\.\d+(\.\d+)?/.exec(fabricManager)?.[0];
    const wanted = textSetting(spec, "driverVersion", driver ?? "");
    const differ = (what: string, found: string | undefined, should: string, causes: readonly string[]): Finding[] =>
        found === undefined || found === "" || should === "" || found === should
            ? []
            : [{ what, found, wanted: should, causes }];
    return [
        ...differ("driver", driver, wanted, [
            "another version was installed; the host was not rebooted after an update",
        ]),
        ...differ("kernel module nvidia", module, driver ?? "", ["an update without a reboot: reboot the host"]),
        ...differ("fabric manager", manager, driver ?? "", [
            "only one of the two was updated: install nvidia-fabricmanager of the driver's exact version",
        ]),
        ...(active === undefined
            ? []
            : differ("nvidia-fabricmanager", active, "active", ["journalctl -u nvidia-fabricmanager says why"])),
    ];
}
