import { assemble, type Script, section } from "../../provider/shell";

/** Names of the sections that a host answers with. Rows have tab-separated columns. */
export const sectionNames = ["system", "cpu", "gpus", "pci-gpus", "rdma", "networks", "disks"] as const;

// A file that is missing, or that the kernel refuses to read (the speed of a port without a cable), is an empty text.
const helpers = `
text() { { tr -d '\\n\\t' <"$1"; } 2>/dev/null || true; }
pci() { basename "$(readlink -f "$1/device" 2>/dev/null || true)"; }
`;

const system = `
printf 'name\\t%s\\n' "$(text /proc/sys/kernel/hostname)"
printf 'kernel\\t%s\\n' "$(text /proc/sys/kernel/osrelease)"
printf 'os\\t%s\\n' "$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null | tr -d '"' || true)"
printf 'memoryKiB\\t%s\\n' "$(sed -n 's/^MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo)"
nodes=0
for node in /sys/devices/system/node/node[0-9]*; do
    if [ -e "$node" ]; then nodes=$((nodes + 1)); fi
done
printf 'numaNodes\\t%s\\n' "$nodes"
# The interface of the first default route, which begins with the lowest metric.
printf 'management\\t%s\\n' "$(sed -n 's/^\\([^\\t]*\\)\\t00000000\\t.*/\\1/p' /proc/net/route 2>/dev/null | head -n 1)"
if [ -e /etc/kubernetes/kubelet.conf ]; then printf 'node\\tyes\\n'; fi
`;

const cpu = `
lscpu 2>/dev/null || grep -m 1 '^model name' /proc/cpuinfo || true
`;

const gpus = `
timeout 60 nvidia-smi --query-gpu=index,name,memory.total,driver_version --format=csv 2>/dev/null || true
`;

// Display (VGA), 3D controller, processing accelerator. Virtual functions are parts of what is counted already.
const pciGpus = `
for device in /sys/bus/pci/devices/*; do
    case $(text "$device/class") in 0x0300*|0x0302*|0x1200*) ;; *) continue ;; esac
    if [ -e "$device/physfn" ]; then continue; fi
    printf '%s\\t%s\\t%s\\t%s\\n' "\${device##*/}" \\
        "$(text "$device/vendor")" "$(text "$device/device")" "$(text "$device/class")"
done
`;

const rdma = `
for device in /sys/class/infiniband/*; do
    if [ ! -e "$device" ] || [ -e "$device/device/physfn" ]; then continue; fi
    net=
    for port in "$device"/device/net/*; do
        if [ -e "$port" ]; then net="$net \${port##*/}"; fi
    done
    printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "\${device##*/}" "$(pci "$device")" \\
        "$(text "$device/ports/1/link_layer")" "$(text "$device/ports/1/rate")" "$(text "$device/ports/1/state")" \\
        "\${net# }" "$(text "$device/ports/1/gids/0")"
done
`;

const networks = `
for port in /sys/class/net/*; do
    if [ ! -e "$port/device" ] || [ -e "$port/device/physfn" ]; then continue; fi
    printf '%s\\t%s\\t%s\\n' "\${port##*/}" "$(text "$port/speed")" "$(text "$port/operstate")"
done
`;

const disks = `
for disk in /sys/block/*; do
    name=\${disk##*/}
    case $name in loop*|ram*|zram*|dm-*|md*|sr*|fd*|nbd*|'*') continue ;; esac
    if [ "$(text "$disk/hidden")" = 1 ]; then continue; fi
    use=$(lsblk -dnro FSTYPE "/dev/$name" 2>/dev/null || true)
    for part in "$disk/$name"*/partition; do
        if [ -e "$part" ]; then use=partitions; fi
    done
    for holder in "$disk"/holders/*; do
        if [ -e "$holder" ]; then use="held by \${holder##*/}"; fi
    done
    if grep -q "^/dev/$name " /proc/mounts /proc/swaps 2>/dev/null; then use=mounted; fi
    links=
    for link in /dev/disk/by-id/nvme-* /dev/disk/by-path/*; do
        if [ "$(readlink -f "$link" 2>/dev/null || true)" = "/dev/$name" ]; then links="$links $link"; fi
    done
    printf '%s\\t%s\\t%s\\t%s\\t%s\\t%s\\n' "$name" "$(text "$disk/size")" "$(text "$disk/device/model")" \\
        "$(text "$disk/device/serial")" "$use" "\${links# }"
done
`;

const fragments: Readonly<Record<(typeof sectionNames)[number], string>> = {
    system,
    cpu,
    gpus,
    "pci-gpus": pciGpus,
    rdma,
    networks,
    disks,
};

/**
 * The script that looks at a host. It reads /proc, /sys, /dev/disk and the output of lscpu, lsblk and nvidia-smi,
 * writes nothing, and needs no rights of root. `mark` is random unless given.
 */
export function discoverScript(mark?: string): Script {
    return assemble([helpers, ...sectionNames.flatMap(name => [section(name), fragments[name]])], mark);
}
