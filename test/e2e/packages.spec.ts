import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { HostItems } from "../../provider";
import { hostKey, HostStack } from "./host-stack";
import { APT_REPOSITORY, DNF_REPOSITORY, HOLD_APT_LOCK } from "./signed-repositories";
import { must, onHost, stackTrace } from "./shell";
import { Project } from "./stack";

const [apt, dnf] = ["metal-53", "metal-54"];
const address = (name: string) => `10.88.0.${10 + Number(name.replace("metal-", ""))}`;

describe("packages and repositories", () => {
    const project = new Project(join("test", "e2e", "program"));
    const stack = new HostStack(project);
    const up = () => stack.succeed("up", "--yes", "--skip-preview");
    const want = (name: string, items: HostItems) =>
        stack.want(items, { name, address: address(name), hostKey: hostKey(name) });
    const fails = async () => {
        const { status, stdout, stderr } = await stack.pulumi("up", "--yes", "--skip-preview");
        assert.notEqual(status, 0, stdout);
        assert.doesNotMatch(stdout + stderr, stackTrace);
        return stdout;
    };

    before(async () => {
        await must("local/bed/hosts.sh", ["down", apt, dnf]);
        await must("local/bed/hosts.sh", ["up", apt, dnf]);
        await project.create();
        await stack.create();
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        await must("local/bed/hosts.sh", ["down", apt, dnf]);
        project.remove();
    });

    describe("of apt", () => {
        let signingKey = "";
        const items = (driver: string, fabric: string): HostItems => ({
            repositories: { tiny: { url: "file:/srv/tiny", suite: "./", signingKey } },
            packages: { "tiny-driver": { version: driver, disruption: "drain" }, "tiny-fabric": { version: fabric } },
        });
        const versions = () => onHost(apt, "dpkg-query -W -f '${Version} ' tiny-driver tiny-fabric");

        before(async () => {
            signingKey = await onHost(apt, APT_REPOSITORY);
        });

        it("are installed from a signed repository, in the versions that are asked for", async () => {
            want(apt, items("1.0", "1.0"));
            await up();
            assert.equal(await versions(), "1.0 1.0");
            await stack.succeed("preview", "--expect-no-changes");
        });

        it("stay at their versions when somebody upgrades by hand", async () => {
            await onHost(apt, "apt-get -qq update && apt-get -qq --yes full-upgrade");
            assert.equal(await versions(), "1.0 1.0");
        });

        it("are named by a preview after changes by hand, repaired by up, and refresh agrees", async () => {
            await onHost(
                apt,
                `rm /etc/apt/preferences.d/seamount-tiny-fabric.pref
                apt-get -qq --yes --allow-downgrades install tiny-driver=2.0 2>&1
                sed -i 's,/srv/tiny,/srv/other,' /etc/apt/sources.list.d/seamount-tiny.sources
                echo >>/etc/apt/keyrings/seamount-tiny.asc`,
            );
            const { paths, words } = await stack.look();
            assert.deepEqual(paths, [
                'packages["tiny-driver"].version',
                'packages["tiny-fabric"]',
                'repositories["tiny"]',
                'repositories["tiny"].signingKey',
            ]);
            for (const line of [
                "package tiny-driver is 2.0, should be 1.0",
                "package tiny-fabric is not pinned, should be pinned to 1.0",
                "repository tiny has URIs file:/srv/other, should have URIs file:/srv/tiny",
                "repository tiny has another signing key",
            ]) {
                assert.ok(words.includes(`${apt}: ${line}`), `"${line}" is missing in:\n${words}`);
            }
            await stack.succeed("refresh", "--yes", "--skip-preview");
            assert.equal((await stack.inputs()).packages?.["tiny-driver"]?.version, "2.0");
            await up();
            assert.equal(await versions(), "1.0 1.0");
            await stack.succeed("refresh", "--yes", "--skip-preview", "--expect-no-changes");
        });

        it("move together, one up and one down", async () => {
            want(apt, items("2.0", "2.0"));
            await up();
            want(apt, items("1.0", "2.0"));
            await up();
            assert.equal(await versions(), "1.0 2.0");
        });

        it("that cannot be had are named with the versions that there are", async () => {
            const { packages = {}, ...others } = items("3.0", "2.0");
            want(apt, { ...others, packages: { ...packages, "no-such-package": {} } });
            const said = await fails();
            assert.match(said, /there is no version 3\.0 of tiny-driver \(there are: 2\.0 1\.0\)/);
            assert.match(said, /no repository of this host has a package no-such-package/);
            assert.equal(await versions(), "1.0 2.0");
        });

        it("come from no repository that is signed by nobody known, or cannot be reached", async () => {
            const url = "http://10.88.200.1/debian";
            want(apt, {
                repositories: {
                    unsigned: { url: "file:/srv/apt", suite: "./", signingKey },
                    far: { url, suite: "bookworm", signingKey },
                },
            });
            const said = await fails();
            assert.match(said, /'file:\/srv\/apt \.\/ Release' is not signed/);
            assert.match(
                said,
                /repository far \(http:\/\/10\.88\.200\.1\/debian\) could not be read, and was not added/,
            );
            assert.equal(await onHost(apt, "ls /etc/apt/sources.list.d"), "bed.list");
        });

        it("say who holds the lock, and are installed when it is free", async () => {
            want(apt, items("1.0", "1.0"));
            await onHost(apt, "apt-get -qq install -y --no-install-recommends python3-minimal >/dev/null 2>&1");
            await onHost(apt, `cat >/run/hold.py <<'END'\n${HOLD_APT_LOCK}\nEND`);
            await onHost(apt, "setsid python3 /run/hold.py >/dev/null 2>&1 & sleep 1");
            const said = await up();
            assert.match(said, /waiting up to 120 s for another package manager before installing/);
            assert.equal(await versions(), "1.0 1.0");
        });

        it("stay, and everything else about them is put back by destroy", async () => {
            await stack.succeed("destroy", "--yes", "--skip-preview");
            assert.equal(await versions(), "1.0 1.0");
            const left =
                "ls -A /etc/apt/sources.list.d /etc/apt/preferences.d /etc/apt/keyrings /var/lib/seamount 2>&1";
            assert.doesNotMatch(await onHost(apt, `${left} || :`), /tiny|found-/);
        });
    });

    describe("of dnf, on Debian that says it is Rocky Linux", () => {
        let signingKey = "";
        const items = (driver: string, fabric: string): HostItems => ({
            repositories: { tiny: { url: "file:/srv/rpm", signingKey } },
            packages: { "tiny-driver": { version: driver }, "tiny-fabric": { version: fabric } },
        });
        const versions = () => onHost(dnf, "rpm -q --qf '%{VERSION} ' tiny-driver tiny-fabric 2>/dev/null");

        before(async () => {
            signingKey = await onHost(dnf, DNF_REPOSITORY);
        });

        it("are installed, stay when somebody upgrades by hand, and move together", async () => {
            want(dnf, items("1.0", "1.0-1"));
            await up();
            await onHost(dnf, "dnf --quiet --assumeyes upgrade 2>&1");
            assert.equal(await versions(), "1.0 1.0");
            await stack.succeed("preview", "--expect-no-changes");
            want(dnf, items("2.0", "2.0"));
            await up();
            want(dnf, items("1.0", "2.0"));
            await up();
            assert.equal(await versions(), "1.0 2.0");
        });

        it("are named by a preview after changes by hand, and repaired by up", async () => {
            await onHost(
                dnf,
                `sed -i s/gpgcheck=1/gpgcheck=0/ /etc/yum.repos.d/seamount-tiny.repo
                sed -i '/^# Seamount/,+1d' /etc/dnf/dnf.conf; rpm --erase tiny-fabric 2>&1`,
            );
            const { words } = await stack.look();
            assert.match(words, /repository tiny has gpgcheck 0, should have gpgcheck 1/);
            assert.match(words, /package tiny-driver is not pinned, should be pinned/);
            assert.match(words, /package tiny-fabric is not installed/);
            await up();
            assert.equal(await versions(), "1.0 2.0");
            await stack.succeed("preview", "--expect-no-changes");
        });

        it("that cannot be had, or that nobody known has signed, are refused", async () => {
            want(dnf, items("3.0", "2.0"));
            assert.match(await fails(), /there is no version 3\.0 of tiny-driver \(there are: 2\.0-1 1\.0-1\)/);
            assert.equal(await onHost(dnf, "grep ^exclude /etc/dnf/dnf.conf"), "excludepkgs=tiny-driver,tiny-fabric");
            await onHost(
                dnf,
                "rpm --delsign /srv/rpm/noarch/tiny-driver-2.0*.rpm >/dev/null; createrepo_c -q /srv/rpm",
            );
            want(dnf, items("2.0", "2.0"));
            await onHost(dnf, "dnf --quiet makecache --refresh 2>&1");
            assert.match(await fails(), /packages are not signed by the key of their repository/);
            assert.equal(await versions(), "1.0 2.0");
        });

        it("are let go by destroy", async () => {
            await stack.succeed("destroy", "--yes", "--skip-preview");
            const left = "grep exclude /etc/dnf/dnf.conf; ls /etc/yum.repos.d /etc/pki/rpm-gpg";
            assert.equal(await onHost(dnf, `{ ${left}; } | grep -v : || :`), "");
        });
    });
});
