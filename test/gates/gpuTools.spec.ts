import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { CheckSpec } from "../../provider/gates/check";
import { dcgm, readDiagnostics } from "../../provider/gates/checks/dcgm";
import { gpuHealth } from "../../provider/gates/checks/gpuHealth";
import { topology } from "../../provider/gates/checks/topology";
import { checks } from "../../provider/gates/registry";
import { told } from "./replay";

const NONE: CheckSpec = { thresholds: {} };

/** What `nvidia-smi topo -m` prints of two GPUs with a NIC each, and a third NIC for management. */
const withNics = [
    "\t\u001b[4mGPU0\tGPU1\tNIC0\tNIC1\tNIC2\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\u001b[0m",
    "GPU0\t X \tNV18\tPIX\tSYS\tNODE\t0-55,112-167\t0\t\tN/A",
    "GPU1\tNV18\t X \tSYS\tPXB\tSYS\t56-111,168-223\t1\t\tN/A",
    "NIC0\tPIX\tSYS\t X \tSYS\tNODE\t\t\t\t",
    "NIC1\tSYS\tPXB\tSYS\t X \tSYS\t\t\t\t",
    "NIC2\tNODE\tSYS\tNODE\tSYS\t X \t\t\t\t",
    "",
    "NIC Legend:",
    "",
    "  NIC0: mlx5_0",
    "  NIC1: mlx5_1",
    "  NIC2: mlx5_bond_0",
];

describe("check topology on hosts with rails", () => {
    const spec = (...rails: string[]): CheckSpec => ({ ...NONE, settings: { gpus: 2, links: 18, rails } });

    it("passes where each GPU has a rail near", () => {
        const { findings, figures } = topology.parse(withNics, spec("mlx5_0", "mlx5_1"));
        assert.deepEqual(findings, []);
        assert.deepEqual(figures, { gpus: 2, nvlinks: 18 });
    });

    it("names a rail that is not there, and the GPU that is far from all others", () => {
        const { findings } = topology.parse(withNics, spec("mlx5_0", "mlx5_2"));
        assert.deepEqual(findings.map(told), [
            "mlx5_2: not among the devices mlx5_0, mlx5_1, mlx5_bond_0; wanted an RDMA device of that name",
            "GPU 1: its nearest NIC is mlx5_0 at SYS, through PCIe and the link between CPUs; wanted one of mlx5_0 at PIX or PXB",
        ]);
    });

    it("does not take the NIC of management for a rail", () => {
        const { findings } = topology.parse(withNics, spec("mlx5_bond_0"));
        assert.deepEqual(
            findings.map(({ what }) => what),
            ["GPU 0", "GPU 1"],
        );
    });
});

describe("check dcgm", () => {
    const four = {
        "DCGM Diagnostic": {
            test_categories: [
                {
                    category: "Deployment",
                    tests: [
                        {
                            name: "software",
                            results: [
                                { entity_group: "GPU", entity_group_id: 1, entity_id: 0, status: "Pass" },
                                {
                                    entity_group: "GPU",
                                    entity_group_id: 1,
                                    entity_id: 1,
                                    status: "Fail",
                                    warnings: [
                                        {
                                            error_category: 8,
                                            error_id: 29,
                                            warning: "Persistence mode for GPU 1 is disabled.",
                                        },
                                    ],
                                },
                            ],
                            test_summary: { status: "Fail" },
                        },
                    ],
                },
                {
                    category: "Hardware",
                    tests: [
                        {
                            name: "memory",
                            results: [{ entity_group: "GPU", entity_id: 0, status: "Skip" }],
                            test_summary: { status: "Skip" },
                        },
                    ],
                },
            ],
        },
    };
    const three = {
        "DCGM GPU Diagnostic": {
            test_categories: [
                {
                    category: "Hardware",
                    tests: [
                        {
                            name: "GPU Memory",
                            results: [{ gpu_id: "3", status: "Fail", warnings: "Double-bit error" }],
                        },
                        { name: "Diagnostic", results: [{ gpu_id: "3", status: "Pass" }] },
                    ],
                },
            ],
        },
    };

    it("reads DCGM 4, words before its JSON and after it included", () => {
        const printed = ["Warning: something", ...JSON.stringify(four, null, 4).split("\n"), "bye"];
        const { figures, findings } = dcgm.parse(printed, NONE);
        assert.deepEqual(findings.map(told), ["GPU 1, software: Persistence mode for GPU 1 is disabled.; wanted pass"]);
        assert.deepEqual(figures, { passed: 1, failed: 1, skipped: 1 });
    });

    it("reads DCGM 3", () => {
        const { findings } = dcgm.parse([JSON.stringify(three)], NONE);
        assert.deepEqual(findings.map(told), ["GPU 3, GPU Memory: Double-bit error; wanted pass"]);
    });

    it("believes a test that fails as a whole although each GPU passed", () => {
        const text = JSON.stringify(four).replace('"Fail","warnings"', '"Pass","warnings"');
        assert.deepEqual(
            readDiagnostics(text)?.map(({ status }) => status),
            ["pass", "pass", "fail", "skip"],
        );
    });

    it("quotes what is no JSON", () => {
        const { findings } = dcgm.parse(
            ["Error: unable to establish a connection to the specified host: localhost"],
            NONE,
        );
        assert.match(findings.map(told)[0] ?? "", /unable to establish a connection/);
    });

    it("refuses a level that DCGM has not", () => {
        assert.deepEqual(dcgm.check({ ...NONE, settings: { level: 7 } }), ["has the level 7; DCGM has 1, 2, 3 and 4"]);
    });
});

describe("checks of GPUs", () => {
    it("throw at no text, and pass at none that is not their tool's", () => {
        const lines = fc.array(
            fc.oneof(
                fc.string(),
                fc.constantFrom(...withNics, "@query", "@load", "GPU 00000000:00:06.0", "    Fabric"),
            ),
        );
        fc.assert(
            fc.property(lines, printed => {
                for (const name of ["topology", "gpuHealth", "dcgm", "hbm", "gemm", "h2d", "nccl", "ncclPair"]) {
                    checks[name]?.parse(printed, NONE);
                }
            }),
        );
        for (const name of ["topology", "gpuHealth", "dcgm", "hbm", "gemm", "h2d", "nccl", "ncclPair"]) {
            assert.ok((checks[name]?.parse(["Segmentation fault"], NONE).findings.length ?? 0) > 0, name);
        }
    });

    it("say that the driver and its tools differ", () => {
        const words = "Failed to initialize NVML: Driver/library version mismatch";
        const [finding] = gpuHealth.parse(["@query", words, "@module", "570.86.15"], NONE).findings;
        assert.equal(finding?.found, words);
        assert.ok(finding.causes.some(cause => cause.includes("reboot")));
    });
});
