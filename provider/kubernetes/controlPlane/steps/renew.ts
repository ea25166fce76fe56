import { step } from "../../../shell";
import { RECORD, recordFact } from "../../record";
import type { ControlPlaneHost, ControlPlaneInputs } from "../../types";
import { FACTS, KUBEADM_PODS } from "../reasons";
import { waitEndpoint, waitReady } from "./fragments";
import { podFunctions } from "./pods";

/** Shell that renews all certificates that kubeadm renews, and has the programs take them up. */
export function renewCertificates(inputs: ControlPlaneInputs, host: ControlPlaneHost): readonly string[] {
    return [
        podFunctions(inputs, host),
        "trap come_back EXIT",
        recordFact(FACTS.renewing, "yes"),
        step("renewing its certificates"),
        "told 120 kubeadm certs renew all",
        `restart_pods ${KUBEADM_PODS.join(" ")}`,
        ...waitReady(),
        `set_lines ${RECORD} 1 ${FACTS.renewing}`,
        "come_back",
        ...waitEndpoint(inputs),
    ];
}
