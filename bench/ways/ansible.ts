import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { FileItem, ServiceItem } from "../../provider/items";
import { items } from "../items";
import { inside, must, root, sshConfig } from "../machine";
import type { Way } from "../way";

/**
 * `ansible-playbook` with ansible/baseline.yaml: pipelining, shared connections, no facts, all hosts at once. Hosts
 * get Python before anything is measured, from the .deb files in `pythonFolder`.
 */
export function ansible(pythonFolder: string): Way {
    const folder = mkdtempSync(join(tmpdir(), "seamount-bench-ansible-"));
    const inventory = join(folder, "hosts");
    const variables = join(folder, "variables.json");
    const env = {
        ...process.env,
        ANSIBLE_CONFIG: join(root, "bench/ansible/ansible.cfg"),
        ANSIBLE_HOME: folder,
        ANSIBLE_LOCAL_TEMP: join(folder, "tmp"),
        ANSIBLE_SSH_CONTROL_PATH_DIR: join(folder, "cp"),
        LC_ALL: "C.UTF-8",
    };
    const play = async (...args: string[]) => {
        const playbook = join(root, "bench/ansible/baseline.yaml");
        await must("ansible-playbook", ["-i", inventory, "-e", `@${variables}`, ...args, playbook], { env });
    };

    return {
        name: "Ansible",
        async prepare(hosts) {
            writeFileSync(variables, JSON.stringify(variablesOf()));
            writeFileSync(
                inventory,
                `[all]\n${hosts.join("\n")}\n[all:vars]\nansible_ssh_common_args=-F ${sshConfig}\n`,
            );
            const archive = join(folder, "python.tar");
            await must("tar", ["-C", pythonFolder, "-cf", archive, "."]);
            const install = "mkdir -p /run/python && tar -x -C /run/python && apt-get -q -y install /run/python/*.deb";
            await Promise.all(hosts.map(host => inside(host, install, readFileSync(archive))));
        },
        apply: () => play(),
        look: () => play("--check"),
        clean() {
            rmSync(folder, { recursive: true, force: true });
            return Promise.resolve();
        },
    };
}

/** The baseline as the playbook wants it. */
function variablesOf(): object {
    const { packages, sysctls, sysfs, services } = items;
    const [sshd, chrony, nftables] = [
        "/etc/ssh/sshd_config.d/10-bench.conf",
        "/etc/chrony/chrony.conf",
        "/etc/nftables.conf",
    ] as const;
    const files = Object.entries<FileItem>(items.files)
        .filter(([path]) => ![sshd, chrony, nftables].includes(path as typeof sshd))
        .map(([path, { content, mode = "0644", check }]) => ({
            path,
            content,
            mode,
            ...(check === undefined ? {} : { validate: `${check.join(" ")} -f %s` }),
        }));
    const paths = Object.keys(items.files);
    return {
        packages: Object.keys(packages),
        folders: [...new Set(paths.map(path => dirname(path)).filter(path => path.endsWith(".conf.d")))],
        files: files.filter(file => !("validate" in file)),
        validated: files.filter(file => "validate" in file),
        sshd: items.files[sshd].content,
        chrony: items.files[chrony].content,
        nftables: items.files[nftables].content,
        sysctls,
        sysfs,
        services: Object.entries<ServiceItem>(services).map(([name, { enabled, running }]) => ({
            name,
            state: running === false ? "stopped" : "started",
            ...(enabled === undefined ? {} : { enabled }),
        })),
    };
}
