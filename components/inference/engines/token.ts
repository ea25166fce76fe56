import type { ModelPlan } from "../../planning/plan";
import type { TokenRequest } from "./engine";

/** One token of the OpenAI API's completions, which every engine here has. Not cached by clients, the same each time. */
export function completion(plan: ModelPlan): TokenRequest {
    return {
        path: "/v1/completions",
        body: JSON.stringify({ model: plan.name, prompt: "1", max_tokens: 1, temperature: 0 }),
    };
}
