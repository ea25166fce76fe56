import { isIPv4 } from "node:net";
import * as z from "zod";
import { hostNameOrAddress, imageReference, textMatching } from "./fields";
import { parseNetwork } from "./ipv4";
import { show } from "./problem";

/** An IPv4 network that begins where its prefix says. */
const ipv4Network = (): z.ZodString =>
    z.string().superRefine((text, context) => {
        const network = parseNetwork(text);
        if (network === undefined) {
            context.addIssue(`${show(text)} is not an IPv4 network: write it like 10.244.0.0/16`);
        } else if (network.text !== text) {
            context.addIssue(`${show(text)} begins in the middle of a network: write ${network.text}`);
        }
    });

/** Networks of a cluster, with the defaults that kubeadm's users know. */
export const networkSchema = z.strictObject({
    plugin: z
        .enum(["cilium", "bridge"])
        .default("cilium")
        .describe("cilium, or bridge: the standard plugins, with routes between hosts of one subnet. Default cilium."),
    podCidr: ipv4Network()
        .default("10.244.0.0/16")
        .describe("Network of pods; each host gets a /24 of it. Default 10.244.0.0/16."),
    serviceCidr: ipv4Network().default("10.96.0.0/12").describe("Network of services. Default 10.96.0.0/12."),
    nodeCidr: ipv4Network()
        .optional()
        .describe("Subnet that all hosts of the cluster are in, for plugin bridge. Default: the /24 of the first."),
    encryption: z
        .enum(["wireguard", "ipsec", "none"])
        .optional()
        .describe("Encryption of pods' traffic between nodes. Default wireguard with cilium; bridge has none."),
    dnsDomain: hostNameOrAddress().default("cluster.local").describe("Domain of services. Default cluster.local."),
});

/** containerd and the kubelet. */
export const runtimeSchema = z.strictObject({
    containerd: z
        .string()
        .regex(/^[12]\.\d{1,3}\.\d{1,3}[\w.+~-]*$/, "is not a version of containerd's package: write it like 2.2.9-1")
        .optional()
        .describe("Exact version of containerd's package. Default: what the repository has."),
    cgroupDriver: z
        .enum(["systemd", "cgroupfs"])
        .default("systemd")
        .describe("Who makes control groups: systemd, or the kubelet itself (cgroupfs). Default systemd."),
    mirror: textMatching(isRegistry, "is not a registry: write its name or address, like registry.example:5000")
        .optional()
        .describe(
            "Registry that stands in for all others: HOST/PATH:TAG is found at MIRROR/HOST/PATH:TAG. Unset: none.",
        ),
    mirrorCaFile: z
        .string()
        .regex(/^[^\0\n]+$/, "is not a file path")
        .optional()
        .describe("File with the certificate of the mirror's authority in PEM form, relative to the project or ~/… ."),
    sandboxImage: imageReference().optional().describe("Image of the pod sandbox. Default: that of the catalogue."),
    adjustOomScore: z
        .boolean()
        .default(true)
        .describe("Whether containers may be given less likelihood to be killed. false in containers. Default true."),
    cgroupV1: z
        .boolean()
        .default(false)
        .describe("Whether hosts may run on cgroup v1, which Kubernetes has deprecated. Default false."),
    protectKernelDefaults: z
        .boolean()
        .default(true)
        .describe("Whether the kubelet refuses a kernel that is not set as it expects. Default true."),
    evictionHard: z
        .partialRecord(
            z.enum([
                "memory.available",
                "nodefs.available",
                "nodefs.inodesFree",
                "imagefs.available",
                "imagefs.inodesFree",
            ]),
            z.string().regex(/^\d+(\.\d+)?(%|[KMG]i)$/, "is not a threshold: write it like 10% or 1Gi"),
        )
        .optional()
        .describe(
            "What must be left free on a host before the kubelet ends pods, by signal. Default: the kubelet's own.",
        ),
});

function isRegistry(text: string): boolean {
    const [, name = "", port] = /^([a-z0-9.-]+?)(?::(\d{1,5}))?$/.exec(text) ?? [];
    const named = name.includes(".") || name === "localhost" || port !== undefined;
    const number = Number(port ?? 443);
    return (isIPv4(name) || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name)) && named && number > 0 && number < 65_536;
}
