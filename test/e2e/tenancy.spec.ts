import { strict as assert } from "node:assert";
import { join } from "node:path";
import type { ClusterAccess, Tenant } from "../../components/site/cluster";
import { apply, simulatedNode } from "./nodes";
import { kubectl, must, run } from "./shell";
import { bed } from "./site";
import { Project, Stack } from "./stack";

const models = "e2e-models";
const tuning = "e2e-tuning";
const node = "e2e-tenancy";
const groups = { platform: "e2e-platform", model: "e2e-rollout", auditor: "e2e-audit", tuner: "e2e-tuners" } as const;
const access: ClusterAccess = {
    platformOperators: [groups.platform],
    modelOperators: [groups.model],
    auditors: [groups.auditor],
};
const quota = { gpus: 2, cpus: 8, memoryGiB: 8, storageGiB: 10, pods: 3 };
const tenants: readonly Tenant[] = [{ name: tuning, groups: [groups.tuner], quota }];

/** Who may: groups by initial, in the order platform, model, auditor, tuner. */
type Row = readonly [verb: string, group: string, resource: string, namespace: string, who: string];

const matrix: readonly Row[] = [
    ["get", "", "pods", models, "pma"],
    ["get", "", "pods/log", models, "pma"],
    ["get", "", "pods/log", tuning, "pat"],
    ["get", "", "secrets", models, ""],
    ["list", "", "secrets", models, ""],
    ["get", "", "secrets", tuning, "t"],
    ["get", "", "secrets", "kube-system", ""],
    ["create", "", "pods/exec", models, ""],
    ["create", "", "pods/exec", tuning, "t"],
    ["create", "", "serviceaccounts/token", models, ""],
    ["create", "", "serviceaccounts/token", tuning, ""],
    ["create", "", "pods", models, ""],
    ["create", "", "pods", tuning, "t"],
    ["create", "", "pods", "default", ""],
    ["delete", "", "pods", models, "pm"],
    ["patch", "apps", "deployments", models, "pm"],
    ["patch", "apps", "deployments/scale", models, "pm"],
    ["patch", "apps", "statefulsets", models, "pm"],
    ["patch", "leaderworkerset.x-k8s.io", "leaderworkersets", models, "pm"],
    ["delete", "apps", "deployments", models, ""],
    ["patch", "apps", "deployments", tuning, "pt"],
    ["patch", "apps", "deployments", "kube-system", "p"],
    ["patch", "", "nodes", "", "p"],
    ["get", "", "nodes", "", "pa"],
    ["create", "", "nodes/proxy", "", ""],
    ["get", "rbac.authorization.k8s.io", "clusterroles", "", "pa"],
    ["create", "rbac.authorization.k8s.io", "rolebindings", models, ""],
    ["create", "rbac.authorization.k8s.io", "rolebindings", tuning, ""],
    ["bind", "rbac.authorization.k8s.io", "clusterroles", "", ""],
    ["escalate", "rbac.authorization.k8s.io", "clusterroles", "", ""],
    ["impersonate", "", "users", "", ""],
    ["impersonate", "", "serviceaccounts", tuning, ""],
    ["patch", "networking.k8s.io", "networkpolicies", tuning, ""],
    ["create", "networking.k8s.io", "networkpolicies", tuning, ""],
    ["patch", "", "resourcequotas", tuning, ""],
    ["get", "", "resourcequotas", tuning, "pat"],
    ["patch", "", "limitranges", tuning, ""],
    ["patch", "", "namespaces", "", ""],
    ["create", "", "namespaces", "", ""],
    ["create", "", "persistentvolumes", "", ""],
    ["create", "admissionregistration.k8s.io", "validatingwebhookconfigurations", "", ""],
    ["update", "certificates.k8s.io", "certificatesigningrequests/approval", "", ""],
    ["create", "scheduling.k8s.io", "priorityclasses", "", ""],
];

const review = ([verb, group, resource, namespace]: Row, as: string): object => {
    const [name, subresource] = resource.split("/");
    return {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: {
            user: "somebody",
            groups: [as, "system:authenticated"],
            resourceAttributes: { verb, group, resource: name, ...(subresource && { subresource }), namespace },
        },
    };
};

/** A pod that meets the restricted level. */
const pod = (namespace: string, name: string, cpu: string, changes: object = {}, resources: object = {}): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: {
        nodeSelector: { e2e: "tenancy" },
        terminationGracePeriodSeconds: 1,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
            {
                name: "a",
                image: "none",
                resources: { requests: { cpu, ...resources }, limits: { cpu, ...resources } },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
            },
        ],
        ...changes,
    },
});

/** Creates an object as a fine-tuner; what was said when it was refused, or nothing. */
async function refused(manifest: object): Promise<string> {
    const as = ["--as", "somebody", "--as-group", groups.tuner];
    const args = ["kubectl", "create", ...as, "-f", "-"];
    const { status, stderr } = await run("local/bed/kubernetes.sh", args, JSON.stringify(manifest));
    return status === 0 ? "" : stderr;
}

const phase = (namespace: string, name: string): Promise<string> =>
    kubectl("get", "pod", name, "-n", namespace, "--ignore-not-found", "-o", "jsonpath={.status.phase}");

async function until(what: string, is: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + 60_000; !(await is());) {
        assert.ok(Date.now() < end, `${what}: not after a minute`);
        await new Promise(resolve => setTimeout(resolve, 500));
    }
}

