import type { FileItem } from "../../../provider/items";
import { admissionConfiguration } from "./admission";
import { argumentList, type ComponentHardening, TLS_ARGUMENTS } from "./arguments";
import { auditPolicy } from "./auditPolicy";
import { authenticationConfiguration, type IdentityProvider } from "./authentication";
import {
    ADMISSION_FILE,
    AUDIT_LOG_DIRECTORY,
    AUDIT_POLICY_FILE,
    AUTHENTICATION_FILE,
    CLUSTER_CA_FILE,
    ENCRYPTION_FILE,
    HARDENING_DIRECTORY,
    rootOnly,
} from "./paths";

/** What the API server's hardening depends on. */
export interface ApiServerHardeningArgs {
    /** Who else than holders of certificates may sign in. */
    readonly oidc?: IdentityProvider;
    /** Whether kubelets have certificates of the cluster's authority, `kubeletHardening` with the same: then checked. */
    readonly kubeletServing: boolean;
    /** Lets `kubeadm join` read the cluster's authority without a name. @default false */
    readonly tokenDiscovery?: boolean;
    /** Namespaces whose pods may do what they like. @default ["kube-system"] */
    readonly privilegedNamespaces?: readonly string[];
}

/** Arguments, mounts and files of the API server. */
export interface ApiServerHardening extends ComponentHardening {
    /** By absolute path; for root alone, and none of them is a secret. `ENCRYPTION_FILE` is to be added. */
    readonly files: Readonly<Record<string, FileItem>>;
}

/** How long and how much of the audit log stays on a host, in days, files and MiB: the least that CIS wants. */
const AUDIT_LOG = { maxage: 30, maxbackup: 10, maxsize: 100 } as const;

/** Admission plugins beyond the API server's own choice. NodeRestriction is kubeadm's, which a list here replaces. */
const ADMISSION_PLUGINS = ["NodeRestriction", "EventRateLimit", "DenyServiceExternalIPs"];

/** The API server: section 1.2 of the CIS Kubernetes Benchmark. */
export function apiServerHardening(args: ApiServerHardeningArgs): ApiServerHardening {
    return {
        extraArgs: [
            ...argumentList({
                // 1.2.1: no name, no answer, except for health.
                "authentication-config": AUTHENTICATION_FILE,
                // 1.2.3, 1.2.9, 1.2.14
                "enable-admission-plugins": ADMISSION_PLUGINS.join(","),
                "admission-control-config-file": ADMISSION_FILE,
                // 1.2.5
                ...(args.kubeletServing && { "kubelet-certificate-authority": CLUSTER_CA_FILE }),
                // 1.2.15
                profiling: "false",
                // 1.2.16 to 1.2.19, 3.2.1
                "audit-policy-file": AUDIT_POLICY_FILE,
                "audit-log-path": `${AUDIT_LOG_DIRECTORY}/audit.log`,
                "audit-log-maxage": String(AUDIT_LOG.maxage),
                "audit-log-maxbackup": String(AUDIT_LOG.maxbackup),
                "audit-log-maxsize": String(AUDIT_LOG.maxsize),
                // 1.2.27, 1.2.28
                "encryption-provider-config": ENCRYPTION_FILE,
                "encryption-provider-config-automatic-reload": "true",
                // 1.2.30
                "service-account-extend-token-expiration": "false",
            }),
            // 1.2.29
            ...TLS_ARGUMENTS,
        ],
        extraVolumes: [
            {
                name: "seamount-hardening",
                hostPath: HARDENING_DIRECTORY,
                mountPath: HARDENING_DIRECTORY,
                readOnly: true,
                pathType: "Directory",
            },
            {
                name: "seamount-audit",
                hostPath: AUDIT_LOG_DIRECTORY,
                mountPath: AUDIT_LOG_DIRECTORY,
                readOnly: false,
                pathType: "DirectoryOrCreate",
            },
        ],
        files: {
            [ADMISSION_FILE]: rootOnly(admissionConfiguration(args.privilegedNamespaces ?? ["kube-system"])),
            [AUDIT_POLICY_FILE]: rootOnly(auditPolicy()),
            [AUTHENTICATION_FILE]: rootOnly(
                authenticationConfiguration({ oidc: args.oidc, tokenDiscovery: args.tokenDiscovery ?? false }),
            ),
        },
    };
}
