#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# ldapsearch, and whatever else binds with SASL through libldap, looks up the
# name of the server's address and asks for the ticket of that, though
# krb5.conf says with dns_canonicalize_hostname and rdns that names are taken
# as they are: to kvno and curl that is enough, to libldap only -N is, or
# SASL_NOCANON in ldap.conf. Here the address's first name is node1, and the
# server is known as web01 alone.
#
# Seen on 29 November 2026, libldap 2.5.13+dfsg-5 of Debian 12 with
# libsasl2-modules-gssapi-mit; 2.6.10+dfsg-1 of Debian 13 did the same:
#
#	kvno -S ldap web01  kvno = 2
#	ldapwhoami          Server ldap/node1.ex.test@EX.TEST not found
#	ldapwhoami -N       dn:uid=user,cn=gssapi,cn=auth
#	SASL_NOCANON on     dn:uid=user,cn=gssapi,cn=auth
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
	rdns = false
[realms]
	EX.TEST = {
		kdc = 127.0.0.1
	}
CONF
echo 127.0.0.2 node1.ex.test web01.ex.test > /etc/hosts
cat > /slapd.conf <<'CONF'
include /etc/ldap/schema/core.schema
sasl-host web01.ex.test
CONF
{
	kdb5_util create -s -P master && krb5kdc &&
		kadmin.local addprinc -pw secret user &&
		kadmin.local addprinc -randkey ldap/web01.ex.test &&
		kadmin.local ktadd ldap/web01.ex.test &&
		slapd -f /slapd.conf -h ldap://web01.ex.test &&
		echo secret | kinit user
} > /setup 2>&1 || { cat /setup; exit 2; }
# It is enough to ask who one is: there is no entry.
ask() {
	ldapwhoami "$@" -Q -Y GSSAPI -H ldap://web01.ex.test > /said 2>&1
	grep -o -e 'dn:.*' -e 'Server [^ ]* not found' /said || cat /said
}
{
	printf 'kvno -S ldap web01  %s\n' \
		"$(kvno -S ldap web01.ex.test 2>&1 | grep -o 'kvno = .*')"
	printf 'ldapwhoami          %s\n' "$(ask)"
	printf 'ldapwhoami -N       %s\n' "$(ask -N)"
	echo 'SASL_NOCANON on' > /etc/ldap/ldap.conf
	printf 'SASL_NOCANON on     %s\n' "$(ask)"
} | tee /seen
diff /wanted /seen
END

krb5=1.20.1-2+deb12u5
packages=ldap-utils=2.5.13+dfsg-5,libldap-2.5-0=2.5.13+dfsg-5
packages=$packages,slapd=2.5.13+dfsg-5
packages=$packages,libsasl2-modules-gssapi-mit=2.1.28+dfsg-10+deb12u1
packages=$packages,krb5-kdc=$krb5,krb5-admin-server=$krb5
packages=$packages,krb5-user=$krb5,libkrb5-3=$krb5
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
