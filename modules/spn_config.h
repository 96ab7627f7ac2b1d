/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the configuration of the forest says, read once and kept as long as
 * it is the same.
 */
#ifndef SPN_CONFIG_H
#define SPN_CONFIG_H

#include "store/store.h"

struct spn_config {
	struct spn_forest *forest; /* without allowed_suffixes */
	struct spn_settings *settings;
	struct ldb_message *mappings; /* sPNMappings; NULL: not there */
	uint64_t usn; /* spn_store_config_usn() when it was read */
};

struct loadparm_context;

/* smb.conf, as the program that has opened the database has read it; NULL: it
 * has none. */
struct loadparm_context *spn_config_loadparm(struct ldb_context *ldb);

/*
 * smb.conf's spn_policy:mode, a copy of its text on mem_ctx or NULL where it
 * is not set, and what that means. LDB_ERR_OPERATIONS_ERROR when out of
 * memory.
 */
int spn_config_mode(struct ldb_context *ldb,
		    TALLOC_CTX *mem_ctx,
		    const char **_text,
		    enum spn_mode *_mode);

/*
 * The configuration as it is now. mode is smb.conf's spn_policy:mode or NULL.
 *
 * kept NULL: read anew, on mem_ctx; so it must be once the transaction has
 * written anything, for that may never be committed. Else *kept, which starts
 * as NULL, is what was read before: it is the result if nothing has changed
 * in the configuration NC, and replaced, on mem_ctx, if something has.
 * Lines of the settings that are not understood are logged when they are read.
 * On failure the error string is set, and *kept is what it was.
 */
int spn_config_read(const struct spn_store *store,
		    TALLOC_CTX *mem_ctx,
		    const char *mode,
		    struct spn_config **kept,
		    const struct spn_config **_config);

#endif
