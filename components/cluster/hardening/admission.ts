import { stringify } from "yaml";

/**
 * Events of a whole API server and of one namespace, a second and at once: what CIS 1.2.9 wants limited. A node that
 * fails again and again fills etcd no more.
 */
const EVENT_LIMITS = [
    { type: "Server", qps: 5000, burst: 20_000 },
    { type: "Namespace", qps: 100, burst: 1000, cacheSize: 2000 },
];

/**
 * The configuration of admission plugins: a namespace that says nothing is held to the Pod Security Standard
 * `baseline`, and warned of what `restricted` would refuse; events are limited.
 * @param privilegedNamespaces namespaces whose pods are not judged: static pods use what no standard allows
 */
export function admissionConfiguration(privilegedNamespaces: readonly string[]): string {
    return stringify({
        apiVersion: "apiserver.config.k8s.io/v1",
        kind: "AdmissionConfiguration",
        plugins: [
            {
                name: "PodSecurity",
                configuration: {
                    apiVersion: "pod-security.admission.config.k8s.io/v1",
                    kind: "PodSecurityConfiguration",
                    defaults: {
                        enforce: "baseline",
                        "enforce-version": "latest",
                        audit: "restricted",
                        "audit-version": "latest",
                        warn: "restricted",
                        "warn-version": "latest",
                    },
                    exemptions: { usernames: [], runtimeClasses: [], namespaces: [...privilegedNamespaces] },
                },
            },
            {
                name: "EventRateLimit",
                configuration: {
                    apiVersion: "eventratelimit.admission.k8s.io/v1alpha1",
                    kind: "Configuration",
                    limits: EVENT_LIMITS,
                },
            },
        ],
    });
}
