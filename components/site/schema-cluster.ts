import { isIPv4 } from "node:net";
import * as z from "zod";
import { dnsLabel, hostAndPort, imageReference, localFile, textMatching, whole } from "./fields";
import { networkSchema, runtimeSchema } from "./schema-node";

const groups = (who: string): z.ZodDefault<z.ZodArray<z.ZodString>> =>
    z
        .array(z.string().regex(/^[^\s,"'\\]{1,128}$/, "is not a name of a group: no spaces, commas or quotes"))
        .max(64)
        .default([])
        .describe(`Groups whose members are ${who}. Default: none.`);

/** The control plane: where it answers, and how it is kept. */
export const controlPlaneSchema = z.strictObject({
    virtualAddress: textMatching(isIPv4, "is not an IPv4 address")
        .optional()
        .describe("IPv4 address of the API that the hosts of the control plane hand to one another. Unset: none."),
    endpoint: hostAndPort("an endpoint")
        .optional()
        .describe(
            "Balancer of the site before the API, name or address with port. Unset: the virtual address, or the only host.",
        ),
    snapshotDirectory: localFile()
        .optional()
        .describe(
            "Folder for snapshots of etcd on the machine that runs Pulumi. Default ~/.local/state/seamount/SITE/etcd.",
        ),
    renewBeforeDays: whole(1, 300)
        .default(60)
        .describe("Certificates that end within so many days are renewed; kubeadm's last 365. Default 60."),
    protect: z
        .boolean()
        .optional()
        .describe("Whether `pulumi destroy` refuses to take the control plane apart. Default: true in production."),
});

/** Where the audit log goes. */
export const auditSchema = z.strictObject({
    retentionDays: whole(180, 36_500)
        .default(180)
        .describe("Days that the API server's audit log is kept where it is shipped to, 180 at least. Default 180."),
    collector: dnsLabel().optional().describe("Managed host of the site that collects it. Unset: see server."),
    server: hostAndPort("a syslog server")
        .optional()
        .describe("Syslog server over TLS that collects it, name or address with port. Unset: it stays on the hosts."),
});

const oidcSchema = z.strictObject({
    issuerUrl: z
        .string()
        .regex(/^https:\/\/[^\s?#"']+$/, `is not an address of an issuer: begin it with "https://"`)
        .describe("Address of the identity provider, https://… ."),
    clientId: z.string().min(1).max(256).describe("Name that the cluster has with the identity provider."),
    groupsClaim: z.string().min(1).max(128).default("groups").describe("Claim that holds groups. Default groups."),
});

const quotaSchema = z.strictObject({
    gpus: whole(0, 100_000).describe("GPUs that the tenant's pods may have together."),
    cpus: whole(1, 1_000_000).describe("CPU cores that they may have together."),
    memoryGiB: whole(1, 10_000_000).describe("Main memory that they may have together, in GiB."),
    storageGiB: whole(0, 1_000_000_000).describe("Storage that the tenant's claims may have together, in GiB."),
    pods: whole(1, 100_000).describe("Pods at the same time."),
});

const tenantSchema = z.strictObject({
    name: dnsLabel().describe("Namespace of the tenant, a DNS label."),
    groups: groups("fine-tuners in this namespace"),
    quota: quotaSchema.describe("What the tenant may use together."),
});

const operatorsSchema = z.strictObject({
    install: z.array(dnsLabel()).max(64).describe("Names of operators in the catalogue of charts."),
    charts: z
        .string()
        .regex(/^(oci:\/\/[^\s]+|\/[^\n\0]+)$/, `is not a place for charts: write oci://… or the path of a folder`)
        .optional()
        .describe("Where charts are: oci://… of the site's mirror, or a folder. Unset: their own repositories."),
    rdma: z
        .enum(["shared", "sriov", "none"])
        .default("none")
        .describe("How pods get RDMA devices: shared, one virtual function each (sriov), or not at all. Default none."),
    values: z
        .record(dnsLabel(), z.record(z.string(), z.unknown()))
        .optional()
        .describe("Values of charts beyond Seamount's own, by operator. Default: none."),
});

/** The cluster that serves. What only one mode has is checked by `resolveCluster`. */
export const clusterSchema = z.strictObject({
    mode: z
        .enum(["existing", "kubeadm"])
        .default("existing")
        .describe(
            "existing: a cluster that is already there, by kubeconfig. kubeadm: Seamount builds it on hosts of the site.",
        ),
    kubeconfigFile: localFile()
        .optional()
        .describe(
            "Kubeconfig file on the machine that runs Pulumi, absolute or ~/… . The secret seamount:kubeconfig goes before it.",
        ),
    namespace: dnsLabel().default("inference").describe("Namespace that model services live in. Default inference."),
    version: z
        .string()
        .regex(/^\d{1,2}\.\d{1,3}\.\d{1,3}$/, "is not a version of Kubernetes: write it in full, like 1.36.3")
        .optional()
        .meta({ description: "Version of Kubernetes, like 1.36.3. Required with mode kubeadm.", examples: ["1.36.3"] }),
    packageRevision: z
        .string()
        .regex(/^[A-Za-z0-9.+~]{1,32}$/, "is not a revision of packages: write it like 1.1")
        .optional()
        .describe("What follows the version in that of its packages: 1.1 makes 1.36.3-1.1. Default 1.1."),
    controlPlane: controlPlaneSchema
        .optional()
        .describe("Where the control plane answers, and how it is kept. For mode kubeadm."),
    network: networkSchema.optional().describe("Networks of pods and services. For mode kubeadm."),
    runtime: runtimeSchema.optional().describe("containerd and the kubelet on hosts. For mode kubeadm."),
    audit: auditSchema.optional().describe("Where the API server's audit log goes. For mode kubeadm."),
    oidc: oidcSchema
        .optional()
        .describe("Identity provider whose groups may sign in. For mode kubeadm. Unset: only certificates."),
    imageDigests: z
        .record(imageReference(), z.string().regex(/^sha256:[0-9a-f]{64}$/, "is not a digest: sha256: and 64 digits"))
        .optional()
        .describe("Digests of images by reference with a tag, in the place of the catalogue's. For mode kubeadm."),
    ignorePreflightErrors: z
        .array(z.string().regex(/^[A-Za-z][\w-]*$/, "is not a check of kubeadm: write it like SystemVerification"))
        .max(32)
        .optional()
        .describe("Checks of kubeadm whose errors count as warnings, for labs. For mode kubeadm. Default: none."),
    taintGpus: z
        .boolean()
        .optional()
        .describe("Whether nodes with GPUs take only pods that ask for GPUs. For mode kubeadm. Default false."),
    access: z
        .strictObject({
            platformOperators: groups("platform operators: they may do everything"),
            modelOperators: groups("model operators: they may roll out models"),
            auditors: groups("auditors: they may read, and nothing else"),
        })
        .optional()
        .describe("Who may do what in the cluster, by group. Unset: nobody but who has a kubeconfig."),
    tenants: z
        .array(tenantSchema)
        .max(256)
        .optional()
        .describe("Teams of fine-tuners, each with a namespace and a quota of its own. Default: none."),
    operators: operatorsSchema.optional().describe("Operators that Seamount installs. Unset: none."),
});

/** The cluster after validation. */
export type ClusterEntry = z.output<typeof clusterSchema>;
