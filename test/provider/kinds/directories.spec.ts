import { strict as assert } from "node:assert";
import * as fc from "fast-check";
import { directories } from "../../../provider/kinds/directories";
import { itKeepsTheLaws } from "./laws";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
const item = fc.record(
    { mode: fc.constantFrom("0755", "700", "2750", "1777"), owner: name, group: name },
    { requiredKeys: [] },
);

describe("directories", () => {
    itKeepsTheLaws(
        directories,
        fc.dictionary(
            name.map(part => `/srv/${part}`),
            item,
        ),
    );

    it("say what is wrong with a definition", () => {
        assert.match(directories.check("/srv/models/", {}).join(), /not the absolute path of a directory/);
        assert.match(directories.check("/srv", { mode: "rwx" }).join(), /mode "rwx" is not octal/);
        assert.match(directories.check("/srv", { owner: "a b" }).join(), /not the name of a user/);
    });

    it("clear bits that a shorter mode would leave", () => {
        const seen = { type: "directory", mode: "2755", owner: "root", group: "root" };
        const differences = directories.diff("/srv", {}, seen, false);
        assert.deepEqual(
            differences.map(({ words }) => words),
            ["directory /srv has mode 2755, should be 755"],
        );
        const change = { key: "/srv", item: {}, seen, differences, secret: false };
        const [step] = directories.change([change], { changedFiles: new Set() });
        assert.match(step?.script ?? "", /chmod 00755 /);
    });

    it("name what stands in a directory's place", () => {
        const seen = { type: "regular file", mode: "644", owner: "root", group: "root" };
        assert.match(directories.diff("/srv", {}, seen, false)[0]?.words ?? "", /is a regular file, should be a dir/);
    });
});
