import { strict as assert } from "node:assert";
import { rolesOf, type RoleHost, type RoleSite } from "../../components/host/roles";
import { gpuNvidia } from "../../components/host/roles/gpuNvidia";
import { hardening } from "../../components/host/roles/hardening";
import type { GpuDriver, OperatingSystem, SiteModel } from "../../components/site/site";
import { service } from "../planning/sites";

const host: RoleHost = {
    name: "gpu-01",
    role: "gpu",
    pool: "h200",
    gpu: { model: "H200", count: 8 },
    rails: ["mlx5_0"],
};
const site: RoleSite = { timeServers: [] };
const version = "580.95.05";
const owned = (driver: Partial<GpuDriver> = {}): RoleSite => ({
    ...site,
    driver: { owner: "host", version, ...driver },
});
const versions = (items: ReturnType<typeof gpuNvidia>): readonly (string | undefined)[] => [
    ...new Set(Object.values(items.packages ?? {}).map(item => item.version)),
];
const IBGDA = /NVreg_EnableStreamMemOPs=1 .*PeerMappingOverride=1/;

describe("gpuNvidia", () => {
    it("installs nothing where the site does not say who owns the driver, and touches no boot loader", () => {
        const items = gpuNvidia(host, site);
        assert.deepEqual(Object.keys(items).sort(), ["modules", "sysctls"]);
        assert.deepEqual(Object.keys(items.modules ?? {}), ["nouveau", "nvidia", "nvidia_peermem"]);
        assert.match(items.modules?.nvidia?.options ?? "", IBGDA);
        assert.ok(!("nvidia_peermem" in (gpuNvidia({ ...host, rails: [] }, site).modules ?? {})));
        assert.deepEqual(gpuNvidia({ ...host, gpu: undefined }, owned()), {});
    });

    it("installs driver, fabric manager and NVSwitch library of exactly one version", () => {
        const debian = gpuNvidia(host, owned());
        assert.deepEqual(versions(debian), [`${version}-1`, undefined]);
        assert.deepEqual(versions(gpuNvidia({ ...host, os: "rocky-9" }, owned())), [version, undefined]);
        const ubuntu = gpuNvidia({ ...host, os: "ubuntu-24.04" }, owned({ containerToolkitVersion: "1.17.8-1" }));
        assert.deepEqual(versions(ubuntu), [`${version}-0ubuntu1`, `${version}-1`, "1.17.8-1", undefined]);
        assert.deepEqual(ubuntu.packages?.["nvidia-fabricmanager-580"], {
            version: `${version}-1`,
            disruption: "reboot",
        });
        assert.ok("libnvidia-nscq-580" in (ubuntu.packages ?? {}) && "nvidia-dkms-580-open" in (ubuntu.packages ?? {}));
        for (const items of [debian, ubuntu]) {
            const driver = Object.values(items.packages ?? {}).filter(item => item.version?.startsWith(version));
            assert.ok(driver.length > 5 && driver.every(item => item.disruption === "reboot"));
            assert.equal(items.services?.["nvidia-persistenced.service"]?.enabled, true);
            assert.equal(items.services?.["nvidia-fabricmanager.service"]?.enabled, true);
        }
    });

    it("follows the names of later branches, and the revisions of later versions", () => {
        const ubuntu = { ...host, os: "ubuntu-22.04" as const };
        assert.ok("nvidia-dkms-open" in (gpuNvidia(ubuntu, owned({ version: "590.44.01" })).packages ?? {}));
        const late = gpuNvidia(ubuntu, owned({ version: "580.126.20" }));
        assert.equal(late.packages?.["nvidia-dkms-580-open"]?.version, "580.126.20-1ubuntu1");
        assert.throws(() => gpuNvidia(ubuntu, owned({ version: "470.57.02" })), /no packages of driver 470.57.02/);
    });

    it("has a fabric manager only where there are NVSwitches, and a subnet manager on those of the fourth generation", () => {
        const four = gpuNvidia({ ...host, gpu: { model: "H200", count: 4 } }, owned());
        assert.ok(Object.keys(four.packages ?? {}).every(name => !/fabricmanager|nscq|nvlsm/.test(name)));
        assert.ok(!("nvidia-fabricmanager.service" in (four.services ?? {})));
        const pcie = gpuNvidia({ ...host, gpu: { model: "L40S", count: 8 } }, owned());
        assert.ok(!("nvidia-fabricmanager.service" in (pcie.services ?? {})));
        const b200 = gpuNvidia({ ...host, gpu: { model: "B200", count: 8 } }, owned());
        assert.ok("nvlsm" in (b200.packages ?? {}) && "libnvsdm-580" in (b200.packages ?? {}));
        assert.deepEqual(b200.modules?.ib_umad, { state: "loaded" });
        assert.ok(!("ib_umad" in (gpuNvidia(host, owned()).modules ?? {})));
    });

    it("gives NICs the memory of GPUs by DMA-BUF with its own driver, so without peer memory", () => {
        assert.deepEqual(Object.keys(gpuNvidia(host, owned()).modules ?? {}), ["nouveau", "nvidia"]);
    });

    it("leaves driver and modules to the operator that owns them, and prepares the host all the same", () => {
        const items = gpuNvidia(host, owned({ owner: "operator" }));
        assert.deepEqual(items.modules, { nouveau: { state: "blocked" } });
        assert.deepEqual(Object.keys(items.packages ?? {}), ["pciutils"]);
        assert.equal(items.services, undefined);
        assert.deepEqual(items.kernelArguments?.iommu, { value: "pt" });
    });

    it("passes devices through the IOMMU, but not those of confidential GPUs", () => {
        assert.deepEqual(gpuNvidia(host, owned()).kernelArguments, {
            iommu: { value: "pt" },
            "cpufreq.default_governor": { value: "performance" },
        });
        const confidential = gpuNvidia({ ...host, rails: [], confidential: true }, owned());
        assert.equal(confidential.kernelArguments?.iommu, undefined);
        assert.deepEqual(confidential.kernelArguments?.intel_iommu, { value: "on" });
        assert.deepEqual(gpuNvidia(host, owned()).pci, { "class:0604": { acs: "off" } });
        assert.deepEqual([confidential.pci, gpuNvidia(host, site).pci], [undefined, undefined]);
    });

    const options = (...models: readonly SiteModel[]) =>
        gpuNvidia(host, { ...owned(), models }).modules?.nvidia?.options ?? "";

    it("sets the options of the module that an engine of the pool needs, and of no other pool", () => {
        assert.match(options(), IBGDA);
        assert.match(options(service("r1", { pool: "h200" })), IBGDA);
        const small = service("small", { pool: "h200", engine: "llamacpp", model: "deepseek-r1-distill-llama-8b" });
        assert.equal(options(small), "");
        assert.match(options(small, service("r1", { pool: "h200" })), IBGDA);
        assert.equal(options(small, service("r1", { pool: "other" })), "");
    });
});

