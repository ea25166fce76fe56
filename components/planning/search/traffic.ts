import type { SiteModel } from "../../site/site";
import type { Problem } from "../request";
import { count } from "../words";

/** What is wrong with a model's traffic: there is none, or its sequences are longer than the service takes. */
export function trafficProblem({ name, traffic, contextTokens }: SiteModel): Problem | undefined {
    if (traffic === undefined) {
        return undefined;
    }
    const { dailyRequests, inputTokens, outputTokens } = traffic;
    const tokens = inputTokens + outputTokens;
    if (!(dailyRequests > 0) || !(inputTokens >= 1) || !(outputTokens >= 1)) {
        return {
            limit: "request",
            needed: "requests, and tokens in and out",
            available: `${count(dailyRequests)} requests a day of ${count(inputTokens)} and ${count(outputTokens)} tokens`,
            because: `the traffic of ${name} is ${count(dailyRequests)} requests a day of ${count(inputTokens)} tokens in and ${count(outputTokens)} out, and nothing can be planned for nothing`,
            advice: "give what clients ask, or leave traffic out: then replicas are as the site says",
        };
    }
    return tokens <= contextTokens
        ? undefined
        : {
              limit: "context",
              needed: `${count(tokens)} tokens`,
              available: `${count(contextTokens)} tokens`,
              because: `prompts and answers of ${name} have ${count(tokens)} tokens in the mean, and its contextTokens is ${count(contextTokens)}`,
              advice: `set contextTokens to ${count(tokens)} or more`,
          };
}
