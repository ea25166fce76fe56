import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SiteContext } from "../../components/site/context";
import { parseSite } from "../../components/site/parse";
import type { RawSite } from "../../components/site/schema";
import type { Site } from "../../components/site/site";

/** The repository. */
export const root = join(__dirname, "../..");

/** A well-formed ed25519 public key whose 32 bytes are all the same. */
export function keyOf(byte: number): string {
    const head = Buffer.concat([length(11), Buffer.from("ssh-ed25519"), length(32)]);
    return `ssh-ed25519 ${Buffer.concat([head, Buffer.alloc(32, byte)]).toString("base64")}`;
}

function length(bytes: number): Buffer {
    const field = Buffer.alloc(4);
    field.writeUInt32BE(bytes);
    return field;
}

/** A line of sha256sum. */
export const checksum = `${"ab".repeat(32)}  model.safetensors`;

/** An armoured public key, as far as a site looks at it. */
export const publicKeyBlock =
    "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDMEZ\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n";

/** Public keys of an issuer of tokens, as far as a site looks at them. */
export const publicKeys = JSON.stringify({ keys: [{ kty: "RSA", n: "0vx7", e: "AQAB" }] });

/** Catalogue names, as many as the tests need. */
export const context: SiteContext = {
    gpuNames: ["H100", "H200", "B200", "Ascend-910B"],
    modelNames: ["deepseek-r1", "deepseek-v3.2", "deepseek-r1-distill-qwen-32b", "tiny-deepseek"],
    home: "/home/me",
    readText: path => {
        throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
    },
};

