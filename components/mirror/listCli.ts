/** `npm run mirror:list -- --stack STACK`: everything that a site downloads. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { clusterArtefacts } from "./cluster";
import { siteArtefacts } from "./list";
import { spdxDocument } from "./spdx";
import { projectFiles, stackSite } from "./stackSite";
import { artefactTable, unpinned, withoutDigest } from "./table";

const help = `Usage: npm run -s mirror:list -- --stack STACK [--json | --spdx FILE] [--libraries] [--require-digests]
Prints everything that a site downloads: images, charts, packages of its hosts, plugins, libraries of the program.

  --stack STACK      the stack
  --json             the list as JSON
  --spdx FILE        a bill of materials in JSON of SPDX 2.3 instead; - for standard output. Its time of creation is
                     SOURCE_DATE_EPOCH (seconds since 1970), where that is set
  --libraries        shows each library of npm too
  --require-digests  fails where an image or a chart has no digest
  --help             this text

Ends with 0; with 1 where --require-digests finds one without; with 2 where the command itself went wrong.
`;

function main(): number {
    const { values } = parseArgs({
        options: {
            stack: { type: "string" },
            json: { type: "boolean" },
            spdx: { type: "string" },
            libraries: { type: "boolean" },
            "require-digests": { type: "boolean" },
            help: { type: "boolean", short: "h" },
        },
    });
    if (values.help === true) {
        process.stdout.write(help);
        return 0;
    }
    if (values.json === true && values.spdx !== undefined) {
        throw new Error("--json and --spdx are two forms of one list: ask for one of them");
    }
    const site = stackSite(values.stack);
    const project = projectFiles();
    const artefacts = siteArtefacts(site, project, clusterArtefacts(site));
    if (values.spdx !== undefined) {
        const document = spdxDocument(artefacts, {
            site: site.name,
            created: creationTime(),
            version: project.version,
        });
        const text = `${JSON.stringify(document, undefined, 2)}\n`;
        if (values.spdx === "-") process.stdout.write(text);
        else writeFileSync(values.spdx, text);
    } else if (values.json === true) {
        process.stdout.write(`${JSON.stringify(artefacts, undefined, 2)}\n`);
    } else {
        process.stdout.write(`${artefactTable(artefacts, values.libraries === true)}\n`);
    }
    unpinned(artefacts).forEach(line => process.stderr.write(`${line}\n`));
    return values["require-digests"] === true && withoutDigest(artefacts).length > 0 ? 1 : 0;
}

function creationTime(): Date {
    const epoch = process.env.SOURCE_DATE_EPOCH;
    if (epoch === undefined || epoch === "") {
        return new Date();
    }
    if (!/^\d{1,12}$/.test(epoch)) {
        throw new Error(`SOURCE_DATE_EPOCH is ${JSON.stringify(epoch)}: it is a number of seconds since 1970`);
    }
    return new Date(Number(epoch) * 1000);
}

try {
    process.exitCode = main();
} catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
}
