#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# lighttpd with mod_authn_gssapi answers 401 to a user with a valid ticket, and
# the right key in its keytab, unless the client forwards its TGT, too: where
# it cannot store the user's credentials, which is the default of
# auth.backend.gssapi.store-creds, the login fails. Clients do not forward
# unless they are told to, and the log speaks of delegation only.
#
# Seen on 29 November 2026, lighttpd 1.4.69-1 of Debian 12 with curl 7.88.1;
# 1.4.79-2 of Debian 13 with curl 8.14.1 did the same:
#
#	store-creds default  ticket alone  401
#	store-creds default  TGT forwarded 200
#	store-creds disable  ticket alone  200
#	Unable to delegate credentials for user: user@EX.TEST
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
		kadmin.local ktadd -k /web.keytab HTTP/web01.ex.test
} > /setup 2>&1 || { cat /setup; exit 2; }
# port, and a line of the configuration
web() {
	cat > "/$1.conf" <<CONF
server.modules = ("mod_auth", "mod_authn_gssapi")
server.document-root = "/var/www/html"
server.port = $1
server.errorlog = "/$1.log"
auth.backend = "gssapi"
auth.backend.gssapi.keytab = "/web.keytab"
auth.backend.gssapi.principal = "HTTP"
auth.require = ("" => ("method" => "gssapi", "realm" => "EX.TEST",
	"require" => "valid-user"))
$2
CONF
	lighttpd -f "/$1.conf" || exit 2
}
echo page > /var/www/html/page.txt
web 8001 ''
web 8002 'auth.backend.gssapi.store-creds = "disable"'
echo secret | kinit -f user > /kinit 2>&1 || { cat /kinit; exit 2; }
# port, what curl delegates
ask() {
	curl -s -o /page -w '%{http_code}\n' --negotiate -u : --delegation "$2" \
		--retry 5 --retry-connrefused "http://web01.ex.test:$1/page.txt"
}
{
	printf 'store-creds default  ticket alone  %s\n' "$(ask 8001 none)"
	printf 'store-creds default  TGT forwarded %s\n' "$(ask 8001 always)"
	printf 'store-creds disable  ticket alone  %s\n' "$(ask 8002 none)"
	grep -o 'Unable to delegate.*' /8001.log
} | tee /seen
diff /wanted /seen
END

krb5=1.20.1-2+deb12u5
packages=lighttpd=1.4.69-1,lighttpd-mod-authn-gssapi=1.4.69-1
packages=$packages,curl=7.88.1-10+deb12u15,krb5-kdc=$krb5
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
