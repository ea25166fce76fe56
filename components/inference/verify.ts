import { verifyScript } from "./checksums";
import { type Container, cpuQuantity, exactly, RESTRICTED_CONTAINER } from "./container";
import type { Member } from "./engines/member";
import type { ServiceSettings } from "./pod";
import { weightsMounts } from "./volumes";

/** More readers than this do not make an NVMe faster. */
const MOST_READERS = 8;

/** How many files of the weights are read at the same time. */
export const readers = (cpuCores: number): number => Math.min(MOST_READERS, Math.max(1, Math.ceil(cpuCores)));

/**
 * The container that checks the weights before anything else starts. In a group it does not fail but waits and tries
 * again: a container of a group that was restarted takes the whole group with it, and its last words too.
 */
export function verifyContainer(settings: ServiceSettings, member: Member): Container {
    const { model, plan } = settings;
    const inGroup = member.layout.hosts > 1;
    const script = verifyScript(readers(plan.cpuCores));
    return {
        name: "verify-weights",
        image: model.image,
        command: inGroup
            ? ["/bin/sh", "-c", UNTIL_DONE, "verify-weights", locksMemory(settings) + script]
            : ["/bin/sh", "-c", script],
        resources: exactly({ cpu: cpuQuantity(plan.cpuCores), memory: "256Mi" }),
        securityContext: RESTRICTED_CONTAINER,
        volumeMounts: [...weightsMounts, { name: "scratch", mountPath: "/tmp", subPath: "verify" }],
    };
}

/**
 * RDMA pins memory, and a process that may not pin enough fails long after it has loaded its weights. A capability would
 * be of no use to it: added ones are lost by processes that are not root's (kubernetes/kubernetes#56374).
 */
function locksMemory({ pool }: ServiceSettings): string {
    const rdma = pool !== undefined && "devices" in pool.fabric && Object.keys(pool.fabric.devices).length > 0;
    return rdma
        ? `if [ "$(ulimit -l)" != unlimited ]; then
    echo "verify-weights: processes of this host's pods may lock $(ulimit -l) KiB of memory, and RDMA needs it unlimited: set LimitMEMLOCK=infinity for the host's container runtime, and start that again." >&2
    exit 1
fi
`
        : "";
}

/** Runs a script again, a minute later, until it succeeds. A shell of its own, because `set -e` ends at a condition. */
const UNTIL_DONE = `until /bin/sh -c "$1"; do
    rm -f /tmp/part.*
    sleep 60
done
`;
