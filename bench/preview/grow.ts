/** The production site's configuration, as far as growing it goes. */
export interface GrowableSite {
    hosts: {
        name: string;
        address: string;
        role: string;
        pool?: string;
        hostKeys?: Record<string, string>;
        [field: string]: unknown;
    }[];
    models: { pool: string; replicas: number; [field: string]: unknown }[];
    [field: string]: unknown;
}

/** Hosts in a rack of the grown site, and addresses in one range. */
const RACK_HOSTS = 50;

/**
 * The site with `hosts` hosts: the racks of its largest GPU pool are as many as it takes, and its model has a replica
 * on seven hosts of eight. Everything else stays. Throws where the rest of the site has as many hosts already.
 */
export function grow(site: GrowableSite, hosts: number): GrowableSite {
    const counted = (group: GrowableSite["hosts"][number]) => Object.keys(group.hostKeys ?? {}).length;
    const sample = site.hosts.filter(({ role }) => role === "gpu").sort((a, b) => counted(b) - counted(a))[0];
    const key = Object.values(sample?.hostKeys ?? {})[0];
    if (sample === undefined || key === undefined) {
        throw new Error("the site has no GPU hosts with host keys to grow by");
    }
    const kept = site.hosts.filter(({ pool }) => pool !== sample.pool);
    const missing = hosts - kept.reduce((sum, group) => sum + counted(group), 0);
    if (missing < 1) {
        throw new Error(`the site has ${hosts - missing} hosts besides the pool ${sample.pool}: ${hosts} are too few`);
    }
    const racks = Array.from({ length: Math.ceil(missing / RACK_HOSTS) }, (_, rack) => {
        const count = Math.min(RACK_HOSTS, missing - rack * RACK_HOSTS);
        const names = Array.from({ length: count }, (_, index) => `r${rack}-gpu-${String(index + 1).padStart(2, "0")}`);
        return {
            ...sample,
            name: `r${rack}-gpu-[01-${String(count).padStart(2, "0")}]`,
            address: `10.21.${rack}.[1-${count}]`,
            rack: `r${rack}`,
            hostKeys: Object.fromEntries(names.map(name => [name, key])),
        };
    });
    const models = site.models.map(model =>
        model.pool === sample.pool ? { ...model, replicas: Math.ceil((missing * 7) / 8) } : model,
    );
    return { ...site, hosts: [...kept, ...racks], models };
}
