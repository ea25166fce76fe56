import type { HostItems } from "../../provider";
import { defrag, host } from "./host-stack";
import { onHost } from "./shell";

/** A unit that comes from a file of the items. */
export const UNIT = "/etc/systemd/system/e2e-sleeper.service";
/** Items of every kind: new ones, and some that the host has already. */
export const everyKind: HostItems = {
    packages: { "nvme-cli": {} },
    files: {
        "/etc/issue": { content: "Kept by a test.\n" },
        "/etc/e2e/deep/notes": { content: "one\ntwo\n", mode: "0640", owner: "nobody" },
        [UNIT]: { content: "[Service]\nExecStart=/bin/sleep 2147483\n[Install]\nWantedBy=multi-user.target\n" },
    },
    sysctls: { "vm.dirty_ratio": "7", "net.ipv4.ip_local_port_range": "20000 60999" },
    sysfs: { [defrag]: "never" },
    modules: { br_netfilter: { state: "loaded" }, nouveau: { state: "blocked", options: "modeset=0" } },
    services: {
        "e2e-sleeper.service": { enabled: true, running: true, restartOn: [UNIT] },
        "remote-fs.target": { enabled: false, running: false },
    },
};

/** What the host says of all these items, by other means than the provider's. */
export const readBack = (): Promise<string> =>
    onHost(
        host,
        `dpkg-query -W -f '\${db:Status-Abbrev}\\n' nvme-cli
        cat /etc/issue /etc/e2e/deep/notes && stat -c '%a %U:%G' /etc/e2e/deep/notes
        cat /proc/sys/vm/dirty_ratio /proc/sys/net/ipv4/ip_local_port_range ${defrag}
        cd /sys/module && ls -d br_netfilter nouveau 2>&1
        modprobe nouveau 2>&1 | tail -n 1
        systemctl is-enabled e2e-sleeper remote-fs.target; systemctl is-active e2e-sleeper remote-fs.target
        pgrep -fc 'sleep 2147483$'`,
    );
/** What `readBack` gives when all items are as they should be. */
export const asWanted = new RegExp(`^ii ?
Kept by a test.
one
two
640 nobody:root
7
20000\t60999
(never|.*\\[never\\].*)
.*cannot access 'nouveau'.*
br_netfilter
.*nouveau.*
enabled
disabled
active
inactive
1$`);
