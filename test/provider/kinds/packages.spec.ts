import { strict as assert } from "node:assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import type { PackageItem } from "../../../provider/items";
import { packages } from "../../../provider/kinds/packages";
import { changePrelude, hostLock } from "../../../provider/kinds/prelude";
import { pinRpm, rpmVersionFits } from "../../../provider/kinds/rpmPackages";
import { assemble } from "../../../provider/shell";
import { runHere } from "../fakes";
import { itKeepsTheLaws } from "./laws";

const name = fc.stringMatching(/^[a-z][a-z0-9+.-]{1,8}$/);
const item: fc.Arbitrary<PackageItem> = fc.record(
    {
        version: fc.stringMatching(/^[0-9][0-9a-z.+~]{0,5}(-[0-9]{1,2})?$/),
        disruption: fc.constantFrom("drain", "reboot"),
    },
    { requiredKeys: [] },
);
const seen = (manager: "apt" | "dnf", lines: readonly string[], key = "driver") =>
    packages.parse([`manager\t${manager}`, ...lines], [key])[key] ?? {};
const words = (wanted: PackageItem, now: ReturnType<typeof seen>) =>
    packages.diff("driver", wanted, now, false).map(difference => difference.words);
const scripts = (manager: "apt" | "dnf", wanted: Readonly<Record<string, PackageItem>>) =>
    packages.change(
        Object.entries(wanted).map(([key, value]) => {
            const now = seen(manager, [], key);
            return { key, item: value, seen: now, differences: packages.diff(key, value, now, false), secret: false };
        }),
        { changedFiles: new Set() },
    );

describe("packages", () => {
    itKeepsTheLaws(packages, fc.dictionary(name, item));

    it("say what is wrong with a definition", () => {
        assert.match(packages.check("a b", {}).join(), /not the name of a package/);
        assert.match(packages.check("chrony", { version: "4.*" }).join(), /version "4.\*" is not an exact version/);
        const wrong = { disruption: "stop" } as unknown as PackageItem;
        assert.match(packages.check("chrony", wrong).join(), /neither "drain" nor "reboot"/);
    });

    it("are pinned where they have a version, and a pin that is gone is a difference of its own", () => {
        const installed = "driver\tinstalled\t1.2-3";
        assert.deepEqual(words({ version: "1.2-3" }, seen("apt", [installed])), [
            "package driver is not pinned, should be pinned to 1.2-3",
        ]);
        assert.deepEqual(words({ version: "1.2-3" }, seen("apt", [installed, "pin\tdriver\tpin-version\t1.2-3"])), []);
        assert.deepEqual(words({}, seen("apt", [installed, "pin\tdriver\tpin-version\t1.2-3"])), [
            "package driver is pinned to 1.2-3, should be not pinned",
        ]);
        assert.deepEqual(words({ version: "1.2" }, seen("dnf", [installed, "pin\tdriver\tpin-version\t*"])), []);
        assert.deepEqual(words({ version: "1.2" }, seen("apt", [installed])), [
            "package driver is 1.2-3, should be 1.2",
        ]);
    });

    it("disrupt as their item says, but not for the sake of a pin", () => {
        const disruption = (lines: readonly string[]) =>
            packages
                .diff("driver", { version: "2", disruption: "drain" }, seen("apt", lines), false)
                .map(difference => difference.disruption);
        assert.deepEqual(disruption([]), ["drain"]);
        assert.deepEqual(disruption(["driver\tinstalled\t1"]), ["drain"]);
        assert.deepEqual(disruption(["driver\tinstalled\t2"]), [undefined]);
    });

    it("that must be of one version are installed in one transaction", () => {
        for (const manager of ["apt", "dnf"] as const) {
            const [step, ...others] = scripts(manager, {
                driver: { version: "5" },
                fabric: { version: "5" },
                chrony: {},
            });
            assert.deepEqual(others, []);
            const between = manager === "apt" ? "=" : "-";
            const install = `install 'driver${between}5' 'fabric${between}5' 'chrony'`;
            assert.equal(step?.script.split(install).length, 2);
        }
    });

    it("of rpm are the wanted ones whether or not epoch and release are said", () => {
        const part = fc.stringMatching(/^[0-9][0-9a-z.]{0,4}$/);
        const law = fc.property(fc.option(fc.nat(9), { nil: undefined }), part, part, (epoch, version, release) => {
            const found = `${epoch === undefined ? "" : `${epoch}:`}${version}-${release}`;
            for (const wanted of [found, `${version}-${release}`, version]) {
                assert.ok(rpmVersionFits(wanted, found), `${wanted} ${found}`);
            }
            assert.ok(!rpmVersionFits(`${version}9`, found));
            assert.ok(!rpmVersionFits(`${version}-${release}9`, found));
            assert.ok(!rpmVersionFits(`1${epoch ?? 0}:${version}`, found));
        });
        fc.assert(law);
    });
});

describe("pins of dnf", () => {
    let folder = "";
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "dnf-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    async function pinned(conf: string, ...calls: [string[], boolean][]) {
        const path = join(folder, "dnf.conf");
        writeFileSync(path, conf);
        const scripts = calls.map(([names, pin]) => pinRpm(names, pin).replaceAll("/etc/dnf/dnf.conf", path));
        const { stderr } = await runHere(assemble([changePrelude.replace(hostLock, ""), ...scripts]).text);
        return stderr || readFileSync(path, "utf8");
    }
    const plain = "[main]\ngpgcheck=True\n";

    it("stand in one line, and go without a trace", async () => {
        assert.equal(
            await pinned(plain, [["b", "a"], true], [["c"], true], [["a"], false]),
            "[main]\n# Seamount pins:\nexcludepkgs=b,c\ngpgcheck=True\n",
        );
        assert.equal(await pinned(plain, [["a"], true], [["a"], false]), plain);
    });

    it("leave alone what somebody else excludes", async () => {
        const theirs = "[main]\nexcludepkgs=kernel*\n";
        assert.equal(await pinned(theirs, [["a"], true]), "[main]\n# Seamount pins:\nexclude=a\nexcludepkgs=kernel*\n");
        assert.equal(await pinned(theirs, [["a"], true], [["a"], false]), theirs);
        const both = "[main]\nexcludepkgs=a\nexclude=b\n";
        assert.match(await pinned(both, [["c"], true]), /has both excludepkgs and exclude: put all names into one/);
    });
});
