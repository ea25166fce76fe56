import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { catalogue } from "../../catalog";
import { type Member, members } from "../../components/inference/engines/member";
import { abilitiesOf } from "../../components/inference/engines/refusals";
import { engines } from "../../components/inference/engines/registry";
import type { ModelPlan } from "../../components/planning/plan";
import { type Meaning, meant, readers } from "./engine-meaning";
import { engineNames, flags, gpuEngines, modelOf, plans } from "./engine-plans";

/** Counts, so that a law that no plan reaches does not pass. */
const reached = new Map<string, number>();

const differs = (asked: Meaning, found: Meaning, memoryGB: number, data: number): string | undefined => {
    const { sequences, cacheGB, ...exact } = asked;
    const { sequences: foundSequences, cacheGB: foundGB, ...foundExact } = found;
    assert.deepEqual(foundExact, exact);
    if (foundSequences < sequences || foundSequences >= sequences + data) {
        return `${foundSequences} sequences for ${sequences} on ${data} ranks`;
    }
    // Shares are written in hundredths of a GPU.
    return Math.abs(foundGB - cacheGB) <= 0.0101 * memoryGB ? undefined : `${foundGB} GB of cache for ${cacheGB} GB`;
};

describe("a plan in every engine", () => {
    for (const name of gpuEngines) {
        it(`means the same in ${name}: degrees, experts, context, sequences, memory, cache format, drafts`, () => {
            fc.assert(
                fc.property(plans, given => {
                    const plan: ModelPlan = { ...given, engine: name };
                    fc.pre(engines[name].refusal(plan) === undefined);
                    for (const member of members(plan).filter(({ role }) => role === "leader")) {
                        const command = engines[name].command(plan, modelOf(plan), member);
                        const found = readers[name](command, plan, member);
                        const memoryGB = catalogue.gpus[plan.gpu]?.memoryGB ?? 0;
                        const { dataParallel } = member.layout;
                        assert.equal(differs(meant(plan, member), found, memoryGB, dataParallel), undefined);
                    }
                    reached.set(name, (reached.get(name) ?? 0) + 1);
                }),
                { numRuns: 200, maxSkipsPerRun: 100 },
            );
            assert.equal(reached.get(name), 200);
        });
    }

    it("is refused before it runs, in one sentence that the command says too, or rendered for each of its pods", () => {
        let refused = 0;
        let rendered = 0;
        fc.assert(
            fc.property(plans, fc.constantFrom(...engineNames), (given, name) => {
                const engine = engines[name];
                const plan: ModelPlan = { ...given, engine: name };
                const sentence = engine.refusal(plan);
                for (const member of members(plan)) {
                    const render = (): unknown => engine.command(plan, modelOf(plan), member);
                    if (sentence === undefined) {
                        assert.doesNotThrow(render);
                        rendered += 1;
                    } else {
                        assert.throws(render, { message: `model "${plan.name}": ${sentence}` });
                        assert.match(sentence, /^[^\n.]{20,}$|^[^\n]*[^.\n]$/);
                        refused += 1;
                    }
                }
            }),
            { numRuns: 300 },
        );
        assert.ok(refused > 50 && rendered > 50, `${refused} refused, ${rendered} rendered`);
    });

    it("is refused for what the catalogue says that an engine cannot do", () => {
        fc.assert(
            fc.property(plans, fc.constantFrom(...gpuEngines), (given, name) => {
                const { cannot } = catalogue.engines[name];
                const sentence = abilitiesOf(given).flatMap(ability => cannot[ability] ?? [])[0];
                fc.pre(sentence !== undefined);
                assert.equal(engines[name].refusal({ ...given, engine: name }), sentence);
            }),
        );
    });
});

describe("the pods of a replica", () => {
    const rendered = fc
        .tuple(plans, fc.constantFrom(...engineNames))
        .map(([plan, engine]): ModelPlan => ({ ...plan, engine }))
        .filter(plan => engines[plan.engine].refusal(plan) === undefined);
    /** Holds a law against every kind of pod of generated plans, and sees that some of those it is about came. */
    const each = (
        law: (plan: ModelPlan, member: Member) => void,
        about: (plan: ModelPlan, member: Member) => boolean = () => true,
    ): void => {
        let held = 0;
        fc.assert(
            fc.property(rendered, plan => {
                const some = members(plan).filter(member => about(plan, member));
                some.forEach(member => law(plan, member));
                held += some.length;
            }),
            { numRuns: 200 },
        );
        assert.ok(held > 20, `only ${held} pods of that kind`);
    };

    it("know every variable that their command lines name: LeaderWorkerSet's, and their own", () => {
        const group = ["LWS_LEADER_ADDRESS", "LWS_WORKER_INDEX", "LWS_GROUP_SIZE"];
        each((plan, member) => {
            const { args, env, own = [] } = engines[plan.engine].command(plan, modelOf(plan), member);
            const known = [...own.map(({ name }) => name), ...(member.layout.hosts > 1 ? group : [])];
            const named = [...args, ...Object.values(env)].flatMap(text => text.match(/(?<=\$\()[^)]+/g) ?? []);
            assert.deepEqual(
                named.filter(name => !known.includes(name)),
                [],
            );
            assert.ok(own.every(({ field }) => /^(status\.podIP|metadata\.(name|namespace))$/.test(field)));
        });
    });

    it("differ within a group by their place alone", () => {
        const law = (plan: ModelPlan, member: Member): void => {
            const leader = members(plan).find(({ role, phase }) => role === "leader" && phase === member.phase);
            const ofWorker = flags(engines[plan.engine].command(plan, modelOf(plan), member).args);
            const ofLeader = flags(engines[plan.engine].command(plan, modelOf(plan), leader).args);
            const own = /^--(node-rank|master-addr|dist-init-addr|headless|host|port|api-server-count)$/;
            const alike = (found: Record<string, string>): object =>
                Object.fromEntries(Object.entries(found).filter(([flag]) => !own.test(flag)));
            assert.deepEqual(alike(ofWorker), alike(ofLeader));
            assert.equal(ofLeader["--node-rank"], "0");
            assert.equal(ofWorker["--node-rank"], "$(LWS_WORKER_INDEX)");
        };
        each(law, (plan, { role }) => role === "worker" && plan.engine !== "llamacpp");
    });

    it("listen on the loopback alone, but for leaders that a router must reach", () => {
        each((plan, member) => {
            const { args } = engines[plan.engine].command(plan, modelOf(plan), member);
            const host = flags(args)["--host"] ?? "127.0.0.1";
            const open = member.role === "leader" && member.phase !== "both";
            assert.equal(host, open ? "0.0.0.0" : "127.0.0.1");
        });
    });

    it("keep a socket of a pod alone on its loopback, and name no interface where the group's fabric must", () => {
        each((plan, member) => {
            const { env } = engines[plan.engine].command(plan, modelOf(plan), member);
            const alone = member.layout.hosts === 1;
            assert.equal(env.GLOO_SOCKET_IFNAME, alone ? "lo" : undefined);
            assert.equal(env.NCCL_IB_DISABLE, alone ? "1" : undefined);
        });
    });

    it("are as many as the plan has hosts", () => {
        fc.assert(
            fc.property(plans, plan => {
                const pods = members(plan).reduce((sum, { count }) => sum + count, 0);
                const { apart } = plan;
                assert.equal(
                    pods,
                    apart === undefined
                        ? plan.hosts
                        : apart.prefill.hosts * apart.prefillGroups + apart.decode.hosts * apart.decodeGroups,
                );
            }),
        );
    });
});
