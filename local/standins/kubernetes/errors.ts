import { Properties, textAt } from "../values";
import { ApiError } from "./client";
import { UnknownKind } from "./kinds";
import { idOf } from "./objects";

/** Whether a preview fails only for something that the update itself will make, or that only it may do. */
export function isNotYet(error: unknown): boolean {
    return (
        error instanceof UnknownKind ||
        (error instanceof ApiError && ([403, 404].includes(error.status) || error.reason === "AlreadyExists"))
    );
}

/** An object in a message: `Deployment default/web`. */
export function described(object: Properties): string {
    return `${textAt(object, "kind")} ${idOf(object)}`;
}

/** What an error says. */
export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

/** Refuses what the stand-in does not serve. @throws Error naming it */
export function refuseOthers(token: string, served: string): void {
    if (token !== served) {
        throw new Error(`${token} is not part of the stand-in for @pulumi/kubernetes: see local/standins/README.md`);
    }
}
