import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { mounts } from "../../../provider/kinds/mounts";
import { mountUnit, unitText } from "../../../provider/kinds/mountscript";
import { runHere } from "../fakes";
import { itKeepsTheLaws } from "./laws";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const item = fc.record(
    {
        device: fc.constantFrom("tmpfs", "UUID=1234-abcd", "/dev/disk/by-id/nvme-X", "10.0.0.1:/export"),
        type: fc.constantFrom("tmpfs", "xfs", "nfs4"),
        options: fc.uniqueArray(fc.constantFrom("noatime", "nodev", "size=1G", "ro"), { maxLength: 4 }),
    },
    { requiredKeys: ["device", "type"] },
);
const tmpfs = { device: "tmpfs", type: "tmpfs", options: ["nodev", "size=16m"] };
const inPlace = {
    enabled: true,
    unit: Buffer.from(unitText("/srv/a", tmpfs)).toString("base64"),
    source: "tmpfs",
    mounted: { device: "tmpfs", type: "tmpfs", options: "rw,nodev,relatime,rw,size=16384k" },
};
const words = (wanted: typeof tmpfs, seen: Parameters<typeof mounts.diff>[2]) =>
    mounts.diff("/srv/a", wanted, seen, false).map(difference => difference.words);

describe("mounts", () => {
    itKeepsTheLaws(
        mounts,
        fc.dictionary(
            name.map(part => `/srv/${part}`),
            item,
        ),
    );

    it("have the unit's name that systemd wants", () => {
        // As systemd-escape --path --suffix=mount prints them.
        assert.equal(mountUnit("/srv/models"), "srv-models.mount");
        assert.equal(mountUnit("/a-b/.c/d e"), "a\\x2db-.c-d\\x20e.mount");
        assert.equal(mountUnit("/.x/ü"), "\\x2ex-\\xc3\\xbc.mount");
        assert.equal(mountUnit("/"), "-.mount");
    });

    it("say what is wrong with a definition", () => {
        const problems = (path: string, wanted: Partial<typeof tmpfs>) =>
            mounts.check(path, { ...tmpfs, ...wanted }).join();
        assert.match(problems("srv", {}), /not the absolute path of a mount point/);
        assert.match(problems("/srv", { device: "/dev/nvme0n1p1" }), /may be another disk after a reboot/);
        assert.match(problems("/srv", { options: ["ro,noatime"] }), /is not one option/);
        assert.match(problems("/srv", { type: "" }), /has no type/);
    });

    it("differ by what the kernel says, and by what happens at boot", () => {
        assert.deepEqual(words(tmpfs, inPlace), []);
        assert.deepEqual(words(tmpfs, { ...inPlace, enabled: false }), ["mount /srv/a is not mounted at boot"]);
        const { mounted, ...gone } = inPlace;
        assert.deepEqual(words(tmpfs, gone), ["mount /srv/a is not mounted"]);
        assert.deepEqual(words(tmpfs, { ...inPlace, mounted: { ...mounted, options: "ro,size=16384k" } }), [
            "mount /srv/a is mounted with ro; should not have ro, lacks nodev",
        ]);
        assert.deepEqual(words(tmpfs, { ...inPlace, mounted: { ...mounted, device: "/dev/sda1" } }), [
            "mount /srv/a is mounted from /dev/sda1, should be tmpfs",
        ]);
        assert.deepEqual(words({ ...tmpfs, options: ["nodev", "size=32m"] }, inPlace), [
            "mount /srv/a has a unit that says otherwise",
        ]);
    });

    it("are not taken away where somebody else made them", () => {
        const { unit, ...foreign } = inPlace;
        assert.ok(unit);
        const wanted = { ...tmpfs, type: "xfs" };
        const differences = mounts.diff("/srv/a", wanted, foreign, false);
        const change = { key: "/srv/a", item: wanted, seen: foreign, differences, secret: false };
        const [step] = mounts.change([change], { changedFiles: new Set() });
        assert.match(step?.script ?? "", /refuse '\/srv\/a already holds a mount of tmpfs/);
        assert.doesNotMatch(step?.script ?? "", /umount/);
        const [back] = mounts.conclude?.({ "/srv/a": foreign }) ?? [];
        assert.doesNotMatch(back?.script ?? "", /umount/, "what was mounted before stays mounted");
    });

    it("are read from this machine as they are", async () => {
        const { stdout } = await runHere(mounts.observe(["/proc", "/nowhere/at/all"], new Set()));
        const seen = mounts.parse(stdout.trim().split("\n"), ["/proc", "/nowhere/at/all"]);
        assert.equal(seen["/proc"]?.mounted?.type, "proc");
        assert.deepEqual(seen["/nowhere/at/all"], { enabled: false, missingFolder: "/nowhere" });
    });
});
