import type { MountItem } from "../items";
import { shellQuote } from "../shell";

/** What was seen of a mount. */
export interface SeenMount {
    /** The unit's file in /etc, in base64. Unset: there is none. */
    readonly unit?: string;
    readonly enabled: boolean;
    /** What the unit's source is called by the kernel: the device behind `UUID=…`. */
    readonly source?: string;
    readonly mounted?: { readonly device: string; readonly type: string; readonly options: string };
    /** The topmost folder of the mount point's path that is missing. */
    readonly missingFolder?: string;
}

/** Types that need the network first. */
const REMOTE = /^(nfs4?|cifs|smb3|ceph|lustre|glusterfs|beegfs|9p|fuse\.sshfs)$/;

/** Name of the unit that systemd wants for a mount point, as `systemd-escape --path --suffix=mount` gives it. */
export function mountUnit(path: string): string {
    const escaped = [...Buffer.from(path.replace(/^\/+|\/+$/g, ""))].map((byte, index) => {
        const char = String.fromCharCode(byte);
        const plain = /[A-Za-z0-9:_.]/.test(char) && !(char === "." && index === 0);
        return char === "/" ? "-" : plain ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
    });
    return `${escaped.join("") || "-"}.mount`;
}

const unitFile = (path: string) => `/etc/systemd/system/${mountUnit(path)}`;

/** The unit of a mount. A mount that fails keeps no host from starting: the target only wants it. */
export function unitText(path: string, { device, type, options = [] }: MountItem): string {
    const remote = REMOTE.test(type) || options.includes("_netdev");
    const escaped = (text: string) => text.replaceAll("%", "%%");
    return [
        "# Kept by Seamount.",
        "[Unit]",
        `Description=${path}`,
        "[Mount]",
        `What=${escaped(device)}`,
        `Where=${path}`,
        `Type=${type}`,
        ...(options.length > 0 ? [`Options=${escaped(options.join(","))}`] : []),
        "[Install]",
        `WantedBy=${remote ? "remote" : "local"}-fs.target`,
        "",
    ].join("\n");
}

const SOURCE = [
    "source_of() {",
    "    what=$1",
    "    case $what in",
    "    UUID=*) what=/dev/disk/by-uuid/${what#*=} ;; LABEL=*) what=/dev/disk/by-label/${what#*=} ;;",
    "    PARTUUID=*) what=/dev/disk/by-partuuid/${what#*=} ;; PARTLABEL=*) what=/dev/disk/by-partlabel/${what#*=} ;;",
    "    esac",
    `    case $what in /dev/*) readlink -f -- "$what" || printf '%s\\n' "$what" ;; *) printf '%s\\n' "$what" ;; esac`,
    "}",
];

/** Shell that prints what there is of each mount: its unit, whether it is mounted, and what is missing of its path. */
export function observeMounts(keys: readonly string[]): string {
    return [
        ...SOURCE,
        "see_mount() {",
        `    if [ -r "$3" ]; then`,
        `        what=$(sed -n 's/^What=//p' "$3" | head -n 1 | sed 's/%%/%/g')`,
        `        printf 'unit\\t%s\\t%s\\t%s\\t%s\\n' "$1" "$(base64 -w0 <"$3")" \\`,
        `            "$(systemctl is-enabled "$2" 2>/dev/null)" "$(source_of "$what")"`,
        "    fi",
        // The last one is on top of the others.
        `    awk -v path="$1" '$5 == path { for (i = 6; $i != "-"; i++); found = $(i + 2) "\\t" $(i + 1) "\\t" $6 "," $(i + 3) }`,
        `        END { if (found != "") print "mounted\\t" path "\\t" found }' /proc/self/mountinfo`,
        "    folder=$1 missing=",
        '    while [ ! -d "${folder:-/}" ]; do missing=$folder; folder=${folder%/*}; done',
        `    [ -z "$missing" ] || printf 'folder\\t%s\\t%s\\n' "$1" "$missing"`,
        "}",
        ...keys.map(key => `see_mount ${[key, mountUnit(key), unitFile(key)].map(shellQuote).join(" ")}`),
    ].join("\n");
}

