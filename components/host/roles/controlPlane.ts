import type { HostItems } from "../../../provider/items";
import { KEPT, lines } from "./role";

const SWAP_OFF = "/etc/systemd/system/seamount-swapoff.service";

/**
 * What a host of the control plane is beyond the baseline: what kubeadm checks before it starts (kubernetes.io,
 * "Installing kubeadm" and "Container runtimes", 2026-11): no swap, bridged traffic seen by the firewall, forwarding.
 */
export function controlPlane(): HostItems {
    return {
        files: {
            [SWAP_OFF]: {
                content: lines(
                    KEPT,
                    "[Unit]",
                    "Description=No swap, as kubelet wants it",
                    "After=swap.target",
                    "[Service]",
                    "Type=oneshot",
                    "RemainAfterExit=yes",
                    // In a container the swap is that of the machine around it.
                    "ExecStart=/bin/sh -c 'systemd-detect-virt -qc || exec swapoff -a'",
                    "[Install]",
                    "WantedBy=multi-user.target",
                ),
            },
        },
        modules: { overlay: { state: "loaded" }, br_netfilter: { state: "loaded" } },
        sysctls: {
            "net.ipv4.ip_forward": "1",
            "net.bridge.bridge-nf-call-iptables": "1",
            "net.bridge.bridge-nf-call-ip6tables": "1",
            // A kubelet watches every file that a pod mounts; the default of 128 instances ends with few pods.
            "fs.inotify.max_user_instances": "8192",
            "fs.inotify.max_user_watches": "1048576",
        },
        services: { "seamount-swapoff.service": { enabled: true, running: true, restartOn: [SWAP_OFF] } },
    };
}
