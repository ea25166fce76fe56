/** Whether a version is another one or a later one: numbers between dots count, what follows them does not. */
export function isAtLeast(version: string, minimum: string): boolean {
    const [ours, theirs] = [numbers(version), numbers(minimum)];
    for (let part = 0; part < Math.max(ours.length, theirs.length); part++) {
        const [left = 0, right = 0] = [ours[part], theirs[part]];
        if (left !== right) {
            return left > right;
        }
    }
    return true;
}

/** The numbers that a version begins with: `580.95.05-1` is 580, 95, 5. */
function numbers(version: string): readonly number[] {
    return (/^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? "0").split(".").map(Number);
}
