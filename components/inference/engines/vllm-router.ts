import { ENGINE_PORT, type Router, ROUTER_PATIENCE_SECONDS } from "./engine";

/**
 * vllm-project/router: it asks a prefill leader for one token and hands its answer's place of the KV cache to a decode
 * leader. Not in vLLM's image. Flags of vllm-router 0.1.17 (vllm_router/router_args.py).
 */
export const vllmRouter: Router = {
    image: "router",
    healthPath: "/health",
    command: (_plan, { prefill, decode }) => ({
        command: ["vllm-router"],
        args: [
            ...["--host", "127.0.0.1", "--port", String(ENGINE_PORT)],
            ...["--vllm-pd-disaggregation", "--kv-connector", "nixl"],
            ...prefill.flatMap(url => ["--prefill", url]),
            ...decode.flatMap(url => ["--decode", url]),
            // Leaders answer when their weights are read: the router must not give up before.
            ...["--worker-startup-timeout-secs", ROUTER_PATIENCE_SECONDS],
            // Prompts that begin alike go to the same prefill leader, whose cache has the beginning.
            ...["--prefill-policy", "cache_aware", "--decode-policy", "power_of_two"],
        ],
        env: {},
    }),
};