/** Shell that takes a mount away; `refuse`s where it is in use, and says what uses it. */
function unmount(key: string): string[] {
    const busy = `mount ${key} is in use, and is never forced away: end what uses it and run this again`;
    return [
        `said=$(umount ${shellQuote(key)} 2>&1) || {`,
        `    printf '%s\\n' "$said" >&2`,
        `    find /proc/[0-9]*/cwd /proc/[0-9]*/root /proc/[0-9]*/fd -maxdepth 1 \\( -lname ${shellQuote(key)} -o -lname ${shellQuote(`${key}/*`)} \\) 2>/dev/null |`,
        `        cut -d / -f 3 | sort -un | head -n 5 | while read -r pid; do`,
        `            printf 'used by process %s (%s)\\n' "$pid" "$(tr '\\000' ' ' <"/proc/$pid/cmdline" | cut -c 1-60)" >&2`,
        "        done",
        `    refuse ${shellQuote(busy)}`,
        "}",
    ];
}

/** Shell that makes one mount what it should be. */
export function changeMount(key: string, item: MountItem, seen: SeenMount, fields: ReadonlySet<string>): string {
    const [name, unit] = [shellQuote(key), shellQuote(mountUnit(key))];
    const { mounted } = seen;
    const foreign = `${key} already holds a mount of ${mounted?.device} that is not Seamount's: unmount it first`;
    const hidden = `${key} is not empty, and a mount would hide what is in it: move that away first`;
    const same = [
        ...SOURCE,
        `same() { [ "$(source_of ${shellQuote(item.device)})" = ${shellQuote(mounted?.device ?? "")} ]; }`,
    ];
    const wrongType = mounted !== undefined && item.type !== "auto" && mounted.type !== item.type;
    const ours =
        seen.unit !== undefined && Buffer.from(seen.unit, "base64").toString().startsWith("# Kept by Seamount.");
    const away = ours ? unmount(key) : [`refuse ${shellQuote(foreign)}`];
    const absent = `there is no device ${item.device} on this host`;
    return [
        ...same,
        // systemd would wait a minute and a half for it.
        `case $(source_of ${shellQuote(item.device)}) in /dev/*) [ -e "$(source_of ${shellQuote(item.device)})" ] ||`,
        `    refuse ${shellQuote(absent)} ;; esac`,
        ...(mounted === undefined
            ? [
                  `if mountpoint -q ${name}; then refuse ${shellQuote(`${key} was mounted by somebody else just now`)}; fi`,
                  `[ ! -d ${name} ] || [ -z "$(ls -A ${name})" ] || refuse ${shellQuote(hidden)}`,
              ]
            : wrongType
              ? away
              : ["same || {", ...away, "}"]),
        `printf %s ${shellQuote(unitText(key, item))} | put_file ${shellQuote(unitFile(key))} 0644 root root`,
        "systemctl daemon-reload",
        `systemctl --quiet enable ${unit}`,
        `if mountpoint -q ${name}; then`,
        ...(fields.has("options") ? [`    mount -o ${shellQuote(remount(item))} ${name}`] : ["    :"]),
        "else",
        `    systemctl start ${unit} || {`,
        `        systemctl --no-pager --lines=5 status ${unit} >&2 || :`,
        `        refuse ${shellQuote(`${key} could not be mounted from ${item.device}; the last words are above`)}`,
        "    }",
        "fi",
    ].join("\n");
}

/** Options of a remount: those that are wanted, and the opposite of those that the kernel would keep otherwise. */
function remount({ options = [] }: MountItem): string {
    const opposites: readonly (readonly [string, string])[] = [
        ["ro", "rw"],
        ["nodev", "dev"],
        ["nosuid", "suid"],
        ["noexec", "exec"],
        ["noatime", "atime"],
        ["sync", "async"],
        ["nodiratime", "diratime"],
    ];
    const rest = options.filter(option => !/^(x-|nofail$|_netdev$|auto$|noauto$)/.test(option));
    return ["remount", ...opposites.flatMap(([on, off]) => (options.includes(on) ? [] : [off])), ...rest].join(",");
}

/** Shell that puts a mount back as it was found: unmounted where it was not mounted, and without our unit. */
export function takeBackMount(key: string, seen: SeenMount): string {
    const [name, unit, file] = [shellQuote(key), shellQuote(mountUnit(key)), shellQuote(unitFile(key))];
    return [
        ...(seen.mounted === undefined ? [`if mountpoint -q ${name}; then`, ...unmount(key), "fi"] : []),
        ...(seen.enabled ? [] : [`systemctl --quiet disable ${unit} 2>/dev/null || :`]),
        seen.unit === undefined
            ? `rm -f ${file}`
            : `printf %s ${shellQuote(seen.unit)} | base64 -d | put_file ${file} 0644 root root`,
        "systemctl daemon-reload",
        ...(seen.missingFolder
            ? [`find ${shellQuote(seen.missingFolder)} -depth -type d -empty -delete 2>/dev/null || :`]
            : []),
    ].join("\n");
}
