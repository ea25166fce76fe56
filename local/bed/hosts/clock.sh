# shellcheck shell=bash
# Sourced by hosts.sh: the time server of the bed, at the bridge's address. It serves this machine's clock as it is, and
# never sets it.
# shellcheck disable=SC2154

CLOCK=$BED/clock

build_clock() {
    dpkg -x "$repository"/chrony_*.deb "$1/root"
}

clock_pid() {
    local pid
    pid=$(cat "$CLOCK/pid" 2>/dev/null) || return 0
    if grep -qsF "$CLOCK/chrony.conf" "/proc/$pid/cmdline"; then echo "$pid"; fi
}

# Needs `repository`, which build sets.
clock_up() {
    local folder
    [ -z "$(clock_pid)" ] || return 0
    folder=$(artefact clock build_clock "$repository/Packages") || exit 1
    mkdir -p "$CLOCK"
    cat >"$CLOCK/chrony.conf" <<TEXT
local stratum 8
allow 10.88.0.0/16
bindaddress $GATEWAY
bindcmdaddress /
cmdport 0
pidfile $CLOCK/pid
TEXT
    # -x: the clock is left alone.
    setsid "$folder/root/usr/sbin/chronyd" -x -d -u root -f "$CLOCK/chrony.conf" </dev/null >"$CLOCK/log" 2>&1 8>&- &
    within 5 has_clock || fail "the time server did not start: see $CLOCK/log"
}
has_clock() { [ -n "$(clock_pid)" ]; }

clock_down() {
    local pid
    pid=$(clock_pid)
    [ -z "$pid" ] || kill "$pid"
    rm -rf "$CLOCK"
}
