#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# With dns_canonicalize_hostname = false, libkrb5 takes an address for a short
# host name where it is one of IPv6: it appends the search domain, and asks for
# HTTP/fd53::10.ex.test. One of IPv4 is left as it is. So an SPN of the
# address, which the server has, is not found, until qualify_shortname is set
# to "".
#
# Seen on 29 November 2026, libkrb5-3 1.20.1-2+deb12u5 of Debian 12; that of
# Debian 13, 1.21.3-5+deb13u2, did the same:
#
#	web01      found
#	10.53.0.10 found
#	fd53::10   HTTP/fd53::10.ex.test@EX.TEST not found
#	fd53::10   found, with qualify_shortname = ""
#
# Root, and mmdebstrap, which makes a Debian in a temporary folder with the
# packages below; everything is taken away at the end. The network is needed
# for the packages only: the KDC is alone with its loopback.
set -u
[ "$(id -u)" = 0 ] || { echo "must be run as root" >&2; exit 2; }
command -v mmdebstrap > /dev/null || {
	echo "mmdebstrap is missing: apt-get install mmdebstrap" >&2
	exit 2
}
folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
# The lines above that begin with a tab.
sed -n 's/^#\t//p' "$0" > "$folder/wanted"

cat > "$folder/finding" <<'END'
export LC_ALL=C
cat > /etc/krb5.conf <<'CONF'
[libdefaults]
	default_realm = EX.TEST
	dns_lookup_kdc = false
	dns_canonicalize_hostname = false
[realms]
	EX.TEST = {
		kdc = 127.0.0.1
	}
CONF
echo 'search ex.test' > /etc/resolv.conf

{
	kdb5_util create -s -P master && krb5kdc &&
		kadmin.local addprinc -pw secret user &&
		for name in web01.ex.test 10.53.0.10 fd53::10; do
			kadmin.local addprinc -randkey "HTTP/$name" || exit 2
		done &&
		echo secret | kinit user
} > /setup 2>&1 || { cat /setup; exit 2; }
ask() {
	kvno -S HTTP "$1" > /said 2>&1 && echo found && return
	grep -o 'HTTP/[^ ]* not found' /said || cat /said
}
{
	printf 'web01      %s\n' "$(ask web01)"
	printf '10.53.0.10 %s\n' "$(ask 10.53.0.10)"
	printf 'fd53::10   %s\n' "$(ask fd53::10)"
	sed -i 's/dns_canonicalize_hostname.*/&\nqualify_shortname = ""/' \
		/etc/krb5.conf
	printf 'fd53::10   %s, with qualify_shortname = ""\n' "$(ask fd53::10)"
} | tee /seen
diff /wanted /seen
END

krb5=1.20.1-2+deb12u5
packages=krb5-kdc=$krb5,krb5-admin-server=$krb5,krb5-user=$krb5
packages=$packages,libkrb5-3=$krb5
mmdebstrap --quiet --variant=apt --dpkgopt=force-unsafe-io \
	--include="$packages" bookworm "$folder/debian" || exit 2
cp "$folder/finding" "$folder/wanted" "$folder/debian"
# A process id space of its own: whatever is started ends with it.
# shellcheck disable=SC2016 # the inner shell expands it
timeout 300 unshare --net --pid --fork --kill-child --mount-proc \
	--mount --uts sh -c '
		ip link set lo up && hostname web01.ex.test &&
		mount -t proc proc "$1/proc" &&
		mount --rbind /dev "$1/dev" &&
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			chroot "$1" /bin/bash /finding' sh "$folder/debian"
