import * as command from "@pulumi/command";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const config = new pulumi.Config();
const token = config.requireSecret("token");

if (config.getBoolean("mistake")) {
    throw new pulumi.RunError("seamount:site.hosts[0].name: gpu_01 is not a host name");
}

const password = new random.RandomPassword("password", { length: config.getNumber("length") ?? 20, minSpecial: 1 });
const hello = new command.local.Command("hello", { create: "echo hello; cat", stdin: config.get("greeting") ?? "" });
const hidden = new command.local.Command(
    "hidden",
    { create: "wc -c", stdin: token, logging: "none" },
    { additionalSecretOutputs: ["stdout"] },
);

const kubeconfig = config.get("kubeconfigFile");
if (kubeconfig !== undefined) {
    deploy(new kubernetes.Provider("cluster", { kubeconfig, clusterIdentifier: "bed", namespace: "standins" }));
}

function deploy(provider: kubernetes.Provider): void {
    const options = { provider };
    const namespace = new kubernetes.core.v1.Namespace("standins", { metadata: { name: "standins" } }, options);
    const inside = { ...options, dependsOn: [namespace] };
    const data = { greeting: config.get("greeting") ?? "none" };
    const settings = new kubernetes.core.v1.ConfigMap("settings", { data }, inside);
    const secret = new kubernetes.core.v1.Secret("secret", { stringData: { password: password.result } }, inside);
    const env = [
        { name: "PASSWORD", valueFrom: { secretKeyRef: { name: secret.metadata.name, key: "password" } } },
        { name: "GREETING", valueFrom: { configMapKeyRef: { name: settings.metadata.name, key: "greeting" } } },
    ];
    const labels = { app: "standins" };
    const container = { name: "main", image: "seamount.local/llama-server:local", imagePullPolicy: "Never", env };
    const spec = {
        nodeName: "node-1",
        terminationGracePeriodSeconds: 1,
        containers: [
            { ...container, command: ["/bin/sh", "-c", "sleep 3600"], resources: { requests: { cpu: "0.01" } } },
        ],
    };
    const deployment = new kubernetes.apps.v1.Deployment(
        "sleeper",
        { spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } } },
        inside,
    );
    new kubernetes.core.v1.Service(
        "sleeper",
        { spec: { selector: labels, ports: [{ port: 80 }] } },
        { ...options, dependsOn: [deployment] },
    );
}

export const greeting = hello.stdout;
export const generated = password.result;
export const tokenLength = hidden.stdout;
