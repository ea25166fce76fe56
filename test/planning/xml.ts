import assert from "node:assert/strict";

/** Checks that tags nest and close, and that text and attributes hold no bare markup. */
export function assertXml(xml: string): void {
    const open: string[] = [];
    const rest = xml.replace(
        /<(\/?)([a-z]+)((?:\s+[a-zA-Z0-9:-]+="[^"<]*")*)\s*(\/?)>/g,
        (_, close: string, tag: string, _attributes: string, empty: string) => {
            if (close === "/") {
                assert.equal(open.pop(), tag);
            } else if (empty !== "/") {
                open.push(tag);
            }
            return "";
        },
    );
    assert.deepEqual(open, []);
    assert.doesNotMatch(rest, /[<>]|&(?!amp;|lt;|gt;|quot;)/);
}
