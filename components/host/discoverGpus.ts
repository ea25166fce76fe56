import type { HostGpus } from "../site/site";

/** GPUs of a host, as `Discovered` has them. */
export interface RecognisedGpus {
    readonly gpu?: HostGpus;
    readonly hasGpus: boolean;
    readonly driverVersion?: string;
    readonly warnings: readonly string[];
}

/**
 * Catalogue names by the name that nvidia-smi prints. Names must fit as a whole: an H100 PCIe or an H200 NVL is not
 * the GPU whose figures the catalogue has.
 */
const byProductName: readonly (readonly [RegExp, string])[] = [
    [/^(NVIDIA|Tesla) T4$/, "T4"],
    [/^NVIDIA L40S$/, "L40S"],
    [/^NVIDIA RTX 6000 Ada Generation$/, "RTX-6000-Ada"],
    [/^(NVIDIA )?A100-SXM4-80GB$/, "A100-80"],
    [/^NVIDIA H100 80GB HBM3$/, "H100"],
    [/^NVIDIA H20$/, "H20"],
    [/^NVIDIA H200$/, "H200"],
    [/^NVIDIA B200$/, "B200"],
];

/** Catalogue names by PCI vendor and device, after the PCI ID Repository (pci.ids) and AMD's and Huawei's manuals. */
const byPciId: Readonly<Record<string, string>> = {
    "10de:1eb8": "T4",
    "10de:26b9": "L40S",
    "10de:26b1": "RTX-6000-Ada",
    "10de:20b2": "A100-80",
    "10de:2330": "H100",
    "10de:2329": "H20",
    "10de:2335": "H200",
    "10de:2901": "B200",
    "1002:74a1": "MI300X",
    "1002:74a5": "MI325X",
    "1002:75a3": "MI355X",
    "19e5:d802": "Ascend-910B",
};

/** Catalogue names of the GPUs that are recognised. */
export const recognisedModels: readonly string[] = [
    ...new Set([...byProductName.map(([, model]) => model), ...Object.values(byPciId)]),
];

/** Makers of GPUs: NVIDIA, AMD, Huawei, Cambricon. What others build into a server draws its console. */
const makers = ["10de", "1002", "19e5", "cabc"];

/**
 * Recognises GPUs: by what nvidia-smi says (CSV with a heading; the columns "name" and "driver_version" are read), and
 * by what lies on the PCI bus (address, vendor, device, class), for hosts without a driver and for other makers.
 */
export function recogniseGpus(smi: readonly string[], pci: readonly (readonly string[])[]): RecognisedGpus {
    const [heading = "", ...lines] = smi;
    const columns = cells(heading);
    const column = (line: string, name: string) => cells(line)[columns.indexOf(name)] ?? "";
    const seen = columns.includes("name") ? lines.map(line => column(line, "name")) : [];
    const driverVersion = seen.length === 0 ? "" : column(lines[0] ?? "", "driver_version");
    const onBus = pci.flatMap(([, vendor = "", device = "", kind = ""]) => {
        const [maker, part] = [vendor, device].map(text => text.replace(/^0x/, "").toLowerCase());
        // Huawei's display device is the management controller's console.
        const isConsole = !makers.includes(maker ?? "") || (maker === "19e5" && kind.startsWith("0x0300"));
        return isConsole ? [] : [`${maker}:${part}`];
    });
    const models =
        seen.length > 0
            ? seen.map(name => ({ said: name, model: byProductName.find(([pattern]) => pattern.test(name))?.[1] }))
            : onBus.map(id => ({ said: `PCI ${id}`, model: byPciId[id] }));
    const nvidia = onBus.filter(id => id.startsWith("10de:")).length;
    const known = new Set(models.map(({ model }) => model));
    const [model] = known;
    const unknown = [...new Set(models.flatMap(each => (each.model === undefined ? [each.said] : [])))];
    return {
        hasGpus: models.length > 0,
        ...(known.size === 1 && model !== undefined ? { gpu: { model, count: models.length } } : {}),
        ...(driverVersion === "" ? {} : { driverVersion }),
        warnings: [
            ...unknown.map(said => `unknown GPU: ${said} is not in the catalogue`),
            ...(known.size > 1 && unknown.length === 0
                ? [`GPUs of several models: ${[...known].join(", ")}; a host has one`]
                : []),
            ...(seen.length === 0 && nvidia > 0
                ? ["nvidia-smi does not answer: GPUs are told from the PCI bus, the driver is missing or broken"]
                : []),
            ...(seen.length > 0 && nvidia > seen.length
                ? [`the driver sees ${seen.length} of ${nvidia} NVIDIA GPUs on the PCI bus`]
                : []),
        ],
    };
}

/** Cells of a CSV line without quotes; a unit behind a heading (`memory.total [MiB]`) stays with it. */
function cells(line: string): readonly string[] {
    return line.split(",").map(cell => cell.trim());
}
