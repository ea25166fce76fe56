import * as z from "zod";
import { dnsLabel } from "./fields";
import { clusterSchema } from "./schema-cluster";
import { fabricSchema } from "./schema-fabric";
import { acceptanceSchema, driftMetricsSchema, driverSchema, repositoriesSchema, rolloutSchema } from "./schema-fleet";
import { gatewaySchema } from "./schema-gateway";
import { accessSchema, groupSchema, timeServersSchema } from "./schema-hosts";
import { imagesSchema, modelSchema } from "./schema-models";
import { pricesSchema } from "./schema-prices";
import type { Environment } from "./site";

const environments = ["local", "staging", "production"] as const satisfies readonly Environment[];

/** Compliance profiles that the policy pack knows. */
export const complianceProfiles = ["mlps-2.0-level-3", "dsl", "pipl", "csl", "gdpr", "cis-kubernetes"] as const;

/**
 * The value of `seamount:site` in a stack file. The one source of its type, of its validation field by field, and of
 * the JSON Schema for editors. What concerns several fields at once is checked by `parseSite`.
 */
export const siteSchema = z.strictObject({
    name: dnsLabel().describe("Name of the site, a DNS label: beijing-1."),
    environment: z
        .enum(environments)
        .describe("Kind of environment. It decides how strictly policies are enforced and what replicas are expected."),
    access: accessSchema.describe("How managed hosts are reached over SSH."),
    timeServers: timeServersSchema,
    fabric: fabricSchema.optional().describe("The network between GPU hosts. Unset: none but the management network."),
    hosts: z
        .array(groupSchema)
        .min(1)
        .max(256)
        .describe("Groups of hosts that are alike: one entry for a whole rack, by ranges."),
    driver: driverSchema
        .optional()
        .describe("NVIDIA's driver: who installs it, and which. Unset: hosts have it already, and it is left alone."),
    repositories: repositoriesSchema,
    rollout: rolloutSchema.prefault({}).describe("How changes that disrupt hosts go through the fleet."),
    acceptance: acceptanceSchema.prefault({}).describe("What hosts must prove before they serve."),
    driftMetrics: driftMetricsSchema
        .optional()
        .describe("Drift as a metric that each host writes for node_exporter. Unset: none."),
    cluster: clusterSchema.prefault({}).describe("The Kubernetes cluster that serves."),
    images: imagesSchema,
    models: z.array(modelSchema).max(256).default([]).describe("Model services. Default: none, hosts only."),
    gateway: gatewaySchema
        .optional()
        .describe("The one door to all models. Unset: each model answers at its own endpoint, with a key."),
    prices: pricesSchema
        .optional()
        .describe("Prices and tariffs in the place of the catalogue's, without tax. Unset: the catalogue's."),
    compliance: z
        .array(z.enum(complianceProfiles))
        .default([])
        .describe("Compliance profiles that the site must satisfy. Default: none."),
});

/** A site as people write it: ranges not expanded, defaults left out. */
export type RawSite = z.input<typeof siteSchema>;

/** A group of hosts after validation, with its defaults. */
export type HostGroup = z.output<typeof groupSchema>;

/** The fabric after validation. */
export type FabricEntry = z.output<typeof fabricSchema>;

/** A model service after validation, with its defaults. */
export type ModelEntry = z.output<typeof modelSchema>;
