#!/bin/sh
# A simulated NIC with RDMA on this host, in memory: ens1np0 (mlx5_0) is told of by a stand-in for mlnx_qos, ens2np0
# (mlx5_1) by one for dcb. The stand-ins print what the tools do: OFED's mlnx_qos with eight code points a line, iproute2's
# dcb as JSON. Files take the place of the driver's in sysfs and of rdma_cm's in configfs, which the machine's kernel
# does not have.
set -eu
mkdir -p /run/nic
for dir in class kernel; do
    mkdir -p "/run/nic/$dir"
    mount -t tmpfs -o mode=755 "nic-$dir" "/run/nic/$dir"
done
cp -a /sys/class/net /run/nic/class
mount --bind /run/nic/class /sys/class
mount --bind /run/nic/kernel /sys/kernel
while read -r interface device; do
    state=/run/nic/$interface
    mkdir -p "$state" "/sys/class/infiniband/$device/ports/1/gid_attrs/ndevs" "/sys/class/infiniband/$device/tc/1"
    echo pcp >"$state/trust"
    : >"$state/pfc"
    seq 0 63 | awk '{ print $1, int($1 / 8) }' >"$state/map"
    : >"$state/app"
    echo "$interface" >"/sys/class/infiniband/$device/ports/1/gid_attrs/ndevs/0"
    port=/sys/kernel/config/rdma_cm/$device/ports/1
    mkdir -p "$port"
    echo 0 >"$port/default_roce_tos"
    echo 'IB/RoCE v1' >"$port/default_roce_mode"
    mkdir -p "/sys/class/net/$interface"
done <<'PORTS'
ens1np0 mlx5_0
ens2np0 mlx5_1
PORTS
# What comes with the vendor's driver, on the first one only.
echo 'Global tclass=0' >/sys/class/infiniband/mlx5_0/tc/1/traffic_class
rmdir /sys/class/infiniband/mlx5_1/tc/1 /sys/class/infiniband/mlx5_1/tc
mkdir -p /sys/class/net/ens1np0/ecn/roce_np/enable /sys/class/net/ens1np0/ecn/roce_rp/enable
for priority in 0 1 2 3 4 5 6 7; do
    echo 0 >"/sys/class/net/ens1np0/ecn/roce_np/enable/$priority"
    echo 0 >"/sys/class/net/ens1np0/ecn/roce_rp/enable/$priority"
done
echo 0 >/sys/class/net/ens1np0/ecn/roce_np/cnp_dscp

cat >/usr/local/sbin/mlnx_qos <<'TOOL'
#!/bin/sh
[ "$1" = -i ] || { echo "Interface name is required" >&2; exit 1; }
[ "$2" = ens1np0 ] || { echo "Priority trust state is not supported on your system" >&2; exit 1; }
state=/run/nic/$2
shift 2
while [ $# -gt 0 ]; do
    case $1 in
    --trust) echo "$2" >$state/trust ;;
    --pfc) echo "$2" | tr , '\n' | awk '$1 == 1 { printf "%d ", NR - 1 }' >$state/pfc ;;
    --dscp2prio)
        [ "$(cat $state/trust)" = dscp ] || { echo "dscp2prio needs trust dscp" >&2; exit 1; }
        awk -v p="${2##*,}" -v d="$(echo "$2" | cut -d, -f2)" '{ print $1, ($1 == d ? p : $2) }' $state/map >$state/new
        mv $state/new $state/map ;;
    *) echo "no such option: $1" >&2; exit 2 ;;
    esac
    shift 2
done
echo 'DCBX mode: OS controlled'
echo "Priority trust state: $(cat $state/trust)"
if [ "$(cat $state/trust)" = dscp ]; then
    echo 'dscp2prio mapping:'
    for p in 0 1 2 3 4 5 6 7; do
        sort -rn $state/map | awk -v p=$p '$2 == p { list = list sprintf("%02d,", $1); if (++n % 8 == 0) { print "\tprio:" p " dscp:" list; list = "" } }
            END { if (list != "") print "\tprio:" p " dscp:" list }'
    done
fi
echo 'Receive buffer size (bytes): 130944,130944,0,0,0,0,0,0,max_buffer_size=1703104'
echo 'Cable len: 7'
echo 'PFC configuration:'
printf '\tpriority    0   1   2   3   4   5   6   7\n\tenabled     '
for p in 0 1 2 3 4 5 6 7; do
    case " $(cat $state/pfc) " in *" $p "*) printf '1   ' ;; *) printf '0   ' ;; esac
done
printf '\ntc: 0 ratelimit: unlimited, tsa: vendor\n\t priority:  1\n'
TOOL
cat >/usr/local/sbin/dcb <<'TOOL'
#!/bin/sh
[ "$1" != -j ] || shift
[ "$4" = ens2np0 ] || { echo "Attribute read: Operation not supported" >&2; exit 1; }
state=/run/nic/$4
case "$1 $2" in
'pfc show')
    printf '{"pfc_cap":8,"macsec_bypass":false,"delay":0,"prio_pfc":['
    for p in 0 1 2 3 4 5 6 7; do
        [ $p = 0 ] || printf ,
        case " $(cat $state/pfc) " in *" $p "*) printf true ;; *) printf false ;; esac
    done
    printf ']}\n' ;;
'pfc set')
    shift 5
    [ "$1" = all:off ] || exit 1
    shift
    echo "$*" | sed 's/:on//g' >$state/pfc ;;
'app show') awk 'BEGIN { printf "{\"dscp_prio\":[" } { printf "%s[%d,%d,\" \"]", (NR > 1 ? "," : ""), $1, $2 } END { print "]}" }' $state/app ;;
'app replace' | 'app del')
    dscp=${6%:*}
    awk -v d="$dscp" '$1 != d' $state/app >$state/new
    [ "$2" = del ] || echo "$dscp ${6#*:}" >>$state/new
    mv $state/new $state/app ;;
*) echo "What is \"$1 $2\"?" >&2; exit 1 ;;
esac
TOOL
chmod 755 /usr/local/sbin/mlnx_qos /usr/local/sbin/dcb
