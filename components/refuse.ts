import * as pulumi from "@pulumi/pulumi";

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
