/** `npm run mirror:pull -- --stack STACK --to DIR`: downloads the images and charts of a site into a folder. */
import { mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import type { ChartPin } from "../../catalog/artifact-types";
import { clusterArtefacts } from "./cluster";
import { artefactReference, isDownloaded, siteArtefacts } from "./list";
import { folderOf, registryHelp, registryOptions, runCommand, skopeoSettings } from "./options";
import { pullChart } from "./pullChart";
import { pullImage } from "./pullImage";
import { readRecord, withChart, withImage, writeRecord } from "./record";
import { imageReference } from "./reference";
import { runProgram, Skopeo } from "./skopeo";
import { projectFiles, stackSite } from "./stackSite";
import { bytesText, failureLines, type Task, transfer } from "./transfer";

const help = `Usage: npm run -s mirror:pull -- --stack STACK --to DIR [--architecture ARCH]
Downloads the images and charts of a site into a folder, with skopeo and curl, and verifies them by their digests.
What is there already is verified and not downloaded again: run it again where it was interrupted.

  --stack STACK        the stack
  --to DIR             the folder: images as OCI layouts that share their blobs, charts as archives, and mirror.json
  --architecture ARCH  only this one (amd64, arm64) instead of all. Its images then have digests of their own, which
                       are printed at the end, for cluster.imageDigests of the site
${registryHelp}
Ends with 0; with 1 where something could not be downloaded: the rest was; with 2 where the command itself went wrong.
`;

const isPinned = ({ digest, manifestDigest, packaging }: ChartPin): boolean =>
    digest !== undefined || manifestDigest !== undefined || packaging === "definitions";

runCommand(async () => {
    const { values } = parseArgs({
        options: {
            stack: { type: "string" },
            to: { type: "string" },
            architecture: { type: "string" },
            ...registryOptions,
        },
    });
    if (values.help === true) {
        process.stdout.write(help);
        return 0;
    }
    const site = stackSite(values.stack);
    const folder = folderOf(values.to, "--to");
    const cluster = clusterArtefacts(site);
    const mirror = site.cluster.kubeadm?.runtime.mirror;
    const images = siteArtefacts(site, projectFiles(), cluster)
        .filter(({ kind }) => kind === "image")
        .map(artefactReference);
    const isThere = (reference: string): boolean => imageReference(reference).host === mirror;
    mkdirSync(folder, { recursive: true });
    let record = readRecord(folder);
    const skopeo = new Skopeo(skopeoSettings(values));
    const known = new Set<string>();
    const imageTask = (reference: string): Task => ({
        label: reference,
        run: async () => {
            const { architecture } = values;
            const image = await pullImage(
                skopeo,
                folder,
                { reference, ...(architecture !== undefined && { architecture }) },
                known,
            );
            record = withImage(record, image);
            writeRecord(folder, record);
            return bytesText(image.bytes);
        },
    });
    const chartTask = (chart: ChartPin): Task => ({
        label: `chart ${chart.chart} ${chart.version}`,
        run: async () => {
            const pulled = await pullChart({ skopeo, run: runProgram }, folder, chart);
            record = withChart(record, pulled);
            writeRecord(folder, record);
            return isPinned(chart) ? "verified" : `unpinned, ${pulled.digest}`;
        },
    });
    const tasks = [
        ...images.filter(image => !isThere(image)).map(imageTask),
        ...cluster.charts.filter(isDownloaded).map(chartTask),
    ];
    const say = (line: string): unknown => process.stdout.write(`${line}\n`);
    const failures = await transfer(tasks, say);
    images.filter(isThere).forEach(image => say(`${image}: left out, as it is in the site's mirror already`));
    const narrowed = record.images.filter(({ indexDigest }) => indexDigest !== undefined);
    if (narrowed.length > 0) {
        say(`The site asks for these images by the digests of one architecture:\ncluster:\n  imageDigests:`);
        narrowed.forEach(image => say(`    ${image.reference.replace(/@.*/, "")}: ${image.digest}`));
    }
    failureLines(failures, tasks.length).forEach(line => process.stderr.write(`${line}\n`));
    return failures.length > 0 ? 1 : 0;
});
