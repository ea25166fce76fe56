import { findChart } from "../../../catalog/charts";
import type { Site } from "../../site/site";
import { repositoryOf, withSiteDigest } from "./images";

/** An image in the parts that charts and custom resources want it in. */
export interface ImageParts {
    /** `quay.io`. */
    readonly registry: string;
    /** `jetstack/cert-manager-controller`. */
    readonly path: string;
    /** `quay.io/jetstack/cert-manager-controller`. */
    readonly repository: string;
    /** All but the last word: `quay.io/jetstack`. */
    readonly folder: string;
    /** The last word: `cert-manager-controller`. */
    readonly name: string;
    /** `v1.21.2`. */
    readonly tag: string;
    /** `sha256:…`. Unset: neither the catalogue nor the site has it. */
    readonly digest?: string;
    /** Hexadecimal part of the digest; empty without one. */
    readonly sha: string;
    /** Tag with the digest where there is one, `v1.21.2@sha256:…`: for charts that put what they get after a colon. */
    readonly pinnedTag: string;
    /** The digest where there is one, otherwise the tag: for operators that tell them apart. */
    readonly version: string;
    /** The whole reference, `quay.io/jetstack/cert-manager-controller:v1.21.2@sha256:…`. */
    readonly reference: string;
}

/** The images of one operator, by the last word of their repository, as the site has them. */
export type OperatorImages = (name: string) => ImageParts;

/**
 * The images of an operator of the catalogue. What is returned throws for a name that the catalogue does not have, which
 * is a mistake in Seamount.
 */
export function operatorImages(site: Site, operator: string): OperatorImages {
    const pins = (findChart(operator)?.images ?? []).map(image =>
        withSiteDigest(image, site.cluster.kubeadm?.imageDigests ?? {}),
    );
    return name => {
        const pin = pins.find(({ image }) => repositoryOf(image).endsWith(`/${name}`));
        if (pin === undefined) {
            throw new Error(`the catalogue has no image ${name} of ${operator}`);
        }
        return imageParts(pin.image, pin.digest);
    };
}

/** A reference with a registry and a tag, in its parts. */
export function imageParts(image: string, digest?: string): ImageParts {
    const repository = repositoryOf(image);
    const tag = image.slice(repository.length + 1);
    const [registry = ""] = repository.split("/");
    const name = repository.slice(repository.lastIndexOf("/") + 1);
    const pinnedTag = digest === undefined ? tag : `${tag}@${digest}`;
    return {
        registry,
        path: repository.slice(registry.length + 1),
        repository,
        folder: repository.slice(0, -name.length - 1),
        name,
        tag,
        digest,
        sha: digest?.replace(/^sha256:/, "") ?? "",
        pinnedTag,
        version: digest ?? tag,
        reference: `${repository}:${pinnedTag}`,
    };
}
