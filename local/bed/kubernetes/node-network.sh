# shellcheck shell=bash
# Sourced by kubernetes.sh: which real node is meant, and its network.
# shellcheck disable=SC2034,SC2154 # variables are shared

SIMULATED_PODS=10.244.0.0/16

node_address() { echo "10.88.1.$((10 + ${1#node-}))"; }
node_pods() { echo "10.245.${1#node-}.0/24"; }

# set_node NAME: which node, node-1 to node-9, all that follows is about. The logs of the first are those of the cluster.
set_node() {
    NODE=$1
    NODE_ADDRESS=$(node_address "$NODE")
    NODE_PODS=$(node_pods "$NODE")
    NODE_FILES=$BED/$NODE
    NODE_SPACE=seamount-$NODE
    NODE_LINK=sm-$NODE
    NODE_LOGS=$BED/logs
    [ "$NODE" = node-1 ] || NODE_LOGS=$BED/logs/$NODE
}
set_node node-1

# Nodes that have a network, and so were started.
node_names() { find /run/netns -name 'seamount-node-*' -printf '%f\n' 2>/dev/null | sed 's/^seamount-//' | sort; }

# One leg on the bridge and no route beyond it: neither the node nor its pods reach anything outside this machine.
connect_node() {
    [ -e "/run/netns/$NODE_SPACE" ] || ip netns add "$NODE_SPACE"
    ip link show "$NODE_LINK" >/dev/null 2>&1 || ip link add "$NODE_LINK" type veth peer name eth0 netns "$NODE_SPACE"
    ip link set "$NODE_LINK" master "$BRIDGE" up
    ip -n "$NODE_SPACE" link set lo up
    ip -n "$NODE_SPACE" addr replace "$NODE_ADDRESS/16" dev eth0
    ip -n "$NODE_SPACE" link set eth0 up
    ip route replace "$NODE_PODS" via "$NODE_ADDRESS"
    # The addresses of simulated pods lead nowhere, at once.
    ip route replace unreachable "$SIMULATED_PODS"
    ip -n "$NODE_SPACE" route replace unreachable "$SIMULATED_PODS"
    connect_pods
}

# Ways between this node's pods and those of the others.
connect_pods() {
    local other
    for other in $(node_names); do
        [ "$other" != "$NODE" ] || continue
        ip -n "$NODE_SPACE" route replace "$(node_pods "$other")" via "$(node_address "$other")"
        ip -n "seamount-$other" route replace "$NODE_PODS" via "$NODE_ADDRESS"
    done
}

disconnect_node() {
    local other
    ip route del "$NODE_PODS" via "$NODE_ADDRESS" 2>/dev/null || true
    ip link del "$NODE_LINK" 2>/dev/null || true
    [ ! -e "/run/netns/$NODE_SPACE" ] || ip netns del "$NODE_SPACE"
    for other in $(node_names); do ip -n "seamount-$other" route del "$NODE_PODS" 2>/dev/null || true; done
}
