#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# LWP::Authen::Negotiate, behind a proxy that wants Negotiate: it answers the
# proxy's 407 with a ticket for the web server of the URL, not for the proxy,
# which has no key of that. curl asks for the proxy's.
#
# Seen on 29 November 2026, liblwp-authen-negotiate-perl 0.08-3 with
# libwww-perl 6.68-1, and curl 7.88.1, of Debian 12; those of Debian 13 did the
# same. Each answered Proxy-Authenticate with a ticket for:
#
#	curl HTTP/proxy.ex.test
#	LWP  HTTP/web01.ex.test
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
printf '127.0.0.1 web01.ex.test\n127.0.0.2 proxy.ex.test\n' > /etc/hosts
{
	kdb5_util create -s -P master && krb5kdc &&
		kadmin.local addprinc -pw secret user &&
		kadmin.local addprinc -randkey HTTP/web01.ex.test &&
		kadmin.local addprinc -randkey HTTP/proxy.ex.test
} > /setup 2>&1 || { cat /setup; exit 2; }
# It stands for both: whoever shows a token is let through.
cat > /nginx.conf <<'CONF'
events {}
http {
	server {
		listen 3128;
		location / {
			if ($http_proxy_authorization = "") {
				add_header Proxy-Authenticate Negotiate always;
				return 407;
			}
			return 200;
		}
	}
}
CONF
nginx -c /nginx.conf || exit 2
cat > /ask.pl <<'PERL'
use LWP::UserAgent;
my $client = LWP::UserAgent->new(keep_alive => 1);
$client->proxy('http', 'http://proxy.ex.test:3128/');
print $client->get('http://web01.ex.test/')->code;
PERL
# Of which server there is a ticket after the command, or what it said.
ask() {
	local said
	kdestroy -q 2> /kinit
	echo secret | kinit user > /kinit 2>&1 || { cat /kinit; exit 2; }
	said=$("$@") && [ "$said" = 200 ] && klist |
		sed -n 's,.*Ticket server: \(HTTP/.*\)@.*,\1,p' | grep . || echo "$said"
}
{
	printf 'curl %s\n' "$(ask curl -s -o /page -w '%{http_code}' \
		--proxy-negotiate -U : -x http://proxy.ex.test:3128 \
		http://web01.ex.test/)"
	printf 'LWP  %s\n' "$(ask perl /ask.pl)"
} | tee /seen
diff /wanted /seen
END

krb5=1.20.1-2+deb12u5
packages=liblwp-authen-negotiate-perl=0.08-3,libwww-perl=6.68-1
packages=$packages,curl=7.88.1-10+deb12u15,nginx,krb5-kdc=$krb5
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
