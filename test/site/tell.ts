import assert from "node:assert/strict";
import type { SiteContext } from "../../components/site/context";
import { changed, problemsOf } from "./fixture";

/** A field of the valid site, what it is replaced by (undefined: removed), and how the problem is told. */
export type Case = readonly [path: string, value: unknown, message: RegExp, context?: Partial<SiteContext>];

/** One test a case: the problem is told, with its path below `seamount:site.`, and once. */
export function tell(cases: readonly Case[]): void {
    for (const [path, value, message, extra] of cases) {
        const shown = value === undefined ? "missing" : (JSON.stringify(value) ?? "").slice(0, 50);
        it(`${path} ${shown}`, () => {
            const problems = problemsOf(changed(path, value), extra);
            const below = problems.map(problem => problem.replace(/^seamount:site\.?/, ""));
            assert.ok(
                below.some(problem => message.test(problem)),
                `no ${String(message)} in ${JSON.stringify(problems, undefined, 1)}`,
            );
            const alike = below.filter(problem => message.test(problem));
            assert.equal(new Set(alike).size, alike.length, "told twice");
        });
    }
}
