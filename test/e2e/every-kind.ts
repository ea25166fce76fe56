import type { HostItems } from "../../provider";
import { defrag, host } from "./host-stack";
import { onHost } from "./shell";

/** A unit that comes from a file of the items. */
export const UNIT = "/etc/systemd/system/e2e-sleeper.service";
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGy2JP0RJGtvpzo/emSz9OBvNzph6mNBIH6i53ECLSwN e2e@example.org";
/**
 * Items of every kind that a host can have which shares its kernel: machines/vm.spec.ts has those that need one of their own.
 * New ones, and some that the host has already. */
export const everyKind: HostItems = {
    packages: { "nvme-cli": {} },
    users: { "e2e-user": { groups: ["video"], shell: "/bin/sh", authorizedKeys: [KEY] } },
    directories: { "/srv/e2e": { mode: "2770", owner: "e2e-user", group: "video" } },
    mounts: { "/srv/e2e-scratch": { device: "tmpfs", type: "tmpfs", options: ["size=1m", "noexec"] } },
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
        id -Gn e2e-user; cat /home/e2e-user/.ssh/authorized_keys; getent shadow e2e-user | cut -d : -f 2 | cut -c 1
        stat -c '%a %U:%G' /srv/e2e; grep -c '^tmpfs /srv/e2e-scratch tmpfs rw,noexec' /proc/mounts
        systemctl is-enabled 'srv-e2e\\x2dscratch.mount'
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
e2e-user video
${KEY.replace(/[+.]/g, ".")}
!
2770 e2e-user:video
1
enabled
1$`);
