import assert from "node:assert/strict";
import { changed, problemsOf, publicKeys, validSite } from "./fixture";
import { tell, type Case } from "./tell";

const tenant = (extra: object): object => ({ ...validSite().gateway?.tenants[1], ...extra });

const models: readonly Case[] = [
    [
        "models.0.traffic.dailyRequests",
        0,
        /^models\[0\]\.traffic\.dailyRequests: 0 requests a day need no replica: write/,
    ],
    ["models.0.traffic.dailyRequests", -1, /^models\[0\]\.traffic\.dailyRequests: -1 is not a whole number from 0 to/],
    ["models.0.traffic.dailyRequests", undefined, /^models\[0\]\.traffic\.dailyRequests: is missing: Requests a day/],
    ["models.0.traffic.peakFactor", 0.5, /^models\[0\]\.traffic\.peakFactor: 0.5 is not a number from 1 to 1000$/],
    ["models.0.traffic.prefixCacheHitRate", 40, /prefixCacheHitRate: 40 is not a number from 0 to 1$/],
    [
        "models.0.traffic.inputTokens",
        40_000,
        /^models\[0\]\.traffic: 40000 tokens in and 800 out are 40800 in the mean, but contextTokens is 32768; raise/,
    ],
    [
        "models.0.traffic",
        undefined,
        /^models\[0\]\.objectives\.ttftSeconds: 2 is promised, but the model has no traffic at which it could hold; add traffic$/,
    ],
    [
        "models.0.objectives.rankBy",
        "costs",
        /rankBy: "costs" is not one of cost, latency, gpus; did you mean "cost"\?$/,
    ],
    ["fabric", undefined, /^models\[0\]\.parallelism\.prefillDecode: "apart" sends KV caches from host to host, but/],
    [
        "fabric",
        undefined,
        /^models\[0\]\.parallelism\.hostsPerReplica: 2, but the site has no fabric between its hosts; /,
    ],
    [
        "models.0.parallelism.hostsPerReplica",
        3,
        /^models\[0\]\.parallelism\.hostsPerReplica: 3, but the pool "gpu" has 2; write 2 or fewer$/,
    ],
    ["models.0.parallelism.kvCache", "fp4", /^models\[0\]\.parallelism\.kvCache: "fp4" is not one of bf16, fp8/],
    [
        "models.0.scaling.minReplicas",
        5,
        /^models\[0\]\.scaling\.minReplicas: 5, but maxReplicas is 4; the least is not/,
    ],
    ["models.0.scaling.maxReplicas", undefined, /^models\[0\]\.scaling\.maxReplicas: is missing: Replicas that it may/],
    ["models.0.replicas", 5, /^models\[0\]\.replicas: 5 is not from minReplicas 1 to maxReplicas 4 of scaling; change/],
    [
        "models.0.scaling.schedule.0.replicas",
        9,
        /^models\[0\]\.scaling\.schedule\[0\]\.replicas: 9 is not from minReplicas 1 to maxReplicas 4$/,
    ],
    [
        "models.0.scaling.schedule.0.start",
        "8:00",
        /schedule\[0\]\.start: "8:00" is not a time in cron's words: minute, hour/,
    ],
    ["models.0.scaling.schedule.0.end", "0 8 * * 1-5", /schedule\[0\]\.end: "0 8 \* \* 1-5" is the start too; end it/],
    ["models.0.scaling.schedule.0.timeZone", "Beijing", /timeZone: "Beijing" is not a time zone: write it like "Asia/],
    [
        "models.0.overload.strategy",
        "shed",
        /^models\[0\]\.overload\.rerouteTo: "tiny" is for the strategy reroute, but the/,
    ],
    [
        "models.0.overload.rerouteTo",
        undefined,
        /^models\[0\]\.overload\.rerouteTo: is missing: the strategy reroute needs it$/,
    ],
    [
        "models.0.overload.rerouteTo",
        "tinny",
        /rerouteTo: "tinny" is no model service of the site; did you mean "tiny"\?$/,
    ],
    [
        "models.0.overload.rerouteTo",
        "r1",
        /^models\[0\]\.overload\.rerouteTo: "r1" is the service itself; name another one$/,
    ],
    [
        "models.0.overload",
        { strategy: "shorten" },
        /^models\[0\]\.overload\.shortenToTokens: is missing: the strategy shorten/,
    ],
    [
        "models.0.overload",
        { strategy: "shorten", shortenToTokens: 40_000 },
        /shortenToTokens: 40000 shortens nothing: contextTokens is 32768; write less$/,
    ],
    [
        "models.1.overload",
        { strategy: "reroute", rerouteTo: "r1" },
        /^models\[0\]\.overload\.rerouteTo: "tiny" leads back: r1 → tiny → r1; let one of them shed or shorten$/,
    ],
    [
        "gateway",
        undefined,
        /^models\[0\]\.overload: is done by the gateway, and the site has none; add gateway, or take it out$/,
    ],
];

const gateways: readonly Case[] = [
    ["gateway.rateLimitStore", undefined, /^gateway\.rateLimitStore: is missing: the copies of Envoy count requests/],
    [
        "gateway.rateLimitStore",
        "redis",
        /^gateway\.rateLimitStore: "redis" is not a Redis server: write it with its port/,
    ],
    ["gateway.kind", "caddy", /^gateway\.image: is missing: the kind caddy has no image of its own; name the site's$/],
    [
        "gateway.serviceType",
        "NodePort",
        /^gateway\.port: 443 is not a node port: with NodePort it is from 30000 to 32767$/,
    ],
    [
        "gateway.host",
        "r1.example.internal",
        /^gateway\.host: r1.example.internal:443 is also that of seamount:site.models\[0\];/,
    ],
    ["gateway.jwt.jwks", undefined, /^gateway\.jwt: neither jwksUri nor jwks is set; set exactly one$/],
    [
        "gateway.jwt.jwksUri",
        "https://sso.example/jwks",
        /^gateway\.jwt: jwksUri and jwks are both set; set exactly one$/,
    ],
    [
        "gateway.jwt.jwksUri",
        "http://sso.example/jwks",
        /jwksUri: "http:.*" is not the address of keys: begin it with "https/,
    ],
    ["gateway.jwt.jwks", "{}", /^gateway\.jwt\.jwks: is not a set of keys: write JSON like/],
    [
        "gateway.jwt.jwks",
        publicKeys.replace("}", ',"d":"secret"}'),
        /^gateway\.jwt\.jwks: holds a private or shared key, which may have been seen: replace it/,
    ],
    ["gateway.jwt.audience", undefined, /^gateway\.jwt\.audience: is missing: Whom tokens are for/],
    ["gateway.tenants", [], /^gateway\.tenants: a list is not long enough: at least 1 entries$/],
    [
        "gateway.tenants.1",
        tenant({ name: "team-a" }),
        /^gateway\.tenants\[1\]\.name: "team-a" is also that of seamount:site.gateway/,
    ],
    [
        "gateway.tenants.1",
        tenant({ claim: "a" }),
        /^gateway\.tenants\[1\]\.claim: "a" is also that of seamount:site.gateway/,
    ],
    [
        "gateway.tenants.1",
        tenant({ models: ["tyni"] }),
        /models\[0\]: "tyni" is no model service of the site; did you mean "tiny"/,
    ],
    [
        "gateway.tenants.1",
        tenant({ models: ["r1", "r1"] }),
        /^gateway\.tenants\[1\]\.models\[1\]: "r1" is listed twice$/,
    ],
    ["gateway.audit.retentionDays", 90, /^gateway\.audit\.retentionDays: 90 is not a whole number from 180 to 36500$/],
    [
        "gateway.audit.textReason",
        undefined,
        /^gateway\.audit\.textReason: is missing: prompts and answers are recorded/,
    ],
    [
        "gateway.audit.recordText",
        false,
        /^gateway\.audit\.textReason: is set, but recordText is not: nothing of prompts/,
    ],
    [
        "prices.currency",
        "Euro",
        /^prices\.currency: "Euro" is not a currency: write its three letters, like USD, EUR or CNY$/,
    ],
    ["prices.currency", "USD", /^prices\.perUsd: 0.9, but the currency is USD; take it out, or name the currency$/],
    ["prices.host", { H20O: 1 }, /^prices\.host\.H20O: "H20O" is not in the catalogue; did you mean "H200"\?$/],
    ["prices.host", { H200: 0 }, /^prices\.host\.H200: 0 is not a number above 0 and up to/],
    [
        "prices.hostKW",
        { "H-100": 10 },
        /^prices\.hostKW\.H-100: "H-100" is not in the catalogue; did you mean "H100"\?$/,
    ],
    ["prices.pue", 0.9, /^prices\.pue: 0.9 is not a number from 1 to 10$/],
];

describe("problems of how models are served", () => tell(models));

describe("problems of gateways and prices", () => tell(gateways));

describe("operators that a cluster of Seamount's own needs", () => {
    it("are asked for where the gateway, scaling or groups of pods need them, and are not there", () => {
        const kubeadm = { mode: "kubeadm", version: "1.36.3", operators: { install: ["keda"] } };
        const told = problemsOf(changed("cluster", kubeadm)).filter(line => line.includes("operators.install"));
        const envoy = "but the gateway is of the kind envoy; add it";
        assert.deepEqual(
            told.map(line => line.replace("seamount:site.cluster.operators.install: ", "")),
            [
                `has no cert-manager, ${envoy}`,
                `has no envoy-gateway, ${envoy}`,
                `has no gateway-api-inference-extension, ${envoy}`,
                `has no llm-d-router, ${envoy}`,
                "has no lws, but replicas of r1 are groups of pods; add it",
            ],
        );
    });

    it("are of a version that mounts images, where weights are in one", () => {
        const raw = changed("models.0.weights", { image: "weights:1", sha256sums: `${"ab".repeat(32)}  w`, sizeGB: 1 });
        const of = (version: string): readonly string[] => {
            Reflect.set(Object(raw) as object, "cluster", { mode: "kubeadm", version });
            return problemsOf(raw).filter(line => line.includes("mount images"));
        };
        assert.deepEqual(of("1.36.3"), []);
        assert.match(
            of("1.34.1").join(),
            /^seamount:site\.cluster\.version: "1\.34\.1" does not mount images as volumes, as/,
        );
    });
});
