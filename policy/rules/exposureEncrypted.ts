import type { ResourceValidationPolicy } from "@pulumi/policy";
import { eachObject } from "../objects";
import { isRecord } from "../pod";

type Fields = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Fields => (isRecord(value) ? value : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Annotation that says how a port that does not speak HTTPS is encrypted, e.g. `mutual TLS of the database`. */
export const ENCRYPTED_ANNOTATION = "seamount.dev/encrypted-by";
const ENCRYPTED_PROTOCOLS = new Set(["https", "kubernetes.io/wss", "tls"]);
const ENCRYPTED_LISTENERS = new Set(["HTTPS", "TLS"]);

/** What leaves the cluster is encrypted: Services that are reached from outside, Ingresses, Gateways. */
export const exposureEncrypted: ResourceValidationPolicy = {
    name: "exposure-encrypted",
    displayName: "Encrypted exposure",
    description: "Everything that can be reached from outside the cluster speaks TLS.",
    severity: "critical",
    framework: {
        name: "NIST SP 800-53",
        version: "Rev. 5",
        reference: "SC-8(1)",
        specification: "Transmission confidentiality and integrity: cryptographic protection",
    },
    remediationSteps:
        "End TLS in the pod and set appProtocol: https on the port; give an Ingress tls for all its hosts; " +
        `give a Gateway's listeners the protocol HTTPS. For another encrypted protocol, say which in ${ENCRYPTED_ANNOTATION}.`,
    validateResource: (args, report) => {
        eachObject(args.type, args.props, report, (type, props, report) => {
            const check = CHECKS.find(one => one.type.test(type))?.problems;
            for (const problem of check?.(props) ?? []) {
                report(problem);
            }
        });
    },
};

interface Check {
    readonly type: RegExp;
    readonly problems: (props: Fields) => Iterable<string>;
}

const CHECKS: readonly Check[] = [
    { type: /^kubernetes:core\/v1:Service(Patch)?$/, problems: serviceProblems },
    { type: /^kubernetes:(networking\.k8s\.io|extensions)\/[^:]+:Ingress(Patch)?$/, problems: ingressProblems },
    { type: /^kubernetes:gateway\.networking\.k8s\.io\/[^:]+:Gateway(Patch)?$/, problems: gatewayProblems },
];

/** Problems of a Service's inputs. A Service inside the cluster has none. */
export function* serviceProblems(props: Fields): Generator<string> {
    const spec = fields(props.spec);
    const { type } = spec;
    const exposure = type === "NodePort" || type === "LoadBalancer" ? type : "ClusterIP";
    const exposed = exposure !== "ClusterIP" || list(spec.externalIPs).length > 0;
    const reason = fields(fields(props.metadata).annotations)[ENCRYPTED_ANNOTATION];
    if (!exposed || (typeof reason === "string" && reason.trim() !== "")) {
        return;
    }
    for (const port of list(spec.ports).map(fields)) {
        const protocol = typeof port.appProtocol === "string" ? port.appProtocol.toLowerCase() : undefined;
        const encrypted = protocol === undefined ? port.name === "https" : ENCRYPTED_PROTOCOLS.has(protocol);
        if (!encrypted) {
            const which = JSON.stringify(port.name ?? port.port);
            yield `spec.ports[${which}] of a ${exposure} Service is not encrypted: appProtocol is ${JSON.stringify(protocol) ?? "not set"}, and must be https`;
        }
    }
}

function* ingressProblems(props: Fields): Generator<string> {
    const spec = fields(props.spec);
    const covered = list(spec.tls).flatMap(entry => list(fields(entry).hosts));
    const hosts = list(spec.rules).map(rule => fields(rule).host);
    if (list(spec.tls).length === 0) {
        yield "spec.tls is empty: an Ingress must end TLS for all its hosts";
        return;
    }
    for (const host of hosts) {
        if (!covered.some(name => typeof name === "string" && typeof host === "string" && covers(name, host))) {
            yield `spec.tls does not cover the host ${JSON.stringify(host) ?? "of a rule without one"}`;
        }
    }
}

function* gatewayProblems(props: Fields): Generator<string> {
    for (const listener of list(fields(props.spec).listeners).map(fields)) {
        if (typeof listener.protocol !== "string" || !ENCRYPTED_LISTENERS.has(listener.protocol)) {
            yield `spec.listeners[${JSON.stringify(listener.name)}].protocol is ${JSON.stringify(listener.protocol)}, and must be HTTPS or TLS`;
        }
    }
}

function covers(name: string, host: string): boolean {
    return name === host || (name.startsWith("*.") && host.slice(host.indexOf(".")) === name.slice(1));
}
