import { kubectl, must } from "../shell";
import { apply } from "../nodes";
import { auditClass, gateways, namespace } from "./site";
import { log, pods } from "./pods";

/** Labels of the gateway's pods. */
export const gatewayPods = "app.kubernetes.io/component=gateway";

/** One line of the audit record. */
export interface AuditRecord {
    readonly time: string;
    readonly tenant: string;
    readonly subject: string;
    readonly model: string;
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly status: number;
}

const folder = (index: number): string => `/var/lib/seamount/${auditClass}-${index}`;
const volume = (index: number): string => `${auditClass}-${index}`;
const indices = Array.from({ length: gateways }, (_, index) => index);

/** A folder of node-1 for each copy of the gateway, as volumes that its claims find by their class. */
export async function makeAuditVolumes(): Promise<void> {
    await must("local/bed/kubernetes.sh", ["exec", "install", "-d", "-m", "0777", ...indices.map(folder)]);
    await apply(
        ...indices.map(index => ({
            apiVersion: "v1",
            kind: "PersistentVolume",
            metadata: { name: volume(index) },
            spec: {
                capacity: { storage: "1Ti" },
                accessModes: ["ReadWriteOnce"],
                persistentVolumeReclaimPolicy: "Retain",
                storageClassName: auditClass,
                local: { path: folder(index) },
                nodeAffinity: {
                    required: {
                        nodeSelectorTerms: [
                            {
                                matchExpressions: [
                                    { key: "kubernetes.io/hostname", operator: "In", values: ["node-1"] },
                                ],
                            },
                        ],
                    },
                },
            },
        })),
    );
}

/** Removes the volumes with what is in them. */
export async function removeAuditVolumes(): Promise<void> {
    await kubectl("delete", "persistentvolume", ...indices.map(volume), "--ignore-not-found", "--wait=false");
    await must("local/bed/kubernetes.sh", ["exec", "rm", "-rf", ...indices.map(folder)]);
}

/** The record as it lies on the volumes. */
export async function auditText(): Promise<string> {
    const texts = indices.map(index =>
        must("local/bed/kubernetes.sh", ["exec", "sh", "-c", `cat ${folder(index)}/* 2>/dev/null || true`]),
    );
    return (await Promise.all(texts)).join("");
}

/** All records, of all copies of the gateway. */
export async function auditRecords(): Promise<readonly AuditRecord[]> {
    return (await auditText())
        .split("\n")
        .filter(line => line !== "")
        .map(line => JSON.parse(line) as AuditRecord);
}

/** Everything that the gateway's pods have printed. */
export async function gatewayLogs(): Promise<string> {
    const logs = (await pods(gatewayPods)).map(({ metadata }) => log(metadata.name, "gateway"));
    return (await Promise.all(logs)).join("\n");
}

/** Namespaced objects that a destroyed stack leaves: claims of the audit record, which is kept. */
export const removeClaims = (): Promise<string> =>
    kubectl("delete", "persistentvolumeclaim", "--all", "-n", namespace, "--ignore-not-found", "--wait=false");
