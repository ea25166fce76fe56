import assert from "node:assert/strict";
import { siteCluster } from "../../../components/cluster/cluster";
import { FabricTopology } from "../../../components/fabric/topology";
import { makeFleet } from "../../../components/host/fleet";
import { makeGates } from "../../../components/host/gates/fleet";
import { deploy, type Deployed, valueOf } from "../../harness";
import { clusterSite } from "../../site/cluster-fixture";
import { siteOf } from "../../site/fixture";

const kubeconfig = `clusters: [{ name: a, cluster: { server: "https://10.20.0.4:6443" } }]
current-context: a
`;

/** What providers add: keys, and the way to the cluster. */
const outputs = {
    "lab-control-plane": { kubeconfig },
    "lab-encryption-1": { base64: Buffer.alloc(32, 7).toString("base64") },
};

/** The program's layers up to the labels, as index.ts has them. */
function program(cluster: Record<string, unknown> = {}) {
    const site = siteOf(clusterSite(cluster, raw => Object.assign(raw, { environment: "production" })));
    const fleet = makeFleet({ site, secrets: {} });
    const made = siteCluster({ site, secrets: {}, fleet });
    const gates = makeGates({ site, fleet, nodes: made.nodes });
    const labelled = { providers: [made.provider], dependsOn: [...gates] };
    const topology = new FabricTopology("topology", { site, joined: made.nodes }, labelled);
    return { made, gates, topology };
}

const run = (options: object = {}): Promise<Deployed<ReturnType<typeof program>>> =>
    deploy(() => program({ network: { plugin: "bridge" } }), {
        outputs,
        ...options,
    });

const before = ({ registered }: Deployed<unknown>, first: string, second: string): void => {
    const place = (name: string): number => registered.findIndex(each => each.name === name);
    assert.ok(place(first) >= 0, `no ${first}`);
    assert.ok(place(first) < place(second), `${first} is not before ${second}`);
};

describe("a cluster that is built on hosts", () => {
    it("comes in order: hosts, control plane, workers, gates, labels", async () => {
        const deployed = await run();
        for (const host of ["control-1-host", "control-2-host", "control-3-host"]) {
            before(deployed, host, "lab-control-plane");
        }
        before(deployed, "lab-control-plane", "edge-1-node");
        before(deployed, "edge-1-host", "edge-1-node");
        before(deployed, "edge-1-node", "edge-1-gate");
        before(deployed, "edge-2-gate", "topology-edge-1");
    });

    it("loses the labels of a node before the node itself, for they would make it anew", async () => {
        const { find } = await run();
        const urns = find("topology-edge-1").dependsOn;
        assert.ok(
            urns.some(urn => urn.endsWith("::edge-1-node")),
            urns.join(", "),
        );
    });

    it("is one control plane of all its hosts, with the files of the API server as secrets", async () => {
        const { find } = await run();
        const { inputs, secrets } = find("lab-control-plane", "metal:index:ControlPlane");
        assert.deepEqual(
            (inputs.hosts as { node: string }[]).map(({ node }) => node),
            ["control-1", "control-2", "control-3"],
        );
        assert.ok(secrets.some(path => "files./etc/kubernetes/seamount/encryption.yaml.content".startsWith(path)));
        assert.equal(inputs.endpoint, "10.20.0.4:6443");
        const node = find("edge-2-node", "metal:index:ClusterNode").inputs;
        assert.deepEqual(
            [node.node, node.endpoint, (node.controlPlane as unknown[]).length],
            ["edge-2", "10.20.0.4:6443", 3],
        );
    });

    it("gives its kubeconfig to the provider as a secret, and to nobody else", async () => {
        const { result, find, registered } = await run();
        const provider = find("lab-provider");
        assert.deepEqual([provider.inputs.kubeconfig, provider.secrets], [kubeconfig, ["kubeconfig"]]);
        assert.equal(await valueOf(result.made.namespace), "inference");
        const others = registered.filter(
            each => each !== provider && JSON.stringify(each.inputs).includes('10.20.0.4:6443\\"'),
        );
        assert.deepEqual(others, []);
        const metal = find("lab-metal").inputs;
        assert.equal((metal.controlPlane as unknown[]).length, 3);
        assert.equal(metal.kubeconfig, undefined);
    });

    it("marks no node of the control plane as proved", async () => {
        const { find } = await run();
        assert.equal(find("control-1-gate").inputs.node, undefined);
        assert.equal(find("edge-1-gate").inputs.node, "edge-1");
        const { metadata } = find("topology-control-1").inputs as { metadata: { labels: Record<string, string> } };
        assert.equal(metadata.labels["seamount.dev/role"], "control-plane");
    });
});
