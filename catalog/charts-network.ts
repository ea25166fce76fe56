import type { ChartPin, DefinitionFile } from "./artifact-types";
import { notFound, pin, unpinned } from "./pins";
import type { Source } from "./types";

const APACHE = "Apache-2.0";

const cilium: Source = {
    where: "github.com/cilium/charts (009b5e958217): index.yaml; digests of images in values.yaml of the archive",
    date: "2026-07-29",
};
const gatewayApi: Source = {
    where: "github.com/kubernetes-sigs/gateway-api v1.6.1 (8bb74df00e56): config/crd/standard",
    date: "2026-07-16",
};
const inference: Source = {
    where: "github.com/kubernetes-sigs/gateway-api-inference-extension v1.6.0 (992e5c292afb): config/crd/bases",
    date: "2026-08-10",
};
const picker: Source = {
    where: "github.com/llm-d/llm-d-router v0.9.0 (5f4e762f341a): config/crd/bases, Makefile, config/charts",
    date: "2026-06-23",
};
const envoy: Source = {
    where: "github.com/envoyproxy/gateway v1.9.0: charts/gateway-helm, api/v1alpha1/shared_types.go",
    date: "2026-08",
};

const standard =
    "https://raw.githubusercontent.com/kubernetes-sigs/gateway-api/8bb74df00e56ec8f944d48c25e6c1c9c2f6848e3/" +
    "config/crd/standard/gateway.networking.k8s.io_";
const bases =
    "https://raw.githubusercontent.com/kubernetes-sigs/gateway-api-inference-extension/" +
    "992e5c292afb248801ce8d9234eb5b9d28eea231/config/crd/bases/";

const pickerBases =
    "https://raw.githubusercontent.com/llm-d/llm-d-router/5f4e762f341a5196393ce79f8a57c3e1900c4a6b/config/crd/bases/";

const gatewayApiFiles: readonly DefinitionFile[] = Object.entries({
    backendtlspolicies: "0d48c9e4b53dd9510cf615b9b1192d9d7afb07a1cc0498c9515627cb1c075419",
    gatewayclasses: "53710048ba26f8620eed59d5e51b157ecf040daf5c6eef31a4b991e0808c4be5",
    gateways: "25b885f5870b8fff1ae82efa2628b2761cef3745900c2aecf8fb76629a01255a",
    grpcroutes: "53a8d029da8f07e55d3fa58a5cf6de5950dab19fbb8d6a8082fb5e51ca5ef6fc",
    httproutes: "a424a0d6c953b162e71d1d97bb7e75012d8f1ac264e7274f2763d1b96ab39852",
    listenersets: "bf4d4b02564999b2558b96e31465129895db9b3a8adfb90adb9c80eac52a3a70",
    referencegrants: "8c645e9333cfa67790cc2a53e0c00076f88b2bd4230d2b49688c78bc34f9b2c3",
    tcproutes: "d5104d0cf30e924f5e3c9e2e76abd46876401c34ca33b9e79321523eee78c7f6",
    tlsroutes: "bb8b67926e5d9652cbfd2e19063b7c1d9e78806c9dd671608f57baef2f2e3bbb",
    udproutes: "4b80684c2bf8ef4b0a2a3ab45164ac9f96258fc69912645ff50ced595b0aa6de",
}).map(([plural, digest]) => ({ url: `${standard}${plural}.yaml`, digest: `sha256:${digest}` }));

/** The network of a cluster. */
export const networkCharts: readonly ChartPin[] = [
    {
        name: "cilium",
        packaging: "chart",
        namespace: "kube-system",
        podSecurity: "privileged",
        repository: "https://helm.cilium.io",
        chart: "cilium",
        version: "1.20.0",
        licence: APACHE,
        digest: "sha256:c5f013912360d1a334f44ef25f36da59ba3414cdb48f466ee12d0c4fdff27883",
        images: [
            pin(
                "quay.io/cilium/cilium:v1.20.0",
                "383968cd5e8873f7976fa76aa6196045643558f4cc9518a207b9335cb24a0e93",
                APACHE,
                cilium,
            ),
            pin(
                "quay.io/cilium/operator-generic:v1.20.0",
                "80744a8cc7c91c2f9e6347629406844eb35d79b30a732c6d41c15b17232a74f3",
                APACHE,
                cilium,
            ),
            pin(
                "quay.io/cilium/cilium-envoy:v1.37.5-1782911245-7cffc778c923f68a77954a53b1a98d6b5353f004",
                "583057dd4f7d54cd41efff3c413aa0b148ac201f522e2c3336851fa89c78b039",
                APACHE,
                cilium,
            ),
        ],
        definesGroups: ["cilium.io"],
        source: cilium,
    },
];

