import type { Disruption } from "../items";
import { brief } from "../kinds/kind";
import type { ItemDifference, Observation } from "../script";
import type { RolloutSettings } from "./settings";

/** Reasons that are named one by one. */
const NAMED = 3;

/** What a pending change does to the work on a host. */
export interface Disruptive {
    readonly disruption: Disruption;
    /** Why, for people: differences, and what an earlier run has left. */
    readonly reasons: readonly string[];
}

/** What decides whether a change disrupts. */
export interface Pending {
    readonly differing: readonly ItemDifference[];
    readonly observation: Pick<Observation, "rebootDue" | "maintenance">;
    readonly reboot: RolloutSettings["reboot"];
}

/**
 * What a change does to the work on the host; undefined where it goes on undisturbed. Items that are put back disrupt
 * nothing: what counts from the next boot only may wait for it.
 */
export function disruptionOf({ differing, observation, reboot }: Pending): Disruptive | undefined {
    const found: (readonly [Disruption, string])[] = [
        ...differing.flatMap(({ differences }) =>
            differences.flatMap(({ disruption, words }) =>
                disruption === undefined ? [] : [[disruption, words] as const],
            ),
        ),
        // People who reboot by themselves need no turn for what only waits for that.
        ...(observation.rebootDue === true && reboot === "automatic"
            ? [["reboot", "a change of this boot counts from the next one"] as const]
            : []),
        ...(observation.maintenance === undefined
            ? []
            : [["drain", `it was taken out of service by ${observation.maintenance} and is not back yet`] as const]),
    ];
    return found.length === 0
        ? undefined
        : {
              disruption: found.some(([disruption]) => disruption === "reboot") ? "reboot" : "drain",
              reasons: found.map(([, words]) => words),
          };
}

/** Differences that only a reboot can end. */
export function waitsForReboot({ differences }: ItemDifference): boolean {
    return differences.every(({ disruption }) => disruption === "reboot");
}

/** What a preview says of one host: `gpu-02: reboots after draining node gpu-02: kernel argument …`. */
export function disruptionWords(
    name: string,
    node: string | undefined,
    { disruption, reasons }: Disruptive,
    reboot: RolloutSettings["reboot"],
): string {
    const drained = node === undefined ? undefined : `draining node ${node}`;
    const boots = reboot === "automatic" ? "reboots" : "is to be rebooted by hand";
    const what =
        disruption === "reboot"
            ? drained === undefined
                ? boots
                : `${boots} after ${drained}`
            : drained === undefined
              ? "what runs on it is disrupted"
              : `is changed after ${drained}`;
    const more = reasons.length > NAMED ? `; and ${reasons.length - NAMED} more` : "";
    return `${name}: ${what}: ${reasons.slice(0, NAMED).map(brief).join("; ")}${more}`;
}

/** One host of a change that goes through the fleet. */
export interface Planned {
    readonly name: string;
    readonly rack?: string;
    readonly disruption: Disruption;
}

/** What a preview says of all hosts together: `3 hosts reboot, one at a time: gpu-01, gpu-02, gpu-03`. */
export function rolloutWords(planned: readonly Planned[], settings: RolloutSettings): readonly string[] {
    const sum = (disruption: Disruption, verb: (many: boolean) => string) => {
        const hosts = planned
            .filter(host => host.disruption === disruption)
            .sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
        const many = hosts.length !== 1;
        const count = `${hosts.length} ${many ? "hosts" : "host"} ${verb(many)}`;
        return hosts.length === 0 ? [] : [`${count}${many ? `, ${pace(settings)}` : ""}: ${names(hosts, settings)}`];
    };
    return [
        ...sum("reboot", many =>
            settings.reboot === "automatic"
                ? many
                    ? "reboot"
                    : "reboots"
                : `${many ? "are" : "is"} to be rebooted by hand`,
        ),
        ...sum("drain", many => `${many ? "are" : "is"} changed out of service`),
    ];
}

function pace({ by, hostsAtOnce }: RolloutSettings): string {
    return by === "rack" ? "rack by rack" : hostsAtOnce === 1 ? "one at a time" : `at most ${hostsAtOnce} at a time`;
}

/** Names of the hosts; by rack where racks go together. */
function names(hosts: readonly Planned[], { by }: RolloutSettings): string {
    if (by === "count") {
        return hosts.map(({ name }) => name).join(", ");
    }
    const racks = new Map<string, string[]>();
    for (const { name, rack } of hosts) {
        const key = rack === undefined ? name : `rack ${rack}`;
        racks.set(key, [...(racks.get(key) ?? []), name]);
    }
    return [...racks].map(([rack, all]) => (rack === all[0] ? rack : `${all.join(", ")} (${rack})`)).join("; ");
}
