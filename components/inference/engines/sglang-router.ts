import { ENGINE_PORT, type Router, ROUTER_PATIENCE_SECONDS } from "./engine";

/** TCP port at which a prefill leader tells decode leaders where its KV cache lies. */
export const BOOTSTRAP_PORT = 8998;

/** SGLang's own router, which its image carries. Flags of sglang-router 0.3.2 (sglang_router/router_args.py). */
export const sglangRouter: Router = {
    image: "engine",
    healthPath: "/health",
    command: (_plan, { prefill, decode }) => ({
        command: ["python3", "-m", "sglang_router.launch_router"],
        args: [
            ...["--host", "127.0.0.1", "--port", String(ENGINE_PORT), "--pd-disaggregation"],
            ...prefill.flatMap(url => ["--prefill", url, String(BOOTSTRAP_PORT)]),
            ...decode.flatMap(url => ["--decode", url]),
            // Leaders answer when their weights are read: the router must not give up before.
            ...["--worker-startup-timeout-secs", ROUTER_PATIENCE_SECONDS],
            // Prompts that begin alike go to the same prefill leader, whose cache has the beginning.
            ...["--prefill-policy", "cache_aware", "--decode-policy", "power_of_two"],
        ],
        env: {},
    }),
};
