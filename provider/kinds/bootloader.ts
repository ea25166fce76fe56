/** What is known of how a host boots. */
export interface BootSeen {
    /** Tool that keeps the boot configuration. */
    readonly loader: "grub" | "bls" | "none";
    /** Arguments in effect. */
    readonly running: readonly string[];
    /** Arguments of the entry that boots next time. */
    readonly entry: readonly string[];
    /** Arguments of which the next entry would be made. */
    readonly source: readonly string[];
}

/** Words of a command line, without those after `--`, which are for init. Quoted blanks are no ends of words. */
export function commandLineWords(line: string): string[] {
    const words: readonly string[] = line.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
    const end = words.indexOf("--");
    return words.slice(0, end === -1 ? words.length : end);
}

/** One entry of a menu, by the titles and ids that lead to it. */
interface Entry {
    readonly path: readonly (readonly string[])[];
    readonly words: readonly string[];
}

/** Titles and ids by which GRUB may call an entry of the menu. */
function namesOf(line: string, index: number): string[] {
    const [, title = ""] = /^\s*(?:menuentry|submenu)\s+(?:'([^']*)'|"[^"]*")/.exec(line) ?? [];
    const [, id = ""] = /(?:--id|\$menuentry_id_option)\s+'?([^'\s{]+)'?/.exec(line) ?? [];
    return [String(index), ...[title, id].filter(name => name !== "")];
}

/**
 * Arguments of the entry that GRUB boots next time, from its generated configuration: the saved entry where the
 * configuration says so, else the default one, else the first. `saved`: `saved_entry` of GRUB's environment.
 */
export function grubEntry(config: readonly string[], saved: string): readonly string[] {
    const entries: Entry[] = [];
    const open: { readonly names: readonly string[]; readonly menu: boolean; count: number }[] = [];
    let top = 0;
    let fallback = "0";
    for (const line of config) {
        const parent = open.at(-1);
        if (/^\s*(menuentry|submenu)\s/.test(line)) {
            const index = parent === undefined ? top++ : parent.count++;
            open.push({ names: namesOf(line, index), menu: /^\s*submenu/.test(line), count: 0 });
        } else if (/^\s*linux(efi|16)?\s/.test(line) && parent?.menu !== true) {
            const [, , ...words] = commandLineWords(line.replace(/'/g, ""));
            entries.push({ path: open.map(({ names }) => names), words });
        } else if (/^\}/.test(line.trim()) && parent !== undefined) {
            open.pop();
        } else {
            const [, value] = /^\s*set default="([^"]*)"/.exec(line) ?? [];
            fallback = value ?? fallback;
        }
    }
    const wanted = (fallback.includes("saved_entry") ? saved || "0" : fallback).split(">");
    const found = entries.find(
        ({ path }) =>
            path.length === wanted.length && path.every((names, depth) => names.includes(wanted[depth] ?? "")),
    );
    return (found ?? entries[0])?.words ?? [];
}

/** The file that adds arguments to those of GRUB's entries, a line each. Recovery entries start without them. */
export const GRUB_FILE = "/etc/default/grub.d/90-seamount.cfg";
/** What GRUB boots by: generated. */
export const GRUB_CONFIG = "/boot/grub/grub.cfg";
/** Where newer kernels of Fedora's family get their arguments from. */
export const KERNEL_CMDLINE = "/etc/kernel/cmdline";

/** Shell that sets `loader`. */
export const whichLoader = [
    "loader=none",
    `if command -v grubby >/dev/null; then loader=bls; elif command -v update-grub >/dev/null; then loader=grub; fi`,
].join("\n");

/** Shell that prints all that `readBoot` reads. */
export const observeBoot = [
    whichLoader,
    `printf 'loader\\t%s\\n' "$loader"`,
    `sed 's/^/running\\t/' /proc/cmdline`,
    "case $loader in",
    "grub)",
    `    sed -nE '/^[[:space:]]*(menuentry |submenu |linux|set default=|})/s/^/grub\\t/p' ${GRUB_CONFIG} 2>/dev/null`,
    `    sed -n 's/^saved_entry=/saved\\t/p' /boot/grub/grubenv 2>/dev/null`,
    // As update-grub reads them: they are shell.
    "    (",
    "        set +u",
    "        GRUB_CMDLINE_LINUX= GRUB_CMDLINE_LINUX_DEFAULT=",
    "        for file in /etc/default/grub /etc/default/grub.d/*.cfg; do",
    '            [ ! -e "$file" ] || . "$file"',
    "        done",
    `        printf 'source\\t%s %s\\n' "$GRUB_CMDLINE_LINUX" "$GRUB_CMDLINE_LINUX_DEFAULT"`,
    "    ) 2>/dev/null </dev/null ;;",
    "bls)",
    `    grubby --info=DEFAULT 2>/dev/null | sed -n 's/^args="\\(.*\\)"$/entry\\t\\1/p'`,
    `    [ ! -r ${KERNEL_CMDLINE} ] || sed 's/^/source\\t/' ${KERNEL_CMDLINE} ;;`,
    "esac",
].join("\n");

/** Reads those lines. */
export function readBoot(lines: readonly string[]): BootSeen {
    const of = (what: string) =>
        lines.filter(line => line.startsWith(`${what}\t`)).map(line => line.slice(what.length + 1));
    const [loader = "none"] = of("loader");
    const known = loader === "grub" || loader === "bls" ? loader : "none";
    const entry =
        known === "grub" ? grubEntry(of("grub"), of("saved")[0] ?? "") : commandLineWords(of("entry")[0] ?? "");
    const source = of("source")[0];
    return {
        loader: known,
        running: commandLineWords(of("running")[0] ?? ""),
        entry,
        source: source === undefined ? entry : commandLineWords(source),
    };
}
