import { isIP } from "node:net";
import * as z from "zod";
import { normalisePublicKey } from "./hostkey";
import { show } from "./problem";
import { expandRange } from "./range";

/** Says what is wrong with a text, or nothing. */
type Check = (text: string) => string | undefined;

function textThat(check: Check): z.ZodString {
    return z.string().superRefine((text, context) => {
        const message = check(text);
        if (message !== undefined) {
            context.addIssue(message);
        }
    });
}

/** Builds a field of text that must match, with the message `"value" <otherwise>`. */
export function textMatching(test: (text: string) => boolean, otherwise: string): z.ZodString {
    return textThat(text => (test(text) ? undefined : `${show(text)} ${otherwise}`));
}

const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const notALabel = `is not a DNS label: lower-case letters, digits and "-" inside, 63 characters at most`;

const isAddress: (text: string) => boolean = text => isIP(text) !== 0 && !text.includes("%");

const isDnsName: (text: string) => boolean = text =>
    text.length <= 253 && text.split(".").every(part => label.test(part)) && !/^[\d.]*$/.test(text);

const isFilePath: (text: string) => boolean = text => /^(~\/|\/)[^\n\0]+$/.test(text);

/** Lower-case letters, digits and hyphens, 63 at most. */
export const dnsLabel = (): z.ZodString => textMatching(text => label.test(text), notALabel);

/** A DNS name or an IP address. */
export const hostNameOrAddress = (): z.ZodString =>
    textMatching(text => isAddress(text) || isDnsName(text), "is neither a DNS name nor an address");

/** One DNS label, or a range of them. */
export const nameRange = (): z.ZodString =>
    rangeOf(name => (label.test(name) ? undefined : `${show(name)} ${notALabel}`));

/** One IPv4 or IPv6 address, or a range of them. */
export const addressRange = (): z.ZodString =>
    rangeOf(address => (isAddress(address) ? undefined : `${show(address)} is not an address`));

/** A device name or path, or a range of them. */
export const deviceRange = (): z.ZodString =>
    rangeOf(device => (/^[^\s\0]{1,255}$/.test(device) ? undefined : `${show(device)} is not a device name or path`));

function rangeOf(check: Check): z.ZodString {
    return textThat(text => {
        const range = expandRange(text);
        return "problem" in range ? range.problem : range.values.map(check).find(message => message !== undefined);
    });
}

/** A name of a Kubernetes node, which is a DNS name, or a range of them. */
export const nodeName = (): z.ZodString =>
    rangeOf(name => (isDnsName(name) ? undefined : `${show(name)} is not a name of a node: write a DNS name`));

const isInterface: (text: string) => boolean = text => /^[^\s/:\0]{1,15}$/.test(text);
const notAnInterface = "is not a network interface: 15 characters at most, like ens1np0";

/** A network interface as the kernel names it: 15 characters at most. */
export const interfaceName = (): z.ZodString => textMatching(isInterface, notAnInterface);

/** A network interface, or a range of them. */
export const interfaceRange = (): z.ZodString =>
    rangeOf(name => (isInterface(name) ? undefined : `${show(name)} ${notAnInterface}`));

/** An IPv4 or IPv6 network with its prefix length. */
export const network = (): z.ZodString =>
    textMatching(text => {
        const [address = "", length = "", ...more] = text.split("/");
        const most = isIP(address) === 6 ? 126 : 30;
        return isAddress(address) && /^[1-9]\d{0,2}$/.test(length) && Number(length) <= most && more.length === 0;
    }, "is not a network: write it like 10.31.0.0/16");

/** Base address of a package repository. */
export const repositoryAddress = (): z.ZodString =>
    textMatching(
        text => /^(https?:\/\/[A-Za-z0-9.:[\]-]+(\/[^\s?#"'[\]]*)?|file:\/[^\s?#"'[\]]*)$/.test(text),
        `is not an address of a repository: begin it with "https://" or "file:/", without a password`,
    );

/** A file on the machine that runs Pulumi, absolute or below the home folder. */
export const localFile = (): z.ZodString => textMatching(isFilePath, `is not a file path: begin it with "/" or "~/"`);

/** A folder on a host: absolute, without `..`. */
export const hostFolder = (): z.ZodString =>
    textMatching(
        text => /^\/[^\n\0:]+$/.test(text) && !text.split("/").includes(".."),
        `is not a folder on a host: begin it with "/", without ".."`,
    );

const image =
    /^[a-z0-9]+([.-][a-z0-9]+)*(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

/** A container image. Its registry may have a port, and a tag and a digest may follow. */
export const imageReference = (): z.ZodString =>
    textMatching(
        text => text.length <= 512 && image.test(text),
        `is not an image: write "registry.example/path/name@sha256:<64 hex digits>" or "name:tag"`,
    );

/** A public host key, `ssh-ed25519 AAAA…`; a comment behind it is allowed. */
export const publicKey = (): z.ZodString =>
    textMatching(
        text => normalisePublicKey(text) !== undefined,
        `is not a public host key: it looks like "ssh-ed25519 AAAA…", as ssh-keyscan prints it after the address`,
    );

const jumpHostSyntax = /^([a-z_][a-z0-9_.-]{0,63})@(?:\[([0-9a-f:.]+)\]|([^@:[\]\s]+))(?::(\d{1,5}))?$/i;

/** Takes `user@address[:port]` apart and writes it with its port; undefined where it is something else. */
export function normaliseJumpHost(text: string): string | undefined {
    const [, user, ipv6, name, port = "22"] = jumpHostSyntax.exec(text) ?? [];
    const host = ipv6 ?? name;
    if (user === undefined || host === undefined || Number(port) < 1 || Number(port) > 65535) {
        return undefined;
    }
    if (ipv6 === undefined) {
        return isAddress(host) || isDnsName(host) ? `${user}@${host}:${port}` : undefined;
    }
    return isAddress(host) ? `${user}@[${host}]:${port}` : undefined;
}

/** `user@address`, `user@address:port` or `user@[ipv6]:port`. */
export const jumpHost = (): z.ZodString =>
    textMatching(text => normaliseJumpHost(text) !== undefined, `is not a jump host: write "user@address:port"`);

/** A whole number within limits, both included. */
export const whole = (minimum: number, maximum: number): z.ZodInt => z.int().min(minimum).max(maximum);

/** A TCP port. */
export const port = (): z.ZodInt => whole(1, 65535);

/** A name or address with a port, `redis.example:6379`. `what` it is stands in the message, with an example. */
export const hostAndPort = (what: string, example = "10.20.0.4:6443"): z.ZodString =>
    z
        .string()
        .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?:\d{1,5}$/, `is not ${what}: write it with its port, like ${example}`);
