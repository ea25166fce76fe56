import { parseHostKey } from "./hostkey";
import { kinds } from "./kinds";
import { type WireRecord, isRecord, secret, unwrap, UNKNOWN, type Wire } from "./values";

/** One thing that is wrong with the inputs of a host. */
export interface Problem {
    /** Path of the property: `sysctls["vm.swappiness"]`. */
    readonly property: string;
    readonly reason: string;
}

/** Kinds whose items are text; all others are records. */
const TEXTS: readonly string[] = ["sysctls", "sysfs", "securityModules"];
const ADDRESS = /^[A-Za-z0-9]([A-Za-z0-9.:%_-]*[A-Za-z0-9])?$/;
const USER = /^[a-z_][a-z0-9_.-]*$/i;
const JUMP = /^(?:([A-Za-z_][A-Za-z0-9_.-]*)@)?(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._-]+)(?::(\d+))?$/;
const NODE = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const CONNECTION: Readonly<Record<string, "string" | "number">> = {
    name: "string",
    address: "string",
    hostKey: "string",
    user: "string",
    port: "number",
    privateKey: "string",
    identityFile: "string",
    jumpHost: "string",
    jumpHostKey: "string",
    connectTimeoutSeconds: "number",
};

/** Property path of an item, as the engine writes it. */
export function itemPath(kind: string, key: string): string {
    return `${kind}[${JSON.stringify(key)}]`;
}

/** Everything that is wrong with the inputs, all at once. Values that are not known yet are taken as right. */
export function checkInputs(inputs: Wire): readonly Problem[] {
    const { value } = unwrap(inputs);
    const host = isRecord(value) ? value : {};
    const known = ["connection", "rack", "node", "gates", ...kinds.map(({ name }) => name)];
    return [
        ...Object.keys(host)
            .filter(name => !known.includes(name))
            .map(property => ({ property, reason: `a host has no "${property}"; it has ${known.join(", ")}` })),
        ...(host.connection === UNKNOWN ? [] : checkConnection(host.connection)),
        ...checkPlace(host),
        ...kinds.flatMap(kind => {
            const items = host[kind.name];
            if (items === undefined || items === UNKNOWN) {
                return [];
            }
            if (!isRecord(items)) {
                return [{ property: kind.name, reason: "is not a record of items by name" }];
            }
            return Object.entries(items).flatMap(([key, item]) => checkItem(kind, key, item));
        }),
    ];
}

/** The inputs with the private key marked as a secret, whatever the program said. */
export function protectInputs(inputs: WireRecord): WireRecord {
    const { connection } = inputs;
    if (!isRecord(connection) || typeof connection.privateKey !== "string") {
        return inputs;
    }
    return { ...inputs, connection: { ...connection, privateKey: secret(connection.privateKey) } };
}

function checkItem(kind: (typeof kinds)[number], key: string, item: Wire): Problem[] {
    const property = itemPath(kind.name, key);
    if (JSON.stringify(item).includes(UNKNOWN)) {
        return [];
    }
    const text = TEXTS.includes(kind.name);
    const fits = text ? typeof item === "string" : isRecord(item);
    return fits
        ? kind.check(key, item).map(reason => ({ property, reason: `${kind.noun} ${key} ${reason}` }))
        : [{ property, reason: `${kind.noun} ${key} is not ${text ? "text" : "a record"}` }];
}

function checkPlace({ rack, node, gates }: WireRecord): Problem[] {
    const problems: Problem[] = [];
    if (rack !== undefined && (typeof rack !== "string" || rack === "")) {
        problems.push({ property: "rack", reason: "is not the name of a rack" });
    }
    if (node !== undefined && node !== UNKNOWN && !(typeof node === "string" && NODE.test(node))) {
        problems.push({ property: "node", reason: `${JSON.stringify(node)} is not the name of a Kubernetes node` });
    }
    if (gates !== undefined && gates !== UNKNOWN && !isRecord(gates)) {
        problems.push({ property: "gates", reason: "is not a record of checks by name" });
    }
    return problems;
}

/** What is wrong with the way to a host, at `path` among the inputs. */
export function checkConnection(connection: Wire | undefined, path = "connection"): Problem[] {
    if (!isRecord(connection)) {
        return [{ property: path, reason: "says how the host is reached, and is missing" }];
    }
    const problems: Problem[] = [];
    const wrong = (field: string, reason: string) => problems.push({ property: `${path}.${field}`, reason });
    for (const [field, value] of Object.entries(connection)) {
        const type = CONNECTION[field];
        if (type === undefined) {
            wrong(field, `a connection has no "${field}"; it has ${Object.keys(CONNECTION).join(", ")}`);
        } else if (value !== UNKNOWN && typeof value !== type) {
            wrong(field, `is not a ${type}`);
        }
    }
    const text = (field: string) => {
        const value = connection[field];
        return typeof value === "string" && value !== UNKNOWN ? value : undefined;
    };
    for (const field of ["address", "hostKey"]) {
        if (connection[field] === undefined) {
            wrong(field, "is missing");
        }
    }
    if (text("address") !== undefined && !ADDRESS.test(text("address") ?? "")) {
        wrong("address", `"${text("address")}" is not an address or a host name`);
    }
    if (text("user") !== undefined && !USER.test(text("user") ?? "")) {
        wrong("user", `"${text("user")}" is not the name of a user`);
    }
    for (const [field, most] of [
        ["port", 65_535],
        ["connectTimeoutSeconds", 600],
    ] as const) {
        const value = connection[field];
        if (typeof value === "number" && !(Number.isInteger(value) && value >= 1 && value <= most)) {
            wrong(field, `${value} is not a whole number from 1 to ${most}`);
        }
    }
    for (const field of ["hostKey", "jumpHostKey"]) {
        const key = text(field);
        if (key !== undefined && parseHostKey(key) === undefined) {
            wrong(field, 'is not a public key such as "ssh-ed25519 AAAA…" (see /etc/ssh/ssh_host_ed25519_key.pub)');
        }
    }
    if (/["\n]/.test(text("identityFile") ?? "")) {
        wrong("identityFile", "holds a character that no path of a key has");
    }
    const jump = text("jumpHost");
    if (jump !== undefined && parseJumpHost(jump) === undefined) {
        wrong("jumpHost", `"${jump}" is not user@address:port`);
    }
    if (connection.jumpHost !== undefined && connection.jumpHostKey === undefined) {
        wrong("jumpHostKey", "is missing: the jump host's public key must be known too");
    }
    return problems;
}

/** Parts of `user@address:port`; undefined where it is not that. */
export function parseJumpHost(
    text: string,
): { readonly user?: string; readonly address: string; readonly port: number } | undefined {
    const [matched, user, address = "", port] = JUMP.exec(text) ?? [];
    return matched === undefined
        ? undefined
        : { ...(user ? { user } : {}), address: address.replace(/^\[|\]$/g, ""), port: Number(port ?? 22) };
}
