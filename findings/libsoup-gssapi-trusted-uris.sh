#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# SOUP_GSSAPI_TRUSTED_URIS of libsoup, which says to whom a GNOME program
# answers Negotiate: "http://" and "https://" match nothing, and "https://"
# takes the default away with it. It has to be "http:", and that, as "https:",
# is for the scheme's own port alone, though https on each port is trusted by
# default. A host with its scheme works, a domain never; a host without scheme
# is passed over.
#
# Seen on 29 November 2026, libsoup-3.0-0 3.2.3-0+deb12u2 of Debian 12; 3.6.5-3
# of Debian 13 did the same. Statuses of http, http :8080, https, https :8443,
# where 200 means that a token came:
#
#	not set               401 401 200 200
#	https:                401 401 200 401
#	https://              401 401 401 401
#	http:                 200 401 401 401
#	http://               401 401 401 401
#	http://ex.test        401 401 401 401
#	web01.ex.test         401 401 200 200
#	http://web01.ex.test  200 401 401 401
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
		openssl req -x509 -newkey rsa:2048 -nodes -keyout /key.pem \
			-out /certificate.pem -days 3 -subj /CN=web01.ex.test
} > /setup 2>&1 || { cat /setup; exit 2; }
cat > /nginx.conf <<'CONF'
events {}
http {
	server {
		listen 80; listen 8080;
		listen 443 ssl; listen 8443 ssl;
		ssl_certificate /certificate.pem;
		ssl_certificate_key /key.pem;
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
cat > /ask.py <<'PYTHON'
import gi
gi.require_version("Soup", "3.0")
from gi.repository import Soup
seen = []
for uri in ("http://web01.ex.test/", "http://web01.ex.test:8080/",
            "https://web01.ex.test/", "https://web01.ex.test:8443/"):
    session = Soup.Session()
    session.add_feature_by_type(Soup.AuthNegotiate)
    message = Soup.Message.new("GET", uri)
    message.connect("accept-certificate", lambda *_: True)
    session.send_and_read(message, None)
    seen.append(str(int(message.get_status())))
print(*seen)
PYTHON
echo secret | kinit user > /kinit 2>&1 || { cat /kinit; exit 2; }
{
	printf '%-21s %s\n' 'not set' "$(/usr/bin/python3 /ask.py)"
	for uris in https: https:// http: http:// http://ex.test \
		web01.ex.test http://web01.ex.test; do
		printf '%-21s %s\n' "$uris" \
			"$(SOUP_GSSAPI_TRUSTED_URIS=$uris /usr/bin/python3 /ask.py)"
	done
} | tee /seen
diff /wanted /seen
END

krb5=1.20.1-2+deb12u5
packages=libsoup-3.0-0=3.2.3-0+deb12u2,gir1.2-soup-3.0=3.2.3-0+deb12u2
packages=$packages,python3-gi,openssl,nginx,krb5-kdc=$krb5
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
