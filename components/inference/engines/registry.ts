import type { EngineName } from "../../site/site";
import type { Engine } from "./engine";
import { llamacpp } from "./llamacpp";
import { sglang } from "./sglang";
import { triton } from "./triton";
import { trtllm } from "./trtllm";
import { vllm } from "./vllm";
import { vllmAscend } from "./vllm-ascend";

/** Every engine by its name in the site. */
export const engines: Readonly<Record<EngineName, Engine>> = {
    vllm,
    sglang,
    trtllm,
    triton,
    "vllm-ascend": vllmAscend,
    llamacpp,
};
