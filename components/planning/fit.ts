import { catalogue as shipped, type Catalogue } from "../../catalog";
import { alternatives } from "./alternatives";
import { evaluate } from "./evaluate";
import type { Fit, Refusal } from "./plan";
import type { FitRequest, Problem } from "./request";
import { listOf } from "./words";

/**
 * Whether one replica of a model fits on the hardware, and how: the fewest hosts, the fewest GPUs, the least pipeline
 * parallel that hold the weights and one sequence of full length. Pure; never throws, whatever the request says.
 */
export function fit(request: FitRequest, catalogue: Catalogue = shipped): Fit {
    const verdict = evaluate(request, catalogue);
    return "plan" in verdict
        ? { fits: true, plan: verdict.plan }
        : {
              fits: false,
              refusal: refusalOf(
                  verdict.problem,
                  alternatives(request, catalogue).map(one => one.words),
              ),
          };
}

/** The refusal of a problem: its sentence ends with what to use instead. */
export function refusalOf(problem: Problem, words: readonly string[]): Refusal {
    const { limit, needed, available, because, advice } = problem;
    const instead = words.length > 0 ? `use ${listOf(words)}.` : advice;
    return {
        limit,
        needed,
        available,
        alternatives: words,
        sentence:
            instead === undefined ? `${because}.` : `${because}: ${/[.?]$/.test(instead) ? instead : `${instead}.`}`,
    };
}