/** A valid site that uses every field. Each call makes a new one, so that tests may change it. */
export function validSite(): Required<RawSite> {
    return {
        name: "test-1",
        environment: "staging",
        access: {
            user: "seamount",
            port: 22,
            identityFile: "~/.ssh/id",
            jumpHost: "jump@10.0.0.1",
            jumpHostKey: `${keyOf(1)} jump`,
            connectTimeoutSeconds: 5,
        },
        timeServers: ["10.0.0.2", "ntp.example.internal"],
        fabric: {
            kind: "infiniband",
            linkGbps: 400,
            rails: 8,
            mtu: 4092,
            switchMtu: 4096,
            infiniband: {
                subnetManager: "opensm",
                managers: ["gpu-01", "gpu-02"],
                routingEngine: "ftree",
                sharp: false,
                partitions: [{ name: "serving", pkey: "0x7001", pools: ["gpu"] }],
                ipoib: [],
            },
        },
        hosts: [
            { name: "control-1", address: "10.0.1.1", role: "control-plane", hostKey: keyOf(2) },
            {
                name: "gpu-[01-02]",
                address: "10.0.2.[1-2]",
                role: "gpu",
                gpu: { model: "H200", count: 8 },
                memoryGiB: 2048,
                rack: "a",
                rails: "mlx5_[0-7]",
                interfaces: "ibp[1-8]s0",
                managementInterface: "eno1",
                os: "ubuntu-24.04",
                zone: "hall-1",
                node: "gpu-[01-02].example.internal",
                numaNodes: 2,
                hugepages: { "2MiB": 1024, "1GiB": 16 },
                nvme: ["nvme[0-3]n1"],
                hostKeys: { "gpu-01": keyOf(3), "gpu-02": keyOf(4) },
            },
            { name: "edge-1", address: "2001:db8::1", role: "edge", pool: "small", managed: false },
        ],
        cluster: { mode: "existing", kubeconfigFile: "~/.kube/config", namespace: "models" },
        images: { vllm: "registry.example:5000/vllm:v1", proxy: `nginx@sha256:${"0".repeat(64)}` },
        models: [
            {
                name: "r1",
                model: "deepseek-r1",
                precision: "fp8",
                weights: { hostPath: "/srv/r1", sha256sums: checksum, sizeGB: 720 },
                endpoint: { host: "r1.example.internal" },
                traffic: { dailyRequests: 100_000, inputTokens: 2000, outputTokens: 800, prefixCacheHitRate: 0.4 },
                objectives: { ttftSeconds: 2, tpotMilliseconds: 50 },
                parallelism: { hostsPerReplica: 2, prefillDecode: "apart", kvCache: "fp8" },
                scaling: {
                    maxReplicas: 4,
                    schedule: [{ start: "0 8 * * 1-5", end: "0 20 * * 1-5", timeZone: "Asia/Shanghai", replicas: 3 }],
                },
                overload: { strategy: "reroute", rerouteTo: "tiny" },
                priority: 10,
            },
            {
                name: "tiny",
                model: "tiny-deepseek",
                precision: "f32",
                engine: "llamacpp",
                image: "llama:local",
                pool: "small",
                weights: { claim: "tiny", sha256sums: `# all files\n${checksum}\n`, sizeGB: 0.5 },
                endpoint: { host: "10.0.0.9", serviceType: "NodePort", port: 30443 },
            },
        ],
        driver: {
            owner: "host",
            version: "580.95.05",
            fabricManagerVersion: "580.95.05",
            containerToolkitVersion: "1.17.8-1",
        },
        repositories: {
            cuda: {
                url: "https://packages.example.internal/cuda",
                suite: "./",
                signingKey: publicKeyBlock,
                os: ["ubuntu-24.04"],
                roles: ["gpu"],
            },
            disk: { url: "file:/srv/packages", suite: "stable", components: ["main"], trusted: true },
        },
        rollout: {
            by: "count",
            hostsAtOnce: 1,
            reboot: "manual",
            drainTimeoutSeconds: 60,
            rebootTimeoutSeconds: 120,
        },
        acceptance: {
            gates: true,
            skip: ["dcgm"],
            loadSeconds: 60,
            python: "/opt/torch/bin/python3",
            multicast: false,
            dcgmLevel: 2,
        },
        gateway: {
            host: "ai.example.internal",
            jwt: { issuer: "https://sso.example.internal", audience: "seamount", jwks: publicKeys },
            tenants: [
                { name: "team-a", claim: "a", models: ["r1", "tiny"], requestsPerMinute: 60, tokensPerMinute: 100_000 },
                { name: "team-b", claim: "b", models: ["tiny"], requestsPerMinute: 6, tokensPerMinute: 10_000 },
            ],
            audit: { recordText: true, textReason: "Answers are reviewed by a person." },
            rateLimitStore: "redis.platform.svc:6379",
        },
        prices: { currency: "EUR", perUsd: 0.9, host: { H200: 280_000, cpu: 20_000 }, years: 4 },
        driftMetrics: { textfileDirectory: "/var/lib/prometheus/node-exporter", intervalSeconds: 60 },
        compliance: ["gdpr"],
    };
}

/** The site that a value stands for; fails the test where it has problems. */
export function siteOf(raw: unknown, extra: Partial<SiteContext> = {}): Site {
    const parsed = parseSite(raw, { ...context, ...extra });
    if ("problems" in parsed) {
        throw new Error(JSON.stringify(parsed.problems, undefined, 1));
    }
    return parsed.site;
}

/** Problems of a value, each as it is printed. */
export function problemsOf(raw: unknown, extra: Partial<SiteContext> = {}): readonly string[] {
    const parsed = parseSite(raw, { ...context, ...extra });
    return "problems" in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

/** A copy of the valid site with the value at a path replaced, or removed where it is undefined. */
export function changed(path: string, value: unknown): unknown {
    const copy: unknown = structuredClone(validSite());
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const parent = keys.reduce<unknown>((node, key) => Reflect.get(Object(node) as object, key), copy);
    if (value === undefined) {
        Reflect.deleteProperty(Object(parent) as object, last);
    } else {
        Reflect.set(Object(parent) as object, last, value);
    }
    return copy;
}

/** Text of a file of the repository. */
export function repositoryFile(path: string): string {
    return readFileSync(join(root, path), "utf8");
}
