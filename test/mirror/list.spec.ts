import assert from "node:assert/strict";
import { charts } from "../../catalog/charts";
import { siteImages } from "../../components/cluster/operators/images";
import { resolve } from "../../components/host/host";
import { podSpec } from "../../components/inference/pod";
import { joined } from "../../components/mirror/artefact";
import { clusterArtefacts } from "../../components/mirror/cluster";
import { artefactReference, siteArtefacts } from "../../components/mirror/list";
import { projectFiles } from "../../components/mirror/stackSite";
import { artefactTable, unpinned, withoutDigest } from "../../components/mirror/table";
import { planned, planSite } from "../../components/planning";
import { accept } from "../../components/refuse";
import type { Site } from "../../components/site/site";
import { goldenSite } from "../golden-sites/render";
import { repositoryFile, siteOf } from "../site/fixture";
import { parse } from "yaml";
import { clusterSite } from "./site";

const listOf = (site: Site) => siteArtefacts(site, projectFiles(), clusterArtefacts(site));
const stack = (name: string): Site => {
    const { config } = parse(repositoryFile(`Pulumi.${name}.yaml`)) as { config: Record<string, unknown> };
    return siteOf(config["seamount:site"]);
};

describe("the list of what a site downloads", () => {
    it("holds every image of the pods that serve models", () => {
        const site = stack("prod");
        const references = new Set(listOf(site).map(artefactReference));
        const names = { weightsClaim: "w", checksums: "c", proxyConfig: "p", tls: "t", apiKey: "k" };
        const images = planned(site, accept(planSite(site))).flatMap(({ model, plan }) => {
            const { containers, initContainers } = podSpec({ model, plan, labels: {} }, names) as Record<
                "containers" | "initContainers",
                { readonly image: string }[]
            >;
            return [...containers, ...initContainers].map(({ image }) => image);
        });
        assert.ok(images.length > 0);
        images.forEach(image => assert.ok(references.has(image), image));
    });

    it("holds weights that are an image, as nodes pull them too", () => {
        const site = goldenSite("core-and-edge");
        const references = new Set(listOf(site).map(artefactReference));
        const images = site.models.flatMap(({ weights }) => weights.image ?? []);
        assert.ok(images.length === 1 && images.every(image => references.has(image)), [...references].join("\n"));
    });

    it("holds every package of every managed host, with its version", () => {
        const site = stack("prod");
        const packages = listOf(site).filter(({ kind }) => kind === "package");
        for (const host of site.hosts.filter(({ managed }) => managed)) {
            const { items } = resolve({ host, access: site.access, site });
            for (const [name, { version }] of Object.entries(items.packages ?? {})) {
                const found = packages.find(item => item.name === name && item.version === version);
                assert.ok(found?.usedBy.includes(host.name), `${name} ${version} of ${host.name}`);
            }
        }
        assert.ok(packages.some(({ name, version }) => name === "chrony" && version === undefined));
    });

    it("holds what brings Kubernetes to each host of a cluster: containerd, and its packages in one exact version", () => {
        const packages = listOf(clusterSite([])).filter(({ kind }) => kind === "package");
        for (const name of ["kubeadm", "kubelet", "kubectl"]) {
            const found = packages.filter(item => item.name === name);
            assert.deepEqual(
                found.map(({ version, usedBy }) => [version, usedBy.length]),
                [["1.36.3-1.1", 4]],
            );
        }
        const runtime = packages.filter(({ name }) => name.startsWith("containerd"));
        assert.equal(new Set(runtime.flatMap(({ usedBy }) => usedBy)).size, 4);
        const { cluster, ...site } = clusterSite([]);
        const existing = { ...cluster, mode: "existing" as const, kubeadm: undefined };
        assert.ok(!listOf({ ...site, cluster: existing }).some(({ name }) => name === "kubelet"));
    });

    it("holds all images and charts of the cluster, each with the charts that it is for", () => {
        const site = clusterSite(["kueue", "gateway-api"]);
        const list = listOf(site);
        for (const { image, digest } of siteImages(site)) {
            const reference = digest === undefined ? image : `${image}@${digest}`;
            assert.ok(
                list.some(artefact => artefactReference(artefact) === reference),
                reference,
            );
        }
        const kueue = list.find(({ name }) => name === "registry.k8s.io/kueue/kueue");
        assert.deepEqual(kueue?.usedBy, [`kueue ${charts.kueue?.version}`]);
        const apiServer = list.find(({ name }) => name === "registry.k8s.io/kube-apiserver");
        assert.deepEqual([apiServer?.usedBy, apiServer?.source], [["cluster"], "catalog/kubernetes-images.ts"]);
        const definitions = list.filter(({ kind }) => kind === "definition");
        assert.deepEqual(
            definitions.map(({ digest }) => digest).toSorted(),
            (charts["gateway-api"]?.definitions ?? []).map(({ digest }) => digest).toSorted(),
        );
    });

    it("names each image without a digest, and what would be right; the site's own digest is one", () => {
        const image = "registry.example/own:v1";
        const source = { where: "nowhere", date: "2026" };
        const listWith = (digest: { readonly digest?: string }) => {
            const images = [{ image, licence: "MIT", source, ...digest }];
            return siteArtefacts(clusterSite([]), projectFiles(), { images, charts: [] });
        };
        const lacking = listWith({});
        assert.deepEqual(
            withoutDigest(lacking).map(({ name }) => name),
            ["registry.example/own"],
        );
        assert.ok(unpinned(lacking).includes(`  ${image}: set cluster.imageDigests: { "${image}": "sha256:…" }`));
        const [, other] = clusterArtefacts(clusterSite([])).images.map(pin => pin.image);
        assert.ok(other);
        const given = listOf(clusterSite([], { [other]: `sha256:${"0b".repeat(32)}` }));
        assert.ok(given.some(artefact => artefactReference(artefact) === `${other}@sha256:${"0b".repeat(32)}`));
    });

    it("is in one order, with each thing once, whatever order it is made in", () => {
        const list = listOf(clusterSite(["kueue"]));
        assert.deepEqual(joined([...list].reverse()), list);
        assert.deepEqual(joined([...list, ...list]), list);
    });

    it("counts libraries in its table, and shows them when asked; all plugins have the versions of package.json", () => {
        const list = listOf(stack("prod"));
        assert.doesNotMatch(artefactTable(list, false), /^library/m);
        assert.match(artefactTable(list, true), /^library +zod +\d+\.\d+\.\d+ +sha512:[0-9a-f]{128} /m);
        const { dependencies } = projectFiles().package;
        const plugin = list.find(({ name }) => name === "pulumi-resource-kubernetes");
        assert.equal(plugin?.version, dependencies["@pulumi/kubernetes"]);
        assert.ok(!list.some(({ name }) => name === "pulumi-resource-policy"));
    });
});
