import { hostname, userInfo } from "node:os";
import { HOST_STATE } from "../kinds/prelude";
import { recordLookFragment } from "../lookPaths";
import { shellQuote } from "../shell";

/**
 * What a host itself remembers of changes that disrupt it, so that an interrupted run is known for what it is:
 * - `reboot-due` holds the boot in which something was changed that counts from the next one. A reboot is due exactly
 *   while that boot lasts.
 * - `maintenance` says who took the host out of service and when: it is not back yet.
 */
export interface Markers {
    readonly rebootDue: boolean;
    /** Who took the host out of service, and when, in words. Unset: nobody. */
    readonly maintenance?: string;
}

export const REBOOT_DUE = `${HOST_STATE}/reboot-due`;
const MAINTENANCE = `${HOST_STATE}/maintenance`;

/** Shell that prints a line for each marker, empty where there is none. */
export const markersFragment = [REBOOT_DUE, MAINTENANCE]
    .map(file => `if [ -r ${file} ]; then sed 1q ${file}; else echo; fi`)
    .join("\n");

/** Reads those lines. `bootId`: the boot that the host is in. */
export function readMarkers(bootId: string, [dueSince = "", maintenance = ""]: readonly string[]): Markers {
    return {
        rebootDue: dueSince !== "" && dueSince === bootId,
        ...(maintenance === "" ? {} : { maintenance }),
    };
}

/** Shell that says that a reboot is due from now on. It comes before the change that needs one. */
export const rebootDueFragment = `put_file ${REBOOT_DUE} 0644 root root </proc/sys/kernel/random/boot_id`;

/** Shell that says that the host is out of service. */
export function maintenanceFragment(words: string): string {
    return `printf '%s\\n' ${shellQuote(words)} | put_file ${MAINTENANCE} 0644 root root`;
}

/** Shell that takes both markers away; of a reboot only where none is due. */
export const backInServiceFragment = [
    recordLookFragment,
    `rm -f ${MAINTENANCE}`,
    `[ "$(cat ${REBOOT_DUE} 2>/dev/null)" = "$(cat /proc/sys/kernel/random/boot_id)" ] || rm -f ${REBOOT_DUE}`,
    `rmdir ${HOST_STATE} 2>/dev/null || :`,
].join("\n");

/** Shell that forgets the markers of a host that leaves the site. */
export const forgetMarkersFragment = [
    `[ ! -e ${MAINTENANCE} ] || note 'it leaves the site out of service: its node stays cordoned'`,
    `rm -f ${MAINTENANCE} ${REBOOT_DUE}`,
].join("\n");

/** Who runs this, for people who meet the traces of it on a host: `root@build-7`. */
export function runner(): string {
    let user = "";
    try {
        user = userInfo().username;
    } catch {
        user = `uid ${process.getuid?.() ?? "unknown"}`;
    }
    return `${user}@${hostname()}`;
}

/** Shell that says who holds the host's lock from now on. */
export function holderFragment(): string {
    return `holder=${shellQuote(runner())}`;
}
