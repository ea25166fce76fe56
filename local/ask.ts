/** `npm run local:ask -- QUESTION`: a chat completion from the local site, over TLS 1.3 and with its API key. */
import { spawnSync } from "node:child_process";
import { ask } from "./completion";

interface Outputs {
    readonly endpoints?: Readonly<Record<string, string>>;
    readonly apiKeys?: Readonly<Record<string, string>>;
    readonly caCertificate?: string;
}

const [question = "Hello", model = "tiny-deepseek"] = process.argv.slice(2);

async function main(): Promise<string> {
    const asked = spawnSync("pulumi", ["stack", "output", "--stack", "local", "--json", "--show-secrets"], {
        encoding: "utf8",
    });
    if (asked.error !== undefined || asked.status !== 0) {
        throw new Error(
            `the local site cannot be read: start it with npm run local\n${asked.error?.message ?? asked.stderr}`,
        );
    }
    const { endpoints, apiKeys, caCertificate } = JSON.parse(asked.stdout) as Outputs;
    const endpoint = endpoints?.[model];
    const key = apiKeys?.[model];
    if (endpoint === undefined || key === undefined || caCertificate === undefined) {
        const models = Object.keys(endpoints ?? {}).join(", ");
        throw new Error(`the local site serves no ${model}; it serves: ${models || "nothing yet; run npm run local"}`);
    }
    const { status, body } = await patiently(() => ask({ endpoint, ca: caCertificate, model, key, question }));
    if (status !== 200) throw new Error(`${endpoint} answered ${status}: ${body}`);
    const { choices } = JSON.parse(body) as { choices: { message: { content: string } }[] };
    return choices[0]?.message.content.trim() ?? "";
}

/** A node's proxy learns of a new Service a moment after the API server: a refused connection is tried again for 30 s. */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
    for (const deadline = Date.now() + 30_000; ;) {
        try {
            return await attempt();
        } catch (error) {
            const refused = (error as NodeJS.ErrnoException).code === "ECONNREFUSED";
            if (!refused || Date.now() > deadline) throw error;
            await new Promise(resolve => setTimeout(resolve, 250));
        }
    }
}

main().then(console.log, (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
