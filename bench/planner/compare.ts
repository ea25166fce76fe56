import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gpuNames } from "../../catalog";
import { anchors } from "./anchors";
import { type Measurements, readMeasurements, ringPieces } from "./measurements";
import { anchorsReport, comparePieces, piecesReport } from "./report";

const usage = [
    "npm run bench:planner [-- FILE.json | --run]",
    "",
    "Compares the planner's model of speed with measurements, piece by piece, and with published figures.",
    "  FILE.json  of bench/planner/measure.py. Without it: bench/planner/measured/h200.json",
    "  --run      measures on the GPUs of this machine first (PyTorch; DeepGEMM and FlashMLA where installed)",
].join("\n");

/** Measures here. Throws with what was said where there is no GPU or no PyTorch. */
function measureHere(): Measurements {
    const folder = mkdtempSync(join(tmpdir(), "seamount-bench-"));
    try {
        const file = join(folder, "measured.json");
        const ran = spawnSync("python3", [join(__dirname, "measure.py"), file], {
            stdio: ["ignore", "inherit", "inherit"],
        });
        if (ran.error !== undefined || ran.status !== 0) {
            throw new Error(
                "Nothing was measured: --run needs python3 with PyTorch and Triton, and an NVIDIA GPU. " +
                    "Without it the committed measurements are compared.",
            );
        }
        return readMeasurements(file);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** `NVIDIA H200` by its name in the catalogue, `H200`. */
function gpuOf(found: Measurements): string {
    const words = found.gpu.split(/[\s-]+/);
    const name =
        gpuNames.find(one => words.includes(one)) ?? gpuNames.find(one => words.includes(one.split("-")[0] ?? one));
    if (name === undefined) {
        throw new Error(`The catalogue has no GPU \`${found.gpu}\`: it has ${gpuNames.join(", ")}.`);
    }
    return name;
}

function main(given: readonly string[]): void {
    const [option, ...more] = given;
    if (more.length > 0 || option === "--help") {
        console.log(usage);
        process.exitCode = more.length > 0 ? 2 : 0;
        return;
    }
    const found =
        option === "--run" ? measureHere() : readMeasurements(option ?? join(__dirname, "measured", "h200.json"));
    const gpu = gpuOf(found);
    const all = { ...found, pieces: [...found.pieces, ...ringPieces(gpu)] };
    console.log(`# Pieces\n\n${piecesReport(all, comparePieces(all, gpu))}`);
    console.log(`\n# Published figures\n\n${anchorsReport(anchors)}`);
}

try {
    main(process.argv.slice(2));
} catch (reason) {
    console.error(reason instanceof Error ? reason.message : reason);
    process.exitCode = 1;
}
