import type { OperatorImages } from "../reference";

const NAME = "ascend-device-plugin";

/** A Kubernetes object of the core groups, as plain data. */
export type CoreObject = Readonly<Record<string, unknown>> & { readonly apiVersion: string; readonly kind: string };

/**
 * Huawei's device plugin for Ascend NPUs, which comes without a chart: what its installation guide asks for, on hosts whose
 * NPU driver lies where it is installed by default. It names NPUs after their kind, `huawei.com/Ascend910`.
 */
export function ascendDevicePlugin(namespace: string, image: OperatorImages): readonly CoreObject[] {
    const labels = { "app.kubernetes.io/name": NAME };
    const host = (name: string, path: string, type: string): Readonly<Record<string, unknown>> => ({
        name,
        hostPath: { path, type },
    });
    const volumes = [
        host("device-plugins", "/var/lib/kubelet/device-plugins", "Directory"),
        host("pod-resources", "/var/lib/kubelet/pod-resources", "Directory"),
        host("driver", "/usr/local/Ascend/driver", "Directory"),
        host("log", "/var/log/mindx-dl/devicePlugin", "DirectoryOrCreate"),
        host("tmp", "/tmp", "Directory"),
    ];
    const mounts = [
        { name: "device-plugins", mountPath: "/var/lib/kubelet/device-plugins" },
        { name: "pod-resources", mountPath: "/var/lib/kubelet/pod-resources" },
        { name: "driver", mountPath: "/usr/local/Ascend/driver", readOnly: true },
        { name: "log", mountPath: "/var/log/mindx-dl/devicePlugin" },
        { name: "tmp", mountPath: "/tmp" },
    ];
    const container = {
        name: "device-plugin",
        image: image("ascend-k8sdeviceplugin").reference,
        command: ["/bin/bash", "-c", "--"],
        args: [
            "device-plugin -useAscendDocker=true -volcanoType=false -presetVirtualDevice=true " +
                "-logFile=/var/log/mindx-dl/devicePlugin/devicePlugin.log -logLevel=0",
        ],
        env: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }],
        resources: { requests: { cpu: "500m", memory: "500Mi" }, limits: { cpu: "500m", memory: "500Mi" } },
        // It makes the devices of containers.
        securityContext: { privileged: true, readOnlyRootFilesystem: true },
        volumeMounts: mounts,
    };
    return [
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: NAME, namespace } },
        {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRole",
            metadata: { name: NAME },
            rules: [
                { apiGroups: [""], resources: ["nodes"], verbs: ["get", "patch"] },
                { apiGroups: [""], resources: ["nodes/status"], verbs: ["get", "patch", "update"] },
                { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch", "update", "patch"] },
                { apiGroups: [""], resources: ["events"], verbs: ["create"] },
                { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "create", "update", "list", "watch"] },
            ],
        },
        {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRoleBinding",
            metadata: { name: NAME },
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: NAME },
            subjects: [{ kind: "ServiceAccount", name: NAME, namespace }],
        },
        {
            apiVersion: "apps/v1",
            kind: "DaemonSet",
            metadata: { name: NAME, namespace, labels },
            spec: {
                selector: { matchLabels: labels },
                template: {
                    metadata: { labels },
                    spec: {
                        serviceAccountName: NAME,
                        priorityClassName: "system-node-critical",
                        // Nodes with an NPU of Huawei, as node-feature-discovery labels them.
                        nodeSelector: { "feature.node.kubernetes.io/pci-1200_19e5.present": "true" },
                        tolerations: [{ operator: "Exists" }],
                        containers: [container],
                        volumes,
                    },
                },
            },
        },
    ];
}
