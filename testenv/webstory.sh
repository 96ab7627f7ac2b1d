#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A web site that asks for a password, and how it is mended: KB 871179 as a user
# sees it. testenv/demo --web runs it beside a site (website.py) whose account has
# the full name only. The argument is a folder for pictures, or empty.

set -u
: "${WEB_FQDN:?is set by testenv}" "${WEB_ADMIN_CCACHE:?}" "${SERVER:?}"

here=$(dirname "$0")
# shellcheck source=testenv/story-words.sh
. "$here/story-words.sh"
pictures=${1-}

# setspn of an administrator.
admin() {
	KRB5CCNAME=$WEB_ADMIN_CCACHE run 0 setspn -H "ldap://$SERVER" "$@"
}

# What the site says to alice: URL, and the status that the story expects.
opens() {
	local status
	printf "$ curl --negotiate -u : -s -o page -w '%%{http_code}' %s\n" "$1"
	status=$(curl --negotiate -u : -s -o /dev/null -w '%{http_code}' "$1")
	printf '%s\n' "$status"
	[ "$status" = "$2" ] && return
	printf '\nTHE DEMO FAILED: status %s instead of %s\n' "$status" "$2"
	exit 1
}

# What Chromium shows, if pictures are wanted: the name of the file.
shows() {
	[ -n "$pictures" ] || return
	printf "$ chromium %s  # %s\n" http://web01/ "$pictures/$1.png"
	"$here/start" webchromium main http://web01/ "$pictures/$1.png" && return
	printf '\nTHE DEMO FAILED: no picture\n'
	exit 1
}

why "A web site runs as the account svc-web. Who set it up registered its" \
	"full name."
admin -L svc-web

why "So alice, who has a Kerberos ticket, opens it by that name:"
opens "http://$WEB_FQDN/" 200

why "By the short name she is asked for a password, again and again:"
opens http://web01/ 401
shows before

why "There is a ticket for that name, too: but HOST/ of the computer has" \
	"answered, and the site does not have the computer's key."
run 0 kvno HTTP/web01
run 0 tail -n 1 "$WEB_LOG"

if command -v spn-probe > /dev/null; then
	why "spn-probe says the same, without a look into the web server's log:"
	run 1 spn-probe --http -H "ldap://$SERVER" http://web01/
fi

why "The mend: the other half of the pair."
admin -S http/web01 svc-web
admin -L svc-web

why "She has the wrong ticket for as long as it lasts; a new logon helps" \
	"at once."
printf '$ kinit alice\n'
printf 'Secret007\n' | kinit alice > /dev/null || exit 1
opens http://web01/ 200
opens "http://$WEB_FQDN/" 200
shows after
printf '\nThat was the demo.\n'
