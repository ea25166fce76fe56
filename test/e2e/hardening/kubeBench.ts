import { cisChecks } from "../../../components/cluster/hardening/cis";
import { onHost } from "../shell";

interface Report {
    readonly Controls: readonly { readonly tests: readonly { readonly results: readonly Result[] }[] }[];
}

interface Result {
    readonly test_number: string;
    readonly test_desc: string;
    readonly status: "PASS" | "FAIL" | "WARN" | "INFO";
}

/** What kube-bench says about a host of a control plane. */
export interface Verdicts {
    readonly passed: number;
    /** Checks that failed although the list of checks says that they are met. */
    readonly unexplained: readonly string[];
    /** Checks that failed for a reason that the list gives. */
    readonly explained: readonly string[];
}

/**
 * Runs kube-bench's checks of hosts and components in a host of the bed. Its release from the Go module proxy knows the
 * benchmark 1.10, whose numbers are those of 1.12 there; those of section 5 are not, and are not run.
 */
export async function kubeBench(host: string): Promise<Verdicts> {
    const folder = "/srv/kubernetes/kube-bench";
    const targets = "master,etcd,controlplane,node";
    const command = `cd ${folder} && ./kube-bench run --config-dir cfg --benchmark cis-1.10 --targets ${targets} --json`;
    const report = JSON.parse(await onHost(host, `export KUBECONFIG=/etc/kubernetes/admin.conf; ${command}`)) as Report;
    const results = report.Controls.flatMap(({ tests }) => tests.flatMap(test => test.results));
    const declined = new Set(cisChecks.filter(({ owner }) => owner === "declined").map(({ number }) => number));
    const failed = results.filter(({ status }) => status === "FAIL");
    const named = (some: readonly Result[]) => some.map(({ test_number, test_desc }) => `${test_number} ${test_desc}`);
    return {
        passed: results.filter(({ status }) => status === "PASS").length,
        unexplained: named(failed.filter(({ test_number }) => !declined.has(test_number))),
        explained: named(failed.filter(({ test_number }) => declined.has(test_number))),
    };
}
