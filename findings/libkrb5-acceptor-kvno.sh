#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A keytab that has the right key under another kvno than the ticket's: whether
# that is good depends on the name for which a server asks libkrb5. Without a
# name, or with one of the form HTTP@host, the kvno is not compared and the
# ticket is accepted; with a principal's name it is compared, and the ticket
# refused. kvno -k, made to try a keytab, says "valid" of both. So one web
# server takes a keytab that the next one refuses.
#
# Seen on 29 November 2026, libkrb5-3 1.20.1-2+deb12u5 of Debian 12, with
# python3-gssapi 1.8.2-1+b1; 1.21.3-5+deb13u2 of Debian 13 did the same. The
# ticket has kvno 1:
#
#	kvno 1 kvno -k            valid
#	kvno 1 no name            accepted
#	kvno 1 HTTP@web01.ex.test accepted
#	kvno 1 HTTP/web01.ex.test accepted
#	kvno 9 kvno -k            valid
#	kvno 9 no name            accepted
#	kvno 9 HTTP@web01.ex.test accepted
#	kvno 9 HTTP/web01.ex.test Cannot find key
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
{
	kdb5_util create -s -P master && krb5kdc &&
		kadmin.local addprinc -pw secret user &&
		kadmin.local addprinc -pw service HTTP/web01.ex.test &&
		echo secret | kinit user
} > /setup 2>&1 || { cat /setup; exit 2; }
cat > /accept.py <<'PYTHON'
import gssapi
names = {
    "no name": None,
    "HTTP@web01.ex.test": gssapi.Name(
        "HTTP@web01.ex.test", gssapi.NameType.hostbased_service),
    "HTTP/web01.ex.test": gssapi.Name(
        "HTTP/web01.ex.test", gssapi.NameType.kerberos_principal)}
for text, name in names.items():
    client = gssapi.SecurityContext(name=names["HTTP@web01.ex.test"],
                                    usage="initiate")
    token = client.step()
    try:
        key = gssapi.Credentials(name=name, usage="accept")
        server = gssapi.SecurityContext(creds=key, usage="accept")
        server.step(token)
        said = "accepted" if server.complete else "more is wanted"
    except gssapi.exceptions.GSSError as error:
        said = "Cannot find key" if "Cannot find key" in str(error) else error
    print("%-18s %s" % (text, said))
PYTHON
for kvno in 1 9; do
	ktutil > /written 2>&1 <<STEPS || { cat /written; exit 2; }
addent -password -p HTTP/web01.ex.test -k $kvno -e aes256-cts-hmac-sha1-96
service
wkt /$kvno.keytab
STEPS
	{
		kvno -k "/$kvno.keytab" HTTP/web01.ex.test 2>&1 |
			sed 's/.*keytab entry /kvno -k            /'
		KRB5_KTNAME=/$kvno.keytab /usr/bin/python3 /accept.py
	} | sed "s/^/kvno $kvno /"
done | tee /seen
diff /wanted /seen
END

krb5=1.20.1-2+deb12u5
packages=python3-gssapi=1.8.2-1+b1,krb5-kdc=$krb5
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
