import * as pulumi from "@pulumi/pulumi";
import type { SitePlanning } from "./planning";
import type { SitePlan } from "./planning/plan";

/**
 * Runs `f` for a component: what it throws becomes a message without a stack trace, as a user's mistake should be.
 * @throws pulumi.RunError with the message of what `f` threw
 */
export function orRefuse<T>(f: () => T): T {
    try {
        return f();
    } catch (error) {
        throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
    }
}

/**
 * The plan, where there is one.
 * @throws pulumi.RunError with one sentence for each service that cannot be had, and for each layer that fits no other
 */
export function accept(planning: SitePlanning): SitePlan {
    if ("plan" in planning) return planning.plan;
    const sentences = planning.refusals.map(({ service, refusal: { sentence } }) =>
        sentence.startsWith(`${service} `) ? `  ${sentence}` : `  ${service}: ${sentence}`,
    );
    const problems = planning.problems.map(({ path, message }) => `  ${path}: ${message}`);
    const reasons = [...sentences, ...problems].join("\n");
    throw new pulumi.RunError(`stack ${pulumi.getStack()} cannot work as it is described:\n${reasons}`);
}
