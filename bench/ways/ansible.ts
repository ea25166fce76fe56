import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { baseline } from "../../components/host/baseline";
import { facts, inside, must, root, sshConfig } from "../machine";
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
            const { files = {}, sysctls, sysfs } = baseline(facts);
            const contents = Object.fromEntries(Object.entries(files).map(([path, { content }]) => [path, content]));
            writeFileSync(variables, JSON.stringify({ files: contents, sysctls, sysfs }));
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
