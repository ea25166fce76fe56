import type { Role, Site, SiteHost } from "../site/site";
import type { ModelPlan } from "./plan";
import { box, shorten, text } from "./svg";
import { gigabytes, hardware, plural } from "./words";

/** Width of the picture; all sizes are in px. */
export const width = 900;
/** Space around panels. */
export const margin = 24;
/** Width of a panel. */
export const inner = width - 2 * margin;
/** Space between cards. */
export const gap = 10;
/** Hosts in a row. */
export const cardsInRow = 4;
/** Width of a host's card. */
export const cardWidth = (inner - 2 * gap - (cardsInRow - 1) * gap) / cardsInRow;
/** Model services in a row. */
export const servicesInRow = 2;
/** Width of a model service's card. */
export const serviceWidth = (inner - 2 * gap - (servicesInRow - 1) * gap) / servicesInRow;
/** Height of a model service's card. */
export const serviceHeight = 82;
/** Colour of headings. */
export const ink = "#0f172a";
/** Colour of further text. */
export const quiet = "#475569";

/** Colour of hosts, by role. */
export const roleColours: Readonly<Record<Role, string>> = {
    "control-plane": "#2563eb",
    gpu: "#15803d",
    storage: "#b45309",
    edge: "#7c3aed",
};
const modelColours = ["#0e7490", "#be123c", "#a16207", "#4338ca", "#15803d", "#86198f"];

/** Colour of each model service, by its name. */
export const coloursOf = (models: readonly ModelPlan[]): ReadonlyMap<string, string> =>
    new Map(models.map((model, index) => [model.name, modelColours[index % modelColours.length] ?? ink]));

/** The card of one model service: what it is, where it runs, where it answers. */
export function service(site: Site, model: ModelPlan, colour: string, x: number, y: number): readonly string[] {
    const endpoint = site.models.find(one => one.name === model.name)?.endpoint;
    const degrees = [
        ...(model.tensorParallel > 1 ? [`tensor parallel ${model.tensorParallel}`] : []),
        ...(model.pipelineParallel > 1 ? [`pipeline parallel ${model.pipelineParallel}`] : []),
    ];
    const place = hardware(model.gpusPerHost === 0 ? undefined : model.gpu, model.gpusPerHost, model.hosts);
    const room = serviceWidth - 24;
    const lines = [
        `${model.model} ${model.precision}, ${gigabytes(model.weightsGB)}, ${model.engine}`,
        [`${plural(model.replicas, "replica")} on ${place}`, ...degrees].join(", "),
        ...(endpoint === undefined ? [] : [`https://${endpoint.host}:${endpoint.port}`]),
    ];
    return [
        box(x, y, serviceWidth, serviceHeight, { fill: "#f8fafc", stroke: "#cbd5e1", radius: 6 }),
        box(x, y, 6, serviceHeight, { fill: colour, radius: 3 }),
        text(x + 16, y + 20, shorten(model.name, room, 14), { size: 14, bold: true, colour: ink }),
        ...lines.map((line, index) => text(x + 16, y + 38 + 17 * index, shorten(line, room, 12), { colour: quiet })),
    ];
}

/** The card of one host: its pool, its hardware, and the models that may run on it. */
export function hostCard(
    host: SiteHost,
    runs: readonly ModelPlan[],
    colours: ReadonlyMap<string, string>,
    x: number,
    y: number,
    height: number,
): readonly string[] {
    const shown = runs.length > 3 ? runs.slice(0, 2) : runs;
    const room = cardWidth - 20;
    const more = runs.length > 3 ? [text(x + 14, y + 81, `and ${runs.length - 2} more`, { size: 11 })] : [];
    const what = [host.pool, ...(host.gpu === undefined ? [] : [hardware(host.gpu.model, host.gpu.count, 1)])].join(
        " · ",
    );
    return [
        box(x, y, cardWidth, height, {
            fill: "#f8fafc",
            stroke: roleColours[host.role],
            radius: 6,
            dashed: !host.managed,
        }),
        box(x, y, 5, height, { fill: roleColours[host.role], radius: 2 }),
        text(x + 14, y + 18, shorten(host.name, room, 13), { size: 13, bold: true, colour: ink }),
        text(x + 14, y + 35, shorten(what, room, 11), { size: 11, colour: quiet }),
        ...shown.flatMap((model, index) => {
            const line = y + 49 + 16 * index;
            return [
                box(x + 14, line - 5, 8, 8, { fill: colours.get(model.name) ?? ink, radius: 2 }),
                text(x + 27, line + 3, shorten(model.name, room - 13, 11), { size: 11 }),
            ];
        }),
        ...more,
    ];
}
