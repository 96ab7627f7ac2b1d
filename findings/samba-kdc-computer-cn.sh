#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The KDC of Samba 4.17 finds a computer object by its CN, too: whoever asks for
# HTTP/web01.ANY.DOMAIN, which nobody holds, gets a ticket with the key of the
# computer CN=web01. And where another account holds HOST/web01.dom.example it
# finds two, and says that there is no such server, for HTTP as well, though a
# search for the SPN shows one holder. It is over when the object is renamed.
#
# Seen on 29 November 2026, samba 2:4.17.12+dfsg-0+deb12u4 of Debian 12:
#
#	HTTP/web01.elsewhere.example  ticket of WEB01$
#	HTTP/web01.dom.example        unknown, holders of HOST/: 1
#	HTTP/web01.dom.example        ticket of svc, after the rename
#
# Root, and mmdebstrap, which makes a Debian in a temporary folder with the
# packages below; everything is taken away at the end. The network is needed
# for the packages only: the domain is alone with its loopback.
set -u
version=2:4.17.12+dfsg-0+deb12u4
packages=samba=$version,samba-common-bin=$version,python3-samba=$version
packages=$packages,samba-dsdb-modules=$version,samba-ad-provision=$version
packages=$packages,winbind=$version,krb5-user=1.20.1-2+deb12u5,ldb-tools

[ "$(id -u)" = 0 ] || { echo "must be run as root" >&2; exit 2; }
command -v mmdebstrap > /dev/null || {
	echo "mmdebstrap is missing: apt-get install mmdebstrap" >&2
	exit 2
}
folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
mmdebstrap --quiet --variant=apt --include="$packages" bookworm \
	"$folder/debian" || exit 2

cat > "$folder/debian/finding" <<'END'
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
# Each account has a key version of its own, which a ticket shows.
{
	samba-tool computer create WEB01
	samba-tool user create svc S3rvice.Pass0
	samba-tool user setpassword 'WEB01$' --newpassword=M4chine.Pass1
	for number in 1 2 3; do
		samba-tool user setpassword svc --newpassword=S3rvice.Pass$number
	done
	samba -D
} > /setup 2>&1 || { tail /setup; exit 2; }
for _ in $(seq 60); do
	echo locDCpass1 | kinit Administrator > /kinit 2>&1 && break
	sleep 1
done
klist -s || { cat /kinit; exit 2; }

version_of() {
	ldbsearch -H "$sam" "(sAMAccountName=$1)" msDS-KeyVersionNumber \
		2> /dev/null | sed -n 's/^msDS-KeyVersionNumber: //p'
}
machine=$(version_of 'WEB01$')
service=$(version_of svc)
[ -n "$machine" ] && [ -n "$service" ] && [ "$machine" != "$service" ] ||
	{ echo "key versions: $machine $service" >&2; exit 2; }

# Whose ticket is it?
ask() {
	local said
	said=$(kvno "$1" 2>&1)
	case $said in
	*"kvno = $machine") echo 'ticket of WEB01$' ;;
	*"kvno = $service") echo "ticket of svc" ;;
	*"Server not found"*) echo "unknown" ;;
	*) echo "$said" ;;
	esac
}
{
	printf 'HTTP/web01.elsewhere.example  %s\n' \
		"$(ask HTTP/web01.elsewhere.example)"
	samba-tool spn add HOST/web01.dom.example svc > /dev/null 2>&1
	printf 'HTTP/web01.dom.example        %s, holders of HOST/: %s\n' \
		"$(ask HTTP/web01.dom.example)" "$(ldbsearch -H "$sam" \
			'(servicePrincipalName=HOST/web01.dom.example)' dn \
			2> /dev/null | grep -c '^dn:')"
	ldbrename -H "$sam" CN=WEB01,CN=Computers,DC=dom,DC=example \
		CN=AWAY,CN=Computers,DC=dom,DC=example > /dev/null 2>&1
	printf 'HTTP/web01.dom.example        %s, after the rename\n' \
		"$(ask HTTP/web01.dom.example)"
} | tee /seen
[ "$(cat /seen)" = 'HTTP/web01.elsewhere.example  ticket of WEB01$
HTTP/web01.dom.example        unknown, holders of HOST/: 1
HTTP/web01.dom.example        ticket of svc, after the rename' ]
END

# A process id space of its own: whatever is started ends with it.
# shellcheck disable=SC2016 # the inner shell expands it
timeout 900 unshare --net --pid --fork --kill-child --mount-proc \
	--mount --uts sh -c '
		ip link set lo up && hostname dc1 &&
		mount -t proc proc "$1/proc" &&
		mount --rbind /dev "$1/dev" &&
		exec chroot "$1" /bin/bash /finding' sh "$folder/debian"
