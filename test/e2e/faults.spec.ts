import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FleetStack } from "./fleet-stack";
import { hostKey } from "./host-stack";
import { apply, nodeFacts, simulatedNode } from "./nodes";
import { kubectl, must, onHost, stackTrace } from "./shell";
import { bed } from "./site";
import { Project } from "./stack";

const [one, two] = ["metal-61", "metal-62"];
const nodes = ["e2e-61", "e2e-62"];
/** A package that says of itself that hosts boot after it, as a driver would. */
const driver = { "nvme-cli": { disruption: "reboot" as const } };
const rollout = { hostsAtOnce: 1, drainTimeoutSeconds: 4, rebootTimeoutSeconds: 10 };
const untouched =
    "find /var/lib/seamount /etc/e2e 2>/dev/null; dpkg-query -W -f '${db:Status-Abbrev}' nvme-cli 2>/dev/null || :";

/** Ends the session of whoever runs it: the sshd that it came through is gone. */
const cutTheWire = `[ ! -e /run/e2e-cut ] || exit 0
touch /run/e2e-cut
p=$$
until [ "$(cat /proc/$p/comm)" = sshd ]; do p=$(awk '/^PPid/ { print $2 }' /proc/$p/status); done
kill -9 $p
sleep 2`;

describe("a fault", () => {
    const project = new Project(join("test", "e2e", "fleet"));
    const stack = new FleetStack(project);
    const others = new Project(join("test", "e2e", "fleet"));
    const other = new FleetStack(others);

    /** An `up` that must fail: what it said. All errors come out, as far as they do not depend on each other. */
    const fail = async (): Promise<string> => {
        const { status, stdout, stderr } = await stack.pulumi("up", "--yes", "--skip-preview", "--continue-on-error");
        assert.notEqual(status, 0, stdout);
        assert.doesNotMatch(stdout + stderr, stackTrace);
        return stdout;
    };
    const succeed = () => stack.succeed("up", "--yes", "--skip-preview");

    before(async () => {
        await must("local/bed/hosts.sh", ["down", one, two]);
        await must("local/bed/hosts.sh", ["up", one, two]);
        await Promise.all([project.create(), others.create()]);
        await Promise.all([stack.create(), other.create()]);
        await stack.setSecret("fleet:kubeconfig", readFileSync(join(bed, "kubeconfig"), "utf8"));
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        await kubectl("delete", "namespace", "e2e-faults", "--ignore-not-found", "--wait=false");
        await kubectl("delete", "node", ...nodes, "--ignore-not-found");
        await must("local/bed/hosts.sh", ["down", one, two]);
        project.remove();
        others.remove();
    });

    it("of the way to a host is told by its cause and its remedy: no answer, another key, no sudo", async () => {
        await onHost(two, "useradd -m e2e-guest && cp -r /root/.ssh ~e2e-guest/ && chown -R e2e-guest ~e2e-guest/.ssh");
        const items = { sysctls: { "vm.dirty_ratio": "7" } };
        stack.want({
            "metal-60": { ...items, connection: { hostKey: hostKey(one), connectTimeoutSeconds: 1 } },
            [one]: { ...items, connection: { hostKey: hostKey(two) } },
            [two]: { ...items, connection: { user: "e2e-guest" } },
        });
        const said = await fail();
        assert.match(said, /metal-60 \(10\.88\.0\.70\) cannot be reached: .*Try `ssh root@10\.88\.0\.70`/);
        assert.match(said, /metal-61 \(10\.88\.0\.71\) is not the host that the site file describes: .*SHA256:/);
        assert.match(said, /e2e-guest must be able to run commands, and sudo without a password \(sudo: /);
        assert.equal(await onHost(one, untouched), "");
        assert.equal(await onHost(two, `${untouched}; userdel -r e2e-guest 2>/dev/null`), "");
    });

    it("of a full disk names the file and leaves what was there; a package that nobody has ends what follows", async () => {
        await onHost(one, "mkdir -p /etc/e2e && mount -t tmpfs -o size=64k none /etc/e2e && echo before >/etc/e2e/big");
        stack.want({
            [one]: { files: { "/etc/e2e/big": { content: "x".repeat(100_000) } } },
            [two]: { packages: { "no-such-thing": {} }, files: { "/etc/e2e/later": { content: "" } } },
        });
        const said = await fail();
        assert.match(said, /while writing \/etc\/e2e\/big: .*No space left on device/);
        assert.match(said, /while installing package \(no-such-thing\): .*no-such-thing/s);
        assert.equal(await onHost(one, "cat /etc/e2e/big; ls -A /etc/e2e; umount /etc/e2e"), "before\nbig");
        assert.equal(await onHost(two, "ls /etc/e2e 2>/dev/null || :"), "");
    });

    it("of the connection in the middle of a change says where, locks nothing, and the next up goes on", async () => {
        const big = { "/etc/e2e/big": { content: "x".repeat(100_000) } };
        stack.want({
            [one]: { files: { ...big, "/etc/e2e/cut": { content: "whole", check: ["sh", "-c", cutTheWire] } } },
        });
        assert.match(await fail(), /connection to metal-61 .* was lost: .*, while writing \/etc\/e2e\/cut/);
        await succeed();
        assert.equal(await onHost(one, "wc -c </etc/e2e/big; cat /etc/e2e/cut; rm -f /run/e2e-cut"), "100000\nwhole");
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("of two runs at once is one sentence to the second, that names the first", async () => {
        const slow = "touch /run/e2e-slow; for i in $(seq 600); do [ ! -e /run/e2e-go ] || exit 0; sleep 0.5; done";
        other.want({ [two]: { files: { "/etc/e2e/first": { content: "1", check: ["sh", "-c", slow] } } } });
        const first = other.succeed("up", "--yes", "--skip-preview");
        await onHost(two, "until [ -e /run/e2e-slow ]; do sleep 0.1; done");
        stack.want({ [two]: { files: { "/etc/e2e/second": { content: "2" } } } });
        const who = /the change that \S+@\S+ began at \d\d:\d\d:\d\d UTC is still at work on this host/;
        assert.match(await fail(), who);
        assert.equal(await onHost(two, "ls /etc/e2e/second 2>&1 | grep -c 'No such'"), "1");
        await onHost(two, "touch /run/e2e-go");
        await first;
        await succeed();
        assert.equal(await onHost(two, "cat /etc/e2e/second"), "2");
        await other.succeed("destroy", "--yes", "--skip-preview");
        await stack.succeed("destroy", "--yes", "--skip-preview");
    });

    it("of a drain that budgets forbid names pod and budget; the host is not changed, and takes work again", async () => {
        const labels = { app: "stays" };
        await apply(
            ...nodes.map(name => simulatedNode(name, "faults")),
            { apiVersion: "v1", kind: "Namespace", metadata: { name: "e2e-faults" } },
            {
                apiVersion: "policy/v1",
                kind: "PodDisruptionBudget",
                metadata: { name: "stays", namespace: "e2e-faults" },
                spec: { minAvailable: 1, selector: { matchLabels: labels } },
            },
            {
                apiVersion: "apps/v1",
                kind: "Deployment",
                metadata: { name: "stays", namespace: "e2e-faults" },
                spec: {
                    replicas: 1,
                    selector: { matchLabels: labels },
                    template: {
                        metadata: { labels },
                        spec: {
                            nodeName: nodes[0],
                            containers: [{ name: "a", image: "none" }],
                        },
                    },
                },
            },
        );
        await kubectl("wait", "--for=condition=Ready", "pod", "-n", "e2e-faults", "-l", "app=stays", "--timeout=30s");
        stack.want({ [one]: { packages: driver, node: nodes[0] } }, rollout);
        const { words } = await stack.look();
        assert.match(words, /metal-61: reboots after draining node e2e-61: package nvme-cli is not installed/);
        assert.match(words, /1 host reboots: metal-61/);
        const said = await fail();
        assert.match(said, /metal-61 \(10\.88\.0\.71\) was not changed, and takes work again: node e2e-61/);
        assert.match(said, /could not be drained within 4 s: .*stays-.*disruption budget/s);
        assert.deepEqual(await nodeFacts(nodes[0] ?? ""), { cordoned: false, by: undefined });
        assert.equal(await onHost(one, untouched), "");
        await kubectl("delete", "pdb", "stays", "-n", "e2e-faults");
    });

    it("of a host that does not come back from its reboot ends the run before the next host", async () => {
        // Both have the fault: whichever comes first fails, and the other is not begun.
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        await kubectl("delete", "namespace", "e2e-faults", "--ignore-not-found", "--wait=false");
        await kubectl("delete", "node", ...nodes, "--ignore-not-found");
        project.remove();
        others.remove();
    });

    it("of the way to a host is told by its cause and its remedy: no answer, another key, no sudo", async () => {
        await onHost(two, "useradd -m e2e-guest && cp -r /root/.ssh ~e2e-guest/ && chown -R e2e-guest ~e2e-guest/.ssh");
        const items = { sysctls: { "vm.dirty_ratio": "7" } };
        stack.want({
            "metal-60": { ...items, connection: { hostKey: hostKey(one), connectTimeoutSeconds: 1 } },
            [one]: { ...items, connection: { hostKey: hostKey(two) } },
            [two]: { ...items, connection: { user: "e2e-guest" } },
        });
        const said = await fail();
        assert.match(said, /metal-60 \(10\.88\.0\.70\) cannot be reached: .*Try `ssh root@10\.88\.0\.70`/);
        assert.match(said, /metal-61 \(10\.88\.0\.71\) is not the host that the site file describes: .*SHA256:/);
        assert.match(said, /e2e-guest must be able to run commands, and sudo without a password \(sudo: /);
        assert.equal(await onHost(one, untouched), "");
        assert.equal(await onHost(two, `${untouched}; userdel -r e2e-guest 2>/dev/null`), "");
    });

    it("of a full disk names the file and leaves what was there; a package that nobody has ends what follows", async () => {
        await onHost(one, "mkdir -p /etc/e2e && mount -t tmpfs -o size=64k none /etc/e2e && echo before >/etc/e2e/big");
        stack.want({
            [one]: { files: { "/etc/e2e/big": { content: "x".repeat(100_000) } } },
            [two]: { packages: { "no-such-thing": {} }, files: { "/etc/e2e/later": { content: "" } } },
        });
        const said = await fail();
        assert.match(said, /while writing \/etc\/e2e\/big: .*No space left on device/);
        assert.match(said, /while installing package \(no-such-thing\): .*no-such-thing/s);
        assert.equal(await onHost(one, "cat /etc/e2e/big; ls -A /etc/e2e; umount /etc/e2e"), "before\nbig");
        assert.equal(await onHost(two, "ls /etc/e2e 2>/dev/null || :"), "");
    });

    it("of the connection in the middle of a change says where, locks nothing, and the next up goes on", async () => {
        const big = { "/etc/e2e/big": { content: "x".repeat(100_000) } };
        stack.want({
            [one]: { files: { ...big, "/etc/e2e/cut": { content: "whole", check: ["sh", "-c", cutTheWire] } } },
        });
        assert.match(await fail(), /connection to metal-61 .* was lost: .*, while writing \/etc\/e2e\/cut/);
        await succeed();
        assert.equal(await onHost(one, "wc -c </etc/e2e/big; cat /etc/e2e/cut; rm -f /run/e2e-cut"), "100000\nwhole");
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("of two runs at once is one sentence to the second, that names the first", async () => {
        const slow = "touch /run/e2e-slow; for i in $(seq 600); do [ ! -e /run/e2e-go ] || exit 0; sleep 0.5; done";
        other.want({ [two]: { files: { "/etc/e2e/first": { content: "1", check: ["sh", "-c", slow] } } } });
        const first = other.succeed("up", "--yes", "--skip-preview");
        await onHost(two, "until [ -e /run/e2e-slow ]; do sleep 0.1; done");
        stack.want({ [two]: { files: { "/etc/e2e/second": { content: "2" } } } });
        const who = /the change that \S+@\S+ began at \d\d:\d\d:\d\d UTC is still at work on this host/;
        assert.match(await fail(), who);
        assert.equal(await onHost(two, "ls /etc/e2e/second 2>&1 | grep -c 'No such'"), "1");
        await onHost(two, "touch /run/e2e-go");
        await first;
        await succeed();
        assert.equal(await onHost(two, "cat /etc/e2e/second"), "2");
        await other.succeed("destroy", "--yes", "--skip-preview");
        await stack.succeed("destroy", "--yes", "--skip-preview");
    });

    it("of a drain that budgets forbid names pod and budget; the host is not changed, and takes work again", async () => {
        const labels = { app: "stays" };
        await apply(
            ...nodes.map(name => simulatedNode(name, "faults")),
            { apiVersion: "v1", kind: "Namespace", metadata: { name: "e2e-faults" } },
            {
                apiVersion: "policy/v1",
                kind: "PodDisruptionBudget",
                metadata: { name: "stays", namespace: "e2e-faults" },
                spec: { minAvailable: 1, selector: { matchLabels: labels } },
            },
            {
                apiVersion: "apps/v1",
                kind: "Deployment",
                metadata: { name: "stays", namespace: "e2e-faults" },
                spec: {
                    replicas: 1,
                    selector: { matchLabels: labels },
                    template: {
                        metadata: { labels },
                        spec: {
                            nodeName: nodes[0],
                            containers: [{ name: "a", image: "none" }],
                        },
                    },
                },
            },
        );
        await kubectl("wait", "--for=condition=Ready", "pod", "-n", "e2e-faults", "-l", "app=stays", "--timeout=30s");
        stack.want({ [one]: { packages: driver, node: nodes[0] } }, rollout);
        const { words } = await stack.look();
        assert.match(words, /metal-61: reboots after draining node e2e-61: package nvme-cli is not installed/);
        assert.match(words, /1 host reboots: metal-61/);
        const said = await fail();
        assert.match(said, /metal-61 \(10\.88\.0\.71\) was not changed, and takes work again: node e2e-61/);
        assert.match(said, /could not be drained within 4 s: .*stays-.*disruption budget/s);
        assert.deepEqual(await nodeFacts(nodes[0] ?? ""), { cordoned: false, by: undefined });
        assert.equal(await onHost(one, untouched), "");
        await kubectl("delete", "pdb", "stays", "-n", "e2e-faults");
    });

    it("of a host that does not come back from its reboot ends the run before the next host", async () => {
        // Both have the fault: whichever comes first fails, and the other is not begun.
        await Promise.all([one, two].map(host => onHost(host, "systemctl mask ssh.service ssh.socket")));
        const hosts = [one, two].map((host, index) => [host, { packages: driver, node: nodes[index] }] as const);
        stack.want(Object.fromEntries(hosts), rollout);
        const { words } = await stack.look();
        assert.match(words, /2 hosts reboot, one at a time: metal-61, metal-62/);
        const said = await fail();
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

    it("that was put right is gone on from by the next up: both hosts are changed, booted, and take work", async () => {
        const boots = () => Promise.all([one, two].map(host => onHost(host, "cat /proc/sys/kernel/random/boot_id")));
        await Promise.all(
            [one, two].map(host => onHost(host, "systemctl unmask ssh.service ssh.socket; systemctl start ssh || :")),
        );
        const { words } = await stack.look();
        assert.match(words, /is changed after draining node e2e-6\d: it was taken out of service by \S+ at \S+/);
        const before = await boots();
        await succeed();
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
