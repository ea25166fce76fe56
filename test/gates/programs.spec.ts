import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import * as fc from "fast-check";
import { readNcclTests, sizeWords } from "../../provider/gates/allReduce";
import type { CheckSpec } from "../../provider/gates/check";
import { gemm } from "../../provider/gates/checks/gemm";
import { hbm } from "../../provider/gates/checks/hbm";
import { allReduceBytes, nccl, ncclPair } from "../../provider/gates/checks/nccl";
import { slowFindings } from "../../provider/gates/perGpu";
import { readProgram, runProgram } from "../../provider/gates/programs";
import { told } from "./replay";

const NONE: CheckSpec = { thresholds: {} };
const STANDIN = join(__dirname, "standin");

/** Runs a shell script here, with the stand-in for PyTorch or without any. */
function run(script: string, environment: Readonly<Record<string, string>>): string[] {
    const { stdout, error } = spawnSync("sh", ["-s"], {
        input: `need() { command -v "$1" >/dev/null || { printf 'missing\\t%s\\t%s\\n' "$1" "$2"; exit 0; }; }\n${script}\n`,
        env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: "1", ...environment },
        encoding: "utf8",
        timeout: 60_000,
    });
    assert.equal(error, undefined);
    return stdout.split("\n").slice(0, -1);
}

const standin = (more: Readonly<Record<string, string>>): string[] =>
    run(hbm.script(NONE), { PYTHONPATH: STANDIN, ...more });

describe("programs that measure GPUs", function () {
    this.timeout(60_000);

    it("measure every GPU in a process of its own", () => {
        const reading = hbm.parse(standin({ STANDIN_GPUS: "3" }), NONE);
        assert.deepEqual(reading.findings, []);
        // 10 runs in 10 ms of the stand-in's clock: 8 GiB a millisecond.
        assert.deepEqual(reading.series?.readTBps, {
            "GPU 0": 8.589934592,
            "GPU 1": 8.589934592,
            "GPU 2": 8.589934592,
        });
    });

    it("name the GPU whose process dies or fails, and end the others", () => {
        const died = hbm.parse(standin({ STANDIN_GPUS: "3", STANDIN_DIES: "1", STANDIN_HANGS: "2" }), NONE);
        assert.deepEqual(died.findings.map(told), ["GPU 1: the process was ended by SIGKILL; wanted a measurement"]);
        const failed = hbm.parse(standin({ STANDIN_GPUS: "2", STANDIN_FAILS: "0" }), NONE);
        assert.match(failed.findings.map(told)[0] ?? "", /^GPU 0: RuntimeError: CUDA out of memory/);
    });

    it("end when nothing moves any more, and say so", () => {
        const limited = runProgram("hbm", NONE, { gib: 1 }).replace("limit_seconds=300", "limit_seconds=1");
        const printed = run(limited, { PYTHONPATH: STANDIN, STANDIN_GPUS: "1", STANDIN_HANGS: "0" });
        assert.deepEqual(readProgram(printed).findings.map(told), [
            "GPU 0: no answer within 1 s; wanted a measurement",
        ]);
    });

    it("say that no GPU is seen", () => {
        const reading = hbm.parse(standin({ STANDIN_GPUS: "0" }), NONE);
        assert.deepEqual(reading.findings.map(told), ["program: PyTorch stand-in sees no GPU; wanted a measurement"]);
    });

    it("say what is missing: the interpreter, or PyTorch in it", () => {
        const [line] = run(hbm.script({ ...NONE, settings: { python: "/opt/none/bin/python3" } }), {});
        assert.match(line ?? "", /^missing\t\/opt\/none\/bin\/python3\tpython3, and the wheel torch/);
        const { missing } = hbm.parse(['{"missing": "PyTorch", "reason": "No module named \'torch\'"}'], NONE);
        assert.equal(missing?.tool, "PyTorch");
    });

    it("are whole in the shell's hands, whatever the settings are", () => {
        const python = "/opt/it's here/python3";
        for (const check of [hbm, gemm, nccl, ncclPair]) {
            const spec = { ...NONE, settings: { python, environment: ["NCCL_IB_HCA==mlx5_0,mlx5_1", "A=it's"] } };
            assert.equal(spawnSync("sh", ["-n"], { input: check.script(spec) }).status, 0, check.name);
            assert.ok(check.script(spec).includes("'/opt/it'\\''s here/python3'"));
        }
    });

    it("that print nothing, or only words, are a finding with the last of them", () => {
        const crash = ["Traceback (most recent call last):", "RuntimeError: no kernel image is available", ""];
        assert.match(readProgram(crash).findings.map(told)[0] ?? "", /no kernel image/);
        assert.match(readProgram([]).findings.map(told)[0] ?? "", /nothing was printed/);
        fc.assert(
            fc.property(fc.array(fc.oneof(fc.string(), fc.json())), lines => {
                const { findings, lines: read, missing } = readProgram(lines);
                assert.ok(findings.length > 0 || read.length > 0 || missing !== undefined);
            }),
        );
    });
});

