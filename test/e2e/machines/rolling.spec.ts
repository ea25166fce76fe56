import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FleetStack } from "../fleet-stack";
import { apply, nodeFacts } from "../nodes";
import { Client, NodeWatch, service, serviceNamespace } from "../service";
import { kubectl, must } from "../shell";
import { bed } from "../site";
import { Project } from "../stack";

const hosts = ["vm-1", "vm-2", "vm-3"];
const nodePort = 30571;
/** What they shall boot with; it does nothing. */
const kernelArguments = { panic: { value: "31" } };
const rollout = { hostsAtOnce: 1, drainTimeoutSeconds: 600, rebootTimeoutSeconds: 900 };

const inside = async (host: string, script: string) =>
    (await must("local/bed/vms.sh", ["exec", host, "sh", "-c", script])).trim();
const boots = () => Promise.all(hosts.map(host => inside(host, "cat /proc/sys/kernel/random/boot_id")));

/** Minutes: everything in an emulated machine takes many times as long. */
describe("a change that reboots a fleet", function () {
    this.timeout(2_400_000);
    const project = new Project(join("test", "e2e", "fleet"));
    const stack = new FleetStack(project);

    before(async () => {
        await project.create();
        await stack.create();
        await must("local/bed/vms.sh", ["node-up", ...hosts]);
        for (const host of hosts) {
            await kubectl("label", "node", host, "e2e=rolling", "--overwrite");
        }
        await apply(...service(hosts.length, nodePort));
        await kubectl("rollout", "status", "deployment/web", "-n", serviceNamespace, "--timeout=900s");
        await stack.setSecret("fleet:kubeconfig", readFileSync(join(bed, "kubeconfig"), "utf8"));
        const wanted = (node: string) => ({ connection: { connectTimeoutSeconds: 60 }, kernelArguments, node });
        stack.want(Object.fromEntries(hosts.map(host => [host, wanted(host)])), rollout);
    });

    after(async () => {
        await kubectl("delete", "namespace", serviceNamespace, "--ignore-not-found", "--wait=false");
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        await must("local/bed/vms.sh", ["down", ...hosts]);
        project.remove();
    });

    it("is announced in the preview, host by host and in sum", async () => {
        const { words } = await stack.look();
        for (const host of hosts) {
            const line = `${host}: reboots after draining node ${host}: kernel argument panic=31 `;
            assert.ok(words.includes(line), words);
        }
        assert.ok(words.includes(`3 hosts reboot, one at a time: ${hosts.join(", ")}`), words);
    });

    it("goes through it one by one, while a service that is spread over it answers every request", async () => {
        const before = await boots();
        const watch = new NodeWatch("e2e=rolling");
        const client = new Client(`http://10.88.1.11:${nodePort}/`);
        await stack.succeed("up", "--yes", "--skip-preview");
        await client.stop();
        watch.stop();
        assert.deepEqual(client.failures, []);
        assert.ok(client.answered > 100, `${client.answered} requests`);
        assert.equal(watch.most.length, 1, `at the same time: ${watch.most.join(", ")}`);
        assert.deepEqual([...watch.order].sort(), hosts);
        (await boots()).forEach((boot, index) => assert.notEqual(boot, before[index]));
        for (const host of hosts) {
            assert.match(await inside(host, "cat /proc/cmdline"), / panic=31\b/);
            assert.deepEqual(await nodeFacts(host), { cordoned: false, by: undefined });
        }
    });

    it("is done then: nothing is left to do", async () => {
        await stack.succeed("preview", "--expect-no-changes");
    });
});
