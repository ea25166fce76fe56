import { shellQuote } from "../../shell";
import type { Check, CheckSpec, Finding } from "../check";
import { at, jsonIn, numberAt } from "../json";
import { numberSetting, specProblems, textSetting } from "../settings";

const FIGURES = ["randomReadIops", "randomReadP99Microseconds", "sequentialReadGBps", "sequentialWriteGBps"];
/** Seconds to begin, to lay out the file and to end, beside the measurements. */
const SLACK_SECONDS = 60;
/** Slowest disk that the time limit allows for where the file is written, GB/s. */
const SLOWEST_GBPS = 0.1;

/**
 * A disk, through the file system that weights lie on: a file of its own in `folder`, written, then read in blocks of
 * 4 KiB at random and of 1 MiB in sequence, past the page cache. Never touches a device, nor any other file; the file
 * goes however the check ends. Figures: `randomReadIops`, `randomReadP99Microseconds` (99 % were faster),
 * `sequentialReadGBps`, `sequentialWriteGBps` (10⁹ bytes per second).
 *
 * Settings: `folder` (required, absolute), `sizeGiB` (8), `seconds` for each reading (10), `jobs` (one a processor, 16
 * at most), `engine` of fio (libaio).
 */
export const fio: Check = {
    name: "fio",
    words: "random and sequential reads from the disk of the weights",
    check(spec) {
        const settings = {
            folder: "text",
            sizeGiB: "number",
            seconds: "number",
            jobs: "number",
            engine: "text",
        } as const;
        const folder = textSetting(spec, "folder", "");
        return [
            ...(/^\/./.test(folder) && !/^\/(dev|proc|sys)(\/|$)/.test(folder.replace(/^\/dev\/shm(?=\/|$)/, ""))
                ? []
                : [`needs the setting folder: the absolute path of a folder on the disk, never a device`]),
            ...(/^[a-z_]+$/.test(textSetting(spec, "engine", "libaio")) ? [] : ["has an engine that fio cannot have"]),
            ...specProblems(spec, settings, FIGURES),
        ];
    },
    limitSeconds: spec => 2 * seconds(spec) + sizeBytes(spec) / 1e9 / SLOWEST_GBPS + SLACK_SECONDS,
    script,
    parse(lines, spec) {
        const refused = lines.find(line => line.startsWith("refused\t"));
        if (refused !== undefined) {
            return { figures: {}, findings: [place(refused.split("\t")[1] ?? "", spec)] };
        }
        const jobs = jsonIn(lines).map(report => at(report, "jobs", 0));
        const job = (name: string) => jobs.find(one => at(one, "jobname") === name);
        const [random, sequential, write] = [job("random"), job("sequential"), job("write")];
        const bytes = (value: number | undefined) => (value === undefined ? undefined : value / 1e9);
        const p99 = numberAt(random, "read", "clat_ns", "percentile", "99.000000");
        const figures = {
            randomReadIops: numberAt(random, "read", "iops"),
            randomReadP99Microseconds: p99 === undefined ? undefined : p99 / 1000,
            sequentialReadGBps: bytes(numberAt(sequential, "read", "bw_bytes")),
            sequentialWriteGBps: bytes(numberAt(write, "write", "bw_bytes")),
        };
        const known = Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== undefined);
        const failed = jobs.filter(one => (numberAt(one, "error") ?? 0) !== 0);
        return {
            figures: failed.length > 0 ? {} : Object.fromEntries(known),
            findings: failed.map(one => broken(String(at(one, "jobname")), numberAt(one, "error") ?? 0)),
        };
    },
    causes: figure => [
        ...(figure === "randomReadIops" || figure === "randomReadP99Microseconds"
            ? ["fewer `jobs` than the disk needs, or processors that save power (`cpupower frequency-info`)"]
            : ["a disk on fewer PCIe lanes or an older generation than it has (`lspci -vv`, LnkSta)"]),
        "an array that rebuilds, or has lost a disk (/proc/mdstat, `lvs -a`)",
        "a disk that is full or worn: `nvme smart-log` (percentage_used, spare), `fstrim` never ran",
        "another load on the same disk (`iostat -x 1`)",
        "the folder is not on the disk that was meant (`findmnt -T FOLDER`)",
    ],
};

const seconds = (spec: CheckSpec): number => Math.ceil(numberSetting(spec, "seconds", 10));

const sizeBytes = (spec: CheckSpec): number => Math.ceil(numberSetting(spec, "sizeGiB", 8) * 1024) * 1048576;

function script(spec: CheckSpec): string {
    const [bytes, jobs] = [sizeBytes(spec), numberSetting(spec, "jobs", 0)];
    return `
need fio 'fio (deb); fio and fio-engine-libaio (rpm)'
folder=${shellQuote(textSetting(spec, "folder", ""))}
[ -d "$folder" ] || { printf 'refused\\tis no folder\\n'; exit 0; }
# What a check that was killed has left.
find "$folder" -maxdepth 1 -type d -user root -name '.seamount-gate.??????' -exec rm -rf {} +
free=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
[ "$free" -gt ${Math.ceil((bytes / 1024) * 1.05)} ] || {
    printf 'refused\\thas %s MiB free, and the file of the check takes ${bytes / 1048576} MiB\\n' "$((free / 1024))"
    exit 0
}
own=$(mktemp -d "$folder/.seamount-gate.XXXXXX") || exit 1
trap 'rm -rf "$own"' EXIT
trap 'exit 1' HUP INT TERM PIPE
jobs=${jobs > 0 ? Math.ceil(jobs) : "$(nproc)"}
[ "$jobs" -le 16 ] || jobs=16
run() {
    name=$1
    shift
    fio --name="$name" --filename="$own/file" --ioengine=${textSetting(spec, "engine", "libaio")} --direct=1 \\
        --group_reporting --output-format=json --size=${bytes} "$@"
}
run write --rw=write --bs=1M --iodepth=32 --refill_buffers --end_fsync=1 || exit 1
run random --rw=randread --bs=4k --iodepth=64 --numjobs="$jobs" --norandommap \\
    --time_based --runtime=${seconds(spec)} || exit 1
run sequential --rw=read --bs=1M --iodepth=16 --numjobs=4 --size=25% --offset_increment=25% \\
    --time_based --runtime=${seconds(spec)}
`;
}

function place(found: string, spec: CheckSpec): Finding {
    return {
        what: textSetting(spec, "folder", "folder"),
        found: `it ${found}`,
        wanted: "a folder with space for the file of the check",
        causes: ["the disk is not mounted (`findmnt`)", "`folder` is another than the weights lie in", "a full disk"],
    };
}

function broken(job: string, code: number): Finding {
    const what =
        code === 22 ? "the file system takes no direct I/O there (EINVAL)" : `fio's job ended with error ${code}`;
    return {
        what: `${job} job`,
        found: what,
        wanted: "a job without errors",
        causes: [
            "a disk with errors (`dmesg`, `nvme smart-log`)",
            "a file system in memory, or on an old network mount",
        ],
    };
}
