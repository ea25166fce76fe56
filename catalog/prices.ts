import type { Sourced } from "./types";

/** A price, tariff or figure that money is reckoned from. Prices are in US dollars without tax. */
export interface Priced extends Sourced {
    readonly value: number;
    /** What one of it is, e.g. `USD a kWh`. */
    readonly unit: string;
}

/** What a GPU costs, and what it draws at most. */
export interface GpuPrice {
    /** One GPU without its host. Unset: nobody publishes one, and the site must say what a host costs. */
    readonly gpu?: Priced;
    /** Watts of one GPU. */
    readonly watts: Priced;
}

/** What a hosted service asks for 10⁶ tokens. */
export interface HostedPrice extends Sourced {
    readonly input: number;
    /** Of prompt tokens that are in its prefix cache. */
    readonly cachedInput: number;
    readonly output: number;
}

const read = "2026-11-22";
const listed = (page: string): Sourced => ({ source: { where: `huggingface.co/hardware/${page}, MSRP`, date: read } });
const drawn = (value: number, where: string): Priced => ({ value, unit: "W", source: { where, date: read } });
const perGpu = (value: number, page: string): Priced => ({ value, unit: "USD a GPU", ...listed(page) });

/** Prices and power of GPUs by catalogue name. Street prices differ from them by 20 to 40 %: a site puts its own. */
export const gpuPrices: Readonly<Record<string, GpuPrice>> = {
    T4: { gpu: perGpu(2000, "t4"), watts: drawn(70, "NVIDIA T4 data sheet") },
    L40S: { watts: drawn(350, "NVIDIA L40S data sheet") },
    "A100-80": { watts: drawn(400, "NVIDIA A100 80GB SXM data sheet") },
    H100: { gpu: perGpu(30_000, "h100"), watts: drawn(700, "NVIDIA H100 SXM data sheet") },
    H20: { gpu: perGpu(14_000, "h20"), watts: drawn(400, "huggingface.co/hardware/h20") },
    H200: { gpu: perGpu(32_000, "h200"), watts: drawn(700, "NVIDIA H200 SXM data sheet") },
    B200: {
        gpu: {
            value: 40_000,
            unit: "USD a GPU",
            source: {
                where: "aiinframap.com, H100 vs H200 vs B200 TCO: street price, mid-2026, ± 20 to 40 %",
                date: read,
            },
        },
        watts: drawn(1000, "NVIDIA HGX B200 data sheet"),
    },
    MI300X: { watts: drawn(750, "AMD Instinct MI300X data sheet") },
    "Jetson-Thor": { gpu: perGpu(3500, "jetson-t5000"), watts: drawn(130, "huggingface.co/hardware/jetson-t5000") },
};

/** GPUs' part of what a host costs; the other part is processors, memory, disks, network cards and the box. */
export const gpuShareOfHostPrice: Priced = {
    value: 0.65,
    unit: "of the host's price",
    source: {
        where: "amcompute.com, HGX, DGX, MGX: GPUs are roughly 60 to 70 % of a server's cost; the middle",
        date: read,
    },
    unverified: ["value"],
};

/** GPUs' part of what a host draws: 8 × 700 W of the 10.2 kW that NVIDIA states for DGX H100 and H200 at most. */
export const gpuShareOfHostPower: Priced = {
    value: (8 * 0.7) / 10.2,
    unit: "of the host's power",
    source: { where: "NVIDIA DGX H100/H200 user guide, power specifications: 10.2 kW at most", date: read },
};

/** Whether a host has one GPU only and is a module: then the module's own power is all of it. */
export const wholeModules: readonly string[] = ["Jetson-Orin", "Jetson-Thor"];

/** Tariffs and shares that hold for every site until it says otherwise. */
export const tariffs = {
    electricityPerKWh: {
        value: 0.0929,
        unit: "USD a kWh",
        source: { where: "U.S. EIA, average retail price, industrial sector, January 2026 (ycharts.com)", date: read },
    },
    pue: {
        value: 1.54,
        unit: "room's power over hosts'",
        source: { where: "Uptime Institute Global Data Center Survey 2025, weighted average", date: read },
    },
    networkShare: {
        value: 0.1,
        unit: "of the hosts' price",
        source: {
            where: "jobandnetwork.com/article/1072, hidden costs of networking: around 10 % of the infrastructure by custom",
            date: read,
        },
        unverified: ["value"],
    },
    spacePerKWMonth: {
        value: 184.06,
        unit: "USD a kW and month",
        source: {
            where: "CBRE North America Data Center Trends H2 2024, asking rate for 250 to 500 kW; no staff, no support",
            date: read,
        },
    },
    rackKW: {
        value: 40.8,
        unit: "kW a rack",
        source: { where: "NVIDIA DGX SuperPOD reference architecture: four hosts of 10.2 kW in a rack", date: read },
        unverified: ["value"],
    },
    modelUpdatesPerYear: {
        value: 0,
        unit: "USD a year, all models",
        source: { where: "not counted until the site says it", date: read },
    },
    years: {
        value: 5,
        unit: "years",
        source: { where: "the time that a site's hardware is written off over", date: read },
    },
} as const satisfies Readonly<Record<string, Priced>>;

const deepseek = "api-docs.deepseek.com/quick_start/pricing-details-usd";
const v32: HostedPrice = {
    input: 0.28,
    cachedInput: 0.028,
    output: 0.42,
    source: { where: "RooCodeInc/Roo-Code packages/types/src/providers/deepseek.ts, of 2025-12-09", date: read },
};
const october =
    "Models & Pricing of DeepSeek on 2026-10-27, off-peak (github.com/benderandrew069/deepseek-api-pricing-2026)";

/** What hosted services ask for a model, by catalogue name, in US dollars. Off-peak where prices change by the hour. */
export const hostedPrices: Readonly<Record<string, HostedPrice>> = {
    "deepseek-v3": { input: 0.27, cachedInput: 0.07, output: 1.1, source: { where: deepseek, date: read } },
    "deepseek-r1": { input: 0.55, cachedInput: 0.14, output: 2.19, source: { where: deepseek, date: read } },
    "deepseek-v3.2": v32,
    "deepseek-v4-pro": { input: 0.66, cachedInput: 0.022, output: 1.98, source: { where: october, date: read } },
    "deepseek-v4.1-flash": { input: 0.15, cachedInput: 0.003, output: 0.6, source: { where: october, date: read } },
};
