import { appendFileSync } from "node:fs";
import * as Mocha from "mocha";

/** Mocha's own `spec` report, which also appends `passed failed skipped` to the file that SEAMOUNT_TALLY names. */
module.exports = class extends Mocha.reporters.Spec {
    constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
        super(runner, options);
        runner.once("end", () => {
            const { passes, failures, pending } = this.stats;
            const tally = process.env.SEAMOUNT_TALLY;
            if (tally) appendFileSync(tally, `${passes} ${failures} ${pending}\n`);
        });
    }
};
