import type { KernelArgumentItem } from "../items";
import { shellQuote, shellWords } from "../shell";
import { GRUB_CONFIG, GRUB_FILE, KERNEL_CMDLINE, whichLoader } from "./bootloader";
import { type Change, type ChangeStep } from "./kind";

/** What was seen of one argument: its value where it is there, an empty text where it has none. */
export interface SeenArgument {
    readonly loader: "grub" | "bls" | "none";
    /** In effect. */
    readonly running?: string;
    /** In the entry that boots next time. */
    readonly entry?: string;
    /** In what the next entry is made of. */
    readonly source?: string;
    /** In the file of ours. */
    readonly ours?: string;
}

/** What comes before the key on a line of GRUB's file of ours. */
export const MARK = "# Seamount: ";
const mark = (key: string) => `${MARK}${key}`;
const bootLine = (words: string, key: string) =>
    `GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT ${words}" ${mark(key)}`;

/** An argument as the command line has it. */
export function argumentText(key: string, value: string | undefined): string {
    return value === undefined ? key : `${key}=${value}`;
}

const failed = (tool: string) =>
    shellQuote(`${tool} failed; the boot configuration is what it was before, and its words are above`);

/** Shell functions that edit GRUB's file of ours, and make the configuration anew; where that fails all is as before. */
const grub = [
    "set_argument() {",
    `    kept=$( [ ! -e ${GRUB_FILE} ] || awk -v mark="$1" 'substr($0, length($0) - length(mark) + 1) != mark' ${GRUB_FILE})`,
    `    [ -z "$kept" ] || [ -z "$2" ] || kept="$kept`,
    `"`,
    `    if [ -n "$kept$2" ]; then printf '%s%s\\n' "$kept" "$2" | put_file ${GRUB_FILE} 0644 root root; else rm -f ${GRUB_FILE}; fi`,
    "}",
    "put_before() {",
    `    if [ -n "$before" ]; then printf '%s\\n' "$before" | put_file ${GRUB_FILE} 0644 root root; else rm -f ${GRUB_FILE}; fi`,
    "}",
    "make_config() {",
    `    said=$(update-grub 2>&1) || { put_before; printf '%s\\n' "$said" >&2; refuse ${failed("update-grub")}; }`,
    // A reboot for an argument that no entry has would be in vain.
    "    for words; do",
    `        grep -qF -- " $words" ${GRUB_CONFIG} || { put_before; refuse "update-grub leaves out $words, and /etc/default/grub is not what it reads"; }`,
    "    done",
    "}",
    `before=$(cat ${GRUB_FILE} 2>/dev/null || :)`,
].join("\n");

/** Shell functions that edit the entries of the boot loader specification, and the file that later ones are made of. */
const bls = [
    `edit_cmdline() {`,
    `    [ -e ${KERNEL_CMDLINE} ] || return 0`,
    // A name alone goes with every value, as with grubby.
    `    awk -v out="$1" -v add="$2" 'BEGIN { n = split(out, o, " ") }`,
    `        { line = ""; for (i = 1; i <= NF; i++) { keep = 1; for (j = 1; j <= n; j++)`,
    `            if ($i == o[j] || index($i, o[j] "=") == 1) keep = 0; if (keep) line = line $i " " }`,
    `        sub(/ $/, "", line); print line (add == "" || line == "" ? "" : " ") add }' ${KERNEL_CMDLINE} | put_file ${KERNEL_CMDLINE} 0644 root root`,
    "}",
    `lone() {`,
    `    for word in $(grubby --info=DEFAULT | sed -n 's/^args="\\(.*\\)"$/\\1/p'); do`,
    `        case $word in "$2") ;; "$1="*) refuse "the boot entries have $word already, and grubby keeps one $1 alone: $2 cannot stand beside it" ;; esac`,
    "    done",
    "}",
    `run_grubby() { said=$(grubby --update-kernel=ALL "$@" 2>&1) || { printf '%s\\n' "$said" >&2; refuse ${failed("grubby")}; }; }`,
].join("\n");

const noLoader = "this host has neither update-grub nor grubby: Seamount knows no other way to its boot configuration";

/** For arguments of which grubby keeps one alone: its name, and what may stand there. */
const loneWord = (key: string): readonly [string, string] | undefined => {
    const [first = ""] = key.split(" ");
    return first.includes("=") ? [first.slice(0, first.indexOf("=")), first] : undefined;
};

/** Shell that sets arguments in the boot configuration. */
export function changeBoot(changes: readonly Change<KernelArgumentItem, SeenArgument>[]): string {
    const viaGrub = changes.map(
        ({ key, item }) => `set_argument ${shellWords([mark(key), bootLine(argumentText(key, item.value), key)])}`,
    );
    const lone = changes.flatMap(({ key }) => {
        const word = loneWord(key);
        return word === undefined ? [] : [`lone ${shellWords(word)}`];
    });
    const viaGrubby = changes.flatMap(({ key, item, seen }) => {
        const words = argumentText(key, item.value);
        // Older ones take parts of other arguments out too: nothing is taken out where nothing stands.
        const out = seen.entry === undefined ? "" : `--remove-args=${shellQuote(key)} `;
        return [`run_grubby ${out}--args=${shellQuote(words)}`, `edit_cmdline ${shellWords([key, words])}`];
    });
    const written = changes.map(({ key, item }) => argumentText(key, item.value));
    return byLoader(
        [...viaGrub, `make_config ${shellWords(written)}`],
        [...lone, ...viaGrubby],
        `refuse ${shellQuote(noLoader)}`,
    );
}

/** The step that takes ours out of it, and puts back what was there. */
export function putBackBoot(entries: readonly [string, SeenArgument][]): ChangeStep {
    const viaGrub = entries.map(
        ([key, { ours }]) => `set_argument ${shellWords([mark(key), ours === undefined ? "" : bootLine(ours, key)])}`,
    );
    const words = ([key, { entry }]: readonly [string, SeenArgument]) =>
        entry === undefined ? "" : argumentText(key, entry === "" ? undefined : entry);
    const viaGrubby = entries.flatMap(entry => {
        const [out, back] = [entry[0], words(entry)];
        return [
            `run_grubby --remove-args=${shellQuote(out)}${back === "" ? "" : ` --args=${shellQuote(back)}`}`,
            `edit_cmdline ${shellWords([out, back])}`,
        ];
    });
    const names = entries.map(([key]) => key).join(", ");
    return {
        words: `putting back kernel arguments (${names})`,
        script: byLoader([...viaGrub, "make_config"], viaGrubby, ":"),
    };
}

function byLoader(viaGrub: readonly string[], viaGrubby: readonly string[], otherwise: string): string {
    return [
        whichLoader,
        "case $loader in",
        "grub)",
        grub,
        ...viaGrub,
        ";;",
        "bls)",
        bls,
        ...viaGrubby,
        ";;",
        `*) ${otherwise} ;;`,
        "esac",
    ].join("\n");
}
