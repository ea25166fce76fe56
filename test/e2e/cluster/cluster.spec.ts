import { strict as assert } from "node:assert";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { addressOf } from "../fleet-stack";
import { files, ProcessListWatch } from "../secrets";
import { kubeBench } from "../hardening/kubeBench";
import { Client } from "../service";
import { must, onHost, stackTrace, transcript } from "../shell";
import { Project, Stack } from "../stack";
import { apiAnswers, BuiltCluster, until } from "./built-cluster";
import { clusterSite, controlPlane, hosts, siteHost, versions, virtualAddress, workers } from "./cluster-site";
import { everywhere, namespace, service } from "./workload";

const nodePort = 30581;
const [firstHost, secondHost] = controlPlane;
const [firstWorker, secondWorker] = workers;

/** What a host must not have any more when it has left a cluster. (containerd is the host's own, and packages of hosts stay.) */
const REMAINS = `
ls -d /etc/kubernetes /var/lib/etcd /var/lib/kubelet/* /var/lib/cni/* /etc/cni/net.d/* /sys/class/net/cni0 2>/dev/null
dpkg-query -W -f '\${db:Status-Abbrev} \${Package}\\n' kubeadm kubelet kubectl 2>/dev/null | grep ^ii
ss -ltnH '( sport = :6443 or sport = :2379 or sport = :10250 )'
ps -eo comm= | grep -E '^(kubelet|etcd|kube-)'
nft list tables 2>/dev/null | grep kube-proxy
ip -o addr show to ${virtualAddress}
true`;

