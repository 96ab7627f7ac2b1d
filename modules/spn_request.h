/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests: which ones concern us, and what they say about SPNs.
 */
#ifndef SPN_REQUEST_H
#define SPN_REQUEST_H

#include "store/store.h"

/* What a message touches that we care for. */
struct spn_concern {
	bool spns;   /* servicePrincipalName */
	bool names;  /* samldb rewrites SPNs when a name changes; undelete */
	bool policy; /* settings, sPNMappings, dSHeuristics */
};
struct spn_concern spn_request_concern(const struct ldb_message *msg);

/* All that a modify does to SPNs and names is to add values, in one element;
 * *_num says how many. */
bool spn_request_only_adds(const struct ldb_message *msg, size_t *_num);

/*
 * The account as a modify would leave it: current with the SPN elements
 * applied and the new names, if it brings any; *_changed as in
 * spn_changes_apply(). NULL when out of memory.
 */
struct spn_account *spn_request_predict(const struct spn_store *store,
					TALLOC_CTX *mem_ctx,
					const struct spn_account *current,
					const struct ldb_message *msg,
					struct spn_changed *_changed);

/* It names a value of servicePrincipalName, to add it or to delete it. */
bool spn_request_has_values(const struct ldb_message *msg);

/* An add of a computer or of a managed service account. */
bool spn_request_makes_machine(const struct ldb_message *msg);

/* It brings a deleted object back. */
bool spn_request_undeletes(const struct ldb_message *msg);

/* An element of servicePrincipalName, and what it does. */
bool spn_request_is_spns(const struct ldb_message_element *el);
enum spn_change_kind spn_request_kind(const struct ldb_message_element *el);

#endif
