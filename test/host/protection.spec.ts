import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import { AUDIT_RULES_FILE, auditRules, auditRulesText } from "../../components/host/auditd";
import { mergeItems } from "../../components/host/merge";
import { firewall, firewallRules, type FirewallFacts } from "../../components/host/nftables";
import { udevNames, udevRules } from "../../components/host/udevNames";
import { checkInputs } from "../../provider/check";
import type { HostItems } from "../../provider/items";
import { connection } from "../provider/fakes";

const facts: FirewallFacts = {
    sshPort: 2222,
    managementNetworks: ["10.20.0.0/16", "fd00::/8"],
    trustedInterfaces: ["rail*"],
    trustedNetworks: ["10.42.0.0/16"],
    inbound: [{ what: "kubelet", protocol: "tcp", ports: [10250, "30000-32767"], from: ["10.20.0.0/16"] }],
};
const problems = (items: HostItems) => checkInputs({ connection: { ...connection }, ...items } as never);

describe("the firewall of a host", () => {
    it("lets SSH in before all else, and drops what nobody named", () => {
        const network = fc.constantFrom("10.0.0.0/8", "192.0.2.7", "fd00::/8");
        const law = fc.property(
            fc.integer({ min: 1, max: 65_535 }),
            fc.uniqueArray(network),
            (sshPort, managementNetworks) => {
                const rules = firewallRules({ ...facts, sshPort, managementNetworks }).split("\n");
                const first = rules.findIndex(line => line.includes("policy drop;")) + 1;
                const ssh = rules.filter(line => line.endsWith(`tcp dport { ${sshPort} } accept comment "ssh"`));
                assert.ok(ssh.length > 0);
                assert.deepEqual(rules.slice(first, first + ssh.length), ssh);
                for (const allowed of managementNetworks) {
                    assert.ok(ssh.some(line => line.includes(allowed)));
                }
            },
        );
        fc.assert(law);
    });

    it("is what was asked for, of both families, and takes nothing away from others", () => {
        const text = firewallRules(facts);
        assert.match(text, /^ {8}ip saddr \{ 10\.20\.0\.0\/16 \} tcp dport \{ 2222 \} accept comment "ssh"$/m);
        assert.match(text, /^ {8}ip6 saddr \{ fd00::\/8 \} tcp dport \{ 2222 \} accept comment "ssh"$/m);
        assert.match(text, /^ {8}iifname "rail\*" accept$/m);
        assert.match(text, /^ {8}ip saddr \{ 10\.42\.0\.0\/16 \} accept$/m);
        assert.match(
            text,
            /ip saddr \{ 10\.20\.0\.0\/16 \} tcp dport \{ 10250, 30000-32767 \} accept comment "kubelet"/,
        );
        assert.ok(!text.includes("flush ruleset") && !text.includes("hook forward"));
        assert.throws(() => firewallRules({ ...facts, managementNetworks: ["10.20.0.0/16; flush"] }), RangeError);
    });

    it("is taken by nft, twice, in a network of its own", function () {
        const inside = (script: string) =>
            spawnSync("unshare", [process.getuid?.() === 0 ? "-n" : "-rn", "sh", "-s"], {
                input: script,
                encoding: "utf8",
            });
        if (inside("command -v nft && nft list ruleset").status !== 0) {
            this.skip();
        }
        const load = `nft -f - <<'RULES'\n${firewallRules(facts)}RULES\n`;
        const { stdout, stderr, status } = inside(`set -e\n${load}${load}nft list ruleset`);
        assert.equal(status, 0, stderr);
        assert.equal(stdout.match(/comment "ssh"/g)?.length, 2);
    });
});

describe("audit rules", () => {
    it("watch clock, identity, sudoers, modules and mounts, for programs of 64 and 32 bits", () => {
        const text = auditRulesText();
        for (const rule of [
            "-w /etc/passwd -p wa -k identity",
            "-w /etc/sudoers.d -p wa -k sudoers",
            "-a always,exit -F arch=b64 -S adjtimex,settimeofday,clock_settime -k time",
            "-a always,exit -F arch=b32 -S init_module,finit_module,delete_module -k modules",
            "-a always,exit -F arch=b64 -S mount,umount2 -F auid>=1000 -F auid!=unset -k mounts",
        ]) {
            assert.ok(text.split("\n").includes(rule), rule);
        }
    });

    it("leave out the time daemon, by a rule before the one that would record it", () => {
        const text = auditRulesText("_chrony");
        assert.ok(text.indexOf("never,exit") > 0 && text.indexOf("never,exit") < text.indexOf("always,exit"));
    });

    it("are loaded when they change, by the package that the system has", () => {
        const apt = auditRules({ packages: "apt" });
        assert.deepEqual(Object.keys(apt.packages ?? {}), ["auditd"]);
        assert.deepEqual(Object.keys(auditRules({ packages: "dnf" }).packages ?? {}), ["audit"]);
        assert.deepEqual(apt.files?.[AUDIT_RULES_FILE]?.afterChange, ["augenrules", "--load"]);
    });
});

describe("names of rails", () => {
    it("go by the slot of the card", () => {
        assert.equal(
            udevRules([{ name: "rail0", pciAddress: "0000:3b:00.1", rdmaDevice: "mlx5_0" }]),
            [
                "# Kept by Seamount.",
                'SUBSYSTEM=="net", ACTION=="add", KERNELS=="0000:3b:00.1", ATTR{dev_port}=="0", NAME="rail0"',
                'SUBSYSTEM=="infiniband", ACTION=="add", KERNELS=="0000:3b:00.1", PROGRAM="rdma_rename %k NAME_FIXED mlx5_0"',
                "",
            ].join("\n"),
        );
        assert.deepEqual(udevNames([]), {});
    });

    it("are refused for what is no PCI address, and when two are the same", () => {
        assert.throws(() => udevRules([{ name: "rail0", pciAddress: "3b:00.0" }]), /not a PCI address/);
        const pciAddress = "0000:3b:00.0";
        assert.throws(() => udevRules([{ name: "a b", pciAddress }]), /not the name of one interface/);
        assert.throws(
            () =>
                udevRules([
                    { name: "a", pciAddress },
                    { name: "a", pciAddress },
                ]),
            /not the name of one/,
        );
    });
});

describe("what protects a host", () => {
    it("is taken by the provider, together", () => {
        const roles = [
            { role: "firewall", items: firewall(facts) },
            { role: "audit", items: auditRules({ packages: "apt", timeUser: "_chrony" }) },
            { role: "names", items: udevNames([{ name: "rail0", pciAddress: "0000:3b:00.0" }]) },
        ];
        assert.deepEqual(problems(mergeItems(roles)), []);
    });
});
