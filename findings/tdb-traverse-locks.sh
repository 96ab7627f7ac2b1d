#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tdbdump prints a tdb file without any lock: it does not wait for a process
# that changes the file under tdb_lockall(), and shows half of the change.
# "tdbtool FILE dump", which prints the same records, does wait. tdbdump opens
# the file O_RDONLY, and libtdb locks nothing then: tdb_traverse_read() goes
# without, and tdb_lockall_read() fails.
# Opened O_RDWR, tdb_traverse_read() takes and gives back two locks for each
# record, its own and that of its chain: four system calls. It makes none under
# tdb_lockall_read(), and tdb_traverse_chain() of one chain after the other is
# cheaper still.
#
# Seen on 30 November 2026, libtdb1 and tdb-tools 1.4.8-2 of Debian 12;
# 2:1.4.13+samba4.22.11+dfsg-0+deb13u1 of Debian 13 did the same:
#
#	calls for each record:
#	  O_RDWR    tdb_traverse_read            4
#	  O_RDWR    tdb_lockall_read, the same   0
#	  O_RDWR    tdb_lockall_read, by chains  0
#	  O_RDWR    tdbtool FILE dump            4
#	  O_RDONLY  tdb_traverse_read            0
#	  O_RDONLY  tdbdump FILE                 0
#	tdb_traverse_read over 3 times the instructions of chains: yes
#	tdb_lockall_read():
#	  O_RDWR    is there
#	  O_RDONLY  fails
#	while another process changes two records under tdb_lockall():
#	  tdbtool FILE dump  still waits after 5 seconds
#	  tdbdump FILE       1 of 2 changes
#
# Root, and mmdebstrap, which makes a Debian in a temporary folder with the
# packages below; everything is taken away at the end. The network is needed
# for the packages only.
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

cat > "$folder/probe.c" <<'END'
/* probe make, probe hold COMMAND, or probe rdwr|rdonly HOW, see pass() */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <tdb.h>

#define FILENAME "/file.tdb"
#define RECORDS 10000

static int seen(struct tdb_context *tdb, TDB_DATA key, TDB_DATA data,
		void *count)
{
	(void)tdb;
	(void)key;
	(void)data;
	++*(int *)count;
	return 0;
}

static int make(void)
{
	struct tdb_context *tdb =
		tdb_open(FILENAME, 1009, 0, O_RDWR | O_CREAT, 0600);

	for (int i = 0; tdb != NULL && i < RECORDS; i++) {
		char text[32];
		TDB_DATA value = {.dptr = (unsigned char *)text};

		value.dsize = snprintf(text, sizeof(text), "record %d", i);
		if (tdb_store(tdb, value, value, TDB_INSERT) != 0) {
			return 1;
		}
	}
	return tdb == NULL || tdb_close(tdb) != 0;
}

static int change(struct tdb_context *tdb, const char *name)
{
	TDB_DATA key = {.dptr = (unsigned char *)name, .dsize = strlen(name)};

	return tdb_store(tdb, key, key, TDB_REPLACE);
}

/* Makes two changes under one lock, and runs the command between them. */
static int hold(const char *command)
{
	struct tdb_context *tdb = tdb_open(FILENAME, 0, 0, O_RDWR, 0);
	int status = 0;

	if (tdb == NULL || tdb_lockall(tdb) != 0 || change(tdb, "new 1") != 0) {
		return 2;
	}
	status = WEXITSTATUS(system(command));
	return change(tdb, "new 2") == 0 && tdb_close(tdb) == 0 ? status : 2;
}

/* What is done with the file: none, lock, read, all-read or all-chain. */
static int pass(struct tdb_context *tdb, const char *how)
{
	int count = 0;

	if (strcmp(how, "none") == 0) {
		return 0;
	}
	if (strcmp(how, "read") != 0 && tdb_lockall_read(tdb) != 0) {
		return 1;
	}
	if (strcmp(how, "lock") == 0) {
		return 0;
	}
	if (strcmp(how, "all-chain") != 0) {
		tdb_traverse_read(tdb, seen, &count);
		return count != RECORDS;
	}
	for (int i = 0; i < tdb_hash_size(tdb); i++) {
		tdb_traverse_chain(tdb, i, seen, &count);
	}
	return count != RECORDS;
}

