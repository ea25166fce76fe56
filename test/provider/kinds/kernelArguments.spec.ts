import { strict as assert } from "node:assert";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { changePrelude } from "../../../provider/kinds/prelude";
import { commandLineWords, grubEntry } from "../../../provider/kinds/bootloader";
import { argumentIn, kernelArguments } from "../../../provider/kinds/kernelArguments";
import type { SeenArgument } from "../../../provider/kinds/bootscript";
import { assemble } from "../../../provider/shell";
import { runHere } from "../fakes";
import { itKeepsTheLaws } from "./laws";

const name = fc
    .stringMatching(/^[a-z][a-z0-9_.]{0,9}$/)
    .filter(text => !/^(console|earlycon|hugepages|hugepagesz)$/.test(text));
const item = fc.record({ value: fc.stringMatching(/^[a-z0-9,:]{1,8}$/) }, { requiredKeys: [] });
const seen: SeenArgument = { loader: "grub" };
const words = (key: string, value: string | undefined, now: Partial<SeenArgument>) =>
    kernelArguments
        .diff(key, value === undefined ? {} : { value }, { ...seen, ...now }, false)
        .map(difference => `${difference.words}${difference.disruption ? ` [${difference.disruption}]` : ""}`);

/** As update-grub writes it on Debian, shortened. */
const GRUB = `
if [ -s $prefix/grubenv ]; then
  load_env
fi
   set default="\${next_entry}"
else
   set default="DEFAULT"
fi
menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'gnulinux-simple-1' {
	linux	/boot/vmlinuz-6.1 root=UUID=1 ro  quiet
}
submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option 'gnulinux-advanced-1' {
	menuentry 'Debian GNU/Linux, with Linux 6.1' $menuentry_id_option 'gnulinux-6.1-advanced-1' {
		if [ x$grub_platform = xxen ]; then insmod xzio; fi
		linux	/boot/vmlinuz-6.1 root=UUID=1 ro  old=1
	}
	menuentry 'Debian GNU/Linux, with Linux 6.1 (recovery mode)' $menuentry_id_option 'gnulinux-6.1-recovery-1' {
		linux	/boot/vmlinuz-6.1 root=UUID=1 ro single
	}
}
`.split("\n");
const grub = (chosen: string, saved = "") =>
    grubEntry(
        GRUB.map(line => line.replace("DEFAULT", chosen)),
        saved,
    )
        .slice(2)
        .join(" ");

describe("the boot configuration", () => {
    it("is what the entry has that boots next time", () => {
        assert.equal(grub("0"), "quiet");
        assert.equal(grub("1>0"), "old=1");
        assert.equal(grub("gnulinux-advanced-1>gnulinux-6.1-recovery-1"), "single");
        assert.equal(grub("Advanced options for Debian GNU/Linux>Debian GNU/Linux, with Linux 6.1"), "old=1");
        assert.equal(grub("${saved_entry}", "1>0"), "old=1");
        assert.equal(grub("${saved_entry}"), "quiet");
        assert.equal(grub("no such entry"), "quiet", "GRUB falls back to the first");
        assert.deepEqual(grubEntry([], ""), []);
        assert.deepEqual(grubEntry(["linux /vmlinuz root=1 a"], ""), ["root=1", "a"], "without a menu");
    });

    it("ends where init's own arguments begin, and keeps quoted blanks together", () => {
        assert.deepEqual(commandLineWords('a=1  dyndbg="file x +p" b -- c'), ["a=1", 'dyndbg="file x +p"', "b"]);
    });
});

