/** What the policy SDK throws when a rule reads a value that a preview does not know yet. */
const UNKNOWN_VALUE = / value at \.(\S+) can't be known during preview$/;

/**
 * Runs one check of a rule. A value that a preview does not know yet would end the whole rule with an advisory remark,
 * whatever its level: here it is a violation of its own, and the rule's other checks go on.
 */
export function known(report: (message: string) => void, check: () => void): void {
    try {
        check();
    } catch (error) {
        const [, path] = (error instanceof Error ? UNKNOWN_VALUE.exec(error.message) : undefined) ?? [];
        if (path === undefined) {
            throw error;
        }
        report(`${path} is not known before the update, so it cannot be checked: give it a plain value`);
    }
}
