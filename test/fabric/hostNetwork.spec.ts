import * as assert from "node:assert/strict";
import { namespaceManifest } from "../../components/cluster/manifests";
import { hostNetworkReason, hostNetworkReasons } from "../../components/fabric/hostNetwork";
import type { Site } from "../../components/site/site";
import { gpuHosts, service, site } from "../planning/sites";

const on = (kind: "infiniband" | "roce" | "ethernet", gpu: string, hostsPerReplica: number): Site => ({
    ...site(
        gpuHosts(2, gpu).map(host => ({ ...host, rails: ["mlx5_0"] })),
        [service("r1", { parallelism: { hostsPerReplica } })],
    ),
    fabric: { kind, linkGbps: 400, rails: 1 },
});

describe("pods on their hosts' network", () => {
    it("are those on RoCE alone, and not those of Ascend hosts", () => {
        assert.match(hostNetworkReason(on("roce", "H100", 2), "gpu") ?? "", /^host network: /);
        for (const other of [on("infiniband", "H100", 2), on("ethernet", "H100", 2), on("roce", "Ascend-910B", 2)]) {
            assert.equal(hostNetworkReason(other, "gpu"), undefined);
        }
    });

    it("change the namespace where a replica may span hosts, in writing, and nowhere else", () => {
        assert.equal(hostNetworkReasons(on("roce", "H100", 1)).length, 0);
        const reasons = hostNetworkReasons(on("roce", "H100", 2));
        const { metadata } = namespaceManifest("models", reasons) as {
            metadata: { labels: Record<string, string>; annotations: Record<string, string> };
        };
        assert.equal(metadata.labels["pod-security.kubernetes.io/enforce"], "privileged");
        assert.equal(metadata.labels["pod-security.kubernetes.io/warn"], "restricted");
        assert.equal(metadata.annotations["seamount.dev/security-exception"], reasons[0]);
        assert.doesNotMatch(JSON.stringify(namespaceManifest("models")), /privileged|exception/);
    });
});
