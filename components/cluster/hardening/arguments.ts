/** An argument of a component in kubeadm's API (v1beta4). */
export interface ExtraArg {
    readonly name: string;
    readonly value: string;
}

/** A folder of the host that a component sees, in kubeadm's API (v1beta4). */
export interface HostPathMount {
    readonly name: string;
    readonly hostPath: string;
    readonly mountPath: string;
    readonly readOnly: boolean;
    readonly pathType: "Directory" | "DirectoryOrCreate";
}

/** What a component of the control plane is given beyond what kubeadm gives it. */
export interface ComponentHardening {
    readonly extraArgs: readonly ExtraArg[];
    readonly extraVolumes: readonly HostPathMount[];
}

/**
 * Ciphers of TLS 1.2: those with forward secrecy and authenticated encryption that every CIS check allows (1.2.29 and
 * 4.2.12 of CIS Kubernetes Benchmark 1.12), AES-GCM alone, which processors do in hardware. TLS 1.3 has its own.
 */
export const TLS_CIPHERS: readonly string[] = [
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
];

/** Oldest version of TLS, as Kubernetes names it. */
export const TLS_MIN_VERSION = "VersionTLS12";

/** Oldest version and ciphers for a component of Kubernetes. */
export const TLS_ARGUMENTS: readonly ExtraArg[] = argumentList({
    "tls-min-version": TLS_MIN_VERSION,
    "tls-cipher-suites": TLS_CIPHERS.join(","),
});

/** Arguments as kubeadm lists them. */
export function argumentList(values: Readonly<Record<string, string>>): readonly ExtraArg[] {
    return Object.entries(values).map(([name, value]) => ({ name, value }));
}
