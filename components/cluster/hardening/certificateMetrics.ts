import type { HostItems } from "../../../provider/items";
import { timer } from "./timer";

const PROGRAM = "/usr/local/libexec/seamount-certificate-metrics";

/** Metric with the second at which a certificate of Kubernetes ends. */
export const CERTIFICATE_METRIC = "seamount_kubernetes_certificate_expiry_timestamp_seconds";

/** Metric with the second at which a host last looked at its certificates. */
export const CHECKED_METRIC = "seamount_kubernetes_certificates_checked_timestamp_seconds";

/** How the ends of certificates become a metric on a host. */
export interface CertificateMetrics {
    /** Folder that node_exporter's textfile collector reads, e.g. `/var/lib/prometheus/node-exporter`. */
    readonly textfileDirectory: string;
    /** Seconds between two looks. @default 3600 */
    readonly intervalSeconds?: number;
}

/**
 * Items that make a host of a cluster say when its certificates end: those that kubeadm made, in files and in
 * kubeconfigs, and the kubelet's own. It writes `seamount-kubernetes.prom` with
 * `seamount_kubernetes_certificate_expiry_timestamp_seconds{certificate}` for each, by the name that
 * `kubeadm certs check-expiration` has for it, and with the second at which it looked.
 */
export function certificateMetrics({ textfileDirectory, intervalSeconds = 3600 }: CertificateMetrics): HostItems {
    return timer({
        name: "seamount-certificate-metrics",
        description: "Ends of Kubernetes' certificates as a metric",
        program: PROGRAM,
        condition: "/var/lib/kubelet/pki",
        intervalSeconds,
        files: { [PROGRAM]: { content: program(textfileDirectory), mode: "0755" } },
    });
}

function program(directory: string): string {
    return `#!/bin/sh
# Kept by Seamount. When the certificates of Kubernetes on this host end, for node_exporter's textfile collector.
set -eu
directory=${directory}
mkdir -p "$directory"
new=$directory/.seamount-kubernetes.prom.new
trap 'rm -f "$new"' EXIT
ends() {
    end=$(openssl x509 -noout -enddate 2>/dev/null) || return 0
    printf '${CERTIFICATE_METRIC}{certificate="%s"} %s\\n' "$1" "$(date -d "\${end#notAfter=}" +%s)"
}
{
    echo "# HELP ${CERTIFICATE_METRIC} When a certificate of Kubernetes on this host ends."
    echo "# TYPE ${CERTIFICATE_METRIC} gauge"
    for file in /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt; do
        [ -e "$file" ] || continue
        name=\${file#/etc/kubernetes/pki/}
        ends "$(printf %s "\${name%.crt}" | tr / -)" <"$file"
    done
    for file in /etc/kubernetes/*.conf; do
        [ -e "$file" ] || continue
        sed -n 's/^ *client-certificate-data: *//p' "$file" | base64 -d | ends "\${file##*/}"
    done
    for name in kubelet-client-current kubelet-server-current; do
        [ ! -e "/var/lib/kubelet/pki/$name.pem" ] || ends "$name" <"/var/lib/kubelet/pki/$name.pem"
    done
    echo "# HELP ${CHECKED_METRIC} When this host last looked at its certificates."
    echo "# TYPE ${CHECKED_METRIC} gauge"
    echo "${CHECKED_METRIC} $(date +%s)"
} >"$new"
chmod 0644 "$new"
mv -f "$new" "$directory/seamount-kubernetes.prom"
`;
}
