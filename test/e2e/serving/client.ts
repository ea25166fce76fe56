import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import type { TLSSocket } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds after which a request has failed. */
const PATIENCE_MS = 60_000;
/** Tokens of each answer. */
export const ANSWER_TOKENS = 16;

/** Where a gateway is, and what is trusted there. */
export interface Door {
    /** Base address of the API: `https://host:port/v1`. */
    readonly url: string;
    /** Certificate that is trusted, PEM. */
    readonly ca: string;
}

/** A chat completion of 16 tokens. */
export interface Question {
    readonly model: string;
    readonly text: string;
    /** Bearer token. Unset: none is sent. */
    readonly token?: string;
    readonly session?: string;
    /** More fields of the body. */
    readonly more?: object;
}

/** What came back. */
export interface Answer {
    readonly status: number;
    readonly body: string;
    readonly headers: IncomingHttpHeaders;
    /** TLS version that was agreed on. */
    readonly protocol: string | null;
}

/** Asks once, over a connection of its own. Rejects where no answer comes back whole. */
export function ask(
    { url, ca }: Door,
    { model, text, token, session, more }: Question,
    patienceMs = PATIENCE_MS,
): Promise<Answer> {
    const messages = [{ role: "user", content: text }];
    const body = JSON.stringify({ model, max_tokens: ANSWER_TOKENS, ignore_eos: true, messages, ...more });
    const headers = {
        "Content-Type": "application/json",
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(session !== undefined && { "X-Session-Id": session }),
    };
    return new Promise((resolve, reject) => {
        const options = { method: "POST", ca, headers, agent: false, timeout: patienceMs } as const;
        const call = request(`${url}/chat/completions`, options, response => {
            const protocol = (response.socket as TLSSocket).getProtocol();
            let received = "";
            response.on("data", (chunk: Buffer) => (received += chunk.toString()));
            response.on("end", () =>
                response.complete
                    ? resolve({ status: response.statusCode ?? 0, body: received, headers: response.headers, protocol })
                    : reject(new Error("the answer broke off")),
            );
            response.on("error", reject);
        });
        call.on("timeout", () => call.destroy(new Error(`no answer within ${patienceMs / 1000} s`)));
        call.on("error", reject);
        call.end(body);
    });
}

/** The error code of a refusal, as the OpenAI API has it. */
export function errorCode({ body }: Answer): string | undefined {
    return (JSON.parse(body) as { error?: { code?: string } }).error?.code;
}

/** Tokens that an answer says it took. */
export function usage({ body }: Answer): { readonly prompt_tokens: number; readonly completion_tokens: number } {
    return (JSON.parse(body) as { usage: { prompt_tokens: number; completion_tokens: number } }).usage;
}

/** Pauses before a request is sent again, as clients of OpenAI's have them by default: two. */
const RETRY_PAUSES_MS = [500, 1000];
const RETRIED = (status: number): boolean => status === 429 || status >= 500;

/**
 * A client that asks one question after the other until it is stopped. Where it gets no answer, or 429 or 5xx, it asks
 * again, twice at most.
 */
export class Client {
    /** When each question was answered, and what it took from first to last, retries included. Milliseconds. */
    readonly answered: { readonly at: number; readonly took: number }[] = [];
    /** What went wrong and was asked again. */
    readonly retried: string[] = [];
    /** What went wrong for good. */
    readonly failed: string[] = [];
    private stopped = false;
    private readonly asking: Promise<void>;

    constructor(
        private readonly door: Door,
        private readonly question: Question,
    ) {
        this.asking = this.askOn();
    }

    async stop(): Promise<void> {
        this.stopped = true;
        await this.asking;
    }

    private async askOn(): Promise<void> {
        while (!this.stopped) {
            const began = Date.now();
            const failure = await this.askUntilAnswered();
            if (failure === undefined) {
                this.answered.push({ at: Date.now(), took: Date.now() - began });
            } else {
                this.failed.push(`${new Date().toISOString()} ${failure}`);
            }
        }
    }

    private async askUntilAnswered(): Promise<string | undefined> {
        for (const pause of [...RETRY_PAUSES_MS, undefined]) {
            const failure = await this.once();
            if (failure === undefined || pause === undefined) return failure;
            this.retried.push(`${new Date().toISOString()} ${failure}`);
            await sleep(pause);
        }
        return undefined;
    }

    private async once(): Promise<string | undefined> {
        try {
            const answer = await ask(this.door, this.question);
            if (RETRIED(answer.status)) return `${answer.status} ${answer.body}`;
            return answer.status === 200 ? undefined : `${answer.status} for good: ${answer.body}`;
        } catch (error) {
            return (error as Error).message;
        }
    }
}
