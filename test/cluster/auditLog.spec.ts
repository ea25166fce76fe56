import { strict as assert } from "node:assert";
import { auditCollector } from "../../components/cluster/audit/collector";
import { AUDIT_TLS_FILES } from "../../components/cluster/audit/files";
import { auditSender, senderConfiguration } from "../../components/cluster/audit/sender";

const target = { kind: "collector", address: "10.0.0.9", name: "keeper" } as const;

describe("the way of the audit log", () => {
    it("keeps it for six months at least", () => {
        const senders = [{ name: "cp-1", address: "10.0.0.1" }];
        assert.throws(() => auditCollector({ senders, retentionDays: 179 }), /179 is less than 180 days/);
        const { files = {} } = auditCollector({ senders, retentionDays: 400 });
        assert.match(files["/etc/logrotate.d/seamount-audit"]?.content ?? "", /rotate 400\n\s+maxage 400\n/);
    });

    it("checks configurations where they lie, after the certificates that they name", () => {
        const all = [auditSender({ target, packages: "apt" }), auditCollector({ senders: [], retentionDays: 180 })];
        for (const { files = {} } of all) {
            const [path = ""] = Object.keys(files).filter(name => name.endsWith(".conf"));
            assert.deepEqual(files[path]?.check, ["rsyslogd", "-N1", "-f", path]);
            assert.ok(AUDIT_TLS_FILES.every(tls => tls < path));
        }
    });

    it("names the server elsewhere once for its certificate and once for its address, and its port", () => {
        const of = (server: string) => senderConfiguration({ target: { kind: "server", server }, packages: "dnf" });
        assert.match(of("log.example.internal:6514"), /target="log\.example\.internal" port="6514"/);
        assert.match(of("log.example.internal:6514"), /streamDriverPermittedPeers="log\.example\.internal"/);
        assert.match(of("[fd00::1]:6514"), /target="fd00::1" port="6514"/);
        assert.match(of("a:1"), /defaultNetstreamDriverCAFile="\/etc\/pki\/tls\/certs\/ca-bundle\.crt"/);
    });
});
