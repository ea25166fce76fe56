import { isAbsolute } from "node:path";
import { checkConnection, itemPath, type Problem } from "../../check";
import type { FileItem } from "../../items";
import { files as filesKind } from "../../kinds/files";
import { isRecord, secret, unwrap, UNKNOWN, type Wire, type WireRecord } from "../../values";
import { PROGRAMS } from "../observe";
import type { ControlPlaneInputs } from "../types";
import { readVersion } from "../versions";

const FIELDS = [
    "hosts",
    "version",
    "packages",
    "images",
    "ignorePreflightErrors",
    "endpoint",
    "virtualAddress",
    "configuration",
    "skipPhases",
    "files",
    "snapshotDirectory",
    "renewBeforeDays",
];
const HOST_FIELDS = ["node", "connection", "address", "interface", "staticPods"];
const NODE = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$/i;
const ENDPOINT = /^(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/i;
/** Longest time in days that certificates of kubeadm, which last a year, may be renewed before their end. */
const MOST_DAYS = 300;

/** Inputs without their wrappings, and whether some are not known yet. */
export function readControlPlane(inputs: WireRecord): {
    readonly inputs: ControlPlaneInputs;
    readonly hasUnknowns: boolean;
} {
    const { value, hasUnknowns } = unwrap(inputs);
    return { inputs: value as unknown as ControlPlaneInputs, hasUnknowns };
}

/** The inputs with private keys and contents of files marked as secrets. */
export function protectControlPlane(inputs: WireRecord): WireRecord {
    const hide = (record: Wire | undefined, field: string): Wire | undefined =>
        isRecord(record) && typeof record[field] === "string" ? { ...record, [field]: secret(record[field]) } : record;
    const { hosts, files } = inputs;
    return {
        ...inputs,
        ...(Array.isArray(hosts)
            ? {
                  hosts: (hosts as Wire[]).map(host =>
                      isRecord(host) ? { ...host, connection: hide(host.connection, "privateKey") ?? null } : host,
                  ),
              }
            : {}),
        ...(isRecord(files)
            ? {
                  files: Object.fromEntries(
                      Object.entries<Wire>(files).map(([path, file]) => [path, hide(file, "content") ?? null]),
                  ),
              }
            : {}),
    };
}

/** Everything that is wrong with the inputs, all at once. Values that are not known yet are taken as right. */
export function checkControlPlane(wire: WireRecord): readonly Problem[] {
    const { value } = unwrap(wire);
    const inputs = isRecord(value) ? value : {};
    const problems: Problem[] = Object.keys(inputs)
        .filter(name => !FIELDS.includes(name))
        .map(property => ({ property, reason: `a control plane has no "${property}"; it has ${FIELDS.join(", ")}` }));
    const wrong = (property: string, reason: string) => problems.push({ property, reason });
    const text = (field: string, fits: (value: string) => boolean, reason: string) => {
        const given = inputs[field];
        if (given !== UNKNOWN && !(typeof given === "string" && fits(given))) {
            wrong(field, given === undefined ? `is missing: ${reason}` : `${JSON.stringify(given)} ${reason}`);
        }
    };
    text(
        "version",
        given => readVersion(given) !== undefined && !given.startsWith("v"),
        "is not a version like 1.36.3",
    );
    text("endpoint", given => ENDPOINT.test(given), "is not address:port, where clients reach the API");
    text("snapshotDirectory", isAbsolute, "is not the absolute path of a directory for snapshots of etcd");
    if (inputs.configuration !== UNKNOWN && !/kind: *"?ClusterConfiguration/.test(textOf(inputs.configuration))) {
        wrong("configuration", "is not YAML of kubeadm with a ClusterConfiguration");
    }
    if (inputs.virtualAddress !== undefined) {
        text("virtualAddress", given => ADDRESS.test(given), "is not an IP address");
    }
    const { renewBeforeDays: days } = inputs;
    if (days !== UNKNOWN && !(Number.isInteger(days) && Number(days) >= 1 && Number(days) <= MOST_DAYS)) {
        wrong("renewBeforeDays", `is not a whole number of days from 1 to ${MOST_DAYS}`);
    }
    problems.push(...checkRelease(inputs), ...checkFiles(inputs.files), ...checkHosts(inputs));
    return problems;
}

/** Problems of packages, images, and lists of words. */
function checkRelease({ packages, images, ...rest }: WireRecord): Problem[] {
    const missing = PROGRAMS.filter(name => !isRecord(packages) || packages[name] === undefined);
    return [
        ...(packages === UNKNOWN || missing.length === 0
            ? []
            : [{ property: "packages", reason: `has no exact version of ${missing.join(", ")}` }]),
        ...Object.entries<Wire>(isRecord(images) ? images : {}).flatMap(([reference, digest]) =>
            digest === UNKNOWN || (/:[^/]+$/.test(reference) && /^sha256:[0-9a-f]{64}$/.test(textOf(digest)))
                ? []
                : [{ property: itemPath("images", reference), reason: "is not a reference with a tag, and sha256:…" }],
        ),
        ...["skipPhases", "ignorePreflightErrors"].flatMap(property => {
            const words = rest[property];
            const fits =
                words === undefined ||
                words === UNKNOWN ||
                (Array.isArray(words) && (words as Wire[]).every(word => /^[A-Za-z0-9/_.=-]+$/.test(textOf(word))));
            return fits ? [] : [{ property, reason: "is not a list of words" }];
        }),
    ];
}

function checkFiles(files: Wire | undefined): Problem[] {
    return Object.entries<Wire>(isRecord(files) ? files : {}).flatMap(([path, item]) =>
        JSON.stringify(item).includes(UNKNOWN)
            ? []
            : (isRecord(item) ? filesKind.check(path, item as unknown as FileItem) : ["is not a file"]).map(reason => ({
                  property: itemPath("files", path),
                  reason,
              })),
    );
}

function checkHosts({ hosts, virtualAddress }: WireRecord): Problem[] {
    if (hosts === UNKNOWN) {
        return [];
    }
    const list = Array.isArray(hosts) ? (hosts as Wire[]) : [];
    const problems: Problem[] = [1, 3, 5].includes(list.length)
        ? []
        : [
              {
                  property: "hosts",
                  reason: `are ${list.length}: a control plane has 1, 3 or 5 hosts, and an even number survives no more losses than one host fewer`,
              },
          ];
    const names = list.map(host => (isRecord(host) ? host.node : undefined));
    list.forEach((host, index) => {
        const property = `hosts[${index}]`;
        const wrong = (field: string, reason: string) => problems.push({ property: `${property}.${field}`, reason });
        if (!isRecord(host)) {
            problems.push({ property, reason: "is not a host" });
            return;
        }
        const { node, connection, address, interface: link, staticPods } = host;
        Object.keys(host)
            .filter(name => !HOST_FIELDS.includes(name))
            .forEach(name => wrong(name, `is not known; a host has ${HOST_FIELDS.join(", ")}`));
        if (node !== UNKNOWN && !(typeof node === "string" && NODE.test(node))) {
            wrong("node", `${JSON.stringify(node)} is not the name of a Kubernetes node`);
        } else if (names.indexOf(node) !== index) {
            wrong("node", `${JSON.stringify(node)} is there twice`);
        }
        problems.push(...checkConnection(connection, `${property}.connection`));
        const own = address ?? (isRecord(connection) ? connection.address : undefined);
        if (own !== UNKNOWN && own !== undefined && !ADDRESS.test(textOf(own))) {
            wrong("address", `${JSON.stringify(own)} is not an IP address: say which one its API server listens on`);
        }
        if (virtualAddress !== undefined && link === undefined) {
            wrong("interface", "is missing: the virtual address needs one");
        }
        if (staticPods !== undefined && staticPods !== UNKNOWN && !isRecord(staticPods)) {
            wrong("staticPods", "is not a record of manifests by name");
        }
    });
    return problems;
}

/** A text as it is; anything else as what no text looks like. */
function textOf(value: Wire | undefined): string {
    return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
