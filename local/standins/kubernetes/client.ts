import { Agent, request } from "node:https";
import { Json, numberAt, textAt } from "../values";
import { Access } from "./kubeconfig";

const REACH_TIMEOUT_MILLISECONDS = 10_000;
const REQUEST_TIMEOUT_MILLISECONDS = 60_000;

/** The API server answered with a refusal. */
export class ApiError extends Error {
    constructor(
        /** HTTP status. */
        readonly status: number,
        /** Kubernetes' word for it: `NotFound`, `AlreadyExists`, `Invalid`. */
        readonly reason: string,
        message: string,
    ) {
        super(message);
    }
}

/** Nobody answered, or the answer could not be trusted. */
export class Unreachable extends Error {}

/** One request to the API server. */
export interface Call {
    readonly method: "GET" | "POST" | "PATCH" | "DELETE";
    /** Path without the query: `/api/v1/nodes`. */
    readonly path: string;
    readonly query?: Readonly<Record<string, string>>;
    readonly body?: Json;
}

/** A connection to one API server. */
export class Client {
    private readonly agent: Agent;

    constructor(private readonly access: Access) {
        this.agent = new Agent({
            keepAlive: true,
            maxSockets: 32,
            ca: access.authority,
            cert: access.certificate,
            key: access.key,
            servername: access.serverName,
            rejectUnauthorized: !access.skipVerification,
        });
    }

    /** Address of the API server. */
    get server(): string {
        return this.access.server;
    }

    /** Asks for the server's version. @throws Unreachable */
    async probe(): Promise<void> {
        await this.send({ method: "GET", path: "/version" }, REACH_TIMEOUT_MILLISECONDS);
    }

    /** Sends a request and gives the object that comes back. @throws ApiError, Unreachable */
    call(call: Call): Promise<Json> {
        return this.send(call, REQUEST_TIMEOUT_MILLISECONDS);
    }

    /** The object at a path, or undefined if there is none. @throws ApiError, Unreachable */
    async find(path: string): Promise<Json | undefined> {
        try {
            return await this.call({ method: "GET", path });
        } catch (error) {
            if (error instanceof ApiError && error.status === 404) {
                return undefined;
            }
            throw error;
        }
    }

    private send({ method, path, query = {}, body }: Call, timeoutMilliseconds: number): Promise<Json> {
        const search = new URLSearchParams(query).toString();
        const headers = {
            accept: "application/json",
            ...(body === undefined ? {} : { "content-type": contentType(method) }),
            ...(this.access.token === undefined ? {} : { authorization: `Bearer ${this.access.token}` }),
        };
        return new Promise((resolve, reject) => {
            const unreachable = (why: string): void => reject(new Unreachable(`${this.server}: ${why}`));
            const outgoing = request(`${this.server}${path}${search === "" ? "" : `?${search}`}`, {
                method,
                headers,
                agent: this.agent,
                timeout: timeoutMilliseconds,
            });
            outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
            outgoing.on("error", error => unreachable(error.message));
            outgoing.on("response", response => {
                const chunks: Buffer[] = [];
                response.on("data", (chunk: Buffer) => chunks.push(chunk));
                response.on("error", error => unreachable(error.message));
                response.on("end", () => {
                    const text = Buffer.concat(chunks).toString("utf8");
                    const status = response.statusCode ?? 0;
                    if (status >= 200 && status < 300) {
                        resolve(parseBody(text));
                    } else {
                        reject(apiError(status, text, `${method} ${path}`));
                    }
                });
            });
            outgoing.end(body === undefined ? undefined : JSON.stringify(body));
        });
    }
}

function contentType(method: Call["method"]): string {
    return method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
}

function parseBody(text: string): Json {
    try {
        return JSON.parse(text) as Json;
    } catch {
        return text;
    }
}

/** The refusal in an answer: what the API server says, or the beginning of what something else said. */
export function apiError(status: number, text: string, what: string): ApiError {
    const body = parseBody(text);
    const message = textAt(body, "message") || `${what}: ${text.slice(0, 200) || `HTTP ${status}`}`;
    return new ApiError(numberAt(body, status, "code"), textAt(body, "reason"), message);
}
