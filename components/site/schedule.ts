const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** One field of cron's five: its least and greatest number, and names that stand for numbers from the least on. */
interface CronField {
    readonly least: number;
    readonly most: number;
    readonly names?: readonly string[];
}

const fields: readonly CronField[] = [
    { least: 0, most: 59 },
    { least: 0, most: 23 },
    { least: 1, most: 31 },
    { least: 1, most: 12, names: months },
    { least: 0, most: 6, names: days },
];

/**
 * Whether a text is a time in the words of Linux's cron: five fields of numbers, names, `*`, ranges, steps and lists.
 * KEDA's cron scaler reads them so (keda.sh/docs/latest/scalers/cron); Sunday is 0 there, and never 7.
 */
export function isCron(text: string): boolean {
    const parts = text.trim().split(/[ \t]+/);
    return (
        text.length <= 256 &&
        parts.length === fields.length &&
        fields.every((field, index) => (parts[index] ?? "").split(",").every(part => isCronPart(part, field)))
    );
}

function isCronPart(part: string, field: CronField): boolean {
    const [, from = "", to, step] = /^(\*|[0-9a-z]+)(?:-([0-9a-z]+))?(?:\/(\d{1,2}))?$/i.exec(part) ?? [];
    if (step !== undefined && Number(step) < 1) {
        return false;
    }
    if (from === "*") {
        return to === undefined;
    }
    const first = numberOf(from, field);
    const last = to === undefined ? first : numberOf(to, field);
    return first !== undefined && last !== undefined && first <= last;
}

function numberOf(word: string, { least, most, names = [] }: CronField): number | undefined {
    const named = names.indexOf(word.toLowerCase());
    const value = named < 0 ? (/^\d{1,2}$/.test(word) ? Number(word) : NaN) : named + least;
    return value >= least && value <= most ? value : undefined;
}

/** Whether a text is the name of a time zone in the IANA database: `Asia/Shanghai`, `UTC`. */
export function isTimeZone(text: string): boolean {
    if (!/^[A-Z][A-Za-z0-9_+/-]{1,63}$/.test(text)) {
        return false;
    }
    try {
        return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone.length > 0;
    } catch {
        return false;
    }
}
