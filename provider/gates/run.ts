import { randomBytes } from "node:crypto";
import { explain, hostName, HostError, shortName } from "../errors";
import type { HostConnection } from "../items";
import type { Log } from "../log";
import type { Call } from "../session";
import { type Answer, readAnswer, type Script } from "../shell";
import { ConnectionError, type Transport } from "../transport";
import { whyNot } from "../words";
import type { CheckResult, CheckSpec } from "./check";
import { type Fingerprint, fingerprintChanges, parseFingerprint, withoutPeer, withPeer } from "./fingerprint";
import { divide, endKey, type GateOutcome, type GateRequest, judged, type Kept, type Measured } from "./outcome";
import { asked as askedFor, checkNamed } from "./registry";
import { OneAtATime } from "./turns";
import { type Asked, type Ends, fingerprintOnly, gateScript, peerScript } from "./script";
import { readRuns, stopScript, totalSeconds } from "./script";

/** Seconds that reading a fingerprint may take: GPUs answer late on a host that has just booted. */
const FINGERPRINT_SECONDS = 60;
/** A fingerprint serves all gates of a preview that ask for it for this long, in milliseconds. */
const FRESH_MS = 60_000;
/** Seconds that the peer's servers have to begin. */
const PEER_START_SECONDS = 30;

/** The host of a gate, or its peer, cannot be used. The message says why and what to do. */
export class EndError extends HostError {
    /** What is wrong with the connection. */
    readonly trouble: ConnectionError["trouble"];

    constructor(urn: string, connection: HostConnection, error: ConnectionError) {
        super(explain(urn, connection, error));
        this.trouble = error.trouble;
    }
}

/**
 * Runs gates: one session on the host, and one on its peer beside it. Figures that were measured in this process (by
 * a change that goes through the fleet) serve the gate that asks for the same of the same host once, instead of being
 * measured twice. Throws `HostError` only; a host or peer that cannot be used is an `EndError`.
 */
export class Gates {
    private readonly turns = new OneAtATime();
    private readonly kept = new Map<string, Kept>();
    private readonly seen = new Map<string, { readonly at: number; readonly fingerprint: Promise<Fingerprint> }>();

    constructor(
        private readonly transport: Transport,
        private readonly log: Log,
    ) {}

    /** Reads the fingerprint of the host and its peer. */
    async fingerprint(call: Call, { connection, peer }: Omit<GateRequest, "checks">): Promise<Fingerprint> {
        const ends = [connection, ...(peer === undefined ? [] : [peer])];
        const [own = {}, other] = await Promise.all(ends.map(end => this.fingerprintOf(call, end)));
        return withPeer(own, other);
    }

    /** As `fingerprint`, as it is now, whatever was read before. */
    fingerprintNow(call: Call, { connection, peer }: Omit<GateRequest, "checks">): Promise<Fingerprint> {
        [connection, peer].forEach(end => end && this.seen.delete(endKey(end)));
        return this.fingerprint(call, { connection, ...(peer === undefined ? {} : { peer }) });
    }

    /** A host is the peer of another one, too: its fingerprint is read once for both. */
    private fingerprintOf(call: Call, end: HostConnection): Promise<Fingerprint> {
        const last = this.seen.get(endKey(end));
        if (last !== undefined && Date.now() - last.at < FRESH_MS) {
            return last.fingerprint;
        }
        const what = "its fingerprint could not be read";
        const fingerprint = this.session(call, end, fingerprintOnly(), FINGERPRINT_SECONDS, what).then(answer =>
            parseFingerprint(answer.sections.get("fingerprint") ?? []),
        );
        this.seen.set(endKey(end), { at: Date.now(), fingerprint });
        return fingerprint;
    }

    /** Runs the checks and judges them. What was measured by `runFirst` before is not measured again. */
    async run(call: Call, request: GateRequest): Promise<GateOutcome> {
        const key = endKey(request.connection);
        const kept = this.kept.get(key);
        this.kept.delete(key);
        if (kept === undefined) {
            return judged(request, await this.measure(call, request));
        }
        const [rest, usable] = divide(request, kept);
        const fingerprint = await this.fingerprintNow(call, request);
        if (!usable || fingerprintChanges(kept.fingerprint, withoutPeer(fingerprint)).length > 0) {
            return judged(request, await this.measure(call, request));
        }
        const measured =
            Object.keys(rest).length > 0 ? await this.measure(call, { ...request, checks: rest }) : undefined;
        const runs = { ...kept.runs, ...measured?.runs };
        return judged(request, { runs, fingerprint: measured?.fingerprint ?? fingerprint, ranAt: kept.ranAt });
    }

    /** As `run`, always measured, and keeps the figures for the gate that asks next. */
    async runFirst(call: Call, request: GateRequest): Promise<GateOutcome> {
        const measured = await this.measure(call, request);
        const fingerprint = withoutPeer(measured.fingerprint);
        this.kept.set(endKey(request.connection), { ...measured, fingerprint, request });
        return judged(request, measured);
    }

