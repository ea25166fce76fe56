import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FleetStack } from "./fleet-stack";
import { apply, immovable, nodeFacts, simulatedNode } from "./nodes";
import { kubectl, must, onHost } from "./shell";
import { bed } from "./site";
import { Project } from "./stack";

const [one, two] = ["metal-61", "metal-62"];
const nodes = ["e2e-61", "e2e-62"];
const NAMESPACE = "e2e-outage";
/** A package that says of itself that hosts boot after it, as a driver would. */
const driver = { "nvme-cli": { disruption: "reboot" as const } };
const rollout = { hostsAtOnce: 1, drainTimeoutSeconds: 4, rebootTimeoutSeconds: 10 };
const untouched =
    "find /var/lib/seamount 2>/dev/null; dpkg-query -W -f '${db:Status-Abbrev}' nvme-cli 2>/dev/null || :";
const wanted = { [one]: { packages: driver, node: nodes[0] }, [two]: { packages: driver, node: nodes[1] } };

describe("a host that is out of service", () => {
    const project = new Project(join("test", "e2e", "fleet"));
    const stack = new FleetStack(project);

    before(async () => {
        await must("local/bed/hosts.sh", ["down", one, two]);
        await must("local/bed/hosts.sh", ["up", one, two]);
        await project.create();
        await stack.create();
        await stack.setSecret("fleet:kubeconfig", readFileSync(join(bed, "kubeconfig"), "utf8"));
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        await kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false");
        await kubectl("delete", "node", ...nodes, "--ignore-not-found");
        await must("local/bed/hosts.sh", ["down", one, two]);
        project.remove();
    });

    it("takes work again, unchanged, where budgets forbid to drain it; pod and budget are named", async () => {
        await apply(...nodes.map(name => simulatedNode(name, "outage")), ...immovable(NAMESPACE, nodes[0] ?? ""));
        await kubectl("wait", "--for=condition=Ready", "pod", "-n", NAMESPACE, "-l", "app=stays", "--timeout=30s");
        stack.want({ [one]: { packages: driver, node: nodes[0] } }, rollout);
        const { words } = await stack.look();
        assert.match(words, /metal-61: reboots after draining node e2e-61: package nvme-cli is not installed/);
        assert.match(words, /1 host reboots: metal-61/);
        const said = await stack.fail();
        assert.match(said, /metal-61 \(10\.88\.0\.71\) was not changed, and takes work again: node e2e-61/);
        assert.match(said, /could not be drained within 4 s: .*stays-.*disruption budget/s);
        assert.deepEqual(await nodeFacts(nodes[0] ?? ""), { cordoned: false, by: undefined });
        assert.equal(await onHost(one, untouched), "");
        await kubectl("delete", "pdb", "stays", "-n", NAMESPACE);
    });

    it("and does not come back from its reboot ends the run before the next host", async () => {
        // Both have the fault: whichever comes first fails, and the other is not begun.
        await Promise.all([one, two].map(host => onHost(host, "systemctl mask ssh.service ssh.socket")));
        stack.want(wanted, rollout);
        const { words } = await stack.look();
        assert.match(words, /2 hosts reboot, one at a time: metal-61, metal-62/);
        const said = await stack.fail();
        const [, failed = ""] = /(metal-6\d) \(\S+\) did not come back within 10 s after its reboot: /.exec(said) ?? [];
        const rest = failed === one ? two : one;
        assert.match(said, new RegExp(`${rest} was not begun, because ${failed} failed: .*again resumes`));
        const node = (host: string) => `e2e-${host.slice(-2)}`;
        const away = await nodeFacts(node(failed));
        assert.equal(away.cordoned, true);
        assert.match(away.by ?? "", /^\S+@\S+ at 20/);
        assert.match(await onHost(failed, "cat /var/lib/seamount/maintenance"), /^\S+@\S+ at 20/);
        assert.deepEqual(await nodeFacts(node(rest)), { cordoned: false, by: undefined });
        assert.equal(await onHost(rest, untouched), "");
    });

    it("and was put right is gone on with by the next up: both hosts are changed, booted, and take work", async () => {
        const boots = () => Promise.all([one, two].map(host => onHost(host, "cat /proc/sys/kernel/random/boot_id")));
        await Promise.all(
            [one, two].map(host => onHost(host, "systemctl unmask ssh.service ssh.socket; systemctl start ssh || :")),
        );
        stack.want(wanted, { ...rollout, rebootTimeoutSeconds: 120 });
        const { words } = await stack.look();
        assert.match(words, /is changed after draining node e2e-6\d: it was taken out of service by \S+ at \S+/);
        const before = await boots();
        await stack.apply();
        const after = await boots();
        assert.equal(after.filter((boot, index) => boot !== before[index]).length, 1, "the first had booted already");
        for (const [index, host] of [one, two].entries()) {
            assert.deepEqual(await nodeFacts(nodes[index] ?? ""), { cordoned: false, by: undefined });
            assert.equal(await onHost(host, "dpkg-query -W -f '${db:Status-Abbrev}' nvme-cli"), "ii");
            assert.equal(await onHost(host, "ls /var/lib/seamount | grep -c -e maintenance -e reboot-due || :"), "0");
        }
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("leaves no kubeconfig behind on this machine", async () => {
        const left = await must("sh", ["-c", "ls /dev/shm/metal-*/kubeconfig 2>/dev/null || :"]);
        assert.equal(left, "");
    });
});
