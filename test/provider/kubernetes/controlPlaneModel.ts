import type { Observed } from "../../../provider/kubernetes/controlPlane/condition";
import { configurationHash } from "../../../provider/kubernetes/controlPlane/configuration";
import { type Plan, planChanges, type Step } from "../../../provider/kubernetes/controlPlane/plan";
import { FACTS, KUBEADM_PODS } from "../../../provider/kubernetes/controlPlane/reasons";
import type { SeenHost } from "../../../provider/kubernetes/controlPlane/seen";
import type { Phase } from "../../../provider/kubernetes/record";
import type { ControlPlaneHost, ControlPlaneInputs } from "../../../provider/kubernetes/types";
import { HOST_KEY } from "../fakes";

export const NOW = new Date("2026-06-01T00:00:00Z");
const CONFIGURATION = "kind: ClusterConfiguration\nkubernetesVersion: v1.36.3\n";

/** A host of a made-up control plane. */
export interface ModelHost {
    /** Unset: Seamount has done nothing there. */
    readonly phase?: Phase;
    /** Whether kubeadm has been there. */
    readonly hasKubernetes: boolean;
    readonly version: string;
    readonly configuration: string;
    /** A static pod was edited by hand. */
    readonly edited: boolean;
    readonly certificatesEnd: string;
    readonly apiTrouble: string;
}

/** A member of its etcd. */
export interface ModelMember {
    readonly node: string;
    /** Whether it has ever started: one that has not has no name. */
    readonly started: boolean;
    readonly healthy: boolean;
}

/** A made-up control plane. */
export interface World {
    readonly hosts: Readonly<Record<string, ModelHost>>;
    readonly members: readonly ModelMember[];
    readonly nodes: readonly string[];
    readonly configuredVersion: string;
    readonly hasSnapshot: boolean;
}

export const CLEAN: ModelHost = {
    hasKubernetes: false,
    version: "",
    configuration: "",
    edited: false,
    certificatesEnd: "2027-05-01T00:00:00.000Z",
    apiTrouble: "",
};

export const addressOf = (node: string): string => `10.0.0.${10 + Number(node.split("-")[1])}`;

/** A host of the inputs. */
export const host = (node: string): ControlPlaneHost => ({
    node,
    connection: { address: addressOf(node), hostKey: HOST_KEY },
});

/** Inputs for these nodes. */
export function inputsFor(
    nodes: readonly string[],
    version: string,
    configuration = CONFIGURATION,
): ControlPlaneInputs {
    const packages = { kubeadm: `${version}-1.1`, kubelet: `${version}-1.1`, kubectl: `${version}-1.1` };
    return {
        hosts: nodes.map(host),
        version,
        packages,
        endpoint: "10.0.0.9:6443",
        configuration: configuration.replace("1.36.3", version),
        snapshotDirectory: "/var/backups",
        renewBeforeDays: 60,
    };
}

/** A control plane of these nodes that is as it should be. */
export function running(nodes: readonly string[], version: string): World {
    const configuration = configurationHash(inputsFor(nodes, version));
    const member: ModelHost = { ...CLEAN, phase: "member", hasKubernetes: true, version, configuration };
    return {
        hosts: Object.fromEntries(nodes.map(node => [node, member])),
        members: nodes.map(node => ({ node, started: true, healthy: true })),
        nodes,
        configuredVersion: version,
        hasSnapshot: false,
    };
}

/** What Seamount would see of it. */
export function observe(world: World): Observed {
    return Object.fromEntries(Object.entries(world.hosts).map(([node, model]) => [node, seenOf(world, node, model)]));
}

/** What would be done next. */
export function plan(world: World, inputs: ControlPlaneInputs, leaving: readonly string[] = []): Plan {
    const { hasSnapshot } = world;
    return planChanges({ inputs, leaving: leaving.map(host), observed: observe(world), hasSnapshot, now: NOW });
}

