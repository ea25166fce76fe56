import { findGpu } from "../../../catalog";
import type { PackageItem } from "../../../provider/items";
import type { ContainerRuntime } from "../../site/cluster";
import { packageManagers, systemOf } from "../../site/repositories";
import type { GpuDriver, SiteHost } from "../../site/site";

/** Where containerd's settings lie. */
export const CONTAINERD_CONFIG = "/etc/containerd/config.toml";
/** Folder of what containerd knows of registries, a folder each. */
export const REGISTRIES = "/etc/containerd/certs.d";
/** Where the kubelet and crictl speak to containerd. */
export const CONTAINERD_SOCKET = "unix:///run/containerd/containerd.sock";

/** Folder of the network plugins, `cni`, where they come with the system; the field's own is /opt/cni/bin. */
const SYSTEM_PLUGINS = { apt: "/usr/lib/cni", dnf: "/usr/libexec/cni" } as const;

/** Program that gives containers GPUs: of the NVIDIA container toolkit. */
const NVIDIA_RUNTIME = "/usr/bin/nvidia-container-runtime";

/** What containerd's settings are made from. */
export interface ContainerdSettings {
    readonly runtime: ContainerRuntime;
    /** Image of the pod sandbox. */
    readonly sandboxImage: string;
    /** Whether network plugins are those of the system's packages, and not those that Cilium brings. */
    readonly systemPlugins: boolean;
    readonly driver?: GpuDriver;
}

/**
 * Package with containerd: Debian's own, and that of Docker's repositories (or a mirror of them) elsewhere, because
 * Red Hat's has none.
 */
export function containerdPackage(
    host: Pick<SiteHost, "os">,
    { containerd }: ContainerRuntime,
): Readonly<Record<string, PackageItem>> {
    const name = systemOf(host) === "debian-12" ? "containerd" : "containerd.io";
    return { [name]: containerd === undefined ? {} : { version: containerd } };
}

/** Major version of containerd: that of the package, or what repositories of the system have. Debian 12 has 1.6. */
export function containerdMajor(host: Pick<SiteHost, "os">, { containerd }: ContainerRuntime): 1 | 2 {
    const major = containerd === undefined ? (systemOf(host) === "debian-12" ? "1" : "2") : containerd[0];
    return major === "1" ? 1 : 2;
}

/** containerd's settings in the form of its major version: 1.x reads version 2 of the file, 2.x version 3. */
export function containerdConfig(host: Pick<SiteHost, "os" | "gpu">, settings: ContainerdSettings): string {
    const lines = containerdMajor(host, settings.runtime) === 1 ? versionTwo : versionThree;
    const imports = nvidia(host) && settings.driver?.owner === "operator";
    return [
        "# Kept by Seamount.",
        // The GPU operator's toolkit puts its runtime there, and leaves this file alone.
        ...(imports ? ['imports = ["/etc/containerd/conf.d/*.toml"]'] : []),
        ...lines(host, settings),
        "",
    ].join("\n");
}

function versionTwo(host: Pick<SiteHost, "os" | "gpu">, settings: ContainerdSettings): readonly string[] {
    const plugin = 'plugins."io.containerd.grpc.v1.cri"';
    return [
        "version = 2",
        "",
        `[${plugin}]`,
        `sandbox_image = ${text(settings.sandboxImage)}`,
        ...oomScore(settings),
        ...(settings.systemPlugins ? ["", `[${plugin}.cni]`, `bin_dir = ${text(pluginFolder(host))}`] : []),
        ...runtimes(plugin, host, settings),
        "",
        `[${plugin}.registry]`,
        `config_path = ${text(REGISTRIES)}`,
    ];
}

function versionThree(host: Pick<SiteHost, "os" | "gpu">, settings: ContainerdSettings): readonly string[] {
    const [images, runtime] = ['plugins."io.containerd.cri.v1.images"', 'plugins."io.containerd.cri.v1.runtime"'];
    return [
        "version = 3",
        "",
        `[${images}.pinned_images]`,
        `sandbox = ${text(settings.sandboxImage)}`,
        "",
        `[${images}.registry]`,
        `config_path = ${text(REGISTRIES)}`,
        "",
        `[${runtime}]`,
        ...oomScore(settings),
        ...(settings.systemPlugins ? ["", `[${runtime}.cni]`, `bin_dirs = [${text(pluginFolder(host))}]`] : []),
        ...runtimes(runtime, host, settings),
    ];
}

function runtimes(
    plugin: string,
    host: Pick<SiteHost, "gpu">,
    { runtime, driver }: ContainerdSettings,
): readonly string[] {
    const one = (name: string, program?: string): readonly string[] => [
        "",
        `[${plugin}.containerd.runtimes.${name}]`,
        'runtime_type = "io.containerd.runc.v2"',
        "",
        `[${plugin}.containerd.runtimes.${name}.options]`,
        ...(program === undefined ? [] : [`BinaryName = ${text(program)}`]),
        `SystemdCgroup = ${runtime.cgroupDriver === "systemd"}`,
    ];
    const own = nvidia(host) && driver?.owner === "host";
    return [
        "",
        `[${plugin}.containerd]`,
        // As NVIDIA's device plugin wants it: pods with GPUs name no runtime.
        `default_runtime_name = ${own ? '"nvidia"' : '"runc"'}`,
        ...one("runc"),
        ...(own ? one("nvidia", NVIDIA_RUNTIME) : []),
    ];
}

const nvidia = ({ gpu }: Pick<SiteHost, "gpu">): boolean =>
    gpu !== undefined && findGpu(gpu.model)?.vendor === "NVIDIA";

/** A score below the kernel's default needs CAP_SYS_RESOURCE, which a host in a container may lack. */
const oomScore = ({ runtime }: ContainerdSettings): readonly string[] =>
    runtime.adjustOomScore ? [] : ["restrict_oom_score_adj = true"];

const pluginFolder = (host: Pick<SiteHost, "os">): string => SYSTEM_PLUGINS[packageManagers[systemOf(host)]];

/** A TOML string: JSON's escapes are TOML's as well. */
const text = (value: string): string => JSON.stringify(value);
