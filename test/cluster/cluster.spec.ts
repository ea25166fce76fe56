import * as assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Cluster } from "../../components/cluster/cluster";
import { deploy, valueOf } from "../harness";

const secret = `clusters: [{ name: a, cluster: { server: "https://10.0.0.1:6443" } }]
current-context: a
`;

const make = (kubeconfig?: string): Cluster =>
    new Cluster("cluster", {
        site: "east",
        cluster: { mode: "existing", namespace: "models" },
        kubeconfig: kubeconfig === undefined ? undefined : pulumi.secret(kubeconfig),
    });

describe("Cluster", () => {
    it("makes a fenced, restricted namespace through its own provider", async () => {
        const { result, find, registered } = await deploy(() => make(secret));
        const provider = find("cluster-provider").inputs;
        assert.equal(provider.kubeconfig, secret);
        assert.deepEqual(find("cluster-provider").secrets, ["kubeconfig"]);
        assert.equal(provider.clusterIdentifier, "east");
        assert.equal(String(provider.deleteUnreachable), "false");
        const { metadata } = find("cluster-namespace").inputs as { metadata: { labels: Record<string, string> } };
        for (const mode of ["enforce", "warn", "audit"]) {
            assert.equal(metadata.labels[`pod-security.kubernetes.io/${mode}`], "restricted");
            assert.equal(metadata.labels[`pod-security.kubernetes.io/${mode}-version`], "latest");
        }
        assert.deepEqual(find("cluster-default-deny").inputs.spec, {
            podSelector: {},
            policyTypes: ["Ingress", "Egress"],
            ingress: [],
            egress: [],
        });
        assert.equal(await valueOf(result.namespace), "models");
        assert.ok(registered.every(({ name }) => name.startsWith("cluster")));
    });

    it("keeps the kubeconfig out of what the component itself records", async () => {
        const { find } = await deploy(() => make(secret));
        const facts = find("cluster", "seamount:cluster:Cluster").inputs;
        assert.deepEqual(facts, { site: "east", mode: "existing", namespace: "models" });
    });

    it("previews without a cluster, and refuses to update without one", async () => {
        const { result, find } = await deploy(() => make(), { preview: true });
        assert.equal(result.visible, false);
        assert.match(String(find("cluster-provider").inputs.kubeconfig), /https:\/\/127\.0\.0\.1:1/);
        await assert.rejects(
            deploy(() => make()),
            (error: Error) => pulumi.RunError.isInstance(error),
        );
    });
});
