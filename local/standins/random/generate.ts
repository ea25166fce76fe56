import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { CheckFailure } from "../provider";
import { at, Json, numberAt, Properties, textAt } from "../values";

/** Specials used when `overrideSpecial` is not given: those of the released provider. */
export const DEFAULT_SPECIALS = "!@#$%&*()-_=+[]{}<>:?";

/** A random whole number from 0 to `below` - 1. Passed in so that tests can choose it. */
export type Dice = (below: number) => number;

/** Cryptographically secure dice. */
export const SECURE: Dice = below => randomInt(below);

interface CharacterClass {
    readonly alphabet: string;
    readonly minimum: number;
}

/** The classes of characters that a password or string may have, with the least number of each. */
export function characterClasses(inputs: Properties): readonly CharacterClass[] {
    const wanted = (...keys: readonly string[]): boolean => keys.every(key => at(inputs, key) !== false);
    return [
        { wanted: wanted("lower"), alphabet: "abcdefghijklmnopqrstuvwxyz", minimum: "minLower" },
        { wanted: wanted("upper"), alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", minimum: "minUpper" },
        { wanted: wanted("numeric", "number"), alphabet: "0123456789", minimum: "minNumeric" },
        {
            wanted: wanted("special"),
            alphabet: textAt(inputs, "overrideSpecial") || DEFAULT_SPECIALS,
            minimum: "minSpecial",
        },
    ]
        .filter(({ wanted }) => wanted)
        .map(({ alphabet, minimum }) => ({ alphabet, minimum: numberAt(inputs, 0, minimum) }));
}

/** What is wrong with the inputs of a password or string. */
export function checkCharacters(inputs: Properties): readonly CheckFailure[] {
    const length = at(inputs, "length");
    if (typeof length !== "number") {
        return length === undefined ? [{ property: "length", reason: "length is required" }] : [];
    }
    const classes = characterClasses(inputs);
    const needed = classes.reduce((sum, { minimum }) => sum + minimum, 0);
    const failures: CheckFailure[] = [];
    if (length < 1) {
        failures.push({ property: "length", reason: `length is ${length}: it must be at least 1` });
    }
    if (needed > length) {
        const reason = `length is ${length}, but the least numbers of characters add up to ${needed}`;
        failures.push({ property: "length", reason });
    }
    if (classes.length === 0) {
        failures.push({ property: "lower", reason: "every class of characters is switched off" });
    }
    return failures;
}

/** Random text by the rules of `RandomPassword` and `RandomString`. */
export function characters(inputs: Properties, dice: Dice = SECURE): string {
    const classes = characterClasses(inputs);
    const pick = (alphabet: string): string => alphabet.charAt(dice(alphabet.length));
    const text = classes.flatMap(({ alphabet, minimum }) => Array.from({ length: minimum }, () => pick(alphabet)));
    const all = classes.map(({ alphabet }) => alphabet).join("");
    while (text.length < numberAt(inputs, 0, "length")) {
        text.push(pick(all));
    }
    return shuffled(text, dice).join("");
}

/** The items in a random order (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[], dice: Dice = SECURE): readonly Item[] {
    const rest = [...items];
    const order: Item[] = [];
    while (rest.length > 0) {
        order.push(...rest.splice(dice(rest.length), 1));
    }
    return order;
}

/** What creating a resource of a kind gives: its id, and its outputs beside the inputs. */
export interface Generated {
    readonly id: string;
    readonly outputs: Properties;
}

/** Outputs of an id made of these bytes. */
export function encodeId(bytes: Buffer, prefix: string): Generated {
    const hex = bytes.toString("hex");
    return {
        id: bytes.toString("base64url"),
        outputs: {
            b64Std: prefix + bytes.toString("base64"),
            b64Url: prefix + bytes.toString("base64url"),
            hex: prefix + hex,
            dec: prefix + BigInt(`0x${hex}`).toString(),
        },
    };
}

/** Makes the resource of each supported kind, from its inputs. */
export const GENERATORS: Readonly<Record<string, (inputs: Properties) => Generated>> = {
    RandomPassword: inputs => ({ id: "none", outputs: { result: characters(inputs) } }),
    RandomString: inputs => {
        const result = characters(inputs);
        return { id: result, outputs: { result } };
    },
    RandomId: inputs => encodeId(randomBytes(numberAt(inputs, 0, "byteLength")), textAt(inputs, "prefix")),
    RandomBytes: inputs => {
        const bytes = randomBytes(numberAt(inputs, 0, "length"));
        return { id: "none", outputs: { base64: bytes.toString("base64"), hex: bytes.toString("hex") } };
    },
    RandomUuid: () => {
        const result = randomUUID();
        return { id: result, outputs: { result } };
    },
    RandomInteger: inputs => {
        const [min, max] = [numberAt(inputs, 0, "min"), numberAt(inputs, 0, "max")];
        const result = min + SECURE(max - min + 1);
        return { id: String(result), outputs: { result } };
    },
};

/** What is wrong with the inputs of a kind. Unknown inputs are not judged. */
export function checkInputs(kind: string, inputs: Properties): readonly CheckFailure[] {
    const positive = (key: string): readonly CheckFailure[] => {
        const value: Json | undefined = at(inputs, key);
        const wrong = value === undefined || (typeof value === "number" && value < 1);
        return wrong ? [{ property: key, reason: `${key} is ${String(value)}: it must be at least 1` }] : [];
    };
    switch (kind) {
        case "RandomPassword":
        case "RandomString":
            return checkCharacters(inputs);
        case "RandomId":
            return positive("byteLength");
        case "RandomBytes":
            return positive("length");
        case "RandomInteger":
            return [
                ...(numberAt(inputs, 0, "min") > numberAt(inputs, 0, "max")
                    ? [{ property: "min", reason: "min is greater than max" }]
                    : []),
                ...(at(inputs, "seed") !== undefined
                    ? [{ property: "seed", reason: "this stand-in knows no seed: leave it out" }]
                    : []),
            ];
        default:
            return [];
    }
}
