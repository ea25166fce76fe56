import { baseline } from "../../components/host/baseline";
import { resolve } from "../../components/host/host";
import { HOST_TYPE } from "../../provider/items";
import { HostOperations } from "../../provider/operations";
import { keysOf } from "../../provider/script";
import { OpenSsh } from "../../provider/ssh";
import { access, facts, siteHosts } from "../machine";

const silent = { say: () => undefined, status: () => undefined, settled: () => Promise.resolve() };

/**
 * Seconds that the provider alone needs to look at hosts with nothing to change: no engine, no start of processes
 * but ssh, and no connection from before.
 */
export async function providerSeconds(names: readonly string[]): Promise<number> {
    const transport = new OpenSsh();
    const operations = new HostOperations(transport, silent);
    const start = performance.now();
    try {
        const diffs = await Promise.all(
            siteHosts(names).map(host => {
                const inputs = { ...resolve({ host, access, site: facts }) };
                const urn = `urn:pulumi:bench::bench::${HOST_TYPE}::${host.name}`;
                return operations.diff({ urn, timeoutSeconds: 0 }, {}, inputs, inputs);
            }),
        );
        const seconds = (performance.now() - start) / 1000;
        if (diffs.some(({ changes }) => changes !== "none")) {
            throw new Error("the provider sees differences on hosts that were just made what they should be");
        }
        return seconds;
    } finally {
        transport.close();
    }
}

/** Items of the baseline. */
export const itemCount = Object.values(keysOf(baseline(facts))).flat().length;
