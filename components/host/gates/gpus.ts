import { findGpu, type Gpu, gpuAcceptance, type GpuAcceptance, warmestCelsius } from "../../../catalog";
import type { Site, SiteHost } from "../../site/site";
import { allReduceBytes, allReduceGate } from "./allReduce";
import type { AcceptanceOptions } from "./options";
import {
    atLeast,
    atMost,
    BANDWIDTH_FRACTION,
    COMPUTE_FRACTION,
    knownThresholds,
    type Settings,
    type Specs,
} from "./thresholds";

/** NVLinks between any two GPUs of a host with NVSwitch: 50 GB/s each, 100 since Blackwell. 0 without NVLink. */
export function nvlinksOf({ link, architecture }: Pick<Gpu, "link" | "architecture">): number {
    return link.kind === "NVLink" ? link.bandwidthGBps / (architecture === "Blackwell" ? 100 : 50) : 0;
}

/** Checks of a host's GPUs. None for makers whose GPUs neither nvidia-smi nor PyTorch of CUDA or ROCm reaches. */
export function gpuChecks(
    { driver }: Pick<Site, "driver">,
    host: SiteHost,
    { python, multicast = true, dcgmLevel }: AcceptanceOptions,
): Specs {
    const gpu = host.gpu === undefined ? undefined : findGpu(host.gpu.model);
    if (gpu === undefined || host.gpu === undefined || (gpu.vendor !== "NVIDIA" && gpu.vendor !== "AMD")) {
        return {};
    }
    const gpus = host.gpu.count;
    const known = gpuAcceptance[gpu.name] ?? { figures: {} };
    const settings: Settings = { gpus, ...(python === undefined ? {} : { python }) };
    const heat = atMost(warmestCelsius.value, "°C", warmestCelsius.source.where);
    const bytes = allReduceBytes(gpu);
    const allReduce = allReduceGate(gpu, known, { gpus, bytes, multicast });
    return {
        ...(gpu.vendor === "NVIDIA" ? nvidiaChecks(gpu, known, host, settings, driver?.version) : {}),
        ...(dcgmLevel === undefined || gpu.vendor !== "NVIDIA"
            ? {}
            : { dcgm: { thresholds: {}, settings: { level: dcgmLevel } } }),
        hbm: {
            thresholds: knownThresholds(known, { readTBps: "TB/s", copyTBps: "TB/s" }, BANDWIDTH_FRACTION),
            // Two buffers of 8 GiB, and less where they do not fit.
            settings: { ...settings, ...(gpu.memoryGB < 40 ? { gib: Math.floor(gpu.memoryGB / 5) } : {}) },
        },
        gemm: {
            thresholds: {
                ...knownThresholds(known, TFLOPS, COMPUTE_FRACTION),
                ...(gpu.vendor === "NVIDIA" ? { temperatureCelsius: heat } : {}),
            },
            settings,
        },
        h2d: { thresholds: knownThresholds(known, { h2dGBps: "GB/s", d2hGBps: "GB/s" }, BANDWIDTH_FRACTION), settings },
        ...(gpus < 2
            ? {}
            : {
                  nccl: {
                      thresholds:
                          allReduce === undefined
                              ? {}
                              : { busGBps: atLeast(allReduce.busGBps, "GB/s", allReduce.source) },
                      settings: {
                          ...settings,
                          largestMiB: bytes / 2 ** 20,
                          ...(multicast ? {} : { environment: ["NCCL_NVLS_ENABLE=0"] }),
                      },
                  },
              }),
    };
}

const TFLOPS: Readonly<Record<string, string>> = {
    bf16Tflops4096: "TFLOP/s",
    fp8Tflops4096: "TFLOP/s",
    bf16Tflops8192: "TFLOP/s",
    fp8Tflops8192: "TFLOP/s",
    bf16SustainedTflops: "TFLOP/s",
};

function nvidiaChecks(
    gpu: Gpu,
    { pcieGeneration }: GpuAcceptance,
    { rails, gpu: own }: SiteHost,
    settings: Settings,
    driverVersion: string | undefined,
): Specs {
    const heat = atMost(warmestCelsius.value, "°C", warmestCelsius.source.where);
    const links = own !== undefined && own.count > 1 && own.count <= gpu.link.domainSize ? nvlinksOf(gpu) : 0;
    const pcie = `${gpu.name}: PCIe ${pcieGeneration ?? ""} ×16`;
    return {
        topology: {
            thresholds: links === 0 ? {} : { nvlinks: atLeast(links, "", `${gpu.name}: ${links} NVLinks each`) },
            settings: {
                ...(own === undefined ? {} : { gpus: own.count }),
                ...(links === 0 ? {} : { links }),
                ...(rails.length === 0 ? {} : { rails }),
            },
        },
        gpuHealth: {
            thresholds: {
                temperatureCelsius: heat,
                ...(pcieGeneration === undefined
                    ? {}
                    : { pcieGeneration: atLeast(pcieGeneration, "", pcie), pcieWidth: atLeast(16, "lanes", pcie) }),
            },
            settings: { ...settings, ...(driverVersion === undefined ? {} : { driverVersion }) },
        },
    };
}
