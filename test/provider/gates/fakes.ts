import type { HostConnection } from "../../../provider/items";
import type { Script } from "../../../provider/shell";
import type { Result, RunOptions, Transport } from "../../../provider/transport";
import { ConnectionError } from "../../../provider/transport";

/** Hosts in memory that answer the scripts of gates: a fingerprint, and the offset of a clock. */
export class ClockHosts implements Transport {
    kernel = "6.1.0-30-amd64";
    offsetSeconds = 0.001;
    /** Sessions in which checks ran. */
    measured = 0;
    /** Address of a host that cannot be reached. */
    unreachable = "";

    async run({ address }: HostConnection, { text, mark }: Script, { onStep }: RunOptions): Promise<Result> {
        if (address === this.unreachable) {
            throw new ConnectionError("unreachable", "No route to host");
        }
        await Promise.resolve();
        const lines = [`${mark} section fingerprint`, `kernel\t${this.kernel}`];
        if (text.includes("section 'check/clock'")) {
            this.measured += 1;
            onStep?.("clock: offset of the clock from its source");
            lines.push(
                `${mark} section check/clock`,
                `tracking,0A580041,10.88.0.65,9,0,${this.offsetSeconds},0,0,0,0,0,0.00001,0.00002,2.0,Normal`,
                "source,^,*,10.88.0.65,8,6,17,2,0,0,0",
                "",
                `${mark} section ran/clock`,
                "0 10.00 10.50",
            );
        }
        return { stdout: [...lines, `${mark} end -`, ""].join("\n"), stderr: "", status: 0 };
    }

    cancel(): void {}

    close(): void {}
}
