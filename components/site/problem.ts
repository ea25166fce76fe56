/** One thing that is wrong with a site, told so that a person can put it right. */
export interface Problem {
    /** Where: `seamount:site.hosts[3].address`. */
    readonly path: string;
    /** What is wrong, with the value, and what would be right. */
    readonly message: string;
}

/** Path of the whole value in a stack file. */
export const sitePath = "seamount:site";

/** Writes a path below `seamount:site` the way people write it: `seamount:site.hosts[3].address`. */
export function pathOf(...segments: readonly PropertyKey[]): string {
    return segments.reduce<string>((path, segment) => path + pathSegment(segment), sitePath);
}

function pathSegment(segment: PropertyKey): string {
    if (typeof segment === "number") {
        return `[${segment}]`;
    }
    const key = String(segment);
    return /^[A-Za-z_][\w-]*$/.test(key) ? `.${key}` : `[${quote(key)}]`;
}

/** Shows a value in a message: short, on one line, and never the inside of a private key or of a deep structure. */
export function show(value: unknown): string {
    if (typeof value === "string") {
        return value.includes("PRIVATE KEY") ? "a private key (not shown)" : quote(value);
    }
    if (typeof value === "number" || typeof value === "boolean") {
        return String(value);
    }
    if (value === null || value === undefined) {
        return "an empty value";
    }
    return Array.isArray(value) ? "a list" : "a map";
}

const shownCharacters = 60;

function quote(text: string): string {
    return JSON.stringify(text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text);
}

/** Lists a few names and counts the rest: `gpu-01, gpu-02, gpu-03 and 13 more`. */
export function few(names: readonly string[]): string {
    const rest = names.length - 3;
    if (rest > 1) {
        return `${names.slice(0, 3).join(", ")} and ${rest} more`;
    }
    return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

/** The message for a whole stack: how many problems, then one a line. */
export function misconfigured(stack: string, problems: readonly Problem[]): string {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.map(problem => `  ${problem.path}: ${problem.message}`);
    return [`stack ${stack} is misconfigured, ${count}:`, ...lines].join("\n");
}
