import { suggestion } from "./nearest";
import { pathOf, show, type Problem } from "./problem";
import type { ModelEntry } from "./schema";
import type { SiteHost } from "./site";

/** What the serving of a model is checked against. */
export interface ServingContext {
    /** All hosts; undefined where some group is wrong, and what a pool holds cannot be told. */
    readonly hosts: readonly SiteHost[] | undefined;
    /** Whether the site describes a fabric, right or wrong. */
    readonly hasFabric: boolean;
    /** Whether the site describes a gateway, right or wrong. */
    readonly hasGateway: boolean;
}

/** What is wrong with a field below a model. */
export interface FieldProblem {
    readonly message: string;
    readonly field: readonly PropertyKey[];
}

const at = (message: string, ...field: readonly PropertyKey[]): FieldProblem => ({ message, field });

/**
 * What is wrong with traffic, objectives, parallelism, scaling and overload of one model beyond single fields. `names`:
 * those of all services in the site's order, undefined where one did not pass the schema.
 */
export function servingProblems(
    entry: ModelEntry,
    names: readonly (string | undefined)[],
    context: ServingContext,
): readonly FieldProblem[] {
    return [
        ...trafficProblems(entry),
        ...parallelismProblems(entry, context),
        ...scalingProblems(entry),
        ...overloadProblems(entry, names, context),
    ];
}

function trafficProblems({ traffic, objectives, contextTokens }: ModelEntry): readonly FieldProblem[] {
    if (traffic === undefined) {
        return (["ttftSeconds", "tpotMilliseconds"] as const).flatMap(promise =>
            objectives?.[promise] === undefined
                ? []
                : [
                      at(
                          `${objectives[promise]} is promised, but the model has no traffic at which it could hold; add traffic`,
                          "objectives",
                          promise,
                      ),
                  ],
        );
    }
    const { inputTokens, outputTokens } = traffic;
    const tokens = inputTokens + outputTokens;
    return tokens <= contextTokens
        ? []
        : [
              at(
                  `${inputTokens} tokens in and ${outputTokens} out are ${tokens} in the mean, but contextTokens is ${contextTokens}; raise contextTokens, or lower them`,
                  "traffic",
              ),
          ];
}

function parallelismProblems(
    { parallelism = {}, pool }: ModelEntry,
    { hosts, hasFabric }: ServingContext,
): readonly FieldProblem[] {
    const { hostsPerReplica = 1, prefillDecode } = parallelism;
    const inPool = hosts?.filter(host => host.pool === pool);
    const members = inPool?.length;
    const withGpus = inPool?.some(host => host.gpu !== undefined) ?? true;
    const problems: FieldProblem[] = [];
    const noFabric = "but the site has no fabric between its hosts; describe it under fabric";
    if (prefillDecode === "apart" && !hasFabric) {
        const message = `"apart" sends KV caches from host to host, ${noFabric}, or write together`;
        problems.push(at(message, "parallelism", "prefillDecode"));
    }
    if (hostsPerReplica > 1 && withGpus && !hasFabric) {
        problems.push(at(`${hostsPerReplica}, ${noFabric}, or write 1`, "parallelism", "hostsPerReplica"));
    }
    if (members !== undefined && members > 0 && hostsPerReplica > members) {
        const message = `${hostsPerReplica}, but the pool ${show(pool)} has ${members}; write ${members} or fewer`;
        problems.push(at(message, "parallelism", "hostsPerReplica"));
    }
    return problems;
}

function scalingProblems({ scaling, replicas }: ModelEntry): readonly FieldProblem[] {
    if (scaling === undefined) {
        return [];
    }
    const { minReplicas, maxReplicas, schedule } = scaling;
    if (minReplicas > maxReplicas) {
        return [
            at(
                `${minReplicas}, but maxReplicas is ${maxReplicas}; the least is not above the most`,
                "scaling",
                "minReplicas",
            ),
        ];
    }
    const within = (count: number): boolean => count >= minReplicas && count <= maxReplicas;
    const bounds = `is not from minReplicas ${minReplicas} to maxReplicas ${maxReplicas}`;
    return [
        ...(replicas === undefined || within(replicas)
            ? []
            : [at(`${replicas} ${bounds} of scaling; change one of them`, "replicas")]),
        ...schedule.flatMap((hours, index) => [
            ...(within(hours.replicas)
                ? []
                : [at(`${hours.replicas} ${bounds}`, "scaling", "schedule", index, "replicas")]),
            ...(hours.start.trim() === hours.end.trim()
                ? [
                      at(
                          `${show(hours.end)} is the start too; end it at another time`,
                          "scaling",
                          "schedule",
                          index,
                          "end",
                      ),
                  ]
                : []),
        ]),
    ];
}

function overloadProblems(
    { name, overload, contextTokens }: ModelEntry,
    names: readonly (string | undefined)[],
    { hasGateway }: ServingContext,
): readonly FieldProblem[] {
    if (overload === undefined) {
        return [];
    }
    const { strategy, shortenToTokens, rerouteTo } = overload;
    const problems: FieldProblem[] = [];
    if (!hasGateway) {
        problems.push(at("is done by the gateway, and the site has none; add gateway, or take it out", "overload"));
    }
    for (const [field, value, owner] of [
        ["shortenToTokens", shortenToTokens, "shorten"],
        ["rerouteTo", rerouteTo, "reroute"],
    ] as const) {
        if (strategy === owner && value === undefined) {
            problems.push(at(`is missing: the strategy ${owner} needs it`, "overload", field));
        } else if (strategy !== owner && value !== undefined) {
            const message = `${show(value)} is for the strategy ${owner}, but the strategy is ${strategy}; change one of them`;
            problems.push(at(message, "overload", field));
        }
    }
    if (shortenToTokens !== undefined && shortenToTokens >= contextTokens) {
        const message = `${shortenToTokens} shortens nothing: contextTokens is ${contextTokens}; write less`;
        problems.push(at(message, "overload", "shortenToTokens"));
    }
    const others = names.flatMap(other => (other === undefined || other === name ? [] : [other]));
    if (rerouteTo === name) {
        problems.push(at(`${show(rerouteTo)} is the service itself; name another one`, "overload", "rerouteTo"));
    } else if (rerouteTo !== undefined && !others.includes(rerouteTo) && !names.includes(undefined)) {
        const advice = others.length === 0 ? "the site has no other" : suggestion(rerouteTo, others);
        problems.push(at(`${show(rerouteTo)} is no model service of the site; ${advice}`, "overload", "rerouteTo"));
    }
    return problems;
}

/** Services that reroute to one another in a circle: under overload a request would never be answered. */
export function rerouteProblems(entries: readonly (ModelEntry | undefined)[]): readonly Problem[] {
    const next = new Map(entries.flatMap(entry => (entry ? [[entry.name, entry.overload?.rerouteTo] as const] : [])));
    return entries.flatMap((entry, index) => {
        if (entry === undefined) {
            return [];
        }
        const chain = [entry.name];
        for (let name = next.get(entry.name); name !== undefined && !chain.includes(name); name = next.get(name)) {
            chain.push(name);
        }
        const back = next.get(chain.at(-1) ?? "");
        return back === entry.name && chain.length > 1
            ? [
                  {
                      path: pathOf("models", index, "overload", "rerouteTo"),
                      message: `${show(chain[1])} leads back: ${[...chain, back].join(" → ")}; let one of them shed or shorten`,
                  },
              ]
            : [];
    });
}
