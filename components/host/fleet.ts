import { Metal, Rollout } from "../../provider";
import { Gate } from "../../provider/gate";
import type { Secrets } from "../site/load";
import type { Site } from "../site/site";
import { driftMetrics } from "./driftMetrics";
import { gateTools, hostGates } from "./gates/site";
import { connectionOf, ManagedHost } from "./host";

/** Arguments of `makeFleet`. */
export interface FleetArgs {
    readonly site: Site;
    readonly secrets: Pick<Secrets, "sshPrivateKey" | "kubeconfig">;
}

/** The managed hosts of a site. */
export interface Fleet {
    /** Their provider, and that of their gates. Undefined where no host is managed. */
    readonly provider?: Metal;
    readonly hosts: readonly ManagedHost[];
    /** What hosts have proved: models wait for all of it. */
    readonly gates: readonly Gate[];
    /** What stands after all of them. Undefined where no host is managed. */
    readonly rollout?: Rollout;
}

/** Makes the managed hosts of a site, behind one provider that lets changes go through them in turns. */
export function makeFleet({ site, secrets }: FleetArgs): Fleet {
    const managed = site.hosts.filter(host => host.managed);
    if (managed.length === 0) {
        return { hosts: [], gates: [] };
    }
    const { kubeconfigFile } = site.cluster;
    const provider = new Metal(`${site.name}-metal`, {
        ...(site.rollout === undefined ? {} : { rollout: site.rollout }),
        ...(secrets.kubeconfig === undefined ? {} : { kubeconfig: secrets.kubeconfig }),
        ...(kubeconfigFile === undefined ? {} : { kubeconfigFile }),
    });
    const wanted = hostGates(site);
    const metrics = site.driftMetrics === undefined ? [] : [driftMetrics(site.driftMetrics)];
    const access = { access: site.access, privateKey: secrets.sshPrivateKey };
    const hosts = managed.map(host => {
        const checks = wanted[host.name]?.checks;
        const roles = [
            { role: "gate", items: gateTools(host, wanted) },
            ...metrics.map(items => ({ role: "driftMetrics", items })),
        ];
        const args = { host, site, roles, ...access, ...(checks === undefined ? {} : { gates: checks }) };
        return new ManagedHost(host.name, args, { providers: [provider] });
    });
    const gates = managed.flatMap(host => {
        const gate = wanted[host.name];
        if (gate === undefined) {
            return [];
        }
        const args = {
            connection: connectionOf({ host, ...access }),
            checks: gate.checks,
            ...(gate.peer === undefined ? {} : { peer: connectionOf({ host: gate.peer, ...access }) }),
            ...(host.node === undefined ? {} : { node: host.node }),
        };
        const ends = hosts.filter((_, index) => [host, gate.peer].includes(managed[index]));
        const customTimeouts = { create: "2h", update: "2h", delete: "5m" };
        return [new Gate(`${host.name}-gate`, args, { provider, dependsOn: ends, customTimeouts })];
    });
    const names = managed.map(({ name }) => name);
    const rollout = new Rollout(`${site.name}-rollout`, { hosts: names }, { provider, dependsOn: hosts });
    return { provider, hosts, gates, rollout };
}
