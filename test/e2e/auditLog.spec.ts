import { strict as assert } from "node:assert";
import { auditCollector } from "../../components/cluster/audit/collector";
import { AUDIT_CA_FILE, AUDIT_CERTIFICATE_FILE, AUDIT_KEY_FILE } from "../../components/cluster/audit/files";
import { auditSender } from "../../components/cluster/audit/sender";
import { authorityScript, keyPair, serverScript } from "../../components/secrets/openssl";
import { addressOf, FleetStack } from "./fleet-stack";
import { must, onHost } from "./shell";
import { Project } from "./stack";

/** Hosts that send and collect; others where several checkouts test at once. */
const [sender = "", collector = ""] = (process.env.SEAMOUNT_E2E_PAIR ?? "metal-3 metal-4").split(" ");
const log = "/var/log/kubernetes/audit/audit.log";
const kept = `/var/log/seamount/audit/${sender}/audit.log`;
const unit = "seamount-audit-collector.service";

describe("the audit log of an API server, shipped", () => {
    const project = new Project("test/e2e/fleet");
    const stack = new FleetStack(project);
    let written = 0;
    /** Tells this run's records from those of runs before. */
    const mark = `${Date.now().toString(36)}-`;

    /** Writes as an API server does: records that are a line each. */
    const write = async (count: number): Promise<void> => {
        const line = `{"auditID":"${mark}'$i'","note":"ü ${"x".repeat(300)}"}`;
        await onHost(
            sender,
            `i=${written}; while [ $i -lt ${written + count} ]; do i=$((i + 1)); echo '${line}'; done >>${log}`,
        );
        written += count;
    };
    const putAside = () => onHost(sender, `mv ${log} ${log.replace(".log", "")}-$(date +%s%N).log`);
    /** How many different records have come, and how many lines they are. */
    const arrived = async () => {
        const ids = `cat ${kept} ${kept}-* 2>/dev/null | sed -n 's/.*auditID":"${mark}\\([0-9]*\\)".*/\\1/p'`;
        const [different, lines] = (
            await onHost(collector, `{ ${ids}; } | sort -u | wc -l; { ${ids}; } | wc -l`)
        ).split("\n");
        return { different: Number(different), lines: Number(lines) };
    };
    async function allArrive(): Promise<void> {
        for (const end = Date.now() + 120_000; (await arrived()).different < written;) {
            assert.ok(Date.now() < end, `${JSON.stringify(await arrived())} of ${written} after two minutes`);
            await new Promise(resolve => setTimeout(resolve, 1000));
        }
        assert.equal((await arrived()).different, written);
    }

    before(async () => {
        await project.create();
        stack.write("{}\n");
        await stack.create();
        const authority = await must("sh", ["-c", authorityScript("Seamount test", 2)]);
        const tlsFiles = async (host: string) => {
            const pair = keyPair(await must("sh", ["-c", serverScript(host, 2, 1, "peer")], authority));
            return {
                [AUDIT_CA_FILE]: { content: keyPair(authority).certificate },
                [AUDIT_CERTIFICATE_FILE]: { content: pair.certificate },
                [AUDIT_KEY_FILE]: { content: pair.privateKey, mode: "0600" },
            };
        };
        const target = { kind: "collector", address: addressOf(collector), name: collector } as const;
        const sends = auditSender({ target, packages: "apt" });
        const senders = [{ name: sender, address: addressOf(sender) }];
        const collects = auditCollector({ senders, retentionDays: 180 });
        stack.want({
            [sender]: { ...sends, files: { ...sends.files, ...(await tlsFiles(sender)) } },
            [collector]: { ...collects, files: { ...collects.files, ...(await tlsFiles(collector)) } },
        });
        await stack.apply();
    });

    after(async () => {
        await stack.succeed("destroy", "--yes", "--skip-preview");
        project.remove();
    });

    it("arrives, for root alone", async () => {
        await write(50);
        await allArrive();
        assert.equal(await onHost(collector, `stat -c '%a %U' ${kept} /var/log/seamount/audit`), "600 root\n700 root");
        assert.match(await onHost(collector, `grep -m 1 ${mark} ${kept}`), /^\{"auditID":"\w+-1","note":"ü x+"\}$/);
    });

    it("is encrypted on its way, and taken from nobody without a certificate of the site's authority", async () => {
        const ask = (more: string) =>
            onHost(
                sender,
                `sleep 1 | openssl s_client -connect ${addressOf(collector)}:6515 -CAfile ${AUDIT_CA_FILE} ${more} 2>&1 || :`,
            );
        const own = await ask(`-cert ${AUDIT_CERTIFICATE_FILE} -key ${AUDIT_KEY_FILE}`);
        assert.match(own, /Verify return code: 0 \(ok\)/);
        assert.doesNotMatch(own, /alert/);
        assert.match(await ask(""), /alert |unexpected eof|errno|reset/);
    });

    it("loses nothing while the collector is away, and its files are put aside meanwhile", async () => {
        await onHost(collector, `systemctl stop ${unit}`);
        await write(2000);
        await putAside();
        await write(500);
        await onHost(sender, "systemctl restart seamount-audit-sender.service");
        await write(500);
        await onHost(collector, `systemctl start ${unit}`);
        await allArrive();
    });

    it("loses nothing when the collector is killed, or the sender stands still", async () => {
        await onHost(collector, `systemctl kill --signal=KILL ${unit}`);
        await write(1000);
        await onHost(sender, "systemctl stop seamount-audit-sender.service");
        await write(300);
        await putAside();
        await write(10);
        await onHost(sender, "systemctl start seamount-audit-sender.service");
        await allArrive();
    });

    it("is put aside each day, and then goes on in a new file", async () => {
        await onHost(collector, "logrotate --force /etc/logrotate.d/seamount-audit");
        await write(20);
        const now = async () => Number(await onHost(collector, `wc -l <${kept}`));
        for (const end = Date.now() + 30_000; (await now()) < 20;) {
            assert.ok(Date.now() < end, `${await now()} of 20 in the new file`);
        }
        assert.match(
            await onHost(collector, `ls /var/log/seamount/audit/${sender}`),
            /audit\.log\naudit\.log-\d{8}\.gz/,
        );
        assert.match(await onHost(collector, "cat /etc/logrotate.d/seamount-audit"), /daily\n\s+rotate 180\n/);
    });

    it("has nothing left to do", async () => assert.deepEqual(await stack.steps(), []));
});
