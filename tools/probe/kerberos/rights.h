/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * May some other user read a file? By owner, mode, ACL, and the folders above.
 * For the files of this folder.
 */
#ifndef SPN_PROBE_RIGHTS_H
#define SPN_PROBE_RIGHTS_H

#include "policy/spn.h"

#include <sys/stat.h>
#include <sys/types.h>

struct probe_reader {
	const char *name;
	uid_t uid;
	gid_t *gids; /* all groups */
	size_t num_gids;
};

/* NULL: nobody has that name here, or out of memory. */
struct probe_reader *probe_reader_new(TALLOC_CTX *mem_ctx, const char *name);

/* acl: the bytes of the attribute system.posix_acl_access, or none. wanted:
 * bits as in "rwx", 4 for reading. */
bool probe_reader_may(const struct probe_reader *reader,
		      const struct stat *st,
		      struct spn_str acl,
		      unsigned wanted);

/*
 * True, and NULL or the line that says why this user cannot read the file.
 * False when out of memory. Where something cannot be looked at, it is no
 * reason.
 */
bool probe_reader_complaint(TALLOC_CTX *mem_ctx,
			    const struct probe_reader *reader,
			    const char *path,
			    const char **_complaint);

/* The same for everybody else: the line says that they can. */
bool probe_exposed_complaint(TALLOC_CTX *mem_ctx,
			     const char *path,
			     const char **_complaint);

#endif
