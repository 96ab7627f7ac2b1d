/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keytab that --keytab names, as a file: whoever could write it decides
 * what it proves.
 */
#ifndef SPN_AUDIT_KEY_FILE_H
#define SPN_AUDIT_KEY_FILE_H

#include <stdbool.h>
#include <talloc.h>

struct audit_key_file {
	const char *path; /* absolute, without links */
	/* One line: who, besides root and the caller, could have put another
	 * file or other keys there. NULL: nobody. */
	const char *doubt;
};

/* On mem_ctx. False: it is not there, not ours to read, or no file, in one
 * line; NULL when out of memory. */
bool audit_key_file_look(TALLOC_CTX *mem_ctx,
			 const char *typed,
			 struct audit_key_file *_file,
			 const char **_reason);

#endif
