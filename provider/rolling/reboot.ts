import { setTimeout as sleep } from "node:timers/promises";
import { explain, HostError, hostName, shortName } from "../errors";
import type { HostConnection } from "../items";
import type { Log } from "../log";
import type { Call } from "../session";
import { assemble, readAnswer, section, shellQuote } from "../shell";
import { ConnectionError, type Transport } from "../transport";

/** Milliseconds between two looks at a host that reboots. */
const LOOK_MS = 1000;
/** Seconds that one look may take, once it is connected. */
const LOOK_SECONDS = 10;
/** Seconds that connecting may take where the connection says nothing, as everywhere. */
const CONNECT_SECONDS = 5;

/**
 * Shell that reboots the host, unless it is in another boot already. The reboot begins when the session has ended:
 * as a unit of systemd's own where there is systemd-run, for the session's processes may end with it.
 */
function rebootScript(bootId: string): string {
    return [
        `[ "$(cat /proc/sys/kernel/random/boot_id)" = ${shellQuote(bootId)} ] || exit 0`,
        "sync",
        "systemd-run --quiet --collect --on-active=1 --timer-property=AccuracySec=100ms systemctl reboot >&2 ||",
        "    setsid -f sh -c 'sleep 1; exec systemctl reboot' </dev/null >/dev/null 2>&1",
    ].join("\n");
}

/** Shell that says which boot this is, and whether it has come to its end. */
const LOOK = [
    section("boot"),
    `printf '%s\\n' "$(cat /proc/sys/kernel/random/boot_id)" "$(systemctl is-system-running 2>/dev/null || :)"`,
];

/** What one look at a host that reboots has shown. */
type Seen = { readonly bootId: string; readonly state: string } | { readonly trouble: string };

/** Reboots hosts, and waits for them. */
export class Rebooter {
    private cancelled = false;

    constructor(
        private readonly transport: Transport,
        private readonly log: Log,
    ) {}

    /**
     * Reboots a host that is in the boot `bootId`. Resolves when another boot has started everything it starts. Throws
     * a `HostError` where that has not happened after `timeoutSeconds`.
     */
    async reboot(call: Call, connection: HostConnection, bootId: string, timeoutSeconds: number): Promise<void> {
        const [name, began] = [shortName(call.urn, connection), Date.now()];
        const seconds = () => Math.round((Date.now() - began) / 1000);
        const status = (words: string) => this.log.status(call.urn, `${name}: ${words} (${seconds()} s)`);
        status("rebooting");
        await this.order(call, connection, bootId);
        await this.transport.hangUp?.(connection);
        let seen: Seen = { bootId, state: "" };
        while (seconds() < timeoutSeconds) {
            await sleep(LOOK_MS);
            if (this.cancelled) {
                throw new HostError(`${hostName(call.urn, connection)} was rebooting when the run was cancelled`);
            }
            seen = await this.look(connection);
            const state = "bootId" in seen && seen.bootId !== bootId ? seen.state : undefined;
            if (state !== undefined && !["initializing", "starting"].includes(state)) {
                return;
            }
            status(state === undefined ? "rebooting" : "starting");
        }
        // A host that answers and is not quite done has come back: what it lacks is seen next.
        if (!("bootId" in seen) || seen.bootId === bootId) {
            const found = "bootId" in seen ? "it is still in the boot from before" : seen.trouble;
            throw new HostError(
                `${hostName(call.urn, connection)} did not come back within ${timeoutSeconds} s after its reboot: ${found}. Look at its console; once it answers, \`pulumi up\` again goes on from there.`,
            );
        }
    }

    cancel(): void {
        this.cancelled = true;
    }

    /** Has the reboot begin. A session that breaks off then is no news. */
    private async order(call: Call, connection: HostConnection, bootId: string): Promise<void> {
        const script = assemble([rebootScript(bootId)]);
        try {
            const { stdout, stderr } = await this.transport.run(connection, script, { timeoutSeconds: 30 });
            const answer = readAnswer(stdout, script.mark);
            if (!answer.complete && stderr.trim() !== "") {
                throw new HostError(`${hostName(call.urn, connection)} cannot be rebooted: ${stderr.trim()}`);
            }
        } catch (error) {
            if (!(error instanceof ConnectionError)) {
                throw error;
            }
            if (error.trouble !== "lost") {
                throw new HostError(explain(call.urn, connection, error));
            }
        }
    }

    private async look(connection: HostConnection): Promise<Seen> {
        const script = assemble(LOOK);
        const timeoutSeconds = (connection.connectTimeoutSeconds ?? CONNECT_SECONDS) + LOOK_SECONDS;
        try {
            const { stdout } = await this.transport.run(connection, script, { timeoutSeconds, ownConnection: true });
            const [bootId, state = ""] = readAnswer(stdout, script.mark).sections.get("boot") ?? [];
            return bootId === undefined ? { trouble: "it answers, and runs no commands" } : { bootId, state };
        } catch (error) {
            if (!(error instanceof ConnectionError)) {
                throw error;
            }
            return { trouble: error.reason };
        }
    }
}
