import { strict as assert } from "node:assert";
import {
    changedSettings,
    checkSettings,
    DEFAULT_ROLLOUT,
    protectSettings,
    readSettings,
} from "../../../provider/rolling/settings";
import { secret, UNKNOWN, unwrap, type Wire } from "../../../provider/values";
import { HOST_KEY } from "../fakes";

describe("the provider's configuration", () => {
    it("is one host at a time where there is none", () => {
        assert.deepEqual(readSettings({}), { rollout: DEFAULT_ROLLOUT });
        assert.equal(DEFAULT_ROLLOUT.hostsAtOnce, 1);
    });

    it("is read as a record and as JSON in text, and completed", () => {
        const wanted = { rollout: { ...DEFAULT_ROLLOUT, by: "rack", reboot: "manual" } };
        assert.deepEqual(readSettings({ rollout: { by: "rack", reboot: "manual" } }), wanted);
        assert.deepEqual(readSettings({ rollout: '{"by":"rack","reboot":"manual"}' }), wanted);
    });

    it("takes what is not known yet as right", () => {
        const inputs = { rollout: { hostsAtOnce: UNKNOWN }, kubeconfig: UNKNOWN };
        assert.deepEqual(checkSettings(inputs), []);
        assert.deepEqual(readSettings(inputs), { rollout: DEFAULT_ROLLOUT });
    });

    it("is refused all at once, with paths and what would be right", () => {
        const bad = { rollout: { by: "zone", hostsAtOnce: 0, speed: 1 }, kubeconfigFile: 7, racks: {}, version: "1" };
        assert.deepEqual(
            checkSettings(bad).map(({ property, reason }) => `${property} ${reason}`),
            [
                'racks metal has no setting "racks"; it has rollout, kubeconfig, kubeconfigFile, controlPlane',
                "kubeconfigFile is not text",
                'rollout.by "zone" is none of count, rack',
                "rollout.hostsAtOnce 0 is not a whole number from 1 to 1000",
                "rollout.speed is not known; a rollout has by, hostsAtOnce, reboot, drainTimeoutSeconds, rebootTimeoutSeconds",
            ],
        );
    });

    it("names what differs, however it travelled", () => {
        const before = { rollout: '{"by":"rack"}', kubeconfig: secret("a"), version: "1" };
        assert.deepEqual(changedSettings(before, { rollout: { by: "rack" }, kubeconfig: "a", version: "2" }), []);
        assert.deepEqual(changedSettings(before, { kubeconfig: "b" }), ["rollout", "kubeconfig"]);
    });

    it("keeps a kubeconfig secret even where the program did not", () => {
        const inputs = protectSettings({ kubeconfig: "apiVersion: v1" });
        assert.equal(unwrap(inputs).isSecret(["kubeconfig"]), true);
        assert.deepEqual(protectSettings(inputs), inputs);
        assert.equal(readSettings({ kubeconfig: secret("a") }).kubeconfig, "a");
    });

    describe("with hosts of a control plane", () => {
        const host = { address: "192.0.2.7", hostKey: HOST_KEY };

        it("is read from a list and from JSON in text, and not where something is unknown", () => {
            const read = (controlPlane: Wire) => readSettings({ controlPlane }).controlPlane;
            assert.deepEqual(read([host]), [host]);
            assert.deepEqual(read(JSON.stringify([{ ...host, privateKey: secret("k") }])), [
                { ...host, privateKey: "k" },
            ]);
            assert.equal(read([{ ...host, privateKey: UNKNOWN }]), undefined);
            assert.equal(read(UNKNOWN), undefined);
        });

        it("is refused with the path of what is wrong", () => {
            const wrong = (controlPlane: Wire) => checkSettings({ controlPlane }).map(({ property }) => property);
            assert.deepEqual(wrong([host, { ...host, port: 0 }]), ["controlPlane[1].port"]);
            assert.deepEqual(wrong({ ...host }), ["controlPlane"]);
            assert.deepEqual(wrong([UNKNOWN, host]), []);
        });

        it("keeps private keys secret, even where the program did not, however they travel", () => {
            const key = { ...host, privateKey: "k" };
            const list = protectSettings({ controlPlane: [host, key] });
            assert.equal(unwrap(list).isSecret(["controlPlane", "1", "privateKey"]), true);
            assert.equal(unwrap(list).isSecret(["controlPlane", "1", "address"]), false);
            assert.deepEqual(protectSettings(list), list);
            const text = protectSettings({ controlPlane: JSON.stringify([key]) });
            assert.equal(unwrap(text).isSecret(["controlPlane"]), true);
            assert.deepEqual(readSettings(text).controlPlane, [key]);
        });
    });
});
