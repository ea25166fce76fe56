import { packages as packagesKind } from "../kinds/packages";
import { type Answer, section, shellWords } from "../shell";
import { KUBERNETES, MANIFESTS } from "./prelude";
import { type HostRecord, observeRecord, readHostRecord } from "./record";

/** Programs of Kubernetes that hosts have as packages. */
export const PROGRAMS = ["kubeadm", "kubelet", "kubectl"] as const;
/** Files that say what a host is: paths, and what messages and code call them. */
const TRACES = {
    kubelet: `${KUBERNETES}/kubelet.conf`,
    admin: `${KUBERNETES}/admin.conf`,
    etcd: "/var/lib/etcd/member",
} as const;
/** Kubeconfigs whose certificates kubeadm renews. */
const KUBECONFIGS = ["admin", "super-admin", "controller-manager", "scheduler"] as const;

/** A static pod on a host. */
export interface SeenManifest {
    readonly sha256: string;
    /** Its first container's image. */
    readonly image: string;
}

/** What a host is of a cluster, as seen in one session. */
export interface SeenKubernetes {
    /** Versions of kubeadm, kubelet and kubectl by package; absent where they are not installed. */
    readonly packages: Readonly<Record<string, string>>;
    /** Whether the kubelet has credentials: the host is a node, or was one. */
    readonly hasKubelet: boolean;
    /** Whether the administrator's kubeconfig is there: the host is of the control plane. */
    readonly hasAdmin: boolean;
    /** Whether there is data of etcd. */
    readonly hasEtcd: boolean;
    /** Whether the kubelet runs. */
    readonly kubeletActive: boolean;
    /** Static pods by name: the file's, without `.yaml`. */
    readonly manifests: Readonly<Record<string, SeenManifest>>;
    /** Ends of certificates by name, ISO 8601. The kubelet's own are left out: it renews them itself. */
    readonly certificates: Readonly<Record<string, string>>;
    /** SHA-256 of the public key of the cluster's authority, as `kubeadm join` wants it: `sha256:…`. Empty: none. */
    readonly authority: string;
    readonly record: HostRecord;
}

/** Shell that shows what the host is of a cluster. Needs the prelude of Kubernetes; changes nothing. */
export const observeKubernetes: readonly string[] = [
    section("kubernetes/packages"),
    `(set +e; ${packagesKind.observe(PROGRAMS, new Set())}\n:)`,
    section("kubernetes/traces"),
    `for path in ${shellWords(Object.values(TRACES))}; do [ ! -e "$path" ] || echo "$path"; done`,
    section("kubernetes/kubelet"),
    "systemctl is-active kubelet 2>/dev/null || :",
    section("kubernetes/manifests"),
    `for path in ${MANIFESTS}/*.yaml; do`,
    '    [ -f "$path" ] || continue',
    "    name=${path##*/}",
    `    image=$(sed -n 's/^ *\\(- \\)\\{0,1\\}image: *//p' "$path" | sed 1q)`,
    `    printf '%s\\t%s\\t%s\\n' "\${name%.yaml}" "$(sha256sum <"$path" | cut -d ' ' -f 1)" "$image"`,
    "done",
    section("kubernetes/certificates"),
    `for path in ${KUBERNETES}/pki/*.crt ${KUBERNETES}/pki/etcd/*.crt; do`,
    '    [ -f "$path" ] || continue',
    `    name=\${path#${KUBERNETES}/pki/}`,
    `    printf '%s\\t%s\\n' "\${name%.crt}" "$(openssl x509 -noout -enddate -in "$path" 2>/dev/null)"`,
    "done",
    `for name in ${KUBECONFIGS.join(" ")}; do`,
    `    [ -f ${KUBERNETES}/$name.conf ] || continue`,
    `    ends=$(sed -n 's/.*client-certificate-data: *//p' ${KUBERNETES}/$name.conf | base64 -d |`,
    "        openssl x509 -noout -enddate 2>/dev/null) || :",
    `    printf '%s\\t%s\\n' "$name.conf" "$ends"`,
    "done",
    section("kubernetes/authority"),
    `[ ! -f ${KUBERNETES}/pki/ca.crt ] || openssl x509 -pubkey -noout -in ${KUBERNETES}/pki/ca.crt |`,
    "    openssl pkey -pubin -outform der 2>/dev/null | sha256sum | cut -d ' ' -f 1",
    section("kubernetes/record"),
    observeRecord,
];

/** Reads the answer to `observeKubernetes`. */
export function readKubernetes({ sections }: Answer): SeenKubernetes {
    const lines = (name: string) => sections.get(`kubernetes/${name}`) ?? [];
    const traces = lines("traces");
    const seen = packagesKind.parse(lines("packages"), PROGRAMS);
    const versions = Object.entries(seen).flatMap(([name, { version }]) =>
        version === undefined ? [] : [[name, version]],
    );
    const authority = lines("authority")[0] ?? "";
    return {
        packages: Object.fromEntries(versions) as Record<string, string>,
        hasKubelet: traces.includes(TRACES.kubelet),
        hasAdmin: traces.includes(TRACES.admin),
        hasEtcd: traces.includes(TRACES.etcd),
        kubeletActive: lines("kubelet")[0] === "active",
        manifests: Object.fromEntries(
            lines("manifests").map(line => {
                const [name = "", sha256 = "", image = ""] = line.split("\t");
                return [name, { sha256, image: image.replace(/^["']|["']$/g, "") }];
            }),
        ),
        certificates: Object.fromEntries(lines("certificates").flatMap(readCertificate)),
        authority: authority === "" ? "" : `sha256:${authority}`,
        record: readHostRecord(lines("record")),
    };
}

/** `apiserver TAB notAfter=Nov 22 17:31:10 2027 GMT`; what cannot be read counts as ended. */
function readCertificate(line: string): [string, string][] {
    const [name = "", end = ""] = line.split("\t");
    const at = Date.parse(end.replace(/^notAfter=/, ""));
    return name === "" ? [] : [[name, new Date(Number.isNaN(at) ? 0 : at).toISOString()]];
}
