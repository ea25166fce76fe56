import type { EngineName } from "../components/site/site";
import type { Sourced } from "./types";

/** What an engine's image asks of the hosts that it runs on, from some release on. */
export interface EngineHostFacts extends Sourced {
    readonly engine: EngineName;
    /** First release that this is true of; `0` for the first of all. */
    readonly fromVersion: string;
    /** CUDA in the maker's image, and the lowest driver that runs it. */
    readonly cuda: string;
    readonly minimumDriver: string;
    /**
     * The image carries a DeepEP on NVSHMEM (V1), where GPUs ring the doorbells of NICs themselves: the driver needs
     * options for it, and a reboot. DeepEP V2 on NCCL needs none.
     */
    readonly gpuInitiatedNetwork: boolean;
}

/** What engines ask of hosts, the latest release of each first. An engine that is not listed asks for nothing. */
export const engineHosts: readonly EngineHostFacts[] = [
    {
        engine: "vllm",
        fromVersion: "0.20",
        cuda: "13.0",
        minimumDriver: "580.65.06",
        gpuInitiatedNetwork: true,
        source: {
            where: "vllm-project/vllm#42738 (images are CUDA 13 from 0.20 on), #46887 (V1 is not removed yet); CUDA 13.0 release notes, table of drivers",
            date: "2026-11",
        },
    },
    {
        engine: "vllm",
        fromVersion: "0",
        cuda: "12",
        minimumDriver: "525.60.13",
        gpuInitiatedNetwork: true,
        source: { where: "CUDA 12 release notes, table of drivers: minor version compatibility", date: "2026-11" },
    },
    {
        engine: "sglang",
        fromVersion: "0",
        cuda: "12",
        minimumDriver: "525.60.13",
        gpuInitiatedNetwork: true,
        source: {
            where: "sgl-project/sglang docker/Dockerfile (CUDA 12.9, DeepEP on NVSHMEM); CUDA 12 release notes, table of drivers",
            date: "2026-11",
        },
    },
    ...(["trtllm", "triton"] as const).map(engine => ({
        engine,
        fromVersion: "0",
        cuda: "12.9",
        minimumDriver: "575",
        gpuInitiatedNetwork: false,
        source: {
            where: "nvidia.github.io/TensorRT-LLM deployment-guide-for-deepseek-r1-on-trtllm, prerequisites",
            date: "2026-11",
        },
    })),
];

/** Options of the module `nvidia` that DeepEP V1 needs. */
export const gpuInitiatedNetworkOptions: Sourced & { readonly options: string } = {
    options: 'NVreg_EnableStreamMemOPs=1 NVreg_RegistryDwords="PeerMappingOverride=1;"',
    source: { where: "deepseek-ai/DeepEP, third-party/README.md (NVSHMEM, IBGDA)", date: "2026-07" },
};
