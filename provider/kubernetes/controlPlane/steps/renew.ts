import { step } from "../../../shell";
import { KUBEADM_PODS } from "../reasons";
import { podFunctions, waitReady } from "./fragments";

/** Shell that renews all certificates that kubeadm renews, and has the programs take them up. */
export const renewCertificates: readonly string[] = [
    podFunctions,
    step("renewing its certificates"),
    "told 120 kubeadm certs renew all",
    `restart_pods ${KUBEADM_PODS.join(" ")}`,
    ...waitReady(),
];
