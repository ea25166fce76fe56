import assert from "node:assert/strict";
import * as fc from "fast-check";
import { planSite, sitePicture } from "../../components/planning";
import type { Site } from "../../components/site/site";
import { gpuHosts, host, localSite, productionSite, service, site } from "./sites";
import { assertXml } from "./xml";

const draw = (of: Site): string => {
    const result = planSite(of);
    return sitePicture(of, "plan" in result ? result.plan : { site: of.name, models: [] });
};

interface Rectangle {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
}

const cards = (svg: string): readonly Rectangle[] =>
    [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" rx="6"/g)].map(
        ([, x, y, width, height]) => ({ x: Number(x), y: Number(y), width: Number(width), height: Number(height) }),
    );

const overlap = (a: Rectangle, b: Rectangle): boolean =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe("sitePicture", () => {
    for (const [of, count] of [
        [localSite, 7],
        [productionSite, 25],
    ] as const) {
        it(`draws ${of.name}: valid XML, each of ${count} hosts once, nothing on top of another`, () => {
            const svg = draw(of);
            assertXml(svg);
            for (const { name } of of.hosts) {
                assert.equal(svg.split(`>${name}</text>`).length, 2, name);
            }
            const boxes = cards(svg);
            assert.equal(boxes.length, count + of.models.length);
            boxes.forEach((a, i) => assert.ok(!boxes.slice(i + 1).some(b => overlap(a, b)), `card ${i}`));
            const [, height] = /viewBox="0 0 900 ([\d.]+)"/.exec(svg) ?? [];
            assert.ok(
                boxes.every(one => one.x >= 0 && one.x + one.width <= 900 && one.y + one.height <= Number(height)),
            );
        });
    }

    it("is the same for the same site", () => {
        assert.equal(draw(localSite), draw(structuredClone(localSite)));
    });

    it("shows which model may run on which host", () => {
        const svg = draw(localSite);
        assert.equal(svg.split(">deepseek-r1</text>").length - 1, 1 + 4);
        assert.equal(svg.split(">tiny-deepseek</text>").length - 1, 1 + 1);
    });

    it("stays valid with any names, and with many models on a host", () => {
        fc.assert(
            fc.property(
                fc.string({ unit: "grapheme" }),
                fc.string({ unit: "binary" }),
                fc.integer({ min: 0, max: 6 }),
                (rack, name, models) => {
                    const small = { model: "deepseek-r1-distill-qwen-7b", precision: "bf16" };
                    const services = Array.from({ length: models }, (_, n) => service(`${name}${n}`, small));
                    assertXml(draw(site([host(name, { rack }), ...gpuHosts(2, "H200")], services, name)));
                },
            ),
            { numRuns: 200 },
        );
    });
});
