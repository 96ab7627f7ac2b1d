#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# MIT's kinit puts a ticket into a cache of the kernel's keyring. Samba's client
# of 4.17 and 4.22 takes it from there. That of 4.24 resolves the same name
# without an error, and finds nobody in it; a file and a folder it takes as
# before. So who has such a cache by default_ccache_name, and upgrades, is
# anonymous or asked for a password, though klist shows the ticket.
#
# Seen on 30 November 2026, python3-samba of Debian 12, of Debian 13 and of its
# backports:
#
#	python3-samba 2:4.17.12+dfsg-0+deb12u4, krb5-user 1.20.1-2+deb12u5
#	  FILE:/cache              klist: alice@TEST.EXAMPLE, Samba: alice@TEST.EXAMPLE
#	  DIR:/caches              klist: alice@TEST.EXAMPLE, Samba: alice@TEST.EXAMPLE
#	  KEYRING:session:finding  klist: alice@TEST.EXAMPLE, Samba: alice@TEST.EXAMPLE
#	  KEYRING:user:finding     klist: alice@TEST.EXAMPLE, Samba: alice@TEST.EXAMPLE
#	  KEYRING:finding          klist: alice@TEST.EXAMPLE, Samba: alice@TEST.EXAMPLE
#	python3-samba 2:4.22.11+dfsg-0+deb13u1, krb5-user 1.21.3-5+deb13u2
#	  FILE:/cache              klist: alice@TEST.EXAMPLE, Samba: alice@TEST.EXAMPLE
#	  DIR:/caches              klist: alice@TEST.EXAMPLE, Samba: alice@TEST.EXAMPLE
#	  KEYRING:session:finding  klist: alice@TEST.EXAMPLE, Samba: alice@TEST.EXAMPLE
#	  KEYRING:user:finding     klist: alice@TEST.EXAMPLE, Samba: alice@TEST.EXAMPLE
#	  KEYRING:finding          klist: alice@TEST.EXAMPLE, Samba: alice@TEST.EXAMPLE
#	python3-samba 2:4.24.7+dfsg-1~bpo13+1, krb5-user 1.21.3-5+deb13u2
#	  FILE:/cache              klist: alice@TEST.EXAMPLE, Samba: alice@TEST.EXAMPLE
#	  DIR:/caches              klist: alice@TEST.EXAMPLE, Samba: alice@TEST.EXAMPLE
#	  KEYRING:session:finding  klist: alice@TEST.EXAMPLE, Samba: nobody
#	  KEYRING:user:finding     klist: alice@TEST.EXAMPLE, Samba: nobody
#	  KEYRING:finding          klist: alice@TEST.EXAMPLE, Samba: nobody
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
	default_realm = TEST.EXAMPLE
	dns_lookup_kdc = false
[realms]
	TEST.EXAMPLE = {
		kdc = 127.0.0.1
	}
CONF
cat > /ask <<'PYTHON'
import sys
from samba.credentials import SPECIFIED, Credentials
from samba.param import LoadParm
creds = Credentials()
creds.set_named_ccache(sys.argv[1], SPECIFIED, LoadParm())
print(creds.get_principal() or "nobody")
PYTHON
{
	kdb5_util create -s -r TEST.EXAMPLE -P master &&
		kadmin.local addprinc -pw S3cret.Pass1 alice && krb5kdc
} > /setup 2>&1 || { tail /setup; exit 2; }
mkdir -m 700 /caches
for cache in FILE:/cache DIR:/caches KEYRING:session:finding \
	KEYRING:user:finding KEYRING:finding; do
	echo S3cret.Pass1 | kinit -c "$cache" alice > /kinit 2>&1 || {
		cat /kinit
		exit 2
	}
	printf '  %-24s klist: %s, Samba: %s\n' "$cache" "$(klist -c "$cache" |
		sed -n 's/^Default principal: //p')" \
		"$(/usr/bin/python3 /ask "$cache" 2>&1)"
	kdestroy -q -c "$cache"
done
END

# suite, version of Samba, version of Kerberos, more for mmdebstrap
try() {
	local suite=$1 samba=$2 kerberos=$3
	shift 3
	root=$((root + 1))
	mmdebstrap --quiet --variant=apt --include="python3,python3-samba=$samba,\
krb5-user=$kerberos,krb5-kdc=$kerberos,krb5-admin-server=$kerberos" \
		"$suite" "$folder/$root" "$@" || exit 2
	cp "$folder/finding" "$folder/$root/finding"
	echo "python3-samba $samba, krb5-user $kerberos"
	# A process id space of its own: whatever is started ends with it.
	# shellcheck disable=SC2016 # the inner shell expands it
	timeout 300 unshare --net --pid --fork --kill-child --mount-proc --mount \
		sh -c '
			ip link set lo up && mount -t proc proc "$1/proc" &&
			mount --rbind /dev "$1/dev" &&
			exec chroot "$1" /bin/bash /finding' sh \
		"$folder/$root" || exit 2
}

root=0
debian=http://deb.debian.org/debian
(
	try bookworm 2:4.17.12+dfsg-0+deb12u4 1.20.1-2+deb12u5
	try trixie 2:4.22.11+dfsg-0+deb13u1 1.21.3-5+deb13u2
	try trixie "2:4.24.7+dfsg-1~bpo13+1" 1.21.3-5+deb13u2 \
		--aptopt='APT::Default-Release "trixie-backports"' \
		"deb $debian trixie main" "deb $debian trixie-backports main" \
		"deb $debian-security trixie-security main"
) > "$folder/seen" 2> "$folder/errors" ||
	{ cat "$folder/seen" "$folder/errors"; exit 2; }
cat "$folder/seen"
diff "$folder/wanted" "$folder/seen"
