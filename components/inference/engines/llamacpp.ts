import { checksumLines } from "../checksums";
import type { SiteModel } from "../../site/site";
import { CACHE_PATH, ENGINE_PORT, type Engine, WEIGHTS_PATH } from "./engine";

/** llama.cpp's own server, for CPUs and the edge. Weights are one GGUF file, or the shards of one. */
export const llamacpp: Engine = {
    name: "llamacpp",
    port: ENGINE_PORT,
    healthPath: "/health",
    scratchGiB: 1,
    warmUpSeconds: 120,
    command: (plan, model) => ({
        command: ["llama-server"],
        args: [
            ...["--model", `${WEIGHTS_PATH}/${ggufFile(model)}`],
            ...["--alias", plan.name],
            ...["--host", "127.0.0.1", "--port", String(ENGINE_PORT)],
            // The context is divided among the slots.
            ...["--ctx-size", String(plan.contextTokens * plan.concurrency)],
            ...["--parallel", String(plan.concurrency)],
            ...["--threads", String(Math.max(1, Math.floor(plan.cpuCores)))],
            // Kept prompts would take up to 8 GiB that no plan counts.
            ...["--cache-ram", "0"],
            // The page for browsers and the list of slots, which holds prompts, have no place behind an API.
            ...["--no-ui", "--no-slots"],
            "--offline",
        ],
        env: { HOME: CACHE_PATH },
    }),
};

/**
 * The file that llama.cpp must open: the only GGUF file of the manifest, or the first of its shards.
 * @throws Error where the manifest lists none, or several models
 */
export function ggufFile(model: SiteModel): string {
    const files = checksumLines(model.weights.sha256sums)
        .map(line => line.path)
        .filter(path => path.endsWith(".gguf"));
    const firsts = files.filter(path => !/-\d{5}-of-\d{5}\.gguf$/.test(path) || /-00001-of-\d{5}\.gguf$/.test(path));
    const [first, ...others] = firsts;
    if (first === undefined || others.length > 0) {
        throw new Error(
            `model "${model.name}": weights.sha256sums must list exactly one GGUF model for the engine llamacpp ` +
                `(one file, or the shards of one); it lists ${firsts.length === 0 ? "none" : firsts.join(", ")}`,
        );
    }
    return first;
}
