import { checkConnection, itemPath, type Problem, protectInputs } from "../check";
import type { PropertyChange } from "../desired";
import { isRecord, sameValue, unwrap, UNKNOWN, type Wire, type WireRecord } from "../values";
import { NEEDED } from "./nodePlan";
import type { ClusterNodeInputs, ClusterNodeOutputs } from "./types";

type Judge = (value: Wire) => string | undefined;

const text =
    (pattern: RegExp, example: string): Judge =>
    value =>
        typeof value === "string" && pattern.test(value) ? undefined : `${JSON.stringify(value)} is not ${example}`;
const list =
    (judge: Judge): Judge =>
    value =>
        Array.isArray(value)
            ? (value as Wire[]).map(entry => (entry === UNKNOWN ? undefined : judge(entry))).find(Boolean)
            : "is not a list";
const map =
    (judge: Judge): Judge =>
    value =>
        isRecord(value)
            ? Object.entries<Wire>(value)
                  .map(([key, entry]) => {
                      const wrong = entry === UNKNOWN ? undefined : judge(entry);
                      return wrong === undefined ? undefined : `${key}: ${wrong}`;
                  })
                  .find(Boolean)
            : "is not a record";

const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
/** Inputs beside connections, and what is right for each. */
const FIELDS: Readonly<Record<string, Judge>> = {
    node: text(NAME, "the name of a Kubernetes node"),
    endpoint: text(/^[^\s/]+:\d+$/, "address:port"),
    version: text(/^\d+\.\d+\.\d+$/, 'a version such as "1.36.3"'),
    packages: map(text(/^[A-Za-z0-9][A-Za-z0-9.+:~^_-]*$/, "an exact version")),
    images: map(text(/^sha256:[0-9a-f]{64}$/, 'a digest such as "sha256:…"')),
    ignorePreflightErrors: list(text(/^[A-Za-z0-9_-]+$/, "the name of a check of kubeadm")),
    rack: text(/./, "the name of a rack"),
    taints: list(text(/^[^\s=:]+(=[^\s=:]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$/, "key=value:Effect")),
    address: text(/^[0-9A-Fa-f:.]+$/, "an IP address"),
    gates: value => (isRecord(value) ? undefined : "is not a record of checks by name"),
};
const REQUIRED = ["node", "endpoint", "version", "packages"];
const INPUTS = ["connection", "controlPlane", ...Object.keys(FIELDS)];

/** Everything that is wrong with the inputs, all at once. Values that are not known yet are taken as right. */
export function checkClusterNode(inputs: WireRecord): readonly Problem[] {
    const { value } = unwrap(inputs);
    const given = isRecord(value) ? value : {};
    const fields = Object.entries(FIELDS).flatMap(([property, judge]) => {
        const field = given[property];
        const wrong =
            field === undefined
                ? REQUIRED.includes(property)
                    ? "is missing"
                    : undefined
                : field === UNKNOWN
                  ? undefined
                  : judge(field);
        return wrong === undefined ? [] : [{ property, reason: wrong }];
    });
    return [
        ...Object.keys(given)
            .filter(name => !INPUTS.includes(name))
            .map(name => ({ property: name, reason: `a node has no "${name}"; it has ${INPUTS.join(", ")}` })),
        ...(given.connection === UNKNOWN ? [] : checkConnection(given.connection)),
        ...checkControlPlane(given.controlPlane),
        ...fields,
        ...checkPackages(given),
    ];
}

function checkControlPlane(hosts: Wire | undefined): readonly Problem[] {
    const property = "controlPlane";
    if (hosts === UNKNOWN) {
        return [];
    }
    if (!Array.isArray(hosts) || hosts.length === 0) {
        return [{ property, reason: "is not a list of hosts of the control plane, or is empty: nobody lets it in" }];
    }
    return (hosts as Wire[]).flatMap((host, index) => {
        const path = `${property}[${index}]`;
        if (host === UNKNOWN) {
            return [];
        }
        if (!isRecord(host) || typeof host.node !== "string") {
            return [{ property: path, reason: "is not a record of node and connection" }];
        }
        return host.connection === UNKNOWN ? [] : checkConnection(host.connection, `${path}.connection`);
    });
}

/** Packages must be there, and of the version that is wanted: nothing else would notice. */
function checkPackages({ packages, version }: WireRecord): readonly Problem[] {
    if (!isRecord(packages) || typeof version !== "string" || version === UNKNOWN) {
        return [];
    }
    return NEEDED.flatMap(name => {
        const given = packages[name];
        const property = itemPath("packages", name);
        if (given === undefined) {
            return [{ property, reason: "is missing" }];
        }
        const fits =
            typeof given === "string" && (given === UNKNOWN || given === version || given.startsWith(`${version}-`));
        return fits ? [] : [{ property, reason: `${JSON.stringify(given)} is not a package of version ${version}` }];
    });
}

/** The inputs with private keys marked as secrets, whatever the program said. */
export function protectClusterNode(inputs: WireRecord): WireRecord {
    const own = protectInputs(inputs);
    const { controlPlane } = own;
    return Array.isArray(controlPlane)
        ? {
              ...own,
              controlPlane: (controlPlane as Wire[]).map(host => (isRecord(host) ? protectInputs(host) : host)),
          }
        : own;
}

/** Checked inputs without wrappings. */
export function readClusterNode(inputs: WireRecord): {
    readonly wanted: ClusterNodeInputs;
    readonly hasUnknowns: boolean;
} {
    const { value, hasUnknowns } = unwrap(inputs);
    return { wanted: value as unknown as ClusterNodeInputs, hasUnknowns };
}

/** Reads outputs; those that are missing are empty. */
export function readClusterNodeOutputs(outputs: WireRecord): ClusterNodeOutputs {
    const { value } = unwrap(outputs);
    const plain = isRecord(value) ? value : {};
    const word = (name: string) => (typeof plain[name] === "string" ? plain[name] : "");
    return { kubeletVersion: word("kubeletVersion"), joined: plain.joined === true, authority: word("authority") };
}

/** What changes between two sets of inputs, by property path: connections by field, packages and images by name. */
export function compareClusterNodes(olds: WireRecord, news: WireRecord): ReadonlyMap<string, PropertyChange> {
    const [before, after] = [olds, news].map(inputs => {
        const { value } = unwrap(inputs);
        return isRecord(value) ? value : {};
    });
    const changes = new Map<string, PropertyChange>();
    const note = (path: string, old: Wire | undefined, now: Wire | undefined) => {
        if (!sameValue(old, now)) {
            changes.set(path, old === undefined ? "add" : now === undefined ? "delete" : "update");
        }
    };
    for (const name of INPUTS) {
        const [old, now] = [before?.[name], after?.[name]];
        if (!["connection", "packages", "images"].includes(name) || !isRecord(old) || !isRecord(now)) {
            note(name, old, now);
            continue;
        }
        for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
            note(name === "connection" ? `${name}.${key}` : itemPath(name, key), old[key], now[key]);
        }
    }
    return changes;
}
