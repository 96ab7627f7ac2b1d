#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# curl --negotiate asks the KDC for a ticket before the web server wanted
# anything, and for one that never does; with --anyauth, which allows Negotiate
# as well, it waits for the 401. And one request to a server whose SPN nobody
# holds is four lines "Server not found" in the log of the KDC: libkrb5 asks
# twice, and curl begins anew after the 401. Who counts failures in a KDC's log
# counts each four times.
#
# Seen on 29 November 2026, curl 7.88.1-10+deb12u15 with libkrb5-3
# 1.20.1-2+deb12u5 of Debian 12; 8.14.1-2+deb13u7 with 1.21.3-5+deb13u2 of
# Debian 13 did the same:
#
#	held   open    --negotiate  200, asked the KDC: 1
#	held   open    --anyauth    200, asked the KDC: 0
#	held   closed  --negotiate  200, asked the KDC: 1
#	held   closed  --anyauth    200, asked the KDC: 1
#	nobody open    --negotiate  200, asked the KDC: 2
#	nobody open    --anyauth    200, asked the KDC: 0
#	nobody closed  --negotiate  401, asked the KDC: 4
#	nobody closed  --anyauth    401, asked the KDC: 4
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
[logging]
	kdc = FILE:/kdc.log
CONF
echo 127.0.0.1 held.ex.test nobody.ex.test > /etc/hosts
{
	kdb5_util create -s -P master && krb5kdc &&
		kadmin.local addprinc -pw secret user &&
		kadmin.local addprinc -randkey HTTP/held.ex.test
} > /setup 2>&1 || { cat /setup; exit 2; }
cat > /nginx.conf <<'CONF'
events {}
http {
	server {
		listen 80;
		location = /open {
			return 200;
		}
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
# The cache begins without a ticket for the server each time.
ask() {
	echo secret | kinit user > /kinit 2>&1 || { cat /kinit; exit 2; }
	: > /kdc.log
	printf '%-6s %-7s %-12s %s, asked the KDC: ' "$1" "$2" "$3" \
		"$(curl -s -o /page -w '%{http_code}' "$3" -u : "http://$1.ex.test/$2")"
	grep -c "TGS_REQ.* for HTTP/$1" /kdc.log
}
for host in held nobody; do
	for page in open closed; do
		ask "$host" "$page" --negotiate
		ask "$host" "$page" --anyauth
	done
done | tee /seen
diff /wanted /seen
END

krb5=1.20.1-2+deb12u5
packages=curl=7.88.1-10+deb12u15,nginx,krb5-kdc=$krb5
packages=$packages,krb5-admin-server=$krb5,krb5-user=$krb5
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
