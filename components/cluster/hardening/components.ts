import { argumentList, type ComponentHardening, TLS_ARGUMENTS, TLS_CIPHERS } from "./arguments";

/** Pods that have ended and are kept, in the whole cluster. The controller manager's own default is 12500. */
const TERMINATED_PODS = 1000;

/** The controller manager: section 1.3 of the CIS Kubernetes Benchmark, as far as kubeadm does not do it by itself. */
export function controllerManagerHardening(): ComponentHardening {
    return {
        extraArgs: [
            // 1.3.1, 1.3.2
            ...argumentList({ "terminated-pod-gc-threshold": String(TERMINATED_PODS), profiling: "false" }),
            ...TLS_ARGUMENTS,
        ],
        extraVolumes: [],
    };
}

/** The scheduler: section 1.4 of the CIS Kubernetes Benchmark, as far as kubeadm does not do it by itself. */
export function schedulerHardening(): ComponentHardening {
    // 1.4.1
    return { extraArgs: [...argumentList({ profiling: "false" }), ...TLS_ARGUMENTS], extraVolumes: [] };
}

/**
 * etcd: section 2 of the CIS Kubernetes Benchmark, as far as kubeadm does not do it by itself. Certificates for clients
 * and members, with an authority of etcd's own, are kubeadm's.
 */
export function etcdHardening(): ComponentHardening {
    return {
        extraArgs: argumentList({
            // 2.3, 2.6: certificates that etcd makes for itself prove nothing.
            "auto-tls": "false",
            "peer-auto-tls": "false",
            "tls-min-version": "TLS1.2",
            "cipher-suites": TLS_CIPHERS.join(","),
        }),
        extraVolumes: [],
    };
}
