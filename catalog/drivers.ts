import type { OperatingSystem } from "../components/site/site";
import type { Sourced } from "./types";

/**
 * What one kind of NVIDIA GPU asks of the driver. Fabric manager configures the NVSwitches of boards with eight GPUs;
 * boards with fewer have none.
 */
export interface GpuDriverFacts extends Sourced {
    /** Lowest driver that knows the GPU, with its open kernel modules. */
    readonly minimumVersion: string;
    /** GPUs in a host from which NVSwitches link them. Unset: there are none at any number. */
    readonly nvSwitchFrom?: number;
    /** NVSwitches of the fourth generation on: they need the NVLink subnet manager and the kernel's `ib_umad`. */
    readonly subnetManager?: boolean;
}

const openModules: Sourced["source"] = {
    where: "github.com/NVIDIA/open-gpu-kernel-modules README: 515.43.04 is the first release, for Turing and later",
    date: "2026-11",
};
const fabricManager = "docs.nvidia.com/datacenter/tesla/fabric-manager-user-guide";

/** What NVIDIA's GPUs ask of the driver, by catalogue name. Jetson modules have theirs in their own kernel. */
export const gpuDrivers: Readonly<Record<string, GpuDriverFacts>> = {
    T4: { minimumVersion: "515.43.04", source: openModules },
    "A100-80": { minimumVersion: "515.43.04", nvSwitchFrom: 8, source: openModules },
    L40S: { minimumVersion: "535.54.03", source: openModules, unverified: ["minimumVersion"] },
    "RTX-6000-Ada": { minimumVersion: "525.60.13", source: openModules, unverified: ["minimumVersion"] },
    H100: { minimumVersion: "525.60.13", nvSwitchFrom: 8, source: { where: fabricManager, date: "2026-11" } },
    H20: {
        minimumVersion: "535.129.03",
        nvSwitchFrom: 8,
        source: { where: fabricManager, date: "2026-11" },
        unverified: ["minimumVersion"],
    },
    H200: {
        minimumVersion: "550.54.14",
        nvSwitchFrom: 8,
        source: { where: `${fabricManager}; 580.95.05 measured`, date: "2026-11-22" },
        unverified: ["minimumVersion"],
    },
    B200: {
        minimumVersion: "570.86.15",
        nvSwitchFrom: 8,
        subnetManager: true,
        source: { where: `${fabricManager}: HGX B200 needs nvlsm and ib_umad`, date: "2026-11" },
        unverified: ["minimumVersion"],
    },
};

/**
 * Names of NVIDIA's packages on some systems and in some branches of the driver, as its CUDA repositories have them.
 * `{branch}` stands for the number before the first dot of the version, 580.
 */
export interface DriverPackages extends Sourced {
    readonly systems: readonly OperatingSystem[];
    /** First branch that has these names, and the first that has others. */
    readonly fromBranch: number;
    readonly beforeBranch?: number;
    /** Open kernel modules (they bring DMA-BUF), the compute libraries and tools: all of the driver's version. */
    readonly driver: readonly string[];
    /** Fabric manager and the library that reads NVSwitches: of the driver's version too. */
    readonly nvSwitch: readonly string[];
    /** For NVSwitches of the fourth generation on: of the driver's version. */
    readonly nvSwitch4: readonly string[];
    /** The NVLink subnet manager, with versions of its own. */
    readonly subnetManager: readonly string[];
    /**
     * What follows the driver's version in that of the packages, by the first version that has it, the highest first.
     * Empty: versions are compared without it (dnf).
     */
    readonly revisions: readonly { readonly from: string; readonly driver: string; readonly nvSwitch: string }[];
}

const unverified = ["driver", "nvSwitch4", "revisions"];
const guide =
    "docs.nvidia.com/datacenter/tesla/driver-installation-guide (r580): compute-only systems, version locking";

