import type { ImagePin } from "./artifact-types";
import type { Source } from "./types";

const READ = "2026-11-22";

/**
 * A digest that nobody of the image's project has written down where it could be read: taken because at least two
 * public repositories of different owners pin the same tag to the same digest.
 */
export const pinnedInPublic: Source = {
    where: "two or more public GitHub repositories of different owners that pin this tag to this digest",
    date: READ,
};

/** Why an image or a chart has no digest. */
export const notFound = "no two independent public sources name its digest";

/** An image with its digest. */
export function pin(image: string, digest: string, licence: string, source: Source = pinnedInPublic): ImagePin {
    return { image, digest: `sha256:${digest}`, licence, source };
}

/** An image whose digest a site must give. @param source where the tag is from */
export function unpinned(image: string, licence: string, source: Source): ImagePin {
    return { image, missing: notFound, licence, source };
}
