import { strict as assert } from "node:assert";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { pci, type SeenPci } from "../../../provider/kinds/pci";
import { changePrelude } from "../../../provider/kinds/prelude";
import type { PciItem } from "../../../provider";
import { assemble } from "../../../provider/shell";
import { runHere } from "../fakes";
import { itKeepsTheLaws } from "./laws";

const address = fc.stringMatching(/^0000:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/);
const size = fc.constantFrom(128, 512, 4096);
const item: fc.Arbitrary<PciItem> = fc.oneof(
    fc.record({ maxReadRequestBytes: size }),
    fc.record({ acs: fc.constant("off" as const) }),
    fc.record({ maxReadRequestBytes: size, acs: fc.constant("off" as const) }),
);
const NIC = "0000:3b:00.0";
const BRIDGE = "0000:3a:00.0";
/** Registers as `setpci` prints them: device control 0x2930 reads 512 bytes at once, ACS control 0x1d has it on. */
const REGISTERS = {
    [`${NIC}-CAP_EXP+8.w`]: "2930",
    [`${BRIDGE}-CAP_EXP+8.w`]: "0020",
    [`${BRIDGE}-ECAP_ACS+6.w`]: "001d",
};

describe("PCI settings", () => {
    let root: string;

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "seamount-pci-"));
        mkdirSync(join(root, "bin"));
        mkdirSync(join(root, "registers"));
        mkdirSync(join(root, "run"));
        for (const [device, code] of [
            [NIC, "0x020000"],
            [BRIDGE, "0x060400"],
        ] as const) {
            mkdirSync(join(root, "sys/bus/pci/devices", device), { recursive: true });
            writeFileSync(join(root, "sys/bus/pci/devices", device, "class"), `${code}\n`);
        }
        for (const [register, value] of Object.entries(REGISTERS))
            writeFileSync(join(root, "registers", register), value);
        // Answers as the real one does, a register a file; what has no file is a capability that is missing.
        const setpci = `#!/bin/sh
            device=$2 register=\${3%%=*} value=\${3#*=}; file=${root}/registers/$device-$register
            [ -e "$file" ] || { echo "setpci: $device: Instance #0 of Capability not found" >&2; exit 1; }
            [ "$value" != "$3" ] || { cat "$file"; echo; exit; }
            mask=ffff; case $value in *:*) mask=\${value#*:} value=\${value%:*} ;; esac
            printf '%04x' $(( (0x$(cat "$file") & ~0x$mask & 0xffff) | (0x$value & 0x$mask) )) >"$file"`;
        writeFileSync(join(root, "bin/setpci"), setpci);
        chmodSync(join(root, "bin/setpci"), 0o755);
    });

    afterEach(() => rmSync(root, { recursive: true }));

    const register = (name: string) => readFileSync(join(root, "registers", name), "utf8");
    const run = (...script: string[]) =>
        runHere(
            assemble([changePrelude, ...script])
                .text.replace("PATH=/usr/local", `PATH=${root}/bin:/usr/local`)
                .replaceAll("command -v systemctl", "false")
                .replace(/\/(etc\/|sys\/|run\/|usr\/local\/lib\/)/g, `${root}/$1`),
        );
    const observe = async (...keys: string[]) => {
        const { stdout } = await run(`(${pci.observe(keys, new Set())}\n)`);
        return pci.parse(stdout.split("\n"), keys);
    };
    const context = { changedFiles: new Set<string>() };
    const change = async (key: string, wanted: PciItem) => {
        const seen = (await observe(key))[key] as SeenPci;
        const differences = pci.diff(key, wanted, seen, false);
        const steps = pci.change([{ key, item: wanted, seen, differences, secret: false }], context);
        return { differences, ...(await run(...steps.map(({ script }) => script))) };
    };

    itKeepsTheLaws(pci, fc.dictionary(fc.oneof(address, fc.constant("class:0604")), item));

    it("say what is wrong with a definition", () => {
        const problems = (key: string, wanted: object) => pci.check(key, wanted).join();
        assert.match(problems("3b:00.0", { acs: "off" }), /neither an address such as "0000:3b:00.0" nor a class/);
        assert.match(problems(NIC, { maxReadRequestBytes: 1000 }), /none of 128, 256, 512/);
        assert.match(problems(NIC, { acs: "on" }), /is not "off"/);
        assert.match(problems(NIC, {}), /sets nothing/);
    });

    it("are read back, set without touching other bits, and put back", async () => {
        const found = await observe(NIC, "class:0604");
        const nic = await change(NIC, { maxReadRequestBytes: 4096 });
        assert.equal(nic.status, 0, nic.stderr);
        assert.deepEqual(
            nic.differences.map(({ words }) => words),
            [
                `PCI device ${NIC} has read requests of at most 512 bytes, should be 4096`,
                `PCI setting ${NIC} is unset at boot, should be set`,
            ],
        );
        assert.equal(register(`${NIC}-CAP_EXP+8.w`), "5930");
        const bridges = await change("class:0604", { acs: "off" });
        assert.equal(bridges.status, 0, bridges.stderr);
        assert.match(
            bridges.differences[0]?.words ?? "",
            /3a:00.0 has access control services on \(001d\), should be off/,
        );
        assert.equal(register(`${BRIDGE}-ECAP_ACS+6.w`), "0000");
        const now = await observe(NIC, "class:0604");
        assert.deepEqual(pci.diff(NIC, { maxReadRequestBytes: 4096 }, now[NIC] as SeenPci, false), []);
        assert.deepEqual(pci.diff("class:0604", { acs: "off" }, now["class:0604"] as SeenPci, false), []);
        assert.equal((await run(...pci.restore(found, context).map(({ script }) => script))).status, 0);
        assert.deepEqual(await observe(NIC, "class:0604"), found);
        for (const [name, value] of Object.entries(REGISTERS)) assert.equal(register(name), value);
    });

    it("are set again at boot by the program of the unit", async () => {
        await change(NIC, { maxReadRequestBytes: 128 });
        await change("class:0604", { acs: "off" });
        for (const [name, value] of Object.entries(REGISTERS)) writeFileSync(join(root, "registers", name), value);
        const program = readFileSync(join(root, "usr/local/lib/seamount/pci"), "utf8");
        assert.match(program, /^#!\/bin\/sh\n/);
        const { status, stderr } = await runHere(`PATH=${root}/bin:$PATH\n${program}`);
        assert.equal(status, 0, stderr);
        assert.equal(register(`${NIC}-CAP_EXP+8.w`), "0930");
        assert.equal(register(`${BRIDGE}-ECAP_ACS+6.w`), "0000");
    });

    it("say which device is missing, and which has nothing to set", async () => {
        const absent = await change("0000:ff:00.0", { acs: "off" });
        assert.match(absent.differences[0]?.words ?? "", /PCI device 0000:ff:00.0 is missing/);
        assert.match(absent.stderr, /this host has no PCI device 0000:ff:00.0/);
        rmSync(join(root, `registers/${NIC}-CAP_EXP+8.w`));
        const plain = await change(NIC, { maxReadRequestBytes: 128 });
        assert.match(plain.differences[0]?.words ?? "", /is no PCI Express device/);
    });
});
