import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { parse } from "yaml";
import { checkKubeconfig, resolveKubeconfig } from "../../components/cluster/kubeconfig";

const good = `apiVersion: v1
kind: Config
clusters: [{ name: a, cluster: { server: "https://10.0.0.1:6443", certificate-authority: /etc/ca.crt } }]
contexts: [{ name: a, context: { cluster: a, user: a } }]
users: [{ name: a, user: {} }]
current-context: a
`;

describe("resolveKubeconfig", () => {
    it("takes the secret before the file, whatever the run", () => {
        fc.assert(
            fc.property(
                fc.string(),
                fc.option(fc.constant(good), { nil: undefined }),
                fc.boolean(),
                (secret, fileText, dryRun) => {
                    const found = resolveKubeconfig({ secret, fileText, dryRun });
                    assert.deepEqual(found, { visible: true, kubeconfig: secret });
                },
            ),
        );
    });

    it("takes the file where there is no secret", () => {
        assert.deepEqual(resolveKubeconfig({ fileText: good, dryRun: false }), { visible: true, kubeconfig: good });
    });

    it("lets a preview go on with a kubeconfig that reaches nothing, and says so once", () => {
        const found = resolveKubeconfig({ dryRun: true });
        assert.ok(!found.visible);
        checkKubeconfig(found.kubeconfig, "the stand-in");
        const servers = (parse(found.kubeconfig) as { clusters: { cluster: { server: string } }[] }).clusters;
        assert.deepEqual(
            servers.map(({ cluster }) => cluster.server),
            ["https://127.0.0.1:1"],
        );
        assert.match(found.warning, /cannot be seen.*pulumi config set --secret seamount:kubeconfig/);
    });

    it("stops an update, and names the missing file", () => {
        assert.throws(
            () => resolveKubeconfig({ dryRun: false }),
            /no kubeconfig is configured: set it with `pulumi config set --secret seamount:kubeconfig.*cluster\.kubeconfigFile/,
        );
        assert.throws(
            () => resolveKubeconfig({ dryRun: false, file: "/x/kubeconfig" }),
            /the kubeconfig file \/x\/kubeconfig does not exist/,
        );
    });

    it("refuses a file that is no kubeconfig, in a preview too", () => {
        const sources = { fileText: "hello", file: "/x", dryRun: true };
        assert.throws(() => resolveKubeconfig(sources), /cluster\.kubeconfigFile: \/x is not a kubeconfig/);
    });
});

describe("checkKubeconfig", () => {
    it("says what is wrong in one sentence", () => {
        const wrong = (text: string, pattern: RegExp): void =>
            assert.throws(() => checkKubeconfig(text, "it"), pattern);
        checkKubeconfig(good, "it");
        wrong("a: [", /^Error: it is not YAML$/);
        wrong("clusters: []", /it has no clusters/);
        wrong(good.replace("current-context: a", ""), /no current-context/);
        wrong(good.replace("/etc/ca.crt", "pki/ca.crt"), /"pki\/ca\.crt" as certificate-authority.*--flatten/);
    });

    it("never throws anything but a sentence of its own", () => {
        fc.assert(
            fc.property(fc.string(), text => {
                assert.throws(() => checkKubeconfig(text, "it"), /^Error: it (is not|has no|names)/);
            }),
        );
    });
});
