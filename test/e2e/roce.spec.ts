import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hostKey, HostStack } from "./host-stack";
import { must, onHost, root } from "./shell";
import { Project } from "./stack";

/** A host of this test alone: it loses its own view of /sys. */
const name = "metal-59";
const address = "10.88.0.69";
/**
 * The NICs, their files in sysfs and configfs, and the tools mlnx_qos and dcb are stand-ins (roce/nic.sh): no machine
 * here has such a NIC. Everything else, from the preview to the unit that runs at boot, is what a real host gets.
 */
const wanted = {
    ens1np0: { device: "mlx5_0", dscp: 26, priority: 3, cnpDscp: 48 },
    ens2np0: { device: "mlx5_1", dscp: 26, priority: 3, cnpDscp: 48 },
};
const CLASS = "/sys/class/infiniband/mlx5_0/tc/1/traffic_class";
const ECN = "/sys/class/net/ens1np0/ecn";
const TOS = "/sys/kernel/config/rdma_cm";
const STATE = `
say() { printf '%s: %s\\n' "$1" "$(cat "$2" | tr '\\n' ' ' | sed 's/ *$//')"; }
say trust /run/nic/ens1np0/trust
for i in 1 2; do say pfc /run/nic/ens\${i}np0/pfc; done
awk '$1 == 26 { print "mlnx_qos: " $2 }' /run/nic/ens1np0/map; say dcb /run/nic/ens2np0/app
sed "s/.*tclass=//; s/^/class: /" ${CLASS}; say np ${ECN}/roce_np/enable/3; say rp ${ECN}/roce_rp/enable/3; say cnp ${ECN}/roce_np/cnp_dscp
for i in 0 1; do say mode ${TOS}/mlx5_$i/ports/1/default_roce_mode; say tos ${TOS}/mlx5_$i/ports/1/default_roce_tos; done
systemctl is-enabled seamount-roce.service 2>/dev/null; cat /etc/seamount/roce.conf 2>/dev/null; :`;

describe("lossless RoCEv2 on a host with stand-ins for NICs and their tools", () => {
    const project = new Project(join("test", "e2e", "program"));
    const stack = new HostStack(project);
    const want = (items: object) => stack.want(items, { name, address, hostKey: hostKey(name) });
    const state = async () => (await onHost(name, STATE)).split("\n");
    const right = [
        ...["trust: dscp", "pfc: 3", "pfc: 3", "mlnx_qos: 3", "dcb: 26 3"],
        ...["class: 106", "np: 1", "rp: 1", "cnp: 48"],
        ...["mode: RoCE v2", "tos: 106", "mode: RoCE v2", "tos: 106", "enabled"],
        ...["ens1np0 mlx5_0 26 3 48", "ens2np0 mlx5_1 26 3 48"],
    ];
    let found: string[];

    before(async () => {
        await must("local/bed/hosts.sh", ["up", name]);
        await onHost(name, readFileSync(join(root, "test", "e2e", "roce", "nic.sh"), "utf8"));
        await project.create();
        await stack.create();
        found = await state();
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        project.remove();
        await must("local/bed/hosts.sh", ["down", name]);
    });

    it("is put in place with the tool that each NIC has, and read back", async () => {
        want({ roce: wanted });
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.deepEqual(await state(), right);
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("is put in place again at boot, when NICs have forgotten all of it", async () => {
        await onHost(
            name,
            `for i in 1 2; do echo pcp >/run/nic/ens\${i}np0/trust; : >/run/nic/ens\${i}np0/pfc; : >/run/nic/ens\${i}np0/app; done
            echo 0 | tee ${CLASS} ${ECN}/*/enable/3 ${ECN}/roce_np/cnp_dscp ${TOS}/*/ports/1/default_roce_tos
            systemctl restart seamount-roce.service`,
        );
        assert.deepEqual(await state(), right);
    });

    it("is named by a preview where somebody changed it, and repaired", async () => {
        await onHost(
            name,
            `mlnx_qos -i ens1np0 --pfc 0,0,0,0,0,1,0,0 >/dev/null; dcb app replace dev ens2np0 dscp-prio 26:5
            echo 0 >${ECN}/roce_rp/enable/3; echo 96 >${TOS}/mlx5_1/ports/1/default_roce_tos
            echo '# more' >>/usr/local/lib/seamount/roce`,
        );
        const { paths, words } = await stack.look();
        assert.deepEqual(paths, ['roce["ens1np0"]', 'roce["ens2np0"]']);
        for (const line of [
            "RoCE on ens1np0: flow control is priority 5, should be priority 3",
            "RoCE on ens1np0: congestion reaction is no priority, should be priority 3",
            "RoCE on ens1np0: setting at boot is missing, should be ens1np0 mlx5_0 26 3 48",
            "RoCE on ens2np0: priority of code point 26 is 5, should be 3",
            "RoCE on ens2np0: ToS of rdma_cm is 96, should be 106",
        ]) {
            assert.ok(words.includes(`${name}: ${line}`), `"${line}" is missing in:\n${words}`);
        }
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.deepEqual(await state(), right);
    });

    it("is refused on an interface of another rail, and without a tool that could set it, by name", async () => {
        want({ roce: { ...wanted, ens1np0: { ...wanted.ens1np0, device: "mlx5_1" } } });
        const mixed = await stack.pulumi("up", "--yes", "--skip-preview");
        assert.notEqual(mixed.status, 0);
        assert.match(mixed.stdout + mixed.stderr, /ens1np0 has mlx5_0, and not mlx5_1/);
        want({ roce: { eth0: { ...wanted.ens1np0, device: "mlx5_0" } } });
        await onHost(name, "echo eth0 >/sys/class/infiniband/mlx5_0/ports/1/gid_attrs/ndevs/0");
        const bare = await stack.pulumi("up", "--yes", "--skip-preview");
        assert.notEqual(bare.status, 0);
        assert.match(bare.stdout + bare.stderr, /eth0 has no priority flow control that mlnx_qos or dcb could set/);
        await onHost(name, "echo ens1np0 >/sys/class/infiniband/mlx5_0/ports/1/gid_attrs/ndevs/0");
    });

    it("is put back to what was found", async () => {
        want({ roce: wanted });
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.deepEqual(await state(), right);
        await stack.succeed("destroy", "--yes", "--skip-preview");
        assert.deepEqual(await state(), found);
    });
});