    private measure(call: Call, request: GateRequest): Promise<Measured> {
        const { connection, peer } = request;
        const ends = [connection, ...(peer === undefined ? [] : [peer])].map(endKey);
        return this.turns.take(ends, async () => {
            const asked = askedFor(request.checks);
            const addresses = { host: connection.address, peer: peer?.address ?? "" };
            const peers =
                peer !== undefined && asked.some(({ check }) => check.peerScript !== undefined) ? peer : undefined;
            const ranAt = new Date().toISOString();
            const { host, other } =
                peers === undefined
                    ? { host: await this.onHost(call, connection, asked, addresses), other: undefined }
                    : await this.onBoth(call, connection, peers, asked, addresses);
            const own = parseFingerprint(host.sections.get("fingerprint") ?? []);
            const theirs =
                other !== undefined
                    ? parseFingerprint(other.sections.get("fingerprint") ?? [])
                    : peer === undefined
                      ? undefined
                      : await this.fingerprint(call, { connection: peer });
            const fingerprint = withPeer(own, theirs);
            for (const [end, seen] of [
                [connection, own] as const,
                ...(peer && theirs ? [[peer, theirs] as const] : []),
            ]) {
                this.seen.set(endKey(end), { at: Date.now(), fingerprint: Promise.resolve(seen) });
            }
            return { runs: readRuns(asked, host, other), fingerprint, ranAt };
        });
    }

    private onHost(call: Call, connection: HostConnection, asked: readonly Asked[], ends: Ends): Promise<Answer> {
        const script = gateScript(asked, ends);
        // Waiting for a change that runs on the host is allowed for.
        const seconds = totalSeconds(asked) + 300;
        return this.session(call, connection, script, seconds, "its gate could not be run");
    }

    /** The peer's servers first, then the host; the servers end with the host's session, however that ends. */
    private async onBoth(
        call: Call,
        connection: HostConnection,
        peer: HostConnection,
        asked: readonly Asked[],
        ends: Ends,
    ): Promise<{ readonly host: Answer; readonly other: Answer }> {
        const token = randomBytes(8).toString("hex");
        const seconds = totalSeconds(asked) + 300;
        const script = peerScript(asked, ends, token, seconds);
        let serving: () => void = () => undefined;
        const begun = new Promise<void>(resolve => (serving = resolve));
        const other = this.session(
            call,
            peer,
            script,
            seconds + PEER_START_SECONDS,
            "it could not be the peer of a gate",
            serving,
        );
        // Whichever way the peer ends before it serves: its own error says more than that of the host's client.
        await Promise.race([begun, other]);
        try {
            const host = await this.onHost(call, connection, asked, ends);
            await this.stop(peer, token);
            return { host, other: await other };
        } catch (error) {
            await this.stop(peer, token).catch(() => undefined);
            await other.catch(() => undefined);
            throw error;
        }
    }

    private async stop(peer: HostConnection, token: string): Promise<void> {
        await this.transport.run(peer, stopScript(token), { timeoutSeconds: PEER_START_SECONDS });
    }

    private async session(
        call: Call,
        connection: HostConnection,
        script: Script,
        timeoutSeconds: number,
        what: string,
        onServing?: () => void,
    ): Promise<Answer> {
        const name = shortName(call.urn, connection);
        const onStep = (words: string) => {
            if (onServing === undefined) {
                this.log.status(call.urn, `${name}: ${words}`);
            } else {
                onServing();
            }
        };
        const result = await this.transport.run(connection, script, { timeoutSeconds, onStep }).catch(error => {
            throw error instanceof ConnectionError ? new EndError(call.urn, connection, error) : (error as Error);
        });
        const answer = readAnswer(result.stdout, script.mark);
        if (!answer.complete) {
            throw new HostError(`${hostName(call.urn, connection)}: ${what}: ${whyNot(answer, connection, result)}`);
        }
        return answer;
    }
}

/** Runs checks on a host before it returns to service: what a rolling change asks for. */
export type GateRunner = (
    call: Call,
    connection: HostConnection,
    checks: Readonly<Record<string, CheckSpec>>,
    peer?: HostConnection,
) => Promise<Readonly<Record<string, CheckResult>>>;

/**
 * A runner whose figures serve the gate resources of the same provider as well. Checks that need a peer are left out
 * without one: the gate resource runs them.
 */
export function gateRunner(gates: Gates): GateRunner {
    return async (call, connection, checks, peer) => {
        const possible = Object.entries(checks).filter(([name]) => peer || checkNamed(name)?.needsPeer !== true);
        const request = { connection, checks: Object.fromEntries(possible), ...(peer === undefined ? {} : { peer }) };
        return (await gates.runFirst(call, request)).results;
    };
}
