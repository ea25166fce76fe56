# shellcheck shell=bash
# Sourced by hosts.sh and vms.sh: the client's key, each host's key, and what a client needs to reach them.
# shellcheck disable=SC2154

# answers ADDRESS: sshd says its name there.
answers() {
    local line=''
    # In a shell of its own: a refused connection ends the shell that tried it.
    line=$(timeout 2 bash -c "exec 3<>/dev/tcp/$1/22 && read -r line <&3 && echo \"\$line\"" 2>/dev/null) || true
    [[ $line == SSH-* ]]
}

# all_hosts: name and address of everything that has files in the bed.
all_hosts() {
    local name
    for name in $(find "$BED/hosts" "$BED/vms" -mindepth 1 -maxdepth 1 -type d -name '*-*' -printf '%f\n' 2>/dev/null | sort -V); do
        case $name in
        metal-*) echo "$name 10.88.0.$((10 + ${name#metal-}))" ;;
        vm-*) echo "$name 10.88.2.$((10 + ${name#vm-}))" ;;
        esac
    done
}

# The client's key, once.
write_identity() {
    (
        flock 7
        [ -e "$BED/id_ed25519.pub" ] || { rm -f "$BED/id_ed25519" && ssh-keygen -q -t ed25519 -N '' -C bed -f "$BED/id_ed25519"; }
    ) 7>"$BED/ssh.lock"
}

# write_host_key NAME: a host keeps its key for as long as the state folder is there, and with it its identity.
write_host_key() {
    local key=$BED/hostkeys/$1
    mkdir -p "$BED/hostkeys"
    [ -e "$key.pub" ] || { rm -f "$key" && ssh-keygen -q -t ed25519 -N '' -C "$1" -f "$key"; }
}

# write_known_host NAME ADDRESS PUBLIC_KEY_FILE
write_known_host() {
    local others
    (
        flock 7
        others=$(grep -v "^$1," "$BED/known_hosts" 2>/dev/null || true)
        {
            [ -z "$others" ] || printf '%s\n' "$others"
            printf '%s,%s %s\n' "$1" "$2" "$(cut -d ' ' -f 1,2 "$3")"
        } >"$BED/known_hosts.new"
        mv "$BED/known_hosts.new" "$BED/known_hosts"
    ) 7>"$BED/ssh.lock"
    write_ssh_config
}

# Nothing when nothing is left that it could name.
write_ssh_config() {
    local name address
    (
        flock 7
        if [ -z "$(all_hosts)" ]; then
            rm -f "$BED/ssh_config"
            exit
        fi
        {
            printf 'Host metal-* vm-*\n    User root\n    IdentityFile %s\n    IdentitiesOnly yes\n' "$BED/id_ed25519"
            printf '    UserKnownHostsFile %s\n    StrictHostKeyChecking yes\n' "$BED/known_hosts"
            all_hosts | while read -r name address; do printf 'Host %s\n    HostName %s\n' "$name" "$address"; done
        } >"$BED/ssh_config.new"
        mv "$BED/ssh_config.new" "$BED/ssh_config"
    ) 7>"$BED/ssh.lock"
}
