import type { HostItems } from "./items";
import { kinds } from "./kinds";
import { HOST_STATE } from "./kinds/prelude";
import { itemsOf } from "./script";
import { shellQuote } from "./shell";

/**
 * Where the program lies that compares a host with what the last update left. It is a file like any other; where the
 * items of a host have it, each change ends by leaving it a script that looks at every item, and calls it with
 * `--record`.
 */
export const DRIFT_PROGRAM = "/usr/local/lib/seamount/drift";
/** The script that looks. */
export const LOOK_SCRIPT = `${HOST_STATE}/look`;
/** What it printed when the last update had ended. */
export const LOOK_RECORD = `${HOST_STATE}/look.recorded`;

/**
 * A script that prints what there is of each item, after a line `@ kind TAB key`. It holds names of items and nothing
 * of what they should be.
 */
export function lookScript(items: HostItems): string {
    const blocks = kinds.flatMap(kind =>
        Object.keys(itemsOf(items, kind.name))
            .sort()
            .flatMap(key => [
                `printf '@ %s\\t%s\\n' ${shellQuote(kind.name)} ${shellQuote(key)}`,
                "(",
                kind.observe([key], new Set()),
                ") </dev/null || :",
            ]),
    );
    return [
        "LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "export LC_ALL PATH",
        ...blocks,
        "",
    ].join("\n");
}

/** Shell that leaves the script and has it run once; nothing where the items have no such program. */
export function lookFragment(items: HostItems): string[] {
    return items.files?.[DRIFT_PROGRAM] === undefined
        ? []
        : [
              `printf %s ${shellQuote(lookScript(items))} | put_file ${LOOK_SCRIPT} 0700 root root`,
              // A figure that cannot be recorded is no failure of the change.
              `${DRIFT_PROGRAM} --record || :`,
          ];
}

/** Shell that records anew what there is, where the program is on the host: after a reboot that was due. */
export const recordLookFragment = `[ ! -x ${DRIFT_PROGRAM} ] || ${DRIFT_PROGRAM} --record || :`;

/** Shell that takes away what was left for the program. */
export const forgetLookFragment = `rm -f ${LOOK_SCRIPT} ${LOOK_RECORD}`;
