import assert from "node:assert/strict";
import { clusterSite, type Json } from "./cluster-fixture";
import { keyOf, problemsOf } from "./fixture";

const control = (count: number) => (site: { hosts: Json[] }) => {
    const names = Array.from({ length: count }, (_, index) => `control-${index + 1}`);
    const group = {
        ...site.hosts[0],
        name: `control-[1-${count}]`,
        address: `10.20.0.[5-${4 + count}]`,
        hostKeys: Object.fromEntries(names.map((name, index) => [name, keyOf(10 + index)])),
    };
    site.hosts.splice(0, 1, ...(count === 0 ? [] : [group]));
};
const host = (index: number, fields: Json) => (site: { hosts: Json[] }) => {
    site.hosts[index] = { ...site.hosts[index], ...fields };
};

/** A name, a site, and how the problem is told. */
type Case = readonly [name: string, site: Json, message: RegExp];

const cases: readonly Case[] = [
    [
        "a version in part",
        clusterSite({ version: "1.36" }),
        /^cluster\.version: "1\.36" is not a version of Kubernetes/,
    ],
    [
        "an old minor",
        clusterSite({ version: "1.20.4" }),
        /^cluster\.version: "1\.20\.4", but .* clusters of 1\.36; choose/,
    ],
    [
        "no version",
        clusterSite({ version: undefined }),
        /^cluster\.version: is missing: mode kubeadm builds exactly one/,
    ],
    [
        "no control plane",
        clusterSite({}, control(0)),
        /^cluster\.mode: "kubeadm", but no host has the role control-plane; give/,
    ],
    [
        "two hosts",
        clusterSite({}, control(2)),
        /^cluster\.mode: .* 2 hosts have the role .*: that outlives 0 .* take 1 or 3$/,
    ],
    ["four hosts", clusterSite({}, control(4)), /^cluster\.mode: .* outlives 1 failures, as 3 would; take 3 or 5$/],
    [
        "seven hosts",
        clusterSite({}, control(7)),
        /^cluster\.mode: .* 7 hosts have .*; take 5 at most, as etcd gets slower/,
    ],
    [
        "no address for three hosts",
        clusterSite({ controlPlane: {} }),
        /^cluster\.controlPlane\.virtualAddress: is missing, and endpoint too: 3 hosts have the role control-plane, and/,
    ],
    [
        "both addresses",
        clusterSite({ controlPlane: { virtualAddress: "10.20.0.4", endpoint: "api.example:6443" } }),
        /^cluster\.controlPlane: virtualAddress and endpoint are both set; set the one that clients use$/,
    ],
    [
        "nothing that carries the address",
        clusterSite({}, host(0, { managementInterface: undefined })),
        /^cluster\.controlPlane\.virtualAddress: "10\.20\.0\.4", but control-1, control-2 and control-3 say no managementInterface/,
    ],
    [
        "an address of a host",
        clusterSite({ controlPlane: { virtualAddress: "10.20.0.21" } }),
        /^cluster\.controlPlane\.virtualAddress: "10\.20\.0\.21" is the address of edge-1; choose one that is free/,
    ],
    [
        "an address among pods",
        clusterSite({ controlPlane: { virtualAddress: "10.244.3.4" } }),
        /^cluster\.controlPlane\.virtualAddress: "10\.244\.3\.4" is in podCidr 10\.244\.0\.0\/16; choose an address/,
    ],
    [
        "a name as address",
        clusterSite({ controlPlane: { virtualAddress: "api" } }),
        /virtualAddress: "api" is not an IPv4 address$/,
    ],
    [
        "pods that overlap with services",
        clusterSite({ network: { podCidr: "10.100.0.0/16" } }),
        /^cluster\.network\.podCidr: 10\.100\.0\.0\/16 overlaps with serviceCidr 10\.96\.0\.0\/12; choose another$/,
    ],
    [
        "hosts among pods",
        clusterSite({ network: { podCidr: "10.20.0.0/16" } }),
        /^cluster\.network\.podCidr: 10\.20\.0\.0\/16 holds control-1 \(10\.20\.0\.5\), .* and 2 more; choose a network without/,
    ],
    [
        "hosts among services",
        clusterSite({ network: { serviceCidr: "10.20.0.0/20" } }),
        /^cluster\.network\.serviceCidr: 10\.20\.0\.0\/20 holds control-1/,
    ],
    [
        "IPoIB among pods",
        clusterSite({}, site =>
            Object.assign(site, {
                fabric: {
                    kind: "infiniband",
                    linkGbps: 400,
                    rails: 1,
                    infiniband: { subnetManager: "ufm", ipoib: ["10.244.128.0/18"] },
                },
            }),
        ),
        /^cluster\.network\.podCidr: 10\.244\.0\.0\/16 overlaps with the IPoIB network 10\.244\.128\.0\/18; choose another$/,
    ],
    [
        "too few pod subnets",
        clusterSite({ network: { podCidr: "10.244.0.0/22" } }),
        /^cluster\.network\.podCidr: 10\.244\.0\.0\/22 holds 4 pod subnets of \/24, but 5 hosts need one each; give a larger/,
    ],
    ["too many pods", clusterSite({ network: { podCidr: "12.0.0.0/7" } }), /podCidr: 12\.0\.0\.0\/7 is too large/],
    [
        "too many services",
        clusterSite({ network: { serviceCidr: "172.0.0.0/8" } }),
        /serviceCidr: 172\.0\.0\.0\/8: .* \/12 to \/28/,
    ],
    [
        "a network from its middle",
        clusterSite({ network: { podCidr: "10.244.1.0/16" } }),
        /^cluster\.network\.podCidr: "10\.244\.1\.0\/16" begins in the middle of a network: write 10\.244\.0\.0\/16$/,
    ],
    [
        "bridge over two subnets",
        clusterSite({ network: { plugin: "bridge" } }, host(1, { address: "10.20.9.[21-22]" })),
        /^cluster\.network\.plugin: "bridge" needs all .* edge-1 \(10\.20\.9\.21\) and edge-2 \(10\.20\.9\.22\) are not in 10\.20\.0\.0\/24/,
    ],
    [
        "bridge with two hosts on one pod subnet",
        clusterSite({ network: { plugin: "bridge", nodeCidr: "10.20.0.0/16" } }, host(1, { address: "10.20.1.[5-6]" })),
        /^cluster\.network\.podCidr: 10\.244\.0\.0\/16 gives control-1 \(10\.20\.0\.5\) and edge-1 \(10\.20\.1\.5\) the same pod subnet 10\.244\.5\.0\/24/,
    ],
    [
        "bridge with encryption",
        clusterSite({ network: { plugin: "bridge", encryption: "wireguard" } }),
        /^cluster\.network\.encryption: "wireguard", but the plugin bridge has no encryption; take it out, or take cilium$/,
    ],
    [
        "nodes that are not managed",
        clusterSite({}, host(1, { managed: false, node: true })),
        /^cluster\.mode: "kubeadm", but edge-1 and edge-2 are nodes with managed: false, and nobody could let them join/,
    ],
    [
        "GPUs in the control plane",
        clusterSite({}, host(0, { gpu: { model: "H200", count: 8 } })),
        /^cluster\.mode: "kubeadm", but control-1, .* of the control plane have GPUs, where no model runs; give hosts/,
    ],
    [
        "a control plane without nodes",
        clusterSite({}, host(0, { node: false })),
        /role control-plane are not managed, or no node/,
    ],
    [
        "an IPv6 host",
        clusterSite({}, host(1, { address: "2001:db8::[1-2]" })),
        /edge-1 and edge-2 have no IPv4 address$/,
    ],
    [
        "two nodes of one name",
        clusterSite({}, host(1, { node: "control-[1-2]" })),
        /^hosts\[1\]\.node: control-1 and control-2 are in seamount:site\.hosts\[0\] too; every host has its own node$/,
    ],
    [
        "no repository",
        clusterSite({}, site => Object.assign(site, { repositories: {} })),
        /^repositories: none is for control-1, .* and 2 more: packages kubeadm, kubelet and kubectl 1\.36\.3 come from a repository/,
    ],
    [
        "a tenant in kube-system",
        clusterSite({ tenants: [tenant("kube-system")] }),
        /^cluster\.tenants\[0\]\.name: .* namespace of Kubernetes/,
    ],
    [
        "a tenant among models",
        clusterSite({ tenants: [tenant("inference")] }),
        /^cluster\.tenants\[0\]\.name: .* of model services/,
    ],
    [
        "a tenant twice",
        clusterSite({ tenants: [tenant("a"), tenant("a")] }),
        /^cluster\.tenants\[1\]\.name: "a" is also that of/,
    ],
    [
        "audit kept too short",
        clusterSite({ audit: { retentionDays: 30 } }),
        /^cluster\.audit\.retentionDays: 30 is not .* from 180/,
    ],
    [
        "audit with nobody",
        clusterSite({ audit: { collector: "log-1" } }),
        /^cluster\.audit\.collector: "log-1" is no host of the site/,
    ],
    [
        "a kubeconfig of its own",
        clusterSite({ kubeconfigFile: "~/.kube/config" }),
        /^cluster\.kubeconfigFile: is for mode existing: a cluster of Seamount's own has its kubeconfig; take it out$/,
    ],
    [
        "a version of what exists",
        clusterSite({ mode: "existing", controlPlane: undefined }),
        /^cluster\.version: is for mode kubeadm, but the mode is existing; take it out, or set mode: kubeadm$/,
    ],
    [
        "an authority that is not there",
        clusterSite({ runtime: { mirrorCaFile: "ca.crt" } }),
        /mirrorCaFile: "ca\.crt" cannot be read/,
    ],
    [
        "a mirror with a path",
        clusterSite({ runtime: { mirror: "https://x/y" } }),
        /runtime\.mirror: "https:\/\/x\/y" is not a registry/,
    ],
];

function tenant(name: string): Json {
    return { name, groups: ["t"], quota: { gpus: 8, cpus: 64, memoryGiB: 512, storageGiB: 100, pods: 50 } };
}

describe("problems of a cluster on hosts", () => {
    it("are none where there is none", () => assert.deepEqual(problemsOf(clusterSite()), []));

    for (const [name, site, message] of cases) {
        it(name, () => {
            const told = problemsOf(site).map(problem => problem.replace(/^seamount:site\.?/, ""));
            assert.ok(
                told.some(problem => message.test(problem)),
                `no ${String(message)} in ${JSON.stringify(told, undefined, 1)}`,
            );
            assert.equal(new Set(told).size, told.length, "told twice");
        });
    }

    it("are told all at once", () => {
        const several = clusterSite(
            { version: "1.20.4", network: { podCidr: "10.20.0.0/16" }, tenants: [tenant("default")] },
            control(2),
        );
        assert.equal(problemsOf(several).length, 5, problemsOf(several).join("\n"));
    });
});
