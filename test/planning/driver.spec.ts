import assert from "node:assert/strict";
import fc from "fast-check";
import { gpuNames, gpus } from "../../catalog";
import { driverPackages, gpuDrivers } from "../../catalog/drivers";
import { engineHosts } from "../../catalog/engine-hosts";
import { planSite } from "../../components/planning";
import { driverPackageVersions, hasSwitches } from "../../components/planning/driver-packages";
import { driverRefusals } from "../../components/planning/driver";
import { engineHostFacts, releaseOf } from "../../components/planning/engine-host";
import type { GpuDriver, Site } from "../../components/site/site";
import { isAtLeast } from "../../components/site/versions";
import { gpuHosts, host, service, site } from "./sites";

const V = "580.95.05";
const r1 = service("r1");

/** What is refused of a site with this driver, a line each. */
function refused(driver: Partial<GpuDriver>, of: Site): string {
    const problems = driverRefusals({ ...of, driver: { owner: "host", ...driver } });
    return problems.map(({ path, message }) => `${path}: ${message}`).join("\n");
}

describe("versions", () => {
    const version = fc.array(fc.nat(700), { minLength: 1, maxLength: 3 }).map(parts => parts.join("."));

    it("are ordered by their numbers", () => {
        assert.ok(isAtLeast("580.126.09", "580.95.05") && !isAtLeast("580.95.05", "580.126.09"));
        assert.ok(isAtLeast("580", "580.0.0") && isAtLeast("v0.20.0", "0.20") && isAtLeast("580.95.05-1", "580.95.5"));
        fc.assert(
            fc.property(version, version, (a, b) => {
                assert.ok(isAtLeast(a, a));
                assert.ok(isAtLeast(a, b) || isAtLeast(b, a));
            }),
        );
        fc.assert(
            fc.property(version, version, version, (a, b, c) => {
                assert.ok(!(isAtLeast(a, b) && isAtLeast(b, c)) || isAtLeast(a, c));
            }),
        );
    });

    it("of engines are those of the image's tag, or none", () => {
        const digest = `sha256:${"0".repeat(64)}`;
        for (const [image, release] of [
            ["vllm/vllm-openai:v0.20.0", "0.20.0"],
            [`registry.example:5000/vllm:0.19.1-cu130@${digest}`, "0.19.1"],
            [`registry.example:5000/vllm@${digest}`, undefined],
            ["registry.example:5000/vllm:latest", undefined],
            ["registry.example:5000.1/vllm", undefined],
        ] as const) {
            assert.equal(releaseOf(image), release, image);
        }
    });

    it("of engines that an image does not say are the lowest that can serve the model", () => {
        assert.equal(engineHostFacts({ ...r1, image: "vllm:v0.20.1" })?.cuda, "13.0");
        assert.equal(engineHostFacts({ ...r1, image: "vllm:v0.19.1" })?.cuda, "12");
        assert.equal(engineHostFacts(r1)?.cuda, "12");
        assert.equal(engineHostFacts({ ...r1, model: "deepseek-v4-flash" })?.fromVersion, "0.20");
        assert.equal(engineHostFacts({ ...r1, engine: "llamacpp" }), undefined);
    });
});

describe("the catalogue of drivers", () => {
    it("knows every GPU of NVIDIA's but the Jetson modules, and what each entry comes from", () => {
        const nvidia = gpuNames.filter(name => gpus[name]?.vendor === "NVIDIA" && !gpus[name].sharedMemory);
        assert.deepEqual(Object.keys(gpuDrivers).sort(), [...nvidia].sort());
        for (const entry of [...Object.values(gpuDrivers), ...driverPackages, ...engineHosts]) {
            assert.ok(entry.source.where.length > 10);
            assert.match(entry.source.date, /^20\d\d-\d\d(-\d\d)?$/);
        }
    });

    it("names packages for every system and branch without a gap or an overlap", () => {
        for (const os of ["debian-12", "ubuntu-22.04", "ubuntu-24.04", "rhel-9", "rocky-9"] as const) {
            for (const branch of [570, 575, 580, 589, 590, 610]) {
                const found = driverPackages.filter(
                    ({ systems, fromBranch, beforeBranch = Infinity }) =>
                        systems.includes(os) && branch >= fromBranch && branch < beforeBranch,
                );
                assert.equal(found.length, 1, `${os} ${branch}`);
            }
        }
    });

    it("gives every package of a host a version that begins with the driver's", () => {
        const gpu = fc.constantFrom(...Object.keys(gpuDrivers));
        const os = fc.constantFrom("debian-12" as const, "ubuntu-24.04" as const, "rocky-9" as const);
        fc.assert(
            fc.property(gpu, os, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 570, max: 620 }), (...all) => {
                const [model, system, count, branch] = all;
                const one = { ...host("gpu-01"), os: system, gpu: { model, count } };
                const packages = driverPackageVersions(one, `${branch}.44.01`);
                assert.ok(Object.values(packages).every(version => version.startsWith(`${branch}.44.01`)));
                assert.ok(Object.keys(packages).every(name => !/[{}]/.test(name)));
                const managers = Object.keys(packages).filter(name => /fabric-?manager/.test(name));
                assert.equal(managers.length, hasSwitches(one) ? 1 : 0);
            }),
        );
    });
});

