/** Makes a key pair that signs a repository, on the host itself. */
const KEY_PAIR = `
export GNUPGHOME=/srv/gnupg
mkdir -pm700 $GNUPGHOME
gpg -q --batch --passphrase '' --quick-gen-key 'Bed <bed@example.test>' rsa2048 sign never
`;
/** A signed repository of two packages in two versions each, for apt. */
export const APT_REPOSITORY = `set -e
apt-get -qq install -y --no-install-recommends gnupg >/dev/null 2>&1
${KEY_PAIR}
mkdir -p /srv/tiny; cd /srv/tiny
for version in 1.0 2.0; do for name in tiny-driver tiny-fabric; do
    mkdir -p /tmp/$name/DEBIAN
    printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: Bed <bed@example.test>\\nDescription: e2e\\n' \
        $name $version >/tmp/$name/DEBIAN/control
    dpkg-deb -b /tmp/$name $name-$version.deb >/dev/null
done; done
for file in *.deb; do
    dpkg-deb -f $file
    printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' $file $(stat -c %s $file) $(sha256sum $file | cut -d ' ' -f 1)
done >Packages
printf 'Suite: tiny\\nDate: %s\\nSHA256:\\n %s %s Packages\\n' "$(date -Ru)" $(sha256sum Packages | cut -d ' ' -f 1) \
    $(stat -c %s Packages) >Release
gpg -q --batch --clearsign -o InRelease Release
gpg --armor --export
`;
/** The same for dnf, on a host that says it is Rocky Linux. It is Debian's dnf and rpm on Debian. */
export const DNF_REPOSITORY = `set -e
apt-get -qq install -y --no-install-recommends dnf rpm createrepo-c gnupg >/dev/null 2>&1
rm /etc/os-release
printf 'ID=rocky\\nID_LIKE="rhel centos fedora"\\nVERSION_ID=9.4\\n' >/etc/os-release
${KEY_PAIR}
for version in 1.0 2.0; do for name in tiny-driver tiny-fabric; do
    printf '%s\\n' "Name: $name" "Version: $version" 'Release: 1' 'Summary: e2e' 'License: MIT' 'BuildArch: noarch' \
        '%description' e2e '%files' >/tmp/$name.spec
    rpmbuild --define '_topdir /tmp/rpm' --define '_rpmdir /srv/rpm' -bb /tmp/$name.spec >/dev/null 2>&1
done; done
rpmsign --define '_gpg_name Bed' --define '__gpg /usr/bin/gpg' --addsign /srv/rpm/noarch/*.rpm >/dev/null 2>&1
createrepo_c -q /srv/rpm
gpg --armor --export
`;

/**
 * Python that holds apt's lock until somebody has waited for it for 5 s. apt-get takes POSIX locks, which flock(1) does
 * not.
 */
export const HOLD_APT_LOCK = `import fcntl, os, time
file = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(file, fcntl.LOCK_EX)
while os.system("pgrep -f '[a]pt-get.*Timeout=120' >/dev/null"): time.sleep(0.2)
time.sleep(5)`;
