#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# An account that has AES keys, and no msDS-SupportedEncryptionTypes, gets an RC4
# ticket from the KDC of Samba 4.17 and 4.22, with an AES session key, though the
# functional level is 2008 R2 and the client offers AES first. It is the same
# with the types 0x24. With 0x3, DES, or 0x20, "AES session key", alone, or with
# the flag "use DES keys only" whatever the types are, there is no ticket at all,
# and not one of RC4.
#
# Seen on 29 November 2026, samba 2:4.17.12+dfsg-0+deb12u4 of Debian 12 and
# 2:4.22.11+dfsg-0+deb13u1 of Debian 13, the same on both:
#
#	none      aes256-cts-hmac-sha1-96, DEPRECATED:arcfour-hmac
#	0x18      aes256-cts-hmac-sha1-96, aes256-cts-hmac-sha1-96
#	0x24      aes256-cts-hmac-sha1-96, DEPRECATED:arcfour-hmac
#	0x3       KDC has no support for encryption type
#	0x20      KDC has no support for encryption type
#	0x18 des  KDC has no support for encryption type
#
# Root, and mmdebstrap, which makes a Debian in a temporary folder with the
# packages below; everything is taken away at the end. The network is needed
# for the packages only: the domain is alone with its loopback.
set -u
[ "$(id -u)" = 0 ] || { echo "must be run as root" >&2; exit 2; }
command -v mmdebstrap > /dev/null || {
	echo "mmdebstrap is missing: apt-get install mmdebstrap" >&2
	exit 2
}
folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT

cat > "$folder/finding" <<'END'
export LC_ALL=C
# As samba-tool domain provision does it, but without ACLs on files.
rm -f /etc/samba/smb.conf
/usr/bin/python3 - > /provision 2>&1 <<'PYTHON' || { tail /provision; exit 2; }
import logging
from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.param import LoadParm
from samba.provision import FILL_FULL, provision
lp = LoadParm()
lp.load_default()
provision(logging.getLogger(), system_session(), smbconf="/etc/samba/smb.conf",
          lp=lp, realm="DOM.EXAMPLE", domain="DOM", adminpass="locDCpass1",
          serverrole="active directory domain controller", samdb_fill=FILL_FULL,
          dns_backend="SAMBA_INTERNAL", hostip="127.0.0.1",
          dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2, skip_sysvolacl=True)
PYTHON
# There is no other network.
sed -i '/^\[global\]/a interfaces = 127.0.0.1/8\nbind interfaces only = yes' \
	/etc/samba/smb.conf
cat > /etc/krb5.conf <<'CONF'
[libdefaults]
	default_realm = DOM.EXAMPLE
	dns_lookup_kdc = false
	dns_canonicalize_hostname = false
[realms]
	DOM.EXAMPLE = {
		kdc = 127.0.0.1
	}
CONF
sam=/var/lib/samba/private/sam.ldb
# name, types, userAccountControl
make() {
	samba-tool user create "$1" S3rvice.Pass1 &&
		samba-tool spn add "foo/$1" "$1" &&
		ldbmodify -H "$sam" <<LDIF
dn: CN=$1,CN=Users,DC=dom,DC=example
changetype: modify
replace: userAccountControl
userAccountControl: $3
-
replace: msDS-SupportedEncryptionTypes
${2:+msDS-SupportedEncryptionTypes: $2}
LDIF
}
{
	make none '' 512 && make aes 24 512 && make both 36 512 &&
		make des 3 512 && make session 32 512 && make flag 24 2097664
	samba -D
} > /setup 2>&1 || { tail /setup; exit 2; }
for _ in $(seq 60); do
	echo locDCpass1 | kinit Administrator > /kinit 2>&1 && break
	sleep 1
done
klist -s || { cat /kinit; exit 2; }
# Session key and ticket, or why there is none.
ask() {
	local said
	said=$(kvno "foo/$1" 2>&1) ||
		{ echo "$said" | grep -o 'KDC has no.*type' || echo "$said"; return; }
	klist -e | grep -A 2 "foo/$1@" |
		sed -n 's/.*Etype (skey, tkt): \([^ ]*, [^ ]*\).*/\1/p'
}
{
	printf 'none      %s\n' "$(ask none)"
	printf '0x18      %s\n' "$(ask aes)"
	printf '0x24      %s\n' "$(ask both)"
	printf '0x3       %s\n' "$(ask des)"
	printf '0x20      %s\n' "$(ask session)"
	printf '0x18 des  %s\n' "$(ask flag)"
} | tee /seen
[ "$(cat /seen)" = 'none      aes256-cts-hmac-sha1-96, DEPRECATED:arcfour-hmac
0x18      aes256-cts-hmac-sha1-96, aes256-cts-hmac-sha1-96
0x24      aes256-cts-hmac-sha1-96, DEPRECATED:arcfour-hmac
0x3       KDC has no support for encryption type
0x20      KDC has no support for encryption type
0x18 des  KDC has no support for encryption type' ]
END

# suite, what of Samba, what of Kerberos, and more packages of Samba
try() {
	local packages name
	version=${2#samba=}
	packages=$3,ldb-tools
	for name in samba samba-common-bin python3-samba samba-dsdb-modules \
		samba-ad-provision winbind $4; do
		packages=$packages,$name=$version
	done
	echo "$1, samba $version"
	mmdebstrap --quiet --variant=apt --include="$packages" "$1" \
		"$folder/$1" || return 2
	cp "$folder/finding" "$folder/$1/finding"
	# A process id space of its own: whatever is started ends with it.
	# shellcheck disable=SC2016 # the inner shell expands it
	timeout 900 unshare --net --pid --fork --kill-child --mount-proc \
		--mount --uts sh -c '
			ip link set lo up && hostname dc1 &&
			mount -t proc proc "$1/proc" &&
			mount --rbind /dev "$1/dev" &&
			exec chroot "$1" /bin/bash /finding' sh "$folder/$1"
}

try bookworm samba=2:4.17.12+dfsg-0+deb12u4 krb5-user=1.20.1-2+deb12u5 '' &&
	try trixie samba=2:4.22.11+dfsg-0+deb13u1 krb5-user=1.21.3-5+deb13u2 \
		samba-ad-dc
