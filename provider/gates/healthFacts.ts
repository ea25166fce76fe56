import type { Finding } from "./check";
import { amount, type GpuFacts } from "./nvidiaSmi";

/** A fact of `nvidia-smi -q` that is wrong by itself. Paths that a GPU does not have are not judged. */
interface Rule {
    /** Paths of the fact: the first that the GPU has counts, since releases rename them. */
    readonly paths: readonly string[];
    readonly wrong: (value: string) => boolean;
    /** What was found, for people; `value` is inserted for `%`. */
    readonly found: string;
    readonly wanted: string;
    readonly causes: readonly string[];
}

const MEMORY_CAUSES = [
    "the change takes effect with a reset of the GPU: reboot the host",
    "where it comes back, exchange the GPU (dcgmi diag -r 3 confirms it)",
];
const HEAT_CAUSES = ["fans or coolant flow", "blocked air", "a heat sink that is loose"];
const is =
    (...words: readonly string[]) =>
    (value: string): boolean =>
        words.includes(value);
const above =
    (limit: number) =>
    (value: string): boolean =>
        Number.parseFloat(value) > limit;

const slowdown = (name: string, causes: readonly string[]): Rule => ({
    paths: ["Clocks Event Reasons", "Clocks Throttle Reasons"].map(heading => `${heading}/${name}`),
    wrong: is("Active"),
    found: `${name.split("/").at(-1)} is active`,
    wanted: "clocks that nothing holds down",
    causes,
});

const RULES: readonly Rule[] = [
    {
        paths: ["Persistence Mode"],
        wrong: is("Disabled"),
        found: "persistence mode off",
        wanted: "on: without it the driver lets go of the GPU whenever nobody uses it",
        causes: ["nvidia-persistenced is not running (systemctl status nvidia-persistenced)"],
    },
    {
        paths: ["ECC Mode/Current"],
        wrong: is("Disabled"),
        found: "ECC off",
        wanted: "ECC on",
        causes: ["it was switched off: nvidia-smi -e 1, then reboot the host"],
    },
    {
        paths: ["MIG Mode/Current"],
        wrong: is("Enabled"),
        found: "split by MIG",
        wanted: "a whole GPU",
        causes: ["somebody split it: nvidia-smi -mig 0, then reset the GPU"],
    },
    {
        paths: ["GPU Recovery Action"],
        wrong: value => value !== "None",
        found: "the driver asks for recovery: %",
        wanted: "none",
        causes: ["an error that the kernel's log names (dmesg, XID): do what the driver asks for"],
    },
    {
        paths: ["Remapped Rows/Pending"],
        wrong: is("Yes"),
        found: "a row of the memory waits to be remapped",
        wanted: "no remapping pending",
        causes: MEMORY_CAUSES,
    },
    {
        paths: ["Remapped Rows/Remapping Failure Occurred"],
        wrong: is("Yes"),
        found: "remapping a row of the memory failed",
        wanted: "no remapping failure",
        causes: ["its spare rows are used up: exchange the GPU"],
    },
    {
        paths: ["Remapped Rows/Bank Remap Availability Histogram/None"],
        wrong: above(0),
        found: "% of the memory without a spare row",
        wanted: "spare rows in every bank",
        causes: ["the memory is ageing: exchange the GPU at the next occasion"],
    },
    {
        paths: ["Retired Pages/Pending Page Blacklist", "Retired Pages/Pending"],
        wrong: is("Yes"),
        found: "a page of the memory waits to be retired",
        wanted: "no retirement pending",
        causes: MEMORY_CAUSES,
    },
    ...["Channel Repair Pending", "TPC Repair Pending", "Unrepairable Memory"].map(name => ({
        paths: [`ECC Errors/${name}`],
        wrong: is("Yes"),
        found: `${name.toLowerCase()}`,
        wanted: "no repair pending",
        causes: MEMORY_CAUSES,
    })),
    {
        paths: ["ECC Errors/Aggregate/SRAM Threshold Exceeded"],
        wrong: is("Yes"),
        found: "more uncorrectable SRAM errors than NVIDIA allows",
        wanted: "below the threshold",
        causes: ["exchange the GPU"],
    },
    slowdown("SW Thermal Slowdown", HEAT_CAUSES),
    slowdown("HW Slowdown/HW Thermal Slowdown", HEAT_CAUSES),
    slowdown("HW Slowdown/HW Power Brake Slowdown", [
        "a power supply has failed or has no redundancy",
        "a power cable of the GPU board",
    ]),
    {
        paths: ["Fabric/State"],
        wrong: value => value !== "Completed",
        found: "NVLink fabric: %",
        wanted: "Completed",
        causes: [
            "the fabric manager is not running, or not of the driver's version (systemctl status nvidia-fabricmanager)",
            "an NVSwitch is missing (lspci -d 10de: -nn, class 0680)",
        ],
    },
    {
        paths: ["Fabric/Status"],
        wrong: value => value !== "Success",
        found: "NVLink fabric's status: %",
        wanted: "Success",
        causes: ["the fabric manager's log says why (/var/log/fabricmanager.log)"],
    },
];

/** Everything that is wrong with one GPU by what it says of itself, whatever the thresholds are. */
export function factFindings(gpu: GpuFacts): Finding[] {
    const what = gpu.name;
    const told = RULES.flatMap(({ paths, wrong, found, wanted, causes }) => {
        const value = paths.map(path => gpu.facts.get(path)).find(text => text !== undefined);
        return value === undefined || !wrong(value) ? [] : [{ what, found: found.replace("%", value), wanted, causes }];
    });
    return [...told, ...powerFindings(gpu), ...clockFindings(gpu)];
}

function powerFindings(gpu: GpuFacts): Finding[] {
    const [limit, normal] = ["Current", "Default"].map(name =>
        ["GPU Power Readings", "Power Readings"]
            .map(heading => amount(gpu, `${heading}/${name} Power Limit`) ?? amount(gpu, `${heading}/Power Limit`))
            .find(watts => watts !== undefined),
    );
    return limit === undefined || normal === undefined || limit === normal
        ? []
        : [
              {
                  what: gpu.name,
                  found: `power limit ${limit} W`,
                  wanted: `its default, ${normal} W`,
                  causes: [
                      `somebody set it: nvidia-smi -i ${gpu.name.slice(4)} -pl ${normal}`,
                      "a service sets it at boot",
                  ],
              },
          ];
}

function clockFindings(gpu: GpuFacts): Finding[] {
    const set = amount(gpu, "Applications Clocks/Graphics");
    const normal = amount(gpu, "Default Applications Clocks/Graphics");
    return set === undefined || normal === undefined || set >= normal
        ? []
        : [
              {
                  what: gpu.name,
                  found: `application clock ${set} MHz`,
                  wanted: `its default, ${normal} MHz`,
                  causes: [`somebody set it: nvidia-smi -i ${gpu.name.slice(4)} -rac`],
              },
          ];
}
