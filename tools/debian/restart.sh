# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What the maintainer scripts share; ./waf deb puts it in for @RESTART@.

# A DC that runs is restarted, and has to run afterwards: apt is to report an
# error, not success, while a DC is down. policy-rc.d may say no.
restart_samba()
{
	[ -d /run/systemd/system ] || return 0
	systemctl --quiet is-active samba-ad-dc.service || return 0
	echo "spn_policy: restarting samba-ad-dc.service, $1"
	deb-systemd-invoke try-restart samba-ad-dc.service || :
	systemctl --quiet is-active samba-ad-dc.service && return 0
	echo "spn_policy: samba-ad-dc.service does not run any more. Look at:" >&2
	echo "    journalctl -u samba-ad-dc.service" >&2
	return 1
}

# As smb.conf has it. No such file: this is no DC.
sam_ldb()
{
	private=$(testparm --suppress-prompt --parameter-name='private dir' \
		2>/dev/null) || private=
	echo "${private:-/var/lib/samba/private}/sam.ldb"
}
