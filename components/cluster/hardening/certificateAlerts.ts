import { CERTIFICATE_METRIC, CHECKED_METRIC } from "./certificateMetrics";

/** What alerts of certificates depend on. */
export interface CertificateAlertSettings {
    /** Namespace of the rule. */
    readonly namespace: string;
    /** Days before the end at which an update renews: an alert comes a week later, where none was run. */
    readonly renewBeforeDays: number;
    /** Labels by which Prometheus finds rules. @default {} */
    readonly labels?: Readonly<Record<string, string>>;
}

/** An alert of Prometheus. */
export interface AlertRule {
    readonly alert: string;
    readonly expr: string;
    readonly for: string;
    readonly labels: { readonly severity: "warning" | "critical" };
    readonly annotations: { readonly summary: string; readonly description: string };
}

const DAY_SECONDS = 86_400;
/** From then on an end is not to be waited for any longer, in days. */
const CRITICAL_DAYS = 7;
/** Kubelets renew their own some weeks before; authorities live ten years and are not renewed by an update. */
const LEAVES = '{certificate!~".*ca"}';

/** Alerts of certificates that end, of authorities that do, and of hosts that no longer say. */
export function certificateAlertRules(renewBeforeDays: number): readonly AlertRule[] {
    const left = (certificates: string): string => `${CERTIFICATE_METRIC}${certificates} - time()`;
    const late = Math.max(CRITICAL_DAYS, renewBeforeDays - 7);
    const renew = "`pulumi up` renews the certificates of the control plane; a kubelet renews its own.";
    const rule = (
        alert: string,
        expr: string,
        severity: "warning" | "critical",
        summary: string,
        description = renew,
    ) => ({
        alert,
        expr,
        for: "15m",
        labels: { severity },
        annotations: { summary, description },
    });
    const name = "{{ $labels.certificate }} on {{ $labels.instance }}";
    return [
        rule(
            "SeamountKubernetesCertificateEnds",
            `${left(LEAVES)} < ${late * DAY_SECONDS}`,
            "warning",
            `The certificate ${name} ends in {{ $value | humanizeDuration }}.`,
        ),
        rule(
            "SeamountKubernetesCertificateEndsSoon",
            `${left(LEAVES)} < ${CRITICAL_DAYS * DAY_SECONDS}`,
            "critical",
            `The certificate ${name} ends in {{ $value | humanizeDuration }}.`,
        ),
        rule(
            "SeamountKubernetesAuthorityEnds",
            `${left('{certificate=~".*ca"}')} < ${365 * DAY_SECONDS}`,
            "warning",
            `The authority ${name} ends in {{ $value | humanizeDuration }}.`,
            "All certificates of the cluster have to be made anew: plan it, no update does it by itself.",
        ),
        rule(
            "SeamountKubernetesCertificatesUnseen",
            `time() - ${CHECKED_METRIC} > ${DAY_SECONDS}`,
            "warning",
            "{{ $labels.instance }} has not looked at its certificates for {{ $value | humanizeDuration }}.",
            "See `systemctl status seamount-certificate-metrics.service` there.",
        ),
    ];
}

/** A PrometheusRule, as far as it is used here. */
export interface AlertManifest {
    readonly apiVersion: string;
    readonly kind: "PrometheusRule";
    readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Record<string, string> };
    readonly spec: { readonly groups: readonly { readonly name: string; readonly rules: readonly AlertRule[] }[] };
}

/** The alerts as an object of the Prometheus operator (monitoring.coreos.com/v1, PrometheusRule). */
export function certificateAlerts({
    namespace,
    renewBeforeDays,
    labels = {},
}: CertificateAlertSettings): AlertManifest {
    return {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PrometheusRule",
        metadata: {
            name: "seamount-kubernetes-certificates",
            namespace,
            labels: { "app.kubernetes.io/managed-by": "seamount", ...labels },
        },
        spec: { groups: [{ name: "seamount-kubernetes-certificates", rules: certificateAlertRules(renewBeforeDays) }] },
    };
}
