import { HostError } from "../errors";
import { section, shellQuote, step } from "../shell";
import { nameOf, type Remote, type Target } from "./remote";

/** Minutes that a token for joining lives. */
const TOKEN_MINUTES = 15;
/** Seconds that making or revoking one may take. */
const TICKET_SECONDS = 120;
/** Seconds that `kubeadm join` may take. */
const JOIN_SECONDS = 420;
/** Where the ticket lies on the host that joins, in memory, while it does. */
const TICKET = "/run/seamount-join";

/** What a host needs to join. It lives in memory and on standard input alone. */
export interface JoinTicket {
    readonly token: string;
    /** Certificate of the cluster's authority, by which the host knows it, in base64 of PEM. */
    readonly caCertificate: string;
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
        "base64 -w0 </etc/kubernetes/pki/ca.crt",
        "echo",
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
    const caCertificate = find("authority", /^[A-Za-z0-9+/=]+$/);
    const certificateKey = find("key", /^[0-9a-f]{64}$/);
    if (token === undefined || caCertificate === undefined || (certificates && certificateKey === undefined)) {
        throw new HostError(`${nameOf(host)}, while making a token for joining: kubeadm printed none`);
    }
    return { token, caCertificate, ...(certificateKey === undefined ? {} : { certificateKey }) };
}

/** Ends a ticket before its time. That it cannot be ended now is no error: it ends by itself. */
export async function revokeTicket(remote: Remote, urn: string, host: Target, { token }: JoinTicket): Promise<void> {
    const [id = ""] = token.split(".");
    const options = { what: "ending the token for joining", timeoutSeconds: TICKET_SECONDS };
    await remote
        .change(urn, host, options, [
            `kubeadm token delete ${id} --kubeconfig /etc/kubernetes/admin.conf >/dev/null 2>&1 || :`,
            "kube -n kube-system delete secret kubeadm-certs --ignore-not-found >/dev/null 2>&1 || :",
            // kubeadm lets a token without any use stand for how long these certificates may lie there.
            "kubeadm token list --kubeconfig /etc/kubernetes/admin.conf 2>/dev/null |",
            "    sed -n '/Proxy for managing TTL for the kubeadm-certs secret/s/[. ].*//p' | while read -r id; do",
            '    kubeadm token delete "$id" --kubeconfig /etc/kubernetes/admin.conf >/dev/null 2>&1 || :',
            "done",
        ])
        .catch((error: unknown) => {
            if (!(error instanceof HostError)) {
                throw error;
            }
        });
}

/**
 * Shell that joins the cluster. The ticket goes to the host over standard input, into a folder in memory that is removed
 * however the script ends. Needs the preludes of changes and Kubernetes.
 */
export function joinHost(ticket: JoinTicket, joining: Joining): readonly string[] {
    return [
        step("joining"),
        `trap 'rm -rf ${TICKET}' EXIT`,
        `mkdir -pm 0700 ${TICKET}`,
        `printf %s ${shellQuote(discoveryFile(ticket, joining.endpoint))} | put_file ${TICKET}/discovery 0600 root root`,
        `printf %s ${shellQuote(joinConfiguration(ticket, joining))} | put_file ${TICKET}/join 0600 root root`,
        `told ${JOIN_SECONDS} kubeadm join --config ${TICKET}/join`,
        `rm -rf ${TICKET}`,
    ];
}

/**
 * Kubeconfig by which kubeadm finds the cluster. It has the token as its user's: the API server lets nobody read
 * anything without one, and kubeadm takes "forbidden", unlike "unauthorized", as an answer that proves the server.
 */
export function discoveryFile({ token, caCertificate }: JoinTicket, endpoint: string): string {
    return JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [
            {
                name: "kubernetes",
                cluster: { server: `https://${endpoint}`, "certificate-authority-data": caCertificate },
            },
        ],
        users: [{ name: "joining", user: { token } }],
        contexts: [{ name: "joining", context: { cluster: "kubernetes", user: "joining" } }],
        "current-context": "joining",
    });
}

/** JoinConfiguration for kubeadm, as JSON: a secret, for it holds the ticket. */
export function joinConfiguration(ticket: JoinTicket, joining: Joining): string {
    const { node, address, controlPlane = false, taints, ignorePreflightErrors = [], skipPhases } = joining;
    const localAPIEndpoint = address === undefined ? {} : { localAPIEndpoint: { advertiseAddress: address } };
    const { certificateKey } = ticket;
    return JSON.stringify({
        apiVersion: "kubeadm.k8s.io/v1beta4",
        kind: "JoinConfiguration",
        nodeRegistration: nodeRegistration(node, address, ignorePreflightErrors, taints),
        discovery: { file: { kubeConfigPath: `${TICKET}/discovery` }, tlsBootstrapToken: ticket.token },
        // By itself kubeadm tries a ticket that has ended for five minutes.
        timeouts: { discovery: "1m0s" },
        ...(controlPlane
            ? { controlPlane: { ...localAPIEndpoint, ...(certificateKey === undefined ? {} : { certificateKey }) } }
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
