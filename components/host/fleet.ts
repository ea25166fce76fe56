import { Metal, Rollout } from "../../provider";
import type { CheckSpec } from "../../provider/gates/check";
import type { Secrets } from "../site/load";
import type { Site, SiteHost } from "../site/site";
import { ManagedHost } from "./host";

/** Arguments of `makeFleet`. */
export interface FleetArgs {
    readonly site: Site;
    readonly secrets: Pick<Secrets, "sshPrivateKey" | "kubeconfig">;
    /** Checks by name that a host must pass before it takes work again. Unset: none. */
    readonly gates?: (host: SiteHost) => Readonly<Record<string, CheckSpec>>;
}

/** The managed hosts of a site. */
export interface Fleet {
    /** Their provider, and that of their gates. Undefined where no host is managed. */
    readonly provider?: Metal;
    readonly hosts: readonly ManagedHost[];
    /** What stands after all of them. Undefined where no host is managed. */
    readonly rollout?: Rollout;
}

/** Makes the managed hosts of a site, behind one provider that lets changes go through them in turns. */
export function makeFleet({ site, secrets, gates }: FleetArgs): Fleet {
    const managed = site.hosts.filter(host => host.managed);
    if (managed.length === 0) {
        return { hosts: [] };
    }
    const { kubeconfigFile } = site.cluster;
    const provider = new Metal(`${site.name}-metal`, {
        ...(site.rollout === undefined ? {} : { rollout: site.rollout }),
        ...(secrets.kubeconfig === undefined ? {} : { kubeconfig: secrets.kubeconfig }),
        ...(kubeconfigFile === undefined ? {} : { kubeconfigFile }),
    });
    const hosts = managed.map(host => {
        const checks = gates === undefined ? {} : { gates: gates(host) };
        const args = { host, access: site.access, site, privateKey: secrets.sshPrivateKey, ...checks };
        return new ManagedHost(host.name, args, { providers: [provider] });
    });
    const names = managed.map(({ name }) => name);
    const rollout = new Rollout(`${site.name}-rollout`, { hosts: names }, { provider, dependsOn: hosts });
    return { provider, hosts, rollout };
}
