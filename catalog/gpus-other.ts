import type { Gpu, GpuLink } from "./types";

const amd = { vendor: "AMD", kubernetesResource: "amd.com/gpu", gpusPerHost: 8 } as const;
const xgmi3: GpuLink = { kind: "xGMI", bandwidthGBps: 896, domainSize: 8 };
const xgmi4: GpuLink = { kind: "xGMI", bandwidthGBps: 1075, domainSize: 8 };
const huawei = { vendor: "Huawei", architecture: "Da Vinci", kubernetesResource: "huawei.com/Ascend910" } as const;

/** AMD's, Huawei's and Cambricon's accelerators. An Ascend 910C counts as its two dies: that is what the host shows. */
export const otherGpus: readonly Gpu[] = [
    {
        ...amd,
        name: "MI300X",
        architecture: "CDNA 3",
        memoryGB: 192,
        memoryBandwidthGBps: 5300,
        denseTflops: { f32: 163.4, fp16: 1307, bf16: 1307, fp8: 2615, int8: 2615 },
        link: xgmi3,
        source: { where: "AMD Instinct MI300X data sheet; stas00/ml-engineering compute/accelerator", date: "2026-11" },
    },
    {
        ...amd,
        name: "MI325X",
        architecture: "CDNA 3",
        memoryGB: 256,
        memoryBandwidthGBps: 6000,
        denseTflops: { f32: 163.4, fp16: 1307, bf16: 1307, fp8: 2615, int8: 2615 },
        link: xgmi3,
        source: { where: "AMD Instinct MI325X data sheet", date: "2026-11" },
        unverified: ["memoryBandwidthGBps", "denseTflops"],
    },
    {
        ...amd,
        name: "MI355X",
        architecture: "CDNA 4",
        memoryGB: 288,
        memoryBandwidthGBps: 8000,
        denseTflops: { f32: 157.3, fp16: 2516, bf16: 2516, fp8: 5033, int8: 5033, mxfp4: 10066 },
        link: xgmi4,
        source: { where: "AMD Instinct MI355X data sheet; ISSCC 2026 (5 PFLOPS FP8)", date: "2026-11" },
        unverified: ["denseTflops.int8", "link"],
    },
    {
        ...huawei,
        name: "Ascend-910B",
        memoryGB: 64,
        memoryBandwidthGBps: 1600,
        denseTflops: { f32: 75, fp16: 313, bf16: 313, int8: 626 },
        link: { kind: "HCCS", bandwidthGBps: 392, domainSize: 8 },
        gpusPerHost: 8,
        engineBuild: "vllm-ascend",
        source: {
            where: "vllm-project/vllm-ascend docs/source/tutorials/models (Atlas 800 A2, 64G × 8)",
            date: "2026-08",
        },
        unverified: ["memoryBandwidthGBps", "denseTflops", "link"],
    },
    {
        ...huawei,
        name: "Ascend-910C",
        memoryGB: 64,
        memoryBandwidthGBps: 1600,
        denseTflops: { f32: 94, fp16: 376, bf16: 376, int8: 752 },
        link: { kind: "HCCS", bandwidthGBps: 784, domainSize: 16 },
        gpusPerHost: 16,
        engineBuild: "vllm-ascend",
        source: {
            where: "vllm-project/vllm-ascend docs/source/tutorials/models (Atlas 800 A3, 64G × 16)",
            date: "2026-08",
        },
        unverified: ["memoryBandwidthGBps", "denseTflops", "link"],
    },
    {
        name: "MLU370",
        vendor: "Cambricon",
        architecture: "MLUarch03",
        memoryGB: 48,
        memoryBandwidthGBps: 614.4,
        denseTflops: { f32: 24, fp16: 96, bf16: 96, int8: 256, int4: 512 },
        link: { kind: "MLU-Link", bandwidthGBps: 200, domainSize: 4 },
        kubernetesResource: "cambricon.com/mlu",
        gpusPerHost: 8,
        engineBuild: "vllm-mlu",
        source: { where: "Cambricon MLU370-X8 announcement, 2022-03-21", date: "2026-11" },
        unverified: ["denseTflops.f32", "kubernetesResource"],
    },
];
