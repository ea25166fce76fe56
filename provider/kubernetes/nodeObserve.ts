import { section } from "../shell";
import type { Answer } from "../shell";
import { observeKubernetes, readKubernetes, type SeenKubernetes } from "./observe";

/** Where the kubelet keeps the certificate by which the cluster knows it. */
const CLIENT_CERTIFICATE = "/var/lib/kubelet/pki/kubelet-client-current.pem";

/** What a worker is of a cluster, as seen in one session. */
export interface SeenNode extends SeenKubernetes {
    readonly bootId: string;
    /** When the certificate ends by which the cluster knows the kubelet, ISO 8601. Unset: it has none. */
    readonly certificateEnds?: string;
    /** Digests of images that containerd has, by reference. */
    readonly images: Readonly<Record<string, string>>;
}

/** Shell that shows what a worker is of a cluster. Needs the prelude of Kubernetes; changes nothing. */
export const observeNode: readonly string[] = [
    ...observeKubernetes,
    section("node/boot"),
    "cat /proc/sys/kernel/random/boot_id",
    section("node/certificate"),
    `[ ! -e ${CLIENT_CERTIFICATE} ] || openssl x509 -noout -enddate -in ${CLIENT_CERTIFICATE} 2>/dev/null || :`,
    section("node/images"),
    "! command -v ctr >/dev/null || ctr -n k8s.io images ls 2>/dev/null | awk 'NR > 1 { print $1, $3 }'",
];

/** Reads the answer to `observeNode`. */
export function readNodeAnswer(answer: Answer): SeenNode {
    const lines = (name: string) => answer.sections.get(`node/${name}`) ?? [];
    const ends = Date.parse((lines("certificate")[0] ?? "").replace(/^notAfter=/, ""));
    return {
        ...readKubernetes(answer),
        bootId: lines("boot")[0] ?? "",
        ...(Number.isNaN(ends) ? {} : { certificateEnds: new Date(ends).toISOString() }),
        images: Object.fromEntries(lines("images").map(line => line.split(" ", 2) as [string, string])),
    };
}
