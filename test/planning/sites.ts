import type { Endpoint, Site, SiteHost, SiteModel } from "../../components/site/site";

const endpoint: Endpoint = { host: "deepseek.example.org", serviceType: "NodePort", port: 30443 };

/** A host of a test site: an edge host without GPUs, unless told otherwise. */
export function host(name: string, rest: Partial<SiteHost> = {}): SiteHost {
    return { name, address: "192.0.2.1", role: "edge", pool: "cpu", rails: [], nvme: [], managed: true, ...rest };
}

/** `count` GPU hosts of 8 in one pool, named `<pool>-01` on. */
export function gpuHosts(count: number, model: string, pool = "gpu", gpus = 8): readonly SiteHost[] {
    return Array.from({ length: count }, (_, index) =>
        host(`${pool}-${String(index + 1).padStart(2, "0")}`, { role: "gpu", pool, gpu: { model, count: gpus } }),
    );
}

/** DeepSeek-R1 in FP8 by vLLM in the pool `gpu`, unless told otherwise. */
export function service(name: string, rest: Partial<SiteModel> = {}): SiteModel {
    return {
        name,
        model: "deepseek-r1",
        precision: "fp8",
        engine: "vllm",
        image: "registry.example.org/vllm@sha256:0",
        proxyImage: "registry.example.org/nginx@sha256:0",
        pool: "gpu",
        replicas: 1,
        contextTokens: 32_768,
        concurrency: 8,
        weights: { hostPath: "/var/lib/models", sha256sums: "", sizeGB: 700 },
        endpoint,
        ...rest,
    };
}

/** A site of these hosts and models. */
export function site(hosts: readonly SiteHost[], models: readonly SiteModel[], name = "test"): Site {
    return {
        name,
        environment: "staging",
        access: { user: "root", port: 22, connectTimeoutSeconds: 10 },
        timeServers: [],
        hosts,
        cluster: { mode: "existing", namespace: "models" },
        models,
        compliance: [],
    };
}

/** Seven hosts: two managed, one CPU node, four of 8 × H200. */
export const localSite: Site = site(
    [
        host("metal-1", { role: "gpu", pool: "metal" }),
        host("metal-2", { pool: "metal" }),
        host("node-1", { managed: false }),
        ...gpuHosts(4, "H200", "h200").map(one => ({ ...one, managed: false })),
    ],
    [
        service("tiny-deepseek", {
            model: "tiny-deepseek",
            precision: "f32",
            engine: "llamacpp",
            pool: "cpu",
            contextTokens: 2048,
            concurrency: 2,
        }),
        service("deepseek-r1", { pool: "h200" }),
    ],
    "local",
);

/** 25 hosts: 3 control-plane, 16 of 8 × H200 in two racks, 6 storage; two models share the GPU pool. */
export const productionSite: Site = {
    ...site(
        [
            ...[1, 2, 3].map(n => host(`cp-0${n}`, { role: "control-plane", pool: "control", rack: "a1" })),
            ...gpuHosts(16, "H200", "h200").map((one, n) => ({ ...one, rack: n < 8 ? "b1" : "b2", memoryGiB: 2048 })),
            ...[1, 2, 3, 4, 5, 6].map(n => host(`storage-0${n}`, { role: "storage", pool: "storage", rack: "a1" })),
        ],
        [
            service("deepseek-r1", { pool: "h200", replicas: 4, contextTokens: 65_536 }),
            service("deepseek-r1-distill-llama-70b", {
                model: "deepseek-r1-distill-llama-70b",
                precision: "bf16",
                pool: "h200",
                replicas: 3,
            }),
        ],
        "production",
    ),
    environment: "production",
    fabric: { kind: "infiniband", linkGbps: 400, rails: 8 },
};
