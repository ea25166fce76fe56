import { shellQuote, shellWords } from "../shell";
import { HOST_STATE } from "./prelude";
import { LOCK_SECONDS, type Named, refuseFullDisk, refuseMissing, waiting } from "./manager";

/** Where dnf is told which packages it leaves alone. There is no folder of such files. */
const CONF = "/etc/dnf/dnf.conf";
/** The same for one transaction. */
const UNPINNED = `${HOST_STATE}/dnf.conf`;
const HEADING = "# Seamount pins:";
/** What dnf ends with where another one is at work. */
const LOCKED_STATUS = 200;

/** Shell that prints versions and pins of packages; of several installed versions (kernels) the newest last. */
export function observeRpm(keys: readonly string[]): string {
    return [
        `rpm -q --qf '%{NAME}\\tinstalled\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n' ${shellWords(keys)} 2>/dev/null |`,
        "    sed -n 's/\\tinstalled\\t0:/\\tinstalled\\t/; /\\tinstalled\\t/p'",
        `awk '/^${HEADING}$/ { getline; sub(/^[a-z]*=/, ""); gsub(/,/, "\\n"); print }' ${CONF} 2>/dev/null |`,
        "    sed -n 's/..*/pin\\t&\\tpin-version\\t*/p'",
    ].join("\n");
}

/** Whether an rpm version is the wanted one, where that leaves out the epoch, or the release. */
export function rpmVersionFits(wanted: string, found: string): boolean {
    const plain = (version: string) => version.replace(/^\d+:/, "");
    const [full, short] = wanted.includes(":") ? [found, found.replace(/-[^-]*$/, "")] : [plain(found), ""];
    return wanted === full || wanted === short || wanted === full.replace(/-[^-]*$/, "");
}

/**
 * Shell that lets dnf leave packages alone or not: their names stand in one line of dnf.conf. dnf knows two words for
 * the option and adds up what both say, but reads each only once: ours is the one that is free.
 */
export function pinRpm(names: readonly string[], pinned: boolean): string {
    return `${confWith(names, pinned)} | put_file ${CONF} 0644 root root`;
}

/** Shell that prints dnf.conf as it is with packages pinned or not; ends in a command that a pipe may follow. */
function confWith(names: readonly string[], pinned: boolean): string {
    return [
        `mine=$(awk '/^${HEADING}$/ { getline; sub(/^[a-z]*=/, ""); gsub(/,/, "\\n"); print }' ${CONF} |`,
        `    grep -vxF -e '' ${names.map(name => `-e ${shellQuote(name)}`).join(" ")} || :)`,
        ...(pinned ? [`mine=$(printf '%s\\n' $mine ${shellWords(names)} | sort -u)`] : []),
        `theirs=$(awk '/^${HEADING}$/ { getline; next } { print }' ${CONF})`,
        "option=excludepkgs",
        `! printf '%s\\n' "$theirs" | grep -q '^excludepkgs *=' || option=exclude`,
        `[ $option = excludepkgs ] || ! printf '%s\\n' "$theirs" | grep -q '^exclude *=' ||`,
        `    refuse '${CONF} has both excludepkgs and exclude: put all names into one of them'`,
        "{",
        `    printf '%s\\n' "$theirs" | awk '{ print } /^\\[main\\]/ { exit }'`,
        `    [ -z "$mine" ] || printf '%s\\n%s=%s\\n' '${HEADING}' $option "$(printf '%s\\n' $mine | paste -sd ,)"`,
        `    printf '%s\\n' "$theirs" | awk 'main { print } /^\\[main\\]/ { main = 1 }'`,
        "}",
    ].join("\n");
}

/** Shell that installs packages in one transaction and pins them. `words`: what the step is called. */
export function installRpm(packages: readonly Named[], words: string): string {
    const all = packages.map(([name]) => name);
    const names = shellWords(packages.map(([name, { version }]) => (version ? `${name}-${version}` : name)));
    return [
        // Packages that move must not be left alone this once; where that fails, they still are.
        `mkdir -p ${HOST_STATE}`,
        `trap 'rm -f ${UNPINNED}' EXIT`,
        `${confWith(all, false)} >${UNPINNED}`,
        `dnf_() { out=$(dnf -c ${UNPINNED} -y -q --setopt=exit_on_lock=True --setopt=install_weak_deps=False "$@" 2>&1); }`,
        "install() {",
        "    tries=0",
        `    until dnf_ "$@" install ${names}; do`,
        "        status=$?",
        `        [ $status = ${LOCKED_STATUS} ] || return 1`,
        `        [ $tries != 0 ] || mark step ${shellQuote(waiting(words))}`,
        `        tries=$((tries + 1)); [ $tries -lt ${LOCK_SECONDS / 5} ] ||`,
        `            refuse 'another dnf has been at work for ${LOCK_SECONDS} s; run \`up\` again'`,
        "        sleep 5",
        "    done",
        "}",
        "look() {",
        `    there=$(dnf -c ${UNPINNED} -q -C repoquery --showduplicates --qf '%{evr}' "$1" 2>/dev/null | sort -Vru | head -n 10 | paste -sd ' ')`,
        '    if [ -z "$there" ]; then',
        '        echo "no repository of this host has a package $1"',
        `    elif [ -n "$2" ] && [ -z "$(dnf -c ${UNPINNED} -q -C repoquery "$1-$2" 2>/dev/null)" ]; then`,
        '        echo "there is no version $2 of $1 (there are: $there)"',
        "    fi",
        "}",
        "explain() {",
        "    printf '%s\\n' \"$out\" | grep -E '^Error|Curl error|[Ff]ailed|conflict|nothing provides|needed on' | head -n 5 >&2 || :",
        "    case $out in",
        `    *'No space left'* | *'more space needed'*) ${refuseFullDisk("/var/cache")} ;;`,
        "    *'GPG check FAILED'*)",
        "        refuse 'packages are not signed by the key of their repository, and were not installed' ;;",
        "    *'Failed to download metadata'* | *'Cannot download'* | *'Curl error'*)",
        "        refuse 'a repository of this host cannot be reached' ;;",
        "    esac",
        refuseMissing(packages),
        "}",
        "install || install --refresh || explain",
    ].join("\n");
}
