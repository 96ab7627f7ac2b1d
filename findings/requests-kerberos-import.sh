#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# python3-requests-kerberos of Debian 13 can be installed and imported, and
# ends with an ImportError as soon as a server wants Kerberos: its
# python3-pyspnego needs the module krb5, and there is no package of that.
# python3-gssapi, which the message calls missing, is there. In Debian 12, with
# another release that needs neither, the same lines work.
#
# Seen on 29 November 2026, python3-requests-kerberos 0.12.0-2 of Debian 12,
# and 0.14.0-4 with python3-pyspnego 0.10.2-2+deb13u1 of Debian 13:
#
#	bookworm 200
#	trixie   GSSAPIProxy requires the Python gssapi library: No module named 'krb5'
#	trixie   packages of that module: 0
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
echo 127.0.0.1 web01.ex.test > /etc/hosts
{
	kdb5_util create -s -P master && krb5kdc &&
		kadmin.local addprinc -pw secret user &&
		kadmin.local addprinc -randkey HTTP/web01.ex.test &&
		echo secret | kinit user
} > /setup 2>&1 || { cat /setup; exit 2; }
cat > /nginx.conf <<'CONF'
events {}
http {
	server {
		listen 80;
		location / {
			if ($http_authorization = "") {
				add_header WWW-Authenticate Negotiate always;
				return 401;
			}
			return 200;
		}
	}
}
CONF
nginx -c /nginx.conf || exit 2
. /etc/os-release
{
	/usr/bin/python3 - <<'PYTHON'
import requests
import requests_kerberos
import gssapi
kerberos = requests_kerberos.HTTPKerberosAuth(requests_kerberos.DISABLED)
try:
    print(requests.get("http://web01.ex.test/", auth=kerberos).status_code)
except ImportError as error:
    print(error)
PYTHON
	[ "$VERSION_CODENAME" = bookworm ] ||
		echo "packages of that module: $(apt-cache pkgnames python3-krb5 |
			grep -c .)"
} | sed "s/^/$(printf '%-8s' "$VERSION_CODENAME") /" | tee /seen
grep "^$VERSION_CODENAME" /wanted | diff - /seen
END

# suite, version of Kerberos, more packages
try() {
	local name packages=$3
	for name in krb5-kdc krb5-admin-server krb5-user libkrb5-3; do
		packages=$packages,$name=$2
	done
	echo "$1"
	mmdebstrap --quiet --variant=apt --dpkgopt=force-unsafe-io \
		--include="$packages" "$1" "$folder/$1" || return 2
	cp "$folder/finding" "$folder/wanted" "$folder/$1"
	# A process id space of its own: whatever is started ends with it.
	# shellcheck disable=SC2016 # the inner shell expands it
	timeout 300 unshare --net --pid --fork --kill-child --mount-proc \
		--mount --uts sh -c '
			ip link set lo up && hostname web01.ex.test &&
			mount -t proc proc "$1/proc" &&
			mount --rbind /dev "$1/dev" &&
			exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
				chroot "$1" /bin/bash /finding' sh "$folder/$1"
}

on12=python3-requests-kerberos=0.12.0-2,python3-gssapi,nginx
on13=python3-requests-kerberos=0.14.0-4
on13=$on13,python3-pyspnego=0.10.2-2+deb13u1,nginx
try bookworm 1.20.1-2+deb12u5 "$on12" &&
	try trixie 1.21.3-5+deb13u2 "$on13"
