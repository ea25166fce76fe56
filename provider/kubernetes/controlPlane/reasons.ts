import { createHash } from "node:crypto";
import type { FileItem } from "../../items";
import { files as filesKind } from "../../kinds/files";
import { sortedEntries } from "../../kinds/kind";
import type { ControlPlaneHost, ControlPlaneInputs } from "../types";
import { compareVersions, imageVersion, oldest } from "../versions";
import { configurationHash } from "./configuration";
import type { SeenHost } from "./seen";

/** One thing that is not as it should be: where it shows in a preview, and what people are told. */
export interface Reason {
    /** Path among the properties: `version`, `files["/etc/kubernetes/audit-policy.yaml"]`. */
    readonly path: string;
    /** Without the host's name: `kubelet is 1.36.2-1.1, should be 1.36.3-1.1`. */
    readonly words: string;
}

/** Static pods that kubeadm makes. */
export const KUBEADM_PODS = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"] as const;
/** Those that have the version of Kubernetes. */
const VERSIONED = KUBEADM_PODS.filter(name => name !== "etcd");
/** Certificates that kubeadm does not renew. */
const AUTHORITIES = ["ca", "etcd/ca", "front-proxy-ca"];
const DAY_MS = 86_400_000;

/** Key of the record that holds what was applied last. */
export const FACTS = {
    configuration: "configuration",
    kubelet: "kubelet-configuration",
    /** There while certificates are renewed: programs may still have the old ones. */
    renewing: "renewing",
    /** Hash of a static pod of kubeadm's, as kubeadm made it. */
    manifest: (name: string) => `manifest:${name}`,
    /** Hash of a static pod of the site's. */
    pod: (name: string) => `pod:${name}`,
} as const;

/** Hash of a text, as of a file on a host. */
export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** The oldest version among what a host's static pods run; undefined where that cannot be told. */
export function runningVersion({ manifests }: SeenHost): string | undefined {
    return oldest(VERSIONED.map(name => imageVersion(manifests[name]?.image ?? "")).filter(text => text !== ""));
}

/** Why a host must be upgraded; empty: it need not. */
export function upgradeReasons(inputs: ControlPlaneInputs, seen: SeenHost): readonly Reason[] {
    const running = runningVersion(seen);
    const older = running !== undefined && compareVersions(running, inputs.version) !== 0;
    return [
        ...(older ? [{ path: "version", words: `runs Kubernetes ${running}, should be ${inputs.version}` }] : []),
        ...sortedEntries(inputs.packages).flatMap(([name, wanted]) => {
            const found = seen.packages[name];
            return found === wanted || found?.startsWith(`${wanted}-`) === true
                ? []
                : [
                      {
                          path: `packages[${JSON.stringify(name)}]`,
                          words: `package ${name} is ${found ?? "missing"}, should be ${wanted}`,
                      },
                  ];
        }),
    ];
}

/** Why a host's configuration must be put right; empty: it need not. `isSecret`: whether a file's hash must not show. */
export function configureReasons(
    inputs: ControlPlaneInputs,
    host: ControlPlaneHost,
    seen: SeenHost,
): readonly Reason[] {
    const { facts } = seen.record;
    const pods = host.staticPods ?? {};
    const applied = facts[FACTS.configuration] === configurationHash(inputs);
    const recordedPods = Object.keys(facts).flatMap(key => (key.startsWith("pod:") ? [key.slice("pod:".length)] : []));
    return [
        ...fileReasons(inputs, seen),
        ...(applied ? [] : [{ path: "configuration", words: "runs with another configuration" }]),
        ...KUBEADM_PODS.flatMap(name => {
            const [wanted, found] = [facts[FACTS.manifest(name)], seen.manifests[name]?.sha256];
            return found !== undefined && (wanted === undefined || wanted === found)
                ? []
                : [podReason(name, found === undefined ? "is missing" : "is not as kubeadm made it")];
        }),
        ...sortedEntries(pods).flatMap(([name, text]) => {
            const found = seen.manifests[name]?.sha256;
            return found === sha256(text)
                ? []
                : [podReason(name, found === undefined ? "is missing" : "is not as it should be")];
        }),
        ...recordedPods
            .filter(name => !(name in pods) && name in seen.manifests)
            .map(name => podReason(name, "is ours no longer")),
        ...(facts[FACTS.kubelet] === undefined || facts[FACTS.kubelet] === seen.kubeletConfiguration
            ? []
            : [{ path: "configuration", words: "has a kubelet configuration that is not as kubeadm made it" }]),
        ...(seen.kubeletActive ? [] : [{ path: hostPath(host.node), words: "has a kubelet that does not run" }]),
        ...(seen.apiTrouble === ""
            ? []
            : [{ path: hostPath(host.node), words: `has an API server that is not ready: ${seen.apiTrouble}` }]),
    ];
}

/** Certificates of a host that end within so many days. */
export function certificateReasons(
    { renewBeforeDays }: ControlPlaneInputs,
    seen: SeenHost,
    now: Date,
): readonly Reason[] {
    const limit = now.getTime() + renewBeforeDays * DAY_MS;
    const began = seen.record.facts[FACTS.renewing] !== undefined;
    const half = began ? [{ path: "certificates", words: "has certificates that not all programs have taken up" }] : [];
    const ending = sortedEntries(seen.certificates)
        .filter(([name, end]) => !AUTHORITIES.includes(name) && Date.parse(end) <= limit)
        .map(([name, end]) => ({ path: "certificates", words: `certificate ${name} ends on ${end.slice(0, 10)}` }));
    return [...half, ...ending];
}

/** Authorities that end within so many days: only people can renew these. */
export function authorityWarnings({ renewBeforeDays }: ControlPlaneInputs, seen: SeenHost, now: Date): string[] {
    const limit = now.getTime() + renewBeforeDays * DAY_MS;
    return AUTHORITIES.filter(name => Date.parse(seen.certificates[name] ?? "") <= limit).map(
        name => `authority ${name} ends on ${seen.certificates[name]?.slice(0, 10)}, and kubeadm does not renew it`,
    );
}

/** The first end of all certificates, ISO 8601; undefined where there are none. */
export function firstEnd({ certificates }: SeenHost): string | undefined {
    return Object.values(certificates).sort()[0];
}

/** `hosts["cp-2"]` */
export const hostPath = (node: string): string => `hosts[${JSON.stringify(node)}]`;

const podReason = (name: string, words: string): Reason => ({
    path: `staticPods[${JSON.stringify(name)}]`,
    words: `static pod ${name} ${words}`,
});

/** Paths of the files that differ. */
export function differingFiles({ files = {} }: ControlPlaneInputs, seen: SeenHost): readonly string[] {
    return sortedEntries(files).flatMap(([path, item]) => (fileWords(path, item, seen).length === 0 ? [] : [path]));
}

function fileReasons({ files = {} }: ControlPlaneInputs, seen: SeenHost): readonly Reason[] {
    return sortedEntries(files).flatMap(([path, item]) =>
        fileWords(path, item, seen).map(words => ({ path: `files[${JSON.stringify(path)}]`, words })),
    );
}

/** What differs of a file. Its content may be a key: not even a hash of it is shown. */
function fileWords(path: string, item: FileItem, { files }: SeenHost): readonly string[] {
    return filesKind.diff(path, item, files[path] ?? { type: "absent" }, true).map(({ words }) => words);
}
