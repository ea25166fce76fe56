import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import * as fc from "fast-check";
import type { LinkItem } from "../../../provider/items";
import { BOND_MODES, linkScript } from "../../../provider/kinds/linkScript";
import { parseLinks } from "../../../provider/kinds/linkSeen";
import { links } from "../../../provider/kinds/links";
import { itKeepsTheLaws } from "./laws";

const name = fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/);
const figure = fc.integer({ min: 68, max: 9216 });
const address = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(32)).map(([a, b, prefix]) => `10.30.${a}.${b}/${prefix}`);
const addresses = fc.uniqueArray(address, { minLength: 1, maxLength: 3 });
const made: fc.Arbitrary<LinkItem> = fc.oneof(
    fc.record({ mtu: figure, rxRing: figure, txRing: figure, addresses }, { requiredKeys: ["mtu"] }),
    fc.record(
        {
            bond: fc.record({
                mode: fc.constantFrom(...BOND_MODES),
                members: fc.uniqueArray(
                    name.map(text => `P${text}`),
                    { minLength: 1, maxLength: 3 },
                ),
            }),
            mtu: figure,
            addresses,
        },
        { requiredKeys: ["bond"] },
    ),
    fc.record(
        { vlan: fc.record({ parent: name.map(text => `P${text}`), id: fc.integer({ min: 1, max: 4094 }) }), addresses },
        { requiredKeys: ["vlan"] },
    ),
);
const problems = (item: unknown, key = "eth1") => links.check(key, item as LinkItem).join("; ");

/** A plain interface with rings, as `ip` and `ethtool` print it; the session comes in over eth0. */
const LINES = [
    'ssh\t[{"ifname":"eth0"}]',
    'route\t[{"dst":"default","gateway":"10.0.0.1","dev":"eth0"}]',
    'link\teth1\t[{"ifname":"eth1","flags":["BROADCAST","UP"],"mtu":1500,"addr_info":[{"local":"10.30.0.9","prefixlen":16,"scope":"global"},{"local":"fe80::1","prefixlen":64,"scope":"link"}]}]',
    "rings\teth1\tRing parameters for eth1:|Pre-set maximums:|RX:  1024|TX:  1024|Current hardware settings:|RX:  256|TX:  256||",
    'link\tbond0\t[{"ifname":"bond0","mtu":1500,"linkinfo":{"info_kind":"bond","info_data":{"mode":"802.3ad"}},"addr_info":[]}]',
    'members\tbond0\t[{"ifname":"eth3"},{"ifname":"eth2"}]',
    'link\tv30\t[{"ifname":"v30","link":"bond0","mtu":1500,"linkinfo":{"info_kind":"vlan","info_data":{"id":30}},"addr_info":[]}]',
    'link\teth0\t[{"ifname":"eth0","mtu":1500,"addr_info":[]}]',
];
const SEEN = parseLinks(LINES, ["eth0", "eth1", "bond0", "v30", "new0"]);
function of(key: string) {
    const seen = SEEN[key];
    assert.ok(seen !== undefined);
    return seen;
}
const told = (key: string, item: LinkItem) =>
    links
        .diff(key, item, of(key), false)
        .filter(({ field }) => field !== "boot")
        .map(({ words, disruption }) => `${words}${disruption ? ` [${disruption}]` : ""}`);
const refusal = (key: string, item: LinkItem) => {
    const [seen, differences] = [of(key), links.diff(key, item, of(key), false)];
    const change = { key, item, seen, differences, secret: false };
    return /^refuse '(.*)'$/.exec(links.change([change], { changedFiles: new Set() })[0]?.script ?? "")?.[1] ?? "";
};

