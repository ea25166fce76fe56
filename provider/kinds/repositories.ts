import type { RepositoryItem } from "../items";
import { shellWords } from "../shell";
import { brief, type Difference, type Kind, sortedEntries, wrongFields } from "./kind";
import { observeManager, type PackageManager, readManager } from "./manager";
import { publicKeyProblem, repositoryFiles, repositoryPaths, settingsOf } from "./repositoryFiles";
import { addRepository, place } from "./repositoryScript";

interface SeenRepository {
    readonly manager: PackageManager;
    /** Text of its description. Unset: there is none. */
    readonly source?: string;
    /** Text of its public key. */
    readonly key?: string;
}

const MANAGERS = ["apt", "dnf"] as const;

/** Package repositories, each with the key that signs it. One counts only when the host has read it. */
export const repositories: Kind<RepositoryItem, SeenRepository> = {
    name: "repositories",
    noun: "repository",

    check(key, item) {
        const problems = wrongFields(item, {
            url: "string",
            suite: "string",
            components: "array",
            signingKey: "string",
            trusted: "boolean",
        });
        if (problems.length > 0) {
            return problems;
        }
        if (!/^[a-z0-9][a-z0-9-]*$/.test(key)) {
            problems.push("has a name with other characters than a to z, 0 to 9 and -");
        }
        problems.push(...urlProblems(item.url));
        if (item.suite !== undefined && !/^([A-Za-z0-9.][A-Za-z0-9./_-]*|\/)$/.test(item.suite)) {
            problems.push(`suite "${brief(item.suite)}" is no suite such as "bookworm", or "/" of a flat repository`);
        }
        for (const component of item.components ?? []) {
            if (!/^[A-Za-z0-9][A-Za-z0-9./_-]*$/.test(component)) {
                problems.push(`component "${brief(component)}" is not the name of one`);
            }
        }
        if (item.signingKey !== undefined) {
            problems.push(...[publicKeyProblem(item.signingKey)].flatMap(problem => problem ?? []));
            if (item.trusted === true) {
                problems.push("has a signingKey and is trusted without: leave one of them out");
            }
        } else if (item.trusted !== true) {
            problems.push("has no signingKey: packages that nobody signed are refused");
        } else if (!/^file:/.test(item.url)) {
            problems.push("is trusted without a signature, which only a repository on the host's own disk may be");
        }
        return problems;
    },

    observe: keys =>
        [
            observeManager,
            'see() { [ ! -r "$3" ] || printf \'%s\\t%s\\t%s\\n\' "$1" "$2" "$(base64 -w0 <"$3")"; }',
            "case $manager in",
            ...MANAGERS.map(manager => {
                const lines = keys.flatMap(key => {
                    const { sourcePath, keyPath } = repositoryPaths(manager, key);
                    return [
                        `see ${shellWords(["source", key, sourcePath])}`,
                        `see ${shellWords(["key", key, keyPath])}`,
                    ];
                });
                return `${manager})\n${lines.join("\n")} ;;`;
            }),
            "esac",
        ].join("\n"),

    parse(lines, keys) {
        const manager = readManager(lines);
        const texts = new Map(
            lines.map(line => {
                const [what = "", key = "", content = ""] = line.split("\t");
                return [`${what} ${key}`, Buffer.from(content, "base64").toString("utf8")];
            }),
        );
        return Object.fromEntries(
            keys.map(key => {
                const [source, publicKey] = [texts.get(`source ${key}`), texts.get(`key ${key}`)];
                const seen: SeenRepository = {
                    manager,
                    ...(source === undefined ? {} : { source }),
                    ...(publicKey === undefined ? {} : { key: publicKey }),
                };
                return [key, seen];
            }),
        );
    },

    diff(key, item, seen): Difference[] {
        const about = (field: string, found: string, wanted: string, words: string): Difference => ({
            field,
            found,
            wanted,
            words: `repository ${key} ${words}`,
        });
        const wanted = repositoryFiles(seen.manager, key, item);
        if (seen.source === undefined) {
            return [about("source", "missing", "present", "is missing")];
        }
        const differences: Difference[] = [];
        if (seen.source !== wanted.source) {
            const [found, should] = [settingsOf(seen.source), settingsOf(wanted.source)];
            const names = [...new Set([...should.keys(), ...found.keys()])].filter(
                name => found.get(name) !== should.get(name),
            );
            const list = (settings: ReadonlyMap<string, string>) =>
                brief(names.map(name => `${name} ${settings.get(name) ?? "unset"}`).join(", ") || "other lines");
            differences.push(
                about("source", list(found), list(should), `has ${list(found)}, should have ${list(should)}`),
            );
        }
        if (wanted.key !== undefined && seen.key !== wanted.key) {
            const found = seen.key === undefined ? "missing" : "another";
            const words = found === "missing" ? "has no signing key" : "has another signing key";
            differences.push(about("signingKey", found, "as given", words));
        }
        return differences;
    },

    wanted(key, item, seen) {
        const { source, key: publicKey } = repositoryFiles(seen.manager, key, item);
        return { manager: seen.manager, source, ...(publicKey === undefined ? {} : { key: publicKey }) };
    },

    describe(key, item, seen) {
        if (seen.source === undefined) {
            return undefined;
        }
        const settings = settingsOf(seen.source);
        const { suite, components } = { suite: settings.get("Suites"), components: settings.get("Components") };
        const sameKey = repositoryFiles(seen.manager, key, item).key === seen.key;
        const signed = sameKey || item.signingKey === undefined ? {} : { signingKey: (seen.key ?? "missing").trim() };
        const described: RepositoryItem = {
            ...item,
            url: settings.get("URIs") ?? settings.get("baseurl") ?? "",
            ...(suite === undefined || seen.manager === "dnf" ? {} : { suite }),
            ...(components === undefined || item.components === undefined ? {} : { components: components.split(" ") }),
            ...signed,
        };
        const same = repositoryFiles(seen.manager, key, item).source === seen.source;
        return same ? { ...item, ...signed } : described;
    },

    change: changes =>
        changes.map(({ key, item, seen: { manager } }) => ({
            words: `adding repository ${key}`,
            script: addRepository(manager, key, item),
        })),

    restore: recorded =>
        sortedEntries(recorded).map(([key, { manager, source, key: publicKey }]) => {
            const { sourcePath, keyPath } = repositoryPaths(manager, key);
            return {
                words: `putting back repository ${key}`,
                script: [place(sourcePath, source), place(keyPath, publicKey)].join("\n"),
            };
        }),
};

function urlProblems(url: unknown): string[] {
    if (typeof url !== "string") {
        return ["has no url"];
    }
    if (/^[a-z+]+:\/\/[^/]*@/i.test(url)) {
        return ["has a url with credentials in it, which every user of the host could read: leave them out"];
    }
    return /^(https?:\/\/[A-Za-z0-9.:[\]-]+(\/[^\s'"[\]]*)?|file:\/[^\s'"[\]]*)$/.test(url)
        ? []
        : [`url "${brief(url)}" is not an address such as https://repository.example/debian`];
}
