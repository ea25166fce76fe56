import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Check, CheckSpec } from "../../../provider/gates/check";
import { clock } from "../../../provider/gates/checks/clock";
import { fio } from "../../../provider/gates/checks/fio";
import { iperf3 } from "../../../provider/gates/checks/iperf3";
import { memory } from "../../../provider/gates/checks/memory";
import { rdma } from "../../../provider/gates/checks/rdma";
import { checks } from "../../../provider/gates/registry";
import { runHere } from "../fakes";

const spec = (settings: CheckSpec["settings"] = {}, thresholds: CheckSpec["thresholds"] = {}): CheckSpec => ({
    thresholds,
    settings,
});
const recorded = (name: string): readonly string[] =>
    readFileSync(join(__dirname, "..", "fixtures", "gates", name), "utf8").split("\n");
const wrong = ({ findings }: { findings: readonly { what: string; found: string }[] }): string[] =>
    findings.map(({ what, found }) => `${what}: ${found}`);

describe("the check clock", () => {
    it("reads chrony", () => {
        const { figures, findings } = clock.parse(recorded("clock-chrony.txt"), spec());
        assert.deepEqual(findings, []);
        assert.equal(figures.sources, 1);
        assert.ok(Math.abs((figures.offsetMilliseconds ?? 0) - 0.005706) < 1e-9);
        assert.ok((figures.errorMilliseconds ?? 0) > 8113 && (figures.errorMilliseconds ?? 0) < 8114);
    });

    it("finds a clock that follows nothing, and keeps no offset of it", () => {
        const tracking = "tracking,00000000,,0,0.0,0.0,0.0,0.0,0.0,0.0,0.0,1.0,1.0,0.0,Not synchronised";
        const silent = clock.parse([tracking, "source,^,?,10.0.0.1,0,6,0,4294967295,0,0,0"], spec());
        assert.deepEqual(wrong(silent), ["time source: none of 10.0.0.1 answers"]);
        assert.deepEqual(silent.figures, { sources: 0 });
        assert.deepEqual(wrong(clock.parse([tracking], spec())), ["time source: chrony has no source"]);
        const answers = clock.parse([tracking, "source,^,?,10.0.0.1,2,6,17,3,0,0,0"], spec());
        assert.deepEqual(wrong(answers), ["time source: not synchronised, though 1 of 1 sources answer"]);
    });

    it("takes what systemd says where there is no chrony", () => {
        const yes = ["NTP=yes", "NTPSynchronized=yes", "server=10.0.0.1 (ntp)", "offset=-1.102ms"];
        assert.deepEqual(clock.parse(yes, spec()), {
            figures: { offsetMilliseconds: 1.102, sources: 1 },
            findings: [],
        });
        const microseconds = clock.parse(["NTPSynchronized=yes", "offset=+123us"], spec());
        assert.deepEqual(microseconds.figures, { offsetMilliseconds: 0.123 });
        const minutes = clock.parse(["NTPSynchronized=yes", "offset=2min 1.5s"], spec());
        assert.deepEqual(minutes.figures, { offsetMilliseconds: 121_500 });
        const off = clock.parse(["NTP=no", "NTPSynchronized=no"], spec());
        assert.deepEqual(wrong(off), ["time source: no time service runs"]);
    });
});

describe("the check memory", () => {
    it("reads how much there is", () => {
        assert.deepEqual(memory.parse(recorded("memory.txt"), spec()), { figures: { totalGiB: 23.54 }, findings: [] });
    });

    it("names modules with uncorrected errors, and counts corrected ones", () => {
        const lines = ["total 2113394432", "node 0 1056964608", "node 1 1056429824"];
        const errors = ["errors 0 3", "errors 2 0", "dimm 0 3 CPU_SrcID#0_Ha#0_Chan#1_DIMM#0", "dimm 2 0 P1 DIMM B2"];
        const reading = memory.parse([...lines, ...errors], spec());
        assert.deepEqual(reading.figures, { totalGiB: 2015.49, uncorrectedErrors: 2, correctedErrors: 3 });
        assert.deepEqual(reading.series, { totalGiB: { "node 0": 1008, "node 1": 1007.49 } });
        assert.deepEqual(wrong(reading), ["memory module P1 DIMM B2: 2 uncorrected errors"]);
        assert.deepEqual(wrong(memory.parse(["errors 1 0"], spec())), ["memory: 1 uncorrected errors"]);
    });

    it("runs on this machine", async () => {
        const { stdout, status } = await runHere(memory.script(spec()));
        assert.equal(status, 0);
        assert.ok((memory.parse(stdout.split("\n"), spec()).figures.totalGiB ?? 0) > 0.5);
    });
});

