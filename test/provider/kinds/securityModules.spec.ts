import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { SecurityMode } from "../../../provider/items";
import { securityModules } from "../../../provider/kinds/securityModules";
import { itKeepsTheLaws } from "./laws";

const seen = (line: string) => {
    const key = line.split("\t")[0] ?? "";
    const found = securityModules.parse([line], [key])[key];
    assert.ok(found !== undefined);
    return found;
};
const told = (line: string, mode: SecurityMode) =>
    securityModules
        .diff(line.split("\t")[0] ?? "", mode, seen(line), false)
        .map(({ words, disruption }) => `${words}${disruption ? ` [${disruption}]` : ""}`);
const script = (line: string, mode: SecurityMode) => {
    const [key, now] = [line.split("\t")[0] ?? "", seen(line)];
    const differences = securityModules.diff(key, mode, now, false);
    const change = { key, item: mode, seen: now, differences, secret: false };
    return securityModules.change([change], { changedFiles: new Set() })[0]?.script ?? "";
};

describe("security modules", () => {
    itKeepsTheLaws(
        securityModules,
        fc.record(
            {
                selinux: fc.constantFrom<SecurityMode[]>("enforcing", "permissive"),
                apparmor: fc.constant("enforcing" as const),
            },
            { requiredKeys: [] },
        ) as fc.Arbitrary<Record<string, SecurityMode>>,
    );

    it("say what is wrong with a definition", () => {
        assert.match(securityModules.check("tomoyo", "enforcing").join(), /is not one of selinux, apparmor/);
        assert.match(securityModules.check("selinux", "on" as SecurityMode).join(), /none of enforcing, permissive/);
        assert.match(securityModules.check("apparmor", "permissive").join(), /no permissive mode as a whole/);
    });

    it("change between enforcing and permissive at once, and to or from disabled by a reboot", () => {
        assert.deepEqual(told("selinux\tyes\tpermissive\tpermissive\tno", "enforcing"), [
            "selinux is permissive, should be enforcing",
            "selinux is permissive after a reboot, should be enforcing",
        ]);
        assert.match(script("selinux\tyes\tpermissive\tpermissive\tno", "enforcing"), /setenforce 1/);
        assert.deepEqual(told("selinux\tyes\tdisabled\tenforcing\tyes", "enforcing"), [
            "selinux is disabled, should be enforcing, which takes a reboot [reboot]",
        ]);
        const fromDisabled = script("selinux\tyes\tdisabled\tdisabled\tyes", "enforcing");
        assert.match(fromDisabled, /touch \/\.autorelabel/);
        assert.doesNotMatch(fromDisabled, /setenforce/);
        assert.match(told("selinux\tyes\tenforcing\tenforcing\tno", "disabled")[0] ?? "", /\[reboot\]$/);
        assert.match(told("apparmor\tyes\tdisabled\tenforcing\tyes", "enforcing")[0] ?? "", /\[reboot\]$/);
    });

    it("are missing on a host that has none, which is right where they are to be off", () => {
        assert.deepEqual(told("selinux\tno\t\t\tno", "enforcing"), [
            "this host has no selinux, should have it enforcing",
        ]);
        assert.deepEqual(told("selinux\tno\t\t\tno", "disabled"), []);
    });

    it("leave a host without them as it is when items leave", () => {
        assert.deepEqual(
            securityModules.restore({ selinux: seen("selinux\tno\t\t\tno") }, { changedFiles: new Set() }),
            [],
        );
    });
});
