/** Port of the pod that clients reach, TLS 1.3. */
export const GATEWAY_PORT = 8443;
/** Port of the pod for the kubelet and for metrics. */
export const MONITOR_PORT = 8080;
/** Folders of the mounts. */
export const MOUNTS = {
    config: "/etc/seamount/gateway",
    tls: "/etc/seamount/tls",
    ca: "/etc/seamount/ca",
    keys: "/etc/seamount/keys",
    audit: "/var/log/seamount",
} as const;
/** Record of requests, put aside each day and at 100 MB. */
export const AUDIT_FILE = `${MOUNTS.audit}/audit.log`;
/** Header between the gateway's own parts that says which replica a request goes to. */
export const AFFINITY_HEADER = "X-Seamount-Affinity";
