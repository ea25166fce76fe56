import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { changeScript } from "../../provider/change";
import type { FileItem, HostItems, ModuleItem, ServiceItem } from "../../provider/items";
import { kinds } from "../../provider/kinds";
import type { SeenItems } from "../../provider/kinds/kind";
import { normalise } from "../../provider/kinds/kernel";
import { sysctlPath } from "../../provider/kinds/sysctls";
import { differencesOf, itemsOf, keysOf, observeScript, readObservation } from "../../provider/script";
import { readAnswer } from "../../provider/shell";
import { runHere, urn } from "./fakes";

const word = fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const file: fc.Arbitrary<FileItem> = fc.record(
    { content: fc.string(), mode: fc.constantFrom("0644", "600", "0755"), owner: word, group: word },
    { requiredKeys: ["content"] },
);
const moduleItem: fc.Arbitrary<ModuleItem> = fc.record(
    { state: fc.constantFrom("loaded" as const, "blocked" as const), options: fc.constantFrom("a=1", 'b="x y"') },
    { requiredKeys: ["state"] },
);
const service: fc.Arbitrary<ServiceItem> = fc.record({
    enabled: optional(fc.boolean()),
    running: optional(fc.boolean()),
});
const value = fc.stringMatching(/^[a-z0-9]{1,6}( [a-z0-9]{1,4})?$/);
const items: fc.Arbitrary<HostItems> = fc.record({
    packages: fc.dictionary(word, fc.record({ version: optional(fc.constant("1.2-3")) })),
    files: fc.dictionary(
        word.map(name => `/etc/${name}`),
        file,
    ),
    sysctls: fc.dictionary(
        word.map(name => `vm.${name}`),
        value,
    ),
    sysfs: fc.dictionary(
        word.map(name => `/sys/kernel/${name}`),
        value,
    ),
    modules: fc.dictionary(word, moduleItem),
    services: fc.dictionary(
        word.map(name => `${name}.service`),
        service,
    ),
});
const open = () => false;

/** An untouched host, as each kind sees one that has nothing. */
function emptyHost(host: HostItems): SeenItems {
    return Object.fromEntries(kinds.map(kind => [kind.name, kind.parse([], keysOf(host)[kind.name] ?? [])]));
}

function changedHost(host: HostItems, seen: SeenItems): SeenItems {
    return Object.fromEntries(
        kinds.map(kind => [
            kind.name,
            Object.fromEntries(
                Object.entries(itemsOf(host, kind.name)).map(([key, item]) => [
                    key,
                    kind.wanted(key, item, seen[kind.name]?.[key]),
                ]),
            ),
        ]),
    );
}

describe("kinds of items", () => {
    it("differ in nothing once they were changed", () => {
        const law = fc.property(items, host => {
            assert.deepEqual(differencesOf(host, changedHost(host, emptyHost(host)), open), []);
        });
        fc.assert(law);
    });

    it("differ in the same way whatever the order in which they were written", () => {
        const reversed = (record: object) => Object.fromEntries(Object.entries(record).reverse());
        const law = fc.property(items, host => {
            const turned = Object.fromEntries(
                Object.entries(host as Record<string, object>).map(([kind, all]) => [kind, reversed(all)]),
            );
            assert.deepEqual(
                differencesOf(reversed(turned), emptyHost(host), open),
                differencesOf(host, emptyHost(host), open),
            );
        });
        fc.assert(law);
    });

    it("describe a changed host by the items themselves", () => {
        const law = fc.property(items, host => {
            const seen = changedHost(host, emptyHost(host));
            for (const kind of kinds) {
                for (const [key, item] of Object.entries(itemsOf(host, kind.name))) {
                    const described = kind.describe(key, item, seen[kind.name]?.[key]);
                    assert.deepEqual(
                        described === undefined ? [] : kind.diff(key, described, seen[kind.name]?.[key], false),
                        [],
                    );
                }
            }
        });
        fc.assert(law);
    });

    it("never show what is in a secret file, not even its hash", () => {
        const host: HostItems = { files: { "/etc/key": { content: "hunter2" } } };
        const seen = { files: { "/etc/key": { type: "regular file", sha256: "ab".repeat(32), mode: "600" } } };
        const words = JSON.stringify(differencesOf(host, seen, () => true));
        assert.match(words, /file \/etc\/key has other content"/);
        assert.ok(!words.includes("hunter2") && !words.includes("abab"));
    });

    it("say what is wrong with a definition", () => {
        const problems = (kind: string, key: string, item: unknown) =>
            kinds
                .find(({ name }) => name === kind)
                ?.check(key, item)
                .join("; ") ?? "";
        assert.match(problems("sysctls", "vm.swappiness", 1), /write the value in quotes/);
        assert.match(problems("files", "etc/motd", { content: "" }), /not the absolute path/);
        assert.match(problems("files", "/etc/../shadow", { content: "" }), /not the absolute path/);
        assert.match(problems("files", "/etc/sysctl.d/90-seamount.conf", { content: "" }), /kept by Seamount itself/);
        assert.match(problems("files", "/etc/motd", { content: "", mode: "rw" }), /mode "rw" is not octal/);
        assert.match(problems("packages", "chrony; reboot", {}), /not the name of a package/);
        assert.match(problems("services", "chrony", {}), /full name of a unit/);
        assert.match(problems("modules", "nvidia", { state: "on" }), /neither "loaded" nor "blocked"/);
        assert.match(problems("services", "a.service", { runing: true }), /has no field "runing"/);
        assert.equal(problems("files", "/etc/motd", { content: "hi\n", mode: "0600" }), "");
    });

    it("leave to each other what they keep in files", () => {
        const host: HostItems = {
            sysctls: { "vm.swappiness": "1" },
            sysfs: { "/sys/a": "1" },
            modules: { nvidia: { state: "loaded", options: "a=1" } },
        };
        const observation = { hostname: "", bootId: "", seen: emptyHost(host), recorded: {} };
        const { text } = changeScript({ urn, items: host, observation, isSecret: open, leaving: {} });
        const written = [...text.matchAll(/(?:set_lines|put_file) '?(\/etc\/[^ ']+)/g)].map(([, path = ""]) => path);
        assert.equal(new Set(written).size, 5, written.join(" "));
        for (const path of written) {
            const problems = kinds.find(({ name }) => name === "files")?.check(path, { content: "" });
            assert.match(problems?.join() ?? "", /is kept by Seamount itself/, path);
        }
    });
});

