#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A service account with "smart card is required for interactive logon" set: the
# KDC of Samba goes on giving tickets for its SPN, and samba-tool domain
# exportkeytab writes a keytab for it and ends with 0, but no key of that opens
# such a ticket, and the file has kvno 0. A new password does not help while the
# flag is set; to take the flag off, and then a new password, does. The first line
# is an account without that flag; of each file the newest kvno is shown.
#
# Seen on 29 November 2026, samba 2:4.17.12+dfsg-0+deb12u4 of Debian 12 and
# 2:4.22.11+dfsg-0+deb13u1 of Debian 13, the same on both:
#
#	plain  first    export: exit 0, kvno 2 opens a ticket: yes
#	card   first    export: exit 0, kvno 0 opens a ticket: no
#	card   password export: exit 0, kvno 0 opens a ticket: no
#	card   cleared  export: exit 0, kvno 5 opens a ticket: yes
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
# name, userAccountControl
flag() {
	ldbmodify -H "$sam" <<LDIF
dn: CN=$1,CN=Users,DC=dom,DC=example
changetype: modify
replace: userAccountControl
userAccountControl: $2
LDIF
}
{
	for name in plain card; do
		samba-tool user create "$name" S3rvice.Pass1 &&
			samba-tool spn add "foo/$name" "$name" || exit 2
	done
	flag card 262656 && samba -D
} > /setup 2>&1 || { tail /setup; exit 2; }
for _ in $(seq 60); do
	echo locDCpass1 | kinit Administrator > /kinit 2>&1 && break
	sleep 1
done
klist -s || { cat /kinit; exit 2; }
# Of the keytab, and whether it opens a ticket of now.
ask() {
	local keytab="/$1.$2.keytab" opens=no numbers
	samba-tool domain exportkeytab "$keytab" --principal="$1" > /export 2>&1
	printf '%-6s %-8s export: exit %s, ' "$1" "$2" $?
	numbers=$(klist -kt "$keytab" | awk '$1 ~ /^[0-9]+$/ { print $1 }' |
		sort -n | tail -n 1)
	kdestroy -q
	echo locDCpass1 | kinit Administrator > /kinit 2>&1
	# The name in the keytab is the account's.
	kvno -q "foo/$1" > /ask 2>&1 || opens='no ticket'
	kvno -k "$keytab" "$1" > /ask 2>&1 && opens=yes
	printf 'kvno %s opens a ticket: %s\n' "$numbers" "$opens"
}
{
	ask plain first
	ask card first
	samba-tool user setpassword card --newpassword=N3w.Passw0rd > /set 2>&1
	ask card password
	flag card 512 > /set 2>&1
	samba-tool user setpassword card --newpassword=N3w.Passw0rd2 > /set 2>&1
	ask card cleared
} | tee /seen
[ "$(cat /seen)" = 'plain  first    export: exit 0, kvno 2 opens a ticket: yes
card   first    export: exit 0, kvno 0 opens a ticket: no
card   password export: exit 0, kvno 0 opens a ticket: no
card   cleared  export: exit 0, kvno 5 opens a ticket: yes' ]
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
