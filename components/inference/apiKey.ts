/** Fewest characters of an API key: 128 bits in hexadecimal digits. */
const MINIMUM_KEY_LENGTH = 32;

/**
 * The Secret's part of the `map`: one line that lets this key in. A regular expression, because nginx compares plain
 * strings of a map without regard to case.
 * @throws Error that does not contain the key, where it is too short to be safe or cannot travel in a header
 */
export function apiKeyMap(apiKey: string): string {
    if (apiKey.length < MINIMUM_KEY_LENGTH) {
        throw new Error(
            `the API key has ${apiKey.length} characters; it must have at least ${MINIMUM_KEY_LENGTH}, ` +
                `for example those of: openssl rand -hex 32`,
        );
    }
    if (!/^[\x21-\x7e]+$/.test(apiKey)) {
        throw new Error("the API key must consist of printable ASCII characters without spaces");
    }
    // Every character that is not a letter or a digit is written by its code: nothing is left to escape, twice over.
    const pattern = apiKey.replace(/[^A-Za-z0-9]/g, c => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`);
    return `"~^[Bb]earer +${pattern}$" 1;\n`;
}
