import assert from "node:assert/strict";
import { changed, keyOf, problemsOf, publicKeyBlock, siteOf, validSite } from "./fixture";
import { tell, type Case } from "./tell";

const driver: readonly Case[] = [
    [
        "driver.version",
        undefined,
        /^driver\.version: is missing: hosts get exactly one version of the driver, like 580\.95\.05$/,
    ],
    ["driver.version", "580", /^driver\.version: "580" is not a driver version: write it in full, like 580\.95\.05$/],
    [
        "driver.fabricManagerVersion",
        "580.105.08",
        /^driver\.fabricManagerVersion: "580\.105\.08", but the driver is 580\.95\.05; the fabric manager refuses to start .*: set 580\.95\.05, or take it out$/,
    ],
    [
        "driver",
        { owner: "operator", fabricManagerVersion: "580.95.05" },
        /^driver\.fabricManagerVersion: "580\.95\.05", but no driver version is set; .*: set version to the same$/,
    ],
    [
        "driver.owner",
        "operator",
        /^driver\.containerToolkitVersion: "1\.17\.8-1", but the driver's owner is operator, which brings its own toolkit/,
    ],
    ["driver.owner", "hosts", /^driver\.owner: "hosts" is not one of host, operator; did you mean "host"\?$/],
    [
        "driver.containerToolkitVersion",
        "1.17",
        /^driver\.containerToolkitVersion: "1\.17" is not a version of the container/,
    ],
];

const rollout: readonly Case[] = [
    ["rollout.hostsAtOnce", 0, /^rollout\.hostsAtOnce: 0 is not a whole number from 1 to 1024$/],
    [
        "rollout.hostsAtOnce",
        2,
        /^rollout\.hostsAtOnce: 2 takes all 2 hosts of the pool "gpu" at once, and r1 with them; set 1 or fewer$/,
    ],
    ["rollout.by", "rack", /^rollout\.by: "rack", but control-1 has no rack; say where they stand, or set by: count$/],
    ["rollout.reboot", "never", /^rollout\.reboot: "never" is not one of automatic, manual$/],
    [
        "rollout.drainTimeoutSeconds",
        "10m",
        /^rollout\.drainTimeoutSeconds: "10m" is not a whole number from 1 to 86400$/,
    ],
];

const url = "https://packages.example.internal/x";
const repositories: readonly Case[] = [
    [
        "repositories.Cuda",
        { url, suite: "./", signingKey: publicKeyBlock },
        /^repositories\.Cuda: "Cuda" is not a name of a repository/,
    ],
    [
        "repositories.cuda.url",
        "ftp://x",
        /^repositories\.cuda\.url: "ftp:\/\/x" is not an address of a repository: begin it with/,
    ],
    ["repositories.cuda.url", "https://me:secret@x/y", /^repositories\.cuda\.url: .* without a password$/],
    [
        "repositories.cuda.signingKey",
        undefined,
        /^repositories\.cuda: no key is set; set exactly one of signingKey, signingKeyFile/,
    ],
    ["repositories.cuda.trusted", true, /^repositories\.cuda: signingKey and trusted are set; set exactly one of/],
    [
        "repositories.cuda.signingKey",
        "ssh-rsa AAAA",
        /^repositories\.cuda\.signingKey: is not an armoured public key; it begins with/,
    ],
    [
        "repositories.cuda.signingKey",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----",
        /^repositories\.cuda\.signingKey: holds a private key \(not shown\)/,
    ],
    [
        "repositories.cuda",
        { url, suite: "./", signingKeyFile: "keys/x.asc" },
        /^repositories\.cuda\.signingKeyFile: "keys\/x\.asc" cannot be read: there is no such file$/,
    ],
    [
        "repositories.disk.url",
        url,
        /^repositories\.disk\.trusted: true, but .* comes over the network, where anybody could answer/,
    ],
    [
        "repositories.cuda.suite",
        undefined,
        /^repositories\.cuda\.suite: is missing: gpu-01 and gpu-02 \(ubuntu-24\.04\) need a suite, like bookworm/,
    ],
    [
        "hosts.0.os",
        "rocky-9",
        /^repositories\.disk\.suite: "stable" is for Debian and Ubuntu, but control-1 \(rocky-9\) get it too; say in os/,
    ],
    [
        "repositories.cuda.components",
        ["main"],
        /^repositories\.cuda\.components: is set, but "\.\/" is a flat repository; take it out$/,
    ],
    ["repositories.cuda.os", ["ubuntu"], /^repositories\.cuda\.os\[0\]: "ubuntu" is not one of debian-12/],
    ["repositories.cuda.uri", url, /^repositories\.cuda\.uri: is not a known field; did you mean "url"\?$/],
];