describe("links", () => {
    itKeepsTheLaws(links, fc.dictionary(name, made));

    it("say what is wrong with a definition", () => {
        assert.match(problems({}), /says nothing/);
        assert.match(problems({ mtu: 9000 }, "an-interface-name"), /at most 15 characters/);
        assert.match(problems({ mtu: 10 }), /mtu of 10, which is not from 68/);
        assert.match(problems({ mtu: "9000" }), /mtu that is not a whole number/);
        assert.match(problems({ bond: { mode: "fast", members: ["eth2"] } }), /none of balance-rr/);
        assert.match(problems({ bond: { mode: "802.3ad", members: [] } }), /list of other interfaces/);
        assert.match(problems({ bond: { mode: "802.3ad", members: ["eth1"] } }), /list of other interfaces/);
        assert.match(problems({ bond: { mode: "802.3ad", members: ["a", "a"] } }), /names an interface twice/);
        assert.match(problems({ vlan: { parent: "eth2", id: 4095 } }), /not from 1 to 4094/);
        assert.match(problems({ addresses: ["10.0.0.1"] }), /one with its prefix/);
        assert.match(problems({ addresses: ["10.0.0.1/33"] }), /one with its prefix/);
        assert.equal(problems({ addresses: ["fd00::1/64"], mtu: 9000 }), "");
    });

    it("are read as ip and ethtool print them", () => {
        assert.deepEqual(of("eth1"), {
            exists: true,
            up: true,
            mtu: 1500,
            rxRing: 256,
            txRing: 256,
            rxRingMost: 1024,
            txRingMost: 1024,
            addresses: ["10.30.0.9/16"],
            ssh: ["eth0"],
        });
        assert.deepEqual(of("bond0").bond, { mode: "802.3ad", members: ["eth2", "eth3"] });
        assert.deepEqual(of("v30").vlan, { parent: "bond0", id: 30 });
        assert.equal(of("new0").exists, false);
    });

    it("ask for a host without work where a link that is there changes", () => {
        assert.deepEqual(told("eth1", { mtu: 9000, rxRing: 1024, addresses: ["10.30.0.11/16"] }), [
            "link eth1 has MTU 1500, should have 9000 [drain]",
            "link eth1 has receive ring 256, should have 1024 [drain]",
            "link eth1 has addresses [10.30.0.9/16], should have [10.30.0.9/16,10.30.0.11/16] [drain]",
        ]);
        assert.deepEqual(told("new0", { vlan: { parent: "eth1", id: 7 } }), [
            "link new0 has VLAN none, should have {parent:eth1,id:7}",
        ]);
        assert.deepEqual(told("eth1", { addresses: ["10.30.0.9/16"] }), []);
    });

    it("never cut the connection over which they are changed", () => {
        assert.match(refusal("new0", { bond: { mode: "802.3ad", members: ["eth0", "eth1"] } }), /eth0 carries the SSH/);
        assert.match(refusal("eth0", { addresses: ["10.9.9.9/8"] }), /eth0 carries the SSH/);
        assert.match(told("eth0", { addresses: ["10.9.9.9/8"] }).join(), /this will be refused: eth0 carries the SSH/);
        assert.equal(refusal("eth0", { mtu: 9000 }), "");
    });

    it("refuse what is not there, what is something else, and what a driver cannot do", () => {
        assert.equal(refusal("new0", { mtu: 9000 }), "this host has no link new0");
        assert.match(refusal("eth1", { vlan: { parent: "eth2", id: 3 } }), /is there already, and is no VLAN/);
        assert.match(refusal("bond0", { rxRing: 512 }), /tells of no receive ring/);
        assert.match(refusal("eth1", { txRing: 4096 }), /at most 1024 descriptors, and not 4096/);
    });

    it("are down again when they were, and what was made here is deleted", () => {
        const script = (key: string) =>
            links
                .restore({ [key]: of(key) }, { changedFiles: new Set() })
                .map(step => step.script)
                .join();
        assert.match(script("eth0"), /ip link set dev 'eth0' down/);
        assert.doesNotMatch(script("eth1"), / down/);
        assert.match(script("new0"), /ip link del dev 'new0'/);
        assert.doesNotMatch(script("eth1"), /ip link del/);
    });

    it("are made before what lies on them", () => {
        const items: Record<string, LinkItem> = {
            a9: { vlan: { parent: "b0", id: 3 } },
            b0: { bond: { mode: "802.3ad", members: ["eth1"] } },
            eth1: { mtu: 9000 },
        };
        const changes = Object.entries(items).map(([key, item]) => {
            const seen = SEEN[key] ?? of("new0");
            return { key, item, seen, differences: links.diff(key, item, seen, false), secret: false };
        });
        const steps = links.change(changes, { changedFiles: new Set() });
        assert.deepEqual(
            steps.map(({ words }) => words),
            ["setting link eth1", "setting link b0", "setting link a9"],
        );
    });

    it("are made by a script that may run twice, in a network of its own", function () {
        const inside = (script: string) =>
            spawnSync("unshare", [process.getuid?.() === 0 ? "-n" : "-rn", "sh", "-s"], {
                input: script,
                encoding: "utf8",
            });
        if (inside("ip link add name va type veth peer name vb").status !== 0) {
            this.skip();
        }
        const script = linkScript("va", { mtu: 9000, addresses: ["10.30.0.11/16"] });
        const run = `(${script}) || exit 1`;
        const { stdout, stderr, status } = inside(
            `ip link add name va type veth peer name vb\n${run}\n${run}\nip -o addr show dev va; ip -o link show dev va`,
        );
        assert.equal(status, 0, stderr);
        assert.match(stdout, /inet 10\.30\.0\.11\/16/);
        assert.match(stdout, /mtu 9000/);
        const absent = inside(linkScript("vc", { mtu: 9000 }).replace("-lt 50", "-lt 2"));
        assert.match(absent.stderr, /this host has no link vc/);
        assert.equal(absent.status, 3);
    });
});
