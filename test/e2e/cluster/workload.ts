const NAMESPACE = "e2e-cluster";
const LABELS = { app: "web" };

/** What the pods answer with: the name of their node and their own. It comes from the bed's registry. */
const web = {
    name: "web",
    image: "seamount.local/web:local",
    env: [
        { name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
        { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
    ],
    ports: [{ containerPort: 8080 }],
    readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 2 },
    // Until the last proxy has heard that it goes, it answers.
    lifecycle: { preStop: { sleep: { seconds: 8 } } },
    securityContext: {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ["ALL"] },
        runAsNonRoot: true,
        runAsUser: 65534,
        seccompProfile: { type: "RuntimeDefault" },
    },
};

/** Namespace of everything here. */
export const namespace = NAMESPACE;

/** A pod on every node, the control plane's too. */
export const everywhere: readonly object[] = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        metadata: { name: "everywhere", namespace: NAMESPACE },
        spec: {
            selector: { matchLabels: { app: "everywhere" } },
            template: {
                metadata: { labels: { app: "everywhere" } },
                spec: { containers: [web], tolerations: [{ operator: "Exists" }] },
            },
        },
    },
];

/** A service over the workers, of whose pods one may be away at a time, behind a port of every node. */
export const service = (replicas: number, nodePort: number): readonly object[] => [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "web", namespace: NAMESPACE },
        spec: { maxUnavailable: 1, selector: { matchLabels: LABELS } },
    },
    {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: NAMESPACE },
        spec: { type: "NodePort", selector: LABELS, ports: [{ port: 80, targetPort: 8080, nodePort }] },
    },
    {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace: NAMESPACE },
        spec: {
            replicas,
            selector: { matchLabels: LABELS },
            template: {
                metadata: { labels: LABELS },
                spec: {
                    containers: [web],
                    topologySpreadConstraints: [
                        {
                            maxSkew: 1,
                            topologyKey: "kubernetes.io/hostname",
                            whenUnsatisfiable: "ScheduleAnyway",
                            labelSelector: { matchLabels: LABELS },
                        },
                    ],
                },
            },
        },
    },
];
