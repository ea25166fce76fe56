import type { HostItems } from "./items";
import { kinds } from "./kinds";
import { DRIFT_PROGRAM, LOOK_SCRIPT } from "./lookPaths";
import { itemsOf } from "./script";
import { shellQuote } from "./shell";

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
