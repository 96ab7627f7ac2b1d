#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The story of KB 871179, told on a real domain. testenv/demo runs it in two
# halves: "before" while no samba runs yet, "after" against the running DC.
# Every command is shown before it runs, with what came back. A command that
# does not end as the story says ends the demo with status 1.

set -u
: "${PASSWORD:?is set by testenv}" "${USERNAME:?}" "${SERVER:?}" "${REALM:?}"

sam=$LOCK_DIR/../private/sam.ldb
sam=$(realpath "$sam")
base=DC=${DNSNAME//./,DC=}
users=CN=Users,$base

# shellcheck source=testenv/story-words.sh
. "$(dirname "$0")/story-words.sh"

# The same for an LDAP change that comes as LDIF.
change() {
	printf '%s\n' "$2" | tee "$TMPDIR/change.ldif" | sed 's/^/    /'
	run "$1" ldapmodify -Q -Y GSSAPI -H "ldap://$SERVER" \
		-f "$TMPDIR/change.ldif"
}

# From here on this user talks to the DC.
log_in() {
	printf '$ kinit %s\n' "$1"
	printf '%s\n' "$2" | kinit "$1@$REALM" > "$TMPDIR/kinit.log" 2>&1 ||
		{ cat "$TMPDIR/kinit.log"; exit 1; }
}

# An LDIF that adds one SPN: account, SPN.
adding() {
	printf 'dn: CN=%s,%s\nchangetype: modify\nadd: servicePrincipalName\n' \
		"$1" "$users"
	printf 'servicePrincipalName: %s\n' "$2"
}

show_spns() {
	run 0 ldapsearch -Q -Y GSSAPI -LLL -o ldif-wrap=no \
		-H "ldap://$SERVER" -b "$base" "(sAMAccountName=$1)" \
		servicePrincipalName
}

before() {
	why "A domain with a past: two accounts run web sites, one machine" \
		"serves them."
	run 0 samba-tool user create svc-shop Demo.Passw0rd
	run 0 samba-tool user create svc-old Demo.Passw0rd
	run 0 samba-tool user create svc-web Demo.Passw0rd
	run 0 samba-tool computer create IISWEB \
		--service-principal-name="HOST/iisweb" \
		--service-principal-name="HOST/iisweb.$DNSNAME"

	why "Somebody registered one half of a pair only. Stock Samba takes it."
	run 0 samba-tool spn add "http/shop.$DNSNAME" svc-shop

	why "Somebody pasted a URL. Stock Samba takes that, too."
	run 0 samba-tool spn add http://portal svc-old

	why "And replication has once brought a duplicate: here it is written" \
		"below all modules, as replication does."
	printf 'dn: CN=svc-old,%s\nchangetype: modify\nadd: %s\n%s: %s\n' \
		"$users" servicePrincipalName servicePrincipalName \
		"http/shop.$DNSNAME" > "$TMPDIR/duplicate.ldif"
	run 0 ldbmodify -H "tdb://$(dirname "$sam")/sam.ldb.d/${base^^}.ldb" \
		"$TMPDIR/duplicate.ldif"

	why "Put the module to work. From now on every write is looked at."
	run 0 spn-policy enable
}

kb_story() {
	why "The DC is up. An administrator logs in with Kerberos."
	log_in "$USERNAME" "$PASSWORD"

	why "KB 871179, first command: the NetBIOS name of the web server" \
		"for the account that runs the site. The other half comes along."
	change 0 "$(adding svc-web http/iisweb)"
	show_spns svc-web

	why "KB 871179, second command: the full name. It is there already," \
		"and LDAP says so; nothing is lost."
	change refused \
		"$(adding svc-web "http/iisweb.$DNSNAME")"

	why "A second account asks for the same SPN: refused."
	change refused "$(adding svc-shop HTTP/IISWEB)"

	why "Half of a pair whose other half is on another account: refused."
	change refused \
		"$(adding svc-old "http/shop")"

	why "A value with only one half, by its full name: completed."
	change 0 \
		"$(adding svc-web "http/intranet.$DNSNAME")"
	show_spns svc-web

	why "An ordinary user without rights: access denied, and not a word" \
		"about who holds what."
	log_in alice Secret007
	change refused "$(adding svc-shop http/iisweb)"
}

after() {
	kb_story

	log_in "$USERNAME" "$PASSWORD"

	why "What was wrong before still is. The audit names it, most urgent" \
		"first, with the fix."
	run 1 spn-audit -H "ldap://$SERVER" --use-kerberos=required

	why "The fix of the duplicate: taken away from the account that does" \
		"not run the shop. (Stock Samba would refuse this delete.)"
	change 0 "dn: CN=svc-old,$users
changetype: modify
delete: servicePrincipalName
servicePrincipalName: http/shop.$DNSNAME"

	why "The fix of the lone half: add the other one."
	change 0 "$(adding svc-shop http/shop)"

	why "Only the pasted URL is left for a person to decide about."
	run 1 spn-audit -H "ldap://$SERVER" --use-kerberos=required \
		--min-severity=error
	printf '\nThat was the demo.\n'
}

case ${1-} in
before | after) "$1" ;;
*)
	echo "usage: story.sh before|after (run by testenv/demo)" >&2
	exit 2
	;;
esac
