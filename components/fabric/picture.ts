import { gap, ink, inner, margin, quiet, width } from "../planning/picture-cards";
import { box, shorten, text } from "../planning/svg";
import { listOf, plural } from "../planning/words";
import type { Fabric, Site, SiteHost } from "../site/site";
import { columns, ground, groupHeight, groupPanel, groupsOf, railColour } from "./picture-rows";
import { markingOf } from "./roce";

/** Heights of the spine's box, of a leaf's, and of the links between, in px. */
const [spineHeight, leafHeight, linkHeight] = [30, 34, 34];

const names = { infiniband: "InfiniBand", roce: "RoCEv2, lossless", ethernet: "Ethernet" } as const;

/**
 * The fabric of a site as an SVG of 900 px: spines, a leaf for each rail, and below them zones, racks and hosts, each
 * with a mark where it has a port on a rail. It is the cabling that "rail-optimised" means, and not a list of switches,
 * which a site does not name. Pure, and the same for the same site.
 */
export function fabricPicture(site: Site): string {
    const onFabric = site.hosts.filter(host => host.rails.length > 0);
    const { fabric } = site;
    const rails = Math.max(0, ...onFabric.map(host => host.rails.length));
    const heading = header(site, onFabric);
    const top = margin + 62;
    const body = fabric === undefined || rails === 0 ? { svg: [], height: 0 } : cabling(site, onFabric, rails, top);
    const away = site.hosts.filter(host => host.rails.length === 0).map(({ name }) => name);
    const note = away.length === 0 ? [] : [text(margin, top + body.height + 14, offFabric(away), { colour: quiet })];
    const height = top + body.height + (note.length > 0 ? 22 : 0) + margin - gap;
    return (
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
        `role="img" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">\n` +
        [box(0, 0, width, height, { fill: "#f1f5f9", radius: 12 }), ...heading, ...body.svg, ...note].join("\n") +
        "\n</svg>\n"
    );
}

const offFabric = (away: readonly string[]) =>
    shorten(`Not on the fabric: ${away.length > 6 ? plural(away.length, "host") : listOf(away, "and")}`, inner, 12);

function header(site: Site, onFabric: readonly SiteHost[]): readonly string[] {
    const { fabric } = site;
    const facts =
        fabric === undefined
            ? ["no fabric"]
            : [
                  names[fabric.kind],
                  `${plural(fabric.rails, "rail")} of ${fabric.linkGbps} Gb/s`,
                  plural(onFabric.length, "host"),
                  ...(fabric.mtu === undefined ? [] : [`MTU ${fabric.mtu}`]),
                  ...details(fabric),
              ];
    return [
        text(margin, margin + 16, shorten(`Fabric of ${site.name}`, inner, 20), { size: 20, bold: true, colour: ink }),
        text(margin, margin + 38, shorten(facts.join(" · "), inner, 13), { size: 13, colour: quiet }),
    ];
}

function details(fabric: Fabric): readonly string[] {
    if (fabric.kind === "roce") {
        const { dscp, priority, cnpDscp } = markingOf(fabric);
        return [`DSCP ${dscp} on priority ${priority}, CNP ${cnpDscp}`];
    }
    const subnet = fabric.infiniband;
    return subnet === undefined
        ? []
        : [
              subnet.subnetManager === "ufm" ? "managed by UFM" : `opensm, ${subnet.routingEngine}`,
              ...(subnet.adaptiveRouting ? ["adaptive routing"] : []),
              ...(subnet.sharp ? ["SHARP"] : []),
              ...(subnet.partitions.length > 0 ? [plural(subnet.partitions.length, "partition")] : []),
          ];
}

function cabling(
    site: Site,
    hosts: readonly SiteHost[],
    rails: number,
    top: number,
): { readonly svg: readonly string[]; readonly height: number } {
    const { at, wordy } = columns(rails);
    const [first, last] = [at[0] ?? 0, at[at.length - 1] ?? 0];
    const leafTop = top + spineHeight + linkHeight;
    let y = leafTop + leafHeight + 22;
    const placed = groupsOf(hosts).map(group => {
        const place = { group, top: y };
        y += groupHeight(group) + gap;
        return place;
    });
    const half = wordy ? Math.min(28, ((last - first) / Math.max(1, rails - 1)) * 0.46) : 3;
    const spine = box(first - 36, top, last - first + 72, spineHeight, {
        fill: "#e2e8f0",
        stroke: "#94a3b8",
        radius: 8,
    });
    const reach = (rail: number) =>
        placed.reduce(
            (lowest, { group, top: start }) =>
                group.hosts.some(host => host.rails.length > rail) ? start + groupHeight(group) - 14 : lowest,
            leafTop + leafHeight,
        );
    return {
        svg: [
            ...placed.map(({ group, top: start }) => ground(group, start)),
            ...at.flatMap((x, rail) => [
                ...[-1, 1].map(side => line(x + side * 4, leafTop, x + side * 12, top + spineHeight, "#94a3b8", 1.5)),
                line(x, leafTop + leafHeight, x, reach(rail), railColour(rail), 2.5),
            ]),
            spine,
            text((first + last) / 2, top + 20, "Spines", { size: 13, bold: true, colour: ink, anchor: "middle" }),
            ...at.flatMap((x, rail) => leaf(hosts, rail, x, leafTop, half, wordy)),
            text(margin, leafTop + 14, "A leaf for each rail", { size: 13, bold: true, colour: ink }),
            text(margin, leafTop + 30, "GPU n of every host is one hop from GPU n of every other", {
                size: 11,
                colour: quiet,
            }),
            ...placed.flatMap(({ group, top: start }) => groupPanel(site, group, start, at)),
        ],
        height: y - top,
    };
}

function leaf(
    hosts: readonly SiteHost[],
    rail: number,
    x: number,
    y: number,
    half: number,
    wordy: boolean,
): readonly string[] {
    const devices = [...new Set(hosts.flatMap(host => host.rails[rail] ?? []))];
    const device = devices.length === 1 ? (devices[0] ?? "") : "";
    return [
        box(x - half, y, 2 * half, leafHeight, { fill: railColour(rail), radius: 6 }),
        ...(wordy
            ? [
                  text(x, y + (device === "" ? 21 : 15), `rail ${rail}`, {
                      size: 11,
                      bold: true,
                      colour: "#ffffff",
                      anchor: "middle",
                  }),
                  ...(device === ""
                      ? []
                      : [
                            text(x, y + 28, shorten(device, 2 * half, 9), {
                                size: 9,
                                colour: "#ffffff",
                                anchor: "middle",
                            }),
                        ]),
              ]
            : []),
    ];
}

const line = (x1: number, y1: number, x2: number, y2: number, colour: string, thick: number): string =>
    `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}" stroke-width="${thick}"/>`;
