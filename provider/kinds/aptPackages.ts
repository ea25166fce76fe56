import { shellQuote, shellWords } from "../shell";
import { LOCK_SECONDS, type Named, refuseFullDisk, refuseMissing, waiting } from "./manager";

const PREFERENCES = "/etc/apt/preferences.d";
const APT = [
    `apt-get -qq -o DPkg::Lock::Timeout=${LOCK_SECONDS} -o Dpkg::Options::=--force-confdef`,
    "-o Dpkg::Options::=--force-confold --allow-downgrades --no-install-recommends install",
].join(" ");

/** Preferences file of one package. apt reads no file whose name holds a plus; no package's name holds an underscore. */
const pinFile = (name: string) => `${PREFERENCES}/seamount-${name.replaceAll("+", "_")}.pref`;

/** Shell that prints versions and pins of packages. */
export function observeDeb(keys: readonly string[]): string {
    return [
        `dpkg-query -W -f='\${Package}\\t\${db:Status-Status}\\t\${Version}\\n' ${shellWords(keys)} 2>/dev/null`,
        `cat ${PREFERENCES}/seamount-*.pref 2>/dev/null |`,
        `    sed -n 's/^Package: /pin\\t/p; s/^Pin: version /pin-version\\t/p' | paste - -`,
    ].join("\n");
}

/** Shell that pins a package to a version, against upgrades by hand too; without a version, that lets it go. */
export function pinDeb(name: string, version: string | undefined): string {
    if (version === undefined) {
        return `rm -f ${shellQuote(pinFile(name))}`;
    }
    // Above 1000, so that apt goes back to the version as well.
    const text = `Explanation: Kept by Seamount.\nPackage: ${name}\nPin: version ${version}\nPin-Priority: 1001\n`;
    return `printf %s ${shellQuote(text)} | put_file ${shellQuote(pinFile(name))} 0644 root root`;
}

/** Shell that installs packages in one transaction and pins them. `words`: what the step is called. */
export function installDeb(packages: readonly Named[], words: string): string {
    const names = shellWords(packages.map(([name, { version }]) => (version ? `${name}=${version}` : name)));
    return [
        "export DEBIAN_FRONTEND=noninteractive",
        "unread=",
        `install() { out=$(${APT} ${names} 2>&1); }`,
        "locked() { case $out in *'Could not get lock'*) ;; *) return 1 ;; esac; }",
        `configure() { [ -n "$(dpkg --audit 2>/dev/null)" ] && out=$(dpkg --configure -a 2>&1); }`,
        "refresh() {",
        "    tries=0",
        "    until out=$(apt-get -qq -o APT::Update::Error-Mode=any update 2>&1); do",
        `        if ! locked; then unread=$(printf '%s\\n' "$out" | grep -E '^(E|W): ' | head -n 3); break; fi`,
        `        tries=$((tries + 1)); [ $tries -lt ${LOCK_SECONDS / 5} ] || break; sleep 5`,
        "    done",
        "}",
        "look() {",
        "    there=$(apt-cache madison \"$1\" | awk '!seen[$3]++ && n++ < 10 { print $3 }' | paste -sd ' ')",
        '    case " $there " in',
        '    "  ") echo "no repository of this host has a package $1" ;;',
        '    *" ${2:-${there%% *}} "*) ;;',
        '    *) echo "there is no version $2 of $1 (there are: $there)" ;;',
        "    esac",
        "}",
        "explain() {",
        "    if locked; then",
        "        holder=$(printf '%s\\n' \"$out\" | sed -n 's/.*held by process \\([0-9]* ([^)]*)\\).*/ (process \\1)/p')",
        `        refuse "another package manager$holder has been at work for ${LOCK_SECONDS} s; run \\\`up\\\` again"`,
        "    fi",
        "    printf '%s\\n' \"$out\" | grep -E '^(E|dpkg): |^ .*:' | head -n 4 >&2 || :",
        '    [ -z "$unread" ] || printf \'repositories could not be read:\\n%s\\n\' "$unread" >&2',
        "    case $out in",
        `    *'No space left'* | *'enough free space'*) ${refuseFullDisk("/var/cache/apt")} ;;`,
        "    esac",
        refuseMissing(packages),
        "}",
        `if apt-get -qq -o DPkg::Lock::Timeout=0 check 2>&1 | grep -q 'Could not get lock'; then`,
        `    mark step ${shellQuote(waiting(words))}`,
        "fi",
        // Another apt-get that is at work leaves half-configured packages too: `install` waits for its lock first.
        "install || { ! locked && { { configure && install; } || { refresh; install; }; }; } || explain",
    ].join("\n");
}
