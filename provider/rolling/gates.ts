import type { CheckResult } from "../gates/check";

/** What the checks of a host found wrong, in one line a person can act on; undefined where all have passed. */
export function gateFailure(results: Readonly<Record<string, CheckResult>>): string | undefined {
    const failed = Object.entries(results).filter(([, { passed }]) => !passed);
    const words = failed.map(([name, { findings, missing }]) => {
        const found = findings.map(
            ({ what, found, wanted, causes: [cause] }) =>
                `${what} is ${found}, should be ${wanted}${cause === undefined ? "" : ` (usual cause: ${cause})`}`,
        );
        const lacking =
            missing === undefined ? [] : [`${missing.tool} is missing: package ${missing.package} brings it`];
        return `gate ${name}: ${[...found, ...lacking].join("; ") || "it failed without saying why"}`;
    });
    return words.length === 0 ? undefined : words.join("; ");
}
