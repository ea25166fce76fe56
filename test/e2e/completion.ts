import { request } from "node:https";
import type { SecureVersion, TLSSocket } from "node:tls";

/** Asks a model service for 16 tokens. Rejects where the TLS handshake fails. */
export function ask(
    url: string,
    ca: string,
    model: string,
    key: string,
    maxVersion: SecureVersion = "TLSv1.3",
): Promise<{ readonly status: number; readonly body: string; readonly protocol: string | null }> {
    const body = JSON.stringify({ model, max_tokens: 16, ignore_eos: true, messages: [{ role: "user", content: "Hello" }] });
    const headers = { "Content-Type": "application/json", ...(key === "" ? {} : { Authorization: `Bearer ${key}` }) };
    return new Promise((resolve, reject) => {
        const call = request(`${url}/chat/completions`, { method: "POST", ca, headers, maxVersion, minVersion: "TLSv1.2", timeout: 60_000 });
        call.on("response", response => {
            const protocol = (response.socket as TLSSocket).getProtocol();
            let text = "";
            response.on("data", (chunk: Buffer) => (text += chunk.toString()));
            response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text, protocol }));
        });
        call.on("timeout", () => call.destroy(new Error(`no answer from ${url} within 60 s`)));
        call.on("error", reject);
        call.end(body);
    });
}
