# shellcheck shell=bash
# Sourced by kubernetes.sh: the control plane, and the nodes that kwok simulates.
# shellcheck disable=SC2034,SC2153,SC2154 # variables are shared

# Simulated: they have no machine behind them, and pods on them only seem to run.
SIMULATED_NODES=(gpu-01 gpu-02 gpu-03 gpu-04)
PLANE=(etcd kube-apiserver kube-controller-manager kube-scheduler kwok coredns)

probe() { curl --silent --fail --noproxy '*' --max-time 3 --output /dev/null "$@"; }
api() {
    curl --silent --fail --noproxy '*' --max-time 5 --cacert "$PKI/ca.crt" --cert "$PKI/admin.crt" \
        --key "$PKI/admin.key" "https://$GATEWAY:$API_PORT$1" 2>/dev/null
}

# start NAME: one component of the control plane.
start() {
    local certificates=(--client-ca-file="$PKI/ca.crt" --requestheader-client-ca-file="$PKI/ca.crt")
    case $1 in
    etcd)
        # Without fsync: what is kept here is worth less than the seconds.
        launch etcd "$hyperkube/hyperkube" etcd --name local --data-dir "$BED/etcd" --unsafe-no-fsync \
            --log-level warn --listen-client-urls http://127.0.0.1:12379 --listen-peer-urls http://127.0.0.1:12380 \
            --advertise-client-urls http://127.0.0.1:12379 --initial-advertise-peer-urls http://127.0.0.1:12380 \
            --initial-cluster local=http://127.0.0.1:12380
        ;;
    kube-apiserver)
        launch kube-apiserver "$hyperkube/hyperkube" kube-apiserver --etcd-servers=http://127.0.0.1:12379 \
            --bind-address="$GATEWAY" --advertise-address="$GATEWAY" --secure-port="$API_PORT" \
            --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" "${certificates[@]}" \
            --anonymous-auth=false --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
            --service-account-key-file="$PKI/service-accounts.pub" \
            --service-account-signing-key-file="$PKI/service-accounts.key" \
            --service-account-issuer=https://kubernetes.default.svc.cluster.local \
            --service-cluster-ip-range=10.96.0.0/16 --profiling=false \
            --kubelet-certificate-authority="$PKI/ca.crt" --kubelet-client-certificate="$PKI/kubelet-client.crt" \
            --kubelet-client-key="$PKI/kubelet-client.key" --kubelet-preferred-address-types=InternalIP \
            --requestheader-allowed-names=front-proxy --requestheader-username-headers=X-Remote-User \
            --requestheader-group-headers=X-Remote-Group --requestheader-extra-headers-prefix=X-Remote-Extra- \
            --proxy-client-cert-file="$PKI/front-proxy.crt" --proxy-client-key-file="$PKI/front-proxy.key"
        ;;
    kube-controller-manager)
        launch kube-controller-manager "$hyperkube/hyperkube" kube-controller-manager \
            --kubeconfig="$PKI/controller-manager.kubeconfig" --bind-address=127.0.0.1 --secure-port=11257 \
            --leader-elect=false --use-service-account-credentials=true --root-ca-file="$PKI/ca.crt" \
            --service-account-private-key-file="$PKI/service-accounts.key" --allocate-node-cidrs=false \
            --cluster-signing-cert-file="$PKI/ca.crt" --cluster-signing-key-file="$PKI/ca.key"
        ;;
    kube-scheduler)
        launch kube-scheduler "$hyperkube/hyperkube" kube-scheduler --kubeconfig="$PKI/scheduler.kubeconfig" \
            --bind-address=127.0.0.1 --secure-port=11259 --leader-elect=false
        ;;
    kwok)
        launch kwok "$hyperkube/hyperkube" kwok --kubeconfig="$PKI/kwok.kubeconfig" --config="$hyperkube/stages.yaml" \
            --manage-all-nodes=false --manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake \
            --node-ip=127.0.0.1 --cidr="$SIMULATED_PODS" --node-lease-duration-seconds=40 \
            --server-address=127.0.0.1:11247
        ;;
    coredns)
        cat >"$BED/conf/Corefile" <<CONF
.:53 {
    bind $GATEWAY
    ready 127.0.0.1:11053
    errors
    cache 5
    kubernetes cluster.local in-addr.arpa {
        kubeconfig $PKI/coredns.kubeconfig seamount
        ttl 5
    }
}
CONF
        launch coredns "$hyperkube/hyperkube" coredns -conf "$BED/conf/Corefile"
        ;;
    esac
}

healthy() {
    case $1 in
    etcd) probe http://127.0.0.1:12379/health ;;
    kube-apiserver) [ "$(api /readyz)" = ok ] ;;
    kube-controller-manager) probe --insecure https://127.0.0.1:11257/healthz ;;
    kube-scheduler) probe --insecure https://127.0.0.1:11259/healthz ;;
    kwok) probe http://127.0.0.1:11247/healthz ;;
    coredns) probe http://127.0.0.1:11053/ready ;;
    esac
}

# healthy_or_dead NAME: ends the wait as soon as waiting is of no use.
healthy_or_dead() { healthy "$1" || ! pid_of "$1" >/dev/null; }

await() {
    if ! within 90 healthy_or_dead "$1" || ! pid_of "$1" >/dev/null; then
        fail "$1 is not healthy: see $BED/logs/$1.log, which ends with
$(tail -n 3 "$BED/logs/$1.log")"
    fi
}

ready_nodes() {
    api /api/v1/nodes |
        jq -r '.items[] | select(any(.status.conditions[]?; .type == "Ready" and .status == "True")) | .metadata.name'
}

# One 8 × H200 machine each, with the labels and the taint that the GPU operator and its users give such nodes.
simulated_nodes() {
    local name zone=0
    for name in "${SIMULATED_NODES[@]}"; do
        zone=$((1 - zone))
        cat <<YAML
---
apiVersion: v1
kind: Node
metadata:
  name: $name
  annotations: {kwok.x-k8s.io/node: fake}
  labels:
    type: kwok
    kubernetes.io/hostname: $name
    kubernetes.io/os: linux
    kubernetes.io/arch: amd64
    topology.kubernetes.io/zone: zone-$zone
    nvidia.com/gpu.present: "true"
    nvidia.com/gpu.count: "8"
    nvidia.com/gpu.product: NVIDIA-H200
    nvidia.com/gpu.memory: "143771"
spec:
  taints: [{key: nvidia.com/gpu, value: present, effect: NoSchedule}]
status:
  capacity: &capacity
    {cpu: "192", memory: 2Ti, ephemeral-storage: 8Ti, pods: "110", nvidia.com/gpu: "8", rdma/ib: "8"}
  allocatable: *capacity
YAML
    done
}

simulated_nodes_up() {
    local name ready missing=()
    ready=" $(ready_nodes | xargs) "
    for name in "${SIMULATED_NODES[@]}"; do [[ $ready == *" $name "* ]] || missing+=("$name"); done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "registering simulated nodes: ${missing[*]}"
    simulated_nodes | kubectl create --validate=false -f - >/dev/null 2>&1 || true
}

all_nodes_ready() {
    local ready
    ready=" $(ready_nodes | xargs) "
    for name in "$NODE" "${SIMULATED_NODES[@]}"; do [[ $ready == *" $name "* ]] || return 1; done
}

# A pod cannot be made in a namespace before the controller manager has given it a service account.
default_account_exists() { api /api/v1/namespaces/default/serviceaccounts/default >/dev/null; }
