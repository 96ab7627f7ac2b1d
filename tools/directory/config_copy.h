/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The few entries of a forest that say how it is configured, out of a stream
 * of all, in a small database of their own: spn_store searches it like any
 * other directory.
 */
#ifndef SPN_DIRECTORY_CONFIG_COPY_H
#define SPN_DIRECTORY_CONFIG_COPY_H

#include "store/store.h"

struct audit_config;

/* A nameless file in $TMPDIR or /tmp. On false *_reason is one line on
 * mem_ctx, or NULL when out of memory. */
bool audit_config_new(TALLOC_CTX *mem_ctx,
		      struct audit_config **_config,
		      const char **_reason);

/* Takes a copy if the entry is one of those. LDB codes. */
int audit_config_offer(struct audit_config *config,
		       const struct ldb_message *msg);

/* Why an entry of the source with that name was refused, one line on mem_ctx;
 * NULL when out of memory, or when none was. */
const char *audit_config_reason(const struct audit_config *config,
				TALLOC_CTX *mem_ctx,
				const char *name);

/* The DNS name of the controller whose NTDS Settings object has this
 * objectGUID; on mem_ctx, NULL when that cannot be told. */
const char *audit_config_dc(struct audit_config *config,
			    TALLOC_CTX *mem_ctx,
			    const char *ntds_guid);

/* What spn_store searches; the two naming contexts are DNs as text. LDB
 * codes. */
int audit_config_store(struct audit_config *config,
		       const char *configuration_nc,
		       const char *default_nc,
		       struct spn_store *_store);

#endif
