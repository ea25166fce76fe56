import type { CheckSpec } from "./gates/check";

/**
 * What a host should be, item by item. Every kind is a record keyed by the item's own name, so that a difference
 * has a path a person knows: `sysctls["vm.swappiness"]`.
 */
export interface HostItems {
    /** Packages of the system (deb or rpm) by name. */
    readonly packages?: Readonly<Record<string, PackageItem>>;
    /** Files by absolute path. */
    readonly files?: Readonly<Record<string, FileItem>>;
    /** Kernel parameters by dotted name: the value at run time and after a reboot. */
    readonly sysctls?: Readonly<Record<string, string>>;
    /** Values in sysfs by absolute path: at run time, and at each boot through a unit. */
    readonly sysfs?: Readonly<Record<string, string>>;
    /** Kernel modules by name. */
    readonly modules?: Readonly<Record<string, ModuleItem>>;
    /** Systemd units by full name, e.g. `chrony.service`. */
    readonly services?: Readonly<Record<string, ServiceItem>>;
    /** Package repositories by name. They are there before packages are installed. */
    readonly repositories?: Readonly<Record<string, RepositoryItem>>;
    /** Local users by login name. */
    readonly users?: Readonly<Record<string, UserItem>>;
    /** Directories by absolute path. */
    readonly directories?: Readonly<Record<string, DirectoryItem>>;
    /** Mounts by absolute path of the mount point: mounted now and at each boot. */
    readonly mounts?: Readonly<Record<string, MountItem>>;
    /** Arguments of the kernel's command line by name, e.g. `iommu`: they count from the next boot. */
    readonly kernelArguments?: Readonly<Record<string, KernelArgumentItem>>;
    /** Mandatory access control, `selinux` or `apparmor`: the mode now and after a reboot. */
    readonly securityModules?: Readonly<Record<string, SecurityMode>>;
    /** Settings in PCI configuration space, by address or class of devices: now, and at each boot through a unit. */
    readonly pci?: Readonly<Record<string, PciItem>>;
    /** Network links by interface name: now, and at each boot through a unit. */
    readonly links?: Readonly<Record<string, LinkItem>>;
    /** Lossless RoCEv2 by network interface: now, and at each boot through a unit. */
    readonly roce?: Readonly<Record<string, RoceItem>>;
}

/** A named package repository, for apt or for dnf. */
export interface RepositoryItem {
    /** Base address, `https://…` or `file:/…`. */
    readonly url: string;
    /** apt: the suite, `bookworm`; a suite that ends in `/` is a flat repository and has no components. */
    readonly suite?: string;
    /** apt: components. @default ["main"] */
    readonly components?: readonly string[];
    /** ASCII-armoured public key that signs it. Unset: `trusted` must be true. */
    readonly signingKey?: string;
    /** Takes packages from it without any signature: for repositories on the host's own disk only. */
    readonly trusted?: boolean;
}

/** A local user without a password, except for `root`, whose password stays as it is. */
export interface UserItem {
    readonly uid?: number;
    /** Groups beyond the user's own; memberships in others are left as they are. */
    readonly groups?: readonly string[];
    /** @default "/home/<name>" */
    readonly home?: string;
    /** @default "/bin/bash" */
    readonly shell?: string;
    /** The only keys that may log in, as lines of authorized_keys. Unset: left as they are. */
    readonly authorizedKeys?: readonly string[];
}

/** A directory. What is in it is not touched. */
export interface DirectoryItem {
    /** Octal mode. @default "0755" */
    readonly mode?: string;
    /** @default "root" */
    readonly owner?: string;
    /** @default "root" */
    readonly group?: string;
}

/** A mount, kept as a systemd mount unit. */
export interface MountItem {
    /** Device or source: `/dev/disk/by-id/…`, `UUID=…`, `tmpfs`, `hugetlbfs`. */
    readonly device: string;
    readonly type: string;
    /** Mount options. @default [] */
    readonly options?: readonly string[];
}

/**
 * Arguments of the kernel's command line. The key is all that stands before the value, and may be more than a name
 * where arguments repeat and their order counts: `hugepagesz=1G hugepages`, or `console=ttyS0,115200` without a value.
 */
export interface KernelArgumentItem {
    /** Text after the key's `=`. Unset: there is none, as for `quiet`. */
    readonly value?: string;
}

/** Settings of PCI devices that sysfs does not show. Only what is stated is looked at and changed. */
export interface PciItem {
    /** Largest read request in bytes: a power of two from 128 to 4096. */
    readonly maxReadRequestBytes?: number;
    /** `off`: no access control services, so that peers reach each other without a detour through the root complex. */
    readonly acs?: "off";
}

