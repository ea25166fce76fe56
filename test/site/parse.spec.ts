import assert from "node:assert/strict";
import { parseSite } from "../../components/site/parse";
import { misconfigured } from "../../components/site/problem";
import { changed, checksum, context, keyOf, problemsOf, siteOf, validSite } from "./fixture";

describe("a valid site", () => {
    const site = siteOf(validSite());

    it("is expanded: ranges, pools, keys, devices", () => {
        assert.deepEqual(
            site.hosts.map(host => [host.name, host.address, host.pool]),
            [
                ["control-1", "10.0.1.1", "control-plane"],
                ["gpu-01", "10.0.2.1", "gpu"],
                ["gpu-02", "10.0.2.2", "gpu"],
                ["edge-1", "2001:db8::1", "small"],
            ],
        );
        const gpu = site.hosts[2];
        assert.equal(gpu?.hostKey, keyOf(4));
        assert.deepEqual(
            gpu?.rails,
            [0, 1, 2, 3, 4, 5, 6, 7].map(rail => `mlx5_${rail}`),
        );
        assert.deepEqual(gpu?.nvme, ["nvme0n1", "nvme1n1", "nvme2n1", "nvme3n1"]);
        assert.equal(site.hosts[3]?.hostKey, undefined);
    });

    it("has its home folder written out, the jump host with its port, keys without comment", () => {
        assert.equal(site.access.identityFile, "/home/me/.ssh/id");
        assert.equal(site.cluster.kubeconfigFile, "/home/me/.kube/config");
        assert.equal(site.access.jumpHost, "jump@10.0.0.1:22");
        assert.equal(site.access.jumpHostKey, keyOf(1));
        assert.ok(!("knownHostsFile" in site.access));
    });

    it("has defaults: images, engine, port, replicas; and checksums in one form", () => {
        const [r1, tiny] = site.models;
        assert.equal(r1?.image, "registry.example:5000/vllm:v1");
        assert.equal(r1?.engine, "vllm");
        assert.equal(r1?.pool, "gpu");
        assert.equal(r1?.replicas, 1);
        assert.deepEqual(r1?.endpoint, { host: "r1.example.internal", serviceType: "ClusterIP", port: 443 });
        assert.equal(tiny?.image, "llama:local");
        assert.deepEqual(tiny?.weights, { claim: "tiny", sha256sums: `${checksum}\n`, sizeGB: 0.5 });
    });

    it("may be as small as one host", () => {
        const hosts = [{ name: "edge-1", address: "10.0.0.1", role: "edge", hostKey: keyOf(1) }];
        const small = siteOf({ name: "s", environment: "local", access: { user: "root" }, hosts });
        assert.equal(small.access.port, 22);
        assert.equal(small.cluster.namespace, "inference");
        assert.deepEqual([small.models, small.timeServers, small.compliance], [[], [], []]);
    });

    it("takes host keys from known_hosts, by address or name", () => {
        const raw = changed("hosts.1.hostKeys", undefined);
        const knownHosts = `10.0.2.1 ${keyOf(8)}\ngpu-02 ${keyOf(9)}\n`;
        const keys = siteOf(raw, { knownHosts }).hosts.map(host => host.hostKey);
        assert.deepEqual(keys.slice(1, 3), [keyOf(8), keyOf(9)]);
    });

    it("reads known_hosts and checksums from the files that it names", () => {
        const raw = changed("access.knownHostsFile", "~/known");
        Reflect.deleteProperty(Object((raw as ReturnType<typeof validSite>).hosts[0]) as object, "hostKey");
        Reflect.set(Object((raw as ReturnType<typeof validSite>).models[0]) as object, "weights", {
            hostPath: "/srv/r1",
            sha256sumsFile: "sums/r1",
            sizeGB: 1,
        });
        const files = new Map([
            ["/home/me/known", `10.0.1.1 ${keyOf(7)}`],
            ["sums/r1", `${"CD".repeat(32)} *./a/b.bin\n`],
        ]);
        const site = siteOf(raw, { readText: path => files.get(path) ?? assert.fail(path) });
        assert.equal(site.hosts[0]?.hostKey, keyOf(7));
        assert.equal(site.models[0]?.weights.sha256sums, `${"cd".repeat(32)}  a/b.bin\n`);
    });
});

describe("a site with several problems", () => {
    it("has all of them told at once, those of the schema and those between parts", () => {
        const raw = {
            ...validSite(),
            nmae: "x",
            hosts: [
                ...validSite().hosts,
                { name: "edge-2", address: "10.0.0.300", role: "edge", hostKey: keyOf(5) },
                { name: "edge-1", address: "10.0.0.4", role: "edge", hostKey: keyOf(5) },
            ],
        };
        assert.deepEqual(problemsOf(raw), [
            'seamount:site.hosts[3].address: "10.0.0.300" is not an address',
            'seamount:site.nmae: is not a known field; did you mean "name"?',
            "seamount:site.hosts[4].name: edge-1 is in seamount:site.hosts[2] too; every host has its own name",
        ]);
    });

    it("does not say that a field is missing when it is there with a typing error", () => {
        const raw = changed("hosts.0", { name: "c", adress: "10.0.0.4", role: "control-plane", hostKey: keyOf(2) });
        assert.deepEqual(problemsOf(raw), [
            'seamount:site.hosts[0].adress: is not a known field; did you mean "address"?',
        ]);
    });

    it("is told in one message with a line for each", () => {
        const parsed = parseSite(changed("name", "A"), context);
        assert.ok("problems" in parsed);
        assert.match(
            misconfigured("prod", parsed.problems),
            /^stack prod is misconfigured, 1 problem:\n {2}seamount:site\.name: "A" is not/,
        );
        assert.match(
            misconfigured("prod", [...parsed.problems, ...parsed.problems]),
            /, 2 problems:\n {2}\S.*\n {2}\S.*$/,
        );
    });

    it("never has a private key printed", () => {
        const pasted = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA";
        assert.ok(!problemsOf(changed("hosts.0.hostKey", pasted)).join().includes("b3Blbn"));
    });
});
