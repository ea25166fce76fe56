import * as assert from "node:assert/strict";
import {
    apiKeySecret,
    contents,
    endpointUrl,
    modelServiceManifests,
    type ModelServiceSettings,
    SINGLE_REPLICA_ANNOTATION,
    tlsSecret,
} from "../../components/inference/manifests";
import { podOf } from "../../policy/pod";
import { restrictedViolations } from "../../policy/rules/podsRestricted";
import { serviceProblems } from "../../policy/rules/exposureEncrypted";
import { names, r1, tiny } from "./fixtures";
import { deploymentOf, plain } from "./objects";

for (const settings of [r1, tiny]) {
    describe(`the objects of ${settings.plan.name}`, () => {
        const { deployment } = deploymentOf(settings);

        it("meet the restricted Pod Security Standard", () => {
            const found: string[] = [];
            const view = podOf("kubernetes:apps/v1:Deployment", deployment);
            assert.ok(view);
            restrictedViolations(view, message => found.push(message));
            assert.deepEqual(found, []);
        });

        it("need no spare host for a rollout", () => {
            assert.deepEqual(deployment.spec?.strategy?.rollingUpdate, { maxSurge: 0, maxUnavailable: 1 });
        });

        it("let in the TLS port and nothing out", () => {
            const { networkPolicy } = modelServiceManifests(settings, names);
            assert.deepEqual(plain(networkPolicy.spec), {
                podSelector: { matchLabels: deployment.spec?.selector.matchLabels },
                policyTypes: ["Ingress", "Egress"],
                ingress: [{ ports: [{ protocol: "TCP", port: 8443 }] }],
                egress: [],
            });
        });

        it("expose TLS alone, as the policy wants it", () => {
            const { service } = modelServiceManifests(settings, names);
            assert.deepEqual([...serviceProblems(plain(service))], []);
        });
    });
}

describe("the Service", () => {
    const portOf = (settings: ModelServiceSettings): object | undefined =>
        plain(modelServiceManifests(settings, names).service).spec?.ports?.[0];

    it("takes the endpoint's port as node port, or as its own", () => {
        const tls = { name: "https", appProtocol: "https", protocol: "TCP", targetPort: 8443 };
        assert.deepEqual(portOf(tiny), { ...tls, port: 443, nodePort: 30443 });
        assert.deepEqual(portOf(r1), { ...tls, port: 443 });
    });

    it("has an address that clients can use", () => {
        assert.equal(endpointUrl(tiny.model.endpoint), "https://10.88.1.11:30443/v1");
        assert.equal(endpointUrl({ host: "fd00::1", port: 443 }), "https://[fd00::1]:443/v1");
    });
});

describe("contents and secrets", () => {
    it("are immutable and unnamed, so that new content is a new object", () => {
        const { checksums, proxyConfig } = contents(tiny);
        const tls = tlsSecret(tiny, "certificate", "key");
        for (const object of [checksums, proxyConfig, tls, apiKeySecret(tiny, "map")]) {
            assert.equal(object.immutable, true);
            assert.equal(plain(object).metadata?.name, undefined);
        }
        assert.equal(tls.type, "kubernetes.io/tls");
    });
});

describe("a service that cannot work", () => {
    const refused = (settings: ModelServiceSettings, pattern: RegExp): void =>
        assert.throws(() => modelServiceManifests(settings, names), pattern);

    it("is refused with its name and a way out", () => {
        refused(
            { ...r1, plan: { ...r1.plan, hosts: 2 } },
            /"deepseek-r1": tensor parallel 8 .* are 8 ranks, and 2 × 8/,
        );
        refused({ ...r1, gpuResource: undefined }, /needs 8 GPUs a host/);
        refused({ ...r1, plan: { ...r1.plan, candidates: [] } }, /pool "h200" has no hosts/);
        const weights = { ...r1.model.weights, claim: "also" };
        refused(
            { ...r1, model: { ...r1.model, weights } },
            /exactly one of weights\.hostPath, weights\.claim and weights\.image/,
        );
        const unreadable = { ...r1.model.weights, sha256sums: "x" };
        refused({ ...r1, model: { ...r1.model, weights: unreadable } }, /checksum manifest: line 1/);
    });

    it("says its single replica's reason where policies look for it", () => {
        assert.equal(deploymentOf(tiny).deployment.metadata?.annotations?.[SINGLE_REPLICA_ANNOTATION], "a trial");
    });
});
