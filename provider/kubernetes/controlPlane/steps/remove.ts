import { shellWords, step } from "../../../shell";

/**
 * Shell that takes a member out of etcd, and its Node out of the cluster, on another host. May run again. `member`:
 * unset where etcd knows it no longer.
 */
export function removeMember(node: string, member: string | undefined): readonly string[] {
    return [
        ...(member === undefined
            ? []
            : [
                  step(`removing member ${member} (${node}) of etcd`),
                  `if etcd_ctl member list -w simple | grep -q '^${member},'; then`,
                  `    said=$(etcd_ctl member remove ${member} 2>&1) || refuse "$said"`,
                  "fi",
              ]),
        step(`deleting node ${node}`),
        `told 90 kubectl --kubeconfig /etc/kubernetes/admin.conf --server "https://$(own_endpoint)" delete node ${shellWords([node])} --ignore-not-found --wait=false`,
    ];
}