describe("the check fio", () => {
    const asked = spec({ folder: "/srv/models" });

    it("reads a report: two readings and the writing before them", () => {
        const { figures, findings } = fio.parse(recorded("fio-3.33.txt"), asked);
        assert.deepEqual(findings, []);
        const names = ["randomReadIops", "randomReadP99Microseconds", "sequentialReadGBps", "sequentialWriteGBps"];
        assert.deepEqual(Object.keys(figures).sort(), names);
        assert.ok((figures.randomReadIops ?? 0) > 10_000);
        assert.ok((figures.sequentialReadGBps ?? 0) > 0.5 && (figures.sequentialReadGBps ?? 0) < 50);
        assert.ok(
            (figures.randomReadP99Microseconds ?? 0) > 10 && (figures.randomReadP99Microseconds ?? 1e9) < 100_000,
        );
    });

    it("passes over notes between reports, and believes no report of a job with an error", () => {
        const [note, job] = ["note: both iodepth >= 1 and synchronous I/O engine are selected", "random"];
        const report = { jobs: [{ jobname: job, error: 22, read: { iops: 0, bw_bytes: 0 } }] };
        const reading = fio.parse([note, ...JSON.stringify(report, undefined, 2).split("\n")], asked);
        assert.deepEqual(reading.figures, {});
        assert.deepEqual(wrong(reading), ["random job: the file system takes no direct I/O there (EINVAL)"]);
    });

    it("refuses a device, and whatever is no absolute path", () => {
        for (const folder of ["/dev/nvme0n1", "/dev", "srv", "", "/sys/kernel"]) {
            assert.equal(fio.check(spec({ folder })).length > 0, true, folder);
        }
        for (const folder of ["/srv/models", "/dev/shm", "/devices"]) {
            assert.deepEqual(fio.check(spec({ folder })), [], folder);
        }
    });

    it("says what is wrong with the folder, and writes nothing then", async () => {
        const script = `need() { :; }\n${fio.script(spec({ folder: "/nowhere", sizeGiB: 1 }))}`;
        const missing = fio.parse((await runHere(script)).stdout.split("\n"), asked);
        assert.deepEqual(wrong(missing), ["/srv/models: it is no folder"]);
        const large = `need() { :; }\n${fio.script(spec({ folder: "/tmp", sizeGiB: 1e6 }))}`;
        const full = fio.parse((await runHere(large)).stdout.split("\n"), asked);
        assert.match(wrong(full).join(), /it has \d+ MiB free, and the file of the check takes 1024000000 MiB/);
    });
});

describe("the check iperf3", () => {
    const lines = recorded("iperf3-3.12-two-processes.txt");

    it("adds up the processes of each direction, as the receiver counts", () => {
        const { figures, findings } = iperf3.parse(lines, spec());
        assert.deepEqual(findings, []);
        const rates = [...lines.join("\n").matchAll(/"sum_received":\s*\{[^}]*"bits_per_second":\s*([\d.e+]+)/g)];
        const [a = 0, b = 0, c = 0, d = 0] = rates.map(([, rate]) => Number(rate) / 8e9);
        assert.ok(a > 0 && Math.abs((figures.sentGBps ?? 0) - (a + b)) < 1e-9);
        assert.ok(Math.abs((figures.receivedGBps ?? 0) - (c + d)) < 1e-9);
        const percent = (Math.min(a + b, c + d) / 1.25) * 100;
        assert.ok(Math.abs((figures.linePercent ?? 0) - percent) < 1e-6, "of the 10 Gb/s that the interface says");
    });

    it("compares with the stated line rate where there is one", () => {
        const [own, stated] = [iperf3.parse(lines, spec()), iperf3.parse(lines, spec({ lineRateGbps: 100 }))];
        const [a = 0, b = 0] = [own, stated].map(({ figures }) => figures.linePercent ?? 0);
        assert.ok(Math.abs(a / b - 10) < 1e-9);
    });

    it("finds that nobody answers, and which port has to be open", () => {
        const { figures, findings } = iperf3.parse(recorded("iperf3-3.12-refused.txt"), spec({ processes: 2 }));
        assert.deepEqual(figures, {});
        assert.deepEqual(wrong({ findings }), [
            "connection to the peer: unable to connect to server: Connection refused",
        ]);
        assert.match(findings[0]?.causes.join() ?? "", /firewall.* 5201 to 5202/);
    });

    it("asks for a line rate where the interface says none, and only where it is judged", () => {
        const unknown = lines.map(line => (line.startsWith("interface ") ? "interface bond0 -1" : line));
        assert.deepEqual(iperf3.parse(unknown, spec()).findings, []);
        const judged = iperf3.parse(unknown, spec({}, { linePercent: { atLeast: 90, unit: "%", source: "a test" } }));
        assert.deepEqual(wrong(judged), ["line rate: interface bond0 does not say its speed"]);
    });
});

