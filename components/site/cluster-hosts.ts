import { mostControlPlaneHosts } from "../../catalog/kubernetes";
import { controlPlaneOf } from "./kubeadm";
import { few, pathOf, show, type Problem } from "./problem";
import type { ClusterEntry } from "./schema-cluster";
import type { SiteHost } from "./site";

const at = (message: string, ...field: readonly PropertyKey[]): Problem => ({
    path: pathOf("cluster", ...field),
    message,
});

/** Hosts that cannot be what they are said to be in a cluster of Seamount's own. */
export function hostProblems(hosts: readonly SiteHost[]): readonly Problem[] {
    const foreign = hosts.filter(host => !host.managed && host.node !== undefined);
    const names = (some: readonly SiteHost[]): string => few(some.map(host => host.name));
    const problems: Problem[] = [];
    if (foreign.length > 0) {
        const verb = foreign.length === 1 ? "is a node" : "are nodes";
        const message = `"kubeadm", but ${names(foreign)} ${verb} with managed: false, and nobody could let them join`;
        problems.push(at(`${message}; take out node, or let Seamount manage them`, "mode"));
    }
    const masters = controlPlaneOf(hosts);
    const withGpus = masters.filter(host => host.gpu !== undefined);
    if (withGpus.length > 0) {
        const message = `"kubeadm", but ${names(withGpus)} of the control plane ${plural(withGpus, "has", "have")} GPUs, where no model runs`;
        problems.push(at(`${message}; give hosts with GPUs the role gpu`, "mode"));
    }
    const unfit = masters.filter(host => !host.managed || host.node === undefined);
    if (unfit.length > 0) {
        const message = `"kubeadm", but ${names(unfit)} with the role control-plane ${plural(unfit, "is", "are")} not managed, or no node`;
        problems.push(at(`${message}; leave managed and node out`, "mode"));
    }
    return problems;
}

const plural = (some: readonly unknown[], one: string, more: string): string => (some.length === 1 ? one : more);

/** What is wrong with the number of control-plane hosts, and with what clients reach them by. */
export function controlPlaneProblems({ controlPlane }: ClusterEntry, hosts: readonly SiteHost[]): readonly Problem[] {
    const { virtualAddress, endpoint } = controlPlane ?? {};
    const masters = controlPlaneOf(hosts);
    const found = `${masters.length} ${plural(masters, "host has", "hosts have")} the role control-plane`;
    if (masters.length === 0) {
        return [at(`"kubeadm", but no host has the role control-plane; give it to 1, 3 or 5`, "mode")];
    }
    if (masters.length > mostControlPlaneHosts) {
        return [
            at(`"kubeadm", but ${found}; take ${mostControlPlaneHosts} at most, as etcd gets slower with each`, "mode"),
        ];
    }
    if (masters.length % 2 === 0) {
        const outlives = masters.length / 2 - 1;
        const message = `"kubeadm", but ${found}: that outlives ${outlives} failures, as ${masters.length - 1} would`;
        return [at(`${message}; take ${masters.length - 1} or ${masters.length + 1}`, "mode")];
    }
    if (masters.length > 1 && virtualAddress === undefined && endpoint === undefined) {
        const message = `is missing, and endpoint too: ${found}, and clients need one address for all`;
        return [
            at(
                `${message}; set a free address of their subnet, or a balancer as endpoint`,
                "controlPlane",
                "virtualAddress",
            ),
        ];
    }
    const bare = masters.filter(host => host.managementInterface === undefined).map(host => host.name);
    return virtualAddress === undefined || bare.length === 0
        ? []
        : [
              at(
                  `${show(virtualAddress)}, but ${few(bare)} ${bare.length === 1 ? "says" : "say"} no managementInterface, which carries it; set it, like eno1`,
                  "controlPlane",
                  "virtualAddress",
              ),
          ];
}

/** What is wrong with the host that the audit log goes to. */
export function auditProblems({ audit }: ClusterEntry, hosts: readonly SiteHost[]): readonly Problem[] {
    const { collector, server } = audit ?? {};
    if (collector === undefined) {
        return [];
    }
    if (server !== undefined) {
        return [at("collector and server are both set; set one of them", "audit")];
    }
    const host = hosts.find(({ name }) => name === collector);
    const wrong =
        host === undefined ? "is no host of the site" : host.managed ? undefined : "is not managed by Seamount";
    return wrong === undefined
        ? []
        : [at(`${show(collector)} ${wrong}; name a managed host, or a server outside`, "audit", "collector")];
}
