import assert from "node:assert/strict";
import fc from "fast-check";
import { imageReference, imageText, mirroredAs } from "../../components/mirror/reference";

const digest = `sha256:${"0a".repeat(32)}`;
const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const references = fc.record({
    host: fc.constantFrom("registry.k8s.io", "localhost", "10.88.0.1:5443", "a.b:1"),
    path: fc.array(word, { minLength: 1, maxLength: 3 }).map(words => words.join("/")),
    tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,10}$/), { nil: undefined }),
    digest: fc.option(fc.constant(digest), { nil: undefined }),
});

describe("a reference to an image", () => {
    it("is taken apart and put together again, whatever it holds", () => {
        fc.assert(
            fc.property(references, ({ tag, digest, ...rest }) => {
                const whole = { ...rest, ...(tag && { tag }), ...(digest && { digest }) };
                const expected = "tag" in whole || "digest" in whole ? whole : { ...whole, tag: "latest" };
                assert.deepEqual(imageReference(imageText(whole)), expected);
            }),
        );
    });

    it("is Docker Hub's where it names no registry", () => {
        assert.equal(imageText(imageReference("nginx")), "docker.io/library/nginx:latest");
        assert.equal(imageText(imageReference("vllm/vllm-openai:v0.20.0")), "docker.io/vllm/vllm-openai:v0.20.0");
    });

    it("is refused where it is none", () => {
        for (const text of ["", "UPPER/case:1", "a/b@sha256:12", "a:b:c", "a b"]) {
            assert.throws(() => imageReference(text), /is not an image/, text);
        }
    });

    it("has its registry in its path in a mirror, and unequal images stay unequal there", () => {
        const at = (text: string): string => imageText(mirroredAs("mirror:5000/all", imageReference(text)));
        assert.equal(at("registry.k8s.io/coredns/coredns:v1"), "mirror:5000/all/registry.k8s.io/coredns/coredns:v1");
        assert.equal(at("10.88.0.1:5443/a@" + digest), `mirror:5000/all/10.88.0.1_5443/a@${digest}`);
        fc.assert(
            fc.property(references, references, (a, b) => {
                const [ours, theirs] = [imageReference(imageText(a)), imageReference(imageText(b))];
                const same = imageText(ours) === imageText(theirs);
                assert.equal(imageText(mirroredAs("m.x", ours)) === imageText(mirroredAs("m.x", theirs)), same);
            }),
        );
    });
});
