import type { Sourced } from "./types";

/** A container image, by tag and by what the tag stood for when it was read. */
export interface ImagePin extends Sourced {
    /** Reference with a registry and a tag, without a digest: `registry.k8s.io/pause:3.10.2`. */
    readonly image: string;
    /** Digest of the image's index (of all architectures) or manifest, `sha256:…`. Unset: see `missing`. */
    readonly digest?: string;
    /** Why there is no digest. A site gives it in `cluster.imageDigests`. */
    readonly missing?: string;
    /** Licence of the software that the image is named after, by its SPDX identifier. */
    readonly licence: string;
}

/** A file of custom resource definitions that its project offers by itself. */
export interface DefinitionFile {
    /** Address at a fixed commit. */
    readonly url: string;
    /** SHA-256 of the file, `sha256:…`. */
    readonly digest: string;
}

/** What an operator comes as. */
export type Packaging =
    /** A Helm chart. */
    | "chart"
    /** Files of definitions: `definitions`. A mirror packs them as a chart. */
    | "definitions"
    /** Objects that Seamount writes, because the project has no chart: nothing but images is downloaded. */
    | "objects";

/** A chart of an operator, or what its project offers instead. */
export interface ChartPin extends Sourced {
    /** Name in `operators.install` and of the release: `gpu-operator`. */
    readonly name: string;
    readonly packaging: Packaging;
    /** Namespace that it is installed in. */
    readonly namespace: string;
    /** Strictest level of Pod Security that its pods can live with. */
    readonly podSecurity: "privileged" | "baseline" | "restricted";
    /** Where the chart is: `https://…` (a repository with an index.yaml) or `oci://…` (without the chart's name). */
    readonly repository: string;
    /** Name of the chart in the repository. */
    readonly chart: string;
    /** Version of the chart, as the repository writes it. */
    readonly version: string;
    /** Licence of the software, by its SPDX identifier. */
    readonly licence: string;
    /** SHA-256 of the chart's archive (.tgz), which is also the digest of its layer in OCI. Unset: see `missing`. */
    readonly digest?: string;
    /** Digest of the chart's manifest, where it lies in an OCI registry. */
    readonly manifestDigest?: string;
    /** Why there is neither digest. */
    readonly missing?: string;
    /** Images that its pods run with the values that Seamount gives it. */
    readonly images: readonly ImagePin[];
    /** API groups of the custom resources that it defines. */
    readonly definesGroups: readonly string[];
    /** Names of charts that must be there before it. */
    readonly after?: readonly string[];
    /** With packaging `definitions`: the files. */
    readonly definitions?: readonly DefinitionFile[];
}
