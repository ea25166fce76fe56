import type { HostItems } from "../../provider/items";
import { few, pathOf, type Problem } from "../site/problem";
import type { Site, SiteHost } from "../site/site";
import { ipoibLinks, ipoibProblems } from "./ipoib";
import { opensmItems } from "./opensm";
import { partitionProblems, subnetOf } from "./partitions";
import { roceItems } from "./roce";

/** Packets of RoCE where a site says nothing: they carry RDMA packets of 4096 bytes. */
const ROCE_MTU = 9000;

/**
 * What the fabric makes of a host: on RoCE lossless rails of the fabric's MTU, on InfiniBand addresses by rail and
 * opensm where the host is a manager. Nothing on plain Ethernet, and nothing on a host without rails.
 */
export function fabricItems(site: Pick<Site, "fabric" | "hosts">, host: SiteHost): HostItems {
    const { fabric } = site;
    const opensm = opensmItems(site, host);
    const ipoib = ipoibLinks(site, host);
    const roce = roceItems(fabric, host);
    const jumbo = Object.fromEntries(Object.keys(roce).map(name => [name, { mtu: fabric?.mtu ?? ROCE_MTU }]));
    const links = { ...ipoib, ...jumbo };
    const modules = {
        ...opensm.modules,
        ...(Object.keys(ipoib).length > 0 ? { ib_ipoib: { state: "loaded" as const } } : {}),
        // Its ToS is read and set through rdma_cm.
        ...(Object.keys(roce).length > 0 ? { rdma_cm: { state: "loaded" as const } } : {}),
    };
    return {
        ...opensm,
        ...(Object.keys(modules).length > 0 ? { modules } : {}),
        ...(Object.keys(links).length > 0 ? { links } : {}),
        ...(Object.keys(roce).length > 0 ? { roce } : {}),
    };
}

/** What the fabric of a site cannot be, beyond what its own fields say. */
export function fabricRefusals(site: Pick<Site, "fabric" | "hosts">): readonly Problem[] {
    const subnet = subnetOf(site);
    const unnamed = site.fabric?.kind === "roce" ? site.hosts.filter(withoutInterfaces).map(({ name }) => name) : [];
    const message = `${few(unnamed)}: rails without interfaces, so RoCE would not be lossless there; give interfaces in rail order`;
    return [
        ...(subnet === undefined ? [] : partitionProblems(subnet)),
        ...ipoibProblems(site),
        ...(unnamed.length === 0 ? [] : [{ path: pathOf("hosts"), message }]),
    ];
}

const withoutInterfaces = ({ managed, rails, interfaces = [] }: SiteHost) =>
    managed && rails.length > 0 && interfaces.length !== rails.length;