describe("the check rdma", () => {
    it("reads perftest, port by port", () => {
        const { figures, series, findings } = rdma.parse(recorded("rdma-soft-roce.txt"), spec());
        assert.deepEqual(findings, []);
        assert.deepEqual(figures, {
            writeGbps: 0.008126,
            latencyMicroseconds: 14808.86,
            latencyP99Microseconds: 36182.2,
            ports: 1,
        });
        assert.deepEqual(series?.writeGbps, { "rxe0/1": 0.008126 });
    });

    it("takes the slowest port as the figure", () => {
        const port = (name: string, gbps: string, usec: string) => [
            `port\t${name}\tACTIVE\tInfiniBand\t-`,
            `bandwidth\t${name}`,
            " #bytes     #iterations    BW peak[Gb/sec]    BW average[Gb/sec]   MsgRate[Mpps]",
            ` 65536      3802912          0.00               ${gbps}               0.753241`,
            `latency\t${name}`,
            " #bytes #iterations    t_min[usec]    t_max[usec]  t_typical[usec]    t_avg[usec]    t_stdev[usec]   99% percentile[usec]   99.9% percentile[usec] ",
            ` 2       2000          1.02           5.11         ${usec}              1.10            0.04            1.31                    2.50`,
        ];
        const { figures } = rdma.parse(
            [...port("mlx5_0/1", "394.91", "1.05"), ...port("mlx5_3/1", "197.2", "1.9")],
            spec(),
        );
        assert.deepEqual([figures.writeGbps, figures.latencyMicroseconds, figures.ports], [197.2, 1.9, 2]);
    });

    it("names ports that are down, that are missing and that cannot reach the peer", () => {
        const reading = rdma.parse(recorded("rdma-refused.txt"), spec());
        assert.deepEqual(
            reading.findings.map(({ what }) => what),
            ["ib_write_bw on rxe0/1", "ib_write_lat on rxe0/1", "port rxe9/1"],
        );
        assert.match(reading.findings[0]?.found ?? "", /^Couldn't connect to 10\.88\.2\.14:18600/);
        assert.deepEqual(wrong(rdma.parse([], spec())), ["RDMA: no active port"]);
    });
});

describe("every check", () => {
    const settings: Readonly<Record<string, CheckSpec["settings"]>> = { fio: { folder: "/srv" } };
    const all: readonly Check[] = [clock, memory, fio, iperf3, rdma];

    for (const check of all) {
        it(`${check.name}: has scripts that a POSIX shell reads, and throws at no output`, async () => {
            const asked = spec(settings[check.name]);
            for (const text of [check.script(asked), check.peerScript?.(asked) ?? ""]) {
                const { status, stderr } = await runHere(`parsed() {\n:\n${text}\n}\nexit 0\n`);
                assert.equal(status, 0, stderr);
            }
            for (const lines of [[], [""], ["{", "}", "way sent", "{}"], ["tracking,"], ["port\t"], ["errors"]]) {
                check.parse(lines, asked);
            }
            assert.equal(checks[check.name], check);
            assert.ok(check.causes("", asked).length > 0);
        });

        it(`${check.name}: knows its settings and figures`, () => {
            const asked = spec(settings[check.name]);
            assert.deepEqual(check.check(asked), []);
            const unknown = { thresholds: { nothing: { atLeast: 1, unit: "", source: "a test" } } };
            assert.match(check.check({ ...asked, ...unknown }).join(), /has no figure "nothing"; it has /);
            assert.match(
                check.check(spec({ ...settings[check.name], colour: "red" })).join(),
                /has no setting "colour"/,
            );
        });
    }
});
