import { Host } from "../provider";
import { Unreachable } from "./client";
import { Cluster, reachCluster } from "./cluster";
import { Config, readConfig } from "./config";

/** The cluster, where it is to be spoken to. @throws Unreachable */
export function reachable(cluster: Cluster | Unreachable): Cluster {
    if (cluster instanceof Unreachable) {
        throw new Unreachable(`the cluster does not answer: ${cluster.message}`);
    }
    return cluster;
}

/** The one connection of a provider: tried when first needed, and its failure told once. */
export class Connection {
    private configured: Config | undefined;
    private reached: Promise<Cluster | Unreachable> | undefined;
    private hasWarned = false;

    constructor(private readonly host: Host) {}

    /** Takes the provider's configuration. */
    configure(config: Config): void {
        this.configured = config;
        this.reached = undefined;
    }

    /** The configuration; without one, what the environment says. */
    get config(): Config {
        return this.configured ?? readConfig({}, process.env);
    }

    /** The cluster, or why it cannot be reached. With a URN, a warning about that stands there, once for all. */
    async cluster(urn?: string): Promise<Cluster | Unreachable> {
        this.reached ??= reachCluster(this.config);
        const cluster = await this.reached;
        if (cluster instanceof Unreachable && urn !== undefined && !this.hasWarned) {
            this.hasWarned = true;
            await this.host.log("warning", urn, `the cluster does not answer: ${cluster.message}`);
        }
        return cluster;
    }

    /** The cluster. @throws Unreachable */
    async require(): Promise<Cluster> {
        return reachable(await this.cluster());
    }
}