describe("problems of the driver", () => tell(driver));
describe("problems of rollouts", () => tell(rollout));
describe("problems of repositories", () => tell(repositories));

describe("what a site says of its fleet", () => {
    const site = siteOf(validSite());

    it("reaches every host of a group: nodes and interfaces by ranges, the rest alike", () => {
        const [, first, second] = site.hosts;
        assert.deepEqual([first?.node, second?.node], ["gpu-01.example.internal", "gpu-02.example.internal"]);
        assert.deepEqual(
            second?.interfaces,
            [1, 2, 3, 4, 5, 6, 7, 8].map(rail => `ibp${rail}s0`),
        );
        const { os, zone, managementInterface, numaNodes, hugepages } = second ?? {};
        assert.deepEqual(
            { os, zone, managementInterface, numaNodes, hugepages },
            {
                os: "ubuntu-24.04",
                zone: "hall-1",
                managementInterface: "eno1",
                numaNodes: 2,
                hugepages: { "2MiB": 1024, "1GiB": 16 },
            },
        );
        assert.deepEqual(Object.keys(site.hosts[0] ?? {}).sort(), [
            "address",
            "hostKey",
            "managed",
            "name",
            "nvme",
            "pool",
            "rails",
            "role",
        ]);
    });

    it("names nodes as the hosts where it only says that they are some", () => {
        const { hosts: named } = siteOf(changed("hosts.1.node", true));
        assert.deepEqual(
            named.map(host => host.node),
            [undefined, "gpu-01", "gpu-02", undefined],
        );
        assert.equal(siteOf(changed("hosts.1.node", false)).hosts[1]?.node, undefined);
    });

    it("has defaults for rollouts, and for marking where the fabric is RoCE", () => {
        assert.deepEqual(siteOf(changed("rollout", undefined)).rollout, {
            by: "count",
            hostsAtOnce: 1,
            reboot: "automatic",
            drainTimeoutSeconds: 600,
            rebootTimeoutSeconds: 900,
        });
        const roce = siteOf(changed("fabric", { kind: "roce", linkGbps: 400, rails: 8, roce: { cnpDscp: 4 } })).fabric;
        assert.deepEqual(roce?.roce, { dscp: 26, priority: 3, cnpDscp: 4 });
        const plain = siteOf(changed("fabric", { kind: "roce", linkGbps: 400, rails: 8 })).fabric;
        assert.deepEqual(plain?.roce, { dscp: 26, priority: 3, cnpDscp: 48 });
        assert.deepEqual(siteOf(changed("repositories", undefined)).repositories, {});
    });

    it("takes a signing key from a file of the project", () => {
        const raw = changed("repositories.cuda", { url, suite: "./", signingKeyFile: "keys/cuda.asc" });
        const read: string[] = [];
        const { repositories: found } = siteOf(raw, {
            readText: path => {
                read.push(path);
                return publicKeyBlock.replaceAll("\n", "\r\n");
            },
        });
        assert.deepEqual(read, ["keys/cuda.asc"]);
        assert.deepEqual(found?.cuda, { url, suite: "./", signingKey: publicKeyBlock });
    });

    it("lets a rollout take a rack at once where the pools of models stand in several, and refuses it in one", () => {
        const raw = validSite();
        const rack = (name: string, index: number, rest: object) => ({
            name,
            address: `10.0.9.${index}`,
            role: "gpu" as const,
            gpu: { model: "H200", count: 8 },
            hostKey: keyOf(40 + index),
            ...rest,
        });
        const site = (second: string) => ({
            ...raw,
            fabric: undefined,
            gateway: undefined,
            rollout: { by: "rack" },
            hosts: [rack("gpu-01", 1, { rack: "a" }), rack("gpu-02", 2, { rack: second })],
            models: raw.models?.slice(0, 1).map(model => ({ ...model, parallelism: undefined, overload: undefined })),
        });
        assert.deepEqual(problemsOf(site("b")), []);
        assert.match(
            problemsOf(site("a")).join("\n"),
            /^seamount:site\.rollout\.by: "rack" takes all 2 hosts of the pool "gpu" at once, .* they share the rack a; set by: count$/,
        );
    });
});
