import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { loadSecrets, loadSite } from "../../components/site/load";
import { validSite } from "./fixture";

function configure(config: Readonly<Record<string, string>>, secretKeys: readonly string[] = []): void {
    pulumi.runtime.setAllConfig({ ...config }, [...secretKeys]);
}

function refusal(action: () => unknown): string {
    try {
        action();
    } catch (error) {
        assert.ok(pulumi.RunError.isInstance(error), String(error));
        return error.message;
    }
    return assert.fail("nothing was refused");
}

describe("loading", () => {
    before(() =>
        pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, "seamount", "prod"),
    );
    afterEach(() => configure({}));

    it("gives the site of the stack", () => {
        configure({ "seamount:site": JSON.stringify(validSite()) });
        assert.equal(loadSite().name, "test-1");
    });

    it("says where to look when there is no site", () => {
        assert.match(
            refusal(loadSite),
            /^stack prod describes no site: put it under config: "seamount:site:" in Pulumi\.prod\.yaml/,
        );
    });

    it("tells all problems in one message", () => {
        configure({ "seamount:site": JSON.stringify({ ...validSite(), name: "A", colour: 1 }) });
        const message = refusal(loadSite);
        assert.match(message, /^stack prod is misconfigured, 2 problems:\n {2}seamount:site\.name: /);
        assert.equal(message.split("\n").length, 3);
    });

    it("takes text that is no map for what it is", () => {
        configure({ "seamount:site": "hello" });
        assert.match(refusal(loadSite), /seamount:site: "hello" is not a map of fields$/);
    });

    it("refuses a site with an encrypted value inside", () => {
        configure({ "seamount:site": JSON.stringify(validSite()) }, ["seamount:site"]);
        assert.match(refusal(loadSite), /1 problem:\n {2}seamount:site: holds an encrypted value/);
    });

    it("gives secrets as secret Outputs, and nothing for those that are not set", async () => {
        configure({ "seamount:sshPrivateKey": "p" }, ["seamount:sshPrivateKey"]);
        const secrets = loadSecrets();
        assert.deepEqual(Object.keys(secrets), ["sshPrivateKey"]);
        assert.equal(await pulumi.isSecret(pulumi.output(secrets.sshPrivateKey)), true);
    });

    it("refuses a secret in clear, and does not repeat it", () => {
        configure({ "seamount:kubeconfig": "hunter2" });
        const message = refusal(loadSecrets);
        assert.match(message, /seamount:kubeconfig: is not encrypted; .*pulumi config set --secret kubeconfig$/);
        assert.ok(!message.includes("hunter2"));
    });

    it("refuses a certificate without its key", () => {
        configure({ "seamount:tlsCertificate": "c" }, ["seamount:tlsCertificate"]);
        assert.match(refusal(loadSecrets), /seamount:tlsPrivateKey: is missing, but tlsCertificate is set/);
    });
});
