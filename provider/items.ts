/**
 * What a host should be, item by item. Every kind is a record keyed by the item's own name, so that a difference
 * has a path a person knows: `sysctls["vm.swappiness"]`.
 */
export interface HostItems {
    /** Debian packages by name. */
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
}

/** A Debian package that is installed. */
export interface PackageItem {
    /** Exact version. Unset: any version will do. */
    readonly version?: string;
}

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
}

/** Resource type token of a host. */
export const HOST_TYPE = "metal:index:Host";

/** Version of the provider and of its resources. */
export const METAL_VERSION = "0.1.0";
