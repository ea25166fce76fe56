import type { CheckSpec } from "../../../provider/gates/check";
import type { HostItems } from "../../../provider/items";
import type { Site, SiteHost } from "../../site/site";
import { acceptanceChecks } from "../acceptance";

/** Packages that bring the tools of checks; they are called so by apt and by dnf. */
const TOOLS: Readonly<Record<string, string>> = { fio: "fio", iperf3: "iperf3", rdma: "perftest" };

/** What one host must prove, and beside whom. */
export interface HostGate {
    readonly checks: Readonly<Record<string, CheckSpec>>;
    /** The other end of checks between two hosts. */
    readonly peer?: SiteHost;
}

/**
 * Gates of the managed hosts by name; empty where the site has none. The peer of a host is the next one of its pool,
 * and that of the last the first: each host is measured with two others, and a bad one fails both.
 */
export function hostGates(
    site: Pick<Site, "acceptance" | "fabric" | "models" | "hosts" | "driver">,
): Readonly<Record<string, HostGate>> {
    const { acceptance } = site;
    if (acceptance?.gates !== true) {
        return {};
    }
    const { skip, loadSeconds, python, multicast, dcgmLevel } = acceptance;
    const managed = site.hosts.filter(host => host.managed);
    return Object.fromEntries(
        managed.flatMap(host => {
            const pool = managed.filter(other => other.pool === host.pool);
            const next = pool[(pool.indexOf(host) + 1) % pool.length];
            const peer = next === host ? undefined : next;
            const options = {
                loadSeconds,
                python,
                multicast,
                ...(dcgmLevel === undefined ? {} : { dcgmLevel }),
                ...(peer === undefined ? {} : { peer }),
            };
            const wanted = Object.entries(acceptanceChecks(site, host, options)).filter(
                ([name]) => !skip.includes(name.split(":", 1)[0] ?? name),
            );
            const gate: HostGate = { checks: Object.fromEntries(wanted), ...(peer === undefined ? {} : { peer }) };
            return wanted.length === 0 ? [] : [[host.name, gate] as const];
        }),
    );
}

/** Items that bring a host the tools of its checks, and of those that it is the peer of. */
export function gateTools(host: SiteHost, gates: Readonly<Record<string, HostGate>>): HostItems {
    const used = Object.entries(gates)
        .filter(([name, { peer }]) => name === host.name || peer?.name === host.name)
        .flatMap(([, { checks }]) => Object.keys(checks).map(check => TOOLS[check.split(":", 1)[0] ?? check]));
    const packages = Object.fromEntries(used.flatMap(name => (name === undefined ? [] : [[name, {}] as const])));
    return Object.keys(packages).length === 0 ? {} : { packages };
}
