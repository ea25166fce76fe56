import { findGpu } from "../../../catalog";

/** Whether DeepEP's kernels run on a GPU: NVIDIA's Hopper and later (deepseek-ai/DeepEP, README: SM90). */
export function runsDeepEp(gpu: string): boolean {
    const architecture = findGpu(gpu)?.architecture;
    return architecture === "Hopper" || architecture === "Blackwell";
}
