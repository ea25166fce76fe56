import { TLS_CIPHERS, TLS_MIN_VERSION } from "./arguments";
import { CLUSTER_CA_FILE } from "./paths";

/** What a kubelet's hardening depends on. */
export interface KubeletHardeningArgs {
    /** Refuses to start on a kernel that is not set as it wants (`kubeletSysctls`), instead of setting it. */
    readonly protectKernelDefaults: boolean;
    /** Certificate of the cluster's authority instead of one of its own: needs approvals, `kubeletApprovals`. */
    readonly kubeletServing: boolean;
}

/**
 * Processes and threads that one pod may have. An engine with eight GPUs has some thousands; a fork bomb has as many as
 * the kernel can take.
 */
const POD_PIDS = 16_384;

/** What a kubelet wants of the kernel (Kubernetes 1.36, component-helpers/node/util/sysctl). */
export const kubeletSysctls: Readonly<Record<string, string>> = {
    "vm.overcommit_memory": "1",
    "vm.panic_on_oom": "0",
    "kernel.panic": "10",
    "kernel.panic_on_oops": "1",
    "kernel.keys.root_maxkeys": "1000000",
    "kernel.keys.root_maxbytes": "25000000",
};

/** Fields of a KubeletConfiguration: section 4.2 of the CIS Kubernetes Benchmark. */
export function kubeletHardening(args: KubeletHardeningArgs): Readonly<Record<string, unknown>> {
    return {
        // 4.2.1, 4.2.3
        authentication: {
            anonymous: { enabled: false },
            webhook: { enabled: true },
            x509: { clientCAFile: CLUSTER_CA_FILE },
        },
        // 4.2.2
        authorization: { mode: "Webhook" },
        // 4.2.4
        readOnlyPort: 0,
        // 4.2.5
        streamingConnectionIdleTimeout: "5m0s",
        // 4.2.6
        makeIPTablesUtilChains: true,
        protectKernelDefaults: args.protectKernelDefaults,
        // 4.2.8
        eventRecordQPS: 50,
        eventBurst: 100,
        // 4.2.9, 4.2.11
        serverTLSBootstrap: args.kubeletServing,
        // 4.2.10
        rotateCertificates: true,
        // 4.2.12
        tlsMinVersion: TLS_MIN_VERSION,
        tlsCipherSuites: [...TLS_CIPHERS],
        // 4.2.13
        podPidsLimit: POD_PIDS,
        // 4.2.14
        seccompDefault: true,
        enableProfilingHandler: false,
        enableDebugFlagsHandler: false,
    };
}
