import * as assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { request } from "node:https";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engines } from "../../components/inference/engines/registry";
import { apiKeyMap } from "../../components/inference/apiKey";
import { proxyConfig } from "../../components/inference/proxy";
import { authorityScript, keyPair, serverScript } from "../../components/secrets/openssl";
import { r1 } from "./fixtures";

const KEY = 'aB$"\\.+*?{}~#;|^()[]/0123456789abcdef';

interface Answer {
    readonly status: number;
    readonly body: string;
    readonly headers: IncomingHttpHeaders;
}

describe("the proxy, with a real nginx", function () {
    this.timeout(30_000);
    let root = "";
    let port = 0;
    let metricsPort = 0;
    let nginx: ChildProcess | undefined;
    let ca = "";
    let up = true;
    let received = 0;
    const seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[] = [];
    const engine: Server = createServer((incoming, answer) => {
        const { method = "", url = "", headers } = incoming;
        const request = { method, url, headers, body: "" };
        seen.push(request);
        incoming.on("data", (chunk: Buffer) => {
            received += chunk.length;
            request.body += chunk.length < 1000 ? chunk.toString() : "";
        });
        if (!up) {
            incoming.socket.destroy();
            return;
        }
        answer.write("data: 1\n\n");
        setTimeout(() => answer.end("data: 2\n\n"), 400);
    });

    before(async function () {
        if (spawnSync("nginx", ["-v"]).status !== 0) {
            this.skip();
        }
        await new Promise<void>(resolve => engine.listen(0, "127.0.0.1", resolve));
        port = await freePort();
        metricsPort = await freePort();
        root = mkdtempSync(join(tmpdir(), "seamount-proxy-"));
        ["tls", "keys", "tmp"].forEach(folder => mkdirSync(join(root, folder)));
        const authority = spawnSync("/bin/sh", ["-c", authorityScript("test", 2)], { encoding: "utf8" }).stdout;
        const script = serverScript("127.0.0.1", 1, 1);
        const server = keyPair(spawnSync("/bin/sh", ["-c", script], { input: authority, encoding: "utf8" }).stdout);
        ca = keyPair(authority).certificate;
        writeFileSync(join(root, "tls/tls.crt"), server.certificate);
        writeFileSync(join(root, "tls/tls.key"), server.privateKey);
        writeFileSync(join(root, "keys/api-key.map"), apiKeyMap(KEY));
        const config = proxyConfig({ ...engines.vllm, port: (engine.address() as AddressInfo).port }, r1.plan)
            .replaceAll(" /tmp/", ` ${root}/tmp/`)
            .replaceAll("/etc/nginx/", `${root}/`)
            .replace("listen 8443", `listen 127.0.0.1:${port}`)
            .replace("listen 8444", `listen 127.0.0.1:${metricsPort}`);
        writeFileSync(join(root, "nginx.conf"), config);
        nginx = spawn("nginx", ["-e", "stderr", "-c", join(root, "nginx.conf")], { stdio: "ignore" });
        for (let tries = 0; tries < 50; tries++) {
            if (
                await ask("/proxy-health").then(
                    ({ status }) => status === 200,
                    () => false,
                )
            ) {
                return;
            }
            await new Promise(resolve => setTimeout(resolve, 100));
        }
        assert.fail("nginx did not start");
    });
    after(() => {
        nginx?.kill("SIGTERM");
        engine.close();
        if (root !== "") {
            rmSync(root, { recursive: true });
        }
    });

    function ask(
        path: string,
        authorization?: string,
        onData: (text: string) => void = () => undefined,
        at: number = port,
    ): Promise<Answer> {
        const headers = authorization === undefined ? {} : { authorization };
        return new Promise((resolve, reject) => {
            const sent = request({ host: "127.0.0.1", port: at, path, headers, ca, agent: false }, answer => {
                let body = "";
                answer.on("data", (chunk: Buffer) => {
                    body += chunk.toString();
                    onData(chunk.toString());
                });
                answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body, headers: answer.headers }));
            });
            sent.on("error", reject);
            sent.end();
        });
    }

    it("answers 401 in the API's own shape without the key, with a wrong one, and with the wrong case", async () => {
        const before = seen.length;
        for (const given of [
            undefined,
            "Bearer x",
            `Bearer ${KEY.toUpperCase()}`,
            `Bearer ${KEY}x`,
            KEY,
            `Basic ${KEY}`,
        ]) {
            for (const path of ["/v1/chat/completions", "/v1/models", "/metrics", "/", "/v1"]) {
                const { status, body, headers } = await ask(path, given);
                assert.equal(status, 401, `${path} with ${given}`);
                const { error } = JSON.parse(body) as { error: { code: string; type: string } };
                assert.deepEqual([error.code, error.type], ["invalid_api_key", "invalid_request_error"]);
                assert.equal(headers["www-authenticate"], "Bearer");
            }
        }
        assert.equal(seen.length, before, "the engine was asked");
    });

    it("passes on what has the key, without the key, as it comes", async () => {
        const times: number[] = [];
        const { status, body } = await ask("/v1/chat/completions?a=b", `Bearer ${KEY}`, () => times.push(Date.now()));
        assert.equal(status, 200);
        assert.equal(body, "data: 1\n\ndata: 2\n\n");
        const [first = 0, last = 0] = [times[0], times.at(-1)];
        assert.ok(last - first > 200, `${last - first} ms between the first and the last token`);
        const { url, headers } = seen.at(-1) ?? assert.fail();
        assert.equal(url, "/v1/chat/completions?a=b");
        assert.equal(headers.authorization, undefined);
    });

    it("shows nothing of the engine but its API and its health", async () => {
        const before = seen.length;
        for (const path of ["/metrics", "/v2/embed", "/v1/../metrics", "/pause", "/%76%32/embed"]) {
            assert.equal((await ask(path, `Bearer ${KEY}`)).status, 404, path);
        }
        assert.equal(seen.length, before);
        assert.equal((await ask("/health")).status, 200);
        assert.equal(seen.at(-1)?.url, "/health");
    });

    it("answers 503 while the engine is not there, for probes too", async () => {
        up = false;
        try {
            const { status, body } = await ask("/v1/models", `Bearer ${KEY}`);
            assert.equal(status, 503);
            assert.match(body, /"service_unavailable"/);
            assert.equal((await ask("/health")).status, 503);
            assert.equal((await ask("/proxy-health")).status, 200);
        } finally {
            up = true;
        }
    });

    it("passes a long prompt on as it comes, and keeps none of it on a disk", async () => {
        const half = Buffer.alloc(2 << 20, "x");
        received = 0;
        const headers = { authorization: `Bearer ${KEY}`, "content-length": 2 * half.length };
        const options = { host: "127.0.0.1", port, path: "/v1/completions", method: "POST", headers, ca, agent: false };
        const sent = request(options);
        const answered = new Promise<void>((resolve, reject) => {
            sent.on("response", answer => answer.resume().on("end", resolve)).on("error", reject);
        });
        sent.write(half);
        await new Promise(resolve => setTimeout(resolve, 300));
        const early = received;
        sent.end(half);
        await answered;
        assert.ok(early > 1 << 20, `the engine had ${early} bytes while the client still sent`);
        assert.equal(received, 2 * half.length);
    });

    it("ends slow headers and bodies, and idle connections to the engine before engines do", () => {
        const text = proxyConfig(engines.vllm, r1.plan);
        assert.match(text, /client_header_timeout 10s;\s+client_body_timeout 30s;/);
        assert.match(text, /upstream engine \{[^}]*keepalive_timeout 4s;/);
    });

    it("makes a probe's GET the request of one token, without a key, and few of them", async () => {
        const { status } = await ask("/token");
        assert.equal(status, 200);
        const { method, url, headers, body } = seen.at(-1) ?? assert.fail();
        assert.deepEqual([method, url, headers["content-type"]], ["POST", "/v1/completions", "application/json"]);
        const { max_tokens: tokens, model } = JSON.parse(body) as { max_tokens: number; model: string };
        assert.deepEqual([tokens, model], [1, "deepseek-r1"]);
        const statuses = await Promise.all(Array.from({ length: 10 }, () => ask("/token").then(one => one.status)));
        assert.ok(statuses.filter(one => one === 429).length >= 7, statuses.join(" "));
    });

    it("gives the engine's metrics at a port of their own, and nothing else there", async () => {
        const at = (path: string) => ask(path, undefined, undefined, metricsPort);
        assert.equal((await at("/metrics")).status, 200);
        assert.equal(seen.at(-1)?.url, "/metrics");
        const before = seen.length;
        for (const path of ["/v1/models", "/token", "/health", "/metrics/x", "/"]) {
            assert.equal((await at(path)).status, 404, path);
        }
        assert.equal(seen.length, before, "the engine was asked");
    });

    it("speaks TLS 1.3 and nothing older, at both ports", () => {
        const handshake = (version: string, at: number): number | null =>
            spawnSync("openssl", ["s_client", version, "-connect", `127.0.0.1:${at}`], { input: "" }).status;
        for (const at of [port, metricsPort]) {
            assert.equal(handshake("-tls1_3", at), 0);
            assert.notEqual(handshake("-tls1_2", at), 0);
        }
    });
});

function freePort(): Promise<number> {
    return new Promise(resolve => {
        const socket = createSocket();
        socket.listen(0, "127.0.0.1", () => {
            const { port } = socket.address() as AddressInfo;
            socket.close(() => resolve(port));
        });
    });
}