function seenOf(world: World, node: string, model: ModelHost): SeenHost {
    const { phase, hasKubernetes, version, configuration, edited, certificatesEnd, apiTrouble } = model;
    const isMember = world.members.some(member => member.node === node && member.started);
    const packages = { kubeadm: `${version}-1.1`, kubelet: `${version}-1.1`, kubectl: `${version}-1.1` };
    const images = KUBEADM_PODS.map(name => [name, name === "etcd" ? "etcd:3.6.8-0" : `${name}:v${version}`] as const);
    const knows = hasKubernetes && isMember && phase === "member";
    return {
        packages: version === "" ? {} : packages,
        hasKubelet: hasKubernetes,
        hasAdmin: hasKubernetes,
        hasEtcd: hasKubernetes,
        kubeletActive: hasKubernetes,
        manifests: hasKubernetes
            ? Object.fromEntries(images.map(([name, image]) => [name, { image, sha256: edited ? "edited" : "made" }]))
            : {},
        certificates: hasKubernetes ? { apiserver: certificatesEnd, ca: "2036-01-01T00:00:00.000Z" } : {},
        authority: hasKubernetes ? "sha256:ours" : "",
        record: {
            ...(phase === undefined ? {} : { phase }),
            brought: [],
            facts: hasKubernetes
                ? {
                      [FACTS.configuration]: configuration,
                      ...Object.fromEntries(KUBEADM_PODS.map(name => [FACTS.manifest(name), "made"])),
                  }
                : {},
        },
        apiTrouble: knows ? apiTrouble : "it does not answer",
        kubeletConfiguration: "",
        files: {},
        ...(knows
            ? {
                  cluster: {
                      configuredVersion: world.configuredVersion,
                      members: world.members.map((member, index) => ({
                          id: `${index + 1}${member.node.split("-")[1]}`,
                          name: member.started ? member.node : "",
                          address: addressOf(member.node),
                          learner: false,
                          healthy: member.healthy,
                      })),
                      ...(apiTrouble === ""
                          ? {
                                nodes: world.nodes.map(name => ({
                                    name,
                                    ready: true,
                                    controlPlane: true,
                                    kubelet: world.hosts[name]?.version ?? "1.36.2",
                                })),
                            }
                          : {}),
                  },
              }
            : {}),
    };
}

/** What a step makes of it. `cutOff`: it breaks off in the middle. */
export function apply(world: World, step: Step, inputs: ControlPlaneInputs, cutOff = false): World {
    const { node } = step;
    const model = world.hosts[node] ?? CLEAN;
    const others = world.members.filter(member => member.node !== node);
    const put = (changed: Partial<ModelHost>): World["hosts"] => ({ ...world.hosts, [node]: { ...model, ...changed } });
    const made = { hasKubernetes: true, edited: false, apiTrouble: "", certificatesEnd: CLEAN.certificatesEnd };
    const configuration = configurationHash(inputs);
    switch (step.kind) {
        case "snapshot":
            return { ...world, hasSnapshot: !cutOff };
        case "begin":
            return cutOff
                ? { ...world, hosts: put({ ...made, phase: "beginning", version: inputs.version }) }
                : {
                      ...world,
                      hosts: put({ ...made, phase: "member", version: inputs.version, configuration }),
                      members: [{ node, started: true, healthy: true }],
                      nodes: [node],
                      configuredVersion: inputs.version,
                      hasSnapshot: true,
                  };
        case "join": {
            const { version } = step.release;
            const applied = Object.values(world.hosts).find(({ phase }) => phase === "member")?.configuration ?? "";
            const started = !cutOff;
            return {
                ...world,
                hosts: put({ ...made, phase: cutOff ? "joining" : "member", version, configuration: applied }),
                members: [...others, { node, started, healthy: started }],
                nodes: [...world.nodes.filter(name => name !== node), node],
            };
        }
        case "removeMember":
            return {
                ...world,
                members: others,
                nodes: cutOff ? world.nodes : world.nodes.filter(name => name !== node),
            };
        case "reset": {
            const hosts = put(cutOff ? { phase: "leaving" } : { ...CLEAN, phase: undefined });
            return { ...world, hosts };
        }
        case "upgrade":
            return {
                ...world,
                configuredVersion: step.first && !cutOff ? inputs.version : world.configuredVersion,
                hosts: put(cutOff ? { version: inputs.version } : { ...made, version: inputs.version, configuration }),
            };
        case "configure":
            return { ...world, hosts: put(cutOff ? {} : { edited: false, apiTrouble: "", configuration }) };
        case "renewCertificates":
            return { ...world, hosts: put(cutOff ? {} : { certificatesEnd: CLEAN.certificatesEnd }) };
    }
}
