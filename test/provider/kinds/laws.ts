import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import type { Kind } from "../../../provider/kinds/kind";

/** What holds for every kind of item, whatever its items are. */
export function itKeepsTheLaws<Item, Seen>(kind: Kind<Item, Seen>, items: fc.Arbitrary<Record<string, Item>>): void {
    const each = (check: (key: string, item: Item, bare: Seen, changed: Seen) => void) =>
        fc.assert(
            fc.property(items, record => {
                const keys = Object.keys(record).sort();
                const seen = kind.parse([], keys);
                for (const key of keys) {
                    const [item, bare] = [record[key], seen[key]];
                    assert.ok(item !== undefined && bare !== undefined, `${key} was not parsed`);
                    check(key, item, bare, kind.wanted(key, item, bare));
                }
            }),
        );

    it("takes items that are right", () => {
        each((key, item) => assert.deepEqual(kind.check(key, item), []));
    });

    it("differs on an untouched host, and in nothing once it was changed", () => {
        each((key, item, bare, changed) => {
            assert.notDeepEqual(kind.diff(key, item, bare, false), []);
            assert.deepEqual(kind.diff(key, item, changed, false), []);
        });
    });

    it("describes a changed item by what differs in nothing", () => {
        each((key, item, _bare, changed) => {
            const described = kind.describe(key, item, changed);
            assert.ok(described !== undefined);
            assert.deepEqual(kind.diff(key, described, changed, false), []);
        });
    });

    it("changes nothing where nothing differs, and puts back nothing where nothing is recorded", () => {
        const context = { changedFiles: new Set<string>() };
        assert.deepEqual(kind.restore({}, context), []);
        assert.deepEqual(kind.conclude?.({}) ?? [], []);
    });
}
