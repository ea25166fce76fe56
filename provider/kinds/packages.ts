import type { PackageItem } from "../items";
import { shellQuote, shellWords } from "../shell";
import { type Difference, type Kind, wrongFields } from "./kind";

interface SeenPackage {
    /** Unset: not installed. */
    readonly version?: string;
}

const APT = [
    "apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold",
    "--allow-downgrades --no-install-recommends install",
].join(" ");

/** Debian packages. They are installed, never removed: other things may have come to need them. */
export const packages: Kind<PackageItem, SeenPackage> = {
    name: "packages",
    noun: "package",

    check(key, item) {
        const problems = wrongFields(item, { version: "string" });
        if (!/^[a-z0-9][a-z0-9+.-]+$/.test(key)) {
            problems.push("is not the name of a Debian package");
        }
        if (item.version !== undefined && !/^[A-Za-z0-9.+:~-]+$/.test(item.version)) {
            problems.push(`version "${item.version}" is not a Debian version`);
        }
        return problems;
    },

    observe(keys) {
        return `dpkg-query -W -f='\${Package}\\t\${db:Status-Status}\\t\${Version}\\n' ${shellWords(keys)} 2>/dev/null || :`;
    },

    parse(lines, keys) {
        const versions = new Map<string, string>();
        for (const line of lines) {
            const [name = "", status, version = ""] = line.split("\t");
            if (status === "installed") {
                versions.set(name, version);
            }
        }
        return Object.fromEntries(
            keys.map(key => {
                const version = versions.get(key);
                return [key, version === undefined ? {} : { version }];
            }),
        );
    },

    diff(key, item, seen): Difference[] {
        if (seen.version === undefined) {
            const wanted = item.version ?? "installed";
            return [{ field: "version", found: "missing", wanted, words: `package ${key} is not installed` }];
        }
        if (item.version === undefined || item.version === seen.version) {
            return [];
        }
        const words = `package ${key} is ${seen.version}, should be ${item.version}`;
        return [{ field: "version", found: seen.version, wanted: item.version, words }];
    },

    wanted(_key, item, seen) {
        return { version: item.version ?? seen.version ?? "any" };
    },

    describe(_key, item, seen) {
        return seen.version === undefined ? undefined : item.version === undefined ? {} : { version: seen.version };
    },

    change(changes) {
        if (changes.length === 0) {
            return [];
        }
        const names = shellWords(changes.map(({ key, item }) => (item.version ? `${key}=${item.version}` : key)));
        const count = changes.length === 1 ? "package" : `${changes.length} packages`;
        const words = `installing ${count} (${changes.map(({ key }) => key).join(", ")})`;
        const lines = [
            "export DEBIAN_FRONTEND=noninteractive",
            `install() { ${APT} ${names} >&2; }`,
            // Another apt-get that is at work leaves half-configured packages too: `install` waits for its lock first.
            `configure() { [ -n "$(dpkg --audit 2>/dev/null)" ] && dpkg --configure -a >&2; }`,
            `if apt-get -qq -o DPkg::Lock::Timeout=0 check 2>&1 | grep -q 'Could not get lock'; then`,
            `    mark step ${shellQuote(`waiting for another apt-get before ${words}`)}`,
            "fi",
            "install || { configure && install; } || {",
            "    apt-get -qq -o DPkg::Lock::Timeout=300 update >&2 || :",
            `    install || refuse ${shellQuote(`apt-get could not install ${names}`)}`,
            "}",
        ];
        return [{ words, script: lines.join("\n") }];
    },

    restore() {
        return [];
    },
};
