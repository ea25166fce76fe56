import { shellQuote } from "../../shell";
import type { Check, Finding, Reading } from "../check";
import { gpuPath } from "../programs";
import { numberSetting, specProblems } from "../settings";

/** Seconds that each level may take; NVIDIA says seconds, 2 minutes, 15 minutes, and an hour or more. */
const LIMITS: Readonly<Record<number, number>> = { 1: 180, 2: 600, 3: 2400, 4: 9000 };
const PACKAGE = "datacenter-gpu-manager-4-cuda12 or -cuda13, as the driver's CUDA version is (NVIDIA's repository)";

/**
 * NVIDIA's own diagnostics, `dcgmi diag`. Figures: `passed`, `failed`, `skipped` results. Each that failed or warned
 * is a finding with DCGM's words.
 * Setting: `level`, 1 (seconds) to 4 (more than an hour); default 1.
 */
export const dcgm: Check = {
    name: "dcgm",
    words: "NVIDIA's diagnostics",
    check: spec => {
        const level = numberSetting(spec, "level", 1);
        return [
            ...specProblems(spec, { level: "number" }, ["passed", "failed", "skipped"]),
            ...(LIMITS[level] === undefined ? [`has the level ${level}; DCGM has 1, 2, 3 and 4`] : []),
        ];
    },
    script: spec =>
        [
            gpuPath,
            `need dcgmi ${shellQuote(PACKAGE)}`,
            // The host engine is needed only for this: what was not running is not left running.
            "if ! dcgmi discovery -l >/dev/null 2>&1 && nv-hostengine >/dev/null 2>&1; then",
            "trap 'nv-hostengine -t >/dev/null 2>&1' EXIT",
            "fi",
            `dcgmi diag -r ${numberSetting(spec, "level", 1)} -j 2>&1`,
        ].join("\n"),
    limitSeconds: spec => LIMITS[numberSetting(spec, "level", 1)] ?? 600,
    parse: (lines): Reading => {
        const results = readDiagnostics(lines.join("\n"));
        if (results === undefined || results.length === 0) {
            const found = lines.findLast(line => line.trim() !== "") ?? "nothing was printed";
            const causes = [
                "nv-hostengine does not run (systemctl status nvidia-dcgm)",
                "DCGM is older than the driver: install the release that knows it",
            ];
            return { figures: {}, findings: [{ what: "dcgmi", found, wanted: "results as JSON", causes }] };
        }
        const passed = results.filter(({ status }) => status === "pass").length;
        const failed = results.filter(isWrong).length;
        return {
            figures: { passed, failed, skipped: results.length - passed - failed },
            findings: results.flatMap(resultFinding),
        };
    },
    causes: () => ["see the findings of the tests", "DCGM has no tests for this GPU"],
};

/** One result: one test on one GPU, or on all of them. */
export interface DiagnosticResult {
    readonly test: string;
    /** `GPU 3`; unset where the result is of the whole host. */
    readonly gpu?: string;
    /** Lower case: `pass`, `fail`, `warn`, `skip`. */
    readonly status: string;
    readonly words: readonly string[];
}

/** Reads the JSON of DCGM 3 (`DCGM GPU Diagnostic`) and 4 (`DCGM Diagnostic`); undefined where there is none. */
export function readDiagnostics(text: string): readonly DiagnosticResult[] | undefined {
    let parsed: unknown;
    try {
        parsed = JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
    } catch {
        return undefined;
    }
    const diagnostic = field(parsed, "DCGM Diagnostic") ?? field(parsed, "DCGM GPU Diagnostic");
    const categories = entries(field(diagnostic, "test_categories"));
    return diagnostic === undefined
        ? undefined
        : categories.flatMap(category => entries(field(category, "tests")).flatMap(readTest));
}

function readTest(test: unknown): DiagnosticResult[] {
    const name = String(field(test, "name"));
    const results = entries(field(test, "results")).map(result => readResult(name, result));
    const summary = field(test, "test_summary");
    const told = results.some(isWrong);
    // A test of the whole host has only a summary, or fails there although each GPU passed.
    const summed = summary === undefined ? [] : [readResult(name, summary)];
    return results.length === 0 || (!told && summed.some(isWrong)) ? [...results, ...summed] : results;
}

const isWrong = ({ status }: DiagnosticResult): boolean => !["pass", "skip", "not run"].includes(status);

function readResult(test: string, result: unknown): DiagnosticResult {
    const id = field(result, "entity_id") ?? field(result, "gpu_id") ?? field(result, "gpu_ids");
    const group = field(result, "entity_group");
    return {
        test,
        ...(typeof id === "number" || typeof id === "string"
            ? { gpu: `${typeof group === "string" ? group : "GPU"} ${id}` }
            : {}),
        status: statusOf(result),
        words: [...words(field(result, "warnings")), ...words(field(result, "info"))],
    };
}

function statusOf(result: unknown): string {
    const status = field(result, "status");
    return typeof status === "string" ? status.toLowerCase() : "";
}

function resultFinding(result: DiagnosticResult): Finding[] {
    const { test, gpu, status, words: said } = result;
    return !isWrong(result)
        ? []
        : [
              {
                  what: gpu === undefined ? test : `${gpu}, ${test}`,
                  found: said.length === 0 ? status : said.join("; "),
                  wanted: "pass",
                  causes: ["what DCGM says in its own words", "run the test alone: dcgmi diag -r <test> -v"],
              },
          ];
}

/** Sentences of a warning or an information: a text, a list of texts, or of objects with the text in `warning`. */
function words(said: unknown): string[] {
    return entries(typeof said === "string" ? [said] : said).flatMap(entry => {
        const text = typeof entry === "string" ? entry : field(entry, "warning");
        return typeof text === "string" ? [text] : [];
    });
}

const entries = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function field(value: unknown, name: string): unknown {
    return typeof value === "object" && value !== null && Object.hasOwn(value, name)
        ? (value as Readonly<Record<string, unknown>>)[name]
        : undefined;
}
