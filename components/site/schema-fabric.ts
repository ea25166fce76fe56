import * as z from "zod";
import { dnsLabel, interfaceRange, network, nodeName, whole } from "./fields";

/** Routing engines of opensm: those of its own, and (`ar_…`) those that NVIDIA's adds for adaptive routing. */
export const routingEngines = [
    "minhop",
    "updn",
    "dnup",
    "ftree",
    "lash",
    "dor",
    "torus-2QoS",
    "nue",
    "sssp",
    "dfsssp",
    "ar_updn",
    "ar_ftree",
    "ar_dor",
] as const;

/** How RoCE traffic is marked where the site says nothing: DSCP 26 on priority 3, CNPs with DSCP 48. */
export const roceDefaults = { dscp: 26, priority: 3, cnpDscp: 48 } as const;

const roceSchema = z.strictObject({
    dscp: whole(0, 63).default(roceDefaults.dscp).describe("Code point (DSCP) of RDMA traffic. Default 26."),
    priority: whole(0, 7).default(roceDefaults.priority).describe("Lossless priority: PFC is on for it. Default 3."),
    cnpDscp: whole(0, 63)
        .default(roceDefaults.cnpDscp)
        .describe("Code point of congestion notification packets; it must match the switches. Default 48."),
});

const partitionSchema = z.strictObject({
    name: z
        .string()
        .regex(/^[A-Za-z][\w-]{0,31}$/, "is not a name of a partition: letters, digits, _ and -, 32 at most")
        .describe("Name of the partition, unique in the fabric."),
    pkey: z
        .string()
        .regex(/^0x(?!0+$)0{0,3}[0-7]?[0-9a-f]{1,3}$/i, "is not a partition key: hexadecimal from 0x0001 to 0x7fff")
        .meta({ description: "Partition key of 15 bits, from 0x0001 to 0x7fff.", examples: ["0x7001"] }),
    pools: z.array(dnsLabel()).max(256).describe("Pools whose hosts are full members of the partition."),
});

const infinibandSchema = z.strictObject({
    subnetManager: z
        .enum(["opensm", "ufm"])
        .describe("opensm: on hosts of the site. ufm: managed elsewhere, Seamount leaves the subnet alone."),
    managers: z
        .array(dnsLabel())
        .max(16)
        .default([])
        .describe("Hosts with rails that run opensm: the first is primary, the others are standby. Default: none."),
    routingEngine: z
        .enum(routingEngines)
        .default("ftree")
        .describe(
            "Routing engine of opensm; it falls back to minhop where the fabric has another shape. Default ftree.",
        ),
    adaptiveRouting: z
        .boolean()
        .default(false)
        .describe(
            "Adaptive routing in the switches. It needs NVIDIA's opensm, and a routing engine ar_… . Default false.",
        ),
    sharp: z
        .boolean()
        .default(false)
        .describe("Reductions in the switches (SHARP). It needs an aggregation manager beside opensm. Default false."),
    partitions: z
        .array(partitionSchema)
        .max(256)
        .default([])
        .describe("Partitions beyond the default one, with the pools that are in them. Default: none."),
    ipoib: z
        .array(network())
        .max(64)
        .default([])
        .describe("Networks of IPoIB by rail, like 10.31.0.0/16, as many as rails. Default: none, no IPoIB."),
});

/** The network between GPU hosts. */
export const fabricSchema = z.strictObject({
    kind: z.enum(["infiniband", "roce", "ethernet"]).describe("Kind of network between GPU hosts."),
    linkGbps: whole(1, 3200).describe("Line rate of one port in Gb/s: 200 for HDR, 400 for NDR, 800 for XDR."),
    rails: whole(1, 64).describe("Ports that a GPU host has on the fabric, usually one for each GPU."),
    mtu: whole(1280, 65_520)
        .optional()
        .describe(
            "Largest packet of the hosts' ports in bytes, the same from end to end. Default: 9000 with roce, 4092 (IPoIB) with infiniband; with ethernet it is left as it is.",
        ),
    switchMtu: whole(1280, 65_535)
        .optional()
        .describe("Largest packet of the switches in bytes; it must hold that of the hosts. Unset: not checked."),
    roce: roceSchema.optional().describe("How RoCE traffic is marked. Default with roce: DSCP 26, priority 3, CNP 48."),
    infiniband: infinibandSchema
        .optional()
        .describe("Who manages the InfiniBand subnet, and how. Unset: it is left alone."),
});

/** Interfaces of rails, and what else a host is on networks. */
export const interfacesSchema = z
    .union([interfaceRange(), z.array(interfaceRange()).max(64)])
    .optional()
    .describe("Network interfaces of the rails, in rail order: a range like ens[1-8]np0, or a list. Default: unknown.");

/** GUIDs of the rails' InfiniBand ports, by host. */
export const portGuidsSchema = z
    .record(
        z.string(),
        z
            .array(z.string().regex(/^0x[0-9a-f]{16}$/i, "is not the GUID of a port: 0x and 16 hexadecimal digits"))
            .max(64),
    )
    .optional()
    .describe(
        "GUIDs of the rails' InfiniBand ports, in rail order, by host name: ibstat calls them Port GUID. Only partitions of some pools need them. Default: unknown.",
    );

/** Whether a host is a node of the cluster, and what it is called there. */
export const nodeSchema = z
    .union([z.boolean(), nodeName()])
    .optional()
    .meta({
        description:
            "Name of the Kubernetes node that the host is, or a range of them; true: the host's own name. Default false: none.",
        examples: [true, "gpu-[01-16].example.internal"],
    });
