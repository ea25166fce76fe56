import assert from "node:assert/strict";
import { changed, checksum, problemsOf, validSite } from "./fixture";
import { tell, type Case } from "./tell";

const model = (extra: object): object => ({
    ...validSite().models[0],
    name: "other",
    endpoint: { host: "o.example" },
    ...extra,
});
const weights = (extra: object): object => ({ hostPath: "/srv/w", sizeGB: 1, ...extra });

const cases: readonly Case[] = [
    ["images.vllm", "https://registry.example/x", /^images\.vllm: "https:.*" is not an image: write/],
    ["images.vllm", undefined, /^models\[0\]\.image: is missing, and images\.vllm too; set one of them$/],
    ["images.proxy", undefined, /^models\[0\]\.proxyImage: is missing, and images\.proxy too/],
    ["models.0.model", "deepseek-r-1", /^models\[0\]\.model: .* not in the catalogue; did you mean "deepseek-r1"\?$/],
    ["models.0.precision", "fp9", /^models\[0\]\.precision: "fp9" is not one of f32, .*; did you mean "fp8"\?$/],
    ["models.0.pool", "gpus", /^models\[0\]\.pool: no host is in the pool "gpus"; did you mean "gpu"\?$/],
    [
        "models.0.pool",
        "control-plane",
        /^models\[0\]\.pool: the pool "control-plane" has only control-plane hosts \(control-1\); models run on gpu and edge hosts$/,
    ],
    ["hosts.0.pool", "gpu", /^models\[0\]\.pool: the pool "gpu" has control-plane hosts \(control-1\); models run/],
    [
        "hosts.2.pool",
        "gpu",
        /^models\[0\]\.pool: hosts of the pool "gpu" are not alike: gpu-01 has 8 × H200 and edge-1 has no GPU; put/,
    ],
    ["models.0.replicas", 0, /^models\[0\]\.replicas: 0 is not a whole number from 1 to 1024$/],
    ["models.0.weights.claim", "w", /^models\[0\]\.weights: hostPath and claim are set; set exactly one$/],
    [
        "models.0.weights.hostPath",
        undefined,
        /^models\[0\]\.weights: none of hostPath, claim and image is set; set exactly one$/,
    ],
    [
        "models.0.weights.hostPath",
        "/srv/../etc",
        /^models\[0\]\.weights\.hostPath: "\/srv\/..\/etc" is not a folder on a host/,
    ],
    ["models.0.weights.sizeGB", 0, /^models\[0\]\.weights\.sizeGB: 0 is not a number above 0 and up to 1000000$/],
    [
        "models.0.weights.sha256sums",
        undefined,
        /^models\[0\]\.weights: neither sha256sums nor sha256sumsFile is set; make the lines with/,
    ],
    ["models.0.weights.sha256sumsFile", "f", /^models\[0\]\.weights: sha256sums and sha256sumsFile are both set/],
    [
        "models.0.weights",
        weights({ sha256sumsFile: "gone" }),
        /^models\[0\]\.weights\.sha256sumsFile: "gone" cannot be read: there is no such file$/,
    ],
    [
        "models.0.weights",
        weights({ sha256sumsFile: "f" }),
        /cannot be read: files are not read here$/,
        { readText: undefined },
    ],
    [
        "models.0.weights",
        weights({ sha256sumsFile: "f" }),
        /sha256sumsFile: line 1: "<html>" is not "<64 hex digits>/,
        { readText: () => "<html>" },
    ],
    [
        "models.0.weights.sha256sums",
        "abc  x",
        /^models\[0\]\.weights\.sha256sums: line 1: "abc {2}x" is not "<64 hex digits> {2}<path>"/,
    ],
    ["models.0.weights.sha256sums", "# none", /^models\[0\]\.weights\.sha256sums: holds no checksums/],
    ["models.0.weights.sha256sums", `${checksum}\n${checksum}`, /line 2: "model.safetensors" is listed twice$/],
    [
        "models.0.weights.sha256sums",
        `${"0".repeat(64)}  a/../../b`,
        /line 1: "a\/..\/..\/b" is not a path inside the folder/,
    ],
    [
        "models.0.endpoint.host",
        "r1_example",
        /^models\[0\]\.endpoint\.host: "r1_example" is neither a DNS name nor an address$/,
    ],
    [
        "models.1.endpoint.port",
        443,
        /^models\[1\]\.endpoint\.port: 443 is not a node port: with NodePort it is from 30000 to 32767$/,
    ],
    ["models.0.endpoint.port", 70000, /^models\[0\]\.endpoint\.port: 70000 is not a whole number from 1 to 65535$/],
    ["models.2", model({ name: "r1" }), /^models\[2\]\.name: the name "r1" is also that of seamount:site.models\[0\]$/],
    [
        "models.2",
        model({ endpoint: { host: "r1.example.internal" } }),
        /^models\[2\]\.endpoint: r1.example.internal:443 is also that of/,
    ],
    [
        "models.2",
        model({ endpoint: { host: "x.example", serviceType: "NodePort", port: 30443 } }),
        /^models\[2\]\.endpoint: node port 30443 is also that of/,
    ],
    [
        "models.0.singleReplicaReason",
        "no",
        /^models\[0\]\.singleReplicaReason: "no" is not long enough: at least 10 characters$/,
    ],
    ["compliance.0", "mlps", /^compliance\[0\]: "mlps" is not one of mlps-2.0-level-3, dsl/],
    ["compliance", ["dsl", "dsl"], /^compliance\[1\]: "dsl" is listed twice$/],
];

describe("problems of models", () => {
    tell(cases);

    it("a wrong image for the whole site is told once, not for every model", () => {
        assert.equal(problemsOf(changed("images.vllm", "https://registry.example/x")).length, 1);
    });
});
