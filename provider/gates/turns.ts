/**
 * Lets work run that needs certain things for itself: two that need the same thing run one after the other. Whoever
 * comes first goes first, and needs all of its things at once, so that no two wait for each other.
 */
export class OneAtATime {
    private readonly waiting: { readonly needs: readonly string[]; readonly begin: () => void }[] = [];
    private readonly taken = new Set<string>();

    /** Runs `work` once all that it needs is free. */
    async take<Result>(needs: readonly string[], work: () => Promise<Result>): Promise<Result> {
        await new Promise<void>(begin => {
            this.waiting.push({ needs, begin });
            this.admit();
        });
        try {
            return await work();
        } finally {
            needs.forEach(need => this.taken.delete(need));
            this.admit();
        }
    }

    private admit(): void {
        // What somebody waits for longer than another is not given to that other: nobody starves.
        const claimed = new Set(this.taken);
        for (const entry of [...this.waiting]) {
            if (entry.needs.every(need => !claimed.has(need))) {
                this.waiting.splice(this.waiting.indexOf(entry), 1);
                entry.needs.forEach(need => this.taken.add(need));
                entry.begin();
            }
            entry.needs.forEach(need => claimed.add(need));
        }
    }
}