describe("slow GPUs", () => {
    it("are found by the others, however many there are and whichever it is", () => {
        const figures = fc.array(fc.double({ min: 0.97, max: 1, noNaN: true }), { minLength: 2, maxLength: 16 });
        fc.assert(
            fc.property(figures, fc.nat(), (values, pick) => {
                const place = pick % values.length;
                const points = (slow: number): Record<string, number> =>
                    Object.fromEntries(
                        values.map((value, gpu) => [`GPU ${gpu}`, gpu === place ? value * slow : value]),
                    );
                assert.deepEqual(slowFindings({ readTBps: points(1) }), []);
                assert.deepEqual(
                    slowFindings({ readTBps: points(0.8) }).map(({ what }) => what),
                    [`GPU ${place}`],
                );
            }),
        );
    });

    it("cannot be found where there is one GPU", () => {
        assert.deepEqual(slowFindings({ readTBps: { "GPU 0": 0.1 } }), []);
    });
});

describe("all_reduce_perf of nccl-tests", () => {
    // The table of nccl-tests, with figures of its kind.
    const table = [
        "# nThread 1 nGpus 8 minBytes 1048576 maxBytes 17179869184 step: 2(factor) warmup iters: 5 iters: 20",
        "#                                                              out-of-place                       in-place",
        "#       size         count      type   redop    root     time   algbw   busbw #wrong     time   algbw   busbw #wrong",
        "#        (B)    (elements)                               (us)  (GB/s)  (GB/s)            (us)  (GB/s)  (GB/s)",
        "     1048576        262144     float     sum      -1    43.52   24.09   42.16      0    42.90   24.44   42.77      0",
        " 17179869184    4294967296     float     sum      -1    62671  274.13  479.73      0    62702  273.99  479.49      0",
        "# Out of bounds values : 0 OK",
        "# Avg bus bandwidth    : 261.23",
    ];

    it("is read by its best figures", () => {
        const { figures, series, findings } = nccl.parse(table, NONE);
        assert.deepEqual(figures, { busGBps: 479.73, microseconds: 42.9 });
        assert.deepEqual(series?.busGBps, { "1 MiB": 42.77, "16 GiB": 479.73 });
        assert.deepEqual(findings, []);
    });

    it("that found wrong values is a finding; that did not look is none", () => {
        const wrong = table.map(line => line.replace("479.73      0", "479.73      3"));
        assert.deepEqual(nccl.parse(wrong, NONE).findings.map(told), [
            "sums: wrong at 16 GiB; wanted the sum of all ranks",
        ]);
        const unchecked = table.map(line => line.replaceAll(/ 0 /g, " N/A ").replace(/ 0$/, " N/A"));
        assert.deepEqual(nccl.parse(unchecked, NONE).findings, []);
        assert.equal(readNcclTests(unchecked).length, 2);
    });

    it("that failed is a finding with its words", () => {
        const failed = [
            "# nccl-tests version 2.19.6 nccl-headers=22803 nccl-library=22803",
            "# Using devices",
            "Invalid number of GPUs: 2 requested but only 1 were found.",
            " .. gpu-1 pid 1513: Test failure common.cu:1454",
        ];
        const [finding, ...others] = nccl.parse(failed, NONE).findings;
        assert.match(finding?.found ?? "", /^Invalid number of GPUs: 2 requested but only 1 were found\.; /);
        assert.deepEqual(others, []);
    });
});

describe("sizes of an all-reduce", () => {
    it("grow fourfold to the largest, which is among them", () => {
        const of = (largestMiB: number): string[] =>
            allReduceBytes({ ...NONE, settings: { largestMiB } }).map(sizeWords);
        assert.deepEqual(of(1), ["1 MiB"]);
        assert.deepEqual(of(8192).slice(-3), ["1 GiB", "4 GiB", "8 GiB"]);
    });
});