int main(int argc, char **argv)
{
	struct tdb_context *tdb = NULL;

	if (argc == 2) {
		return make();
	}
	if (strcmp(argv[1], "hold") == 0) {
		return hold(argv[2]);
	}
	tdb = tdb_open(FILENAME, 0, 0,
		       strcmp(argv[1], "rdwr") == 0 ? O_RDWR : O_RDONLY, 0);
	return tdb == NULL || pass(tdb, argv[2]) != 0 || tdb_close(tdb) != 0;
}
END

cat > "$folder/finding" <<'END'
export LC_ALL=C
{
	gcc -O2 -Wall -o /probe /probe.c -ltdb && /probe make
} > /setup 2>&1 || { cat /setup; exit 2; }
# The calls of fcntl for each record; opening the file needs a few.
locks() {
	timeout 100 strace -e trace=fcntl -o /calls "$@" > /said 2>&1 ||
		mv /said /broken
	echo $(($(grep -c SETLK /calls) / 10000))
}
# The instructions of a pass, without what opens the file.
instructions() {
	timeout 100 valgrind --tool=callgrind --callgrind-out-file=/dev/null \
		/probe rdwr "$1" > /said 2>&1 || mv /said /broken
	sed -n 's/.*Collected : //p' /said
}
row() {
	opened=$1
	how=$2
	shift 2
	printf '  %-8s  %-28s %s\n' "$opened" "$how" "$(locks "$@")"
}
lock() {
	/probe "$1" lock && echo "is there" || echo fails
}
# How many of two changes under one lock are seen between them.
between() {
	rm /file.tdb && /probe make && /probe hold "timeout 5 $* > /said 2>&1"
	case $? in
	0) echo "$(grep -c '^key.*new [12]' /said) of 2 changes" ;;
	124) echo "still waits after 5 seconds" ;;
	*) mv /said /broken ;;
	esac
}
{
	echo "calls for each record:"
	row O_RDWR tdb_traverse_read /probe rdwr read
	row O_RDWR "tdb_lockall_read, the same" /probe rdwr all-read
	row O_RDWR "tdb_lockall_read, by chains" /probe rdwr all-chain
	row O_RDWR "tdbtool FILE dump" tdbtool /file.tdb dump
	row O_RDONLY tdb_traverse_read /probe rdonly read
	row O_RDONLY "tdbdump FILE" tdbdump /file.tdb
	none=$(instructions none)
	read=$(($(instructions read) - none))
	chains=$(($(instructions all-chain) - none))
	more=no
	[ "$read" -gt $((chains * 3)) ] && more=yes
	echo "tdb_traverse_read over 3 times the instructions of chains: $more"
	echo "tdb_lockall_read():"
	echo "  O_RDWR    $(lock rdwr)"
	echo "  O_RDONLY  $(lock rdonly)"
	echo "while another process changes two records under tdb_lockall():"
	echo "  tdbtool FILE dump  $(between tdbtool /file.tdb dump)"
	echo "  tdbdump FILE       $(between tdbdump /file.tdb)"
} | tee /seen
[ -e /broken ] && { cat /broken; exit 2; }
diff /wanted /seen
END

packages=libtdb1=1.4.8-2,libtdb-dev=1.4.8-2,tdb-tools=1.4.8-2
packages=$packages,gcc,libc6-dev,strace,valgrind
mmdebstrap --quiet --variant=apt --dpkgopt=force-unsafe-io \
	--include="$packages" bookworm "$folder/debian" || exit 2
cp "$folder/finding" "$folder/wanted" "$folder/probe.c" "$folder/debian"
# A process id space of its own: whatever is started ends with it.
# shellcheck disable=SC2016 # the inner shell expands it
timeout 300 unshare --net --pid --fork --kill-child --mount-proc \
	--mount --uts sh -c '
		mount -t proc proc "$1/proc" &&
		mount --rbind /dev "$1/dev" &&
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
			chroot "$1" /bin/bash /finding' sh "$folder/debian"
