import type { UserItem } from "../items";
import { shellQuote, shellWords } from "../shell";
import { addUser, makeHome } from "./accountscript";
import type { Change } from "./kind";
import { HOST_STATE } from "./prelude";

/** What was seen of a user. */
export interface SeenUser {
    /** Whether there is such an account. */
    readonly exists: boolean;
    readonly uid?: number;
    readonly home?: string;
    readonly shell?: string;
    /** All groups, the user's own too. */
    readonly groups: readonly string[];
    /** Whether no password can log in. */
    readonly locked?: boolean;
    /** Files below ~/.ssh that sshd reads, by name, in base64. */
    readonly keyFiles: Readonly<Record<string, string>>;
}

/** What changes have touched, a line each: user, field, group. What others have changed since is not put back. */
const TOUCHED = `${HOST_STATE}/users`;
/** Names that OpenSSH reads by default. */
const KEY_FILES = ["authorized_keys", "authorized_keys2"];

/** What runs as a user's own identity: a link in a home leads root nowhere that the user could not go. */
const asUser = 'setpriv --reuid "$uid" --regid "$gid" --clear-groups --';

/** Shell that prints what there is of each user, a line a fact. */
export function observeUsers(keys: readonly string[]): string {
    return [
        "see_user() {",
        '    entry=$(getent passwd "$1") || return 0',
        "    rest=${entry#*:*:} uid=${rest%%:*} rest=${rest#*:} gid=${rest%%:*} rest=${rest#*:*:} home=${rest%%:*}",
        `    printf 'user\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$uid" "$home" "\${rest#*:}"`,
        `    printf 'groups\\t%s\\t%s\\n' "$1" "$(id -Gn "$1")"`,
        `    printf 'password\\t%s\\t%s\\n' "$1" "$(passwd -S "$1" 2>/dev/null | cut -d ' ' -f 2)"`,
        `    for file in ${KEY_FILES.join(" ")}; do`,
        `        text=$(${asUser} base64 -w0 "$home/.ssh/$file" 2>/dev/null) || continue`,
        `        printf 'keys\\t%s\\t%s\\t%s\\n' "$1" "$file" "$text"`,
        "    done",
        "}",
        ...keys.map(key => `see_user ${shellQuote(key)}`),
    ].join("\n");
}

/** Keys that may log in: the lines of all files without comments and blanks at the ends. */
export function keyLines({ keyFiles }: SeenUser): string[] {
    return Object.values(keyFiles)
        .flatMap(text => Buffer.from(text, "base64").toString("utf8").split("\n"))
        .map(line => line.trim())
        .filter(line => line !== "" && !line.startsWith("#"));
}

/** Shell that writes a user's key files as the user: those named, and no others. */
function writeKeys(key: string, keyFiles: Readonly<Record<string, string>>): string[] {
    const write = [
        'umask 077; cd "$1"; mkdir -p .ssh; shift',
        'while [ $# -gt 0 ]; do printf %s "$2" | base64 -d >".ssh/.seamount.$1"',
        'mv -fT ".ssh/.seamount.$1" ".ssh/$1"; shift 2; done',
    ].join("; ");
    const remove = 'cd "$1" && shift && cd .ssh 2>/dev/null && rm -f -- "$@"';
    const gone = KEY_FILES.filter(name => keyFiles[name] === undefined);
    const kept = Object.entries(keyFiles).flat();
    return [
        `uid=$(id -u ${shellQuote(key)}) gid=$(id -g ${shellQuote(key)})`,
        ...(kept.length > 0 ? [`${asUser} sh -ec ${shellQuote(write)} sh "$home" ${shellWords(kept)}`] : []),
        ...(gone.length > 0 ? [`${asUser} sh -c ${shellQuote(remove)} sh "$home" ${shellWords(gone)} || :`] : []),
        'if command -v restorecon >/dev/null && [ -d "$home/.ssh" ]; then restorecon -R "$home/.ssh"; fi',
    ];
}

