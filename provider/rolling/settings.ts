import { checkConnection, type Problem, protectInputs } from "../check";
import type { HostConnection } from "../items";
import { isRecord, sameValue, secret, touchesSecret, unwrap, UNKNOWN, type Wire, type WireRecord } from "../values";

/** How changes that disrupt hosts go through the fleet. */
export interface RolloutSettings {
    /** `count`: so many hosts at once; `rack`: the hosts of one rack at once. */
    readonly by: "count" | "rack";
    /** Hosts that may be disrupted at once, with `count`. */
    readonly hostsAtOnce: number;
    /** `manual`: a reboot that is due is said, and left to people. */
    readonly reboot: "automatic" | "manual";
    /** Seconds that the work of one node has to move elsewhere. */
    readonly drainTimeoutSeconds: number;
    /** Seconds from the order to reboot until the host must answer again. */
    readonly rebootTimeoutSeconds: number;
}

/** Configuration of the provider. */
export interface MetalSettings {
    readonly rollout: RolloutSettings;
    /** Kubeconfig as text; always a secret. */
    readonly kubeconfig?: string;
    /** Kubeconfig file, absolute. */
    readonly kubeconfigFile?: string;
    /** Hosts of the control plane, one of which is asked for its kubeconfig where none is set. */
    readonly controlPlane?: readonly HostConnection[];
}

/** One host at a time, 10 minutes to drain it, 15 to reboot it: GPU hosts take 5 to 10 minutes through their firmware. */
export const DEFAULT_ROLLOUT: RolloutSettings = {
    by: "count",
    hostsAtOnce: 1,
    reboot: "automatic",
    drainTimeoutSeconds: 600,
    rebootTimeoutSeconds: 900,
};

/** Longest time for a drain or a reboot that is taken as meant, in seconds. */
const LONGEST = 86_400;

const FIELDS: Readonly<Record<keyof RolloutSettings, (value: Wire) => string | undefined>> = {
    by: oneOf("count", "rack"),
    hostsAtOnce: whole(1, 1000),
    reboot: oneOf("automatic", "manual"),
    drainTimeoutSeconds: whole(1, LONGEST),
    rebootTimeoutSeconds: whole(1, LONGEST),
};
const SETTINGS = ["rollout", "kubeconfig", "kubeconfigFile", "controlPlane"];
/** Settings that are no text. */
const STRUCTURED = ["rollout", "controlPlane"];
/** What the engine adds to every provider's configuration. */
const ENGINE = ["version", "pluginDownloadURL", "__internal"];

/** Everything that is wrong with the provider's configuration. What is not known yet is taken as right. */
export function checkSettings(inputs: WireRecord): readonly Problem[] {
    const settings = open(inputs);
    const problems = Object.keys(settings)
        .filter(name => !SETTINGS.includes(name) && !ENGINE.includes(name))
        .map(property => ({ property, reason: `metal has no setting "${property}"; it has ${SETTINGS.join(", ")}` }));
    for (const property of ["kubeconfig", "kubeconfigFile"]) {
        if (settings[property] !== undefined && typeof settings[property] !== "string") {
            problems.push({ property, reason: "is not text" });
        }
    }
    problems.push(...checkControlPlane(settings.controlPlane));
    const { rollout = {} } = settings;
    if (rollout === UNKNOWN) {
        return problems;
    }
    if (!isRecord(rollout)) {
        return [...problems, { property: "rollout", reason: `is not a record of ${Object.keys(FIELDS).join(", ")}` }];
    }
    for (const [field, value] of Object.entries<Wire>(rollout)) {
        const property = `rollout.${field}`;
        const wrong = isField(field)
            ? value === UNKNOWN
                ? undefined
                : FIELDS[field](value)
            : `is not known; a rollout has ${Object.keys(FIELDS).join(", ")}`;
        if (wrong !== undefined) {
            problems.push({ property, reason: wrong });
        }
    }
    return problems;
}

