import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { ManagedHost, resolve } from "../../components/host/host";
import { mergeItems } from "../../components/host/merge";
import { baseline } from "../../components/host/roles/baseline";
import type { Access, SiteHost } from "../../components/site/site";
import { checkInputs } from "../../provider/check";
import type { WireRecord } from "../../provider/values";
import { deploy } from "../harness";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGy2JP0RJGtvpzo/emSz9OBvNzph6mNBIH6i53ECLSwN";
const host: SiteHost = {
    name: "gpu-01",
    address: "192.0.2.7",
    role: "gpu",
    pool: "h200",
    gpu: { model: "H200", count: 8 },
    rails: ["mlx5_0"],
    nvme: [],
    hostKey,
    managed: true,
};
const access: Access = { user: "root", port: 22, connectTimeoutSeconds: 5, identityFile: "/keys/id" };
const site = { timeServers: ["192.0.2.1", "192.0.2.2"] };

/** The items of a host of every role and system, under each owner of the driver. */
const allItems = (["debian-12", "ubuntu-24.04", "rocky-9"] as const).flatMap(os =>
    (["control-plane", "gpu", "storage", "edge"] as const).flatMap(role =>
        ["H200", "B200", "MI300X", "Ascend-910B", "Jetson-Orin"].flatMap(model =>
            [undefined, "host" as const, "operator" as const].map(owner => {
                const driver = owner && { driver: { owner, version: "580.95.05" } };
                const one = {
                    ...host,
                    os,
                    role,
                    ...(role === "gpu" ? { gpu: { model, count: 8 } } : { gpu: undefined }),
                };
                const compliance = owner === "host" ? (["dsl"] as const) : [];
                return resolve({ host: one, access, site: { ...site, compliance, ...driver } }).items;
            }),
        ),
    ),
);

describe("mergeItems", () => {
    const sysctls = fc.dictionary(fc.constantFrom("vm.a", "vm.b", "vm.c", "vm.d"), fc.constantFrom("0", "1"));

    it("has every item of every role, or refuses", () => {
        const law = fc.property(sysctls, sysctls, (a, b) => {
            const clash = Object.keys(a).some(key => key in b && a[key] !== b[key]);
            const merge = () =>
                mergeItems([
                    { role: "a", items: { sysctls: a } },
                    { role: "b", items: { sysctls: b } },
                ]);
            if (clash) {
                assert.throws(merge, /role a wants .* role b wants/);
            } else {
                assert.deepEqual({ ...merge().sysctls }, { ...a, ...b });
            }
        });
        fc.assert(law);
    });

    it("names every conflict, and no content of a file", () => {
        const roles = [
            { role: "baseline", items: { sysctls: { "vm.swappiness": "1" }, files: { "/a": { content: "hunter2" } } } },
            { role: "storage", items: { sysctls: { "vm.swappiness": "10" }, files: { "/a": { content: "other" } } } },
        ];
        assert.throws(
            () => mergeItems(roles),
            (error: Error) =>
                error.message.includes('sysctls["vm.swappiness"]: role baseline wants "1", role storage wants "10"') &&
                error.message.includes('files["/a"]') &&
                !error.message.includes("hunter2"),
        );
    });
});

describe("roles", () => {
    it("are definitions that the provider takes", () => {
        const { items, connection } = resolve({ host, access, site });
        assert.deepEqual(checkInputs({ connection, ...items } as WireRecord), []);
        for (const each of allItems) {
            assert.deepEqual(checkInputs({ connection, ...each } as WireRecord), []);
        }
    });

    it("take the time from the site's servers alone, and leave it where there are none", () => {
        const content = baseline({}, site).files?.["/etc/chrony/chrony.conf"]?.content ?? "";
        assert.deepEqual(content.match(/^(server|pool) .*$/gm), ["server 192.0.2.1 iburst", "server 192.0.2.2 iburst"]);
        const { services = {}, packages } = baseline({}, { timeServers: [] });
        assert.deepEqual(Object.keys(services), ["ssh.service", "systemd-journald.service"]);
        assert.equal(packages, undefined);
    });

    it("never let sshd read a file that it has not been asked about", () => {
        const { files = {} } = baseline({}, site);
        const paths = Object.keys(files).filter(path => path.startsWith("/etc/ssh/"));
        assert.ok(paths.length > 0);
        assert.ok(paths.every(path => files[path]?.check?.[0] === "sshd"));
    });

    it("call things by the names of the host's system", () => {
        const rocky = baseline({ os: "rocky-9" }, site);
        assert.ok("/etc/chrony.conf" in (rocky.files ?? {}) && !("/etc/chrony/chrony.conf" in (rocky.files ?? {})));
        assert.deepEqual(Object.keys(rocky.services ?? {}), [
            "sshd.service",
            "systemd-journald.service",
            "chronyd.service",
        ]);
        for (const os of ["debian-12", "ubuntu-22.04", "ubuntu-24.04"] as const) {
            assert.deepEqual(baseline({ os }, site), baseline({}, site));
        }
    });

    it("restart what reads their files, and no file that nobody reads again", () => {
        for (const [service, item] of allItems.flatMap(items => Object.entries(items.services ?? {}))) {
            assert.ok(service.includes("."), service);
            assert.ok((item.restartOn ?? []).every(path => allItems.some(items => path in (items.files ?? {}))));
        }
    });
});

describe("ManagedHost", () => {
    it("is one resource with a secret key, named after its parent", async () => {
        const privateKey = "PEM";
        const { find, registered } = await deploy(() => new ManagedHost("gpu-01", { host, access, site, privateKey }));
        const child = find("gpu-01-host", "metal:index:Host");
        assert.ok(child.secrets.some(path => "connection.privateKey".startsWith(path)));
        assert.equal(registered.filter(({ type }) => type.startsWith("metal:")).length, 1);
        assert.equal((child.inputs.connection as { identityFile?: string }).identityFile, undefined);
        assert.ok(!JSON.stringify(find("gpu-01", "seamount:host:Host").inputs).includes("PEM"));
    });

    it("refuses a host that nothing identifies", () => {
        assert.throws(
            () => resolve({ host: { ...host, hostKey: undefined }, access, site }),
            /gpu-01 is managed but has no hostKey/,
        );
    });
});
