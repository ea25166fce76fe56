import { strict as assert } from "node:assert";
import { must } from "./shell";

// Whatever language host and providers are in use, stand-ins or released ones, must live through the same.
describe("the language host and the providers", () => {
    it("create, change, are gated, refuse a mistake in one line, and destroy", async () => {
        const said = await must("bash", ["-c", "test/standins/engine.sh 2>&1"]);
        assert.match(said, /^ok: everything can be destroyed$/m);
    });
});