function checkControlPlane(connections: Wire | undefined): readonly Problem[] {
    const property = "controlPlane";
    if (connections === undefined || connections === UNKNOWN) {
        return [];
    }
    return Array.isArray(connections)
        ? (connections as Wire[]).flatMap((connection, index) =>
              connection === UNKNOWN ? [] : checkConnection(connection, `${property}[${index}]`),
          )
        : [{ property, reason: "is not a list of connections" }];
}

/** The configuration with kubeconfig and private keys marked as secrets, whatever the program said. */
export function protectSettings(inputs: WireRecord): WireRecord {
    const { kubeconfig, controlPlane } = inputs;
    const open = (name: string) => !touchesSecret(inputs, [name]);
    return {
        ...inputs,
        ...(typeof kubeconfig === "string" && open("kubeconfig") ? { kubeconfig: secret(kubeconfig) } : {}),
        // As text it has keys that cannot be told from the rest.
        ...(typeof controlPlane === "string" && controlPlane.includes("privateKey") && open("controlPlane")
            ? { controlPlane: secret(controlPlane) }
            : {}),
        ...(Array.isArray(controlPlane)
            ? {
                  controlPlane: (controlPlane as Wire[]).map(
                      connection => protectInputs({ connection }).connection ?? connection,
                  ),
              }
            : {}),
    };
}

/** Names of the settings that differ between two configurations. */
export function changedSettings(olds: WireRecord, news: WireRecord): string[] {
    const [before, after] = [open(olds), open(news)];
    return SETTINGS.filter(name => !sameValue(before[name], after[name]));
}

/** Reads checked configuration; what is missing or not known yet is as by default. */
export function readSettings(inputs: WireRecord): MetalSettings {
    const { rollout, kubeconfig, kubeconfigFile, controlPlane } = open(inputs);
    const text = (value: Wire | undefined) => (typeof value === "string" && value !== UNKNOWN ? value : undefined);
    const given = Object.entries<Wire>(isRecord(rollout) ? rollout : {}).filter(([, value]) => value !== UNKNOWN);
    return {
        rollout: { ...DEFAULT_ROLLOUT, ...(Object.fromEntries(given) as Partial<RolloutSettings>) },
        ...(text(kubeconfig) === undefined ? {} : { kubeconfig: text(kubeconfig) }),
        ...(text(kubeconfigFile) === undefined ? {} : { kubeconfigFile: text(kubeconfigFile) }),
        ...(Array.isArray(controlPlane) && !JSON.stringify(controlPlane).includes(UNKNOWN)
            ? { controlPlane: controlPlane }
            : {}),
    };
}

/** Plain settings. The engine passes what is no text as JSON in text, or as it is. */
function open(inputs: WireRecord): WireRecord {
    const { value } = unwrap(inputs);
    const plain = isRecord(value) ? value : {};
    return Object.fromEntries(
        Object.entries<Wire>(plain).map(([name, setting]) => [
            name,
            STRUCTURED.includes(name) ? parsed(setting) : setting,
        ]),
    );
}

/** What JSON in a text says, with secrets in it laid open; all else as it is. */
function parsed(setting: Wire): Wire {
    if (typeof setting !== "string" || setting === UNKNOWN) {
        return setting;
    }
    try {
        return unwrap(JSON.parse(setting) as Wire).value;
    } catch {
        return setting;
    }
}

function isField(field: string): field is keyof RolloutSettings {
    return field in FIELDS;
}

function oneOf(...words: readonly string[]): (value: Wire) => string | undefined {
    return value =>
        typeof value === "string" && words.includes(value)
            ? undefined
            : `${JSON.stringify(value)} is none of ${words.join(", ")}`;
}

function whole(least: number, most: number): (value: Wire) => string | undefined {
    return value =>
        typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
            ? undefined
            : `${JSON.stringify(value)} is not a whole number from ${least} to ${most}`;
}
