import * as z from "zod";
import { repositoryAddress, whole } from "./fields";
import { acceptanceChecks, operatingSystems, roles } from "./schema-names";

const driverVersion = (): z.ZodString =>
    z.string().regex(/^\d{3}\.\d{1,3}(\.\d{1,3})?$/, "is not a driver version: write it in full, like 580.95.05");

/** NVIDIA's driver: who installs it, and which. */
export const driverSchema = z.strictObject({
    owner: z
        .enum(["host", "operator"])
        .describe("host: Seamount installs the driver on hosts. operator: the GPU operator brings it in containers."),
    version: driverVersion()
        .optional()
        .meta({
            description:
                "Exact version of driver, fabric manager and NVSwitch library, like 580.95.05. Required with owner host.",
            examples: ["580.95.05"],
        }),
    fabricManagerVersion: driverVersion()
        .optional()
        .describe("Version of the fabric manager, where a site states it: it must equal version. Default: version."),
    containerToolkitVersion: z
        .string()
        .regex(
            /^\d{1,3}(\.\d{1,3}){2}(-\d{1,3})?$/,
            "is not a version of the container toolkit: write it like 1.17.8-1",
        )
        .optional()
        .meta({
            description: "Version of the NVIDIA container toolkit, like 1.17.8-1. Default: what the repository has.",
            examples: ["1.17.8-1"],
        }),
});

/** How changes that disrupt hosts go through the fleet. */
export const rolloutSchema = z.strictObject({
    by: z
        .enum(["count", "rack"])
        .default("count")
        .describe("count: so many hosts at once, as hostsAtOnce says. rack: the hosts of one rack. Default count."),
    hostsAtOnce: whole(1, 1024).default(1).describe("Hosts that are disrupted at once, with count. Default 1."),
    reboot: z
        .enum(["automatic", "manual"])
        .default("automatic")
        .describe("automatic: a host is rebooted where that is due. manual: it is said only. Default automatic."),
    drainTimeoutSeconds: whole(1, 86_400)
        .default(600)
        .describe("Seconds that pods get to leave a node before the run stops. Default 600."),
    rebootTimeoutSeconds: whole(1, 86_400)
        .default(900)
        .describe("Seconds until a host that was rebooted must answer again. Default 900."),
});

/** What hosts must prove before they serve. */
export const acceptanceSchema = z.strictObject({
    gates: z
        .boolean()
        .default(true)
        .describe(
            "Whether managed hosts must pass their gates before models are placed on them. false: nothing is measured. Default true.",
        ),
    skip: z
        .array(z.enum(acceptanceChecks))
        .default([])
        .describe("Checks that no host runs. Default: none, each host runs those that fit what it is."),
    loadSeconds: whole(1, 86_400)
        .default(120)
        .describe("Seconds in which the weights of a model must be read from a host's disks. Default 120."),
    python: z
        .string()
        .regex(/^\/[\w./+-]+$|^python3(\.\d+)?$/, "is no interpreter: write a path like /opt/torch/bin/python3")
        .default("python3")
        .describe("Interpreter on the hosts whose PyTorch measures their GPUs. Default python3."),
    multicast: z
        .boolean()
        .default(true)
        .describe(
            "Whether NVLink multicast is to be had: not in virtual machines with a part of a host's GPUs. Default true.",
        ),
    dcgmLevel: whole(1, 4)
        .optional()
        .describe(
            "Level of DCGM's diagnostics: 1 takes seconds, 2 minutes, 3 a quarter of an hour. Default: they do not run.",
        ),
});

/** Drift as a metric of each host. */
export const driftMetricsSchema = z.strictObject({
    textfileDirectory: z
        .string()
        .regex(/^\/[\w./-]*\w$/, "is not an absolute path")
        .meta({
            description: "Folder on the hosts that node_exporter's textfile collector reads.",
            examples: ["/var/lib/prometheus/node-exporter"],
        }),
    intervalSeconds: whole(30, 86_400).default(300).describe("Seconds between two looks. Default 300."),
});

const repositorySchema = z.strictObject({
    url: repositoryAddress().describe("Base address of the repository: https://… , http://… or file:/… ."),
    suite: z
        .string()
        .regex(/^[A-Za-z0-9.][\w./-]{0,127}$/, `is not a suite: write it like bookworm, or "./" for a flat repository`)
        .optional()
        .describe("Suite, for Debian and Ubuntu: bookworm. One that ends in / , like ./ , is a flat repository."),
    components: z
        .array(z.string().regex(/^[A-Za-z0-9][\w./-]{0,63}$/, "is not a component: write it like main"))
        .max(16)
        .optional()
        .describe("Components, for Debian and Ubuntu. Default: main, and none for a flat repository."),
    signingKey: z
        .string()
        .max(100_000)
        .optional()
        .describe(
            "Public key that signs it, ASCII-armoured. Exactly one of signingKey, signingKeyFile and trusted is set.",
        ),
    signingKeyFile: z
        .string()
        .regex(/^[^\0\n]+$/, "is not a file path")
        .optional()
        .describe(
            "File with this key, relative to the project. Exactly one of signingKey, signingKeyFile and trusted is set.",
        ),
    trusted: z
        .literal(true)
        .optional()
        .describe("Takes packages without any signature: for repositories on the host's own disk (file:/…) only."),
    os: z
        .array(z.enum(operatingSystems))
        .min(1)
        .max(16)
        .optional()
        .describe("Operating systems of the hosts that get it. Default: all."),
    roles: z.array(z.enum(roles)).min(1).max(16).optional().describe("Roles of the hosts that get it. Default: all."),
});

/** Package repositories of the site by name. */
export const repositoriesSchema = z
    .record(
        z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, `is not a name of a repository: lower-case letters, digits, "-"`),
        repositorySchema,
    )
    .default({})
    .describe("Package repositories of the site by name. Default: none, hosts keep those that they have.");

/** A repository after validation. */
export type RepositoryEntry = z.output<typeof repositorySchema>;
