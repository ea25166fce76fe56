import { HOST_TYPE } from "../../provider/items";
import { HostOperations } from "../../provider/operations";
import { OpenSsh } from "../../provider/ssh";
import { items } from "../items";
import { connections } from "../machine";

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
            connections(names).map(connection => {
                const inputs = { connection: { ...connection }, ...items };
                const urn = `urn:pulumi:bench::bench::${HOST_TYPE}::${connection.address}`;
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
