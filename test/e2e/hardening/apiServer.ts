import { type ChildProcess, spawn } from "node:child_process";
import {
    mkdirSync,
    mkdtempSync,
    openSync,
    readFileSync,
    readlinkSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { apiServerHardening } from "../../../components/cluster/hardening";
import { AUDIT_LOG_DIRECTORY, ENCRYPTION_FILE, HARDENING_DIRECTORY } from "../../../components/cluster/hardening/paths";
import type { IdentityProvider } from "../../../components/cluster/hardening/authentication";
import { must, type Result, run } from "../shell";
import { bed } from "../site";

const [port, etcdPort, peerPort] = [16453, 12389, 12390];
const pki = join(bed, "pki");

/** The bed's API server and etcd once more, beside the bed's own, on ports of their own, with the hardening. */
export class ApiServer {
    private readonly folder = mkdtempSync(join(tmpdir(), "seamount-hardening-"));
    private readonly processes: ChildProcess[] = [];
    public readonly auditLog = join(this.folder, "audit", "audit.log");
    private readonly client = [
        `--server=https://127.0.0.1:${port}`,
        `--certificate-authority=${pki}/ca.crt`,
        `--client-certificate=${pki}/admin.crt`,
        `--client-key=${pki}/admin.key`,
    ];

    private get program(): string {
        const [pid] = readFileSync(join(bed, "pids", "kube-apiserver"), "utf8").split(" ");
        return readlinkSync(`/proc/${String(pid).trim()}/exe`);
    }

    /** What stands in a path of the hardening's, in this server's folder. */
    private here(text: string): string {
        return text
            .replaceAll(HARDENING_DIRECTORY, join(this.folder, "files"))
            .replaceAll(AUDIT_LOG_DIRECTORY, join(this.folder, "audit"));
    }

    private launch(name: string, args: readonly string[]): void {
        const log = openSync(join(this.folder, `${name}.log`), "a");
        this.processes.push(spawn(this.program, [name, ...args], { stdio: ["ignore", log, log] }));
    }

    /** Starts etcd and the API server, and waits until it is ready. */
    public async start(encryption: string, oidc: IdentityProvider): Promise<void> {
        mkdirSync(join(this.folder, "files"));
        mkdirSync(join(this.folder, "audit"));
        const { extraArgs, files } = apiServerHardening({ kubeletServing: false, oidc });
        for (const [path, { content }] of Object.entries(files))
            writeFileSync(this.here(path), content, { mode: 0o600 });
        writeFileSync(this.here(ENCRYPTION_FILE), encryption, { mode: 0o600 });
        this.launch("etcd", [
            `--data-dir=${this.folder}/etcd`,
            "--unsafe-no-fsync",
            "--log-level=warn",
            `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
            `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
            `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
            `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
            `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
        ]);
        this.launch("kube-apiserver", [
            `--etcd-servers=http://127.0.0.1:${etcdPort}`,
            "--bind-address=127.0.0.1",
            "--advertise-address=10.88.0.1",
            `--secure-port=${port}`,
            "--authorization-mode=Node,RBAC",
            "--allow-privileged=true",
            `--client-ca-file=${pki}/ca.crt`,
            `--tls-cert-file=${pki}/apiserver.crt`,
            `--tls-private-key-file=${pki}/apiserver.key`,
            `--service-account-key-file=${pki}/service-accounts.pub`,
            `--service-account-signing-key-file=${pki}/service-accounts.key`,
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            "--service-cluster-ip-range=10.97.0.0/16",
            ...extraArgs.map(({ name, value }) => `--${name}=${this.here(value)}`),
        ]);
        await this.until("the API server is ready", () =>
            this.anonymous("/readyz").then(
                status => status === 200,
                () => false,
            ),
        );
        // There is no controller manager that makes it.
        await this.until(
            "an account is there",
            async () =>
                (await this.try("get", "sa", "default")).status === 0 ||
                (await this.try("create", "serviceaccount", "default")).status === 0,
        );
    }

    /** Ends both, and removes all that they wrote. */
    public async stop(): Promise<void> {
        for (const child of this.processes.reverse()) {
            const gone = new Promise(resolve => child.on("exit", resolve));
            if (child.exitCode === null && child.kill("SIGTERM")) await gone;
        }
        rmSync(this.folder, { recursive: true, force: true });
    }

    /** Replaces the configuration of encryption, as an update does: beside it, then by a rename. */
    public async encrypt(configuration: string): Promise<void> {
        const path = this.here(ENCRYPTION_FILE);
        writeFileSync(`${path}.new`, configuration, { mode: 0o600 });
        renameSync(`${path}.new`, path);
        await Promise.resolve();
    }

    /** Status of a request without a name. */
    public async anonymous(path: string): Promise<number> {
        return (await this.request(path, {})).status;
    }

    /** Who the server takes the bearer of a token for: name and groups, or the status of its refusal. */
    public async whoIs(token: string): Promise<{ username: string; groups: readonly string[] } | number> {
        const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
        const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
        const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
        const { status, body } = await this.request(path, headers, JSON.stringify(review));
        if (status !== 201) return status;
        const { userInfo } = (JSON.parse(body) as { status: { userInfo: { username: string; groups: string[] } } })
            .status;
        return userInfo;
    }

    private request(path: string, headers: Record<string, string>, content?: string) {
        const method = content === undefined ? "GET" : "POST";
        const options = { host: "127.0.0.1", port, path, method, headers, ca: readFileSync(join(pki, "ca.crt")) };
        return new Promise<{ status: number; body: string }>((resolve, reject) => {
            request(options, response => {
                let body = "";
                response.on("data", (chunk: Buffer) => (body += chunk.toString()));
                response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
            })
                .on("error", reject)
                .end(content);
        });
    }

    /** Whether openssl can agree with the server on these terms. */
    public async handshake(...terms: readonly string[]): Promise<boolean> {
        const args = ["s_client", "-connect", `127.0.0.1:${port}`, "-brief", ...terms];
        return (await run("openssl", args)).status === 0;
    }

    /** What etcd holds of a secret of the namespace `default`. */
    public async stored(name: string): Promise<string> {
        const key = Buffer.from(`/registry/secrets/default/${name}`).toString("base64");
        const answer = await fetch(`http://127.0.0.1:${etcdPort}/v3/kv/range`, {
            method: "POST",
            body: JSON.stringify({ key }),
        });
        const { kvs = [] } = (await answer.json()) as { kvs?: { value: string }[] };
        return Buffer.from(kvs[0]?.value ?? "", "base64").toString("latin1");
    }

    private try(...args: readonly string[]): Promise<Result> {
        return run("local/bed/kubernetes.sh", ["kubectl", ...this.client, ...args]);
    }

    /** kubectl as the administrator; must succeed. */
    public kubectl(...args: readonly string[]): Promise<string> {
        return must("local/bed/kubernetes.sh", ["kubectl", ...this.client, ...args]);
    }

    /** Creates an object; never throws. */
    public create(manifest: string): Promise<Result> {
        return run("local/bed/kubernetes.sh", ["kubectl", ...this.client, "create", "-f", "-"], manifest);
    }

    /** Waits at most two minutes. */
    public async until(what: string, is: () => Promise<boolean>): Promise<void> {
        for (const end = Date.now() + 120_000; !(await is());) {
            const ended = this.processes.find(({ exitCode }) => exitCode !== null);
            if (ended !== undefined || Date.now() > end) {
                const logs = ["etcd", "kube-apiserver"].map(name =>
                    readFileSync(join(this.folder, `${name}.log`), "utf8"),
                );
                throw new Error(`${what}: not so (${basename(this.folder)})\n${logs.join("\n").slice(-3000)}`);
            }
            await new Promise(resolve => setTimeout(resolve, 500));
        }
    }
}
