/** `npm run drift -- --stack STACK`: how the hosts of a stack differ from what the last update left. */
import { parseArgs } from "node:util";
import { readInputs } from "../../../provider/desired";
import { explain } from "../../../provider/errors";
import { HOST_TYPE } from "../../../provider/items";
import { differencesOf, keysOf } from "../../../provider/script";
import { Session } from "../../../provider/session";
import { OpenSsh } from "../../../provider/ssh";
import { ConnectionError } from "../../../provider/transport";
import { type ExportedResource, exportStack, resourcesOf } from "../exported";
import { type DriftRow, driftRows, driftTable } from "./report";

const help = `Usage: npm run -s drift -- [--stack STACK] [--json]
Looks at the hosts of a stack and prints how they differ from what the last update left. It changes nothing.

  --stack STACK  the stack; by default the one that is selected
  --json         rows as JSON: host, item, found, wanted; and hosts that could not be seen
  --help         this text

Ends with 0 where nothing differs, with 1 where something does, and with 2 where a host could not be seen or the
command itself went wrong. For a job that runs often: the hosts can also say it themselves, as a metric.
`;

/** Hosts that are looked at at the same time. */
const AT_ONCE = 32;
const silent = { say: () => undefined, status: () => undefined, settled: () => Promise.resolve() };

interface Looked {
    readonly rows: readonly DriftRow[];
    readonly unseen: readonly string[];
}

async function look(session: Session, { urn, host: name, inputs }: ExportedResource): Promise<Looked> {
    const { connection, items, isSecret } = readInputs(inputs);
    const call = { urn, timeoutSeconds: 0 };
    try {
        const { seen } = await session.observe(call, connection, keysOf(items), {});
        return { rows: driftRows(name, differencesOf(items, seen, isSecret)), unseen: [] };
    } catch (error) {
        const message = error instanceof ConnectionError ? explain(urn, connection, error) : String(error);
        return { rows: [], unseen: [message] };
    }
}

async function lookAtAll(hosts: readonly ExportedResource[]): Promise<Looked> {
    const ssh = new OpenSsh();
    const session = new Session(ssh, silent);
    const results = new Map<string, Looked>();
    const waiting = [...hosts];
    const work = async (): Promise<void> => {
        for (let host = waiting.shift(); host !== undefined; host = waiting.shift()) {
            results.set(host.urn, await look(session, host));
            if (process.stderr.isTTY) {
                process.stderr.write(`\r${results.size} of ${hosts.length} hosts${waiting.length === 0 ? "\n" : ""}`);
            }
        }
    };
    try {
        await Promise.all(Array.from({ length: AT_ONCE }, work));
    } finally {
        ssh.close();
    }
    const inOrder = hosts.flatMap(({ urn }) => results.get(urn) ?? []);
    return { rows: inOrder.flatMap(({ rows }) => rows), unseen: inOrder.flatMap(({ unseen }) => unseen) };
}

async function main(): Promise<number> {
    const { values } = parseArgs({
        options: { stack: { type: "string" }, json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
    });
    if (values.help === true) {
        process.stdout.write(help);
        return 0;
    }
    const hosts = resourcesOf(await exportStack(values.stack), HOST_TYPE);
    if (hosts.length === 0) {
        throw new Error("this stack has no hosts yet: `pulumi up` makes them its own");
    }
    const { rows, unseen } = await lookAtAll(hosts);
    if (values.json === true) {
        process.stdout.write(`${JSON.stringify({ rows, unseen }, undefined, 2)}\n`);
    } else {
        const drifted = new Set(rows.map(({ host }) => host)).size;
        process.stdout.write(rows.length === 0 ? "" : `${driftTable(rows)}\n\n`);
        const seen = hosts.length - unseen.length;
        process.stdout.write(`${drifted} of ${seen} hosts differ from what the last update left\n`);
        unseen.forEach(message => process.stderr.write(`${message}\n`));
    }
    return unseen.length > 0 ? 2 : rows.length > 0 ? 1 : 0;
}

main().then(
    status => (process.exitCode = status),
    (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 2;
    },
);
