import { catalogue, findGpu, findModel } from "../../../catalog";
import type { EngineAbility } from "../../../catalog/types";
import type { Layout } from "../../planning/memory";
import type { ServingPlan } from "../../planning/plan";
import type { EngineName } from "../../site/site";
import { type Member, members } from "./member";

/** What a plan asks of an engine beside tensor parallel on one host. */
export function abilitiesOf(plan: ServingPlan): readonly EngineAbility[] {
    const layouts = members(plan).map(({ layout }) => layout);
    const some = (asks: (layout: Layout) => boolean): boolean => layouts.some(asks);
    const asked: readonly (readonly [EngineAbility, boolean])[] = [
        ["tensor", some(layout => layout.tensorParallel > 1)],
        ["hosts", some(layout => layout.hosts > 1)],
        ["pipeline", some(layout => layout.pipelineParallel > 1)],
        ["data", some(layout => layout.dataParallel > 1)],
        ["experts", some(layout => layout.expertParallel)],
        ["apart", plan.apart !== undefined],
        ["draft", (plan.draftTokens ?? 0) > 0],
        ["redundantExperts", (plan.redundantExperts ?? 0) > 0],
        ["fp8Cache", plan.kvCache === "fp8"],
    ];
    return asked.filter(([, is]) => is).map(([ability]) => ability);
}

/** Why an engine cannot serve a plan, in one sentence. Undefined: it can, as far as is known before it runs. */
export function refusalOf(engine: EngineName, plan: ServingPlan): string | undefined {
    const { cannot, vendors, device } = catalogue.engines[engine];
    const vendor = findGpu(plan.gpu)?.vendor;
    if (device === "gpu" && vendor !== undefined && !vendors.includes(vendor)) {
        return `the engine ${engine} runs on GPUs of ${vendors.join(" and ")}, and ${plan.gpu} is ${vendor}'s`;
    }
    const [missing] = abilitiesOf(plan).flatMap(ability => cannot[ability] ?? []);
    return (
        missing ??
        members(plan)
            .map(member => layoutProblem(plan, member))
            .find(problem => problem !== undefined)
    );
}

/** What no engine can make ranks of. */
function layoutProblem(plan: ServingPlan, { layout }: Member): string | undefined {
    const { hosts, gpusPerHost, tensorParallel, pipelineParallel, dataParallel, expertParallel } = layout;
    const ranks = tensorParallel * pipelineParallel * dataParallel;
    if (gpusPerHost > 0 && ranks !== hosts * gpusPerHost) {
        return (
            `tensor parallel ${tensorParallel} × pipeline parallel ${pipelineParallel} × data parallel ${dataParallel} ` +
            `are ${ranks} ranks, and ${hosts} × ${gpusPerHost} GPUs are ${hosts * gpusPerHost}`
        );
    }
    if (dataParallel % hosts !== 0 && hosts % dataParallel !== 0) {
        return `${dataParallel} data-parallel ranks do not divide among ${hosts} hosts, nor the hosts among them: one of them would lie on parts of hosts`;
    }
    const redundant = plan.redundantExperts ?? 0;
    const experts = findModel(plan.model)?.experts ?? 0;
    if (redundant > 0 && !expertParallel) {
        return `${redundant} redundant experts need expert parallelism, and the plan has none`;
    }
    const expertRanks = tensorParallel * dataParallel;
    return expertParallel && experts > 0 && (experts + redundant) % expertRanks !== 0
        ? `${experts} experts and ${redundant} redundant ones do not divide among ${expertRanks} ranks`
        : undefined;
}

/**
 * @param more a refusal that the engine alone knows
 * @throws Error with the refusal of a plan
 */
export function orRefusePlan(engine: EngineName, plan: ServingPlan & { readonly name: string }, more?: string): void {
    const problem = refusalOf(engine, plan) ?? more;
    if (problem !== undefined) {
        throw new Error(`model "${plan.name}": ${problem}`);
    }
}
