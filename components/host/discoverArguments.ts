import { parseArgs } from "node:util";
import { accessSchema } from "../site/schema-hosts";
import { hostNameOrAddress, normaliseJumpHost } from "../site/fields";
import { normalisePublicKey } from "../site/hostkey";
import { expandRange } from "../site/range";

/** What `npm run discover` was asked to do. */
export interface DiscoverArguments {
    /** Names or addresses, ranges expanded. */
    readonly hosts: readonly string[];
    readonly user: string;
    readonly port: number;
    /** user@address:port */
    readonly jumpHost?: string;
    readonly jumpHostKey?: string;
    readonly identityFile?: string;
    /** File with host keys. Unset: each host's key is taken from the host itself. */
    readonly knownHostsFile?: string;
}

/** Text of `--help`. */
export const discoverHelp = `Usage: npm run -s discover -- [OPTION]… HOST…
Looks at hosts over SSH and prints their entries of the site file. It changes nothing on them.

  HOST                  address, name or range: 10.20.0.11, 10.20.0.[11-18]
  --user USER           login user, root by default; others need sudo without a password
  --port PORT           port of sshd, 22 by default
  --identity FILE       private key file; by default the keys of the SSH agent
  --jump USER@ADDR:PORT jump host
  --jump-key KEY        its public key, "ssh-ed25519 AAAA…"
  --known-hosts FILE    host keys that are known, ~/.ssh/known_hosts by default
  --trust-on-first-use  take each host's key from the host itself; compare it on the console afterwards
  --help                this text

Ends with 1 when a host could not be read; the others are printed all the same. Ends with 2 for wrong arguments.
`;

const texts = ["user", "port", "jump", "jump-key", "identity", "known-hosts"] as const;
const flags = ["trust-on-first-use", "help"] as const;

const options: Readonly<Record<string, { readonly type: "string" | "boolean" }>> = {
    ...Object.fromEntries(texts.map(name => [name, { type: "string" as const }])),
    ...Object.fromEntries(flags.map(name => [name, { type: "boolean" as const }])),
};

/** Reads the command line: what to do, or everything that is wrong with it. `home` is what `~` stands for. */
export function parseDiscoverArguments(
    words: readonly string[],
    home: string,
): DiscoverArguments | { readonly help: true } | { readonly problems: readonly string[] } {
    const { values, positionals, tokens } = parseArgs({
        args: [...words],
        strict: false,
        allowPositionals: true,
        tokens: true,
        options,
    });
    if (values.help === true) {
        return { help: true };
    }
    const problems: string[] = [];
    const known: readonly string[] = [...texts, ...flags];
    for (const token of tokens) {
        if (token.kind !== "option") {
            continue;
        }
        if (!known.includes(token.name)) {
            problems.push(
                `${token.rawName}: there is no such option; there are ${known.map(n => `--${n}`).join(", ")}`,
            );
        } else if (flags.some(name => name === token.name) && token.value !== undefined) {
            problems.push(`${token.rawName}: takes no value`);
        } else if (
            texts.some(name => name === token.name) &&
            (token.value === undefined || /^(-|$)/.test(token.value))
        ) {
            problems.push(`${token.rawName}: needs a value`);
        }
    }
    const text = (name: (typeof texts)[number]) => {
        const value = values[name];
        return typeof value === "string" && !/^(-|$)/.test(value) ? value : undefined;
    };
    const file = (name: "identity" | "known-hosts") => text(name)?.replace(/^~(?=\/)/, home);
    const hosts = positionals.flatMap(word => {
        const range = expandRange(word);
        if ("problem" in range) {
            problems.push(range.problem);
            return [];
        }
        const wrong = range.values.filter(value => !hostNameOrAddress().safeParse(value).success);
        problems.push(...wrong.map(value => `${JSON.stringify(value)} is neither a DNS name nor an address`));
        return range.values;
    });
    if (positionals.length === 0) {
        problems.push("name at least one host: an address like 10.20.0.11, or a range like 10.20.0.[11-18]");
    }
    const [user, port] = [text("user") ?? "root", text("port") ?? "22"];
    if (!accessSchema.shape.user.safeParse(user).success) {
        problems.push(`--user: ${JSON.stringify(user)} is not a login name`);
    }
    if (!/^\d{1,5}$/.test(port) || !accessSchema.shape.port.safeParse(Number(port)).success) {
        problems.push(`--port: ${JSON.stringify(port)} is not a port: 1 to 65535`);
    }
    const [jump, jumpKey] = [text("jump"), text("jump-key")];
    const jumpHost = jump === undefined ? undefined : normaliseJumpHost(jump);
    const jumpHostKey = jumpKey === undefined ? undefined : normalisePublicKey(jumpKey);
    if (jump !== undefined && jumpHost === undefined) {
        problems.push(`--jump: ${JSON.stringify(jump)} is not a jump host: write user@address:port`);
    }
    if (jumpKey !== undefined && jumpHostKey === undefined) {
        problems.push(
            `--jump-key: ${JSON.stringify(jumpKey)} is not a public host key: it looks like "ssh-ed25519 AAAA…"`,
        );
    }
    if ((jump === undefined) !== (jumpKey === undefined)) {
        problems.push("--jump and --jump-key belong together: the jump host's key is verified like any other");
    }
    const first = values["trust-on-first-use"] === true;
    if (first && values["known-hosts"] !== undefined) {
        problems.push("--known-hosts and --trust-on-first-use: use one of them");
    }
    if (first && jump !== undefined) {
        problems.push("--trust-on-first-use: keys cannot be read through a jump host; give --known-hosts");
    }
    if (problems.length > 0) {
        return { problems };
    }
    const identityFile = file("identity");
    return {
        hosts: [...new Set(hosts)],
        user,
        port: Number(port),
        ...(jumpHost === undefined ? {} : { jumpHost }),
        ...(jumpHostKey === undefined ? {} : { jumpHostKey }),
        ...(identityFile === undefined ? {} : { identityFile }),
        ...(first ? {} : { knownHostsFile: file("known-hosts") ?? `${home}/.ssh/known_hosts` }),
    };
}
