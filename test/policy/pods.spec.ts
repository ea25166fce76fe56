import * as assert from "node:assert/strict";
import * as fc from "fast-check";
import { podOf } from "../../policy/pod";
import { imagesPinned } from "../../policy/rules/imagesPinned";
import { podsRestricted } from "../../policy/rules/podsRestricted";
import { UNKNOWN, violations } from "../harness";
import { changed, IMAGE, KINDS, restrictedPod } from "./fixtures";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const ofDeployment = (pod: object): object => ({ spec: { template: { spec: pod } } });

describe("pods-restricted", () => {
    for (const [type, wrap] of Object.entries(KINDS)) {
        it(`sees the pod of a ${type}`, async () => {
            assert.deepEqual(await violations(podsRestricted, type, wrap(restrictedPod())), []);
            const bad = changed(restrictedPod(), "hostNetwork", true);
            const found = await violations(podsRestricted, type, wrap(bad));
            assert.deepEqual(found.length, 1, found.join());
            assert.match(found[0] ?? "", /^Host namespaces: .*hostNetwork must not be true$/);
        });
    }

    it("leaves alone what holds no pod", async () => {
        for (const type of ["kubernetes:core/v1:Service", "metal:index:Host", "seamount:inference:ModelService"]) {
            assert.deepEqual(await violations(podsRestricted, type, { spec: { hostNetwork: true } }), []);
        }
    });

    const one = "containers.0.securityContext";
    const cases: readonly (readonly [string, string, unknown])[] = [
        ["Host namespaces", "hostPID", true],
        ["Host namespaces", "hostIPC", true],
        ["HostProcess", "securityContext.windowsOptions", { hostProcess: true }],
        ["Privileged containers", `${one}.privileged`, true],
        ["Privilege escalation", `${one}.allowPrivilegeEscalation`, true],
        ["Privilege escalation", `${one}.allowPrivilegeEscalation`, undefined],
        ["Privilege escalation", "initContainers.0.securityContext.allowPrivilegeEscalation", undefined],
        ["Capabilities", `${one}.capabilities`, undefined],
        ["Capabilities", `${one}.capabilities.drop`, ["NET_RAW"]],
        ["Capabilities", `${one}.capabilities.add`, ["NET_BIND_SERVICE", "SYS_ADMIN"]],
        ["Volume types", "volumes.0", { name: "host", hostPath: { path: "/" } }],
        ["Volume types", "volumes.0", { name: "share", nfs: { server: "a", path: "/" } }],
        ["Host ports", "containers.0.ports", [{ containerPort: 80, hostPort: 80 }]],
        ["Host probes and lifecycle hooks", "containers.0.livenessProbe", { httpGet: { host: "1.2.3.4", port: 1 } }],
        [
            "Host probes and lifecycle hooks",
            "containers.0.lifecycle",
            { preStop: { tcpSocket: { host: "a", port: 1 } } },
        ],
        ["Non-root", "securityContext.runAsNonRoot", undefined],
        ["Non-root", `${one}.runAsNonRoot`, false],
        ["Non-root user", "securityContext.runAsUser", 0],
        ["Non-root user", `${one}.runAsUser`, 0],
        ["Seccomp", "securityContext.seccompProfile", undefined],
        ["Seccomp", `${one}.seccompProfile`, { type: "Unconfined" }],
        ["AppArmor", `${one}.appArmorProfile`, { type: "Unconfined" }],
        ["SELinux", `${one}.seLinuxOptions`, { type: "spc_t" }],
        ["SELinux", "securityContext.seLinuxOptions", { user: "root" }],
        ["/proc mount", `${one}.procMount`, "Unmasked"],
        ["Sysctls", "securityContext.sysctls", [{ name: "kernel.msgmax", value: "1" }]],
    ];
    for (const [control, path, value] of cases) {
        it(`refuses ${path} = ${JSON.stringify(value)}`, async () => {
            const found = await violations(
                podsRestricted,
                DEPLOYMENT,
                ofDeployment(changed(restrictedPod(), path, value)),
            );
            assert.ok(found.length >= 1);
            assert.ok(
                found.every(message => message.startsWith(`${control}: `)),
                found.join(),
            );
        });
    }

    const allowed: readonly (readonly [string, unknown])[] = [
        [`${one}.capabilities.add`, ["NET_BIND_SERVICE"]],
        ["volumes.0", { name: "weights", persistentVolumeClaim: { claimName: "a" } }],
        ["volumes.0", { name: "weights", image: { reference: "a" } }],
        ["securityContext.sysctls", [{ name: "net.ipv4.tcp_rmem", value: "1 2 3" }]],
        [`${one}.seccompProfile`, { type: "Localhost", localhostProfile: "a.json" }],
        ["containers.0.livenessProbe", { httpGet: { path: "/", port: 1 } }],
        [`${one}.seLinuxOptions`, { type: "container_t", level: "s0" }],
    ];
    for (const [path, value] of allowed) {
        it(`allows ${path} = ${JSON.stringify(value)}`, async () => {
            const pod = changed(restrictedPod(), path, value);
            assert.deepEqual(await violations(podsRestricted, DEPLOYMENT, ofDeployment(pod)), []);
        });
    }

    it("refuses an AppArmor annotation that lifts the profile", async () => {
        const annotations = { "container.apparmor.security.beta.kubernetes.io/main": "unconfined" };
        const props = { spec: { template: { metadata: { annotations }, spec: restrictedPod() } } };
        assert.match((await violations(podsRestricted, DEPLOYMENT, props)).join(), /^AppArmor: annotation/);
    });

    it("reports a workload whose pod is missing, and one that is not known yet", async () => {
        assert.match((await violations(podsRestricted, DEPLOYMENT, {})).join(), /cannot be checked/);
        const found = await violations(podsRestricted, DEPLOYMENT, { spec: UNKNOWN });
        assert.deepEqual(found, [
            "spec is not known before the update, so it cannot be checked: give it a plain value",
        ]);
    });

    it("goes on to other controls where one value is unknown", async () => {
        const pod = changed(changed(restrictedPod(), `${one}.privileged`, UNKNOWN), "hostPID", true);
        const found = (await violations(podsRestricted, DEPLOYMENT, ofDeployment(pod))).join("\n");
        assert.match(found, /^Privileged containers: .*privileged is not known/m);
        assert.match(found, /^Host namespaces: .*hostPID/m);
    });

    it("does not care about names that are unknown", async () => {
        const pod = changed(restrictedPod(), "volumes.0", { name: "tls", secret: { secretName: UNKNOWN } });
        assert.deepEqual(await violations(podsRestricted, DEPLOYMENT, ofDeployment(pod)), []);
    });
});

