import type { Engine } from "./engine";
import { firstMember } from "./member";
import { orRefusePlan, refusalOf } from "./refusals";
import { completion } from "./token";
import { vllm, vllmCommand, vllmPorts } from "./vllm";

/** Formats that Ascend's own quantiser makes: `config.json` does not name them. */
const QUANTISED: readonly string[] = ["w8a8", "w4a8"];

/**
 * vLLM with the Ascend plugin, in an image of its own (`…-a3` for A3 hosts). Sources: vllm-project/vllm-ascend 0.23,
 * docs/source/tutorials/models/DeepSeek-R1.md, and tutorials/features/long_sequence_context_parallel_multi_node.md for
 * several hosts. HCCL's own interface and address on several hosts are the pod's, and so the fabric's to say.
 */
export const vllmAscend: Engine = {
    name: "vllm-ascend",
    port: vllm.port,
    healthPath: vllm.healthPath,
    scratchGiB: vllm.scratchGiB,
    warmUpSeconds: vllm.warmUpSeconds,
    metrics: vllm.metrics,
    tokenRequest: completion,
    ports: vllmPorts,
    refusal: plan => refusalOf("vllm-ascend", plan),
    command: (plan, model, member = firstMember(plan)) => {
        orRefusePlan("vllm-ascend", plan);
        const { args, env, ...rest } = vllmCommand(plan, model, member);
        return {
            ...rest,
            args: [...args, ...(QUANTISED.includes(plan.precision) ? ["--quantization", "ascend"] : [])],
            env: {
                ...env,
                ...(plan.gpu === "Ascend-910C" ? A3 : A2),
                VLLM_ASCEND_BALANCE_SCHEDULING: "1",
                PYTORCH_NPU_ALLOC_CONF: "expandable_segments:True",
                OMP_PROC_BIND: "false",
                OMP_NUM_THREADS: "1",
            },
        };
    },
};

/** In an A3, vector cores expand the operations of HCCL. */
const A3 = { HCCL_OP_EXPANSION_MODE: "AIV" } as const;
/** In an A2: buffers of 200 MB, and PCIe inside a host beside HCCS. */
const A2 = { HCCL_BUFFSIZE: "200", HCCL_INTRA_PCIE_ENABLE: "1", HCCL_INTRA_ROCE_ENABLE: "0" } as const;
