#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# How a story is told: what each command is about, the command, what came back.
# Read by story.sh and webstory.sh.

bold='' plain=''
if [ -t 1 ]; then
	bold=$'\e[1m' plain=$'\e[0m'
fi

# What the next command is about, in one sentence.
why() {
	printf '\n%s# %s%s\n' "$bold" "$*" "$plain"
}

# Runs a command and shows it. The first argument is the status that the
# story expects: a number, or "refused" for anything but 0.
run() {
	local expected=$1 status=0
	shift
	printf '$ %s\n' "$*"
	"$@" 2>&1 | grep -v -e '^$' -e '^# Ref' -e '^ref: ' -e '^# refldap' \
		-e '^# return' -e '^# [0-9]* \(entries\|referrals\)' \
		-e '^modifying entry'
	status=${PIPESTATUS[0]}
	if [ "$expected" = refused ]; then
		[ "$status" -ne 0 ] && return
	elif [ "$status" -eq "$expected" ]; then
		return
	fi
	printf '\nTHE DEMO FAILED: status %s instead of %s\n' \
		"$status" "$expected"
	exit 1
}