describe("kernel arguments", () => {
    itKeepsTheLaws(kernelArguments, fc.dictionary(name, item));

    it("are found where the kernel takes them from", () => {
        const line = commandLineWords(
            "iommu=on hugepagesz=2M hugepages=8 hugepagesz=1G hugepages=16 iommu=pt console=tty0 quiet",
        );
        assert.equal(argumentIn(line, "iommu"), "pt");
        assert.equal(argumentIn(line, "hugepagesz=1G hugepages"), "16");
        assert.equal(argumentIn(line, "hugepagesz=2M hugepages"), "8");
        assert.equal(argumentIn(line, "console=tty0"), "");
        assert.equal(argumentIn(line, "console=ttyS0"), undefined);
        assert.equal(argumentIn(line, "quiet"), "");
        assert.equal(argumentIn(["a-b=1"], "a_b"), "1", "the kernel does not tell - from _");
        assert.equal(argumentIn(["intel_iommu=on"], "iommu"), undefined);
    });

    it("are found in every line that holds them", () => {
        const law = fc.property(fc.dictionary(name, item), fc.constantFrom("", "quiet", "other=1 ro"), (all, rest) => {
            const line = Object.entries(all).map(([key, { value }]) => (value === undefined ? key : `${key}=${value}`));
            const found = commandLineWords(`${rest} ${line.join(" ")}`);
            for (const [key, { value = "" }] of Object.entries(all)) assert.equal(argumentIn(found, key), value);
        });
        fc.assert(law);
    });

    it("say what is wrong with a definition", () => {
        const problems = (key: string, value?: string) =>
            kernelArguments.check(key, value === undefined ? {} : { value }).join();
        assert.match(problems("hugepages", "16"), /write what tells it apart into the key, "hugepagesz=1G hugepages"/);
        assert.match(problems("console", "ttyS0"), /"console=ttyS0,115200"/);
        assert.match(problems("pci", 'x" ; reboot'), /holds a character/);
        assert.match(problems("a b"), /a name without a value before the last/);
        assert.match(problems("console=tty0", "1"), /a value in its key and another/);
        assert.match(problems("a  b=1"), /is not the name of an argument/);
        assert.equal(
            problems("hugepagesz=1G hugepages", "16") + problems("console=ttyS0,115200") + problems("quiet"),
            "",
        );
    });

    it("differ in the boot configuration, and in what counts from the next boot", () => {
        assert.deepEqual(words("iommu", "pt", {}), [
            "kernel argument iommu=pt is not in the boot configuration [reboot]",
            "kernel argument iommu=pt is not in effect before a reboot [reboot]",
        ]);
        assert.deepEqual(words("iommu", "pt", { entry: "pt", source: "pt", running: "on" }), [
            "kernel argument iommu=pt is not in effect before a reboot (it is on) [reboot]",
        ]);
        assert.deepEqual(words("iommu", "pt", { entry: "pt", running: "pt" }), [
            "kernel argument iommu=pt would leave the boot configuration",
        ]);
        assert.deepEqual(words("quiet", undefined, { entry: "", source: "", running: "" }), []);
    });
});

