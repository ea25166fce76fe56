/** A version of Kubernetes, `1.36.3`, in its parts. */
export interface Version {
    readonly major: number;
    readonly minor: number;
    readonly patch: number;
}

/** Minor versions that a kubelet may be behind the API server: https://kubernetes.io/releases/version-skew-policy/ */
const KUBELET_BEHIND = 3;

/** Reads `1.36.3` or `v1.36.3`; undefined for anything else. */
export function readVersion(text: string): Version | undefined {
    const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(text) ?? [];
    return patch === undefined ? undefined : { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** Negative where `a` is older than `b`; a text that is no version is older than any. */
export function compareVersions(a: string, b: string): number {
    const [x, y] = [readVersion(a), readVersion(b)];
    if (x === undefined || y === undefined) {
        return Number(x !== undefined) - Number(y !== undefined);
    }
    return x.major - y.major || x.minor - y.minor || x.patch - y.patch;
}

/** The oldest of them; undefined of none. */
export function oldest(versions: readonly string[]): string | undefined {
    return [...versions].sort(compareVersions)[0];
}

/** Why a cluster cannot go from one version to another, as a clause; undefined where it can. */
export function upgradeRefusal(from: string, to: string): string | undefined {
    const [now, wanted] = [readVersion(from), readVersion(to)];
    if (now === undefined || wanted === undefined) {
        return undefined;
    }
    if (compareVersions(from, to) > 0) {
        return `the cluster runs ${from}, which is newer than ${to}: Kubernetes cannot go back to an older version`;
    }
    if (now.major !== wanted.major || wanted.minor - now.minor > 1) {
        const next = `${now.major}.${now.minor + 1}`;
        return `from ${from} to ${to} is more than one minor version: take a ${next}.x first`;
    }
    return undefined;
}

/** Why kubelets of these versions, by node, do not go with an API server; undefined where they do. */
export function kubeletRefusal(kubelets: Readonly<Record<string, string>>, to: string): string | undefined {
    const wanted = readVersion(to);
    const behind = Object.entries(kubelets).flatMap(([node, kubelet]) => {
        const version = readVersion(kubelet);
        return wanted !== undefined && version !== undefined && wanted.minor - version.minor > KUBELET_BEHIND
            ? [`${node} (${kubelet})`]
            : [];
    });
    return behind.length === 0
        ? undefined
        : `kubelets may be ${KUBELET_BEHIND} minor versions older than ${to}, and older are ${behind.join(", ")}: upgrade these first`;
}

/** Version in an image's tag, `registry.k8s.io/kube-apiserver:v1.36.3` → `1.36.3`; empty where it is none. */
export function imageVersion(image: string): string {
    return /:v(\d+\.\d+\.\d+)(?:@.*)?$/.exec(image)?.[1] ?? "";
}
