import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { asWanted, everyKind, readBack, UNIT } from "./every-kind";
import { defrag, fingerprint, host, hostKey, HostStack, survey } from "./host-stack";
import { files, leaks } from "./secrets";
import { must, onHost, stackTrace, transcript } from "./shell";
import { Project } from "./stack";

describe("the items of a host", () => {
    const project = new Project(join("test", "e2e", "program"));
    const stack = new HostStack(project);
    let found: string[];

    /** Whether the host is as it was found. */
    const assertAsFound = async () => assert.deepEqual(await survey(), found);

    before(async () => {
        await project.create();
        await stack.create();
        // What the package needs stays as well, and is not what is looked at here.
        await onHost(host, "apt-get -qq install --yes --no-install-recommends nvme-cli && dpkg --purge nvme-cli");
        found = await survey();
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        await onHost(host, "rm -rf /run/e2e-* /home/e2e-user; dpkg --purge nvme-cli");
        project.remove();
    });

    it("of every kind are applied, read by other means", async () => {
        stack.want(everyKind);
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.match(await readBack(), asWanted);
    });

    it("of every kind are named by a preview when they were changed by hand", async () => {
        await onHost(
            host,
            `dpkg --purge nvme-cli
            echo more >>/etc/issue; chmod 600 /etc/e2e/deep/notes
            sysctl -w vm.dirty_ratio=33; echo always >${defrag}
            modprobe -r br_netfilter; rm /etc/modprobe.d/90-seamount.conf
            systemctl disable --now e2e-sleeper; systemctl start remote-fs.target
            gpasswd --delete e2e-user video; usermod --shell /bin/bash e2e-user; echo e2e-user:e2e | chpasswd
            echo 'ssh-ed25519 AAAA mallory@example.org' >>/home/e2e-user/.ssh/authorized_keys
            chmod 700 /srv/e2e; umount /srv/e2e-scratch; systemctl disable 'srv-e2e\\x2dscratch.mount'`,
        );
        const { paths, words } = await stack.look();
        assert.deepEqual(paths, [
            'directories["/srv/e2e"].mode',
            'files["/etc/e2e/deep/notes"].mode',
            'files["/etc/issue"].content',
            'modules["br_netfilter"].state',
            'modules["nouveau"]',
            'modules["nouveau"].options',
            'mounts["/srv/e2e-scratch"]',
            'packages["nvme-cli"]',
            'services["e2e-sleeper.service"].enabled',
            'services["e2e-sleeper.service"].running',
            'services["remote-fs.target"].running',
            'sysctls["vm.dirty_ratio"]',
            `sysfs["${defrag}"]`,
            'users["e2e-user"]',
            'users["e2e-user"].authorizedKeys',
            'users["e2e-user"].groups',
            'users["e2e-user"].shell',
        ]);
        for (const line of [
            "package nvme-cli is not installed",
            "file /etc/issue has other content",
            "file /etc/e2e/deep/notes has mode 600, should be 640",
            "sysctl vm.dirty_ratio is 33, should be 7",
            `sysfs value ${defrag} is always, should be never`,
            "module br_netfilter is not loaded, should be loaded",
            "module nouveau is not blocked, should be blocked",
            "service e2e-sleeper.service is disabled, should be enabled at boot",
            "service e2e-sleeper.service is inactive, should be running",
            "service remote-fs.target is active, should be stopped",
            "user e2e-user is not in group video",
            "user e2e-user has shell /bin/bash, should be /bin/sh",
            "user e2e-user has a password, should have none",
            "user e2e-user lets in mallory@example.org, should not",
            "directory /srv/e2e has mode 2700, should be 2770",
            "mount /srv/e2e-scratch is not mounted",
            "mount /srv/e2e-scratch is not mounted at boot",
        ]) {
            assert.ok(words.includes(`${host}: ${line}`), `"${line}" is missing in:\n${words}`);
        }
    });

    it("of every kind are repaired by up", async () => {
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.match(await readBack(), asWanted);
    });

    it("are recorded by refresh as they are, and still wanted as they were", async () => {
        await onHost(host, "sysctl -w vm.dirty_ratio=44; rm /etc/e2e/deep/notes; systemctl stop e2e-sleeper");
        await stack.succeed("refresh", "--yes", "--skip-preview");
        const { sysctls, files: kept, services } = await stack.inputs();
        assert.deepEqual(sysctls, { ...everyKind.sysctls, "vm.dirty_ratio": "44" });
        assert.deepEqual(Object.keys(kept ?? {}).sort(), [UNIT, "/etc/issue"].sort());
        assert.equal(services?.["e2e-sleeper.service"]?.running, false);
        assert.deepEqual((await stack.look()).paths, [
            'files["/etc/e2e/deep/notes"]',
            'services["e2e-sleeper.service"]',
            'sysctls["vm.dirty_ratio"]',
        ]);
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.match(await readBack(), asWanted);
    });

    it("are put back as they were found by destroy: no process, no file, no folder stays", async () => {
        await stack.succeed("destroy", "--yes", "--skip-preview");
        await assertAsFound();
        assert.match(await onHost(host, "dpkg-query -W -f '${db:Status-Abbrev}' nvme-cli"), /^ii/, "packages stay");
    });

    it("that fail are all named, and keep no other from being applied", async () => {
        stack.want({
            files: { "/etc/e2e/orphan": { content: "", owner: "nobody-at-all" }, "/etc/e2e/good": { content: "good" } },
            sysctls: { "vm.no_such_thing": "1" },
        });
        const { status, stdout, stderr } = await stack.pulumi("up", "--yes", "--skip-preview");
        assert.notEqual(status, 0);
        assert.match(stdout, /while writing \/etc\/e2e\/orphan: chown: invalid user: .nobody-at-all:root/);
        assert.match(stdout, /while setting sysctl vm\.no_such_thing: this host has no sysctl vm\.no_such_thing/);
        assert.doesNotMatch(stdout + stderr, stackTrace);
        assert.equal(await onHost(host, "cat /etc/e2e/good; find / -xdev -name '.seamount.*'"), "good");
    });

    it("are not touched on a host that shows another key", async () => {
        const [right, wrong] = [hostKey(host), hostKey("metal-4")];
        stack.want({ sysctls: { "vm.dirty_ratio": "7" } }, { hostKey: wrong });
        const { status, stdout } = await stack.pulumi("preview");
        assert.notEqual(status, 0);
        for (const key of [right, wrong]) assert.ok(stdout.includes(await fingerprint(key)), stdout);
    });

    it("survive a Ctrl-C, which is obeyed at once, and are finished by the next up", async () => {
        const slow = "[ -e /run/e2e-slow ] || { touch /run/e2e-slow; sleep 10; }";
        stack.want({ files: { "/etc/e2e/slow": { content: "slow", check: ["sh", "-c", slow] } } });
        let interrupted = 0;
        const moment = must("local/bed/hosts.sh", [
            "exec",
            host,
            "sh",
            "-c",
            "until [ -e /run/e2e-slow ]; do sleep 0.1; done",
        ]);
        const { status, stdout } = await stack.interrupted(
            moment.then(() => (interrupted = Date.now())),
            ...["up", "--yes", "--skip-preview"],
        );
        const waitedMs = Date.now() - interrupted;
        assert.notEqual(status, 0);
        assert.match(stdout, /while writing \/etc\/e2e\/slow/);
        assert.ok(waitedMs < 5000, `${waitedMs} ms`);
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.equal(await onHost(host, "cat /etc/e2e/slow"), "slow");
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("that are secrets appear in no output and in no state", async () => {
        const secrets = { file: randomBytes(24).toString("hex"), sysctl: `1${randomBytes(6).readUIntBE(0, 6)}` };
        await stack.setSecret("file", secrets.file);
        await stack.setSecret("sysctl", secrets.sysctl);
        const secret = {
            files: { "/etc/e2e/key": { content: "secret:file" } },
            sysctls: { "vm.max_map_count": "secret:sysctl" },
        };
        stack.want(secret);
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.equal(
            await onHost(host, "cat /etc/e2e/key; cat /proc/sys/vm/max_map_count"),
            secrets.file + secrets.sysctl,
        );
        await onHost(host, "echo >>/etc/e2e/key; sysctl -w vm.max_map_count=65530");
        const { paths } = await stack.look();
        assert.deepEqual(paths, ['files["/etc/e2e/key"].content', 'sysctls["vm.max_map_count"]']);
        await stack.succeed("refresh", "--yes", "--skip-preview");
        await stack.succeed("up", "--yes", "--diff");
        const places = [
            ...files(project.home),
            ...files(project.backend),
            { path: "output", text: transcript.join("\n") },
        ];
        assert.deepEqual(
            places.flatMap(({ path, text }) => leaks(text, secrets).map(name => `${name} in ${path}`)),
            [],
        );
        await stack.succeed("destroy", "--yes", "--skip-preview");
        await assertAsFound();
    });
});
