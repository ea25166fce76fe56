/** Width of a character of the sans-serif fonts that viewers have, as a share of the font size; on the safe side. */
const characterWidth = 0.6;

/** Text for an XML document: markup is escaped and characters that XML forbids are left out. */
export function xmlText(value: string): string {
    return value
        .replace(/[^\u0020-\uD7FF\uE000-\uFFFD]/g, "")
        .replace(/&/g, "&amp;")
        .replace(/</g, "&lt;")
        .replace(/>/g, "&gt;")
        .replace(/"/g, "&quot;");
}

/** Shortens text so that it takes no more than that many pixels at that font size. */
export function shorten(value: string, width: number, size: number): string {
    const most = Math.max(1, Math.floor(width / (size * characterWidth)));
    return value.length <= most ? value : `${value.slice(0, most - 1)}…`;
}

/** How a line of text looks. `size` in pixels, @default 12; @default colour slate, weight normal, anchor start. */
export interface TextStyle {
    readonly size?: number;
    readonly colour?: string;
    readonly bold?: boolean;
    readonly anchor?: "start" | "middle" | "end";
}

/** One line of text with its baseline at `y`. */
export function text(x: number, y: number, value: string, style: TextStyle = {}): string {
    const { size = 12, colour = "#334155", bold = false, anchor = "start" } = style;
    const weight = bold ? ` font-weight="600"` : "";
    return `<text x="${x}" y="${y}" font-size="${size}" fill="${colour}" text-anchor="${anchor}"${weight}>${xmlText(value)}</text>`;
}

/** How a rectangle looks. `radius` of its corners in pixels, @default 0; without `stroke` it has no outline. */
export interface BoxStyle {
    readonly fill: string;
    readonly stroke?: string;
    readonly radius?: number;
    readonly dashed?: boolean;
}

/** A rectangle with round corners. */
export function box(x: number, y: number, width: number, height: number, style: BoxStyle): string {
    const stroke = style.stroke === undefined ? "" : ` stroke="${style.stroke}"`;
    const dashes = style.dashed === true ? ` stroke-dasharray="5 3"` : "";
    return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${style.radius ?? 0}" fill="${style.fill}"${stroke}${dashes}/>`;
}

/** An arrow straight down, with its head at `to`. */
export function arrowDown(x: number, from: number, to: number): string {
    return (
        `<line x1="${x}" y1="${from}" x2="${x}" y2="${to - 6}" stroke="#64748b" stroke-width="2"/>` +
        `<path d="M${x - 5} ${to - 8} L${x} ${to} L${x + 5} ${to - 8} Z" fill="#64748b"/>`
    );
}
