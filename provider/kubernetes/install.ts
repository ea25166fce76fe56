import { installDeb, pinDeb } from "../kinds/aptPackages";
import { type Named, observeManager } from "../kinds/manager";
import { installRpm, pinRpm } from "../kinds/rpmPackages";
import { section, shellWords, step } from "../shell";
import { RECORD } from "./record";

/** Seconds that one image may take. */
const IMAGE_SECONDS = 600;
/** Names of all packages that are installed, sorted. */
const ALL_PACKAGES = [
    "all_packages() {",
    "    case $manager in",
    "    apt) dpkg-query -W -f='${db:Status-Status} ${Package}\\n' | sed -n 's/^installed //p' ;;",
    "    dnf) rpm -qa --qf '%{NAME}\\n' ;;",
    "    esac | sort -u",
    "}",
].join("\n");
const HAVE = [
    "have() {",
    "    case $manager in",
    "    apt) dpkg-query -W -f='${db:Status-Status} ${Version}\\n' \"$1\" 2>/dev/null | sed -n 's/^installed //p' ;;",
    '    dnf) ! rpm -q "$1" >/dev/null 2>&1 || rpm -q --qf \'%{VERSION}-%{RELEASE}\\n\' "$1" ;;',
    "    esac",
    "}",
].join("\n");

/**
 * Shell that installs exact versions of packages and pins them, with apt or dnf. It never goes back to an older version.
 * What came with them is written down, so that the host can be cleaned. Needs the preludes of changes and Kubernetes.
 */
export function installPackages(packages: Readonly<Record<string, string>>): readonly string[] {
    const named: Named[] = Object.entries(packages)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, version]) => [name, { version }]);
    const names = named.map(([name]) => name);
    const words = `installing ${names.join(", ")}`;
    const pins = named.map(([name, { version }]) => pinDeb(name, version)).join("\n");
    return named.length === 0
        ? []
        : [
              step(words),
              section("manager"),
              observeManager,
              HAVE,
              ALL_PACKAGES,
              "missing=",
              "exact() {",
              '    now=$(have "$1")',
              '    case "$now" in "$2" | "$2"-*) return 0 ;; esac',
              "    missing=1",
              `    [ -z "$now" ] || [ "$(printf '%s\\n' "$now" "$2" | sort -V | tail -n 1)" = "$2" ] ||`,
              '        refuse "$1 is $now here, newer than $2: Kubernetes cannot go back to an older version"',
              "}",
              ...named.map(([name, { version }]) => `exact ${shellWords([name, version ?? ""])}`),
              'if [ -n "$missing" ]; then',
              "    before=$(all_packages)",
              "    case $manager in",
              `    apt) (\n${installDeb(named, words)}\n) ;;`,
              `    dnf) (\n${installRpm(named, words)}\n) ;;`,
              "    *) refuse 'this host has neither apt nor dnf' ;;",
              "    esac",
              recordBrought,
              "fi",
              `case $manager in\napt)\n${pins}\n;;\ndnf) ${pinRpm(names, true)} ;;\nesac`,
          ];
}

/** Adds to what was written down: what is there now, and was not before. */
const recordBrought = [
    `new=$(printf '%s\\n' "$before" "$before" "$(all_packages)" | sort | uniq -u)`,
    `old=$(sed -n 's/^brought //p' ${RECORD} 2>/dev/null || :)`,
    `brought=$(printf '%s\\n' $old $new | sort -u | paste -sd ' ')`,
    `set_lines ${RECORD} 1 brought "brought $brought"`,
].join("\n");

/**
 * Shell that has images on the host by digest: pulled through the site's mirrors, tagged, and pinned, so that nothing
 * asks a registry for a tag, and no image is collected as garbage. `images`: digests by reference with a tag.
 */
export function pullImages(images: Readonly<Record<string, string>>): readonly string[] {
    const all = Object.entries(images).sort(([a], [b]) => (a < b ? -1 : 1));
    return all.length === 0
        ? []
        : [
              "pull_image() {",
              '    mark step "pulling $1"',
              "    there=$(ctr -n k8s.io images ls \"name==$1\" | awk 'NR > 1 { print $3 }')",
              '    if [ "$there" != "$2" ]; then',
              `        told ${IMAGE_SECONDS} ctr -n k8s.io images pull --hosts-dir /etc/containerd/certs.d "\${1%:*}@$2"`,
              '        told 60 ctr -n k8s.io images tag --force "${1%:*}@$2" "$1"',
              "    fi",
              '    told 60 ctr -n k8s.io images label "$1" io.cri-containerd.pinned=pinned',
              "}",
              ...all.map(([reference, digest]) => `pull_image ${shellWords([reference, digest])}`),
          ];
}

/** Shell that takes away the pins of packages, and the packages that came with them. */
export function removePackages(names: readonly string[]): readonly string[] {
    return [
        step("removing its packages"),
        section("manager"),
        observeManager,
        `brought=$(sed -n 's/^brought //p' ${RECORD} 2>/dev/null || :)`,
        "export DEBIAN_FRONTEND=noninteractive",
        `case $manager in\napt)\n${names.map(name => pinDeb(name, undefined)).join("\n")}\n;;`,
        `dnf) ${pinRpm(names, false)} ;;\nesac`,
        "there=",
        "for name in $brought; do",
        "    case $manager in",
        '    apt) dpkg-query -W "$name" >/dev/null 2>&1 || continue ;;',
        '    dnf) rpm -q "$name" >/dev/null 2>&1 || continue ;;',
        "    esac",
        '    there="$there $name"',
        "done",
        'if [ -n "$there" ]; then',
        "    case $manager in",
        "    apt) told 600 apt-get -qq -y -o DPkg::Lock::Timeout=120 purge $there ;;",
        "    dnf) told 600 dnf -y -q remove $there ;;",
        "    esac",
        "fi",
    ];
}
