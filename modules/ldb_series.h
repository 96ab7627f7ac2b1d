/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The series of ldb whose interface was checked: the module is in force there,
 * and idle anywhere else (spn_load.c). Nothing else says so; the packages take
 * their range of libldb2 from here (tools/debian/).
 *
 * A series is the first two numbers of a version; ldb keeps its interface
 * within one. From the first of these to the last, nothing that we use has
 * changed in ldb.h and ldb_module.h: no structure, no enumeration, no flag.
 * Only functions and flags were added. To add a series:
 *
 *  1. Compare those two headers with the ones of the last series.
 *  2. Build there: INTERFACE in spn_ldb.c says what has another size. Load a
 *     build of the oldest release there, too, and the other way round.
 *  3. testenv/matrix on a release that has it, without a failure.
 *  4. Add its line, and what it was tried with.
 */
#ifndef SPN_LDB_SERIES_H
#define SPN_LDB_SERIES_H

struct spn_ldb_series {
	unsigned major;
	unsigned minor;
};

static const struct spn_ldb_series spn_ldb_checked[] = {
#ifdef SPN_LDB_NONE_CHECKED
	{0, 0}, /* a build for tests, which is idle everywhere */
#else
	{2, 6},	 /* Samba 4.17, Debian 12: testenv/matrix */
	{2, 7},	 /* Samba 4.18: headers */
	{2, 8},	 /* Samba 4.19: headers */
	{2, 9},	 /* Samba 4.20: headers */
	{2, 10}, /* Samba 4.21: headers */
	{2, 11}, /* Samba 4.22 to 4.24, Debian 13, backports: testenv/matrix */
#endif
};

#endif
