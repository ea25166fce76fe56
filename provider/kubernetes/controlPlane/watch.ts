import { explain, HostError } from "../../errors";
import { named, nameOf, type Remote } from "../remote";
import type { ControlPlaneHost, ControlPlaneInputs } from "../types";
import { ConnectionError } from "../../transport";
import type { Observed, Unseen } from "./condition";
import { observeHost, readHost, type SeenHost } from "./seen";

/**
 * Looks at all hosts at once. A host that cannot be reached is `unseen`, with what there is to do. One that shows another
 * key than its own is an error, except where it leaves: whoever it is, it is not asked for anything.
 */
export async function observeAll(
    remote: Remote,
    urn: string,
    inputs: ControlPlaneInputs,
    leaving: readonly ControlPlaneHost[] = [],
): Promise<Observed> {
    const look = async (host: ControlPlaneHost, leaves: boolean): Promise<[string, SeenHost | Unseen]> => {
        try {
            return [host.node, readHost(await remote.look(host, observeHost(inputs)), inputs)];
        } catch (error) {
            if (!(error instanceof ConnectionError)) {
                throw error;
            }
            if (error.trouble === "wrong-host-key" && !leaves) {
                throw new HostError(explain(urn, named(host), error));
            }
            const words = leaves
                ? `${nameOf(host)} leaves, and cannot be reached: ${error.reason}. What is on it stays as it is.`
                : unseenWords(urn, host, error);
            return [host.node, { unseen: words }];
        }
    };
    const all = [...inputs.hosts.map(host => look(host, false)), ...leaving.map(host => look(host, true))];
    return Object.fromEntries(await Promise.all(all));
}

/** Why a host cannot be seen, and what to do where it is gone for good. */
function unseenWords(urn: string, host: ControlPlaneHost, error: ConnectionError): string {
    const words = explain(urn, named(host), error);
    const gone = /if it is gone for good, take it out of the site and run `pulumi state delete`\.$/;
    return words.replace(
        gone,
        "if it is gone for good, put another host in its place: under the same name with that host's key, or under another name; its member of etcd and its Node are then removed through the others.",
    );
}
