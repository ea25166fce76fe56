import type { types } from "@pulumi/kubernetes";

/** What work is for, from what must run to what may be thrown away. */
export type PriorityLevel = "serving" | "batch" | "preemptible";

type PriorityClass = types.input.scheduling.v1.PriorityClass & { readonly metadata: { readonly name: string } };

/**
 * What each level is. A pod without a class has 0: it stands with batch, so that what operators install does not give
 * way to it. All user classes are below 1 000 000 000.
 */
const LEVELS: Readonly<Record<PriorityLevel, { value: number; preempts: boolean; description: string }>> = {
    serving: { value: 1_000_000, preempts: true, description: "Models that people wait for: all else gives way" },
    batch: { value: 0, preempts: true, description: "Work that is to be finished: only serving goes before it" },
    preemptible: { value: -1000, preempts: false, description: "Work that gives way to any other" },
};

/** Name of a class. It carries the site's namespace, because classes belong to the whole cluster. */
export function priorityClassName(namespace: string, level: PriorityLevel): string {
    return `${namespace}-${level}`;
}

/** The classes of a site, by level. */
export function priorityClasses(namespace: string): Readonly<Record<PriorityLevel, PriorityClass>> {
    const manifest = (level: PriorityLevel): PriorityClass => priorityClass(priorityClassName(namespace, level), level);
    return { serving: manifest("serving"), batch: manifest("batch"), preemptible: manifest("preemptible") };
}

/**
 * The class of one model among all that serve, for sites whose models have priorities.
 * @param priority how far it goes before a model that has none, −1000 to 1000
 */
export function modelPriorityClass(namespace: string, model: string, priority: number): PriorityClass {
    return priorityClass(`${priorityClassName(namespace, "serving")}-${model}`, "serving", priority);
}

function priorityClass(name: string, level: PriorityLevel, beyond = 0): PriorityClass {
    return {
        metadata: { name, labels: { "app.kubernetes.io/managed-by": "seamount" } },
        value: LEVELS[level].value + beyond,
        preemptionPolicy: LEVELS[level].preempts ? "PreemptLowerPriority" : "Never",
        globalDefault: false,
        description: LEVELS[level].description,
    };
}
