import { expandRange } from "../site/range";

/**
 * The range that stands for exactly these values in this order, or undefined where there is none: `gpu-[01-03]` for
 * gpu-01, gpu-02, gpu-03. A single value stands for itself. The opposite of `expandRange`.
 */
export function foldRange(values: readonly string[]): string | undefined {
    const [first, ...others] = values;
    if (first === undefined || others.length === 0) {
        return first === undefined || !standsFor(first, [first]) ? undefined : first;
    }
    const parts = values.map(value => value.split(/(\d+)/));
    const [model = []] = parts;
    const differing = model.flatMap((part, at) => (parts.every(each => each[at] === part) ? [] : [at]));
    const [at] = differing;
    if (at === undefined || differing.length > 1 || at % 2 === 0 || parts.some(each => each.length !== model.length)) {
        return undefined;
    }
    const body = spans(parts.map(each => each[at] ?? ""));
    const range = `${model.slice(0, at).join("")}[${body}]${model.slice(at + 1).join("")}`;
    return standsFor(range, values) ? range : undefined;
}

function standsFor(range: string, values: readonly string[]): boolean {
    const expansion = expandRange(range);
    return (
        "values" in expansion &&
        expansion.values.length === values.length &&
        expansion.values.every((value, index) => value === values[index])
    );
}

/** Numbers as a range's body: neighbours that count up become `from-to`. */
function spans(numbers: readonly string[]): string {
    const found: { from: string; to: string }[] = [];
    for (const number of numbers) {
        const last = found.at(-1);
        const padded = last !== undefined && (last.from.startsWith("0") || number.startsWith("0"));
        if (
            last !== undefined &&
            Number(number) === Number(last.to) + 1 &&
            (number.length === last.to.length || !padded)
        ) {
            last.to = number;
        } else {
            found.push({ from: number, to: number });
        }
    }
    return found.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join(",");
}
