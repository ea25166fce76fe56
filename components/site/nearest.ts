const longestWord = 64;

/**
 * The known word that a mistyped one most likely meant, or undefined where none is near. Near means: at most a third
 * of the letters (and at least two) inserted, left out, replaced or swapped with a neighbour; case does not count.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
    if (word.length > longestWord) {
        return undefined;
    }
    const limit = Math.max(2, Math.ceil(word.length / 3));
    let best: { readonly name: string; readonly distance: number } | undefined;
    for (const name of known) {
        const distance = editDistance(word.toLowerCase(), name.toLowerCase());
        if (distance <= limit && distance < name.length && (best === undefined || distance < best.distance)) {
            best = { name, distance };
        }
    }
    return best?.name;
}

/** A clause for a message: `did you mean "address"?`, or all that is known. */
export function suggestion(word: string, known: readonly string[]): string {
    const name = nearest(word, known);
    return name === undefined ? `known are ${known.join(", ")}` : `did you mean "${name}"?`;
}

/** Edits that turn one word into the other: insert, delete, replace, swap neighbours (optimal string alignment). */
export function editDistance(from: string, to: string): number {
    let beforeLast: number[] = [];
    let last = Array.from({ length: to.length + 1 }, (_, column) => column);
    for (let row = 1; row <= from.length; row++) {
        const current = [row];
        for (let column = 1; column <= to.length; column++) {
            const same = from[row - 1] === to[column - 1];
            let cost = Math.min(
                at(last, column) + 1,
                at(current, column - 1) + 1,
                at(last, column - 1) + (same ? 0 : 1),
            );
            const swapped =
                row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
            if (swapped) {
                cost = Math.min(cost, at(beforeLast, column - 2) + 1);
            }
            current.push(cost);
        }
        beforeLast = last;
        last = current;
    }
    return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
    return row[column] ?? Infinity;
}
