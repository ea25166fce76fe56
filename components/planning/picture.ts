import type { Role, Site, SiteHost } from "../site/site";
import type { ModelPlan, SitePlan } from "./plan";
import {
    cardsInRow,
    cardWidth,
    coloursOf,
    gap,
    hostCard,
    ink,
    inner,
    margin,
    quiet,
    roleColours,
    service,
    serviceHeight,
    servicesInRow,
    serviceWidth,
    width,
} from "./picture-cards";
import { arrowDown, box, shorten, text } from "./svg";
import { listOf, plural } from "./words";

/** A part of the picture, drawn from `top` on, and the height that it took. */
interface Part {
    readonly svg: readonly string[];
    readonly height: number;
}

/**
 * The site as an SVG of 900 px: model services with their endpoints, the cluster, and below it the racks (or pools,
 * where hosts have no rack) with every host, its role, its hardware and the models that may run on it. Pure, and the
 * same for the same site and plan.
 */
export function sitePicture(site: Site, plan: SitePlan): string {
    const colours = coloursOf(plan.models);
    const parts: string[] = [];
    let top = margin;
    const draw = (part: Part): void => {
        parts.push(...part.svg);
        top += part.height;
    };
    draw(header(site, top));
    if (plan.models.length > 0) {
        draw(services(site, plan.models, colours, top));
    }
    draw(cluster(site, top));
    draw(hosts(site, plan.models, colours, top));
    draw(legend(site, top));
    const height = top + margin - gap;
    return (
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
        `role="img" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">\n` +
        [box(0, 0, width, height, { fill: "#f1f5f9", radius: 12 }), ...parts].join("\n") +
        "\n</svg>\n"
    );
}

function header(site: Site, top: number): Part {
    const gpus = [...new Set(site.hosts.flatMap(host => host.gpu?.model ?? []))].map(
        model =>
            `${site.hosts.reduce((sum, host) => sum + (host.gpu?.model === model ? host.gpu.count : 0), 0)} × ${model}`,
    );
    const fabric =
        site.fabric === undefined
            ? []
            : [`${site.fabric.kind}, ${plural(site.fabric.rails, "rail")} of ${site.fabric.linkGbps} Gb/s`];
    const facts = [site.environment, plural(site.hosts.length, "host"), ...gpus, ...fabric].join(" · ");
    return {
        svg: [
            text(margin, top + 16, shorten(site.name, inner, 20), { size: 20, bold: true, colour: ink }),
            text(margin, top + 38, shorten(facts, inner, 13), { size: 13, colour: quiet }),
        ],
        height: 56,
    };
}

function services(site: Site, models: readonly ModelPlan[], colours: ReadonlyMap<string, string>, top: number): Part {
    const rows = Math.ceil(models.length / servicesInRow);
    const height = 34 + rows * (serviceHeight + gap);
    const cards = models.map((model, index) => {
        const x = margin + gap + (index % servicesInRow) * (serviceWidth + gap);
        const y = top + 30 + Math.floor(index / servicesInRow) * (serviceHeight + gap);
        return service(site, model, colours.get(model.name) ?? ink, x, y);
    });
    return {
        svg: [
            box(margin, top, inner, height, { fill: "#ffffff", stroke: "#cbd5e1", radius: 10 }),
            text(margin + gap, top + 20, "Model services, over TLS", { size: 13, bold: true, colour: ink }),
            ...cards.flat(),
            arrowDown(width / 2, top + height, top + height + 22),
        ],
        height: height + 24,
    };
}

function cluster(site: Site, top: number): Part {
    const heading = `Kubernetes (${site.cluster.mode}), namespace ${site.cluster.namespace}`;
    return {
        svg: [
            box(margin, top, inner, 32, { fill: "#e2e8f0", stroke: "#94a3b8", radius: 10 }),
            text(width / 2, top + 21, shorten(heading, inner - 20, 13), {
                size: 13,
                bold: true,
                colour: ink,
                anchor: "middle",
            }),
            arrowDown(width / 2, top + 32, top + 54),
        ],
        height: 56,
    };
}

function hosts(site: Site, models: readonly ModelPlan[], colours: ReadonlyMap<string, string>, top: number): Part {
    const groups = new Map<string, SiteHost[]>();
    for (const host of site.hosts) {
        const key = host.rack === undefined ? `Pool ${host.pool}` : `Rack ${host.rack}`;
        groups.set(key, [...(groups.get(key) ?? []), host]);
    }
    const svg: string[] = [];
    let height = 34;
    for (const [label, members] of groups) {
        const runs = (host: SiteHost): readonly ModelPlan[] => models.filter(one => one.candidates.includes(host.name));
        const lines = Math.max(0, ...members.map(host => Math.min(3, runs(host).length)));
        const cardHeight = 44 + lines * 16;
        svg.push(text(margin + gap, top + height + 12, label, { size: 12, bold: true, colour: quiet }));
        members.forEach((host, index) => {
            const x = margin + gap + (index % cardsInRow) * (cardWidth + gap);
            const y = top + height + 20 + Math.floor(index / cardsInRow) * (cardHeight + gap);
            svg.push(...hostCard(host, runs(host), colours, x, y, cardHeight));
        });
        height += 28 + Math.ceil(members.length / cardsInRow) * (cardHeight + gap);
    }
    return {
        svg: [
            box(margin, top, inner, height, { fill: "#ffffff", stroke: "#cbd5e1", radius: 10 }),
            text(margin + gap, top + 20, "Hosts", { size: 13, bold: true, colour: ink }),
            ...svg,
        ],
        height: height + 12,
    };
}

function legend(site: Site, top: number): Part {
    const roles = (Object.keys(roleColours) as Role[]).filter(role => site.hosts.some(host => host.role === role));
    const svg = roles.flatMap((role, index) => [
        box(margin + index * 120, top, 12, 12, { fill: roleColours[role], radius: 2 }),
        text(margin + 18 + index * 120, top + 11, role),
    ]);
    const others = site.hosts.filter(host => !host.managed).map(host => host.pool);
    const dashed =
        others.length === 0
            ? []
            : [
                  text(
                      width - margin,
                      top + 11,
                      `dashed: looked after by others (${listOf([...new Set(others)], "and")})`,
                      { anchor: "end" },
                  ),
              ];
    return { svg: [...svg, ...dashed], height: 12 + gap };
}
