import type { HostItems } from "../../../provider/items";
import type { ClusterNetwork } from "../../site/cluster";
import { podSubnetOf } from "../../site/pod-subnets";
import type { SiteHost } from "../../site/site";

const CONFLIST = "/etc/cni/net.d/10-seamount.conflist";
const PROGRAM = "/usr/local/lib/seamount/pod-routes";
const UNIT = "/etc/systemd/system/seamount-pod-routes.service";

/** Link of the hosts' pods. */
const BRIDGE = "cni0";
/** Number by which the kernel knows routes of Seamount's (no name in iproute2's rt_protos has it). */
const PROTOCOL = 84;
/** Table of nftables. */
const TABLE = "seamount-pods";

/**
 * What the plugin `bridge` needs on a host: a link for its pods with addresses of the host's own subnet, a route to the
 * pods of every other host, and masquerading of what goes to neither. Hosts that come and go change the routes of the
 * others, and nothing else.
 */
export function bridgeItems(
    host: Pick<SiteHost, "name" | "address">,
    others: readonly Pick<SiteHost, "name" | "address">[],
    network: ClusterNetwork,
): HostItems {
    const subnet = podSubnetOf(host.address, network);
    const routes = others
        .filter(({ name }) => name !== host.name)
        .map(({ address }) => `${podSubnetOf(address, network)} ${address}`);
    return {
        packages: { "containernetworking-plugins": {}, nftables: {} },
        files: {
            [CONFLIST]: { content: conflist(subnet), mode: "0600" },
            [PROGRAM]: { content: program(subnet, network.podCidr, routes), mode: "0755" },
            [UNIT]: { content: unit },
        },
        services: { "seamount-pod-routes.service": { enabled: true, running: true, restartOn: [PROGRAM, UNIT] } },
    };
}

function conflist(subnet: string): string {
    const plugin = {
        type: "bridge",
        bridge: BRIDGE,
        isDefaultGateway: true,
        // The plugin would masquerade what goes to pods of other hosts as well.
        ipMasq: false,
        hairpinMode: true,
        ipam: { type: "host-local", ranges: [[{ subnet }]] },
    };
    return `${JSON.stringify({ cniVersion: "1.0.0", name: "seamount", plugins: [plugin] }, undefined, 2)}\n`;
}

/** Routes are replaced one by one, so that no packet is lost; those of hosts that are gone go last. */
function program(subnet: string, podCidr: string, routes: readonly string[]): string {
    return `#!/bin/sh
# Kept by Seamount: routes to the pods of other hosts, and masquerading of what leaves the cluster.
set -eu
wanted='
${routes.map(route => `${route}\n`).join("")}'
printf '%s' "$wanted" | while read -r subnet address; do
    [ -z "$subnet" ] || ip -4 route replace "$subnet" via "$address" proto ${PROTOCOL}
done
ip -4 route show proto ${PROTOCOL} | while read -r subnet rest; do
    case "$wanted" in
    *"
$subnet "*) ;;
    *) ip -4 route del "$subnet" proto ${PROTOCOL} ;;
    esac
done
nft -f - <<'END'
table ip ${TABLE}
delete table ip ${TABLE}
table ip ${TABLE} {
    chain postrouting {
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr ${subnet} ip daddr != ${podCidr} oifname != "${BRIDGE}" masquerade
    }
}
END
`;
}

const unit = `# Kept by Seamount.
[Unit]
Description=Routes to the pods of other hosts
After=network-online.target
Wants=network-online.target
Before=kubelet.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${PROGRAM}
ExecReload=${PROGRAM}
ExecStop=-/bin/sh -c 'ip -4 route flush proto ${PROTOCOL}; nft delete table ip ${TABLE}'
[Install]
WantedBy=multi-user.target
`;
