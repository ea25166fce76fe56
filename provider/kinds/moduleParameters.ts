import { shellQuote, shellWords } from "../shell";
import { commandLineWords } from "./bootloader";
import type { ChangeStep } from "./kind";
import { HOST_STATE } from "./prelude";

/** Modules whose settings an initramfs may still hold as they were, a line each. */
export const INITRAMFS_DUE = `${HOST_STATE}/initramfs`;

/**
 * Shell that prints the parameters in effect of modules, a line each. NVIDIA's driver hides its own from sysfs and
 * shows them without the prefix that they have as options.
 */
export function observeParameters(names: readonly string[]): string[] {
    return [
        "see_parameters() {",
        `    grep -sH '' /sys/module/"$1"/parameters/* | sed "s|^[^:]*/\\([^:/]*\\):|parameter\\t$1\\t\\1\\t|"`,
        "}",
        ...names.map(name => `see_parameters ${shellQuote(name)}`),
        ...(names.includes("nvidia")
            ? [
                  `[ ! -r /proc/driver/nvidia/params ] ||`,
                  `    sed 's/^\\([A-Za-z0-9_]*\\): /parameter\\tnvidia\\tNVreg_\\1\\t/' /proc/driver/nvidia/params`,
              ]
            : []),
    ];
}

const bare = (value: string) => value.replaceAll('"', "");

/** Options as modprobe.d has them: names and values. A name alone is a switch that is on. */
export function parametersOf(options: string): readonly (readonly [string, string])[] {
    return commandLineWords(options).map(word => {
        const [name = "", ...value] = word.split("=");
        return [name, value.length === 0 ? "Y" : bare(value.join("="))];
    });
}

/** Whether a parameter in effect is the one wanted: the kernel prints numbers and switches in its own way. */
export function sameParameter(found: string, wanted: string): boolean {
    const [now, then] = [bare(found.trim()), bare(wanted)];
    if (now === then) {
        return true;
    }
    if (now === "Y" || now === "N") {
        return (now === "Y" ? /^(y|t|1|on)/i : /^(n|f|0|of)/i).test(then);
    }
    // 32 bits: -1 and 4294967295 are one value.
    const number = (text: string) => (/^-?(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) | 0 : undefined);
    return number(now) !== undefined && number(now) === number(then);
}

/** Shell that notes, before a module's settings are written, that an initramfs may hold the old ones. */
export function noteInitramfs(key: string): string {
    return `mkdir -p ${HOST_STATE}; set_lines ${INITRAMFS_DUE} 1 ${shellWords([key, key])}`;
}

/** Makes each initramfs anew that holds a module whose settings changed: that module loads before the files are there. */
export const updateInitramfs: ChangeStep = {
    words: "bringing the initramfs up to date",
    script: [
        "holds() {",
        `    pattern=$(tr '\\n' '|' <${INITRAMFS_DUE} | sed 's/|$//; s/[-_]/[-_]/g')`,
        `    grep -Eq "/($pattern)\\.ko"`,
        "}",
        `if [ -s ${INITRAMFS_DUE} ]; then`,
        "    if command -v update-initramfs >/dev/null; then",
        "        for image in /boot/initrd.img-*; do",
        '            [ -e "$image" ] && lsinitramfs "$image" 2>/dev/null | holds || continue',
        "            version=${image#/boot/initrd.img-}",
        '            [ -d "/lib/modules/$version" ] || continue',
        '            update-initramfs -u -k "$version" >&2',
        "        done",
        "    elif command -v dracut >/dev/null; then",
        "        for image in /boot/initramfs-*.img; do",
        "            version=${image#/boot/initramfs-} version=${version%.img}",
        '            [ -d "/lib/modules/$version" ] && lsinitrd "$image" 2>/dev/null | holds || continue',
        '            dracut --force "$image" "$version" >&2',
        "        done",
        "    fi",
        `    rm -f ${INITRAMFS_DUE}`,
        "fi",
    ].join("\n"),
};
