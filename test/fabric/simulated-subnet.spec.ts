import { strict as assert } from "node:assert";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { opensmConf } from "../../components/fabric/opensm";
import { partitionsConf, subnetOf } from "../../components/fabric/partitions";
import type { Site } from "../../components/site/site";
import { hosts, infiniband } from "./subnet";

const PRELOAD = "/usr/lib/x86_64-linux-gnu/umad2sim/libumad2sim.so";
/** Two leaves and a spine, with a host on each of four ports. */
const NET = `Switch 8 "leaf1"
[1] "gpu-01"[1]
[2] "gpu-02"[1]
[3] "spine"[1]

Switch 8 "leaf2"
[1] "gpu-03"[1]
[2] "gpu-04"[1]
[3] "spine"[2]

Switch 8 "spine"
[1] "leaf1"[3]
[2] "leaf2"[3]

Hca 1 "gpu-01"
[1] "leaf1"[1]

Hca 1 "gpu-02"
[1] "leaf1"[2]

Hca 1 "gpu-03"
[1] "leaf2"[1]

Hca 1 "gpu-04"
[1] "leaf2"[2]
`;

/** The real opensm, over a fabric of ibsim. Both are Debian's: `apt-get install opensm ibsim-utils`. */
describe("a simulated InfiniBand subnet under the real opensm", function () {
    const folder = mkdtempSync(join(tmpdir(), "seamount-subnet-"));
    const file = (name: string, text: string) => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
    };
    const environment = (host: string) => ({
        ...process.env,
        LD_PRELOAD: PRELOAD,
        SIM_HOST: host,
        IBSIM_SOCKNAME: `seamount-${process.pid}`,
    });
    const on = (host: string, command: string, ...args: string[]) =>
        spawnSync(command, args, { env: environment(host), encoding: "utf8", timeout: 15_000 });
    const configured = (site: Pick<Site, "fabric" | "hosts">, index: number) => {
        const subnet = subnetOf(site);
        assert.ok(subnet);
        const path = file("partitions.conf", partitionsConf(subnet));
        return file(`opensm-${index}.conf`, opensmConf(subnet.infiniband, index, path));
    };
    let simulator: ReturnType<typeof spawn> | undefined;

    before(async function () {
        if (!["/usr/sbin/opensm", "/usr/bin/ibsim", PRELOAD].every(path => existsSync(path))) {
            this.skip();
        }
        simulator = spawn("ibsim", ["-s", file("net", NET)], {
            env: { ...process.env, IBSIM_SOCKNAME: `seamount-${process.pid}` },
            stdio: ["pipe", "pipe", "ignore"],
        });
        let said = "";
        simulator.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
        for (let tries = 0; !said.includes("simulator ready") && tries < 100; tries += 1) {
            await sleep(50);
        }
        assert.match(said, /simulator ready/);
    });

    after(() => {
        simulator?.kill();
        rmSync(folder, { recursive: true, force: true });
    });

    it("has its configuration read as it was meant", () => {
        const conf = configured({ fabric: infiniband({ routingEngine: "dfsssp" }), hosts: hosts() }, 1);
        const said = execFileSync("opensm", ["-F", conf, "-c", join(folder, "all.conf")], { encoding: "utf8" });
        const loaded = [...said.matchAll(/Loading Cached Option:(.*)/g)].map(([, option = ""]) => option);
        assert.deepEqual(
            loaded.filter(option => !option.startsWith("partition")),
            ["sm_priority = 14", "routing_engine = dfsssp", "qos = TRUE", "log_max_size = 256"],
        );
        assert.doesNotMatch(said, /Unrecognized/);
    });

    it("comes up as a fat tree, with the keys that the partitions give to each port", () => {
        // As a person would: ibstat on each host.
        const guidOf = (host: string) => /Port GUID: (0x[0-9a-f]{16})/.exec(on(host, "ibstat").stdout)?.[1] ?? "";
        const named = hosts().map(host => ({ ...host, portGuids: [guidOf(host.name)] }));
        const partitions = [
            { name: "tenant-a", pkey: "0x7001", pools: ["a"] },
            { name: "tenant-b", pkey: "0x7002", pools: ["b"] },
        ];
        const conf = configured({ fabric: infiniband({ partitions }), hosts: named }, 0);
        const log = join(folder, "opensm.log");
        const { stdout } = on("gpu-01", "opensm", "-F", conf, "-o", "-f", log);
        assert.match(stdout, /Entering MASTER state/);
        assert.match(
            execFileSync("cat", [log], { encoding: "utf8" }),
            /ftree tables configured on all switches[^]*SUBNET UP/,
        );
        const keys = (host: string) =>
            (/^ +0: (.*)$/m.exec(on(host, "smpquery", "-D", "pkeys", "0").stdout)?.[1] ?? "")
                .split(" ")
                .filter(key => key !== "0x0000");
        // The high bit is full membership. The first key is the default one; NCCL_IB_PKEY=1 is the second.
        assert.deepEqual(keys("gpu-01"), ["0xffff", "0xf001"]);
        assert.deepEqual(keys("gpu-02"), ["0x7fff", "0xf001"]);
        assert.deepEqual(keys("gpu-03"), ["0x7fff", "0xf002"]);
        assert.deepEqual(keys("gpu-04"), ["0x7fff", "0xf002"]);
    });
});
