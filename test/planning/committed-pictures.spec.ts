import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { gpuNames, modelNames } from "../../catalog";
import { fabricPicture } from "../../components/fabric/picture";
import { planSite, sitePicture } from "../../components/planning";
import { parseSite } from "../../components/site/parse";

const root = join(__dirname, "..", "..");
// Keys do not show in a picture; the local hosts' own exist only while the bed runs.
const knownHosts =
    "10.88.0.11,10.88.0.12 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

describe("the pictures in docs/", () => {
    for (const [stack, picture, option] of [
        ["local", "local-site.svg", ""],
        ["prod", "example-site.svg", ""],
        ["prod", "example-fabric.svg", " --fabric"],
    ] as const) {
        it(`${picture} shows ${stack} as it is now (npm run -s picture -- ${stack}${option} >docs/${picture})`, () => {
            const file = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8")) as {
                config: Record<string, unknown>;
            };
            const readText = (path: string): string => readFileSync(join(root, path), "utf8");
            const parsed = parseSite(file.config["seamount:site"], {
                knownHosts,
                readText,
                home: "/root",
                gpuNames,
                modelNames,
            });
            assert.ok("site" in parsed, JSON.stringify(parsed));
            const planning = planSite(parsed.site);
            assert.ok("plan" in planning, JSON.stringify(planning));
            const svg = option === "" ? sitePicture(parsed.site, planning.plan) : fabricPicture(parsed.site);
            assert.equal(readFileSync(join(root, "docs", picture), "utf8"), svg);
        });
    }
});
