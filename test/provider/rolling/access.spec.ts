import { strict as assert } from "node:assert";
import { readFileSync, statSync } from "node:fs";
import type { HostConnection } from "../../../provider/items";
import { PrivateFolder } from "../../../provider/private";
import { ClusterAccess } from "../../../provider/rolling/access";
import { DEFAULT_ROLLOUT, type MetalSettings } from "../../../provider/rolling/settings";
import type { Script } from "../../../provider/shell";
import { ConnectionError, type Result, type Transport } from "../../../provider/transport";
import { HOST_KEY } from "../fakes";

const TEXT = "apiVersion: v1\nkind: Config\n";

/** Hosts of a control plane, each with what it has: a kubeconfig, none, or an error. */
class Hosts implements Transport {
    readonly asked: string[] = [];

    constructor(readonly has: Record<string, string | ConnectionError>) {}

    async run({ name = "" }: HostConnection, { mark }: Script): Promise<Result> {
        this.asked.push(name);
        await Promise.resolve();
        const found = this.has[name] ?? "";
        if (found instanceof ConnectionError) {
            throw found;
        }
        const stdout = `${mark} section begin\n${mark} section kubeconfig\n${found}${mark} end -\n`;
        return { stdout, stderr: "", status: 0 };
    }

    cancel(): void {}

    close(): void {}
}

describe("the way to the cluster", () => {
    const folder = new PrivateFolder();
    const controlPlane = ["cp-1", "cp-2", "cp-3"].map(name => ({ name, address: "192.0.2.7", hostKey: HOST_KEY }));
    const gone = new ConnectionError("unreachable", "No route to host");
    const access = (hosts: Transport, more: Partial<MetalSettings> = { controlPlane }) =>
        new ClusterAccess(() => ({ rollout: DEFAULT_ROLLOUT, ...more }), hosts, folder);

    after(() => folder.close());

    it("is the first host that answers and has a kubeconfig, asked once for the whole run", async () => {
        const hosts = new Hosts({ "cp-1": gone, "cp-3": TEXT });
        const way = access(hosts);
        const [path, same] = await Promise.all([way.kubeconfig(), way.kubeconfig()]);
        assert.equal(await way.kubeconfig(), path);
        assert.equal(same, path);
        assert.deepEqual(hosts.asked, ["cp-1", "cp-2", "cp-3"]);
        assert.equal(readFileSync(path ?? "", "utf8"), TEXT);
        assert.equal(statSync(path ?? "").mode & 0o777, 0o600);
    });

    it("is none where no host has a kubeconfig, until the control plane has changed", async () => {
        const hosts = new Hosts({});
        const way = access(hosts);
        assert.equal(await way.kubeconfig(), undefined);
        hosts.has["cp-2"] = TEXT;
        assert.equal(await way.kubeconfig(), undefined);
        assert.equal(hosts.asked.length, 3);
        way.forget();
        assert.equal(readFileSync((await way.kubeconfig()) ?? "", "utf8"), TEXT);
    });

    it("is not known where no host can be asked; whoever comes later asks again", async () => {
        const hosts = new Hosts({ "cp-1": gone, "cp-2": gone, "cp-3": gone });
        const way = access(hosts);
        await assert.rejects(way.kubeconfig(), (error: Error) => {
            assert.match(error.message, /^no host of the control plane can be asked for its kubeconfig: cp-1 /);
            assert.match(error.message, /cp-3 \(192\.0\.2\.7\) cannot be reached: No route to host/);
            return true;
        });
        hosts.has["cp-2"] = TEXT;
        assert.notEqual(await way.kubeconfig(), undefined);
    });

    it("is not said to be none while a host that may have it cannot be asked", async () => {
        const way = access(new Hosts({ "cp-2": gone }));
        await assert.rejects(way.kubeconfig(), /^HostError: 2 of 3 hosts .* have no kubeconfig, and the others cannot/);
    });

    it("never goes on behind a host that shows another key", async () => {
        const hosts = new Hosts({ "cp-1": new ConnectionError("wrong-host-key", "", "SHA256:x"), "cp-2": TEXT });
        await assert.rejects(access(hosts).kubeconfig(), /is not the host that the site file describes/);
        assert.deepEqual(hosts.asked, ["cp-1"]);
    });

    it("is the configured kubeconfig, without asking anybody", async () => {
        const hosts = new Hosts({ "cp-1": TEXT });
        const given = await access(hosts, { controlPlane, kubeconfig: "given" }).kubeconfig();
        assert.equal(readFileSync(given ?? "", "utf8"), "given");
        assert.equal(await access(hosts, { controlPlane, kubeconfigFile: "/a/file" }).kubeconfig(), "/a/file");
        assert.deepEqual(hosts.asked, []);
        const none = access(hosts, {});
        assert.equal(none.configured, false);
        await assert.rejects(none.kubeconfig(), /has no kubeconfig \(set kubeconfig, kubeconfigFile or controlPlane\)/);
    });
});
