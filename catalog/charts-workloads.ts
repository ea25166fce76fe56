import type { ChartPin } from "./artifact-types";
import { pin } from "./pins";
import type { Source } from "./types";

const APACHE = "Apache-2.0";

const lws: Source = {
    where: "github.com/kubernetes/k8s.io (e10ab5f95c97): registry.k8s.io/images/k8s-staging-lws/images.yaml",
    date: "2026-04",
};
const kueue: Source = {
    where: "github.com/kubernetes-sigs/kueue/issues/14323 (release v0.19.2), github.com/kubernetes/k8s.io/pull/9856 (promotion)",
    date: "2026-08-20",
};
const keda: Source = { where: "github.com/kedacore/charts main (cbb9bb8ce080): docs/index.yaml", date: "2026-07-31" };

/** Operators of workloads: groups of pods, queues, scaling. */
export const workloadCharts: readonly ChartPin[] = [
    {
        name: "lws",
        packaging: "chart",
        namespace: "lws-system",
        podSecurity: "restricted",
        repository: "oci://registry.k8s.io/lws/charts",
        chart: "lws",
        version: "0.8.0",
        licence: APACHE,
        manifestDigest: "sha256:e7996d0b9ca8a1ab2d86458b0435a8d842389b81325dc650792389a2c1ad7f57",
        images: [
            pin(
                "registry.k8s.io/lws/lws:v0.8.0",
                "00c9d7d7b3422b974c3e5f729c008cf75aeb0539bd1e2f6320ddfcd1281899c7",
                APACHE,
                lws,
            ),
        ],
        definesGroups: ["leaderworkerset.x-k8s.io"],
        source: lws,
    },
    {
        name: "kueue",
        packaging: "chart",
        namespace: "kueue-system",
        podSecurity: "restricted",
        repository: "oci://registry.k8s.io/kueue/charts",
        chart: "kueue",
        version: "0.19.2",
        licence: APACHE,
        manifestDigest: "sha256:ab436c33ef6c6b9b9e95b633e618bca0e0e436d6581d3b27bd12fc8a8026ab34",
        images: [
            pin(
                "registry.k8s.io/kueue/kueue:v0.19.2",
                "8a77be2df3d441d1a99b60eb1625c835b5f4feda5db02ece26818cf2a30c4d86",
                APACHE,
                kueue,
            ),
        ],
        definesGroups: ["kueue.x-k8s.io"],
        source: kueue,
    },
    {
        name: "keda",
        packaging: "chart",
        namespace: "keda",
        podSecurity: "restricted",
        repository: "https://kedacore.github.io/charts",
        chart: "keda",
        version: "2.20.2",
        licence: APACHE,
        digest: "sha256:db60b1fa60f0565fefa4ce2f87e855b6a8854363ee82962fbe28a12a70d64c4c",
        images: [
            pin(
                "ghcr.io/kedacore/keda:2.20.2",
                "fe74c7b8849586a67ad2201bcb89e7f5ac221ff90399ecaa8fd28427f1ef11e6",
                APACHE,
            ),
            pin(
                "ghcr.io/kedacore/keda-metrics-apiserver:2.20.2",
                "27286536a8a775aeeee37a7e343f8ecebb27ebf680ee1181a4f99e82eefb253b",
                APACHE,
            ),
            pin(
                "ghcr.io/kedacore/keda-admission-webhooks:2.20.2",
                "41f74102aba7959c6e8d08b433ab8a5fd6cae7c5646c78f7fe3de40a52df3439",
                APACHE,
            ),
        ],
        definesGroups: ["keda.sh", "eventing.keda.sh"],
        source: keda,
    },
];
