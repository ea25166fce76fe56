/**
 * What decides whether figures measured once still hold: hardware, firmware, drivers and kernel, a readable text by
 * what it is about: `kernel` → `6.1.0-30-amd64`, `GPU 0000:0f:00.0` → `NVIDIA H200, GPU-1a2b…, VBIOS 96.00.99.00.01`.
 * Serial numbers of the machine are kept as a hash. Entries of a gate's peer begin with `peer `.
 */
export type Fingerprint = Readonly<Record<string, string>>;

/** Shell that prints a fingerprint, a line an entry, name and text with a tab between. What a host lacks is left out. */
export const fingerprintScript = `
say() { [ -z "$2" ] || printf '%s\\t%s\\n' "$1" "$2"; }
value() { [ ! -r "$1" ] || { read -r line <"$1" || :; printf '%s' "$line"; } 2>/dev/null; line=; }
kernel=$(uname -r)
say kernel "$kernel"
dmi=/sys/class/dmi/id
say product "$(value $dmi/sys_vendor) $(value $dmi/product_name)"
[ ! -r $dmi/product_uuid ] || say 'serial (hash)' "$(cat $dmi/product_serial $dmi/product_uuid $dmi/board_serial 2>/dev/null | sha256sum | cut -c 1-12)"
say BIOS "$(value $dmi/bios_vendor) $(value $dmi/bios_version) $(value $dmi/bios_date)"
say CPU "$(awk -F '[\\t ]*: *' '
    /^processor/ { n++ } /^model name/ { m = $2 } /^CPU part/ && m == "" { m = "CPU part " $2 }
    END { print n " x " m }' /proc/cpuinfo)"
say microcode "$(awk -F ': *' '/^microcode/ { print $2; exit }' /proc/cpuinfo)"
say memory "$(awk '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)"
for device in /sys/bus/pci/devices/*; do
    class=$(value "$device/class")
    case $class in
    0x03* | 0x1200* | 0x0b40* | 0x0200* | 0x0207* | 0x0108* | 0x0680*)
        say "PCI \${device##*/}" "$(value "$device/vendor"):$(value "$device/device")" ;;
    esac
    [ ! -r "$device/vbios_version" ] ||
        say "GPU \${device##*/}" "$(value "$device/unique_id") VBIOS $(value "$device/vbios_version")"
done
for module in nvidia nvidia_peermem amdgpu mlx5_core mlx5_ib ib_core bnxt_en bnxt_re ice irdma drv_davinci_intf; do
    say "driver $module" "$(value /sys/module/$module/version)"
done
for link in /sys/class/net/*/device; do
    name=\${link%/device} name=\${name##*/}
    [ "$name" != '*' ] && command -v ethtool >/dev/null || continue
    say "NIC $name" "$({ ethtool -i "$name"; ethtool -P "$name"; } 2>/dev/null | awk -F ': *' -v kernel="$kernel" '
        $1 == "driver" { text = $2 }
        $1 == "version" && $2 != kernel && $2 != "" { text = text " " $2 }
        $1 == "firmware-version" && $2 != "" { text = text ", firmware " $2 }
        /^Permanent/ && $2 ~ /:/ { text = text ", " $2 }
        END { print text }')"
done
for device in /sys/class/infiniband/*; do
    [ -d "$device" ] || continue
    firmware=$(value "$device/fw_ver")
    say "RDMA \${device##*/}" \
        "$(value "$device/hca_type") $(value "$device/board_id")\${firmware:+ firmware $firmware}"
done
for disk in /sys/class/nvme/nvme*; do
    [ -d "$disk" ] || continue
    say "NVMe $(value "$disk/address")" "$(value "$disk/model") $(value "$disk/serial") firmware $(value "$disk/firmware_rev")"
done
if command -v nvidia-smi >/dev/null; then
    timeout 30 nvidia-smi --query-gpu=pci.bus_id,driver_version,name,uuid,vbios_version --format=csv,noheader 2>/dev/null |
        awk -F ', *' 'NF >= 5 { print "GPU " $1 "\\t" $3 ", " $4 ", VBIOS " $5; if (!n++) print "driver nvidia\\t" $2 }'
fi
! command -v nv-fabricmanager >/dev/null || say 'fabric manager' "$(nv-fabricmanager --version 2>/dev/null | sed 's/.*: *//;q')"
`.trim();

/** Reads what `fingerprintScript` printed. */
export function parseFingerprint(lines: readonly string[]): Fingerprint {
    const entries = lines.flatMap(line => {
        const [name = "", text = ""] = line.split("\t");
        const words = text.replace(/\s+/g, " ").trim();
        return name === "" || words === "" ? [] : [[name, words] as const];
    });
    return Object.fromEntries(entries);
}

/** Both ends of a gate in one record. */
export function withPeer(host: Fingerprint, peer: Fingerprint | undefined): Fingerprint {
    const entries = Object.entries(peer ?? {}).map(([name, text]) => [`peer ${name}`, text] as const);
    return { ...host, ...Object.fromEntries(entries) };
}

/** The host's own end of a record of both. */
export function withoutPeer(fingerprint: Fingerprint): Fingerprint {
    return Object.fromEntries(Object.entries(fingerprint).filter(([name]) => !name.startsWith("peer ")));
}

/** What differs between two, a clause each: `kernel 6.1.0-30-amd64 → 6.1.0-31-amd64`. */
export function fingerprintChanges(before: Fingerprint, now: Fingerprint): readonly string[] {
    const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
    return names.flatMap(name => {
        const [old, text] = [before[name], now[name]];
        if (old === text) {
            return [];
        }
        return old === undefined
            ? [`${name} (${text}) is new`]
            : text === undefined
              ? [`${name} (${old}) is gone`]
              : [`${name} ${old} → ${text}`];
    });
}
