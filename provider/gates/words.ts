import { hostName } from "../errors";
import type { HostConnection } from "../items";
import type { CheckResult, Finding } from "./check";
import type { GateOutcome } from "./outcome";

/** Why a gate did not pass: every finding with what was found, what was wanted, where that comes from, and causes. */
export function failureWords(urn: string, connection: HostConnection, { results }: GateOutcome): string {
    const failed = Object.entries(results).filter(([, { passed }]) => !passed);
    const blocks = failed.flatMap(([name, result]) => findingsOf(name, result));
    const total = Object.keys(results).length;
    const checks = `${failed.length} of ${total} ${total === 1 ? "check" : "checks"}`;
    return [
        `${hostName(urn, connection)} does not pass its gate, ${checks} failed:`,
        ...blocks,
        "The figures are kept. When the cause is gone, `pulumi up` runs the gate again.",
    ].join("\n");
}

/** What a gate has shown, in a line: `clock, fio, iperf3 passed in 14 s`. */
export function passedWords({ results }: GateOutcome): string {
    const seconds = Object.values(results).reduce((sum, result) => sum + result.seconds, 0);
    return `${Object.keys(results).join(", ")} passed in ${Math.ceil(seconds)} s`;
}

function findingsOf(name: string, { findings, missing }: CheckResult): string[] {
    const absent =
        missing === undefined
            ? []
            : [`- ${name}: ${missing.tool} is missing: install ${missing.package}, and run again`];
    return [...absent, ...findings.map(finding => findingWords(name, finding))];
}

function findingWords(name: string, { what, found, wanted, source, causes }: Finding): string {
    const lines = [
        `- ${name}: ${what}: found ${found}, wanted ${wanted}${source === undefined ? "" : ` (${source})`}`,
        ...(causes.length === 0 ? [] : ["  usual causes:", ...causes.map(cause => `  * ${cause}`)]),
    ];
    return lines.join("\n");
}
