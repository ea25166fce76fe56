import { isIP } from "node:net";
import type { LinkItem } from "../items";
import { wrongFields } from "./kind";
import { BOND_MODES } from "./linkScript";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/;

/** What is wrong with the definition of a link. */
export function checkLink(key: string, item: LinkItem): string[] {
    const fields = { mtu: "number", rxRing: "number", txRing: "number", addresses: "array" } as const;
    const { bond, vlan, ...plain } = item;
    const problems = wrongFields(plain, fields);
    const range = (field: "mtu" | "rxRing" | "txRing", least: number) => {
        const value = item[field];
        if (typeof value === "number" && !(value >= least && value <= 65_535)) {
            problems.push(`has a ${field} of ${value}, which is not from ${least} to 65535`);
        }
    };
    range("mtu", 68);
    range("rxRing", 1);
    range("txRing", 1);
    if (!NAME.test(key)) {
        problems.push("is not the name of a network interface, of at most 15 characters");
    }
    if (bond !== undefined && vlan !== undefined) {
        problems.push("is a bond and a VLAN at once: make the VLAN a link of its own on the bond");
    }
    if (bond !== undefined) {
        const members: unknown = bond.members;
        if (!BOND_MODES.some(mode => mode === bond.mode)) {
            problems.push(`has a bond of mode "${String(bond.mode)}", which is none of ${BOND_MODES.join(", ")}`);
        }
        if (!Array.isArray(members) || members.length === 0 || !members.every(isName) || members.includes(key)) {
            problems.push("has a bond whose members are not a list of other interfaces");
        } else if (new Set(members).size !== members.length) {
            problems.push("has a bond that names an interface twice");
        }
    }
    if (vlan !== undefined) {
        if (!Number.isInteger(vlan.id) || vlan.id < 1 || vlan.id > 4094) {
            problems.push(`has a VLAN with the id ${String(vlan.id)}, which is not from 1 to 4094`);
        }
        if (!isName(vlan.parent) || vlan.parent === key) {
            problems.push("has a VLAN whose parent is not another interface");
        }
    }
    for (const address of wrongFields(plain, fields).length > 0 ? [] : (item.addresses ?? [])) {
        if (!isAddress(address)) {
            problems.push(`has the address "${address}", which is not one with its prefix, such as 10.30.0.11/16`);
        }
    }
    return Object.keys(item).length === 0 ? ["says nothing of the link"] : problems;
}

const isName = (name: unknown) => typeof name === "string" && NAME.test(name);

function isAddress(text: string): boolean {
    const [, address = "", prefix = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
    const version = isIP(address);
    return version !== 0 && Number(prefix) <= (version === 4 ? 32 : 128);
}