describe("roles by hardware and purpose", () => {
    const always = ["baseline", "hardening", "repositories"];
    const names = (rest: Partial<RoleHost>, os?: OperatingSystem) =>
        rolesOf({ ...host, gpu: undefined, role: "edge", ...rest, ...(os && { os }) }, site).map(({ role }) => role);

    it("follow the maker of the GPUs, whatever the host is for", () => {
        for (const [model, role] of [
            ["H200", "gpuNvidia"],
            ["L40S", "gpuNvidia"],
            ["MI300X", "gpuAmd"],
            ["Ascend-910B", "ascend"],
            ["Jetson-Orin", "jetson"],
        ] as const) {
            assert.deepEqual(names({ gpu: { model, count: 1 } }), [...always, role], model);
        }
    });

    it("are those of storage and of the control plane where the host is for that", () => {
        assert.deepEqual(names({}), always);
        assert.deepEqual(names({ role: "storage" }), [...always, "storage"]);
        assert.deepEqual(names({ role: "control-plane" }), [...always, "controlPlane"]);
    });

    it("give a host the repositories of its system and role, with a suite where apt wants one", () => {
        const repositories = {
            cuda: { url: "https://packages.example/cuda", suite: "./", signingKey: "KEY", roles: ["gpu" as const] },
            all: { url: "file:/srv", suite: "stable", components: ["main"], trusted: true },
            red: { url: "https://packages.example/red", signingKey: "KEY", os: ["rocky-9" as const] },
        };
        const of = (rest: Partial<RoleHost>) =>
            rolesOf({ ...host, ...rest }, { ...site, repositories })[2]?.items.repositories ?? {};
        assert.deepEqual(Object.keys(of({})), ["cuda", "all"]);
        assert.deepEqual(Object.keys(of({ role: "storage" })), ["all"]);
        assert.deepEqual(of({ role: "storage", os: "rocky-9" }), {
            all: { url: "file:/srv", trusted: true },
            red: { url: "https://packages.example/red", signingKey: "KEY" },
        });
    });

    it("harden a host where the site has a compliance profile, and only there", () => {
        assert.deepEqual(hardening({}, site), {});
        const strict: RoleSite = { timeServers: ["192.0.2.1"], compliance: ["mlps-2.0-level-3"] };
        const [debian, rocky] = [hardening({}, strict), hardening({ os: "rocky-9" }, strict)];
        assert.deepEqual(debian.securityModules, { apparmor: "enforcing" });
        assert.deepEqual(Object.keys(debian.packages ?? {}), ["auditd", "apparmor"]);
        assert.deepEqual(rocky.securityModules, { selinux: "enforcing" });
        assert.deepEqual(Object.keys(rocky.packages ?? {}), ["audit"]);
        const rules = (items: typeof debian) => Object.values(items.files ?? {})[0]?.content ?? "";
        assert.match(rules(debian), /never,exit .* uid=_chrony/);
        assert.match(rules(rocky), /never,exit .* uid=chrony/);
        // An unknown user in the rules would keep all of them from being loaded.
        assert.doesNotMatch(rules(hardening({}, { ...strict, timeServers: [] })), /never,exit/);
    });
});
