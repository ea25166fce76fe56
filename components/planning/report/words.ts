import { count } from "../words";

/** `USD 12.4 M`, `USD 850,000`, `USD 0.42`: three digits that count, all for amounts below a million. */
export function money(value: number, currency: string): string {
    return `${currency} ${amount(value)}`;
}

function amount(value: number): string {
    const size = Math.abs(value);
    if (size >= 1e6) {
        const scaled = size >= 1e9 ? value / 1e9 : value / 1e6;
        return `${threeDigits(scaled)} ${size >= 1e9 ? "bn" : "M"}`;
    }
    return size >= 100 || size < 0.1 ? threeDigits(value) : `${value < 0 ? "−" : ""}${size.toFixed(2)}`;
}

/** A number with three digits that count, without noughts at its end: `0.0421`, `4.2`, `42.1`, `421`, `4,210`. */
export function threeDigits(value: number): string {
    const size = Math.abs(value);
    if (size === 0) {
        return "0";
    }
    if (size >= 100) {
        return value < 0 ? `−${count(-value)}` : count(value);
    }
    const digits = Math.max(0, 2 - Math.floor(Math.log10(size)));
    const rounded = size
        .toFixed(Math.min(digits, 6))
        .replace(/(\.\d*?)0+$/, "$1")
        .replace(/\.$/, "");
    return `${value < 0 ? "−" : ""}${rounded}`;
}

/** Seconds as people read them: `820 ms`, `2.4 s`. */
export const seconds = (value: number): string =>
    value < 1 ? `${threeDigits(value * 1000)} ms` : `${threeDigits(value)} s`;

/** Milliseconds from seconds: `41.2 ms`. */
export const milliseconds = (value: number): string => `${threeDigits(value * 1000)} ms`;

/** Many tokens: `1.2 bn`, `350 M`, `42,000`. */
export function tokens(value: number): string {
    if (value >= 1e9) {
        return `${threeDigits(value / 1e9)} bn`;
    }
    return value >= 1e6 ? `${threeDigits(value / 1e6)} M` : count(value);
}

/** `12.5 %`. */
export const percent = (share: number): string => `${threeDigits(share * 100)} %`;
