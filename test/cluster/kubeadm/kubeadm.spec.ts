import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { clusterDocuments, skippedPhases } from "../../../components/cluster/kubeadm/configuration";
import { clusterImages, kubeVipImage, sandboxImage } from "../../../components/cluster/kubeadm/images";
import {
    controlPlaneHost,
    controlPlaneInputs,
    kubernetesPackages,
    workerInputs,
} from "../../../components/cluster/kubeadm/inputs";
import type { KubeadmCluster } from "../../../components/site/cluster";
import type { Site } from "../../../components/site/site";
import { clusterSite } from "../../site/cluster-fixture";
import { siteOf } from "../../site/fixture";

interface Document {
    readonly kind: string;
    readonly [field: string]: unknown;
}

function built(cluster: Record<string, unknown> = {}): { readonly site: Site; readonly kubeadm: KubeadmCluster } {
    const site = siteOf(clusterSite(cluster));
    assert.ok(site.cluster.kubeadm);
    return { site, kubeadm: site.cluster.kubeadm };
}

function documents(kubeadm: KubeadmCluster): ReadonlyMap<string, Document> {
    const all = parseAllDocuments(clusterDocuments({ name: "lab", kubeadm }));
    return new Map(all.map(document => document.toJS() as Document).map(document => [document.kind, document]));
}

const bridge = { network: { plugin: "bridge" }, runtime: { cgroupDriver: "cgroupfs", cgroupV1: true } };

describe("the configuration of a cluster", () => {
    it("is what the site says, with the hardening of each component", () => {
        const found = documents(built().kubeadm);
        assert.deepEqual([...found.keys()], ["ClusterConfiguration", "KubeletConfiguration"]);
        const cluster = found.get("ClusterConfiguration");
        assert.ok(cluster);
        const { apiServer, networking } = cluster;
        assert.deepEqual(networking, {
            podSubnet: "10.244.0.0/16",
            serviceSubnet: "10.96.0.0/12",
            dnsDomain: "cluster.local",
        });
        assert.equal(cluster.kubernetesVersion, "v1.36.3");
        assert.equal(cluster.controlPlaneEndpoint, "10.20.0.4:6443");
        const { extraArgs } = apiServer as { extraArgs: { name: string }[] };
        for (const name of ["authentication-config", "audit-policy-file", "encryption-provider-config"]) {
            assert.ok(
                extraArgs.some(each => each.name === name),
                name,
            );
        }
        assert.equal(found.get("KubeletConfiguration")?.cgroupDriver, "systemd");
        assert.equal(found.get("KubeletConfiguration")?.failCgroupV1, undefined);
    });

    it("leaves kube-proxy out for Cilium, and has it with nftables for bridge", () => {
        const { kubeadm } = built();
        assert.deepEqual(skippedPhases(kubeadm), ["addon/kube-proxy"]);
        assert.deepEqual(documents(kubeadm).get("ClusterConfiguration")?.proxy, { disabled: true });
        const other = built(bridge).kubeadm;
        assert.deepEqual(skippedPhases(other), []);
        const proxy = documents(other).get("KubeProxyConfiguration");
        assert.deepEqual([proxy?.mode, proxy?.clusterCIDR], ["nftables", "10.244.0.0/16"]);
        const { extraArgs } = documents(other).get("ClusterConfiguration")?.controllerManager as {
            extraArgs: { name: string; value: string }[];
        };
        assert.equal(extraArgs.find(({ name }) => name === "allocate-node-cidrs")?.value, "false");
        assert.equal(documents(other).get("KubeletConfiguration")?.failCgroupV1, false);
    });

    it("keeps the version on a line of its own, where upgrades look for it", () => {
        assert.match(clusterDocuments({ name: "lab", kubeadm: built().kubeadm }), /^kubernetesVersion: v1\.36\.3$/m);
    });

    it("is taken by kubeadm itself, where the local environment has built it", function () {
        const folder = join(homedir(), ".local/state/seamount/bed/kubernetes-packages");
        const names = existsSync(folder) ? readdirSync(folder) : [];
        const found = names.find(name => /^kubeadm_1\.36\.3-.*\.deb$/.test(name));
        if (found === undefined) {
            return this.skip();
        }
        const scratch = mkdtempSync(join(tmpdir(), "seamount-kubeadm-"));
        try {
            execFileSync("dpkg", ["-x", join(folder, found), scratch]);
            for (const cluster of [{}, bridge]) {
                const file = join(scratch, "kubeadm.yaml");
                writeFileSync(file, clusterDocuments({ name: "lab", kubeadm: built(cluster).kubeadm }));
                const said = execFileSync(join(scratch, "usr/bin/kubeadm"), ["config", "validate", "--config", file]);
                assert.equal(said.toString(), "ok\n");
            }
        } finally {
            rmSync(scratch, { recursive: true, force: true });
        }
    }).timeout(60_000);
});

