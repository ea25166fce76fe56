import { strict as assert } from "node:assert";
import { join } from "node:path";
import { resolve } from "../../components/host/host";
import type { SiteHost } from "../../components/site/site";
import { hostKey } from "./host-stack";
import { must, onHost } from "./shell";
import { bed } from "./site";
import { Project, Stack } from "./stack";

const name = "metal-58";
const host: SiteHost = {
    name,
    address: "10.88.0.68",
    role: "storage",
    pool: "storage",
    rails: [],
    nvme: [],
    managed: true,
};

describe("roles of hosts", () => {
    const project = new Project(join("test", "e2e", "program"));
    const stack = new Stack(project, "items");

    /** Makes the host what its roles say, as the program of a site does. */
    const want = (role: SiteHost["role"]): void => {
        const { connection, items } = resolve({
            host: {
                ...host,
                role,
                hostKey: hostKey(name),
                ...(role === "gpu" && { gpu: { model: "H200", count: 8 } }),
            },
            access: { user: "root", port: 22, connectTimeoutSeconds: 5, identityFile: join(bed, "id_ed25519") },
            site: { timeServers: ["10.88.0.1"] },
        });
        stack.configure({ "items:items": items, "items:connection": connection });
    };

    before(async () => {
        await must("bash", ["local/bed/hosts.sh", "up", name]);
        await project.create();
        await stack.create();
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        await must("bash", ["local/bed/hosts.sh", "down", name]);
        project.remove();
    });

    for (const [role, check, told] of [
        [
            "storage",
            "cat /proc/sys/vm/dirty_ratio /proc/sys/fs/aio-max-nr; dpkg-query -W -f '${db:Status-Abbrev}\\n' nvme-cli chrony",
            /^5\n1048576\nii ?\nii ?$/,
        ],
        [
            "control-plane",
            "cat /proc/sys/net/ipv4/ip_forward; ls -d /sys/module/br_netfilter; systemctl is-active seamount-swapoff",
            /^1\n\/sys\/module\/br_netfilter\nactive$/,
        ],
        [
            "gpu",
            "ls /sys/module | grep -E '^(nvidia|nouveau)'; cat /sys/module/nvidia/parameters/NVreg_EnableStreamMemOPs",
            /^nvidia\n1$/,
        ],
    ] as const) {
        it(`bring about what a host of the role ${role} is, and then nothing is left to do`, async () => {
            want(role);
            await stack.succeed("up", "--yes", "--skip-preview");
            assert.match((await onHost(name, check)).trim(), told);
            // The simulated kernel has no nvme_fabrics, which a unit of nvme-cli wants.
            const failed = "systemctl --failed --plain --no-legend | grep -v nvmf-autoconnect";
            assert.equal(
                await onHost(name, `systemctl is-active ssh chrony; ls -d /var/log/journal; ${failed} || :`),
                "active\nactive\n/var/log/journal",
            );
            assert.deepEqual(await stack.steps(), []);
            assert.match(await stack.succeed("up", "--yes", "--skip-preview"), /unchanged/);
            assert.deepEqual(await stack.steps(), []);
        });
    }
});
