import type { Check, CheckSpec } from "./check";
import { clock } from "./checks/clock";
import { dcgm } from "./checks/dcgm";
import { fio } from "./checks/fio";
import { gemm } from "./checks/gemm";
import { gpuHealth } from "./checks/gpuHealth";
import { h2d } from "./checks/h2d";
import { hbm } from "./checks/hbm";
import { iperf3 } from "./checks/iperf3";
import { memory } from "./checks/memory";
import { nccl, ncclPair } from "./checks/nccl";
import { rdma } from "./checks/rdma";
import { topology } from "./checks/topology";
import type { Asked } from "./script";

/** Every check there is, in the order in which a gate runs them: quick ones and those that say why others fail first. */
const ALL: readonly Check[] = [
    clock,
    memory,
    topology,
    gpuHealth,
    hbm,
    h2d,
    gemm,
    nccl,
    fio,
    iperf3,
    rdma,
    ncclPair,
    dcgm,
];

/** Every check by its name. */
export const checks: Readonly<Record<string, Check>> = Object.fromEntries(ALL.map(check => [check.name, check]));

/** The check that a name in a gate's inputs stands for: `fio`, or `fio:hot` where a gate has it more than once. */
export function checkNamed(name: string): Check | undefined {
    return /^[A-Za-z0-9]+(:[A-Za-z0-9-]+)?$/.test(name) ? checks[name.split(":", 1)[0] ?? ""] : undefined;
}

/** The checks of a gate, in the order in which they run. Names that no check has are left out. */
export function asked(specs: Readonly<Record<string, CheckSpec>>): readonly Asked[] {
    const place = ({ check }: Asked) => ALL.indexOf(check);
    return Object.entries(specs)
        .flatMap(([name, spec]) => {
            const check = checkNamed(name);
            return check === undefined ? [] : [{ name, check, spec }];
        })
        .sort((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : 1));
}