/** Shell that makes one user what it should be. */
export function changeUser(change: Change<UserItem, SeenUser>, home: string, shell: string): string {
    const { key, item, differences } = change;
    const name = shellQuote(key);
    const fields = new Set(differences.map(({ field }) => field));
    const fresh = fields.has("account");
    const groups = item.groups ?? [];
    const lines = [
        `home=${shellQuote(home)}`,
        ...groups.map(
            group =>
                `getent group ${shellQuote(group)} >/dev/null || ` +
                `refuse ${shellQuote(`there is no group ${group} on this host: the package that brings it comes first`)}`,
        ),
        ...(item.uid === undefined || fresh
            ? []
            : [
                  `[ "$(id -u ${name})" = ${item.uid} ] || refuse ${shellQuote(
                      `${key} exists with another uid, and accounts are not renumbered: their files would be nobody's`,
                  )}`,
              ]),
        ...(fresh ? addUser(key, item, shell) : []),
        ...(!fresh && fields.has("shell") ? [touch(key, "shell"), `usermod --shell ${shellQuote(shell)} ${name}`] : []),
        // The field alone: what is in the old home stays there.
        ...(!fresh && fields.has("home")
            ? [touch(key, "home"), `usermod --home "$home" ${name}`, ...makeHome(key)]
            : []),
        ...(fresh || fields.has("groups") ? groups.map(group => join(key, group)) : []),
        ...(fields.has("password") ? [touch(key, "password"), `usermod --lock ${name}`] : []),
    ];
    if (item.authorizedKeys !== undefined && (fresh || fields.has("home") || fields.has("authorizedKeys"))) {
        const text = item.authorizedKeys.map(line => `${line}\n`).join("");
        lines.push(
            ...keepLogin(key, item.authorizedKeys),
            touch(key, "keys"),
            ...writeKeys(key, { authorized_keys: Buffer.from(text).toString("base64") }),
        );
    }
    return lines.join("\n");
}

/** Shell that notes what is about to be changed of a user. */
function touch(key: string, what: string): string {
    const line = shellQuote(`${key} ${what}`);
    return `mkdir -p ${HOST_STATE}; grep -qsxF ${line} ${TOUCHED} || printf '%s\\n' ${line} >>${TOUCHED}`;
}

function join(key: string, group: string): string {
    return [
        `if ! id -Gn ${shellQuote(key)} | tr ' ' '\\n' | grep -qxF ${shellQuote(group)}; then`,
        touch(key, `group ${group}`),
        `usermod --append --groups ${shellQuote(group)} ${shellQuote(key)}`,
        "fi",
    ].join("\n");
}

/** Shell that refuses keys which would shut out the very login that this script came by. */
function keepLogin(key: string, authorizedKeys: readonly string[]): string[] {
    const shut = `none of these keys may log in as ${key} now, and that is how Seamount itself logs in: add the new keys beside a present one first`;
    const kept = authorizedKeys.map(line => `-e ${shellQuote(line)}`).join(" ");
    return [
        `if [ "\${SUDO_USER:-root}" = ${shellQuote(key)} ] && [ -s "$home/.ssh/authorized_keys" ]; then`,
        kept === "" ? "false ||" : `grep -qxF ${kept} "$home/.ssh/authorized_keys" ||`,
        `    refuse ${shellQuote(shut)}`,
        "fi",
    ];
}

/** Shell that puts a user back as it was found. An account that was not there goes; its home stays. */
export function takeBackUser(key: string, seen: SeenUser): string {
    const name = shellQuote(key);
    const present = `entry=$(getent passwd ${name}) || exit 0`;
    const home = "rest=${entry#*:*:*:*:*:} home=${rest%%:*}";
    if (!seen.exists) {
        const busy = `user ${key} is still logged in or runs something, and stays: end that and run this again`;
        const stays = `the home of user ${key} stays`;
        return [
            forget(key),
            present,
            home,
            ...writeKeys(key, {}),
            // The user's own service manager outlives the last login by some seconds.
            "tries=0",
            `until said=$(userdel ${name} 2>&1); do`,
            "    tries=$((tries + 1))",
            `    [ $tries -lt 15 ] || { printf '%s\\n' "$said" >&2; refuse ${shellQuote(busy)}; }`,
            "    sleep 1",
            "done",
            `[ ! -d "$home" ] || note ${shellQuote(stays)}`,
        ].join("\n");
    }
    const touched = (what: string, ...lines: readonly string[]) => [
        `if grep -qsxF ${shellQuote(`${key} ${what}`)} ${TOUCHED}; then`,
        ...lines,
        "fi",
    ];
    return [
        present,
        home,
        `if [ -r ${TOUCHED} ]; then`,
        `    sed -n ${shellQuote(`s/^${key} group //p`)} ${TOUCHED} | while read -r group; do`,
        `        gpasswd --delete ${name} "$group" >/dev/null 2>&1 || :`,
        "    done",
        "fi",
        ...touched("shell", `usermod --shell ${shellQuote(seen.shell ?? "")} ${name}`),
        ...touched("keys", ...writeKeys(key, seen.keyFiles)),
        ...touched("home", `usermod --home ${shellQuote(seen.home ?? "")} ${name}`),
        ...(seen.locked === false
            ? touched(
                  "password",
                  `usermod --unlock ${name} 2>/dev/null || note ${shellQuote(`user ${key} stays without a password`)}`,
              )
            : []),
        forget(key),
    ].join("\n");
}

const forget = (key: string) => `set_lines ${TOUCHED} 1 ${shellQuote(key)}`;
