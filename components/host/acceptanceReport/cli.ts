/** `npm run acceptance -- --stack STACK`: what the hosts of a stack have proved, as a table and as a page. */
import { renameSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { GATE_TYPE } from "../../../provider/items";
import { exportStack, resourcesOf } from "../exported";
import { gateRecord } from "./gates";
import { acceptancePage } from "./page";
import { acceptanceTable } from "./table";

const help = `Usage: npm run -s acceptance -- [--stack STACK] [--out FILE]
Prints what the hosts of a stack have proved in their gates, and writes it as one page of HTML that needs nothing else.
It reads the state of the stack and no host: \`pulumi up\` runs gates.

  --stack STACK  the stack; by default the one that is selected
  --out FILE     where the page goes; by default acceptance-STACK.html, here
  --json         prints the gates as JSON, and writes no page
  --help         this text

Ends with 0 where every gate has passed, with 1 where one has not, and with 2 where the command itself went wrong.
`;

async function main(): Promise<number> {
    const { values } = parseArgs({
        options: {
            stack: { type: "string" },
            out: { type: "string" },
            json: { type: "boolean" },
            help: { type: "boolean", short: "h" },
        },
    });
    if (values.help === true) {
        process.stdout.write(help);
        return 0;
    }
    const gates = resourcesOf(await exportStack(values.stack), GATE_TYPE).map(gateRecord);
    if (gates.length === 0) {
        throw new Error("this stack has no gates yet: the acceptance of its hosts is described in docs/acceptance.md");
    }
    const status = gates.every(({ passed }) => passed) ? 0 : 1;
    if (values.json === true) {
        process.stdout.write(`${JSON.stringify(gates, undefined, 2)}\n`);
        return status;
    }
    const stack = values.stack ?? "selected stack";
    const path = values.out ?? `acceptance-${stack.replace(/[^A-Za-z0-9._-]+/g, "-")}.html`;
    // Beside and renamed: who has the page open never reads half of it.
    writeFileSync(`${path}.new`, acceptancePage(gates, { stack, madeAt: new Date().toISOString() }));
    renameSync(`${path}.new`, path);
    process.stdout.write(`${acceptanceTable(gates)}\n\nThe page is ${path}\n`);
    return status;
}

main().then(
    status => (process.exitCode = status),
    (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
        process.exitCode = 2;
    },
);