/** Mode of a security module. */
export type SecurityMode = "enforcing" | "permissive" | "disabled";

/** A network link. Only what is stated is looked at and changed. */
export interface LinkItem {
    readonly mtu?: number;
    /** Receive ring in descriptors. */
    readonly rxRing?: number;
    /** Transmit ring in descriptors. */
    readonly txRing?: number;
    /** Makes the link a bond of these interfaces. */
    readonly bond?: { readonly mode: string; readonly members: readonly string[] };
    /** Makes the link a VLAN on another one. */
    readonly vlan?: { readonly parent: string; readonly id: number };
    /** Addresses with prefix length, `10.30.0.11/16`; others on the link are left as they are. */
    readonly addresses?: readonly string[];
}

/** Lossless RoCEv2 on one interface. One record of these figures feeds hosts, NCCL and switches. */
export interface RoceItem {
    /** RDMA device of the interface, `mlx5_0`. */
    readonly device: string;
    /** Differentiated services code point of RDMA traffic, 0 to 63. */
    readonly dscp: number;
    /** Priority on which PFC is on, 0 to 7. */
    readonly priority: number;
    /** Code point of congestion notification packets. */
    readonly cnpDscp: number;
}

/** A package that is installed. */
export interface PackageItem {
    /** Exact version. Unset: any version will do. */
    readonly version?: string;
    /** What a change of the package does to the work on the host. Unset: nothing. */
    readonly disruption?: Disruption;
}

/** What a change does to the work on a host: `drain`: it must be gone first; `reboot`: the host boots afterwards too. */
export type Disruption = "drain" | "reboot";

/** A regular file. */
export interface FileItem {
    /** Whole content. May be a Pulumi secret. */
    readonly content: string;
    /** Octal mode. @default "0644" */
    readonly mode?: string;
    /** @default "root" */
    readonly owner?: string;
    /** @default "root" */
    readonly group?: string;
    /**
     * Command (program and arguments) that must succeed with the file in place, e.g. `["sshd", "-t"]`. When it
     * fails, what was there before is put back and nothing is reloaded.
     */
    readonly check?: readonly string[];
    /**
     * Command (program and arguments) that makes the host take up the file, where no unit does by `restartOn`, e.g.
     * `["augenrules", "--load"]`. Run after the file was written, again by the next `up` when that failed or was
     * interrupted, and after the file was put back.
     */
    readonly afterChange?: readonly string[];
}

/** A kernel module. */
export interface ModuleItem {
    /** `loaded` now and at boot, or `blocked` from loading. */
    readonly state: "loaded" | "blocked";
    /** Options as in modprobe.d, e.g. `NVreg_EnableStreamMemOPs=1`. */
    readonly options?: string;
}

/** A systemd unit. */
export interface ServiceItem {
    /** Starts at boot. Unset: left as it is. */
    readonly enabled?: boolean;
    /** Runs now. Unset: left as it is. */
    readonly running?: boolean;
    /** Files (by path, of this host's items) whose change reloads or restarts the unit. */
    readonly restartOn?: readonly string[];
}

/** How one host is reached, and how it is known to be that host. */
export interface HostConnection {
    /** What messages call the host. @default the resource's name */
    readonly name?: string;
    readonly address: string;
    /** The host's public key, `ssh-ed25519 AAAA…`. */
    readonly hostKey: string;
    /** @default "root" */
    readonly user?: string;
    /** @default 22 */
    readonly port?: number;
    /** Private key in PEM form; always a secret. Unset: `identityFile`, or the agent. */
    readonly privateKey?: string;
    /** Private key file for OpenSSH. */
    readonly identityFile?: string;
    /** `user@address:port` */
    readonly jumpHost?: string;
    readonly jumpHostKey?: string;
    /** @default 5 */
    readonly connectTimeoutSeconds?: number;
}

/** Inputs of `metal:index:Host`. */
export interface HostInputs extends HostItems {
    readonly connection: HostConnection;
    /** Where changes go by rack: hosts of one rack are disrupted together. Unset: a rack by itself. */
    readonly rack?: string;
    /** Name of the Kubernetes node that the host is. It is drained before the host is disrupted. Unset: it is none. */
    readonly node?: string;
    /** Checks by name that must pass before a host that was disrupted takes work again. */
    readonly gates?: Readonly<Record<string, CheckSpec>>;
}

/** Resource type token of a host. */
export const HOST_TYPE = "metal:index:Host";

/** Resource type token of a rollout. */
export const ROLLOUT_TYPE = "metal:index:Rollout";

/** Resource type token of a gate. */
export const GATE_TYPE = "metal:index:Gate";

/** Version of the provider and of its resources. */
export const METAL_VERSION = "0.1.0";