describe("rights, tenants and priorities on a real API server", () => {
    const project = new Project("test/e2e/tenancy");
    const stack = new Stack(project, "tenancy");

    before(async () => {
        await project.create();
        stack.write("{}\n");
        await stack.create();
        stack.configure({
            "tenancy:namespace": models,
            "tenancy:kubeconfigFile": join(bed, "kubeconfig"),
            "tenancy:access": access,
            "tenancy:tenants": tenants,
        });
        await apply(simulatedNode(node, "tenancy"));
        await stack.succeed("up", "--yes", "--skip-preview");
    });

    after(async () => {
        await stack.succeed("destroy", "--yes", "--skip-preview");
        await kubectl("delete", "node", node);
        project.remove();
    });

    it("gives each role what it needs, and nothing else", async () => {
        const asked = matrix.flatMap(row => Object.values(groups).map(group => ({ row, group })));
        const answers = await must(
            "local/bed/kubernetes.sh",
            ["kubectl", "create", "-f", "-", "-o", "jsonpath={.status.allowed}{' '}"],
            JSON.stringify({
                apiVersion: "v1",
                kind: "List",
                items: asked.map(({ row, group }) => review(row, group)),
            }),
        );
        const allowed = answers.trim().split(/\s+/);
        assert.equal(allowed.length, asked.length, answers.slice(0, 300));
        const initials = Object.keys(groups).map(name => name.charAt(0));
        const found = matrix.map((row, at) => [
            ...row.slice(0, 4),
            initials.filter((_, which) => allowed[at * initials.length + which] === "true").join(""),
        ]);
        assert.deepEqual(found, matrix);
    });

    it("agrees with kubectl auth can-i", async () => {
        const can = async (...args: string[]) =>
            (
                await run("local/bed/kubernetes.sh", ["kubectl", "auth", "can-i", "--as", "somebody", ...args])
            ).stdout.trim();
        assert.equal(await can("--as-group", groups.model, "patch", "deployments", "-n", models), "yes");
        assert.equal(await can("--as-group", groups.model, "get", "secrets", "-n", models), "no");
        assert.equal(await can("--as-group", groups.auditor, "get", "pods/log", "-n", tuning), "yes");
    });

    it("lets a tenant work within its quota", async () => {
        assert.equal(await refused(pod(tuning, "small", "1")), "");
        assert.equal(await refused(pod(tuning, "gpus", "1", {}, { "nvidia.com/gpu": "2" })), "");
        const account = await kubectl("get", "serviceaccount", "default", "-n", tuning, "-o", "json");
        assert.equal(
            (JSON.parse(account) as { automountServiceAccountToken?: boolean }).automountServiceAccountToken,
            false,
        );
        await kubectl("delete", "pod", "--all", "-n", tuning);
    });

    it("refuses more than the quota, and names it", async () => {
        assert.match(await refused(pod(tuning, "wide", "9")), /exceeded quota: quota, requested: limits\.cpu=9/);
        const gpus = await refused(pod(tuning, "greedy", "1", {}, { "nvidia.com/gpu": "3" }));
        assert.match(gpus, /exceeded quota: quota, requested: requests\.nvidia\.com\/gpu=3/);
        const service = {
            metadata: { name: "open", namespace: tuning },
            spec: { type: "NodePort", ports: [{ port: 80 }] },
        };
        assert.match(
            await refused({ apiVersion: "v1", kind: "Service", ...service }),
            /exceeded quota: quota, .*nodeports/,
        );
    });

    it("refuses a privileged pod, and one on the host's network", async () => {
        const privileged = [{ name: "a", image: "none", securityContext: { privileged: true } }];
        const powerful = [{ name: "a", image: "none", securityContext: { capabilities: { add: ["SYS_ADMIN"] } } }];
        const restricted = /violates PodSecurity "restricted/;
        // The bed's API server allows privileged containers to nobody, before it asks any namespace.
        const never = /violates PodSecurity "restricted|privileged: Forbidden/;
        assert.match(await refused(pod(tuning, "root", "1", { containers: privileged })), never);
        assert.match(await refused(pod(tuning, "admin", "1", { containers: powerful })), restricted);
        assert.match(await refused(pod(tuning, "host", "1", { hostNetwork: true })), restricted);
    });

    it("keeps the priorities of models and of nodes from tenants", async () => {
        for (const priorityClassName of [`${models}-serving`, "system-node-critical", "system-cluster-critical"]) {
            const said = await refused(pod(tuning, "first", "1", { priorityClassName }));
            assert.match(said, /exceeded quota: others-priorities/);
        }
        assert.equal(await refused(pod(tuning, "batch", "1", { priorityClassName: `${models}-batch` })), "");
        await kubectl("delete", "pod", "--all", "-n", tuning);
    });

    it("evicts what gives way for a model", async () => {
        const tuned = pod(tuning, "tuned", "7", { priorityClassName: `${models}-preemptible` });
        assert.equal(await refused(tuned), "");
        await until("the tenant's pod runs", async () => (await phase(tuning, "tuned")) === "Running");
        await apply(pod(models, "served", "7", { priorityClassName: `${models}-serving` }));
        await until("the model's pod runs", async () => (await phase(models, "served")) === "Running");
        assert.equal(await phase(tuning, "tuned"), "");
        await kubectl("delete", "pod", "served", "-n", models);
    });

    it("has nothing left to do", async () => assert.deepEqual(await stack.steps(), []));
});
