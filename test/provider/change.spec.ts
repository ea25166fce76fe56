import { strict as assert } from "node:assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { HostItems } from "../../provider/items";
import { kinds } from "../../provider/kinds";
import { changePrelude } from "../../provider/kinds/prelude";
import { changeScript } from "../../provider/change";
import { differencesOf, type Observation } from "../../provider/script";
import { assemble, readAnswer } from "../../provider/shell";
import { failuresOf, whyNot } from "../../provider/words";
import { connection, runHere, urn } from "./fakes";

/** The prelude without its lock: nothing of this machine is changed. */
const prelude = changePrelude.slice(0, changePrelude.indexOf("if command -v flock"));
const owner = `${userInfo().username} "$(id -gn)"`;

async function runSteps(...lines: readonly string[]) {
    const script = assemble([prelude, ...lines]);
    const result = await runHere(script.text);
    return { answer: readAnswer(result.stdout, script.mark), result };
}

function scriptOf(items: HostItems, leaving: Observation["seen"] = {}): string {
    const seen = Object.fromEntries(
        kinds.map(kind => [
            kind.name,
            kind.parse([], Object.keys((items as Record<string, object | undefined>)[kind.name] ?? {})),
        ]),
    );
    const observation = { hostname: "a", bootId: "b", seen, recorded: {} };
    return changeScript({ urn, items, observation, isSecret: () => false, leaving, record: {} }).text;
}

describe("a change", () => {
    let folder = "";
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "change-"))));
    afterEach(() => rmSync(folder, { recursive: true }));

    it("goes on after a step that fails, and names every one that did", async () => {
        const { answer } = await runSteps(
            "item() {\necho one >&2\nfalse\necho never >&2\n}\nattempt 'first thing'",
            `item() {\nprintf done | put_file ${folder}/second 0644 ${owner}\n}\nattempt 'second thing'`,
            "item() {\nrefuse 'no such thing'\n}\nattempt 'third thing'",
            "settled",
            "item() {\n:\n}\nattempt 'fourth thing'",
        );
        assert.equal(answer.complete, false);
        assert.equal(failuresOf(answer), "2 steps failed:\nwhile first thing: one\nwhile third thing: no such thing");
        assert.equal(readFileSync(join(folder, "second"), "utf8"), "done");
        assert.equal(answer.lastStep, "third thing");
    });

    it("leaves no half-written file beside one that cannot be written", async () => {
        const { answer } = await runSteps(
            `item() {\nprintf hunter2 | put_file ${folder}/key 0600 nobody-of-that-name root\n}\nattempt 'writing'`,
        );
        assert.match(failuresOf(answer), /^while writing: chown: /);
        assert.deepEqual(readdirSync(folder), []);
    });

    it("stops after packages that cannot be installed, and starts no service whose files failed", () => {
        const text = scriptOf({
            packages: { chrony: {} },
            files: { "/etc/chrony.conf": { content: "a" } },
            sysctls: { "vm.swappiness": "1" },
            services: { "chrony.service": { running: true } },
        });
        const steps = text.slice(text.indexOf("/found-"));
        const order = ["'installing", "\nsettled", "'writing", "unready=", "'setting", '-z "$unready"', "'starting"];
        order.reduce((from, part) => {
            const place = steps.indexOf(part, from);
            assert.ok(place > 0, `${part} is not in its place`);
            return place;
        }, 0);
    });

    it("stops a service that was not there before while its unit is still there", () => {
        const text = scriptOf(
            {},
            {
                files: { "/etc/systemd/system/a.service": { type: "absent" } },
                services: { "a.service": { exists: false, enabled: "disabled", active: "inactive", stale: false } },
            },
        );
        const stop = text.indexOf("disable --now 'a.service'");
        assert.ok(stop > 0 && stop < text.indexOf("rm -f '/etc/systemd/system/a.service'"));
    });

    it("puts a refused file back, also where nothing can be written to /tmp", () => {
        const text = scriptOf({ files: { "/etc/a": { content: "a", check: ["false"] } } });
        assert.ok(!text.includes("mktemp -d"));
        assert.ok(text.indexOf("cp -a '/etc/a'") < text.indexOf("put_file '/etc/a'"));
    });
});

describe("what is told of a host", () => {
    it("never shows a secret, whatever its kind", () => {
        const host: HostItems = {
            sysctls: { "net.ipv4.tcp_fastopen_key": "hunter2" },
            modules: { a: { state: "loaded", options: "key=hunter2" } },
        };
        const seen = {
            sysctls: { "net.ipv4.tcp_fastopen_key": { value: "hunter1" } },
            modules: { a: { loaded: true, atBoot: true, blocked: false, options: "key=hunter1" } },
        };
        const told = JSON.stringify(differencesOf(host, seen, () => true));
        assert.match(told, /sysctl net.ipv4.tcp_fastopen_key is not what it should be/);
        assert.match(told, /module a is not what it should be/);
        assert.ok(!told.includes("hunter"));
    });

    it("says that sudo or the login shell is in the way", () => {
        const nothing = readAnswer("This account is currently not available.\n", "m");
        const result = { stdout: "This account is currently not available.\n", stderr: "", status: 1 };
        assert.match(whyNot(nothing, connection, result), /root runs no commands \(This account is currently/);
        const asked = { stdout: "noise\n", stderr: "BANNER\nsudo: a password is required\n", status: 1 };
        const words = whyNot(nothing, { ...connection, user: "ops" }, asked);
        assert.match(words, /^ops must be able .* without a password \(.*sudo: a password is required\)$/s);
    });

    it("says what is wrong with the types of a definition", () => {
        const problems = (name: string, key: string, item: unknown) =>
            kinds
                .find(kind => kind.name === name)
                ?.check(key, item)
                .join("; ");
        assert.equal(problems("files", "/a", { content: "", mode: 420 }), "has a mode that is not text");
        assert.equal(
            problems("files", "/a", { content: "", check: "sshd -t" }),
            "has a check that is not a list of texts",
        );
        assert.equal(problems("files", "/a", { content: "", check: [] }), "has a check without a command");
        assert.equal(problems("services", "a.service", { running: "yes" }), "has a running that is not true or false");
        assert.match(problems("services", "getty@.service", {}) ?? "", /is a template/);
    });
});