describe("a driver that does not fit", () => {
    const b200 = site(gpuHosts(2, "B200"), [r1]);
    const h200 = site(gpuHosts(4, "H200"), [service("r1", { image: "vllm:v0.20.0" })]);
    const cases: readonly (readonly [string, Partial<GpuDriver>, Site, RegExp])[] = [
        [
            "is too old for the GPU",
            { version: "550.90.07" },
            b200,
            /^seamount:site\.driver\.version: 550\.90\.07 is too old for the B200 of gpu-01 and gpu-02, which needs 570\.86\.15; set 570/m,
        ],
        [
            "is too old for the GPU, whoever owns it",
            { owner: "operator", version: "550.90.07" },
            b200,
            /too old for the B200/,
        ],
        [
            "is too old for the CUDA of the engine",
            { version: "570.195.03" },
            h200,
            /570\.195\.03 is too old for vllm 0\.20\.0 of r1, whose CUDA 13\.0 needs 580\.65\.06; set 580\.65\.06 or later/,
        ],
        [
            "has no packages that are known for the system",
            { version: "550.90.07" },
            site(
                gpuHosts(2, "H200").map(one => ({ ...one, os: "ubuntu-24.04" as const })),
                [],
            ),
            /550\.90\.07 has no packages that are known for ubuntu-24\.04, which gpu-01 and gpu-02 run; those of 570/,
        ],
    ];
    for (const [what, driver, of, message] of cases) {
        it(`is refused: it ${what}`, () => assert.match(refused(driver, of), message));
    }

    it("is not refused where it fits, where nothing is said, and where the hosts have none of NVIDIA's GPUs", () => {
        assert.equal(refused({ version: V }, h200), "");
        assert.equal(refused({ version: V }, b200), "");
        assert.equal(refused({ owner: "operator" }, b200), "");
        assert.equal(refused({ owner: "operator", version: "550.90.07" }, site(gpuHosts(1, "H200"), [r1])), "");
        assert.equal(refused({ version: "470.57.02" }, site(gpuHosts(2, "MI300X"), [])), "");
        assert.equal(
            refused({ version: "470.57.02" }, site([host("a", { gpu: { model: "Jetson-Orin", count: 1 } })], [])),
            "",
        );
        assert.deepEqual(driverRefusals(b200), []);
    });

    it("is refused beside what the planner refuses, all at once", () => {
        const both = {
            ...site(gpuHosts(1, "B200"), [service("r1", { replicas: 2 })]),
            driver: { owner: "operator", version: "550.90.07" },
        };
        const planning = planSite(both as Site);
        assert.ok("refusals" in planning && planning.refusals.length === 1 && planning.problems.length === 1);
        const fits = planSite({ ...b200, driver: { owner: "operator", version: "550.90.07" } });
        assert.ok("problems" in fits && fits.refusals.length === 0);
    });
});

describe("huge pages", () => {
    it("are not there for engines: a service that fits without them is refused with them", () => {
        const small = gpuHosts(1, "H200").map(one => ({ ...one, memoryGiB: 128, numaNodes: 2 }));
        assert.ok("plan" in planSite(site(small, [r1])));
        const taken = small.map(one => ({ ...one, hugepages: { "1GiB": 30 } }));
        const planning = planSite(site(taken, [r1]));
        assert.match(
            "refusals" in planning ? (planning.refusals[0]?.refusal.sentence ?? "") : "",
            /80 GiB of main memory on each host, and a host has 68 GiB beside its huge pages/,
        );
    });
});
