/** `npm run mirror:push -- --from DIR --registry HOST`: puts what mirror:pull downloaded into a registry. */
import { parseArgs } from "node:util";
import { folderOf, registryHelp, registryOptions, runCommand, skopeoSettings } from "./options";
import { type Pushed, pushChart, pushImage } from "./push";
import { hasRecord, readRecord } from "./record";
import { runProgram, Skopeo } from "./skopeo";
import { failureLines, type Task, transfer } from "./transfer";

const help = `Usage: npm run -s mirror:push -- --from DIR --registry HOST[:PORT][/PATH]
Puts images and charts that mirror:pull downloaded into a registry, with skopeo. Every blob is verified first, and the
registry is asked for each digest afterwards. What is there already is not sent again.

  --from DIR       the folder
  --registry HOST  the registry: image NAME goes to HOST/NAME (docker.io/vllm/vllm-openai:v0.20.0 to
                   HOST/docker.io/vllm/vllm-openai:v0.20.0), charts go to HOST/charts
${registryHelp}
Ends with 0; with 1 where something could not be put there: the rest is; with 2 where the command itself went wrong.
`;

const words = ({ at, wasThere }: Pushed): string => (wasThere ? `was at ${at}` : `now at ${at}`);

runCommand(async () => {
    const { values } = parseArgs({
        options: { from: { type: "string" }, registry: { type: "string" }, ...registryOptions },
    });
    if (values.help === true) {
        process.stdout.write(help);
        return 0;
    }
    const folder = folderOf(values.from, "--from");
    if (!hasRecord(folder)) {
        throw new Error(`${folder} has no mirror.json: fill it first, with npm run mirror:pull -- --to ${folder}`);
    }
    const registry = registryOf(values.registry);
    const { images, charts } = readRecord(folder);
    const skopeo = new Skopeo(skopeoSettings(values));
    const known = new Set<string>();
    const tasks: readonly Task[] = [
        ...images.map(image => ({
            label: image.reference,
            run: async () => words(await pushImage(skopeo, folder, registry, image, known)),
        })),
        ...charts.map(chart => ({
            label: `chart ${chart.name} ${chart.version}`,
            run: async () => words(await pushChart({ skopeo, run: runProgram }, folder, registry, chart)),
        })),
    ];
    const failures = await transfer(tasks, line => process.stdout.write(`${line}\n`));
    failureLines(failures, tasks.length).forEach(line => process.stderr.write(`${line}\n`));
    return failures.length > 0 ? 1 : 0;
});

function registryOf(text: string | undefined): string {
    if (text === undefined || !/^[A-Za-z0-9.-]+(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/.test(text)) {
        const found = text === undefined ? "which registry? Name it" : `--registry ${text} is no registry. Write`;
        throw new Error(`${found}: --registry registry.example.internal:5000`);
    }
    return text;
}
