import { strict as assert } from "node:assert";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import type { FileItem } from "../../../provider/items";
import { files } from "../../../provider/kinds/files";
import { observeFiles, putBack, writeFile } from "../../../provider/kinds/filescript";
import { changePrelude, HOST_STATE, hostLock } from "../../../provider/kinds/prelude";
import { assemble, readAnswer } from "../../../provider/shell";
import { failuresOf } from "../../../provider/words";
import { runHere } from "../fakes";
import { itKeepsTheLaws } from "./laws";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const command = fc.constantFrom(["true"], ["sh", "-c", "true"]);
const item: fc.Arbitrary<FileItem> = fc.record(
    { content: fc.string(), mode: fc.constantFrom("0644", "600"), check: command, afterChange: command },
    { requiredKeys: ["content"] },
);

describe("files", () => {
    itKeepsTheLaws(
        files,
        fc.dictionary(
            name.map(part => `/srv/${part}`),
            item,
        ),
    );

    it("say what is wrong with a definition", () => {
        const problems = (fields: object) => files.check("/etc/a", { content: "", ...fields }).join("; ");
        assert.match(problems({ afterChange: [] }), /has an afterChange without a command/);
        assert.match(problems({ afterChange: "reload" }), /afterChange that is not a list of texts/);
    });
});

describe("what follows a change of a file", () => {
    let folder = "";
    let path = "";
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "files-"));
        path = join(folder, "rules");
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    /** Runs shell of the provider here, with its state and its owner in place of the host's. */
    async function here(script: string): Promise<string> {
        const { username } = userInfo();
        const own = script
            .replaceAll(HOST_STATE, join(folder, "state"))
            .replaceAll("'root' 'root'", `${username} "$(id -gn)"`)
            .replaceAll("0600 root root", `0600 ${username} "$(id -gn)"`);
        const step = assemble([changePrelude.replace(hostLock, ""), "item() {", own, "}", "attempt 'the step'"]);
        const { stdout } = await runHere(step.text);
        return failuresOf(readAnswer(stdout, step.mark));
    }
    const isPending = async () => {
        const { stdout } = await runHere(observeFiles([path], new Set()).replaceAll(HOST_STATE, join(folder, "state")));
        return files.parse(stdout.split("\n"), [path])[path]?.pending === true;
    };
    const read = (file = "rules") => readFileSync(join(folder, file), "utf8");
    const load = (fails = false): FileItem => ({
        content: "new\n",
        afterChange: ["sh", "-c", `echo loaded $(cat ${path}) >>${folder}/log; echo no such rule >&2; ${!fails}`],
    });

    it("is done once, and again where it failed", async () => {
        assert.match(
            await here(writeFile(path, load(true), false)),
            /no such rule\n.*rules was written, and sh -c .* failed/,
        );
        assert.equal(read(), "new\n");
        assert.equal(await isPending(), true);
        assert.equal(await here(writeFile(path, load(), false)), "");
        assert.equal(await isPending(), false);
        assert.equal(read("log"), "loaded new\nloaded new\n");
    });

    it("shows nothing of a secret", async () => {
        assert.doesNotMatch(await here(writeFile(path, load(true), true)), /no such rule/);
    });

    it("is a difference as long as it is not done", () => {
        const seen = files.wanted(path, load(), { type: "absent" });
        const words = (wanted: FileItem) =>
            files.diff(path, wanted, { ...seen, pending: true }, false).map(difference => difference.words);
        assert.deepEqual(words(load()), [`file ${path} was written, and what follows was not done yet`]);
        assert.deepEqual(words({ content: "new\n" }), []);
    });

    it("is done again after the file was put back", async () => {
        writeFileSync(path, "old\n");
        await here(writeFile(path, load(), false));
        const content = Buffer.from("old\n").toString("base64");
        const { username } = userInfo();
        const { stdout } = await runHere("id -gn");
        const seen = { type: "regular file", mode: "644", owner: username, group: stdout.trim(), content };
        assert.equal(await here(putBack(path, seen)), "");
        assert.equal(read("log"), "loaded new\nloaded old\n");
        assert.ok(!existsSync(join(folder, "state", "after")));
    });

    it("holds what was there before the first attempt, where a check was interrupted", async () => {
        writeFileSync(path, "old\n");
        const checked = (check: string): FileItem => ({ content: "new\n", check: ["sh", "-c", check] });
        // The shell that runs the check is gone in the middle of it, as with a host that loses power.
        await here(writeFile(path, checked("kill -9 $PPID"), false));
        assert.equal(read(), "new\n");
        assert.equal(await isPending(), true);
        assert.match(await here(writeFile(path, checked("false"), false)), /what was there before was put back/);
        assert.equal(read(), "old\n");
        assert.equal(await isPending(), false);
    });
});