describe("observing", () => {
    it("reads this machine in one script", async () => {
        const host: HostItems = {
            packages: { dpkg: {}, "surely-not-a-package": {} },
            files: { "/etc/passwd": { content: "" }, "/nowhere/at/all": { content: "" }, "/etc": { content: "" } },
            sysctls: { "vm.swappiness": "0", "net.ipv4.ip_local_port_range": "1 2", "vm.no_such_thing": "1" },
            sysfs: { "/sys/kernel/mm/transparent_hugepage/enabled": "never" },
            modules: { surely_not_a_module: { state: "loaded" } },
            services: { "surely-not.service": { running: true } },
        };
        const keys = keysOf(host);
        const script = observeScript(urn, keys, { files: ["/etc/passwd"] });
        const answer = readAnswer((await runHere(script.text)).stdout, script.mark);
        const { seen, hostname } = readObservation(answer, keys);
        assert.notEqual(hostname, "");
        const at = (kind: string, key: string) => seen[kind]?.[key] as Record<string, unknown>;
        assert.match(String(at("packages", "dpkg").version), /^1\./);
        assert.deepEqual(at("packages", "surely-not-a-package"), { manager: "apt" });
        const passwd = at("files", "/etc/passwd");
        assert.equal(passwd.type, "regular file");
        assert.equal(passwd.owner, "root");
        assert.match(Buffer.from(String(passwd.content), "base64").toString(), /^root:/m);
        assert.deepEqual(at("files", "/nowhere/at/all"), { type: "absent", missingFolder: "/nowhere" });
        assert.equal(at("files", "/etc").type, "directory");
        assert.match(String(at("sysctls", "vm.swappiness").value), /^\d+$/);
        assert.match(String(at("sysctls", "net.ipv4.ip_local_port_range").value), /^\d+ \d+$/);
        assert.deepEqual(at("sysctls", "vm.no_such_thing"), {});
        assert.equal(at("modules", "surely_not_a_module").loaded, false);
        assert.equal(at("services", "surely-not.service").exists, false);
    });

    it("takes no answer for whole that is not", () => {
        assert.throws(() => readObservation(readAnswer("m section facts\nmetal-1\n", "m"), {}), /not whole/);
    });
});

describe("kernel values", () => {
    it("are the same whatever their blanks, and a choice is what was chosen", () => {
        assert.equal(normalise("4096\t131072   6291456\n"), "4096 131072 6291456");
        assert.equal(normalise("always [madvise] never"), "madvise");
    });

    it("have names as in sysctl.d", () => {
        assert.equal(sysctlPath("vm.swappiness"), "/proc/sys/vm/swappiness");
        assert.equal(sysctlPath("net.ipv4.conf.eth0/100.rp_filter"), "/proc/sys/net/ipv4/conf/eth0.100/rp_filter");
        assert.equal(sysctlPath("net/ipv4/conf/eth0.100/rp_filter"), "/proc/sys/net/ipv4/conf/eth0.100/rp_filter");
    });
});
