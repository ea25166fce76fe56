import type { ChartPin } from "./artifact-types";
import { notFound, pin, pinnedInPublic, unpinned } from "./pins";
import type { Source } from "./types";

const APACHE = "Apache-2.0";

const prometheus: Source = {
    where: "github.com/prometheus-community/helm-charts gh-pages (0163faed668a): index.yaml; values of kube-prometheus-stack-88.4.0",
    date: "2026-08-18",
};
const loki: Source = {
    where: "github.com/grafana-community/helm-charts gh-pages (9ab78dc8a037): index.yaml; values of loki-18.11.0",
    date: "2026-08-20",
};
const rook: Source = {
    where: "github.com/rook/rook v1.20.6 (4e1b7a626891): deploy/examples/images.txt, deploy/charts/rook-ceph",
    date: "2026-08-20",
};
const velero: Source = {
    where: "github.com/vmware-tanzu/helm-charts gh-pages (4a381e078c0e): index.yaml; values of velero-12.1.0",
    date: "2026-06-25",
};

/** What clusters are looked after with: certificates, secrets, metrics, logs, storage, backups. */
export const platformCharts: readonly ChartPin[] = [
    {
        name: "cert-manager",
        packaging: "chart",
        namespace: "cert-manager",
        podSecurity: "restricted",
        repository: "https://charts.jetstack.io",
        chart: "cert-manager",
        version: "v1.21.2",
        licence: APACHE,
        digest: "sha256:73a56e1728edd6c99f1f31082618c3259d279a76b7ebd3d4bdc5475c2442d34a",
        images: [
            pin(
                "quay.io/jetstack/cert-manager-controller:v1.21.2",
                "70f532fd9cfde0b09d55687200942399d89838bc2d5d5b45152eb799a15912b8",
                APACHE,
            ),
            pin(
                "quay.io/jetstack/cert-manager-webhook:v1.21.2",
                "a60e2dac46dbb8a7f3df95c54ce941012f54c2fe022f0ee55aaa1ab40ed957ae",
                APACHE,
            ),
            pin(
                "quay.io/jetstack/cert-manager-cainjector:v1.21.2",
                "c85268c64f2e0e76684bf5fe8906caff34b82523561c6affe0fae3546bd87562",
                APACHE,
            ),
        ],
        definesGroups: ["cert-manager.io", "acme.cert-manager.io"],
        source: pinnedInPublic,
    },
    {
        name: "external-secrets",
        packaging: "chart",
        namespace: "external-secrets",
        podSecurity: "restricted",
        repository: "https://charts.external-secrets.io",
        chart: "external-secrets",
        version: "2.10.0",
        licence: APACHE,
        digest: "sha256:b96e948fff3674638b5d3f9e43886f3796e04739c4b4127929aed2ddac7d1418",
        images: [
            pin(
                "ghcr.io/external-secrets/external-secrets:v2.10.0",
                "814117b0fd6d121b03e8ba3b6db1cecbe7449a354fc0fc9c4faf73a37aa221b1",
                APACHE,
            ),
        ],
        definesGroups: ["external-secrets.io", "generators.external-secrets.io"],
        source: pinnedInPublic,
    },
    {
        name: "kube-prometheus-stack",
        packaging: "chart",
        namespace: "monitoring",
        podSecurity: "privileged",
        repository: "https://prometheus-community.github.io/helm-charts",
        chart: "kube-prometheus-stack",
        version: "88.4.0",
        licence: APACHE,
        digest: "sha256:4e22c49504ee8d126e5534604f566bf85a0cab0631fb361f2292c8c9ebf84d04",
        images: [
            pin(
                "quay.io/prometheus-operator/prometheus-operator:v0.93.1",
                "e52bb28fd41c98dd407c7a8cba8bdcfe7eabd7447e250afaf1fe7bb816dedbff",
                APACHE,
            ),
            pin(
                "quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1",
                "428f088fe6fe07ab138bda92113664b04848a1dc408e4d3680a60ecdb55d1a65",
                APACHE,
            ),
            pin(
                "quay.io/prometheus/prometheus:v3.14.0-distroless",
                "50c707e96da5ade383cb1707790576480485e93de06aa60ad8802cb5f744bd0a",
                APACHE,
            ),
            pin(
                "quay.io/prometheus/alertmanager:v0.34.0",
                "690c7b525f4367aa91f73e2f91c632206d32e97c6384bdbf2fb7a861b420340d",
                APACHE,
            ),
            pin(
                "quay.io/prometheus/node-exporter:v1.12.1-distroless",
                "8c9bac11973b94b59be88d6e11fee4429aa743c8846cdc75d65b18db33f6a106",
                APACHE,
            ),
            pin(
                "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.19.1",
                "85108987d044b18a098126732f98602df408888c0f7d456241f5abefb9744bc1",
                APACHE,
            ),
        ],
        definesGroups: ["monitoring.coreos.com"],
        after: ["cert-manager"],
        source: prometheus,
    },
    {
        name: "loki",
        packaging: "chart",
        namespace: "loki",
        podSecurity: "restricted",
        repository: "https://grafana-community.github.io/helm-charts",
        chart: "loki",
        version: "18.11.0",
        licence: "AGPL-3.0-only",
        digest: "sha256:d4d99424d197e1460878093c9fced02346669ab0698a0dca7c575ab76fff7aeb",
        images: [
            pin(
                "docker.io/grafana/loki:3.7.6",
                "efd47c67f9bac88ca29bcf8cb997d9ab29d1848bd0aff579282295542a745952",
                "AGPL-3.0-only",
            ),
        ],
        definesGroups: [],
        source: loki,
    },
    {
        name: "rook",
        packaging: "chart",
        namespace: "rook-ceph",
        podSecurity: "privileged",
        repository: "https://charts.rook.io/release",
        chart: "rook-ceph",
        version: "v1.20.6",
        licence: APACHE,
        missing: notFound,
        images: [
            unpinned("docker.io/rook/ceph:v1.20.6", APACHE, rook),
            unpinned("quay.io/cephcsi/ceph-csi-operator:v1.0.4", APACHE, rook),
        ],
        definesGroups: ["ceph.rook.io", "csi.ceph.io", "objectbucket.io"],
        source: rook,
    },
    {
        name: "velero",
        packaging: "chart",
        namespace: "velero",
        podSecurity: "privileged",
        repository: "https://vmware-tanzu.github.io/helm-charts",
        chart: "velero",
        version: "12.1.0",
        licence: APACHE,
        digest: "sha256:cd23589ad1b2d25cdd3220f6866b3f6f4c5683c4c09494e76a14700b33f81f83",
        images: [
            pin(
                "docker.io/velero/velero:v1.18.1",
                "11459094b1b21ec7c817b08f8067d9e89380835547915cac9c4132ff05b55b90",
                APACHE,
            ),
            pin(
                "docker.io/velero/velero-plugin-for-aws:v1.14.0",
                "7e82f717f44e89671212e0dfce7e061321c386ea84a33bca64a671670ca6c278",
                APACHE,
            ),
        ],
        definesGroups: ["velero.io"],
        source: velero,
    },
];
