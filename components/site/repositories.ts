import { readSiteFile, type SiteContext } from "./context";
import { few, pathOf, show, type Problem } from "./problem";
import type { RepositoryEntry } from "./schema-fleet";
import type { OperatingSystem, SiteHost, SiteRepository } from "./site";

/** Package managers by operating system. */
export const packageManagers: Readonly<Record<OperatingSystem, "apt" | "dnf">> = {
    "debian-12": "apt",
    "ubuntu-22.04": "apt",
    "ubuntu-24.04": "apt",
    "rhel-9": "dnf",
    "rocky-9": "dnf",
};

/** The system of a host; Debian 12 where the site does not say. */
export const systemOf = (host: Pick<SiteHost, "os">): OperatingSystem => host.os ?? "debian-12";

/** Repositories with their keys, and what is wrong with them. */
export interface Repositories {
    readonly repositories: Readonly<Record<string, SiteRepository>>;
    readonly problems: readonly Problem[];
}

/** Reads the keys of repositories and checks each against the hosts that get it, where those are known. */
export function resolveRepositories(
    entries: Readonly<Record<string, RepositoryEntry>>,
    hosts: readonly SiteHost[] | undefined,
    context: SiteContext,
): Repositories {
    const problems: Problem[] = [];
    const repositories = Object.entries(entries).map(([name, entry]): [string, SiteRepository] => {
        const report: Report = (message, ...field) => {
            problems.push({ path: pathOf("repositories", name, ...field), message });
        };
        const { url, suite, components, trusted, os, roles } = entry;
        const signingKey = signingKeyOf(entry, context, report);
        checkSystems(entry, hosts ?? [], report);
        return [
            name,
            {
                url,
                ...(suite !== undefined && { suite }),
                ...(components && { components }),
                ...(signingKey !== undefined && { signingKey }),
                ...(trusted && { trusted }),
                ...(os && { os }),
                ...(roles && { roles }),
            },
        ];
    });
    return { repositories: Object.fromEntries(repositories), problems };
}

type Report = (message: string, ...field: readonly PropertyKey[]) => void;

/** Whether a host gets a repository. */
export function getsRepository(
    repository: Pick<SiteRepository, "os" | "roles">,
    host: Pick<SiteHost, "os" | "role">,
): boolean {
    return (repository.os?.includes(systemOf(host)) ?? true) && (repository.roles?.includes(host.role) ?? true);
}

function signingKeyOf(entry: RepositoryEntry, context: SiteContext, report: Report): string | undefined {
    const { signingKey, signingKeyFile, trusted, url } = entry;
    const set = Object.entries({ signingKey, signingKeyFile, trusted }).flatMap(([name, value]) =>
        value === undefined ? [] : [name],
    );
    if (set.length !== 1) {
        const found = set.length === 0 ? "no key is set" : `${set.join(" and ")} are set`;
        report(`${found}; set exactly one of signingKey, signingKeyFile and, on the host's own disk, trusted`);
        return undefined;
    }
    if (trusted === true) {
        if (!url.startsWith("file:")) {
            const message = `true, but ${show(url)} comes over the network, where anybody could answer`;
            report(`${message}; give its signingKey instead`, "trusted");
        }
        return undefined;
    }
    const field = signingKey === undefined ? "signingKeyFile" : "signingKey";
    let text = signingKey ?? "";
    if (signingKeyFile !== undefined) {
        const file = readSiteFile(signingKeyFile, context);
        if ("why" in file) {
            report(`${show(signingKeyFile)} cannot be read: ${file.why}`, field);
            return undefined;
        }
        text = file.text;
    }
    const key = armoured(text);
    if (key === undefined) {
        const shown = text.includes("PRIVATE KEY")
            ? "holds a private key (not shown)"
            : "is not an armoured public key";
        report(
            `${shown}; it begins with "-----BEGIN PGP PUBLIC KEY BLOCK-----", as gpg --armor --export prints it`,
            field,
        );
    }
    return key;
}

const armour = /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n[\s\S]+\n-----END PGP PUBLIC KEY BLOCK-----$/;

/** The key in one form, or undefined where it is none, or there is more than public keys. */
function armoured(text: string): string | undefined {
    const key = text.replace(/\r\n/g, "\n").trim();
    return armour.test(key) && !key.includes("PRIVATE KEY") ? `${key}\n` : undefined;
}

/** Suites are apt's own: Debian and Ubuntu need one, Red Hat and Rocky know none. */
function checkSystems(entry: RepositoryEntry, hosts: readonly SiteHost[], report: Report): void {
    const members = hosts.filter(host => host.managed && getsRepository(entry, host));
    const [apt, dnf] = (["apt", "dnf"] as const).map(manager =>
        members.filter(host => packageManagers[systemOf(host)] === manager),
    );
    const names = (some: readonly SiteHost[] = []): string =>
        `${few(some.map(host => host.name))} (${[...new Set(some.map(systemOf))].join(" and ")})`;
    if (entry.suite === undefined && apt !== undefined && apt.length > 0) {
        report(`is missing: ${names(apt)} need a suite, like bookworm; give the hosts without one in os`, "suite");
    } else if (entry.suite !== undefined && dnf !== undefined && dnf.length > 0) {
        const message = `${show(entry.suite)} is for Debian and Ubuntu, but ${names(dnf)} get it too`;
        report(`${message}; say in os which systems it is for`, "suite");
    }
    if (entry.components !== undefined && (entry.suite === undefined || entry.suite.endsWith("/"))) {
        const without = entry.suite === undefined ? "there is no suite" : `${show(entry.suite)} is a flat repository`;
        report(`is set, but ${without}; take it out`, "components");
    }
}
