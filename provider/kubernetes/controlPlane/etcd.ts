/** A member of etcd. */
export interface EtcdMember {
    /** Hexadecimal, as etcdctl writes it. */
    readonly id: string;
    /** Name of the node; empty where it was added and has never started. */
    readonly name: string;
    /** Host part of its peer address. */
    readonly address: string;
    /** Whether it has no vote yet. */
    readonly learner: boolean;
    /** Whether it answers, and can commit. */
    readonly healthy: boolean;
}

/** Members that must be healthy, of so many, for the others to go on. */
export function quorum(members: number): number {
    return Math.floor(members / 2) + 1;
}

/** Reads `etcdctl member list -w simple`, and lines of `etcdctl endpoint health --cluster`. */
export function readMembers(list: readonly string[], health: readonly string[]): readonly EtcdMember[] {
    const healthy = health.flatMap(line => {
        const [, address] = /^(?:https?:\/\/)?(\S+?) is healthy/.exec(line.trim()) ?? [];
        return address === undefined ? [] : [hostOf(address)];
    });
    return list.flatMap(line => {
        const [id = "", status, name = "", peer = "", , learner] = line.split(",").map(part => part.trim());
        if (!/^[0-9a-f]{1,16}$/.test(id) || status === undefined) {
            return [];
        }
        const address = hostOf(peer);
        return [{ id, name, address, learner: learner === "true", healthy: healthy.includes(address) }];
    });
}

/**
 * Why a member cannot be taken out, for good or for a while, as a clause; undefined where it can. With two members or one
 * a pause cannot be had without one of the API.
 */
export function outageRefusal(members: readonly EtcdMember[], out: string, forGood: boolean): string | undefined {
    const voters = members.filter(({ learner }) => !learner);
    const others = voters.filter(({ id }) => id !== out);
    const healthy = others.filter(member => member.healthy).length;
    const needed = quorum(forGood ? others.length : voters.length);
    if (forGood ? others.length > 0 && healthy >= needed : voters.length < 3 || healthy >= needed) {
        return undefined;
    }
    const down = others.filter(member => !member.healthy).map(({ name, address }) => name || address);
    const who = down.length === 0 ? "" : ` (down: ${down.join(", ")})`;
    return `${needed} members of etcd must be healthy without it, and ${healthy} ${healthy === 1 ? "is" : "are"}${who}`;
}

/** `https://10.0.0.12:2380` → `10.0.0.12` */
function hostOf(url: string): string {
    return url
        .replace(/^https?:\/\//, "")
        .replace(/:\d+$/, "")
        .replace(/^\[|\]$/g, "");
}
