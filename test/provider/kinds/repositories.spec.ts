import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { RepositoryItem } from "../../../provider/items";
import { files } from "../../../provider/kinds/files";
import { repositories } from "../../../provider/kinds/repositories";
import { publicKeyProblem, repositoryFiles, repositoryPaths } from "../../../provider/kinds/repositoryFiles";
import { itKeepsTheLaws } from "./laws";

/** Armour around a packet that begins as a public key does. */
const key = (body = "mQENBGsC9l8BCAC7EALi8UbQQNHXDJJZ3d6TyUmDgno7rUV1yiLZG+cbDemhm74g") =>
    `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${body}\n=3bRS\n-----END PGP PUBLIC KEY BLOCK-----\n`;
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const suite = fc.constantFrom("bookworm", "./", "stable");
const components = fc.subarray(["main", "contrib"], { minLength: 1 });
const item: fc.Arbitrary<RepositoryItem> = fc.oneof(
    fc.record(
        { url: fc.constant("https://repository.example/debian"), signingKey: fc.constant(key()), suite, components },
        { requiredKeys: ["url", "signingKey"] },
    ),
    fc.record({ url: fc.constant("file:/srv/apt"), trusted: fc.constant(true), suite }),
);
const problems = (fields: Partial<RepositoryItem>, named = "tools") =>
    repositories.check(named, { url: "https://repository.example", signingKey: key(), ...fields }).join("; ");

describe("repositories", () => {
    itKeepsTheLaws(repositories, fc.dictionary(name, item));

    it("read back what they write, for apt and for dnf", () => {
        const law = fc.property(
            name,
            item,
            fc.constantFrom("apt" as const, "dnf" as const),
            (named, wanted, manager) => {
                const { source, key: text } = repositoryFiles(manager, named, wanted);
                const line = (what: string, content: string) =>
                    `${what}\t${named}\t${Buffer.from(content, "utf8").toString("base64")}`;
                const lines = [
                    `manager\t${manager}`,
                    line("source", source),
                    ...(text === undefined ? [] : [line("key", text)]),
                ];
                const seen = repositories.parse(lines, [named])[named];
                assert.ok(seen !== undefined);
                assert.deepEqual(repositories.diff(named, wanted, seen, false), []);
                assert.deepEqual(repositories.describe(named, wanted, seen), { ...wanted });
            },
        );
        fc.assert(law);
    });

    it("are refused without a signature, but for those on the host's own disk", () => {
        const unsigned = { signingKey: undefined } as unknown as Partial<RepositoryItem>;
        assert.match(problems(unsigned), /has no signingKey: packages that nobody signed are refused/);
        assert.match(problems({ ...unsigned, trusted: true }), /on the host's own disk/);
        assert.equal(problems({ ...unsigned, trusted: true, url: "file:/srv/apt" }), "");
        assert.match(problems({ trusted: true }), /leave one of them out/);
    });

    it("are refused with a key that is none, a private one, or half of one", () => {
        assert.equal(publicKeyProblem(key()), undefined);
        assert.match(problems({ signingKey: "abc" }), /no ASCII-armoured public key/);
        assert.match(problems({ signingKey: key().slice(0, -10) }), /no ASCII-armoured public key/);
        assert.match(problems({ signingKey: key("iQEzBAABCgAdFiEE") }), /no ASCII-armoured public key/);
        const secret = key().replaceAll("PUBLIC", "PRIVATE");
        assert.match(problems({ signingKey: secret }), /is a private key/);
        assert.ok(!problems({ signingKey: secret }).includes("mQENBGsC"));
    });

    it("are refused with credentials or lines of their own in what is written into a file", () => {
        const withPassword = problems({ url: "https://me:hunter2@repository.example" });
        assert.match(withPassword, /credentials/);
        assert.ok(!withPassword.includes("hunter2"));
        assert.match(problems({ url: "https://a.example\nTrusted: yes" }), /is not an address/);
        assert.match(problems({ suite: "a\nTrusted: yes" }), /is no suite/);
        assert.match(problems({ components: ["main contrib"] }), /is not the name of one/);
        assert.match(problems({}, "../x"), /other characters/);
    });

    it("name what was changed by hand", () => {
        const wanted = { url: "https://repository.example", signingKey: key() };
        const { source } = repositoryFiles("dnf", "tools", wanted);
        const seen = { manager: "dnf" as const, source: source.replace("gpgcheck=1", "gpgcheck=0"), key: "other" };
        assert.deepEqual(
            repositories.diff("tools", wanted, seen, false).map(({ words }) => words),
            ["repository tools has gpgcheck 0, should have gpgcheck 1", "repository tools has another signing key"],
        );
    });

    it("keep their files for themselves", () => {
        for (const manager of ["apt", "dnf"] as const) {
            for (const path of Object.values(repositoryPaths(manager, "tools"))) {
                assert.match(files.check(path, { content: "" }).join(), /kept by Seamount itself/, path);
            }
        }
    });
});
