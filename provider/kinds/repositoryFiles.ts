import type { RepositoryItem } from "../items";
import type { PackageManager } from "./manager";

/** The files of one repository on a host. */
export interface RepositoryFiles {
    /** Where its description lies. */
    readonly sourcePath: string;
    readonly source: string;
    /** Where its public key lies. */
    readonly keyPath: string;
    /** Unset: packages are taken unsigned. */
    readonly key?: string;
}

/** Where the files of a repository lie. */
export function repositoryPaths(manager: PackageManager, name: string): { sourcePath: string; keyPath: string } {
    return manager === "dnf"
        ? {
              sourcePath: `/etc/yum.repos.d/seamount-${name}.repo`,
              keyPath: `/etc/pki/rpm-gpg/RPM-GPG-KEY-seamount-${name}`,
          }
        : {
              sourcePath: `/etc/apt/sources.list.d/seamount-${name}.sources`,
              keyPath: `/etc/apt/keyrings/seamount-${name}.asc`,
          };
}

/** Whether a file is one of a repository, or of a package's pin. */
export const keepsRepositoryFile = (path: string): boolean =>
    /^\/etc\/(apt\/(sources\.list\.d|keyrings|preferences\.d)|yum\.repos\.d)\/seamount-|^\/etc\/pki\/rpm-gpg\/RPM-GPG-KEY-seamount-/.test(
        path,
    );

/** The files of a repository: deb822 for apt, an ini file for dnf. `keyPath`: another place of its key. */
export function repositoryFiles(
    manager: PackageManager,
    name: string,
    item: RepositoryItem,
    keyPath = repositoryPaths(manager, name).keyPath,
): RepositoryFiles {
    const paths = { ...repositoryPaths(manager, name), keyPath };
    const key = item.signingKey === undefined ? {} : { key: `${item.signingKey.trim()}\n` };
    const text = (...lines: readonly string[]) => `${["# Kept by Seamount.", ...lines].join("\n")}\n`;
    if (manager === "dnf") {
        const source = text(
            `[seamount-${name}]`,
            `name=seamount-${name}`,
            `baseurl=${item.url}`,
            "enabled=1",
            // A repository that the site names is meant: modules of the system do not hide what is in it.
            "module_hotfixes=1",
            `gpgcheck=${key.key === undefined ? 0 : 1}`,
            ...(key.key === undefined ? [] : [`gpgkey=file://${keyPath}`]),
        );
        return { ...paths, ...key, source };
    }
    const suite = item.suite ?? "";
    const source = text(
        "Types: deb",
        `URIs: ${item.url}`,
        `Suites: ${suite}`,
        ...(suite.endsWith("/") ? [] : [`Components: ${(item.components ?? ["main"]).join(" ")}`]),
        key.key === undefined ? "Trusted: yes" : `Signed-By: ${keyPath}`,
    );
    return { ...paths, ...key, source };
}

/** What is wrong with a text that should be an ASCII-armoured public key; undefined where it is one. */
export function publicKeyProblem(text: string): string | undefined {
    if (/-----BEGIN PGP PRIVATE KEY BLOCK-----/.test(text)) {
        return "has a signingKey that is a private key: give the public one, and make a new pair";
    }
    const [, body] =
        /^\s*-----BEGIN PGP PUBLIC KEY BLOCK-----\n((?:[^\n]*\n)+)-----END PGP PUBLIC KEY BLOCK-----\s*$/.exec(
            text.replaceAll("\r\n", "\n"),
        ) ?? [];
    const lines = (body ?? "").split("\n").filter(line => !/^[A-Za-z]+: |^=.{4}$|^\s*$/.test(line));
    const data = lines.join("");
    const [first = 0] = Buffer.from(data.slice(0, 4), "base64");
    // A packet's first octet says what it is: a public key (6), in the old format of lengths or the new one.
    const tag = (first & 0x40) === 0 ? (first & 0x3f) >> 2 : first & 0x3f;
    return data === "" || !/^[A-Za-z0-9+/]+=*$/.test(data) || (first & 0x80) === 0 || tag !== 6
        ? 'has a signingKey that is no ASCII-armoured public key ("-----BEGIN PGP PUBLIC KEY BLOCK-----", whole)'
        : undefined;
}

/** Settings of a description by name: `URIs`, `baseurl`. */
export function settingsOf(source: string): ReadonlyMap<string, string> {
    return new Map(
        source.split("\n").flatMap(line => {
            const [, name = "", value = ""] = /^([A-Za-z-]+)(?:: *|=)(.*)$/.exec(line) ?? [];
            return name === "" ? [] : [[name, value] as const];
        }),
    );
}