describe("setting kernel arguments", () => {
    let root: string;
    const at = (path: string) => join(root, path);
    const read = (path: string) => (existsSync(at(path)) ? readFileSync(at(path), "utf8") : undefined);
    const tool = (program: string, text: string) => {
        writeFileSync(at(`bin/${program}`), `#!/bin/sh\n${text}\n`);
        chmodSync(at(`bin/${program}`), 0o755);
    };
    /** Runs shell of the kind against a folder that stands for a host. */
    const run = (...script: string[]) => {
        const { text } = assemble([changePrelude, ...script]);
        return runHere(
            text
                .replace("PATH=/usr/local", `PATH=${root}/bin:/usr/local`)
                .replaceAll("/etc/", `${root}/etc/`)
                .replaceAll("/boot/", `${root}/boot/`)
                .replaceAll("/proc/cmdline", `${root}/cmdline`)
                .replaceAll("/run/", `${root}/run/`),
        );
    };
    const observe = async (...keys: string[]) => {
        const { stdout } = await run(kernelArguments.observe(keys, new Set()));
        return kernelArguments.parse(stdout.split("\n"), keys);
    };
    const change = async (key: string, value?: string) => {
        const now = (await observe(key))[key] ?? seen;
        const wanted = value === undefined ? {} : { value };
        const differences = kernelArguments.diff(key, wanted, now, false);
        const context = { changedFiles: new Set<string>() };
        const steps = kernelArguments.change([{ key, item: wanted, seen: now, differences, secret: false }], context);
        return run(...steps.map(({ script }) => `(\n${script}\n)`));
    };
    const restore = (recorded: Record<string, SeenArgument>) =>
        run(...kernelArguments.restore(recorded, { changedFiles: new Set() }).map(({ script }) => script));

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "seamount-boot-"));
        for (const folder of ["bin", "etc/default/grub.d", "boot/grub", "run", "etc/kernel"]) {
            mkdirSync(at(folder), { recursive: true });
        }
        writeFileSync(at("cmdline"), "root=UUID=1 ro quiet\n");
    });

    afterEach(() => rmSync(root, { recursive: true }));

    describe("by GRUB", () => {
        const drop = "etc/default/grub.d/90-seamount.cfg";

        beforeEach(() => {
            writeFileSync(at("etc/default/grub"), 'GRUB_CMDLINE_LINUX="a=0"\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\n');
            // Does to these files what the real one does: sources them, and writes one entry.
            tool(
                "update-grub",
                `. ${root}/etc/default/grub; for f in ${root}/etc/default/grub.d/*.cfg; do [ ! -e $f ] || . $f; done
                case $GRUB_CMDLINE_LINUX_DEFAULT in *broken*) echo 'no such device' >&2; exit 1 ;; esac
                { echo 'set default="0"'; echo "menuentry 'x' {"; echo "	linux /vmlinuz root=1 $GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT"; echo '}'; } >${root}/boot/grub/grub.cfg`,
            );
        });

        it("is read back, comes after what others have set, and goes again", async () => {
            await change("quiet");
            const before = await observe("iommu", "a");
            assert.deepEqual(before, { iommu: { loader: "grub" }, a: { loader: "grub", entry: "0", source: "0" } });
            assert.equal((await change("iommu", "pt")).status, 0);
            assert.equal((await change("a", "1")).status, 0);
            assert.equal((await change("iommu", "on")).status, 0);
            const after = await observe("iommu", "a");
            assert.deepEqual([after.iommu?.entry, after.iommu?.source, after.a?.entry], ["on", "on", "1"]);
            assert.equal(read(drop)?.split("\n").filter(Boolean).length, 3, read(drop));
            const { status } = await restore(before);
            assert.equal(status, 0);
            assert.deepEqual(await observe("iommu", "a"), before);
            await restore({ quiet: seen });
            assert.equal(read(drop), undefined);
        });

        it("leaves all as it was where update-grub fails, and says what that said", async () => {
            await change("iommu", "pt");
            const [file, config] = [read(drop), read("boot/grub/grub.cfg")];
            const { status, stderr } = await change("x", "broken");
            assert.notEqual(status, 0);
            assert.match(stderr, /no such device\n.*update-grub failed; the boot configuration is what it was before/);
            assert.deepEqual([read(drop), read("boot/grub/grub.cfg")], [file, config]);
        });

        it("keeps pairs of arguments together", async () => {
            await change("hugepagesz=1G hugepages", "16");
            await change("hugepagesz=2M hugepages", "512");
            const now = await observe("hugepagesz=1G hugepages", "hugepagesz=2M hugepages");
            assert.deepEqual(
                Object.values(now).map(({ entry }) => entry),
                ["16", "512"],
            );
        });
    });

    describe("by grubby", () => {
        beforeEach(() => {
            writeFileSync(at("etc/kernel/cmdline"), "root=UUID=1 ro rhgb a=0\n");
            writeFileSync(at("boot/args"), "root=UUID=1 ro rhgb a=0");
            // Prints as the real one does, and takes the options of which use is made.
            tool(
                "grubby",
                `args=$(cat ${root}/boot/args)
                for option; do case $option in
                --info=*) printf 'index=0\\nkernel="/boot/vmlinuz"\\nargs="%s"\\nroot="UUID=1"\\n' "$args" ;;
                --remove-args=*) for out in \${option#*=}; do new=; for word in $args; do case $word in $out|$out=*) ;; *) new="$new $word" ;; esac; done; args=\${new# }; done ;;
                --args=*) args="$args \${option#*=}" ;;
                esac; done; printf '%s' "$args" >${root}/boot/args`,
            );
        });

        it("is read back in the entries and for kernels to come, and goes again", async () => {
            const before = await observe("iommu", "a");
            assert.equal((await change("iommu", "pt")).status, 0);
            assert.equal((await change("a", "1")).status, 0);
            assert.equal((await change("hugepagesz=1G hugepages", "4")).status, 0);
            assert.equal(read("etc/kernel/cmdline"), "root=UUID=1 ro rhgb iommu=pt a=1 hugepagesz=1G hugepages=4\n");
            assert.equal(read("boot/args"), "root=UUID=1 ro rhgb iommu=pt a=1 hugepagesz=1G hugepages=4");
            await restore({ ...before, "hugepagesz=1G hugepages": { loader: "bls" } });
            assert.deepEqual(await observe("iommu", "a"), before);
            assert.equal(read("etc/kernel/cmdline"), "root=UUID=1 ro rhgb a=0\n");
        });

        it("is refused for a second argument of which grubby keeps one alone", async () => {
            await change("hugepagesz=1G hugepages", "4");
            const { status, stderr } = await change("hugepagesz=2M hugepages", "4");
            assert.notEqual(status, 0);
            assert.match(stderr, /have hugepagesz=1G already, and grubby keeps one hugepagesz alone/);
        });
    });

    it("is refused on a host with another boot loader", async () => {
        const { status, stderr } = await change("iommu", "pt");
        assert.notEqual(status, 0);
        assert.match(stderr, /neither update-grub nor grubby/);
        assert.equal((await restore({ iommu: seen })).status, 0, "and nothing is to be put back there");
    });
});
