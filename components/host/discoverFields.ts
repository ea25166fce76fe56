import { operatingSystems } from "../site/schema-names";
import type { OperatingSystem } from "../site/site";
import type { Discovered } from "./discover";
import { fabricRails } from "./discoverComments";
import { foldRange } from "./discoverRange";

/** Systems by how their names begin in /etc/os-release. */
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
    [/^Debian GNU\/Linux (\d+)/, "debian"],
    [/^Ubuntu (\d+\.\d+)/, "ubuntu"],
    [/^Red Hat Enterprise Linux (\d+)/, "rhel"],
    [/^Rocky Linux (\d+)/, "rocky"],
];

/** The system that a name stands for; undefined where a site cannot have it. */
export function systemOfName(name: string): OperatingSystem | undefined {
    const found = SYSTEMS.flatMap(([pattern, family]) => {
        const version = pattern.exec(name)?.[1];
        return version === undefined ? [] : [`${family}-${version}`];
    })[0];
    return operatingSystems.find(system => system === found);
}

/** Fields of a site's host that hosts which are alike have in common. */
export interface SharedFields {
    readonly os?: OperatingSystem;
    readonly numaNodes?: number;
    readonly rails?: readonly string[] | string;
    readonly interfaces?: readonly string[] | string;
    readonly managementInterface?: string;
    readonly node?: true;
}

/** What a host says about its system, its rails and its networks, in the words of a site. */
export function sharedFields(facts: Discovered): SharedFields {
    const rails = fabricRails(facts);
    const interfaces = rails.flatMap(({ networkInterface }) => networkInterface ?? []);
    const os = systemOfName(facts.os);
    const { managementInterface } = facts;
    return {
        ...(os === undefined ? {} : { os }),
        ...(facts.numaNodes > 0 ? { numaNodes: facts.numaNodes } : {}),
        ...(rails.length > 0 ? { rails: folded(rails.map(({ name }) => name)) } : {}),
        // One that is missing would shift the others.
        ...(rails.length > 0 && new Set(interfaces).size === rails.length ? { interfaces: folded(interfaces) } : {}),
        ...(managementInterface === undefined || interfaces.includes(managementInterface)
            ? {}
            : { managementInterface }),
        ...(facts.isNode === true ? { node: true as const } : {}),
    };
}

/** GUIDs of a host's rails in their order; undefined where one is unknown. */
export function portGuids(facts: Discovered): readonly string[] | undefined {
    const rails = fabricRails(facts);
    const guids = rails.flatMap(({ portGuid }) => portGuid ?? []);
    return rails.length > 0 && guids.length === rails.length ? guids : undefined;
}

function folded(values: readonly string[]): readonly string[] | string {
    return foldRange(values) ?? values;
}
