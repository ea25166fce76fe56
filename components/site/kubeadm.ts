import type { ClusterAccess, ClusterNetwork, ContainerRuntime, KubeadmCluster } from "./cluster";
import { expandHome, readSiteFile, type SiteContext } from "./context";
import { addressNumber, networkOf } from "./ipv4";
import { pathOf, show, type Problem } from "./problem";
import { podSubnetPrefix } from "../../catalog/kubernetes";
import { auditSchema, controlPlaneSchema, type ClusterEntry } from "./schema-cluster";
import { networkSchema, runtimeSchema } from "./schema-node";
import type { Environment, SiteCluster, SiteHost } from "./site";

/** What a cluster is read beside. */
export interface ClusterContext extends SiteContext {
    /** Name of the site. */
    readonly site: string;
    readonly environment: Environment;
    readonly hosts: readonly SiteHost[];
}

/** Port of the API server on each host: kubeadm's default. */
export const API_PORT = 6443;

/** A cluster with its defaults, and what is wrong with files that it names. */
export interface ResolvedCluster {
    readonly cluster: SiteCluster;
    readonly problems: readonly Problem[];
}

/** Fills in the defaults of a cluster. What of it is wrong is told by `clusterProblems`. */
export function resolveCluster(entry: ClusterEntry, context: ClusterContext): ResolvedCluster {
    const { mode, namespace, kubeconfigFile, access, tenants, operators } = entry;
    const ca = mirrorCa(entry, context);
    return {
        cluster: {
            mode,
            namespace,
            ...(kubeconfigFile !== undefined && { kubeconfigFile: expandHome(kubeconfigFile, context) }),
            ...(mode === "kubeadm" && { kubeadm: kubeadm(entry, ca.text, context) }),
            ...(access && { access: access satisfies ClusterAccess }),
            ...(tenants && { tenants }),
            ...(operators && { operators }),
        },
        problems: ca.problems,
    };
}

/** Hosts of the control plane: those with the role, whether they may be or not. */
export function controlPlaneOf(hosts: readonly SiteHost[]): readonly SiteHost[] {
    return hosts.filter(host => host.role === "control-plane");
}

/** Hosts that are nodes of a cluster which Seamount builds. */
export function clusterHosts(hosts: readonly SiteHost[]): readonly SiteHost[] {
    return hosts.filter(host => host.managed && host.node !== undefined);
}

function kubeadm(entry: ClusterEntry, ca: string | undefined, context: ClusterContext): KubeadmCluster {
    const { version = "", packageRevision = "1.1", oidc, imageDigests = {} } = entry;
    const { ignorePreflightErrors = [], taintGpus = false } = entry;
    const { virtualAddress, endpoint, snapshotDirectory, renewBeforeDays, protect } =
        entry.controlPlane ?? controlPlaneSchema.parse({});
    const hosts = controlPlaneOf(context.hosts);
    const { retentionDays, collector, server } = entry.audit ?? auditSchema.parse({});
    return {
        version,
        packageRevision,
        controlPlane: hosts.map(host => host.name),
        endpoint: endpoint ?? `${virtualAddress ?? hosts[0]?.address ?? ""}:${API_PORT}`,
        ...(virtualAddress !== undefined && { virtualAddress }),
        snapshotDirectory: expandHome(
            snapshotDirectory ?? `~/.local/state/seamount/${context.site}/etcd`,
            context,
        ).replace(/\/+$/, ""),
        renewBeforeDays,
        protect: protect ?? context.environment === "production",
        network: networkFor(entry, context.hosts),
        runtime: runtimeOf(entry, ca),
        audit: {
            retentionDays,
            ...(collector !== undefined && { collector }),
            ...(server !== undefined && { server }),
        },
        imageDigests,
        ...(oidc && { oidc }),
        ...(ignorePreflightErrors.length > 0 && { ignorePreflightErrors }),
        ...(taintGpus && { taintGpus }),
    };
}

function networkFor({ network }: ClusterEntry, hosts: readonly SiteHost[]): ClusterNetwork {
    const { plugin, podCidr, serviceCidr, dnsDomain, encryption, nodeCidr } = network ?? networkSchema.parse({});
    const first = addressNumber(controlPlaneOf(hosts)[0]?.address ?? "");
    const around = first === undefined ? undefined : networkOf(first, podSubnetPrefix).text;
    const subnet = plugin === "bridge" ? (nodeCidr ?? around) : undefined;
    return {
        plugin,
        podCidr,
        serviceCidr,
        ...(subnet !== undefined && { nodeCidr: subnet }),
        encryption: plugin === "bridge" ? "none" : (encryption ?? "wireguard"),
        dnsDomain,
    };
}

function runtimeOf({ runtime }: ClusterEntry, mirrorCa: string | undefined): ContainerRuntime {
    const entry = runtime ?? runtimeSchema.parse({});
    const { containerd, cgroupDriver, mirror, sandboxImage, adjustOomScore, cgroupV1 } = entry;
    const { protectKernelDefaults, evictionHard } = entry;
    return {
        ...(containerd !== undefined && { containerd }),
        cgroupDriver,
        ...(mirror !== undefined && { mirror }),
        ...(mirrorCa !== undefined && { mirrorCa }),
        ...(sandboxImage !== undefined && { sandboxImage }),
        adjustOomScore,
        cgroupV1,
        protectKernelDefaults,
        ...(evictionHard && { evictionHard }),
    };
}

/** Certificates alone: a private key beside them would end up on every host. */
const certificates = /^(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+\n-----END CERTIFICATE-----\n?)+$/;

function mirrorCa(
    { runtime }: ClusterEntry,
    context: SiteContext,
): { readonly text?: string; readonly problems: readonly Problem[] } {
    const file = runtime?.mirrorCaFile;
    if (file === undefined) {
        return { problems: [] };
    }
    const wrong = (message: string) => ({
        problems: [{ path: pathOf("cluster", "runtime", "mirrorCaFile"), message }],
    });
    const read = readSiteFile(file, context);
    if ("why" in read) {
        return wrong(`${show(file)} cannot be read: ${read.why}`);
    }
    const text = `${read.text.replace(/\r\n/g, "\n").trim()}\n`;
    return certificates.test(text)
        ? { text, problems: [] }
        : wrong(
              text.includes("PRIVATE KEY")
                  ? `${show(file)} holds a private key (not shown); give the certificate alone`
                  : `${show(file)} holds no certificate; it begins with "-----BEGIN CERTIFICATE-----"`,
          );
}
