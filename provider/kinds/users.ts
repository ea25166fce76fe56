import type { UserItem } from "../items";
import { brief, type Difference, type Kind, sortedEntries, wrongFields } from "./kind";
import { changeUser, keyLines, observeUsers, type SeenUser, takeBackUser } from "./userscript";

const FIELDS = { uid: "number", groups: "array", home: "string", shell: "string", authorizedKeys: "array" } as const;
const NAME = /^[a-z_][a-z0-9_-]{0,31}$/;
const PATH = /^(\/[A-Za-z0-9._-]+)+$/;
/** A line of authorized_keys: options, type, key in base64, comment. */
const KEY = /^([^\x00-\x1f\x7f]+ )?(ssh-|ecdsa-|sk-)[a-z0-9@.-]+ AAAA[A-Za-z0-9+/=]+( [^\x00-\x1f\x7f]*)?$/;
const DEFAULT_SHELL = "/bin/bash";

const homeOf = (key: string, item: UserItem) => item.home ?? (key === "root" ? "/root" : `/home/${key}`);

/** Local users: account, home, shell, memberships, and the keys that may log in. An account of ours has no password. */
export const users: Kind<UserItem, SeenUser> = {
    name: "users",
    noun: "user",

    check(key, item) {
        const problems = wrongFields(item, FIELDS);
        if (!NAME.test(key)) {
            problems.push("is not a login name: lower case, digits, - and _, at most 32");
        }
        if (item.uid !== undefined && !(item.uid >= 0 && item.uid < 2 ** 31)) {
            problems.push(`uid ${item.uid} is not a number from 0 to ${2 ** 31 - 1}`);
        }
        if ((key === "root") !== (item.uid === 0) && (item.uid ?? 1) === 0) {
            problems.push("uid 0 belongs to root alone");
        }
        for (const [field, path] of [
            ["home", item.home],
            ["shell", item.shell],
        ] as const) {
            if (path !== undefined && !PATH.test(path)) {
                problems.push(`${field} "${path}" is not an absolute path`);
            }
        }
        for (const group of item.groups ?? []) {
            if (!NAME.test(group)) {
                problems.push(`"${group}" is not the name of a group`);
            }
        }
        (item.authorizedKeys ?? []).forEach((line, index) => {
            if (!KEY.test(line)) {
                problems.push(`key ${index + 1} is not a line of authorized_keys, such as "ssh-ed25519 AAAA… name"`);
            }
        });
        return problems;
    },

    observe: observeUsers,

    parse(lines, keys) {
        const facts = lines.map(line => line.split("\t"));
        return Object.fromEntries(
            keys.map(key => {
                const of = (what: string) => facts.find(([fact, name]) => fact === what && name === key);
                const [, , uid = "", home = "", shell = ""] = of("user") ?? [];
                const [, , groups = ""] = of("groups") ?? [];
                const [, , password = ""] = of("password") ?? [];
                const kept = facts.filter(([fact, name]) => fact === "keys" && name === key);
                const seen: SeenUser =
                    uid === ""
                        ? { exists: false, groups: [], keyFiles: {} }
                        : {
                              exists: true,
                              uid: Number(uid),
                              home,
                              shell,
                              groups: groups.split(" ").filter(Boolean).sort(),
                              locked: /^L/.test(password),
                              keyFiles: Object.fromEntries(kept.map(([, , file = "", text = ""]) => [file, text])),
                          };
                return [key, seen];
            }),
        );
    },

    diff(key, item, seen): Difference[] {
        if (!seen.exists) {
            return [{ field: "account", found: "missing", wanted: "present", words: `user ${key} is missing` }];
        }
        const differences: Difference[] = [];
        const compare = (field: string, what: string, found: string, wanted: string) =>
            found === wanted ||
            differences.push({ field, found, wanted, words: `user ${key} has ${what} ${found}, should be ${wanted}` });
        if (item.uid !== undefined) {
            compare("uid", "uid", String(seen.uid ?? "unknown"), String(item.uid));
        }
        compare("home", "home", seen.home ?? "", homeOf(key, item));
        if (key !== "root" || item.shell !== undefined) {
            compare("shell", "shell", seen.shell ?? "", item.shell ?? DEFAULT_SHELL);
        }
        const lacking = (item.groups ?? []).filter(group => !seen.groups.includes(group)).sort();
        if (lacking.length > 0) {
            const words = `user ${key} is not in group ${lacking.join(", ")}`;
            differences.push({ field: "groups", found: seen.groups.join(", "), wanted: lacking.join(", "), words });
        }
        if (seen.locked === false && key !== "root") {
            const words = `user ${key} has a password, should have none`;
            differences.push({ field: "password", found: "set", wanted: "locked", words });
        }
        return [...differences, ...diffKeys(key, item, seen)];
    },

    wanted(key, item, seen) {
        const { uid = seen.uid ?? 1000, shell = DEFAULT_SHELL, authorizedKeys, groups = [] } = item;
        const text = Buffer.from((authorizedKeys ?? []).map(line => `${line}\n`).join("")).toString("base64");
        return {
            exists: true,
            uid,
            home: homeOf(key, item),
            shell,
            groups: [...new Set([...seen.groups, ...groups])].sort(),
            locked: true,
            keyFiles: authorizedKeys === undefined ? seen.keyFiles : { authorized_keys: text },
        };
    },

    describe(key, item, seen) {
        if (!seen.exists) {
            return undefined;
        }
        const groups = item.groups?.filter(group => seen.groups.includes(group));
        return {
            ...item,
            ...(item.uid === undefined || seen.uid === undefined ? {} : { uid: seen.uid }),
            ...(groups === undefined ? {} : { groups }),
            ...(seen.home === homeOf(key, item) || seen.home === undefined ? {} : { home: seen.home }),
            ...(seen.shell === (item.shell ?? DEFAULT_SHELL) || seen.shell === undefined ? {} : { shell: seen.shell }),
            ...(item.authorizedKeys === undefined ? {} : { authorizedKeys: keyLines(seen) }),
        };
    },

    change(changes) {
        return changes.map(change => ({
            words: `${change.seen.exists ? "setting" : "adding"} user ${change.key}`,
            script: changeUser(change, homeOf(change.key, change.item), change.item.shell ?? DEFAULT_SHELL),
        }));
    },

    restore() {
        return [];
    },

    conclude(recorded) {
        return sortedEntries(recorded).map(([key, seen]) => ({
            words: `putting back user ${key}`,
            script: takeBackUser(key, seen),
        }));
    },
};

/** How the keys that may log in differ, each called by its comment. */
function diffKeys(key: string, item: UserItem, seen: SeenUser): Difference[] {
    const { authorizedKeys } = item;
    if (authorizedKeys === undefined) {
        return [];
    }
    const found = keyLines(seen);
    const extra = found.filter(line => !authorizedKeys.includes(line));
    const lacking = authorizedKeys.filter(line => !found.includes(line));
    const names = (all: readonly string[]) => all.map(line => brief(line.split(" ").at(-1) ?? line)).join(", ");
    const parts = [
        ...(extra.length > 0 ? [`lets in ${names(extra)}, should not`] : []),
        ...(lacking.length > 0 ? [`does not let in ${names(lacking)}`] : []),
    ];
    const words = `user ${key} ${parts.join(" and ")}`;
    return parts.length === 0
        ? []
        : [{ field: "authorizedKeys", found: names(found), wanted: names(authorizedKeys), words }];
}
