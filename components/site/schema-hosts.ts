import * as z from "zod";
import {
    addressRange,
    deviceRange,
    dnsLabel,
    hostNameOrAddress,
    jumpHost,
    localFile,
    nameRange,
    port,
    publicKey,
    whole,
} from "./fields";
import type { Role } from "./site";

/** Roles, in the order in which people list them. */
export const roles = ["control-plane", "gpu", "storage", "edge"] as const satisfies readonly Role[];

/** How hosts are reached over SSH. */
export const accessSchema = z.strictObject({
    user: z
        .string()
        .regex(/^[a-z_][a-z0-9_.-]{0,31}$/, "is not a login name: lower-case letters, digits, _ . and -")
        .describe(
            "Login user on every managed host. It needs root's rights, itself or through sudo without a password.",
        ),
    port: port().default(22).describe("TCP port of sshd. Default 22."),
    identityFile: localFile()
        .optional()
        .describe(
            "Private key file on the machine that runs Pulumi, absolute or ~/… . Unset: the secret seamount:sshPrivateKey, or the SSH agent.",
        ),
    jumpHost: jumpHost()
        .optional()
        .describe("Host to go through, user@address:port. Unset: hosts are reached directly. The default port is 22."),
    jumpHostKey: publicKey()
        .optional()
        .describe(
            "The jump host's public key, ssh-ed25519 AAAA… . Required with a jump host: it is verified like any other.",
        ),
    connectTimeoutSeconds: whole(1, 600)
        .default(10)
        .describe("Seconds until a host that does not answer counts as unreachable. Default 10."),
    knownHostsFile: localFile()
        .optional()
        .describe(
            "File in OpenSSH's known_hosts format with keys of hosts that have none in the site, absolute or ~/… . Unset: all keys stand in the site.",
        ),
});

/** The network between GPU hosts. */
export const fabricSchema = z.strictObject({
    kind: z.enum(["infiniband", "roce", "ethernet"]).describe("Kind of network between GPU hosts."),
    linkGbps: whole(1, 3200).describe("Line rate of one port in Gb/s: 200 for HDR, 400 for NDR, 800 for XDR."),
    rails: whole(1, 64).describe("Ports that a GPU host has on the fabric, usually one for each GPU."),
});

const gpuSchema = z.strictObject({
    model: z.string().meta({
        description: "GPU model by its catalogue name, for example H200.",
        examples: ["H100", "H200", "B200", "MI300X", "Ascend-910B"],
    }),
    count: whole(1, 128).describe("GPUs in one host."),
});

/** Hosts that are alike, named and addressed by ranges. */
export const groupSchema = z.strictObject({
    name: nameRange().meta({
        description: "Host name, a DNS label, or a range of them: gpu-[01-16]. Names are unique in the site.",
        examples: ["gpu-[01-16]", "control-1"],
    }),
    address: addressRange().meta({
        description:
            "Address of the management interface, IPv4 or IPv6, or a range as long as that of the names: 10.20.0.[11-26].",
        examples: ["10.20.0.[11-26]", "10.20.0.5"],
    }),
    role: z
        .enum(roles)
        .describe("What the hosts are for. It decides what is set up on them. Models run on gpu and edge."),
    pool: dnsLabel()
        .optional()
        .describe("Hosts of one pool are alike, and models are placed on pools. Default: the role."),
    gpu: gpuSchema.optional().describe("GPUs of each host. Required with the role gpu."),
    memoryGiB: whole(1, 65536).optional().describe("Main memory of each host in GiB. Unset: not checked."),
    rack: z.string().min(1).max(63).optional().describe("Rack that the hosts stand in. Unset: unknown."),
    rails: z
        .union([deviceRange(), z.array(deviceRange()).max(64)])
        .default([])
        .describe("Fabric devices in rail order: a range like mlx5_[0-7], or a list of device names. Default: none."),
    nvme: z
        .array(deviceRange())
        .max(256)
        .default([])
        .describe(
            "NVMe devices for data, by serial or by a path that is the same on every host of the group; ranges are allowed. Default: none.",
        ),
    hostKey: publicKey()
        .optional()
        .describe("Public host key, ssh-ed25519 AAAA…, of a single host. A range of hosts has hostKeys."),
    hostKeys: z
        .record(z.string(), publicKey())
        .optional()
        .describe("Public host keys by host name. Hosts without one are looked up in access.knownHostsFile."),
    managed: z
        .boolean()
        .default(true)
        .describe(
            "Whether Seamount logs in and configures the hosts. false: nodes that others look after. Default true.",
        ),
});

/** The cluster that serves. */
export const clusterSchema = z.strictObject({
    mode: z
        .literal("existing")
        .default("existing")
        .describe("existing: a cluster that is already there, by kubeconfig."),
    kubeconfigFile: localFile()
        .optional()
        .describe(
            "Kubeconfig file on the machine that runs Pulumi, absolute or ~/… . The secret seamount:kubeconfig goes before it.",
        ),
    namespace: dnsLabel().default("inference").describe("Namespace that model services live in. Default inference."),
});

/** Time servers. */
export const timeServersSchema = z
    .array(hostNameOrAddress())
    .max(32)
    .default([])
    .describe("Time servers (NTP) by name or address. Default: none, hosts keep what they have.");
