import type { ResourceValidationPolicy } from "@pulumi/policy";
import { known } from "../known";
import { eachObject } from "../objects";
import { containersOf, isRecord, podsOf, type PodView, reportHidden } from "../pod";

interface Config {
    readonly registries?: readonly string[];
}

/** Every image is named by its digest and comes from a registry of the site's own. */
export const imagesPinned: ResourceValidationPolicy = {
    name: "images-pinned",
    displayName: "Images pinned by digest",
    description: "Every container image comes from an allowed registry and is pinned by digest.",
    severity: "high",
    framework: {
        name: "CIS Kubernetes Benchmark",
        version: "1.9",
        reference: "5.5.1",
        specification: "Configure image provenance",
    },
    remediationSteps: "Mirror the image into the site's registry and name it as registry/name@sha256:<digest>.",
    configSchema: {
        properties: {
            registries: {
                type: "array",
                items: { type: "string" },
                default: [],
                description: "Registries, or folders of one, that images may come from. Empty: any.",
            },
        },
    },
    validateResource: (args, report) => {
        const { registries = [] } = args.getConfig<Config>();
        eachObject(args.type, args.props, report, (type, props, report) => {
            reportHidden(type, report);
            for (const { path, image } of podsOf(type, props).flatMap(imagesOf)) {
                known(report, () => {
                    for (const problem of imageProblems(image(), registries)) {
                        report(`${path} ${problem}`);
                    }
                });
            }
        });
    },
};

interface NamedImage {
    readonly path: string;
    /** Read only where it is judged, because it may not be known yet. */
    readonly image: () => string | undefined;
}

/** Images of a pod: those of its containers, and those that it mounts. */
function imagesOf(pod: PodView): readonly NamedImage[] {
    const { path, spec } = pod;
    const volumes: readonly unknown[] = Array.isArray(spec.volumes) ? spec.volumes : [];
    return [
        ...containersOf(pod).map(({ path, container }) => ({ path: `${path}.image`, image: () => container.image })),
        ...volumes.flatMap((volume, index): NamedImage[] => {
            const image = isRecord(volume) && isRecord(volume.image) ? volume.image : undefined;
            const reference = (): string | undefined =>
                typeof image?.reference === "string" ? image.reference : undefined;
            return image === undefined ? [] : [{ path: `${path}.volumes[${index}].image`, image: reference }];
        }),
    ];
}

/** What is wrong with the name of an image, in words that follow its path. */
export function imageProblems(image: string | undefined, registries: readonly string[]): readonly string[] {
    const problems: string[] = [];
    if (registries.length > 0 && !registries.some(registry => image?.startsWith(`${registry.replace(/\/+$/, "")}/`))) {
        problems.push(`${JSON.stringify(image)} must come from ${registries.join(" or ")}`);
    }
    if (!/^[^@\s]+@sha256:[0-9a-f]{64}$/.test(image ?? "")) {
        problems.push(`${JSON.stringify(image)} must be pinned by digest: name@sha256:<64 hexadecimal digits>`);
    }
    return problems;
}
