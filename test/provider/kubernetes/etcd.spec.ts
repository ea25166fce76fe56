import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { type EtcdMember, outageRefusal, quorum, readMembers } from "../../../provider/kubernetes/controlPlane/etcd";
import { addonPhases, configurationHash, initDocuments } from "../../../provider/kubernetes/controlPlane/configuration";
import { readHostRecord } from "../../../provider/kubernetes/record";
import { discoveryFile, joinConfiguration } from "../../../provider/kubernetes/ticket";
import { compareVersions, imageVersion, kubeletRefusal, upgradeRefusal } from "../../../provider/kubernetes/versions";
import { host, inputsFor } from "./controlPlaneModel";

const member = (id: string, healthy: boolean, learner = false): EtcdMember => ({
    id,
    name: `cp-${id}`,
    address: `10.0.0.${id}`,
    healthy,
    learner,
});

describe("etcd of a control plane", () => {
    it("reads members and who of them is healthy", () => {
        const list = [
            "8e9e05c52164694d, started, cp-1, https://10.0.0.11:2380, https://10.0.0.11:2379, false",
            "f362cd8a1e57336, unstarted, , https://10.0.0.12:2380, , true",
            "Error: nothing of this",
        ];
        const health = [
            "https://10.0.0.11:2379 is healthy: successfully committed proposal: took = 3.1ms",
            "https://10.0.0.12:2379 is unhealthy: failed to commit proposal: context deadline exceeded",
        ];
        assert.deepEqual(readMembers(list, health), [
            { id: "8e9e05c52164694d", name: "cp-1", address: "10.0.0.11", learner: false, healthy: true },
            { id: "f362cd8a1e57336", name: "", address: "10.0.0.12", learner: true, healthy: false },
        ]);
    });

    it("lets a member go exactly where the others can go on", () => {
        fc.assert(
            fc.property(fc.array(fc.boolean(), { minLength: 3, maxLength: 7 }), fc.nat(6), (states, index) => {
                const members = states.map((healthy, number) => member(String(number), healthy));
                const out = String(index % members.length);
                const up = members.filter(({ id, healthy }) => healthy && id !== out).length;
                assert.equal(outageRefusal(members, out, true) === undefined, up >= quorum(members.length - 1));
                assert.equal(outageRefusal(members, out, false) === undefined, up >= quorum(members.length));
            }),
        );
    });

    it("never lets the last one go for good, and lets a single one pause", () => {
        assert.notEqual(outageRefusal([member("1", true)], "1", true), undefined);
        assert.equal(outageRefusal([member("1", true)], "1", false), undefined);
    });
});

describe("versions of Kubernetes", () => {
    it("go one minor version on at most", () => {
        assert.equal(upgradeRefusal("1.36.2", "1.37.0"), undefined);
        assert.match(upgradeRefusal("1.35.2", "1.37.0") ?? "", /take a 1\.36\.x first/);
        assert.match(upgradeRefusal("1.36.3", "1.36.2") ?? "", /cannot go back/);
    });

    it("compare as numbers", () => {
        assert.deepEqual(["1.36.10", "1.36.9", "1.9.9"].sort(compareVersions), ["1.9.9", "1.36.9", "1.36.10"]);
        assert.equal(imageVersion("10.0.0.1:5443/registry.k8s.io/kube-apiserver:v1.36.3"), "1.36.3");
        assert.equal(imageVersion("registry.k8s.io/etcd:3.6.8-0"), "");
    });

    it("leave no kubelet more than three minor versions behind", () => {
        assert.equal(kubeletRefusal({ "gpu-1": "1.33.9" }, "1.36.3"), undefined);
        assert.match(
            kubeletRefusal({ "gpu-1": "1.32.9", "gpu-2": "1.36.0" }, "1.36.3") ?? "",
            /older are gpu-1 \(1\.32\.9\):/,
        );
    });
});

describe("what kubeadm is given", () => {
    const inputs = inputsFor(["cp-1"], "1.36.3");

    it("is another configuration with another flag, and not with another version", () => {
        assert.equal(configurationHash(inputs), configurationHash(inputsFor(["cp-1"], "1.36.2")));
        assert.notEqual(configurationHash(inputs), configurationHash({ ...inputs, skipPhases: ["addon"] }));
        const flag = `${inputs.configuration}apiServer: {}\n`;
        assert.notEqual(configurationHash(inputs), configurationHash({ ...inputs, configuration: flag }));
    });

    it("has the host's own settings and the version in force", () => {
        const [cluster = "", init = ""] = initDocuments(inputs, host("cp-1"), "1.36.2").split("---\n");
        assert.match(cluster, /^kubernetesVersion: v1\.36\.2$/m);
        const { nodeRegistration, localAPIEndpoint, bootstrapTokens } = JSON.parse(init) as {
            nodeRegistration: { name: string; kubeletExtraArgs: unknown };
            localAPIEndpoint: unknown;
            bootstrapTokens: { ttl: string }[];
        };
        assert.equal(nodeRegistration.name, "cp-1");
        assert.deepEqual(nodeRegistration.kubeletExtraArgs, [{ name: "node-ip", value: "10.0.0.11" }]);
        assert.deepEqual(localAPIEndpoint, { advertiseAddress: "10.0.0.11", bindPort: 6443 });
        assert.deepEqual(
            bootstrapTokens.map(({ ttl }) => ttl),
            ["1m0s"],
        );
    });

    it("has no add-on that is skipped", () => {
        assert.deepEqual(addonPhases(["addon/kube-proxy"]), ["coredns"]);
        assert.deepEqual(addonPhases(["addon"]), []);
    });

    it("lets a host join by a file, with the token as its user's", () => {
        const ticket = { token: "abcdef.0123456789abcdef", caCertificate: "Q0E=", certificateKey: "55" };
        const joining = {
            node: "w-1",
            endpoint: "10.0.0.9:6443",
            taints: ["seamount.dev/unproven=true:NoSchedule", "dedicated:NoExecute"],
        };
        const join = JSON.parse(joinConfiguration(ticket, joining)) as {
            discovery: { tlsBootstrapToken: string };
            nodeRegistration: { taints: unknown };
            controlPlane?: unknown;
        };
        assert.equal(join.discovery.tlsBootstrapToken, ticket.token);
        assert.equal(join.controlPlane, undefined);
        assert.deepEqual(join.nodeRegistration.taints, [
            { key: "seamount.dev/unproven", value: "true", effect: "NoSchedule" },
            { key: "dedicated", effect: "NoExecute" },
        ]);
        assert.match(discoveryFile(ticket, joining.endpoint), /"server":"https:\/\/10\.0\.0\.9:6443"/);
    });

    it("finds on the host what was written down there", () => {
        assert.deepEqual(readHostRecord(["phase member", "brought kubeadm kubelet", "manifest:etcd ab12", ""]), {
            phase: "member",
            brought: ["kubeadm", "kubelet"],
            facts: { "manifest:etcd": "ab12" },
        });
        assert.equal(readHostRecord(["phase nonsense"]).phase, undefined);
    });
});
