import { gap, ink, inner, margin, quiet, roleColours, width } from "../planning/picture-cards";
import { box, shorten, text, xmlText } from "../planning/svg";
import { hardware, plural } from "../planning/words";
import type { Site, SiteHost } from "../site/site";

/** Height of the row of one host; all sizes are in px. */
export const rowHeight = 24;
/** Hosts of a rack that are drawn one by one. */
const MOST_ROWS = 16;
/** Where the first rail may be, and the last. */
const [firstRail, lastRail] = [margin + 372, width - margin - 36];
/** Rails further apart than this have room for words. */
const roomForWords = 34;
/** Told apart by people who see few colours too, where they are next to each other. */
const railColours = ["#0e7490", "#be123c", "#4d7c0f", "#6d28d9", "#b45309", "#1d4ed8", "#a21caf", "#334155"];

/** Colour of a rail. */
export const railColour = (rail: number): string => railColours[rail % railColours.length] ?? ink;

/** Where rails run down, for so many of them. */
export function columns(rails: number): { readonly at: readonly number[]; readonly wordy: boolean } {
    const step = rails > 1 ? Math.min(62, (lastRail - firstRail) / (rails - 1)) : 0;
    const start = lastRail - step * (rails - 1);
    return {
        at: Array.from({ length: rails }, (_, rail) => Math.round(start + step * rail)),
        wordy: rails === 1 || step >= roomForWords,
    };
}

/** Hosts that stand together. */
export interface Group {
    readonly label: string;
    readonly hosts: readonly SiteHost[];
}

/** Hosts on the fabric by zone and rack, in the site's order; hosts without a rack by pool. */
export function groupsOf(hosts: readonly SiteHost[]): readonly Group[] {
    const groups = new Map<string, SiteHost[]>();
    for (const host of hosts) {
        const place = host.rack === undefined ? `Pool ${host.pool}` : `Rack ${host.rack}`;
        const label = host.zone === undefined ? place : `Zone ${host.zone} · ${place}`;
        groups.set(label, [...(groups.get(label) ?? []), host]);
    }
    return [...groups].map(([label, members]) => ({ label, hosts: members }));
}

/** Height that a group takes. */
export const groupHeight = ({ hosts }: Group): number => 34 + Math.min(hosts.length, MOST_ROWS + 1) * rowHeight;

/** A group: a panel with a row for each host. Rails pass through behind it and are marked where a host has a port. */
export function groupPanel(site: Site, group: Group, top: number, at: readonly number[]): readonly string[] {
    const shown = group.hosts.length > MOST_ROWS + 1 ? group.hosts.slice(0, MOST_ROWS) : group.hosts;
    const rest = group.hosts.slice(shown.length);
    return [
        text(margin + gap, top + 20, shorten(group.label, 340, 12), { size: 12, bold: true, colour: quiet }),
        ...shown.flatMap((host, index) => hostRow(site, host, top + 30 + index * rowHeight, at)),
        ...(rest.length === 0
            ? []
            : [
                  text(
                      margin + gap + 14,
                      top + 46 + shown.length * rowHeight,
                      `and ${plural(rest.length, "more host")}`,
                      {
                          colour: quiet,
                      },
                  ),
              ]),
    ];
}

/** The panels' ground, below the rails. */
export const ground = (group: Group, top: number): string =>
    box(margin, top, inner, groupHeight(group), { fill: "#ffffff", stroke: "#cbd5e1", radius: 10 });

function hostRow(site: Site, host: SiteHost, y: number, at: readonly number[]): readonly string[] {
    const manager = site.fabric?.infiniband?.managers.indexOf(host.name) ?? -1;
    const what = host.gpu === undefined ? host.role : hardware(host.gpu.model, host.gpu.count, 1);
    const ports = host.rails.slice(0, at.length).map((device, rail) => {
        const x = at[rail] ?? 0;
        const title = [host.name, device, host.interfaces?.[rail] ?? []].flat().join(" · ");
        return (
            `<g><title>${xmlText(title)}</title>` +
            `<circle cx="${x}" cy="${y + 11}" r="6" fill="${railColour(rail)}" stroke="#ffffff" stroke-width="2"/></g>`
        );
    });
    return [
        box(margin + gap, y + 1, 5, rowHeight - 4, { fill: roleColours[host.role], radius: 2 }),
        text(margin + gap + 14, y + 15, shorten(host.name, 130, 12), { bold: true, colour: ink }),
        text(margin + gap + 146, y + 15, shorten(what, 100, 11), { size: 11, colour: quiet }),
        ...(manager < 0 ? [] : badge(margin + gap + 250, y + 3, manager === 0 ? "opensm" : "standby")),
        ...ports,
    ];
}

function badge(x: number, y: number, words: string): readonly string[] {
    return [
        box(x, y, 58, 16, { fill: "#e0e7ff", stroke: "#6366f1", radius: 8 }),
        text(x + 29, y + 12, words, { size: 10, colour: "#3730a3", anchor: "middle" }),
    ];
}
