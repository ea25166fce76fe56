import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { kubectl, must, run } from "../shell";
import { Project, type Stack } from "../stack";
import {
    type AuditRecord,
    auditRecords,
    auditText,
    gatewayLogs,
    makeAuditVolumes,
    removeAuditVolumes,
    removeClaims,
} from "./audit";
import { loadImage, makeStack, removeNodes, startNodes, up } from "./bed";
import { type Answer, ANSWER_TOKENS, ask, type Door, errorCode, usage } from "./client";
import type { Scene } from "./load";
import { answeredBy, isReady, log, type Pod, pods, timed } from "./pods";
import { behindGateway, door, foreign, maxRequestKiB, nodes, served, tenants } from "./site";
import { recovery } from "./recovery";
import { Issuer } from "./tokens";

/** Words of a prompt that nothing but the engine may ever hold. */
const MARK = "marianas-4b0f7d";

describe("a model behind the gateway", function () {
    this.timeout(600_000);
    const issuer = new Issuer("https://issuer.example", "seamount");
    const front = `app.kubernetes.io/name=${served.name}`;
    const project = new Project();
    const question = { model: served.name, text: `Hello ${MARK}`, token: issuer.token("plain") };
    let stack: Stack;
    let here: Door;
    const refusal = async (asked: Parameters<typeof ask>[1]): Promise<readonly [number, string | undefined]> => {
        const answer = await ask(here, asked);
        return [answer.status, errorCode(answer)];
    };
    const withToken = (token: string | undefined): typeof question => ({ ...question, token: token as string });
    const scene = (): Scene => ({ door: here, question, front });
    const ready = async (): Promise<readonly Pod[]> => (await pods(front)).filter(isReady);

    before("a second real node, the gateway's image, and the stack", async () => {
        await startNodes();
        await loadImage(`${(await must("local/bed/gateway.sh", ["build"])).trim()}/gateway.tar`);
        await makeAuditVolumes();
        await project.create();
        stack = await makeStack(project, "serving", behindGateway(issuer));
        await up(stack);
        const { caCertificate } = await stack.outputs<{ caCertificate: string }>();
        here = { url: `https://${door.host}:${door.port}/v1`, ca: caCertificate };
    });

    after(async () => {
        await stack.pulumi("destroy", "--yes", "--skip-preview");
        await removeClaims();
        await removeAuditVolumes();
        await removeNodes();
        project.remove();
    });

    it("has both replicas on real nodes, and nothing left to do", async () => {
        const places = (await ready()).map(({ spec }) => spec.nodeName);
        assert.equal(places.length, served.replicas);
        assert.ok(
            places.every(name => nodes.some(node => node === name)),
            places.join(),
        );
        await stack.succeed("preview", "--expect-no-changes");
    });

    it("answers whoever has a tenant's token, over TLS 1.3", async () => {
        const answer = await ask(here, question);
        assert.equal(answer.status, 200, answer.body);
        assert.equal(answer.protocol, "TLSv1.3");
        assert.equal(usage(answer).completion_tokens, ANSWER_TOKENS);
    });

    const past = Math.floor(Date.now() / 1000) - 600;
    const refused: readonly (readonly [string, string | undefined])[] = [
        ["no token", undefined],
        ["what is no token", "x".repeat(40)],
        ["a token of another issuer", issuer.token("plain", { iss: "https://other.example" })],
        ["a token for another audience", issuer.token("plain", { aud: "other" })],
        ["a token that has expired", issuer.token("plain", { exp: past })],
        ["a token that is not valid yet", issuer.token("plain", { nbf: past + 86_400 })],
        ["a token that nobody signed", issuer.unsigned("plain")],
        ["a token that somebody else signed", new Issuer(issuer.name, issuer.audience).token("plain")],
    ];
    for (const [what, token] of refused) {
        it(`refuses ${what}`, async () => {
            assert.deepEqual(await refusal(withToken(token)), [401, "invalid_token"]);
        });
    }

    it("refuses tenants that it does not know, and models that are not the tenant's", async () => {
        assert.deepEqual(await refusal(withToken(issuer.token("nobody"))), [403, "unknown_tenant"]);
        assert.deepEqual(await refusal(withToken(issuer.token("elsewhere"))), [404, "model_not_found"]);
        assert.deepEqual(await refusal({ ...question, model: foreign }), [404, "model_not_found"]);
    });

    it("speaks TLS 1.3 and nothing older, as openssl sees it", async () => {
        const file = join(project.folder, "ca.pem");
        writeFileSync(file, here.ca);
        const handshake = (...version: string[]): ReturnType<typeof run> =>
            run("openssl", [
                ...["s_client", "-connect", `${door.host}:${door.port}`, "-CAfile", file, "-verify_return_error"],
                ...version,
            ]);
        const good = await handshake("-tls1_3");
        assert.equal(good.status, 0, good.stderr);
        assert.match(good.stdout, /New, TLSv1\.3[\s\S]*Verify return code: 0 \(ok\)/);
        for (const version of ["-tls1_2", "-tls1_1"]) {
            const { status, stdout, stderr } = await handshake(version);
            assert.notEqual(status, 0, `${version} was accepted`);
            // The server says so itself; a client that has no such version would say something else.
            if (version === "-tls1_2") assert.match(stdout + stderr, /alert protocol version/);
        }
    });

    it("refuses requests that are too long, and takes those that are just not", async () => {
        const long = (bytes: number): object => ({ metadata: { padding: "x".repeat(bytes) } });
        assert.equal((await ask(here, { ...question, more: long(maxRequestKiB * 1024 - 1024) })).status, 200);
        assert.deepEqual(await refusal({ ...question, more: long(maxRequestKiB * 1024) }), [413, "request_too_large"]);
    });

    it("keeps a tenant to its requests a minute, and no other", async () => {
        const asked = { ...question, token: issuer.token("few") };
        const answers: Answer[] = [];
        for (let count = 0; count < 12; count++) answers.push(await ask(here, asked));
        const good = answers.filter(({ status }) => status === 200);
        const limited = answers.filter(({ status }) => status === 429);
        assert.equal(good.length + limited.length, answers.length);
        assert.ok(good.length >= 1 && good.length <= tenants.few.requestsPerMinute, `${good.length} answers`);
        for (const answer of limited) {
            assert.equal(errorCode(answer), "rate_limit");
            assert.ok(Number(answer.headers["retry-after"]) >= 1, "says when to come back");
        }
        assert.equal((await ask(here, question)).status, 200);
    });

    it("keeps a tenant to its tokens a minute, and lets it in again when it says", async () => {
        const asked = { ...question, token: issuer.token("thrifty") };
        const answers: Answer[] = [];
        for (let count = 0; count < 6; count++) answers.push(await ask(here, asked));
        const limited = answers.filter(({ status }) => status === 429);
        const good = answers.filter(({ status }) => status === 200);
        assert.ok(good.length >= 1 && limited.length >= 1, answers.map(({ status }) => status).join());
        limited.forEach(answer => assert.equal(errorCode(answer), "token_quota"));
        const wait = Math.max(...limited.map(({ headers }) => Number(headers["retry-after"])));
        assert.ok(wait >= 1 && wait <= 120, `to come back after ${wait} s`);
        console.log(`      ${good.length} answers of ${answers.length}, then to come back after ${wait} s`);
        await sleep(wait * 1000);
        assert.equal((await ask(here, asked)).status, 200);
        assert.equal((await ask(here, question)).status, 200);
    });

    it("records each request with its tokens, and never the text", async () => {
        const began = Date.now();
        const since = async (): Promise<readonly AuditRecord[]> =>
            (await auditRecords()).filter(({ tenant, time }) => tenant === "plain" && Date.parse(time) >= began);
        const answer = await ask(here, question);
        const { choices } = JSON.parse(answer.body) as { choices: { message: { content: string } }[] };
        await refusal({ ...question, model: foreign });
        await timed("both requests are on record", async () => (await since()).length === 2);
        const last = await since();
        const found = (status: number): AuditRecord | undefined => last.find(each => each.status === status);
        const { tenant, subject, model, prompt_tokens, completion_tokens } = found(200) ?? assert.fail("no record");
        assert.deepEqual(
            { tenant, subject, model, prompt_tokens, completion_tokens },
            { tenant: "plain", subject: "user-of-plain", model: served.name, ...pick(usage(answer)) },
        );
        assert.deepEqual([found(404)?.model, found(404)?.completion_tokens], [foreign, 0]);
        const text = choices[0]?.message.content ?? "";
        assert.ok(text.length > 8, "there is an answer to look for");
        for (const place of [await auditText(), await gatewayLogs()]) {
            assert.ok(place.includes(served.name), "the place holds records");
            assert.ok(!place.includes(MARK), "no prompt");
            assert.ok(!place.includes(JSON.stringify(text).slice(1, -1)), "no answer");
            assert.ok(!place.includes(question.token), "no token");
        }
    });

    it("keeps the record when its own pods are gone", async () => {
        const before = await auditRecords();
        assert.ok(before.length > 20, `${before.length} records`);
        await kubectl("delete", "pods", "-n", "e2e-serving", "-l", "app.kubernetes.io/component=gateway");
        await timed("the gateway answers again after all its pods were deleted", () =>
            ask(here, question, 5000).then(
                ({ status }) => status === 200,
                () => false,
            ),
        );
        assert.deepEqual((await auditRecords()).slice(0, 1), before.slice(0, 1));
        assert.ok((await auditRecords()).length > before.length);
    });

    it("sends a session to one replica, and sessions to all of them", async () => {
        const used = new Set<string>();
        for (let session = 0; session < 12; session++) {
            const before = await answeredBy(front);
            for (let turn = 0; turn < 2; turn++) {
                const answer = await ask(here, { ...question, text: `turn ${turn}`, session: `session-${session}` });
                assert.equal(answer.status, 200, answer.body);
            }
            const grown = [...(await answeredBy(front))].filter(([pod, count]) => count > (before.get(pod) ?? 0));
            assert.deepEqual(
                grown.map(([pod, count]) => count - (before.get(pod) ?? 0)),
                [2],
                `session-${session} went to ${grown.map(([pod]) => pod).join(" and ")}`,
            );
            used.add(grown[0]?.[0] ?? "");
        }
        assert.equal(used.size, served.replicas);
    });

    recovery(scene);

    it("shows the engines no token of a client", async () => {
        for (const { metadata } of await pods(front)) {
            for (const container of ["proxy", "engine"]) {
                assert.ok(!(await log(metadata.name, container)).includes(question.token));
            }
        }
    });
});

const pick = ({ prompt_tokens, completion_tokens }: ReturnType<typeof usage>): object => ({
    prompt_tokens,
    completion_tokens,
});
