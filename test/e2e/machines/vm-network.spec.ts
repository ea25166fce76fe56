import { strict as assert } from "node:assert";
import { join } from "node:path";
import { AUDIT_RULES_FILE, auditRules } from "../../../components/host/auditd";
import { mergeItems } from "../../../components/host/merge";
import { firewall } from "../../../components/host/nftables";
import type { HostItems } from "../../../provider";
import { HostStack, machine } from "../host-stack";
import { must } from "../shell";
import { Project } from "../stack";

/** Runs a command inside the machine, by the bed's own way and not by the provider's. */
const inside = async (script: string) => (await must("local/bed/vms.sh", ["exec", machine, "sh", "-c", script])).trim();
const own: HostItems = {
    packages: { apparmor: {} },
    securityModules: { apparmor: "enforcing" },
    links: {
        eth0: { mtu: 1400 },
        eth1: { mtu: 9000 },
        bond0: { bond: { mode: "active-backup", members: ["eth1"] }, mtu: 9000 },
        "bond0.30": { vlan: { parent: "bond0", id: 30 }, addresses: ["10.30.0.11/16"] },
    },
};
const items = mergeItems([
    { role: "own", items: own },
    { role: "audit", items: auditRules({ packages: "apt" }) },
    {
        role: "firewall",
        items: firewall({
            sshPort: 22,
            managementNetworks: ["10.88.0.0/16"],
            inbound: [{ what: "metrics", protocol: "tcp", ports: [9100] }],
        }),
    },
]);
const LINKS = "ip -o link show | sed -n 's/^[0-9]*: \\([^:]*\\): .* mtu \\([0-9]*\\) .*/\\1 \\2/p'; ip -o -4 addr show";
/** All of the machine that these items change. What the packages bring stays. */
const survey = () =>
    inside(`${LINKS} | sed 's/  *valid_lft.*//'; nft list ruleset; ls -d /etc/seamount /var/lib/seamount 2>&1
        ls /etc/systemd/network /etc/audit/rules.d; auditctl -l; systemctl list-unit-files 'seamount-*' --no-legend; true`);
const readBack = () =>
    inside(`ip -o link show | sed -n 's/^[0-9]*: \\([^:]*\\): .* mtu \\([0-9]*\\) .*/\\1 \\2/p'
        ip -o -4 addr show bond0.30 | grep -o '10.30.0.11/16'; grep -o active-backup /proc/net/bonding/bond0
        nft list table inet seamount | grep -c 'policy drop\\|comment "ssh"\\|comment "metrics"'
        auditctl -l | grep -c 'key=\\|-k '; grep -q '(enforce)' /sys/kernel/security/apparmor/profiles && echo active
        systemctl is-enabled seamount-links seamount-firewall auditd apparmor`);
const asWanted =
    /^lo 65536\neth0 1400\neth1 9000\nbond0 9000\nbond0.30@bond0 9000\n10.30.0.11\/16\nactive-backup\n3\n\d\d\nactive\n(enabled\n?){4}$/;

/** Minutes: everything in an emulated machine takes many times as long. */
describe("links and what protects a host", function () {
    this.timeout(1_500_000);
    const project = new Project(join("test", "e2e", "program"));
    const stack = new HostStack(project, machine);
    let found: string;

    before(async () => {
        await must("local/bed/vms.sh", ["up", machine]);
        await project.create();
        await stack.create();
        await inside("apt-get -qq install --yes --no-install-recommends apparmor auditd 2>&1");
        found = await survey();
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        project.remove();
    });

    it("are what they should be after up", async () => {
        stack.want(items);
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.match(await readBack(), asWanted);
    });

    it("are named by a preview when they were changed by hand, and repaired by up", async () => {
        await inside(
            `ip link set eth0 mtu 1500; ip addr del 10.30.0.11/16 dev bond0.30; ip link set eth1 nomaster
            rm /etc/seamount/links/30-bond0.30 ${AUDIT_RULES_FILE}; echo >>/etc/seamount/firewall.nft
            systemctl stop seamount-firewall; systemctl disable apparmor 2>&1`,
        );
        const { words } = await stack.look();
        for (const line of [
            "link eth0 has MTU 1500, should have 1400",
            "link bond0 has bond {mode:active-backup,members:[]}, should have {mode:active-backup,members:[eth1]}",
            "link bond0.30 has addresses [], should have [10.30.0.11/16]",
            "link bond0.30 is not set so at boot (/etc/seamount/links/30-bond0.30)",
            `file ${AUDIT_RULES_FILE} is missing`,
            "file /etc/seamount/firewall.nft has other content",
            "service seamount-firewall.service is inactive, should be running",
            "apparmor is disabled after a reboot, should be enforcing",
        ]) {
            assert.ok(words.includes(line), `"${line}" is missing in:\n${words}`);
        }
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.match(await readBack(), asWanted);
        await stack.succeed("refresh", "--yes", "--skip-preview");
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("are put back as they were found by destroy", async () => {
        await stack.succeed("destroy", "--yes", "--skip-preview");
        assert.equal(await survey(), found);
    });
});