describe("the images of a cluster", () => {
    const digest = `sha256:${"1".repeat(64)}`;

    it("have the site's digests in the place of the catalogue's, and no other tag's", () => {
        const ours = "registry.k8s.io/kube-apiserver:v1.36.3";
        const { kubeadm } = built({
            imageDigests: { [ours]: digest, "registry.k8s.io/kube-apiserver:v1.36.2": `sha256:${"2".repeat(64)}` },
        });
        const found = clusterImages(kubeadm).filter(({ image }) => image.includes("kube-apiserver"));
        assert.deepEqual(
            found.map(pin => [pin.image, pin.digest]),
            [[ours, digest]],
        );
    });

    it("are named for a patch that the catalogue does not know, without digests of another", () => {
        const { kubeadm } = built({ version: "1.36.99" });
        const [server, etcd] = ["kube-apiserver", "etcd"].map(name =>
            clusterImages(kubeadm).find(({ image }) => image.includes(name)),
        );
        assert.deepEqual([server?.image, server?.digest], ["registry.k8s.io/kube-apiserver:v1.36.99", undefined]);
        assert.match(etcd?.digest ?? "", /^sha256:/);
    });

    it("take another tag of kube-vip where the site gives its digest", () => {
        const { kubeadm } = built({ imageDigests: { "ghcr.io/kube-vip/kube-vip:v0.9.1": digest } });
        assert.equal(kubeVipImage(kubeadm), `ghcr.io/kube-vip/kube-vip:v0.9.1@${digest}`);
        assert.match(sandboxImage(kubeadm), /^registry\.k8s\.io\/pause:/);
    });
});

describe("the inputs of control plane and workers", () => {
    it("have exact packages, pinned images and the address that kube-vip carries", () => {
        const { site, kubeadm } = built();
        assert.deepEqual(kubernetesPackages(kubeadm), {
            kubeadm: "1.36.3-1.1",
            kubelet: "1.36.3-1.1",
            kubectl: "1.36.3-1.1",
        });
        const inputs = controlPlaneInputs({ name: site.name, kubeadm });
        assert.equal(inputs.virtualAddress, "10.20.0.4");
        const names = Object.keys(inputs.images ?? {}).map(image => image.split("/").at(-1)?.split(":")[0]);
        assert.ok(names.includes("kube-vip") && names.includes("etcd") && !names.includes("kube-proxy"));
        const [first] = site.hosts;
        assert.ok(first);
        const host = controlPlaneHost(first, kubeadm);
        assert.deepEqual([host.node, host.address, host.interface], ["control-1", "10.20.0.5", "eno1"]);
        const pod = parse(host.staticPods?.["kube-vip"] ?? "") as {
            metadata: { name: string; namespace: string };
            spec: { hostNetwork: boolean; containers: { image: string; env: { name: string; value?: string }[] }[] };
        };
        const [container] = pod.spec.containers;
        const env = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]));
        assert.deepEqual(pod.metadata.namespace, "kube-system");
        assert.ok(pod.spec.hostNetwork && container?.image.includes("@sha256:"));
        assert.deepEqual(
            [env.address, env.vip_interface, env.vip_arp, env.vip_leaderelection, env.cp_enable],
            ["10.20.0.4", "eno1", "true", "true", "true"],
        );
    });

    it("register workers with the taint of what is unproven where they have gates, and with that of GPUs", () => {
        const { site, kubeadm } = built({ taintGpus: true });
        const worker = site.hosts.find(({ role }) => role === "edge");
        assert.ok(worker);
        assert.deepEqual(workerInputs(worker, kubeadm, true).taints, ["seamount.dev/unproven=:NoSchedule"]);
        assert.equal(workerInputs(worker, kubeadm, false).taints, undefined);
        const gpu = { ...worker, gpu: { model: "H200", count: 8 } };
        assert.deepEqual(workerInputs(gpu, kubeadm, false).taints, ["nvidia.com/gpu=present:NoSchedule"]);
    });
});