describe("a cluster, from bare hosts to bare hosts", function () {
    this.timeout(1_800_000);
    const project = new Project();
    const stack = new Stack(project, "cluster");
    const snapshots = join(project.folder, ".snapshots");
    const times: [string, number][] = [];
    let cluster: BuiltCluster;
    let watch: ProcessListWatch;

    const up = async (what: string) => {
        const begin = Date.now();
        const said = await stack.succeed("up", "--yes", "--skip-preview");
        times.push([what, (Date.now() - begin) / 1000]);
        return said;
    };
    const connect = async () => {
        cluster?.remove();
        cluster = new BuiltCluster((await stack.outputs<{ kubeconfig: string }>()).kubeconfig);
    };
    const allReady = async (names: readonly string[]) => {
        const nodes = await cluster.nodes();
        return nodes.length === names.length && nodes.every(({ name, ready }) => ready && names.includes(name));
    };

    before(async () => {
        await must("local/bed/hosts.sh", ["down", ...hosts]);
        await must("local/bed/hosts.sh", ["up", "--kubernetes", ...hosts]);
        await project.create();
        await stack.create("local");
        stack.configure({ "seamount:site": clusterSite(snapshots) });
        watch = new ProcessListWatch();
    });

    after(async () => {
        watch?.stop();
        cluster?.remove();
        await must("local/bed/hosts.sh", ["down", ...hosts]);
        project.remove();
        const width = Math.max(...times.map(([what]) => what.length));
        process.stdout.write(times.map(([what, s]) => `  ${what.padEnd(width)} ${s.toFixed(1)} s\n`).join(""));
    });

    it("is announced by a preview, which changes nothing", async () => {
        const said = await stack.succeed("preview");
        assert.match(said, /ControlPlane/);
        assert.match(said, /ClusterNode/);
        assert.equal(await onHost(firstHost, "ls -d /etc/kubernetes 2>/dev/null || true"), "");
    });

    it("is built on five hosts, three of them its control plane", async () => {
        await up("up from bare hosts");
        await connect();
        await until("all nodes are ready", 120, () => allReady(hosts));
        for (const { name, version, labels, taints } of await cluster.nodes()) {
            const isWorker = workers.some(worker => worker === name);
            assert.equal(version, `v${versions.first}`, name);
            assert.equal(labels["seamount.dev/pool"], isWorker ? "cpu" : "control-plane", name);
            assert.deepEqual(taints, isWorker ? [] : ["node-role.kubernetes.io/control-plane:NoSchedule"], name);
        }
        assert.deepEqual(await cluster.etcdMembers(firstHost), [...controlPlane].sort());
    });

    it("has nothing left to do", async () => {
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("fails no check of kube-bench without a written reason", async () => {
        const { passed, unexplained } = await kubeBench(firstHost);
        assert.deepEqual(unexplained, []);
        assert.ok(passed > 50, `${passed} passed`);
    });

    it("answers from a pod on each node", async () => {
        await cluster.apply(...everywhere);
        await cluster.kubectl("rollout", "status", "daemonset/everywhere", "-n", namespace, "--timeout=180s");
        const words = ["get", "pods", "-n", namespace, "-l", "app=everywhere"];
        const paths = "{range .items[*]}{.spec.nodeName} {.metadata.name} {.status.podIP}{'\\n'}{end}";
        const pods = (await cluster.kubectl(...words, "-o", `jsonpath=${paths}`)).trim().split("\n");
        assert.equal(pods.length, hosts.length);
        for (const pod of pods) {
            const [node, name, address] = pod.split(" ");
            for (const [, from] of pods.map(other => other.split(" "))) {
                const asked = ["exec", "-n", namespace, from ?? "", "--", "web", "get", `http://${address}:8080/`];
                // A kubelet has its serving certificate within a minute of its joining.
                const answers = () => cluster.try(asked).then(({ stdout }) => stdout.includes(`${node} ${name}`));
                await until(`${from} has an answer of ${name} on ${node}`, 60, answers);
            }
        }
    });

    it("lets a worker go that is taken out of the site, and takes it back", async () => {
        stack.edit(site => (site.hosts = site.hosts.filter(({ name }) => name !== firstWorker)));
        await up("remove a worker");
        await until("the node is gone", 30, () => allReady(hosts.filter(name => name !== firstWorker)));
        assert.equal(await onHost(firstWorker, REMAINS), "");
        stack.edit(site => {
            site.hosts = hosts.map(siteHost);
        });
        await up("add a worker");
        await until("the node is back", 60, () => allReady(hosts));
    });

    it("keeps the audit log off the hosts that write it", async () => {
        await cluster.kubectl("get", "nodes");
        const lines = "cat /var/log/seamount/audit/*/*.log 2>/dev/null | grep -c audit.k8s.io || true";
        const arrived = () => onHost(secondWorker, lines).then(count => Number(count) > 0);
        await until("the collector has lines", 60, arrived);
    });

    it("stays there when a control-plane host loses power, and says so in a preview", async () => {
        await must("local/bed/hosts.sh", ["kill", firstHost]);
        const seconds = await until("the API answers by its address", 120, () => apiAnswers(virtualAddress));
        times.push(["API answers after the loss of a host", seconds]);
        const { stdout } = await stack.pulumi("preview");
        assert.match(stdout, new RegExp(`${firstHost}.*(cannot be reached|does not answer|unreachable)`));
        assert.doesNotMatch(stdout, stackTrace);
        await must("local/bed/hosts.sh", ["up", "--kubernetes", firstHost]);
        // For most of a minute its node still counts as ready, whatever became of the host.
        await until("its own API server answers", 180, () => apiAnswers(addressOf(firstHost)));
        await until("all nodes are ready again", 180, () => allReady(hosts));
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("replaces a control-plane host that is lost for good", async () => {
        await must("local/bed/hosts.sh", ["down", secondHost]);
        await must("local/bed/hosts.sh", ["up", "--kubernetes", secondHost]);
        stack.edit(site => {
            site.hosts = hosts.map(siteHost);
        });
        await up("replace a lost control-plane host");
        assert.deepEqual(await cluster.etcdMembers(firstHost), [...controlPlane].sort());
        await until("all nodes are ready", 120, () => allReady(hosts));
        assert.ok(readdirSync(snapshots).length > 0, "no snapshot was taken before");
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("is upgraded by a patch version, while a client that calls without pause gets every answer", async () => {
        await cluster.apply(...service(4, nodePort));
        await cluster.kubectl("rollout", "status", "deployment/web", "-n", namespace, "--timeout=180s");
        stack.edit(site => (site.cluster.version = versions.next));
        const client = new Client(`http://${addressOf(firstHost)}:${nodePort}/`);
        await up("upgrade by a patch version");
        await client.stop();
        assert.deepEqual(client.failures, []);
        assert.ok(client.answered > 100, `${client.answered} requests`);
        for (const { name, version } of await cluster.nodes()) assert.equal(version, `v${versions.next}`, name);
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("leaves no secret in state, logs, output or the process list", () => {
        const tokens = /\b[a-z0-9]{6}\.[a-z0-9]{16}\b|BEGIN (RSA|EC)? ?PRIVATE KEY|client-key-data: [A-Za-z0-9]/;
        for (const text of [...transcript, ...watch.stop()]) assert.doesNotMatch(text, tokens);
        for (const { path, text } of files(project.backend)) assert.doesNotMatch(text, tokens, path);
    });

    it("is taken apart to clean hosts", async () => {
        // Work that is not the stack's, and may not be away as a whole, would keep the last worker from leaving.
        await cluster.kubectl("delete", "namespace", namespace);
        const begin = Date.now();
        await stack.succeed("destroy", "--yes", "--skip-preview");
        times.push(["destroy", (Date.now() - begin) / 1000]);
        for (const host of hosts) assert.equal(await onHost(host, REMAINS), "", host);
    });
});
