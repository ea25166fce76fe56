import type { RoceItem } from "../items";
import { shellQuote, shellWords } from "../shell";
import { type Kind, sortedEntries, wrongFields } from "./kind";
import { bootLine, differences, mark, V2 } from "./roceDiff";
import { installUnit, observeUnit, removeUnit, ROCE_FILES, ROCE_UNIT } from "./roceScript";
import { restoreRoce } from "./roceRestore";
import { readSeen, SEE_ROCE, type SeenRoce } from "./roceSeen";

const including = (list: readonly number[], priority: number) => [...new Set([...list, priority])].sort();

/** Lossless RoCEv2 by network interface: now, and at each boot through one unit. */
export const roce: Kind<RoceItem, SeenRoce> = {
    name: "roce",
    noun: "RoCE on",

    check(key, item) {
        const problems = wrongFields(item, { device: "string", dscp: "number", priority: "number", cnpDscp: "number" });
        if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(key)) {
            problems.push("is not the name of a network interface");
        }
        if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(item.device)) {
            problems.push(`device "${item.device}" is not the name of an RDMA device, such as mlx5_0`);
        }
        for (const [field, most] of [["dscp", 63] as const, ["priority", 7] as const, ["cnpDscp", 63] as const]) {
            if (!(item[field] >= 0 && item[field] <= most)) {
                problems.push(`${field} ${item[field]} is not from 0 to ${most}`);
            }
        }
        if (item.dscp === item.cnpDscp) {
            problems.push(
                `marks data and congestion notifications both with ${item.dscp}: a switch could not tell them apart`,
            );
        }
        return problems;
    },

    observe(keys) {
        return [
            SEE_ROCE,
            ...keys.map(key => `see_roce ${shellQuote(key)}`),
            `[ ! -r ${ROCE_FILES.config} ] || sed 's/^/boot\\t/' ${ROCE_FILES.config}`,
            observeUnit,
        ].join("\n");
    },

    parse(lines, keys) {
        const facts = lines.map(text => text.split("\t"));
        const unit = facts.some(([what, value]) => what === "unit" && value === "ready");
        const boot = facts.flatMap(([what, text = ""]) => (what === "boot" ? [text] : []));
        return Object.fromEntries(
            keys.map(key => {
                const start = facts.findIndex(([what, name]) => what === "interface" && name === key);
                const rest = start < 0 ? [] : facts.slice(start + 1);
                const end = rest.findIndex(([what]) => what === "interface" || what === "boot" || what === "unit");
                const own = end < 0 ? rest : rest.slice(0, end);
                const atBoot = boot.find(text => text.startsWith(`${key} `));
                return [key, { ...readSeen(own), ...(atBoot === undefined ? {} : { boot: atBoot }), unit }];
            }),
        );
    },

    diff: (key, item, seen) => differences(key, item, seen),

    wanted(key, item, seen) {
        const old = seen.flow?.priorities ?? "-".repeat(64);
        return {
            ...seen,
            devices: [item.device],
            flow: {
                trust: "dscp",
                pfc: [item.priority],
                priorities: `${old.slice(0, item.dscp)}${item.priority}${old.slice(item.dscp + 1)}`,
            },
            tos: mark(item.dscp),
            mode: V2,
            ...(seen.trafficClass === undefined ? {} : { trafficClass: mark(item.dscp) }),
            ...(seen.notices === undefined ? {} : { notices: including(seen.notices, item.priority) }),
            ...(seen.heeds === undefined ? {} : { heeds: including(seen.heeds, item.priority) }),
            ...(seen.cnpDscp === undefined ? {} : { cnpDscp: item.cnpDscp }),
            boot: bootLine(key, item),
            unit: true,
        };
    },

    describe(key, _item, seen) {
        const [, device = "", ...numbers] = seen.boot?.split(" ") ?? [];
        const [dscp = -1, priority = -1, cnpDscp = -1] = numbers.map(Number);
        const described = { device, dscp, priority, cnpDscp };
        return differences(key, described, seen).length === 0 ? described : undefined;
    },

    change(changes) {
        const steps = changes.map(({ key, item, seen }) => {
            const others = seen.devices.length === 0 ? "no RDMA device" : seen.devices.join(" and ");
            const elsewhere = `${key} has ${others}, and not ${item.device}: name rails and interfaces in the same order`;
            const fine = seen.devices.includes(item.device);
            const lines = [
                // A mark on the wrong rail would be found by nobody: nothing is set.
                ...(fine ? [] : [`refuse ${shellQuote(elsewhere)}`]),
                `set_lines ${ROCE_FILES.config} 1 ${shellWords([key, bootLine(key, item)])}`,
                `sh ${ROCE_FILES.script} ${shellQuote(key)}`,
            ];
            return { words: `making RoCE on ${key} lossless`, script: lines.join("\n") };
        });
        return steps.length === 0 ? [] : [{ words: `putting ${ROCE_UNIT} in place`, script: installUnit }, ...steps];
    },

    restore(recorded) {
        const entries = sortedEntries(recorded);
        return entries.length === 0
            ? []
            : [
                  ...entries.map(([key, seen]) => restoreRoce(key, seen)),
                  { words: `removing ${ROCE_UNIT}`, script: removeUnit },
              ];
    },
};
