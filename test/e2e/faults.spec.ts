import { strict as assert } from "node:assert";
import { join } from "node:path";
import { FleetStack } from "./fleet-stack";
import { hostKey } from "./host-stack";
import { must, onHost } from "./shell";
import { Project } from "./stack";

const [one, two] = ["metal-61", "metal-62"];
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

    before(async () => {
        await must("local/bed/hosts.sh", ["down", one, two]);
        await must("local/bed/hosts.sh", ["up", one, two]);
        await Promise.all([project.create(), others.create()]);
        await Promise.all([stack.create(), other.create()]);
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
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
        const said = await stack.fail();
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
        const said = await stack.fail();
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
        assert.match(await stack.fail(), /connection to metal-61 .* was lost: .*, while writing \/etc\/e2e\/cut/);
        await stack.apply();
        assert.equal(await onHost(one, "wc -c </etc/e2e/big; cat /etc/e2e/cut; rm -f /run/e2e-cut"), "100000\nwhole");
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("of two runs at once is one sentence to the second, that names the first", async () => {
        const slow = "touch /run/e2e-slow; for i in $(seq 600); do [ ! -e /run/e2e-go ] || exit 0; sleep 0.5; done";
        other.want({ [two]: { files: { "/etc/e2e/first": { content: "1", check: ["sh", "-c", slow] } } } });
        // The engine must not take a host away in an update that goes on after an error: it forgets who depends on it.
        await stack.succeed("destroy", "--yes", "--skip-preview");
        const first = other.apply();
        await onHost(two, "until [ -e /run/e2e-slow ]; do sleep 0.1; done");
        stack.want({ [two]: { files: { "/etc/e2e/second": { content: "2" } } } });
        const who = /the change that \S+@\S+ began at \d\d:\d\d:\d\d UTC is still at work on this host/;
        assert.match(await stack.fail(), who);
        assert.equal(await onHost(two, "ls /etc/e2e/second 2>&1 | grep -c 'No such'"), "1");
        await onHost(two, "touch /run/e2e-go");
        await first;
        await stack.apply();
        assert.equal(await onHost(two, "cat /etc/e2e/second"), "2");
        await other.succeed("destroy", "--yes", "--skip-preview");
        await stack.succeed("destroy", "--yes", "--skip-preview");
    });
});
