import { apiServer, components, configuration, files } from "./controlPlane";
import { nodes } from "./nodes";
import { policies } from "./policies";
import type { CisOwner, CisRow } from "./types";

/** The benchmark that the checks are of: numbers as kube-bench has them (cfg/cis-1.12, 2026-06). */
export const CIS_VERSION = "1.12";

/** A check of the benchmark. */
export interface CisCheck {
    /** `1.2.15` */
    readonly number: string;
    /** In our words. */
    readonly title: string;
    readonly owner: CisOwner;
    /** How it is met, or why not. */
    readonly words: string;
}

/** All checks of the CIS Kubernetes Benchmark 1.12, in its order. */
export const cisChecks: readonly CisCheck[] = [files, apiServer, components, configuration, nodes, policies].flatMap(
    section =>
        Object.entries<CisRow>(section).map(([number, [title, owner, words]]) => ({ number, title, owner, words })),
);

const OWNERS: Readonly<Record<CisOwner, string>> = {
    seamount: "Seamount",
    kubeadm: "kubeadm",
    site: "the site",
    declined: "not met",
};

/** The checks as a table of Markdown. */
export function cisTable(): string {
    const rows = cisChecks.map(
        ({ number, title, owner, words }) => `| ${number} | ${title} | ${OWNERS[owner]} | ${words} |`,
    );
    return ["| check | what | by | how, or why not |", "|---|---|---|---|", ...rows].join("\n");
}
