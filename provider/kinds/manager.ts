import type { PackageItem } from "../items";
import { shellWords } from "../shell";

/** What installs packages on a host. `none`: neither of the two that are known here. */
export type PackageManager = "apt" | "dnf" | "none";

/**
 * Shell that prints which one the host has, as a line `manager TAB name`. What the system says of itself goes before
 * what happens to be installed: Debian has a dnf as well, for building images of other systems.
 */
export const observeManager = [
    "manager=$(",
    "    ID= ID_LIKE=",
    "    [ ! -r /etc/os-release ] || . /etc/os-release",
    '    case " $ID $ID_LIKE " in',
    "    *' debian '* | *' ubuntu '*) echo apt ;;",
    "    *' rhel '* | *' fedora '* | *' centos '*) echo dnf ;;",
    "    *) if command -v apt-get >/dev/null; then echo apt; elif command -v dnf >/dev/null; then echo dnf; fi ;;",
    "    esac",
    ")",
    `printf 'manager\\t%s\\n' "\${manager:-none}"`,
].join("\n");

/** The package manager that those lines name. */
export function readManager(lines: readonly string[]): PackageManager {
    const name = lines.find(line => line.startsWith("manager\t"))?.split("\t")[1];
    return name === "apt" || name === "dnf" ? name : "none";
}

/** A package and what it is to be. */
export type Named = readonly [name: string, item: PackageItem];

/** Seconds to wait for another package manager, such as unattended-upgrades. */
export const LOCK_SECONDS = 120;

/** What is said while waiting for it. */
export const waiting = (words: string): string =>
    `waiting up to ${LOCK_SECONDS} s for another package manager before ${words}`;

/** Shell that ends a step because a disk is full, and says what is left. */
export const refuseFullDisk = (cache: string): string =>
    [
        `left=$(df -Ph ${cache} / | awk 'NR > 1 { print $6 " has " $4 " left" }' | sort -u | paste -sd ,)`,
        'refuse "the disk is full: $left"',
    ].join("\n");

/** Shell that ends a step where the function `look NAME VERSION` has something to say of any of the packages. */
export const refuseMissing = (packages: readonly Named[]): string =>
    [
        "looked=$(",
        ...packages.map(([name, { version }]) => `    look ${shellWords([name, version ?? ""])}`),
        ")",
        `[ -z "$looked" ] || refuse "$(printf '%s\\n' "$looked" | paste -sd ';' | sed 's/;/; /g')"`,
        `refuse 'could not install ${packages.map(([name]) => name).join(", ")}'`,
    ].join("\n");
