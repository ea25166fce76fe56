import * as z from "zod";
import {
    addressRange,
    deviceRange,
    dnsLabel,
    hostNameOrAddress,
    interfaceName,
    jumpHost,
    localFile,
    nameRange,
    port,
    publicKey,
    whole,
} from "./fields";
import { interfacesSchema, nodeSchema, portGuidsSchema } from "./schema-fabric";
import { operatingSystems, roles } from "./schema-names";

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

const gpuSchema = z.strictObject({
    model: z.string().meta({
        description: "GPU model by its catalogue name, for example H200.",
        examples: ["H100", "H200", "B200", "MI300X", "Ascend-910B"],
    }),
    count: whole(1, 128).describe("GPUs in one host."),
});

const hugepagesSchema = z.strictObject({
    "2MiB": whole(0, 16_777_216).optional().describe("Pages of 2 MiB in each NUMA node. Default: left alone."),
    "1GiB": whole(0, 65_536).optional().describe("Pages of 1 GiB in each NUMA node, at boot. Default: left alone."),
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
    os: z.enum(operatingSystems).optional().describe("Operating system. Default: debian-12."),
    rack: z.string().min(1).max(63).optional().describe("Rack that the hosts stand in. Unset: unknown."),
    zone: z.string().min(1).max(63).optional().describe("Failure domain above racks, like a room. Unset: unknown."),
    rails: z
        .union([deviceRange(), z.array(deviceRange()).max(64)])
        .default([])
        .describe("Fabric devices in rail order: a range like mlx5_[0-7], or a list of device names. Default: none."),
    interfaces: interfacesSchema,
    portGuids: portGuidsSchema,
    managementInterface: interfaceName()
        .optional()
        .describe("Network interface of the management network, like eno1. Unset: unknown."),
    node: nodeSchema,
    numaNodes: whole(1, 64).optional().describe("NUMA nodes of each host. Required with hugepages."),
    hugepages: hugepagesSchema.optional().describe("Huge pages in each NUMA node, by page size. Unset: left alone."),
    confidential: z
        .boolean()
        .optional()
        .describe("Confidential computing on the GPUs: it rules out rails, as GPUDirect RDMA does not go with it."),
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

/** Time servers. */
export const timeServersSchema = z
    .array(hostNameOrAddress())
    .max(32)
    .default([])
    .describe("Time servers (NTP) by name or address. Default: none, hosts keep what they have.");
