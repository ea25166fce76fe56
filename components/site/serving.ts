/** What clients ask of a model, in the mean of a day. */
export interface Traffic {
    readonly dailyRequests: number;
    /** Requests a second at the busiest time over those of the mean, 1 or more. */
    readonly peakFactor: number;
    /** Mean length of a prompt in tokens. */
    readonly inputTokens: number;
    /** Mean length of an answer in tokens. */
    readonly outputTokens: number;
    /** Share of prompt tokens that an engine finds in its prefix cache, 0 to 1. */
    readonly prefixCacheHitRate: number;
}

/** What clients may expect of a model at the busiest time. */
export interface Objectives {
    /** Seconds to the first token. Unset: none promised. */
    readonly ttftSeconds?: number;
    /** Milliseconds a token after the first. Unset: none promised. */
    readonly tpotMilliseconds?: number;
    /** What plans are ranked by: the least cost per token, the least latency, or the fewest GPUs. */
    readonly rankBy: "cost" | "latency" | "gpus";
}

/** How a model may be laid out, where the site says it. Each unset: the planner chooses. */
export interface Parallelism {
    readonly pipeline?: number;
    /** Attention data parallel degree, with expert parallel. */
    readonly data?: number;
    /** Hosts that one replica may span. Unset: 1. */
    readonly hostsPerReplica?: number;
    /** `apart`: prefill and decode on groups of their own; `together`: one group does both. Unset: together. */
    readonly prefillDecode?: "together" | "apart";
    /** Tokens that the model's own draft layer proposes a step (multi-token prediction). Unset: 0. */
    readonly draftTokens?: number;
    /** Routed experts that are held twice, over all ranks. Unset: 0. */
    readonly redundantExperts?: number;
    /** Number format of the KV cache. Unset: `bf16`. */
    readonly kvCache?: "bf16" | "fp8";
    /** Models of more parameters than this, in 10⁹, are tensor parallel. Unset: 30. */
    readonly tensorParallelAboveB?: number;
    /** Models of more parameters than this, in 10⁹, need NVLink or its like. Unset: 175. */
    readonly fastLinkAboveB?: number;
}

/** How a model service grows and shrinks. */
export interface Scaling {
    readonly minReplicas: number;
    readonly maxReplicas: number;
    /** Requests that wait in one replica before another is started. */
    readonly queueLength: number;
    /** Seconds without need before a replica goes. */
    readonly coolDownSeconds: number;
    /** Hours, in cron's words and a time zone, at which other numbers of replicas hold. */
    readonly schedule: readonly {
        readonly start: string;
        readonly end: string;
        readonly timeZone: string;
        readonly replicas: number;
    }[];
}

/** What a service does when more is asked than it can hold. */
export interface Overload {
    /** `shed`: refuse with 429 at once; `shorten`: answers of at most `shortenToTokens`; `reroute`: to another service. */
    readonly strategy: "shed" | "shorten" | "reroute";
    /** Set exactly with `shorten`. */
    readonly shortenToTokens?: number;
    /** Name of a model service of the site. Set exactly with `reroute`. */
    readonly rerouteTo?: string;
    /** Requests that may wait in one replica before the strategy begins. */
    readonly queueLength: number;
}

/** A client organisation of the gateway. */
export interface GatewayTenant {
    /** DNS label. */
    readonly name: string;
    /** Value of the token's tenant claim. */
    readonly claim: string;
    /** Model services that it may use. */
    readonly models: readonly string[];
    readonly requestsPerMinute: number;
    readonly tokensPerMinute: number;
}

/** The one door to all models of a site. */
export interface SiteGateway {
    /** `envoy`: Gateway API with the inference extension; `caddy`: one small program, for sites without those images. */
    readonly kind: "envoy" | "caddy";
    readonly host: string;
    /** TCP port that clients connect to. */
    readonly port: number;
    readonly serviceType: "ClusterIP" | "NodePort" | "LoadBalancer";
    readonly replicas: number;
    /** Image of the gateway; with `envoy` its operator's own. */
    readonly image?: string;
    readonly jwt: {
        readonly issuer: string;
        readonly audience: string;
        /** Where the issuer's public keys are, https. Exactly one of `jwksUri` and `jwks` is set. */
        readonly jwksUri?: string;
        /** The public keys themselves, JSON. */
        readonly jwks?: string;
        /** Claim that names the tenant. */
        readonly tenantClaim: string;
    };
    readonly tenants: readonly GatewayTenant[];
    /** Largest request body in KiB. */
    readonly maxRequestKiB: number;
    readonly audit: {
        readonly retentionDays: number;
        /** Whether prompts and answers are recorded too, and why. Unset: never. */
        readonly textReason?: string;
        /** StorageClass of the volumes that the record is kept on, with `caddy`. Unset: the cluster's default. */
        readonly storageClass?: string;
    };
    /** `prefix`: to the replica that has the prompt's beginning in its cache; `session`: by a hash of the session. */
    readonly routing: "prefix" | "session";
    /** What happens while no endpoint picker answers: `open` picks any replica, `close` refuses. */
    readonly pickerFailure: "open" | "close";
    /** Redis server in which the copies of Envoy count together, `host:port`. Required with `envoy`. */
    readonly rateLimitStore?: string;
}

/** Prices and tariffs that a site puts in the place of the catalogue's. All in `currency`, without tax. */
export interface SitePrices {
    /** ISO 4217 code, e.g. `EUR`. */
    readonly currency: string;
    /** Units of `currency` for 1 USD: converts the catalogue's prices. Unset: only with USD, or nothing is converted. */
    readonly perUsd?: number;
    /** Price of one host with all its GPUs, by catalogue name of the GPU; `cpu` for hosts without. */
    readonly host: Readonly<Record<string, number>>;
    /** Most power that one host draws with all its GPUs, kW, by the same names. Unset: the catalogue's. */
    readonly hostKW?: Readonly<Record<string, number>>;
    readonly electricityPerKWh?: number;
    /** Power of the whole room over that of the hosts, 1 or more. */
    readonly pue?: number;
    /** Network hardware as a share of the hosts' price, 0 to 1. */
    readonly networkShare?: number;
    /** A year, for each host: people, space, support. */
    readonly operationsPerHostYear?: number;
    /** A year, for the whole site: bringing in new models. */
    readonly modelUpdatesPerYear?: number;
    readonly years?: number;
    /** What a hosted service asks for 10⁶ tokens. */
    readonly hostedPerMillionInput?: number;
    readonly hostedPerMillionOutput?: number;
}
