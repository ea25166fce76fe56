/** What SPDX says of a package's licence. */
export interface LicenceFields {
    readonly licenseDeclared: string;
    readonly licenseConcluded: "NOASSERTION";
    /** The licence in the catalogue's own words, where they are no expression of SPDX. */
    readonly licenseComments?: string;
}

/** An identifier of SPDX's list is written so; whether it is on the list is left to validators. */
const identifier = /^[A-Za-z0-9][A-Za-z0-9.-]*\+?$/;

/**
 * A licence as SPDX has it: what the catalogue or the package declares, and nothing concluded from it. Words that are
 * no expression ("see LICENSE") stay as words.
 */
export function licenceFields(licence: string | undefined): LicenceFields {
    if (licence === undefined || isExpression(licence)) {
        return { licenseDeclared: licence ?? "NOASSERTION", licenseConcluded: "NOASSERTION" };
    }
    return { licenseDeclared: "NOASSERTION", licenseConcluded: "NOASSERTION", licenseComments: licence };
}

/** Whether a text is identifiers joined by AND, OR and WITH, with brackets in pairs. */
function isExpression(text: string): boolean {
    const words = text.replace(/[()]/g, " $& ").trim().split(/\s+/);
    let depth = 0;
    let wantsOperand = true;
    for (const word of words) {
        if (word === "(" ? !wantsOperand : word === ")" ? wantsOperand : false) {
            return false;
        }
        if (word === "(") {
            depth += 1;
        } else if (word === ")") {
            depth -= 1;
        } else if (wantsOperand) {
            if (!identifier.test(word) || ["AND", "OR", "WITH"].includes(word)) return false;
            wantsOperand = false;
        } else {
            if (!["AND", "OR", "WITH"].includes(word)) return false;
            wantsOperand = true;
        }
        if (depth < 0) return false;
    }
    return depth === 0 && !wantsOperand;
}
