import type { HostItems } from "../../../provider/items";
import { AUDIT_LOG_DIRECTORY, HARDENING_DIRECTORY } from "./paths";

const DROP_IN = "/etc/systemd/system/kubelet.service.d/90-seamount-modes.conf";

/** Files that packages and kubeadm leave readable for all, and their owner. kubeadm writes all others as CIS wants. */
const KUBELET_FILES = [
    "/lib/systemd/system/kubelet.service",
    "/lib/systemd/system/kubelet.service.d/*.conf",
    "/etc/systemd/system/kubelet.service.d/*.conf",
    "/etc/cni/net.d/*",
    "/var/lib/kubelet/config.yaml",
    "/etc/kubernetes/kubelet.conf",
];

/**
 * Modes of files on every node: 1.1.9 and 4.1 of the CIS Kubernetes Benchmark. Packages bring their files anew with
 * every version and kubeadm does with every upgrade, so the kubelet puts the modes right each time that it starts.
 */
export function kubeletFileModes(): HostItems {
    return {
        files: {
            [DROP_IN]: {
                content: [
                    "# Kept by Seamount.",
                    "[Service]",
                    // Patterns that match nothing are no reason not to start.
                    `ExecStartPre=-/bin/sh -c 'chmod -f go-rwx ${KUBELET_FILES.join(" ")}'`,
                    "",
                ].join("\n"),
                mode: "0600",
            },
        },
    };
}

/** Folders of a host of the control plane that hold what others have no business with. */
export function controlPlaneFileModes(): HostItems {
    return {
        directories: { [AUDIT_LOG_DIRECTORY]: { mode: "0700" }, [HARDENING_DIRECTORY]: { mode: "0700" } },
    };
}
