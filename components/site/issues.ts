import type * as z from "zod";
import { nearest, suggestion } from "./nearest";
import { pathOf, show, type Problem } from "./problem";
import { schemaAt, siteJsonSchema, type JsonSchema } from "./stack-schema";

/** Made when the first problem is told, because a site without problems does not need it. */
let schemaOnce: JsonSchema | undefined;

/** Turns what the schema found into problems in the words of the site file, each told once. */
export function problemsOf(issues: readonly z.core.$ZodIssue[]): readonly Problem[] {
    schemaOnce ??= siteJsonSchema();
    const schema = schemaOnce;
    const told = issues.flatMap(issue => translate(issue, schema));
    const misspelt = new Set(told.flatMap(each => (each.meant === undefined ? [] : [each.meant])));
    const problems = new Map<string, Problem>();
    for (const { path, message, missing } of told) {
        if (!(missing === true && misspelt.has(path)) && !problems.has(path + message)) {
            problems.set(path + message, { path, message });
        }
    }
    return [...problems.values()];
}

/** A problem, and what is needed to leave out "x is missing" where "xx is unknown, did you mean x?" says it already. */
interface Told extends Problem {
    readonly missing?: boolean;
    readonly meant?: string;
}

function translate(issue: z.core.$ZodIssue, schema: JsonSchema): readonly Told[] {
    const node = schemaAt(schema, issue.path);
    const path = pathOf(...issue.path);
    if (issue.code === "unrecognized_keys") {
        const known = Object.keys(node?.properties ?? {});
        return issue.keys.map(key => {
            const near = nearest(key, known);
            return {
                path: pathOf(...issue.path, key),
                message: `is not a known field; ${suggestion(key, known)}`,
                meant: near === undefined ? undefined : pathOf(...issue.path, near),
            };
        });
    }
    if (issue.code === "invalid_union") {
        const meant = issue.errors.find(
            branch => !branch.some(each => each.path.length === 0 && each.code === "invalid_type"),
        );
        if (meant !== undefined) {
            return meant.flatMap(each => translate({ ...each, path: [...issue.path, ...each.path] }, schema));
        }
    }
    if (issue.code === "invalid_key") {
        return [{ path, message: `${show(issue.path.at(-1))} ${issue.issues[0]?.message ?? "is not a name here"}` }];
    }
    if (issue.code === "custom") {
        return [{ path, message: issue.message }];
    }
    if (issue.input === undefined) {
        return [{ path, message: `is missing: ${node?.description ?? expectation(issue, node)}`, missing: true }];
    }
    if (issue.code === "invalid_format") {
        return [{ path, message: `${show(issue.input)} ${issue.message}` }];
    }
    return [{ path, message: `${show(issue.input)} is not ${expectation(issue, node)}` }];
}

function expectation(issue: z.core.$ZodIssue, node: JsonSchema | undefined): string {
    if (issue.code === "invalid_value") {
        const values = issue.values.map(String);
        const near = typeof issue.input === "string" ? nearest(issue.input, values) : undefined;
        const hint = near === undefined ? "" : `; did you mean "${near}"?`;
        return values.length === 1 ? `"${values[0]}"${hint}` : `one of ${values.join(", ")}${hint}`;
    }
    if (issue.code === "invalid_union") {
        return `allowed here: ${node?.description ?? "see the documentation of this field"}`;
    }
    if (node?.type === "integer" || node?.type === "number") {
        return numberWithin(node);
    }
    if (issue.code === "too_small") {
        return `long enough: at least ${String(issue.minimum)} ${unitOf(issue.origin)}`;
    }
    if (issue.code === "too_big") {
        return `short enough: at most ${String(issue.maximum)} ${unitOf(issue.origin)}`;
    }
    const quoting = typeof issue.input === "number" ? `; write it in quotes: "${issue.input}"` : "";
    const words = new Map([
        ["string", `text${quoting}`],
        ["boolean", "true or false"],
        ["array", "a list"],
        ["object", "a map of fields"],
    ]);
    return words.get(node?.type ?? "") ?? "valid";
}

function numberWithin(node: JsonSchema): string {
    const kind = node.type === "integer" ? "a whole number" : "a number";
    return node.minimum === undefined
        ? `${kind} above 0 and up to ${node.maximum}`
        : `${kind} from ${node.minimum} to ${node.maximum}`;
}

function unitOf(origin: string): string {
    return origin === "string" ? "characters" : "entries";
}