/** Packages of the driver by system and branch. */
export const driverPackages: readonly DriverPackages[] = [
    {
        systems: ["ubuntu-22.04", "ubuntu-24.04"],
        fromBranch: 570,
        beforeBranch: 590,
        driver: [
            "nvidia-dkms-{branch}-open",
            "nvidia-kernel-source-{branch}-open",
            "nvidia-kernel-common-{branch}",
            "libnvidia-compute-{branch}",
            "libnvidia-cfg1-{branch}",
            "libnvidia-gpucomp-{branch}",
            "nvidia-compute-utils-{branch}",
            "nvidia-utils-{branch}",
        ],
        nvSwitch: ["nvidia-fabricmanager-{branch}", "libnvidia-nscq-{branch}"],
        nvSwitch4: ["libnvsdm-{branch}"],
        subnetManager: ["nvlsm", "infiniband-diags"],
        revisions: [
            { from: "580.126.09", driver: "-1ubuntu1", nvSwitch: "-1" },
            { from: "0", driver: "-0ubuntu1", nvSwitch: "-1" },
        ],
        source: { where: `${guide}; index of compute/cuda/repos/ubuntu2404`, date: "2026-05-25" },
        unverified,
    },
    {
        // Starting with 590, names have no branch.
        systems: ["ubuntu-22.04", "ubuntu-24.04"],
        fromBranch: 590,
        driver: [
            "nvidia-dkms-open",
            "nvidia-kernel-source-open",
            "nvidia-kernel-common",
            "libnvidia-compute",
            "libnvidia-cfg1",
            "libnvidia-gpucomp",
            "nvidia-compute-utils",
            "nvidia-utils",
        ],
        nvSwitch: ["nvidia-fabricmanager", "libnvidia-nscq"],
        nvSwitch4: ["libnvsdm"],
        subnetManager: ["nvlsm", "infiniband-diags"],
        revisions: [{ from: "0", driver: "-1ubuntu1", nvSwitch: "-1" }],
        source: { where: `${guide}: Ubuntu 590 and later packages`, date: "2026-11" },
        unverified: [...unverified, "nvSwitch"],
    },
    {
        systems: ["debian-12"],
        fromBranch: 570,
        driver: [
            "nvidia-kernel-open-dkms",
            "nvidia-kernel-support",
            "nvidia-driver-cuda",
            "libcuda1",
            "libnvidia-ml1",
            "libnvidia-cfg1",
            "nvidia-smi",
            "nvidia-persistenced",
        ],
        nvSwitch: ["nvidia-fabricmanager-{branch}", "libnvidia-nscq-{branch}"],
        nvSwitch4: ["libnvsdm-{branch}"],
        subnetManager: ["nvlsm", "infiniband-diags"],
        revisions: [{ from: "0", driver: "-1", nvSwitch: "-1" }],
        source: { where: guide, date: "2026-11" },
        unverified: [...unverified, "nvSwitch"],
    },
    {
        // They lie in the module stream nvidia-driver:<branch>-open; a repository with module_hotfixes shows them all.
        systems: ["rhel-9", "rocky-9"],
        fromBranch: 570,
        driver: [
            "kmod-nvidia-open-dkms",
            "nvidia-kmod-common",
            "nvidia-driver-cuda",
            "nvidia-driver-cuda-libs",
            "libnvidia-ml",
            "libnvidia-cfg",
            "libnvidia-gpucomp",
            "nvidia-modprobe",
            "nvidia-persistenced",
        ],
        nvSwitch: ["nvidia-fabric-manager", "libnvidia-nscq-{branch}"],
        nvSwitch4: ["libnvsdm-{branch}"],
        subnetManager: ["nvlsm", "infiniband-diags"],
        revisions: [],
        source: { where: `${guide}; dnf module nvidia-driver:580-open`, date: "2026-11" },
        unverified: [...unverified, "nvSwitch"],
    },
];

/** The package of NVIDIA's container toolkit, from its own repository (libnvidia-container/stable), on every system. */
export const containerToolkit: Sourced & { readonly packages: readonly string[] } = {
    packages: [
        "nvidia-container-toolkit",
        "nvidia-container-toolkit-base",
        "libnvidia-container-tools",
        "libnvidia-container1",
    ],
    source: { where: "docs.nvidia.com/datacenter/cloud-native/container-toolkit, installation", date: "2026-11" },
};
