import assert from "node:assert/strict";
import fc from "fast-check";
import { type Artefact, artefactKinds, joined } from "../../components/mirror/artefact";
import { licenceFields } from "../../components/mirror/licence";
import { packageUrl } from "../../components/mirror/purl";
import { spdxDocument } from "../../components/mirror/spdx";

const digest = `sha256:${"0a".repeat(32)}`;
const words = fc.stringMatching(/^[a-z][a-z0-9./-]{0,10}$/);
const artefacts = fc.array(
    fc.record(
        {
            kind: fc.constantFrom(...artefactKinds),
            name: words,
            version: words,
            digest: fc.constant(digest),
            from: words,
            source: words,
            licence: fc.constantFrom("MIT", "Apache-2.0", "see LICENSE"),
            usedBy: fc.array(words, { minLength: 1 }),
        },
        { requiredKeys: ["kind", "name", "source", "usedBy"] },
    ),
);
const made = { site: "a", created: new Date(0), version: "0.1.0" };

interface Bill {
    readonly packages: { readonly SPDXID: string; readonly name: string }[];
    readonly relationships: {
        readonly spdxElementId: string;
        readonly relationshipType: string;
        readonly relatedSpdxElement: string;
    }[];
}
const billOf = (list: readonly Artefact[]): Bill => spdxDocument(joined(list), made) as unknown as Bill;

describe("the bill of materials of a site", () => {
    it("has identifiers that differ and relationships between things that it holds, whatever it holds", () => {
        fc.assert(
            fc.property(artefacts, list => {
                const { packages, relationships } = billOf(list);
                const ids = new Set(packages.map(({ SPDXID }) => SPDXID));
                assert.equal(ids.size, packages.length);
                ids.forEach(id => assert.match(id, /^SPDXRef-[A-Za-z0-9.-]+$/));
                relationships.forEach(({ spdxElementId, relatedSpdxElement }) => {
                    assert.ok(ids.has(spdxElementId) || spdxElementId === "SPDXRef-DOCUMENT");
                    assert.ok(ids.has(relatedSpdxElement));
                });
                const needed = relationships.filter(({ spdxElementId }) => spdxElementId === "SPDXRef-Site");
                assert.equal(needed.length, packages.length - 1);
            }),
        );
    });

    it("is the same for the same artefacts but for its time, and has another name space for others", () => {
        fc.assert(
            fc.property(artefacts, list => {
                const all = joined(list);
                const one = spdxDocument(all, made);
                const other = spdxDocument(all, { ...made, created: new Date(1_000_000_000) });
                assert.deepEqual({ ...one, creationInfo: other.creationInfo }, other);
                assert.equal((other.creationInfo as { created: string }).created, "1970-01-12T13:46:40Z");
                const more = spdxDocument(
                    [...all, { kind: "plugin", name: "extra", source: "x", usedBy: ["y"] }],
                    made,
                );
                assert.notEqual(more.documentNamespace, one.documentNamespace);
            }),
        );
    });

    it("says that a chart depends on its images", () => {
        const { packages, relationships } = billOf([
            { kind: "chart", name: "kueue", version: "0.19.2", source: "s", usedBy: ["cluster"] },
            {
                kind: "image",
                name: "registry.k8s.io/kueue/kueue",
                version: "v0.19.2",
                source: "s",
                usedBy: ["kueue 0.19.2"],
            },
        ]);
        const id = (name: string) => packages.find(each => each.name === name)?.SPDXID;
        assert.deepEqual(relationships.at(-1), {
            spdxElementId: id("kueue"),
            relationshipType: "DEPENDS_ON",
            relatedSpdxElement: id("registry.k8s.io/kueue/kueue"),
        });
    });

    it("declares a licence where there is an expression, and keeps other words as words", () => {
        for (const licence of ["MIT", "(BSD-3-Clause AND Apache-2.0)", "GPL-2.0-only WITH Classpath-exception-2.0"]) {
            assert.equal(licenceFields(licence).licenseDeclared, licence);
        }
        for (const licence of ["SEE LICENSE IN LICENSE", "(MIT", "MIT Apache-2.0", "AND", "MIT)", "()", ""]) {
            const fields = licenceFields(licence);
            assert.equal(fields.licenseDeclared, "NOASSERTION", licence);
            assert.equal(fields.licenseComments, licence);
        }
    });

    it("addresses each kind of artefact as package URLs do", () => {
        const of = (artefact: Partial<Artefact>) =>
            packageUrl({ kind: "image", name: "", source: "s", usedBy: [], ...artefact });
        assert.equal(
            of({ name: "registry.k8s.io/pause", version: "3.10", digest }),
            `pkg:oci/pause@sha256:${"0a".repeat(32)}?repository_url=registry.k8s.io%2Fpause&tag=3.10`,
        );
        assert.equal(
            of({ kind: "library", name: "@pulumi/random", version: "4.1.0" }),
            "pkg:npm/%40pulumi/random@4.1.0",
        );
        assert.equal(of({ kind: "package", name: "chrony", from: "rocky-9" }), "pkg:rpm/rocky/chrony?distro=rocky-9");
    });
});
