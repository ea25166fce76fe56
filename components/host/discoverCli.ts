/** `npm run discover -- HOST…`: inventory of hosts that exist, as YAML for the site file, on standard output. */
import { execFile } from "node:child_process";
import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { promisify } from "node:util";
import { OpenSsh } from "../../provider/ssh";
import { ConnectionError } from "../../provider/transport";
import { findHostKey, type KnownHost, parseKnownHosts } from "../site/hostkey";
import { readDiscovery } from "./discover";
import { type DiscoverArguments, discoverHelp, parseDiscoverArguments } from "./discoverArguments";
import { type FoundHost, inventory } from "./discoverInventory";
import { discoverScript } from "./discoverScript";

/** Seconds for one host: nvidia-smi alone takes up to a minute without its persistence daemon. */
const TIMEOUT_SECONDS = 120;
const CONNECT_SECONDS = 10;
/** Sessions at the same time: sshd on a jump host lets ten logins begin at a time by default. */
const AT_ONCE = 8;

/** The keys that a host shows, as nobody has verified them. */
async function scan(address: string, port: number): Promise<readonly KnownHost[]> {
    const words = ["-T", `${CONNECT_SECONDS}`, "-p", `${port}`, address];
    try {
        const { stdout } = await promisify(execFile)("ssh-keyscan", words);
        return parseKnownHosts(stdout);
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") {
            throw new Error("ssh-keyscan is not installed here: give --known-hosts", { cause: error });
        }
        return [];
    }
}

async function look(ssh: OpenSsh, host: string, asked: DiscoverArguments, known?: string): Promise<FoundHost> {
    const { address } = await lookup(host);
    const { port, user, jumpHost, jumpHostKey, identityFile } = asked;
    const keys = known === undefined ? await scan(address, port) : parseKnownHosts(known);
    const hostKey = findHostKey(keys, [address, host], port);
    if (hostKey === undefined) {
        throw new Error(
            known === undefined
                ? "shows no host key: nothing answers there, or it is no sshd"
                : `its key is not in ${asked.knownHostsFile}: add it, or use --trust-on-first-use`,
        );
    }
    const script = discoverScript();
    const { stdout, stderr, status } = await ssh.run(
        {
            address,
            hostKey,
            user,
            port,
            connectTimeoutSeconds: CONNECT_SECONDS,
            ...(identityFile === undefined ? {} : { identityFile }),
            ...(jumpHost === undefined ? {} : { jumpHost }),
            ...(jumpHostKey === undefined ? {} : { jumpHostKey }),
        },
        script,
        { timeoutSeconds: TIMEOUT_SECONDS },
    );
    const facts = readDiscovery(stdout, script.mark);
    if (facts === undefined) {
        throw new Error(`did not answer in full (status ${status}): ${stderr.trim().split("\n").at(-1) ?? ""}`);
    }
    return { address, hostKey, facts, ...(known === undefined ? { keyUnverified: true } : {}) };
}

/** Why a host could not be read, on one line. */
function reasonOf(error: unknown): string {
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    const shown = error instanceof ConnectionError ? error.shownFingerprint : undefined;
    const where = error instanceof ConnectionError && error.atJumpHost ? "the jump host: " : "";
    // Some of it is what the host said: it must not command a terminal.
    return `${where}${reason.replace(/\p{C}/gu, "")}${shown === undefined ? "" : ` (${shown})`}`;
}

/** @throws Error where there is no such file */
function readKnownHosts(path: string): string {
    try {
        return readFileSync(path, "utf8");
    } catch (error) {
        throw new Error(`${path} cannot be read: give --known-hosts FILE or --trust-on-first-use`, { cause: error });
    }
}

async function discover(asked: DiscoverArguments): Promise<number> {
    const known = asked.knownHostsFile === undefined ? undefined : readKnownHosts(asked.knownHostsFile);
    const ssh = new OpenSsh();
    const found: FoundHost[] = [];
    const waiting = [...asked.hosts];
    let failed = 0;
    const work = async (): Promise<void> => {
        for (let host = waiting.shift(); host !== undefined; host = waiting.shift()) {
            try {
                found.push(await look(ssh, host, asked, known));
            } catch (error) {
                failed += 1;
                process.stderr.write(`${host}: ${reasonOf(error)}\n`);
            }
        }
    };
    try {
        await Promise.all(Array.from({ length: AT_ONCE }, work));
    } finally {
        ssh.close();
    }
    if (found.length > 0) {
        process.stdout.write(inventory(found));
    }
    return failed === 0 ? 0 : 1;
}

async function main(): Promise<number> {
    const asked = parseDiscoverArguments(process.argv.slice(2), homedir());
    if ("help" in asked) {
        process.stdout.write(discoverHelp);
        return 0;
    }
    if ("problems" in asked) {
        process.stderr.write(`${asked.problems.join("\n")}\n`);
        return 2;
    }
    return discover(asked);
}

main().then(
    status => (process.exitCode = status),
    (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 2;
    },
);
