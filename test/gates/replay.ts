import { readFileSync } from "node:fs";
import { join } from "node:path";
import { acceptanceChecks } from "../../components/host/acceptance";
import type { SiteHost } from "../../components/site/site";
import type { CheckResult, CheckSpec, Finding } from "../../provider/gates/check";
import { parseFingerprint } from "../../provider/gates/fingerprint";
import { judge } from "../../provider/gates/judge";
import { asked } from "../../provider/gates/registry";
import { readRuns } from "../../provider/gates/script";
import { readAnswer } from "../../provider/shell";

/** Mark in the recorded answers, instead of the random one. */
const MARK = "0123456789abcdef01234567";

/** A recorded answer of a gate on a real host: what its session printed, without serial numbers. */
export const recorded = (name: string): string => readFileSync(join(__dirname, "fixtures", `${name}.txt`), "utf8");

/** A host with H200s, as the recorded ones are: virtual machines without rails and without multicast. */
export const h200Host = (count: number, more: Partial<SiteHost> = {}): SiteHost => ({
    name: "gpu-1",
    address: "10.20.0.11",
    role: "gpu",
    pool: "r1",
    gpu: { model: "H200", count },
    rails: [],
    nvme: [],
    managed: true,
    ...more,
});

/** The checks that the recorded gates ran, with today's thresholds; `dcgm`, which no host had, where it is wanted. */
export function h200Checks(count: number, withDcgm = false): Readonly<Record<string, CheckSpec>> {
    const options = { python: "/opt/torch/bin/python3", multicast: false, dcgmLevel: 1 };
    const all = acceptanceChecks({ models: [], hosts: [] }, h200Host(count), options);
    return Object.fromEntries(
        Object.entries(all).filter(([name]) => name !== "clock" && (withDcgm || name !== "dcgm")),
    );
}

/** Results of a gate by what its session printed. */
export function replay(
    printed: string,
    checks: Readonly<Record<string, CheckSpec>>,
): Readonly<Record<string, CheckResult>> {
    const all = asked(checks);
    const runs = readRuns(all, readAnswer(printed, MARK));
    return Object.fromEntries(
        all.map(({ name, check, spec }) => {
            const ran = runs[name] ?? { reading: { figures: {}, findings: [] }, seconds: 0 };
            return [name, judge(check, spec, ran.reading, ran.seconds)];
        }),
    );
}

/** What a gate's session said of the host. */
export const fingerprintOf = (printed: string): Readonly<Record<string, string>> =>
    parseFingerprint(readAnswer(printed, MARK).sections.get("fingerprint") ?? []);

/** A finding without its causes, on one line. */
export const told = ({ what, found, wanted }: Finding): string => `${what}: ${found}; wanted ${wanted}`;

/** All findings of these checks. */
export const findings = (results: Readonly<Record<string, CheckResult>>, ...names: readonly string[]): string[] =>
    names.flatMap(name => (results[name]?.findings ?? []).map(told));
