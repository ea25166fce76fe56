import { containersOf, type PodView } from "../pod";
import { containerContexts, contexts, type Control, fields, list, PROFILES, show } from "./control";

/** Annotation of a pod that is not restricted: what of it, and why. */
export const SECURITY_EXCEPTION = "seamount.dev/security-exception";

const SELINUX_TYPES: ReadonlySet<unknown> = new Set([
    "",
    "container_t",
    "container_init_t",
    "container_kvm_t",
    "container_engine_t",
]);
const SAFE_SYSCTLS = new Set([
    ...["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"],
    ...["net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports"],
    ...["net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl"],
    ...["net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"],
]);

/** Controls of the baseline level that the restricted level leaves as they are. */
export const BASELINE_CONTROLS: readonly Control[] = [
    {
        name: "Host namespaces",
        *check({ path, spec, annotations }: PodView): Generator<string> {
            // The one thing that hardware may need, and then only in writing.
            const excepted = (annotations[SECURITY_EXCEPTION] ?? "").startsWith("host network: ");
            for (const field of ["hostNetwork", "hostPID", "hostIPC"] as const) {
                if (spec[field] && !(field === "hostNetwork" && excepted)) {
                    yield `${path}.${field} must not be true`;
                }
            }
        },
    },
    {
        name: "HostProcess",
        *check(pod: PodView): Generator<string> {
            for (const { path, context } of contexts(pod)) {
                if (fields(context.windowsOptions).hostProcess === true) {
                    yield `${path}.windowsOptions.hostProcess must not be true`;
                }
            }
        },
    },
    {
        name: "Privileged containers",
        *check(pod: PodView): Generator<string> {
            for (const { path, context } of containerContexts(pod)) {
                if (context.privileged === true) {
                    yield `${path}.privileged must not be true`;
                }
            }
        },
    },
    {
        name: "Host ports",
        *check(pod: PodView): Generator<string> {
            for (const { path, container } of containersOf(pod)) {
                for (const { hostPort } of list(container.ports).map(fields)) {
                    if (hostPort !== undefined && hostPort !== 0) {
                        yield `${path}.ports: hostPort ${show(hostPort)} must not be set`;
                    }
                }
            }
        },
    },
    {
        name: "Host probes and lifecycle hooks",
        *check(pod: PodView): Generator<string> {
            for (const { path, container } of containersOf(pod)) {
                const { postStart, preStop } = fields(container.lifecycle);
                const { livenessProbe, readinessProbe, startupProbe } = container;
                const actions = { livenessProbe, readinessProbe, startupProbe, postStart, preStop };
                for (const [name, action] of Object.entries(actions)) {
                    const { httpGet, tcpSocket } = fields(action);
                    if ((fields(httpGet).host ?? fields(tcpSocket).host ?? "") !== "") {
                        yield `${path}.${name} must not name a host`;
                    }
                }
            }
        },
    },
    {
        name: "AppArmor",
        *check(pod: PodView): Generator<string> {
            for (const { path, context } of contexts(pod)) {
                const { type } = fields(context.appArmorProfile);
                if (type !== undefined && !(typeof type === "string" && PROFILES.has(type))) {
                    yield `${path}.appArmorProfile.type must be RuntimeDefault or Localhost; it is ${show(type)}`;
                }
            }
            for (const [key, value] of Object.entries(pod.annotations)) {
                const isAppArmor = key.startsWith("container.apparmor.security.beta.kubernetes.io/");
                if (isAppArmor && value !== "runtime/default" && !value.startsWith("localhost/")) {
                    yield `annotation ${key} must be runtime/default or localhost/…; it is ${show(value)}`;
                }
            }
        },
    },
    {
        name: "SELinux",
        *check(pod: PodView): Generator<string> {
            for (const { path, context } of contexts(pod)) {
                const { type, user, role } = fields(context.seLinuxOptions);
                if (!SELINUX_TYPES.has(type ?? "")) {
                    yield `${path}.seLinuxOptions.type must be one of the container types; it is ${show(type)}`;
                }
                if ((user ?? "") !== "" || (role ?? "") !== "") {
                    yield `${path}.seLinuxOptions must set neither user nor role`;
                }
            }
        },
    },
    {
        name: "/proc mount",
        *check(pod: PodView): Generator<string> {
            for (const { path, context } of containerContexts(pod)) {
                if (context.procMount !== undefined && context.procMount !== "Default") {
                    yield `${path}.procMount must be Default; it is ${show(context.procMount)}`;
                }
            }
        },
    },
    {
        name: "Sysctls",
        *check({ path, spec }: PodView): Generator<string> {
            for (const { name } of list(fields(spec.securityContext).sysctls).map(fields)) {
                if (typeof name !== "string" || !SAFE_SYSCTLS.has(name)) {
                    yield `${path}.securityContext.sysctls: ${show(name)} is not one of the safe ones`;
                }
            }
        },
    },
];
