import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { HostItems } from "../../../provider";
import { HostStack, machine } from "../host-stack";
import { must } from "../shell";
import { Project } from "../stack";

/** Runs a command inside the machine, by the bed's own way and not by the provider's. */
const inside = async (script: string) => (await must("local/bed/vms.sh", ["exec", machine, "sh", "-c", script])).trim();
const PAGES = "/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages";
const GRUB_FILE = "/etc/default/grub.d/90-seamount.cfg";
/** What only a host with a kernel and a boot loader of its own can have. */
const items: HostItems = {
    kernelArguments: { iommu: { value: "pt" }, "hugepagesz=2M hugepages": { value: "8" } },
    modules: { loop: { state: "loaded", options: "max_loop=16" }, nouveau: { state: "blocked" } },
    sysfs: { [PAGES]: "8" },
    // QEMU has no device whose largest read request may be set.
    pci: { "class:0604": { acs: "off" } },
};
const bridges = "for b in /sys/bus/pci/devices/*; do case $(cat $b/class) in 0x0604*) echo ${b##*/}; esac; done";
const registers = `for b in $(${bridges}); do setpci -s $b ECAP_ACS+6.w; done 2>/dev/null; true`;
const servicesOn = `for b in $(${bridges}); do setpci -s $b ECAP_ACS+6.w=1d; done 2>/dev/null; true`;
/** All of the machine that these items change. What is in effect counts as well, but for the boot that it came from. */
const survey = async () =>
    await inside(`cat ${GRUB_FILE} 2>&1; grep -c iommu=pt /boot/grub/grub.cfg; ls /etc/modprobe.d /etc/modules-load.d
        ls -d /etc/seamount /usr/local/lib/seamount /var/lib/seamount 2>&1; cat ${PAGES}; ${registers}
        lsmod | grep -c '^loop '; systemctl list-unit-files 'seamount-*' --no-legend; true`);
const readBack = async () =>
    await inside(`grep -oE 'iommu=pt|hugepagesz=2M hugepages=8' /proc/cmdline; grep -c 'linux.*iommu=pt' /boot/grub/grub.cfg
        cat /sys/module/loop/parameters/max_loop ${PAGES}; modprobe nouveau 2>&1 | tail -n 1; ${registers}`);
const asWanted = /^hugepagesz=2M hugepages=8\niommu=pt\n[1-9]\d*\n16\n8\n.*nouveau.*\n0000$/;

/** Minutes: everything in an emulated machine takes many times as long, and its update-grub half a minute at best. */
describe("the items of a host with a kernel of its own", function () {
    this.timeout(1_500_000);
    const project = new Project(join("test", "e2e", "program"));
    const stack = new HostStack(project, machine);
    let found: string;

    before(async () => {
        await must("local/bed/vms.sh", ["up", machine]);
        await project.create();
        await stack.create();
        // From here on the boot configuration is a generated one, as on a host that was installed.
        await inside(`update-grub 2>&1; rmmod loop 2>/dev/null; ${servicesOn}`);
        found = await survey();
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        project.remove();
    });

    it("say in the first preview that a reboot is due", async () => {
        stack.want(items);
        const { words } = await stack.look();
        assert.match(words, /kernel argument iommu=pt is not in the boot configuration/);
        assert.match(words, /kernel argument iommu=pt is not in effect before a reboot/);
    });

    it("are in effect after up, which has rebooted the host: by another boot id", async () => {
        const boot = await inside("cat /proc/sys/kernel/random/boot_id");
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.notEqual(await inside("cat /proc/sys/kernel/random/boot_id"), boot);
        assert.match(await readBack(), asWanted);
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("are named by a preview when they were changed by hand", async () => {
        await inside(
            `rm ${GRUB_FILE}; rmmod loop; modprobe loop max_loop=4; rm /etc/modprobe.d/90-seamount.conf; echo 3 >${PAGES}
            ${servicesOn}`,
        );
        const { paths, words } = await stack.look();
        assert.deepEqual(paths, [
            'kernelArguments["hugepagesz=2M hugepages"]',
            'kernelArguments["iommu"]',
            'modules["loop"]',
            'modules["loop"].options',
            'modules["nouveau"]',
            'pci["class:0604"].acs',
            `sysfs["${PAGES}"]`,
        ]);
        for (const line of [
            "kernel argument iommu=pt would leave the boot configuration",
            "module loop runs with max_loop=4, should be 16: it counts from the next boot",
            `${PAGES} got 3 of 8 huge pages`,
        ]) {
            assert.ok(words.includes(line), `"${line}" is missing in:\n${words}`);
        }
        assert.match(words, /PCI device \S+ has access control services on \(001d\), should be off/);
    });

    it("are repaired by up", async () => {
        await stack.succeed("up", "--yes", "--skip-preview");
        assert.match(await readBack(), asWanted);
        await stack.succeed("refresh", "--yes", "--skip-preview");
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("leave the boot configuration as it was where update-grub fails", async () => {
        await inside("printf '#!/bin/sh\\nexit 1\\n' >/etc/grub.d/99_broken; chmod +x /etc/grub.d/99_broken");
        const before = await inside(`cat ${GRUB_FILE}; sha256sum /boot/grub/grub.cfg`);
        stack.want({ ...items, kernelArguments: { ...items.kernelArguments, nosmt: {} } });
        const { status, stdout } = await stack.pulumi("up", "--yes", "--skip-preview");
        assert.notEqual(status, 0);
        assert.match(stdout, /update-grub failed; the boot configuration is what it was before/);
        assert.equal(await inside(`cat ${GRUB_FILE}; sha256sum /boot/grub/grub.cfg`), before);
        await inside("rm /etc/grub.d/99_broken");
        stack.want(items);
    });

    it("are put back as they were found by destroy", async () => {
        await stack.succeed("destroy", "--yes", "--skip-preview");
        assert.equal(await survey(), found);
    });
});
