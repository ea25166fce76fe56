import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { containerdConfig, containerdMajor, containerdPackage } from "../../components/cluster/host/containerd";
import { mirrorFiles, registryOf } from "../../components/cluster/host/mirrors";
import { clusterRoles } from "../../components/cluster/host/roles";
import { mergeItems } from "../../components/host/merge";
import { resolve } from "../../components/host/host";
import { checkInputs } from "../../provider/check";
import type { HostItems } from "../../provider/items";
import type { WireRecord } from "../../provider/values";
import type { ContainerRuntime } from "../../components/site/cluster";
import type { Site, SiteHost } from "../../components/site/site";
import { clusterSite } from "../site/cluster-fixture";
import { siteOf } from "../site/fixture";

const runtime: ContainerRuntime = { cgroupDriver: "systemd", adjustOomScore: true, cgroupV1: false };
const settings = { runtime, sandboxImage: "registry.k8s.io/pause:3.10.2", systemPlugins: false };
const gpu = { gpu: { model: "H200", count: 8 } };

describe("containerd's settings", () => {
    it("have the form of the major version that the host's system or the site's package has", () => {
        assert.equal(containerdMajor({}, runtime), 1);
        assert.equal(containerdMajor({ os: "rocky-9" }, runtime), 2);
        assert.equal(containerdMajor({ os: "rocky-9" }, { ...runtime, containerd: "1.7.28-1" }), 1);
        assert.match(containerdConfig({}, settings), /^version = 2$/m);
        assert.match(containerdConfig({ os: "ubuntu-24.04" }, settings), /^version = 3$/m);
        assert.deepEqual(containerdPackage({ os: "ubuntu-24.04" }, { ...runtime, containerd: "2.2.9-1" }), {
            "containerd.io": { version: "2.2.9-1" },
        });
        assert.deepEqual(containerdPackage({}, runtime), { containerd: {} });
    });

    it("follow the site in control groups, scores, plugins and the sandbox", () => {
        for (const os of ["debian-12", "ubuntu-24.04"] as const) {
            const text = containerdConfig({ os }, settings);
            assert.match(text, /SystemdCgroup = true/);
            assert.match(text, /(sandbox_image|sandbox) = "registry\.k8s\.io\/pause:3\.10\.2"/);
            assert.doesNotMatch(text, /restrict_oom_score_adj|bin_dir/);
            const lab = containerdConfig(
                { os },
                {
                    ...settings,
                    systemPlugins: true,
                    runtime: { ...runtime, cgroupDriver: "cgroupfs", adjustOomScore: false },
                },
            );
            assert.match(lab, /SystemdCgroup = false/);
            assert.match(lab, /restrict_oom_score_adj = true/);
            assert.match(lab, /bin_dirs? = \[?"\/usr\/lib\/cni"/);
        }
    });

    it("have NVIDIA's runtime where the host has its driver, and make room for the operator's elsewhere", () => {
        const own = containerdConfig(gpu, { ...settings, driver: { owner: "host", version: "580.95.05" } });
        assert.match(own, /default_runtime_name = "nvidia"/);
        assert.match(own, /BinaryName = "\/usr\/bin\/nvidia-container-runtime"/);
        const operator = containerdConfig(gpu, { ...settings, driver: { owner: "operator" } });
        assert.match(operator, /^imports = /m);
        assert.doesNotMatch(operator, /nvidia-container-runtime/);
        assert.doesNotMatch(containerdConfig({}, { ...settings, driver: { owner: "host" } }), /nvidia/);
    });
});

describe("mirrors", () => {
    it("stand in for every registry but themselves, with their authority", () => {
        const files = mirrorFiles({
            runtime: { ...runtime, mirror: "mirror.example:5000", mirrorCa: "CERTIFICATE\n" },
            models: [{ image: "own.example:8443/a/b:1", proxyImage: "nginx" }],
            images: ["mirror.example:5000/x"],
        });
        const own = files["/etc/containerd/certs.d/own.example:8443/hosts.toml"]?.content ?? "";
        assert.match(own, /^server = "https:\/\/own\.example:8443"$/m);
        assert.match(own, /^\[host\."https:\/\/mirror\.example:5000\/v2\/own\.example_8443"\]$/m);
        assert.match(own, /override_path = true\n {2}ca = "\/etc\/containerd\/seamount-mirror-ca\.crt"/);
        assert.match(files["/etc/containerd/certs.d/docker.io/hosts.toml"]?.content ?? "", /registry-1\.docker\.io/);
        assert.doesNotMatch(files["/etc/containerd/certs.d/mirror.example:5000/hosts.toml"]?.content ?? "", /override/);
        assert.equal(files["/etc/containerd/seamount-mirror-ca.crt"]?.content, "CERTIFICATE\n");
        assert.deepEqual(mirrorFiles({ runtime, models: [], images: [] }), {});
    });

    it("know the registry of an image", () => {
        assert.deepEqual(["nginx", "a/b", "x.io/a", "localhost/a", "h:5/a"].map(registryOf), [
            "docker.io",
            "docker.io",
            "x.io",
            "localhost",
            "h:5",
        ]);
    });
});

describe("hosts of a cluster", () => {
    const items = (site: Site, name: string): HostItems => {
        const host = site.hosts.find(each => each.name === name);
        assert.ok(host);
        return mergeItems(clusterRoles(site, host));
    };
    const bridge = (change?: (site: { hosts: Record<string, unknown>[] }) => void): Site =>
        siteOf(clusterSite({ network: { plugin: "bridge" } }, change));

    it("get items that the provider takes, beside all their other roles", () => {
        for (const site of [siteOf(clusterSite()), bridge()]) {
            for (const host of site.hosts) {
                const { connection, items: all } = resolve({
                    host,
                    access: site.access,
                    site,
                    roles: clusterRoles(site, host),
                });
                assert.deepEqual(checkInputs({ connection, ...all } as WireRecord), []);
                assert.ok(all.packages?.containerd && all.services?.["containerd.service"]?.running === true);
                assert.equal(all.sysctls?.["net.ipv4.ip_forward"], "1");
            }
        }
        const { cluster, ...rest } = siteOf(clusterSite());
        const existing: Site = { ...rest, cluster: { mode: "existing", namespace: cluster.namespace } };
        assert.deepEqual(clusterRoles(existing, existing.hosts[0] as SiteHost), []);
    });

    it("have routes to the pods of each other, which change with hosts, and nothing else does", () => {
        const before = items(bridge(), "control-1");
        const routes = before.files?.["/usr/local/lib/seamount/pod-routes"]?.content ?? "";
        assert.match(routes, /^10\.244\.21\.0\/24 10\.20\.0\.21$/m);
        assert.doesNotMatch(routes, /^10\.244\.5\.0\/24 /m);
        execFileSync("sh", ["-n"], { input: routes });
        const grown = items(
            bridge(({ hosts }) => {
                const [, group] = hosts;
                const keys = group?.hostKeys as Record<string, string>;
                const key = keys["edge-1"] ?? "";
                hosts[1] = {
                    ...group,
                    name: "edge-[1-3]",
                    address: "10.20.0.[21-23]",
                    hostKeys: { ...keys, "edge-3": key },
                };
            }),
            "control-1",
        );
        const changed = Object.keys(grown.files ?? {}).filter(
            path => grown.files?.[path]?.content !== before.files?.[path]?.content,
        );
        assert.deepEqual(changed.sort(), ["/etc/seamount/kubelet-addresses", "/usr/local/lib/seamount/pod-routes"]);
        const conflist = JSON.parse(before.files?.["/etc/cni/net.d/10-seamount.conflist"]?.content ?? "") as {
            plugins: { ipMasq: boolean; ipam: { ranges: object[][] } }[];
        };
        assert.deepEqual(conflist.plugins[0]?.ipam.ranges, [[{ subnet: "10.244.5.0/24" }]]);
    });
});
