import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { ChartPin } from "../../../../catalog/artifact-types";
import { Operator } from "../../../../components/cluster/operators/operator";
import type { Site } from "../../../../components/site/site";

const config = new pulumi.Config();
const kubeconfig = config.require("kubeconfig");
const visible = config.getBoolean("visible") ?? true;

const chart: ChartPin = {
    name: "demo",
    packaging: "chart",
    namespace: config.require("namespace"),
    podSecurity: "restricted",
    repository: "https://charts.example.test",
    chart: "demo",
    version: "0.1.0",
    licence: "Apache-2.0",
    images: [],
    definesGroups: ["demo.seamount.dev"],
    source: { where: "the test's own chart", date: "2026-11" },
};
const site: Site = {
    name: "charts",
    environment: "local",
    access: { user: "root", port: 22, connectTimeoutSeconds: 1 },
    timeServers: [],
    hosts: [],
    models: [],
    compliance: [],
    cluster: {
        mode: "existing",
        namespace: "default",
        operators: {
            install: ["demo"],
            rdma: "none",
            charts: config.require("charts"),
            values: { demo: config.requireObject<Record<string, unknown>>("values") },
        },
    },
};

const provider = new k8s.Provider("cluster", { kubeconfig, clusterIdentifier: "charts" });
new Operator("demo", { site, chart, kubeconfig: pulumi.secret(kubeconfig), visible }, { providers: [provider] });
