import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { users } from "../../../provider/kinds/users";
import { runHere } from "../fakes";
import { itKeepsTheLaws } from "./laws";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const key = (comment: string) =>
    `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGy2JP0RJGtvpzo/emSz9OBvNzph6mNBIH6i53EC ${comment}`;
const item = fc.record(
    {
        uid: fc.integer({ min: 1000, max: 60_000 }),
        groups: fc.array(name, { maxLength: 3 }),
        home: fc.constantFrom("/srv/home", "/home/other"),
        shell: fc.constantFrom("/bin/sh", "/usr/sbin/nologin"),
        authorizedKeys: fc.uniqueArray(name.map(key), { maxLength: 3 }),
    },
    { requiredKeys: [] },
);
const seen = {
    exists: true,
    uid: 1000,
    home: "/home/ops",
    shell: "/bin/bash",
    groups: ["ops"],
    locked: true,
    keyFiles: { authorized_keys: Buffer.from(`# mine\n\n${key("a@x")}\n`).toString("base64") },
};
const words = (wanted: Parameters<typeof users.diff>[1], now: typeof seen = seen) =>
    users.diff("ops", wanted, now, false).map(difference => difference.words);

describe("users", () => {
    itKeepsTheLaws(users, fc.dictionary(name, item));

    it("say what is wrong with a definition", () => {
        const problems = (login: string, wanted: Parameters<typeof users.check>[1]) =>
            users.check(login, wanted).join();
        assert.match(problems("Ops", {}), /not a login name/);
        assert.match(problems("ops", { uid: 0 }), /uid 0 belongs to root alone/);
        assert.match(problems("ops", { home: "ops" }), /home "ops" is not an absolute path/);
        assert.match(problems("ops", { authorizedKeys: ["AAAA"] }), /key 1 is not a line of authorized_keys/);
        assert.match(problems("ops", { authorizedKeys: [`${key("a")}\n${key("b")}`] }), /key 1 is not a line/);
        assert.match(problems("ops", { groups: ["a,b"] }), /"a,b" is not the name of a group/);
    });

    it("let in exactly the keys that are named, whatever their order and comments between them", () => {
        assert.deepEqual(words({ authorizedKeys: [key("a@x")] }), []);
        assert.deepEqual(words({ authorizedKeys: [key("b@x")] }), [
            "user ops lets in a@x, should not and does not let in b@x",
        ]);
        assert.deepEqual(words({ authorizedKeys: [] }), ["user ops lets in a@x, should not"]);
        assert.deepEqual(words({}), [], "keys that nobody named are left as they are");
    });

    it("are in more groups than are named, and have no password", () => {
        assert.deepEqual(words({ groups: ["ops"] }), []);
        assert.deepEqual(words({ groups: ["video", "ops"] }), ["user ops is not in group video"]);
        assert.deepEqual(words({}, { ...seen, locked: false }), ["user ops has a password, should have none"]);
        const root = { ...seen, uid: 0, home: "/root", shell: "/bin/zsh", locked: false };
        assert.deepEqual(users.diff("root", {}, root, false), [], "root keeps password and shell");
    });

    it("are never renumbered, and never shut out the login that Seamount uses", () => {
        const wanted = { uid: 1001, authorizedKeys: [key("b@x")] };
        const differences = users.diff("ops", wanted, seen, false);
        const change = { key: "ops", item: wanted, seen, differences, secret: false };
        const [step] = users.change([change], { changedFiles: new Set() });
        assert.match(step?.script ?? "", /refuse 'ops exists with another uid/);
        assert.match(step?.script ?? "", /SUDO_USER[^]*refuse 'none of these keys may log in as ops now/);
    });

    it("are read from this machine as they are", async () => {
        const { stdout } = await runHere(users.observe(["root", "surely-nobody"], new Set()));
        const read = users.parse(stdout.trim().split("\n"), ["root", "surely-nobody"]);
        assert.equal(read.root?.uid, 0);
        assert.equal(read.root?.home, "/root");
        assert.ok(read.root?.groups.includes("root"));
        assert.equal(read["surely-nobody"]?.exists, false);
    });
});
