import type { Check, Finding } from "../check";
import { specProblems } from "../settings";

/**
 * Main memory: how much there is, and whether it has errors. Figures: `totalGiB` (what the kernel manages: 1 to 3 %
 * less than is plugged in), `correctedErrors` and `uncorrectedErrors` since boot (where EDAC counts them). Series:
 * `totalGiB` by NUMA node. An uncorrected error is a finding whatever the thresholds are.
 */
export const memory: Check = {
    name: "memory",
    words: "amount of memory and its ECC errors",
    check: spec => specProblems(spec, {}, ["totalGiB", "correctedErrors", "uncorrectedErrors"]),
    limitSeconds: () => 30,
    script: () => `
awk '/^MemTotal:/ { print "total", $2 }' /proc/meminfo
for node in /sys/devices/system/node/node[0-9]*; do
    [ ! -r "$node/meminfo" ] || awk '$3 == "MemTotal:" { print "node", $2, $4 }' "$node/meminfo"
done
for controller in /sys/devices/system/edac/mc/mc[0-9]*; do
    [ -r "$controller/ue_count" ] || continue
    read -r uncorrected <"$controller/ue_count"
    read -r corrected <"$controller/ce_count"
    echo "errors $uncorrected $corrected"
    for dimm in "$controller"/dimm[0-9]* "$controller"/rank[0-9]*; do
        [ -r "$dimm/dimm_ue_count" ] || continue
        read -r uncorrected <"$dimm/dimm_ue_count"
        read -r corrected <"$dimm/dimm_ce_count"
        label=
        [ ! -r "$dimm/dimm_label" ] || read -r label <"$dimm/dimm_label" || :
        [ "$uncorrected$corrected" = 00 ] || echo "dimm $uncorrected $corrected \${label:-\${controller##*/}/\${dimm##*/}}"
    done
done
exit 0
`,
    parse(lines) {
        const rows = lines.map(line => line.split(" "));
        const of = (name: string) => rows.filter(([first]) => first === name);
        const [total] = of("total");
        const errors = of("errors");
        const sum = (column: number) => errors.reduce((all, row) => all + Number(row[column]), 0);
        const nodes = of("node").map(([, node = "", kibibytes]) => [`node ${node}`, gibibytes(kibibytes)] as const);
        return {
            figures: {
                ...(total === undefined ? {} : { totalGiB: gibibytes(total[1]) }),
                ...(errors.length === 0 ? {} : { uncorrectedErrors: sum(1), correctedErrors: sum(2) }),
            },
            ...(nodes.length > 1 ? { series: { totalGiB: Object.fromEntries(nodes) } } : {}),
            findings: sum(1) === 0 ? [] : uncorrected(sum(1), of("dimm")),
        };
    },
    causes: figure =>
        figure === "totalGiB"
            ? [
                  "a module that the firmware has left out, or that is not seated (`dmidecode -t memory`, the BMC's log)",
                  "`memoryGiB` in the site file is not what the host has",
                  "memory kept from the kernel (`mem=`, `memmap=`, `crashkernel=` in /proc/cmdline)",
              ]
            : [
                  "a module that fails: the BMC's log names it; replace it",
                  "no EDAC driver for this processor is loaded, so that nothing is counted (`ls /sys/devices/system/edac/mc`)",
              ],
};

/** KiB to GiB, with two decimals. */
function gibibytes(kibibytes: string | undefined): number {
    return Math.round((Number(kibibytes) / 1048576) * 100) / 100;
}

/** A finding a module; without names of modules, one for all. */
function uncorrected(total: number, dimms: readonly (readonly string[])[]): readonly Finding[] {
    const causes = ["a module that fails: replace it, and put the host out of service until then"];
    const wanted = "no uncorrected memory error since boot";
    const named = dimms.filter(([, errors]) => Number(errors) > 0);
    return named.length === 0
        ? [{ what: "memory", found: `${total} uncorrected errors`, wanted, causes }]
        : named.map(([, errors, , ...label]) => ({
              what: `memory module ${label.join(" ")}`,
              found: `${errors} uncorrected errors`,
              wanted,
              causes,
          }));
}
