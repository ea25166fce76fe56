import { HOST_STATE } from "./kinds/prelude";

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

/** Shell that records anew what there is, where the program is on the host: after a reboot that was due. */
export const recordLookFragment = `[ ! -x ${DRIFT_PROGRAM} ] || ${DRIFT_PROGRAM} --record || :`;

/** Shell that takes away what was left for the program. */
export const forgetLookFragment = `rm -f ${LOOK_SCRIPT} ${LOOK_RECORD}`;
