import type { HostItems } from "../../provider/items";
import type { InfinibandFabric, Site, SiteHost } from "../site/site";
import { partitionsConf, subnetOf } from "./partitions";

/** Highest priority of a subnet manager: the specification has 4 bits. Each standby has one less than the one before. */
const FIRST_PRIORITY = 15;
/** Engines that keep lanes apart to be free of deadlocks: they need the tables of QoS. */
const NEED_LANES = ["lash", "torus-2QoS", "nue", "dfsssp"];

/** Where the distribution's package reads its configuration, and what its unit is called. */
function layout(host: Pick<SiteHost, "os">, infiniband: InfinibandFabric) {
    const folder = host.os === "rhel-9" || host.os === "rocky-9" ? "/etc/rdma" : "/etc/opensm";
    // NVIDIA's package, the only one with adaptive routing and SHARP, has kept the older name.
    const unit = isNvidias(infiniband) ? "opensmd.service" : "opensm.service";
    return { conf: `${folder}/opensm.conf`, partitions: `${folder}/partitions.conf`, unit };
}

const isNvidias = ({ routingEngine, sharp }: InfinibandFabric) => routingEngine.startsWith("ar_") || sharp;

/**
 * `opensm.conf` of one manager: what differs from opensm's own defaults, and nothing else.
 * @param index its place among the managers: 0 is primary
 * @param partitions path of `partitions.conf`
 */
export function opensmConf(infiniband: InfinibandFabric, index: number, partitions: string): string {
    const { routingEngine, sharp } = infiniband;
    return [
        "# Kept by Seamount.",
        `sm_priority ${Math.max(1, FIRST_PRIORITY - index)}`,
        // Where the fabric is no fat tree, up/down routing is free of credit loops too; the default after it is not.
        `routing_engine ${routingEngine === "ftree" ? "ftree,updn" : routingEngine}`,
        `partition_config_file ${partitions}`,
        `qos ${NEED_LANES.includes(routingEngine) ? "TRUE" : "FALSE"}`,
        "log_max_size 256",
        // Trees for reductions are built by sharp_am, which asks opensm for leave.
        ...(sharp ? ["sharp_enabled 2"] : []),
        "",
    ].join("\n");
}

/**
 * opensm on the managers of an InfiniBand subnet: the first is primary, the others stand by. Nothing on other hosts,
 * and nothing where UFM manages the subnet. The kernel's door to the subnet (`ib_umad`) must be open before it starts.
 */
export function opensmItems(site: Pick<Site, "fabric" | "hosts">, host: SiteHost): HostItems {
    const subnet = subnetOf(site);
    const index = subnet?.infiniband.managers.indexOf(host.name) ?? -1;
    if (subnet === undefined || index < 0) {
        return {};
    }
    const { conf, partitions, unit } = layout(host, subnet.infiniband);
    return {
        packages: { opensm: {} },
        modules: { ib_umad: { state: "loaded" } },
        files: {
            [conf]: { content: opensmConf(subnet.infiniband, index, partitions) },
            [partitions]: { content: partitionsConf(subnet) },
        },
        services: { [unit]: { enabled: true, running: true, restartOn: [conf, partitions] } },
    };
}
