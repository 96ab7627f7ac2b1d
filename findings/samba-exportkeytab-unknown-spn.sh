#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# samba-tool domain exportkeytab --principal=NAME of Samba 4.17 says that it
# exports, ends with 0, and writes no file, where nobody holds NAME. A script
# that trusts the exit status goes on without a keytab.
#
# Seen on 28 November 2026, samba 2:4.17.12+dfsg-0+deb12u4 of Debian 12:
#
#	held     exit 0, keytab: yes
#	unknown  exit 0, keytab: no
#
# Root, and mmdebstrap, which makes a Debian in a temporary folder with the
# packages below; everything is taken away at the end. The network is needed
# for the packages only: the domain is alone with its loopback.
set -u
version=2:4.17.12+dfsg-0+deb12u4
packages=samba=$version,samba-common-bin=$version,python3-samba=$version
packages=$packages,samba-dsdb-modules=$version,samba-ad-provision=$version

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
samba-tool user create svc S3rvice.Pass > /dev/null || exit 2
samba-tool spn add http/held.dom.example svc > /dev/null || exit 2
samba-tool --version
for name in held unknown; do
	samba-tool domain exportkeytab "/$name.keytab" \
		--principal="http/$name.dom.example" > "/$name.out" 2>&1
	status=$?
	there=no
	[ -s "/$name.keytab" ] && there=yes
	printf '%-8s exit %s, keytab: %s\n' "$name" "$status" "$there"
done | tee /seen
[ "$(cat /seen)" = 'held     exit 0, keytab: yes
unknown  exit 0, keytab: no' ]
END

# A process id space of its own: whatever is started ends with it.
# shellcheck disable=SC2016 # the inner shell expands it
timeout 900 unshare --net --pid --fork --kill-child --mount-proc \
	--mount --uts sh -c '
		ip link set lo up && hostname dc1 &&
		mount -t proc proc "$1/proc" &&
		mount --rbind /dev "$1/dev" &&
		exec chroot "$1" /bin/bash /finding' sh "$folder/debian"
