import { spawn } from "node:child_process";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds between two requests. */
const PAUSE_MS = 100;
/** Milliseconds after which a request has failed: an emulated machine is slow, a lost connection is for ever. */
const PATIENCE_MS = 30_000;
const NAMESPACE = "e2e-rolling";
const LABELS = { app: "web" };

/** What answers: nginx without a root file system to write to, that says who it is. */
const CONFIG = `
pid /tmp/nginx.pid;
error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path /tmp/b; proxy_temp_path /tmp/p; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s;
    server { listen 8080; location / { return 200 "$hostname\\n"; } }
}
`;

/**
 * A service spread over nodes (those with the label `e2e: rolling`) whose pods finish what they began, and of which at
 * most one is away at a time.
 */
export const service = (replicas: number, nodePort: number): readonly object[] => [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "web", namespace: NAMESPACE },
        data: { "nginx.conf": CONFIG },
    },
    {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "web", namespace: NAMESPACE },
        spec: { maxUnavailable: 1, selector: { matchLabels: LABELS } },
    },
    {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: NAMESPACE },
        spec: { type: "NodePort", selector: LABELS, ports: [{ port: 80, targetPort: 8080, nodePort }] },
    },
    {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "web", namespace: NAMESPACE },
        spec: {
            replicas,
            progressDeadlineSeconds: 1800,
            selector: { matchLabels: LABELS },
            template: {
                metadata: { labels: LABELS },
                spec: {
                    nodeSelector: { e2e: "rolling" },
                    topologySpreadConstraints: [
                        {
                            maxSkew: 1,
                            topologyKey: "kubernetes.io/hostname",
                            whenUnsatisfiable: "ScheduleAnyway",
                            labelSelector: { matchLabels: LABELS },
                        },
                    ],
                    containers: [
                        {
                            name: "web",
                            image: "seamount.local/nginx:local",
                            imagePullPolicy: "Never",
                            command: ["/usr/sbin/nginx", "-c", "/config/nginx.conf", "-g", "daemon off;"],
                            readinessProbe: {
                                httpGet: { path: "/", port: 8080 },
                                periodSeconds: 5,
                                timeoutSeconds: 10,
                            },
                            // Until the last proxy has heard that it goes, it answers.
                            lifecycle: { preStop: { sleep: { seconds: 10 } } },
                            volumeMounts: [
                                { name: "config", mountPath: "/config" },
                                { name: "tmp", mountPath: "/tmp" },
                            ],
                        },
                    ],
                    volumes: [
                        { name: "config", configMap: { name: "web" } },
                        { name: "tmp", emptyDir: {} },
                    ],
                },
            },
        },
    },
];

/** Namespace of the service. */
export const serviceNamespace = NAMESPACE;

/** A client that calls without pause, each time over a new connection, until it is stopped. */
export class Client {
    answered = 0;
    readonly failures: string[] = [];
    private stopped = false;
    private readonly calling: Promise<void>;

    constructor(private readonly url: string) {
        this.calling = this.callOn();
    }

    async stop(): Promise<void> {
        this.stopped = true;
        await this.calling;
    }

    private async callOn(): Promise<void> {
        while (!this.stopped) {
            const failure = await call(this.url);
            if (failure === undefined) {
                this.answered += 1;
            } else {
                this.failures.push(`${new Date().toISOString()} ${failure}`);
            }
            await sleep(PAUSE_MS);
        }
    }
}

/** One request; answers with what went wrong. */
function call(url: string): Promise<string | undefined> {
    return new Promise(resolve => {
        const request = get(url, { agent: false, timeout: PATIENCE_MS }, response => {
            response.resume();
            response.on("end", () =>
                resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}`),
            );
        });
        request.on("timeout", () => request.destroy(new Error(`no answer after ${PATIENCE_MS} ms`)));
        request.on("error", error => resolve(error.message));
    });
}

/** Watches nodes, and remembers how many were cordoned or not ready at the same time. */
export class NodeWatch {
    /** Nodes that were out of service together, most at once. */
    most: readonly string[] = [];
    /** The order in which nodes went out of service. */
    readonly order: string[] = [];
    private readonly out = new Set<string>();
    private readonly child;

    constructor(label: string) {
        const columns = 'N:.metadata.name,U:.spec.unschedulable,R:.status.conditions[?(@.type=="Ready")].status';
        const words = ["get", "nodes", "-l", label, "--watch", "--no-headers", "-o", `custom-columns=${columns}`];
        // A group of its own: what the script starts must end with it.
        this.child = spawn("local/bed/kubernetes.sh", ["kubectl", ...words], {
            stdio: ["ignore", "pipe", "inherit"],
            detached: true,
        });
        let rest = "";
        this.child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
            const lines = (rest + chunk).split("\n");
            rest = lines.pop() ?? "";
            lines.forEach(line => this.read(line));
        });
    }

    stop(): void {
        if (this.child.pid !== undefined) {
            process.kill(-this.child.pid);
        }
    }

    private read(line: string): void {
        const [name = "", cordoned, ready] = line.trim().split(/\s+/);
        if (cordoned !== "true" && ready === "True") {
            this.out.delete(name);
            return;
        }
        if (!this.out.has(name)) {
            this.order.push(name);
        }
        this.out.add(name);
        if (this.out.size > this.most.length) {
            this.most = [...this.out];
        }
    }
}
