import type { ResourceValidationPolicy } from "@pulumi/policy";
import { known } from "../known";
import { eachObject } from "../objects";
import { podsOf, type PodView, reportHidden } from "../pod";
import { RESTRICTED_CONTROLS } from "../podSecurity/restricted";

/** Every pod keeps to the restricted Pod Security Standard, in whatever kind of object it is. */
export const podsRestricted: ResourceValidationPolicy = {
    name: "pods-restricted",
    displayName: "Restricted pods",
    description: "Every pod meets the restricted level of the Pod Security Standards.",
    severity: "high",
    framework: {
        name: "CIS Kubernetes Benchmark",
        version: "1.9",
        reference: "5.2",
        specification: "Pod Security Standards: restricted, latest",
    },
    remediationSteps: "Correct the field that the message names; kubernetes.io documents each control of the standard.",
    validateResource: (args, report) => {
        eachObject(args.type, args.props, report, (type, props, report) => {
            reportHidden(type, report);
            podsOf(type, props).forEach(pod => restrictedViolations(pod, report));
        });
    },
};

/** Reports every violation of the restricted level by a pod, each with its control and path. */
export function restrictedViolations(pod: PodView, report: (message: string) => void): void {
    if ((pod.spec.containers ?? []).length === 0) {
        report(`${pod.path}.containers is empty or missing, so the pod cannot be checked`);
    }
    for (const control of RESTRICTED_CONTROLS) {
        known(
            message => report(`${control.name}: ${message}`),
            () => {
                for (const violation of control.check(pod)) {
                    report(`${control.name}: ${violation}`);
                }
            },
        );
    }
}
