import { HostError } from "../../errors";
import { section } from "../../shell";
import { isRecord, secret, unwrap, UNKNOWN, type WireRecord } from "../../values";
import { ADMIN, KUBERNETES } from "../prelude";
import { nameOf, type Remote } from "../remote";
import type { ControlPlaneInputs, ControlPlaneMember } from "../types";
import { imageVersion, oldest } from "../versions";
import { clusterOf, conditionOf, isSeen, memberOf, type Observed } from "./condition";
import { firstEnd, runningVersion } from "./reasons";

/** Outputs of a control plane, without secrets' wrappings. */
export interface Outputs {
    readonly kubeconfig: string;
    readonly caCertificate: string;
    readonly certificatesExpire: string;
    readonly members: Readonly<Record<string, ControlPlaneMember>>;
    readonly version: string;
}

/** Outputs of what was seen; the kubeconfig is read from the first host that has one. */
export async function readOutputs(remote: Remote, inputs: ControlPlaneInputs, observed: Observed): Promise<Outputs> {
    const cluster = clusterOf(observed);
    const hosts = inputs.hosts.flatMap(host => {
        const seen = observed[host.node];
        return isSeen(seen) && cluster !== undefined && conditionOf(host, seen, cluster) === "member"
            ? [{ host, seen, member: memberOf(host, cluster) }]
            : [];
    });
    const [first] = hosts;
    if (first === undefined) {
        throw new HostError("no host of the control plane has a kubeconfig");
    }
    const { sections } = await remote.look(first.host, [
        section("kubeconfig"),
        `cat ${ADMIN}`,
        section("authority"),
        `cat ${KUBERNETES}/pki/ca.crt`,
    ]);
    const text = (name: string) => `${(sections.get(name) ?? []).join("\n")}\n`;
    if (!text("kubeconfig").includes("client-certificate-data")) {
        throw new HostError(`${nameOf(first.host)} has a ${ADMIN} that is no kubeconfig`);
    }
    const ends = hosts.map(({ seen }) => firstEnd(seen)).filter(end => end !== undefined);
    return {
        kubeconfig: text("kubeconfig"),
        caCertificate: text("authority"),
        certificatesExpire: ends.sort()[0] ?? "",
        version: oldest(hosts.map(({ seen }) => runningVersion(seen) ?? "")) ?? inputs.version,
        members: Object.fromEntries(
            hosts.map(({ host, seen, member }) => [
                host.node,
                {
                    kubeletVersion: cluster?.nodes?.find(({ name }) => name === host.node)?.kubelet ?? "",
                    etcdMember: member?.id ?? "",
                    apiServerVersion: imageVersion(seen.manifests["kube-apiserver"]?.image ?? ""),
                },
            ]),
        ),
    };
}

/** Outputs as they travel. */
export function writeOutputs(outputs: Outputs): WireRecord {
    return { ...JSON.parse(JSON.stringify(outputs)), kubeconfig: secret(outputs.kubeconfig) } as WireRecord;
}

/** Outputs that a preview of an update shows: what only `up` can tell is unknown. A kubeconfig goes on to serve. */
export function previewOutputs(olds: WireRecord): WireRecord {
    const names = ["certificatesExpire", "members", "version"];
    const all = hasOutputs(olds) ? names : [...names, "kubeconfig", "caCertificate"];
    return { ...olds, ...Object.fromEntries(all.map(name => [name, UNKNOWN])) };
}

/** Whether the outputs of the state are whole; they are empty where the first `up` did not end well. */
export function hasOutputs(olds: WireRecord): boolean {
    const { value } = unwrap(olds);
    return isRecord(value) && typeof value.kubeconfig === "string" && value.kubeconfig !== "";
}
