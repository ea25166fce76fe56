# shellcheck shell=bash
# Sourced by kubernetes.sh: one authority, the servers' certificates and one client certificate a program.
# shellcheck disable=SC2154

PKI=$BED/pki
DAYS=365

# certificate NAME SUBJECT USAGE [NAMES]: NAMES is a subjectAltName.
certificate() {
    local name=$1 subject=$2 usage=$3 names=${4:-}
    openssl req -x509 -config "$PKI/openssl.cnf" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 \
        -CA "$PKI/ca.crt" -CAkey "$PKI/ca.key" -days "$DAYS" -subj "$subject" \
        -keyout "$PKI/$name.key" -out "$PKI/$name.crt" -addext basicConstraints=critical,CA:FALSE \
        -addext keyUsage=critical,digitalSignature -addext "extendedKeyUsage=$usage" \
        ${names:+-addext "subjectAltName=$names"} 2>/dev/null
}

# kubeconfig NAME: to standard output, certificates included.
kubeconfig() {
    cat <<YAML
apiVersion: v1
kind: Config
current-context: seamount
contexts: [{name: seamount, context: {cluster: seamount, user: $1}}]
clusters:
- name: seamount
  cluster: {server: "https://$GATEWAY:$API_PORT", certificate-authority-data: $(base64 -w0 "$PKI/ca.crt")}
users:
- name: $1
  user: {client-certificate-data: $(base64 -w0 "$PKI/$1.crt"), client-key-data: $(base64 -w0 "$PKI/$1.key")}
YAML
}

pki_is_good() { [ -e "$PKI/complete" ] && openssl x509 -checkend 172800 -noout -in "$PKI/ca.crt" >/dev/null; }

# Makes everything anew. What runs was told of the old authority, so it has to be stopped first.
make_pki() {
    local name
    say "making certificates"
    rm -rf "$PKI"
    install -d -m 0700 "$PKI"
    # Not the machine's own openssl.cnf, which makes every certificate an authority.
    printf '[req]\ndistinguished_name = name\n[name]\n' >"$PKI/openssl.cnf"
    openssl req -x509 -config "$PKI/openssl.cnf" -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 \
        -days "$DAYS" -subj /CN=seamount-local -keyout "$PKI/ca.key" -out "$PKI/ca.crt" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
    name=kubernetes.default
    certificate apiserver /CN=kube-apiserver serverAuth "IP:$GATEWAY,IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,\
DNS:kubernetes,DNS:$name,DNS:$name.svc,DNS:$name.svc.cluster.local"
    certificate admin /O=system:masters/CN=admin clientAuth
    certificate controller-manager /CN=system:kube-controller-manager clientAuth
    certificate scheduler /CN=system:kube-scheduler clientAuth
    certificate proxy /CN=system:kube-proxy clientAuth
    certificate kwok /O=system:masters/CN=kwok clientAuth
    certificate coredns /O=system:masters/CN=coredns clientAuth
    certificate kubelet-client /O=system:masters/CN=kube-apiserver clientAuth
    certificate front-proxy /CN=front-proxy clientAuth
    openssl genrsa -out "$PKI/service-accounts.key" 2048 2>/dev/null
    openssl rsa -in "$PKI/service-accounts.key" -pubout -out "$PKI/service-accounts.pub" 2>/dev/null
    for name in admin controller-manager scheduler proxy kwok coredns; do
        (umask 077 && kubeconfig "$name" >"$PKI/$name.kubeconfig")
    done
    install -m 0600 "$PKI/admin.kubeconfig" "$BED/kubeconfig"
    touch "$PKI/complete"
}
