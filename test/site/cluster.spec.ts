import assert from "node:assert/strict";
import fc from "fast-check";
import { addressNumber, addressText, holds, networkOf, overlap, parseNetwork } from "../../components/site/ipv4";
import { podSubnetOf } from "../../components/site/pod-subnets";
import { parseSite } from "../../components/site/parse";
import { clusterSite } from "./cluster-fixture";
import { context, siteOf } from "./fixture";
import { mutate, mutation } from "./mutation";

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const prefix = fc.integer({ min: 0, max: 32 });

describe("a cluster on hosts", () => {
    const { cluster, hosts } = siteOf(clusterSite());

    it("has the field's usual defaults", () => {
        const { snapshotDirectory, ...kubeadm } = cluster.kubeadm ?? {};
        assert.equal(snapshotDirectory, "/home/me/.local/state/seamount/lab/etcd");
        assert.deepEqual(kubeadm, {
            version: "1.36.3",
            packageRevision: "1.1",
            controlPlane: ["control-1", "control-2", "control-3"],
            endpoint: "10.20.0.4:6443",
            virtualAddress: "10.20.0.4",
            renewBeforeDays: 60,
            protect: false,
            network: {
                plugin: "cilium",
                podCidr: "10.244.0.0/16",
                serviceCidr: "10.96.0.0/12",
                encryption: "wireguard",
                dnsDomain: "cluster.local",
            },
            runtime: { cgroupDriver: "systemd", adjustOomScore: true, cgroupV1: false, protectKernelDefaults: true },
            audit: { retentionDays: 180 },
            imageDigests: {},
        });
        const production = siteOf(clusterSite({}, site => Object.assign(site, { environment: "production" })));
        assert.equal(production.cluster.kubeadm?.protect, true);
    });

    it("has all managed hosts as nodes but those for storage, and one host needs no address beside its own", () => {
        assert.deepEqual(
            hosts.map(({ name, node }) => node === name),
            [true, true, true, true, true],
        );
        const one = clusterSite({ controlPlane: {} }, site => {
            const [, second] = site.hosts;
            const [first] = siteHosts(site.hosts);
            site.hosts.splice(0, 2, { ...first }, { ...second, role: "storage" });
        });
        const { cluster: small, hosts: found } = siteOf(one);
        assert.equal(small.kubeadm?.endpoint, "10.20.0.5:6443");
        assert.deepEqual(
            found.map(({ node }) => node),
            ["control-1", undefined, undefined],
        );
    });
});

describe("a site with a cluster", () => {
    const full = clusterSite({
        network: { plugin: "bridge", nodeCidr: "10.20.0.0/24" },
        runtime: { mirror: "mirror.example:5000", evictionHard: { "nodefs.available": "1Gi" } },
        audit: { retentionDays: 200, collector: "edge-1" },
        oidc: { issuerUrl: "https://sso.example/x", clientId: "k" },
        imageDigests: { "registry.k8s.io/pause:3.10": `sha256:${"0".repeat(64)}` },
        access: { platformOperators: ["p"], modelOperators: [], auditors: ["a"] },
        tenants: [{ name: "t", groups: [], quota: { gpus: 1, cpus: 1, memoryGiB: 1, storageGiB: 1, pods: 1 } }],
        operators: { install: ["gpu-operator"], charts: "oci://mirror.example/charts", rdma: "shared" },
    });

    it("law: no mutation of it throws: it is a site, or has problems that say where", () => {
        assert.equal(siteOf(full).cluster.kubeadm?.audit.collector, "edge-1");
        let refused = 0;
        fc.assert(
            fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), mutations => {
                const raw = mutations.reduce(mutate, JSON.parse(JSON.stringify(full)) as unknown);
                const parsed = parseSite(raw, context);
                if ("problems" in parsed) {
                    refused++;
                    assert.ok(parsed.problems.length > 0);
                    assert.ok(parsed.problems.every(({ path }) => /^seamount:site([.[]|$)/.test(path)));
                }
            }),
            { numRuns: 500 },
        );
        assert.ok(refused > 200, `only ${refused} were refused`);
    }).timeout(60_000);
});

/** The first host of the control plane, alone. */
function siteHosts(groups: readonly Record<string, unknown>[]): readonly Record<string, unknown>[] {
    const keys = groups[0]?.hostKeys as Record<string, string>;
    return [
        {
            name: "control-1",
            address: "10.20.0.5",
            role: "control-plane",
            hostKeys: { "control-1": keys["control-1"] },
        },
    ];
}

describe("IPv4 networks", () => {
    it("law: a text stands for its address, and a network holds its addresses alone", () => {
        fc.assert(
            fc.property(address, prefix, (number, length) => {
                assert.equal(addressNumber(addressText(number)), number);
                const network = networkOf(number, length);
                assert.ok(holds(network, number));
                assert.deepEqual(parseNetwork(network.text), network);
                assert.ok(!holds(network, network.first - 1) && !holds(network, network.first + network.size));
            }),
        );
    });

    it("law: two of them overlap exactly where one holds the other", () => {
        fc.assert(
            fc.property(address, prefix, address, prefix, (one, short, other, long) => {
                const [a, b] = [networkOf(one, short), networkOf(other, long)];
                const shared = Math.floor(one / 2 ** (32 - Math.min(short, long)));
                const same = shared === Math.floor(other / 2 ** (32 - Math.min(short, long)));
                assert.equal(overlap(a, b), same);
                assert.equal(overlap(b, a), same);
            }),
        );
    });

    for (const text of ["10.0.0.0", "10.0.0/8", "10.0.0.0/33", "256.0.0.0/8", "::/0", "10.0.0.0/08", ""]) {
        it(`are not ${JSON.stringify(text)}`, () => assert.equal(parseNetwork(text), undefined));
    }
});

describe("pod subnets of plugin bridge", () => {
    const network = { podCidr: "10.244.0.0/16", nodeCidr: "10.20.0.0/24" };

    it("follow from the host's own address", () => {
        assert.equal(podSubnetOf("10.20.0.7", network), "10.244.7.0/24");
        assert.equal(podSubnetOf("10.20.0.255", network), "10.244.255.0/24");
        assert.throws(() => podSubnetOf("10.20.1.7", network), /no pod subnet of 10\.20\.1\.7/);
    });

    it("law: are inside the network of pods, and differ within 256 neighbours", () => {
        const pods = parseNetwork(network.podCidr);
        fc.assert(
            fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), (one, other) => {
                const [a, b] = [one, other].map(last => podSubnetOf(`10.20.0.${last}`, network));
                const inside = parseNetwork(a ?? "");
                assert.ok(pods && inside && holds(pods, inside.first) && inside.prefix === 24);
                assert.equal(a === b, one === other);
            }),
        );
    });
});
