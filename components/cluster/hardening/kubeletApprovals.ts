import type { HostItems } from "../../../provider/items";
import { timer } from "./timer";

const PROGRAM = "/usr/local/libexec/seamount-kubelet-approvals";
const TABLE = "/etc/seamount/kubelet-addresses";
const NAME = "seamount-kubelet-approvals";

/** A node, and all names and addresses that it may have a certificate for. */
export interface KubeletNames {
    readonly node: string;
    /** Addresses of the node. Its own name goes without saying. */
    readonly addresses: readonly string[];
}

/**
 * Lets kubelets have certificates of the cluster's authority. Nothing in Kubernetes approves what they ask for, because
 * nothing there knows which address is whose; the site does. On hosts of the control plane a timer approves a request
 * where its sender is a node of the table, and all names in it are that node's own. Others wait, and the journal says
 * why. A kubelet asks again some weeks before its certificate ends, after a year.
 */
export function kubeletApprovals({ nodes }: { readonly nodes: readonly KubeletNames[] }): HostItems {
    const rows = nodes.map(({ node, addresses }) => [node, node, ...addresses].join(" "));
    const files = {
        [PROGRAM]: { content: PROGRAM_TEXT, mode: "0755" },
        [TABLE]: { content: `${rows.sort().join("\n")}\n`, mode: "0600" },
    };
    return timer({
        name: NAME,
        description: "Approves the serving certificates of the site's kubelets",
        program: PROGRAM,
        condition: "/etc/kubernetes/admin.conf",
        intervalSeconds: 30,
        files,
    });
}

const TEMPLATE =
    "{{range .items}}{{if not .status.conditions}}" +
    '{{.metadata.name}} {{.spec.username}} {{.spec.request}}{{"\\n"}}{{end}}{{end}}';

const PROGRAM_TEXT = `#!/bin/sh
# Kept by Seamount. Approves a kubelet's request for a serving certificate where all names in it are its own.
set -eu
export KUBECONFIG=/etc/kubernetes/admin.conf
requests=$(kubectl get certificatesigningrequests --request-timeout=10s \\
    --field-selector spec.signerName=kubernetes.io/kubelet-serving -o go-template='${TEMPLATE}' 2>&1) || {
    # While a cluster begins or stops that is nothing to raise an alarm for.
    echo "the API server does not answer: $requests"
    exit 0
}
printf '%s\\n' "$requests" | while read -r name user request; do
    [ -n "$name" ] || continue
    node=\${user#system:node:}
    allowed=$(awk -v node="$node" '$1 == node { for (i = 2; i <= NF; i++) print $i }' ${TABLE})
    pem=$(printf %s "$request" | base64 -d)
    subject=$(printf '%s\\n' "$pem" | openssl req -noout -subject -nameopt RFC2253)
    asked=$(printf '%s\\n' "$pem" | openssl req -noout -text |
        sed -n '/X509v3 Subject Alternative Name/{n;s/, */\\n/g;s/^ *//;p;}')
    others=$(printf '%s\\n' "$asked" | sed 's/^DNS://;s/^IP Address://' | grep -vxF "$allowed" || :)
    if [ "$user" = "system:node:$node" ] && [ "$subject" = "subject=CN=$user,O=system:nodes" ] &&
        [ -n "$allowed" ] && [ -n "$asked" ] && [ -z "$others" ]; then
        kubectl certificate approve "$name" --request-timeout=10s
    else
        echo "$name waits: $user asks for" $asked "and may have" $allowed
    fi
done
`;
