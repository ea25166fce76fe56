import type { EngineName } from "../../site/site";
import type { Engine } from "./engine";
import { llamacpp } from "./llamacpp";
import { vllm } from "./vllm";

/** Every engine by its name in the site. */
export const engines: Readonly<Record<EngineName, Engine>> = { vllm, llamacpp };
