import { tell, type Case } from "./tell";

const hosts: readonly Case[] = [
    [
        "hosts.1.os",
        "debian-13",
        /^hosts\[1\]\.os: "debian-13" is not one of debian-12, .*; did you mean "debian-12"\?$/,
    ],
    [
        "hosts.1.interfaces",
        "ibp[1-7]s0",
        /^hosts\[1\]\.interfaces: 7 interfaces, but 8 devices in rails; give one for each, in the same order$/,
    ],
    ["hosts.1.interfaces", ["ibp[1-7]s0", "ibp1s0"], /^hosts\[1\]\.interfaces: "ibp1s0" is listed twice$/],
    [
        "hosts.1.interfaces",
        "interface-name-[1-8]",
        /^hosts\[1\]\.interfaces: "interface-name-1" is not a network interface/,
    ],
    ["hosts.1.managementInterface", "ibp3s0", /^hosts\[1\]\.managementInterface: "ibp3s0" is in interfaces too/],
    [
        "hosts.1.node",
        "gpu-[01-03]",
        /^hosts\[1\]\.node: "gpu-\[01-03\]" stands for 3, "gpu-\[01-02\]" for 2; give as many nodes as names$/,
    ],
    ["hosts.1.node", "GPU_1", /^hosts\[1\]\.node: "GPU_1" is not a name of a node: write a DNS name$/],
    ["hosts.1.node", 1, /^hosts\[1\]\.node: 1 is not allowed here: Name of the Kubernetes node/],
    [
        "hosts.0.node",
        "gpu-01.example.internal",
        /^hosts\[1\]\.node: gpu-01\.example\.internal is in seamount:site\.hosts\[0\] too/,
    ],
    ["hosts.1.numaNodes", undefined, /^hosts\[1\]\.numaNodes: is missing: hugepages are in each NUMA node/],
    [
        "hosts.1.hugepages",
        { "1GiB": 1024 },
        /^hosts\[1\]\.hugepages: 2048 GiB of huge pages on 2 NUMA nodes, but a host has 2048 GiB; take 2040 GiB at most/,
    ],
    [
        "hosts.1.hugepages",
        { "4MiB": 1 },
        /^hosts\[1\]\.hugepages\["4MiB"\]: is not a known field; did you mean "2MiB"\?$/,
    ],
    [
        "hosts.1.confidential",
        true,
        /^hosts\[1\]\.confidential: true with 8 rails: confidential GPUs need .* GPUDirect RDMA must not have; take out/,
    ],
];

const ib = "fabric.infiniband";
const partition = (pkey: string, name = "serving"): unknown => ({ name, pkey, pools: ["gpu"] });
const fabric: readonly Case[] = [
    [
        "fabric.mtu",
        9000,
        /^fabric\.mtu: 9000 is more than InfiniBand carries: IPoIB has 4092 bytes in packets of 4096; set 4092/,
    ],
    [
        "fabric.switchMtu",
        2048,
        /^fabric\.switchMtu: 2048 is less than the hosts send: 4092 bytes need 4096 in switches; raise it, or set mtu: 2044$/,
    ],
    [
        "fabric",
        { kind: "roce", linkGbps: 400, rails: 8, switchMtu: 1500 },
        /^fabric\.switchMtu: 1500 is less than the hosts send: 9000 bytes, the default, need 9000 in switches; raise it/,
    ],
    [
        "fabric.roce",
        { dscp: 26 },
        /^fabric\.roce: is for the kind roce, but the fabric is of the kind infiniband; change one of them$/,
    ],
    ["fabric.roce", { priority: 8 }, /^fabric\.roce\.priority: 8 is not a whole number from 0 to 7$/],
    [
        "fabric.kind",
        "ethernet",
        /^fabric\.infiniband: is for the kind infiniband, but the fabric is of the kind ethernet; change one of them$/,
    ],
    [`${ib}.managers`, [], /^fabric\.infiniband\.managers: names no host, but the subnet manager is opensm; name/],
    [
        `${ib}.subnetManager`,
        "ufm",
        /^fabric\.infiniband\.managers: names gpu-01 and gpu-02, but the subnet manager is ufm/,
    ],
    [
        `${ib}.managers.0`,
        "gpu-07",
        /^fabric\.infiniband\.managers\[0\]: "gpu-07" is no host of the site; did you mean "gpu-01"\?$/,
    ],
    [`${ib}.managers.1`, "gpu-01", /^fabric\.infiniband\.managers\[1\]: "gpu-01" is listed twice$/],
    [
        `${ib}.managers.1`,
        "control-1",
        /^fabric\.infiniband\.managers\[1\]: "control-1" has no rails, and opensm speaks/,
    ],
    [
        "hosts.1.managed",
        false,
        /^fabric\.infiniband\.managers\[0\]: "gpu-01" is not managed, so nothing starts opensm there/,
    ],
    [
        `${ib}.routingEngine`,
        "fattree",
        /^fabric\.infiniband\.routingEngine: "fattree" is not one of minhop.*did you mean "ftree"\?$/,
    ],
    [
        `${ib}.adaptiveRouting`,
        true,
        /^fabric\.infiniband\.adaptiveRouting: true with the routing engine ftree, which has none/,
    ],
    [
        `${ib}.ipoib`,
        ["10.31.0.0/16"],
        /^fabric\.infiniband\.ipoib: 1 networks, but the fabric has 8 rails; give one for each/,
    ],
    [`${ib}.ipoib`, ["10.31.0.0"], /^fabric\.infiniband\.ipoib\[0\]: "10\.31\.0\.0" is not a network: write it like/],
    [
        `${ib}.partitions.0.pkey`,
        "0x8001",
        /^fabric\.infiniband\.partitions\[0\]\.pkey: "0x8001" is not a partition key/,
    ],
    [
        `${ib}.partitions.0.pkey`,
        "0x0000",
        /^fabric\.infiniband\.partitions\[0\]\.pkey: "0x0000" is not a partition key/,
    ],
    [
        `${ib}.partitions.0.pools`,
        ["gpus"],
        /^fabric\.infiniband\.partitions\[0\]\.pools\[0\]: no host is in the pool "gpus"; did you/,
    ],
    [
        `${ib}.partitions`,
        [partition("0x7001"), partition("0x7002")],
        /^fabric\.infiniband\.partitions\[1\]\.name: "serving" is that of seamount:site\.fabric\.infiniband\.partitions\[0\] too$/,
    ],
    [
        `${ib}.partitions`,
        [partition("0x0701"), partition("0x701", "other")],
        /^fabric\.infiniband\.partitions\[1\]\.pkey: "0x701" is that of seamount:site\.fabric\.infiniband\.partitions\[0\] too$/,
    ],
];

describe("problems of what hosts are", () => tell(hosts));
describe("problems of the fabric", () => tell(fabric));
