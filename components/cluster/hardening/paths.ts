import type { FileItem } from "../../../provider/items";

/** Folder of the API server's own files. It is mounted as a whole, so that a file that is replaced is seen. */
export const HARDENING_DIRECTORY = "/etc/kubernetes/seamount";

/** What is recorded of requests. A running API server does not take it up anew. */
export const AUDIT_POLICY_FILE = `${HARDENING_DIRECTORY}/audit-policy.yaml`;

/** What admission plugins do. A running API server does not take it up anew. */
export const ADMISSION_FILE = `${HARDENING_DIRECTORY}/admission.yaml`;

/** Who may sign in, and how. A running API server takes it up by itself. */
export const AUTHENTICATION_FILE = `${HARDENING_DIRECTORY}/authentication.yaml`;

/** With what objects are encrypted. A running API server takes it up by itself within a minute. */
export const ENCRYPTION_FILE = `${HARDENING_DIRECTORY}/encryption.yaml`;

/** Where the API server writes its audit log. */
export const AUDIT_LOG_DIRECTORY = "/var/log/kubernetes/audit";

/** The authority of the cluster, as kubeadm makes it. */
export const CLUSTER_CA_FILE = "/etc/kubernetes/pki/ca.crt";

/** A file that only root reads. */
export function rootOnly(content: string): FileItem {
    return { content, mode: "0600" };
}
