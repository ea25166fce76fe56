import { HostError } from "../errors";
import { section, step } from "../shell";
import { nameOf, type Remote, type Target } from "./remote";

/** Minutes that a token for joining lives. */
const TOKEN_MINUTES = 15;
/** Seconds that making or revoking one may take. */
const TICKET_SECONDS = 120;

/** What a host needs to join. It lives in memory and on standard input alone. */
export interface JoinTicket {
    readonly token: string;
    /** Hash of the cluster's authority, by which the host knows it: `sha256:…`. */
    readonly authority: string;
    /** Key of the certificates that a host of the control plane needs. Unset: they were not handed over. */
    readonly certificateKey?: string;
}

/** A host that joins. */
export interface Joining {
    readonly node: string;
    /** IP address that its kubelet reports, and where its own API server and etcd listen. Unset: as kubeadm finds. */
    readonly address?: string;
    /** Where the API answers, `address:port`. */
    readonly endpoint: string;
    /** Whether it becomes one of the control plane. */
    readonly controlPlane?: boolean;
    /** Taints of a worker, `key=value:Effect`. */
    readonly taints?: readonly string[];
    readonly ignorePreflightErrors?: readonly string[];
    readonly skipPhases?: readonly string[];
}

/** Makes a ticket on a host of the control plane. `certificates`: for another host of the control plane. */
export async function makeTicket(
    remote: Remote,
    urn: string,
    host: Target,
    { certificates }: { readonly certificates: boolean },
): Promise<JoinTicket> {
    const options = { what: "making a token for joining", timeoutSeconds: TICKET_SECONDS };
    const { sections } = await remote.change(urn, host, options, [
        section("ticket/token"),
        `kubeadm token create --kubeconfig /etc/kubernetes/admin.conf --ttl ${TOKEN_MINUTES}m --description 'seamount' </dev/null`,
        section("ticket/authority"),
        "openssl x509 -pubkey -noout -in /etc/kubernetes/pki/ca.crt | openssl pkey -pubin -outform der |",
        "    sha256sum | cut -d ' ' -f 1",
        section("ticket/key"),
        ...(certificates
            ? [
                  step("handing over the certificates"),
                  "kubeadm init phase upload-certs --upload-certs --kubeconfig /etc/kubernetes/admin.conf </dev/null",
              ]
            : []),
    ]);
    const find = (name: string, pattern: RegExp) =>
        sections
            .get(`ticket/${name}`)
            ?.find(line => pattern.test(line.trim()))
            ?.trim();
    const token = find("token", /^[a-z0-9]{6}\.[a-z0-9]{16}$/);
    const authority = find("authority", /^[0-9a-f]{64}$/);
    const certificateKey = find("key", /^[0-9a-f]{64}$/);
    if (token === undefined || authority === undefined || (certificates && certificateKey === undefined)) {
        throw new HostError(`${nameOf(host)}, while making a token for joining: kubeadm printed none`);
    }
    return {
        token,
        authority: `sha256:${authority}`,
        ...(certificateKey === undefined ? {} : { certificateKey }),
    };
}

/** Ends a ticket before its time. That it cannot be ended now is no error: it ends by itself. */
export async function revokeTicket(remote: Remote, urn: string, host: Target, { token }: JoinTicket): Promise<void> {
    const [id = ""] = token.split(".");
    const options = { what: "ending the token for joining", timeoutSeconds: TICKET_SECONDS };
    await remote
        .change(urn, host, options, [
            `kubeadm token delete ${id} --kubeconfig /etc/kubernetes/admin.conf >/dev/null 2>&1 || :`,
            "kube -n kube-system delete secret kubeadm-certs --ignore-not-found >/dev/null 2>&1 || :",
        ])
        .catch((error: unknown) => {
            if (!(error instanceof HostError)) {
                throw error;
            }
        });
}

/** JoinConfiguration for kubeadm, as JSON: a secret, for it holds the ticket. */
export function joinConfiguration(ticket: JoinTicket, joining: Joining): string {
    const { node, address, endpoint, controlPlane = false, taints, ignorePreflightErrors = [], skipPhases } = joining;
    return JSON.stringify({
        apiVersion: "kubeadm.k8s.io/v1beta4",
        kind: "JoinConfiguration",
        nodeRegistration: nodeRegistration(node, address, ignorePreflightErrors, taints),
        discovery: {
            bootstrapToken: { token: ticket.token, apiServerEndpoint: endpoint, caCertHashes: [ticket.authority] },
        },
        ...(controlPlane
            ? {
                  controlPlane: {
                      ...(address === undefined ? {} : { localAPIEndpoint: { advertiseAddress: address } }),
                      ...(ticket.certificateKey === undefined ? {} : { certificateKey: ticket.certificateKey }),
                  },
              }
            : {}),
        ...(skipPhases === undefined || skipPhases.length === 0 ? {} : { skipPhases }),
    });
}

/** How kubeadm registers a node. Without `taints` it is as kubeadm does by itself. */
export function nodeRegistration(
    node: string,
    address: string | undefined,
    ignorePreflightErrors: readonly string[] = [],
    taints?: readonly string[],
): object {
    return {
        name: node,
        criSocket: "unix:///run/containerd/containerd.sock",
        ...(address === undefined ? {} : { kubeletExtraArgs: [{ name: "node-ip", value: address }] }),
        ...(taints === undefined ? {} : { taints: taints.map(readTaint) }),
        ...(ignorePreflightErrors.length === 0 ? {} : { ignorePreflightErrors }),
        imagePullPolicy: "IfNotPresent",
    };
}

/** `key=value:Effect` */
function readTaint(text: string): object {
    const [, key = text, value, effect = "NoSchedule"] = /^([^=:]+)(?:=([^:]*))?(?::(.+))?$/.exec(text) ?? [];
    return { key, ...(value === undefined ? {} : { value }), effect };
}
