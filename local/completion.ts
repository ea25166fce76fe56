import { request } from "node:https";
import type { SecureVersion, TLSSocket } from "node:tls";

/** One question to a model service. */
export interface Question {
    /** Base address of the OpenAI API: `https://host:port/v1`. */
    readonly endpoint: string;
    /** Certificate that is trusted, PEM. */
    readonly ca: string;
    readonly model: string;
    /** API key. Empty: none is sent. */
    readonly key: string;
    readonly question: string;
    /** Highest TLS version that is offered. @default "TLSv1.3" */
    readonly maxVersion?: SecureVersion;
}

/** What came back. */
export interface Answer {
    /** HTTP status. */
    readonly status: number;
    readonly body: string;
    /** TLS version that was agreed on. */
    readonly protocol: string | null;
}

/** Asks a model service for a chat completion of 16 tokens. Rejects where no TLS connection comes about, or after 60 s. */
export function ask({ endpoint, ca, model, key, question, maxVersion = "TLSv1.3" }: Question): Promise<Answer> {
    const body = JSON.stringify({
        model,
        max_tokens: 16,
        ignore_eos: true,
        messages: [{ role: "user", content: question }],
    });
    const headers = { "Content-Type": "application/json", ...(key === "" ? {} : { Authorization: `Bearer ${key}` }) };
    const options = { method: "POST", ca, headers, minVersion: "TLSv1.2", maxVersion, timeout: 60_000 } as const;
    return new Promise((resolve, reject) => {
        const call = request(`${endpoint}/chat/completions`, options, response => {
            const protocol = (response.socket as TLSSocket).getProtocol();
            let text = "";
            response.on("data", (chunk: Buffer) => (text += chunk.toString()));
            response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text, protocol }));
            response.on("error", reject);
        });
        call.on("timeout", () => call.destroy(new Error(`no answer from ${endpoint} within 60 s`)));
        call.on("error", reject);
        call.end(body);
    });
}
