#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# ldapsearch -H ldaps://localhost, and whatever else speaks TLS through
# libldap, does not look for "localhost" in the server's certificate: it puts
# the name of its own machine in place of that. A certificate for localhost is
# refused where ldaps://localhost is asked for, though a trusted authority
# signed it, and one for the machine's name is accepted; curl and openssl do it
# the other way round, as one expects. Any other name is compared as it is,
# though it has the same address. Why it is refused only -d 1 says; without it
# one reads "Can't contact LDAP server (-1)".
# Here the machine is web01; localhost and local are names of 127.0.0.1.
#
# Seen on 30 November 2026, libldap 2.5.13+dfsg-5, curl 7.88.1-10+deb12u15 and
# openssl 3.0.22-1~deb12u2 of Debian 12; 2.6.10+dfsg-1, 8.14.1-2+deb13u7 and
# 3.5.9-1~deb13u1 of Debian 13 did the same:
#
#	ldaps://localhost, certificate for localhost
#	  ldapwhoami  hostname (web01.ex.test) does not match
#	  curl        exit 0
#	  openssl     0 (ok)
#	ldaps://localhost, certificate for web01.ex.test
#	  ldapwhoami  anonymous
#	  curl        exit 60
#	  openssl     62 (hostname mismatch)
#	ldaps://local, certificate for local
#	  ldapwhoami  anonymous
#	  curl        exit 0
#	  openssl     0 (ok)
#	ldaps://local, certificate for web01.ex.test
#	  ldapwhoami  hostname (local) does not match
#	  curl        exit 60
#	  openssl     62 (hostname mismatch)
#
# Root, and mmdebstrap, which makes a Debian in a temporary folder with the
# packages below; everything is taken away at the end. The network is needed
# for the packages only: the server is alone with its loopback.
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
cat > /etc/hosts <<'HOSTS'
127.0.0.1 localhost local
127.0.0.2 web01.ex.test web01
HOSTS
# An authority, and certificates of it, each for the one name.
sign() {
	openssl req -newkey rsa:2048 -nodes -subj "/O=ex/CN=$1" \
		-keyout "/$1.key" -out "/$1.csr" &&
		echo "subjectAltName = DNS:$1" > "/$1.ext" &&
		openssl x509 -req -in "/$1.csr" -CA /ca.pem -CAkey /ca.key \
			-CAcreateserial -extfile "/$1.ext" -out "/$1.pem"
}
# serve NAME PORT: a server with the certificate for NAME.
serve() {
	sign "$1" && chmod 644 "/$1.key" && cat > "/$1.conf" <<-CONF &&
		include /etc/ldap/schema/core.schema
		pidfile /$1.pid
		TLSCertificateFile /$1.pem
		TLSCertificateKeyFile /$1.key
	CONF
		slapd -f "/$1.conf" -h "ldaps://0.0.0.0:$2"
}
{
	openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=authority \
		-keyout /ca.key -out /ca.pem &&
		serve localhost 1636 && serve local 2636 &&
		serve web01.ex.test 3636
} > /setup 2>&1 || { cat /setup; exit 2; }
# It is enough to ask who one is: there is no entry.
ask() {
	LDAPTLS_CACERT=/ca.pem timeout 20 \
		ldapwhoami -d 1 -x -H "ldaps://$1" > /said 2> /log
	grep -h -o -e '^anonymous' -e 'hostname .* does not match' \
		/said /log || tail -n 1 /log
}
verify() {
	timeout 20 openssl s_client -connect "$1" -CAfile /ca.pem \
		-verify_hostname "${1%:*}" < /dev/null > /said 2>&1
	sed -n 's/^Verify return code: //p' /said | head -n 1
}
fetch() {
	timeout 20 curl -s --cacert /ca.pem "ldaps://$1" > /said
	echo "exit $?"
}
{
	for name in localhost:1636 localhost:3636 local:2636 local:3636; do
		case $name in
		*:1636) of=localhost ;;
		*:2636) of=local ;;
		*) of=web01.ex.test ;;
		esac
		echo "ldaps://${name%:*}, certificate for $of"
		echo "  ldapwhoami  $(ask "$name")"
		echo "  curl        $(fetch "$name")"
		echo "  openssl     $(verify "$name")"
	done
} | tee /seen
diff /wanted /seen
END

packages=ldap-utils=2.5.13+dfsg-5,libldap-2.5-0=2.5.13+dfsg-5
packages=$packages,slapd=2.5.13+dfsg-5,curl=7.88.1-10+deb12u15
packages=$packages,openssl=3.0.22-1~deb12u2
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