describe("podOf", () => {
    it("never throws, whatever the inputs are", () => {
        fc.assert(
            fc.property(fc.constantFrom(...Object.keys(KINDS)), fc.jsonValue(), (type, props) => {
                assert.ok(podOf(type, props));
            }),
        );
    });
});

describe("images-pinned", () => {
    const check = (image: unknown, registries: string[] = [], path = "containers.0.image"): Promise<string[]> =>
        violations(imagesPinned, DEPLOYMENT, ofDeployment(changed(restrictedPod(), path, image)), { registries });

    it("passes a digest from an allowed registry, in every kind", async () => {
        for (const [type, wrap] of Object.entries(KINDS)) {
            const config = { registries: ["other.example.org", "registry.example.org/site/"] };
            assert.deepEqual(await violations(imagesPinned, type, wrap(restrictedPod()), config), []);
            assert.deepEqual(await violations(imagesPinned, type, wrap(restrictedPod())), []);
        }
    });

    it("refuses tags, short digests and no image", async () => {
        for (const image of ["registry.example.org/a:1", "a@sha256:abc", `${IMAGE}0`, "a:latest", undefined]) {
            assert.match((await check(image)).join(), /must be pinned by digest/, String(image));
        }
        assert.equal((await check("a:1", [], "initContainers.0.image")).length, 1);
    });

    it("refuses other registries, also those that only begin alike", async () => {
        assert.match((await check(IMAGE, ["registry.example"])).join(), /must come from registry\.example$/);
        assert.match((await check(IMAGE, ["registry.example.org/sit"])).join(), /must come from/);
        assert.deepEqual(await check(IMAGE, ["registry.example.org"]), []);
    });

    it("reports an image that is not known yet", async () => {
        assert.match((await check(UNKNOWN)).join(), /containers\.0\.image is not known before the update/);
    });
});