/** What leads requests into a cluster. */
export const gatewayCharts: readonly ChartPin[] = [
    {
        name: "gateway-api",
        packaging: "definitions",
        namespace: "default",
        podSecurity: "restricted",
        repository: "https://github.com/kubernetes-sigs/gateway-api",
        chart: "gateway-api",
        version: "1.6.1",
        licence: APACHE,
        images: [],
        definesGroups: ["gateway.networking.k8s.io"],
        definitions: gatewayApiFiles,
        source: gatewayApi,
    },
    {
        name: "gateway-api-inference-extension",
        packaging: "definitions",
        namespace: "default",
        podSecurity: "restricted",
        repository: "https://github.com/kubernetes-sigs/gateway-api-inference-extension",
        chart: "gateway-api-inference-extension",
        version: "1.6.0",
        licence: APACHE,
        images: [],
        definesGroups: ["inference.networking.k8s.io", "inference.networking.x-k8s.io"],
        definitions: [
            {
                url: `${bases}inference.networking.k8s.io_inferencepools.yaml`,
                digest: "sha256:55e0dbf39c50c4bbdd60106493a4573df4bb44479f9ce46762f1af718883e5cd",
            },
            {
                url: `${bases}inference.networking.x-k8s.io_inferencepoolimports.yaml`,
                digest: "sha256:7b4de9107843796e2c1f1b7251dde9842c947a295da047eebe65477e2b379cf9",
            },
        ],
        after: ["gateway-api"],
        source: inference,
    },
    {
        // Definitions alone: the endpoint pickers themselves belong to the gateway of a site, one for each model.
        name: "llm-d-router",
        packaging: "definitions",
        namespace: "default",
        podSecurity: "restricted",
        repository: "https://github.com/llm-d/llm-d-router",
        chart: "llm-d-router",
        version: "0.9.0",
        licence: APACHE,
        images: [unpinned("ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0", APACHE, picker)],
        definesGroups: ["llm-d.ai"],
        definitions: [
            {
                url: `${pickerBases}llm-d.ai_inferenceobjectives.yaml`,
                digest: "sha256:c1e763412fcbe2b55e9282850156269a10053be2d052547cb80a2ca639c09990",
            },
            {
                url: `${pickerBases}llm-d.ai_inferencemodelrewrites.yaml`,
                digest: "sha256:62a07fff40e10e919c245d895457a9c15be22947b45f06815552ae8fffaab405",
            },
        ],
        after: ["gateway-api-inference-extension"],
        source: picker,
    },
    {
        // The chart of Envoy Gateway itself brings those of the Gateway API too, another version.
        name: "envoy-gateway-crds",
        packaging: "chart",
        namespace: "default",
        podSecurity: "restricted",
        repository: "oci://docker.io/envoyproxy",
        chart: "gateway-crds-helm",
        version: "v1.9.1",
        licence: APACHE,
        missing: notFound,
        images: [],
        definesGroups: ["gateway.envoyproxy.io"],
        source: envoy,
    },
    {
        name: "envoy-gateway",
        packaging: "chart",
        namespace: "envoy-gateway-system",
        podSecurity: "restricted",
        repository: "oci://docker.io/envoyproxy",
        chart: "gateway-helm",
        version: "v1.9.1",
        licence: APACHE,
        missing: notFound,
        images: [
            pin(
                "docker.io/envoyproxy/gateway:v1.9.1",
                "0049bcb384c591c6a6dd043fe5c9929ef6e74f230e12dd678d2d3701df9b301e",
                APACHE,
            ),
            pin(
                "docker.io/envoyproxy/envoy:distroless-v1.39.1",
                "eb2c01c13125d1629637cb4e4cce7207009fb7cc2c8027f9742758549d15b6f4",
                APACHE,
            ),
            unpinned("docker.io/envoyproxy/ratelimit:17b1956c", APACHE, envoy),
        ],
        definesGroups: [],
        after: ["gateway-api", "envoy-gateway-crds", "cert-manager"],
        source: envoy,
    },
];
