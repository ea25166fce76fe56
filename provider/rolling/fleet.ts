import type { CheckResult, CheckSpec } from "../gates/check";
import type { HostConnection } from "../items";
import type { Log } from "../log";
import type { Call } from "../session";
import { PrivateFolder } from "../private";
import type { Transport } from "../transport";
import { ClusterAccess } from "./access";
import { Coordinator } from "./coordinator";
import type { Planned } from "./disruption";
import { Kubectl } from "./kubectl";
import type { Nodes } from "./nodes";
import { Rebooter } from "./reboot";
import { DEFAULT_ROLLOUT, type MetalSettings } from "./settings";

/** Runs checks on one host. Throws `ConnectionError` and `HostError` only. */
export type GateRunner = (
    call: Call,
    connection: HostConnection,
    checks: Readonly<Record<string, CheckSpec>>,
) => Promise<Readonly<Record<string, CheckResult>>>;

/** What the fleet needs from elsewhere. */
export interface FleetParts {
    readonly transport: Transport;
    readonly log: Log;
    /** Made once, with a way to the settings, which come later. @default kubectl */
    readonly nodes?: (settings: () => MetalSettings) => Nodes;
    /** @default none is run */
    readonly gates?: GateRunner;
}

/** All hosts of one run: what they share, and which of them a change would disrupt. */
export class Fleet {
    /** The way to the cluster whose nodes the hosts are. */
    readonly access: ClusterAccess;
    readonly nodes: Nodes;
    readonly rebooter: Rebooter;
    readonly gates: GateRunner;
    readonly log: Log;
    /** Hosts that a pending change disrupts, by URN. */
    readonly planned = new Map<string, Planned>();
    private current: MetalSettings = { rollout: DEFAULT_ROLLOUT };
    private turns = new Coordinator(DEFAULT_ROLLOUT);

    constructor({ transport, log, nodes, gates }: FleetParts) {
        const settings = () => this.current;
        this.access = new ClusterAccess(settings, transport, new PrivateFolder());
        this.nodes = nodes?.(settings) ?? new Kubectl(this.access);
        this.rebooter = new Rebooter(transport, log);
        this.gates = gates ?? (() => Promise.resolve({}));
        this.log = log;
    }

    get settings(): MetalSettings {
        return this.current;
    }

    get coordinator(): Coordinator {
        return this.turns;
    }

    /** Takes the provider's configuration. It comes before any host does. */
    configure(settings: MetalSettings): void {
        this.current = settings;
        this.access.forget();
        this.turns = new Coordinator(settings.rollout);
    }

    /** The run was cancelled: no further host begins, and what can be stopped is stopped. */
    cancel(): void {
        this.turns.halt("the run was cancelled");
        this.rebooter.cancel();
        this.nodes.cancel();
    }
}
