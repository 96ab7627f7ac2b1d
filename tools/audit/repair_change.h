/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is done to one account, so that a Samba DC takes it.
 */
#ifndef SPN_AUDIT_REPAIR_CHANGE_H
#define SPN_AUDIT_REPAIR_CHANGE_H

#include "findings.h"
#include "policy/case.h"
#include "policy/slots.h"
#include "store/values.h"

#define AUDIT_ATTR_SPN "servicePrincipalName"

/* One account and all that is done to its SPNs. */
struct audit_repair {
	const struct spn_account *account;
	const char *attr; /* AUDIT_ATTR_SPN, or what an answer changes */
	struct spn_str *add;
	size_t num_add;
	struct spn_str *remove; /* in these very bytes */
	size_t num_remove;
	struct spn_slots by_value; /* both lists, see repair.c */
	/* A delete would be refused, or could take another spelling: all
	 * values are written anew. */
	bool replace;
	bool is_impossible; /* no directory would take it */
	const struct audit_finding **causes;
	size_t num_causes;
};

/* Nothing yet, on mem_ctx. NULL when out of memory. */
struct audit_repair *audit_repair_new(TALLOC_CTX *mem_ctx,
				      const struct spn_account *account);

/* Unless it is there already. An account may lack thousands. False when out of
 * memory. */
bool audit_repair_add(struct audit_repair *repair, struct spn_str value);

/* The same of an attribute whose values nobody else minds. */
bool audit_repair_remove(struct audit_repair *repair, struct spn_str value);

/* All spellings of the SPN: one that stays is the same finding again. c: its
 * index. False when out of memory. */
bool audit_repair_remove_spn(struct audit_repair *repair,
			     const struct spn_case *c,
			     struct spn_str spn);

/* All spellings but the first one, and that once. False when out of memory.
 */
bool audit_repair_remove_twins(struct audit_repair *repair,
			       struct spn_str key);

/* That value goes, in these very bytes. */
bool audit_repair_removes(const struct audit_repair *repair,
			  struct spn_str value);

/*
 * Written anew would also be what no directory takes, and what Samba takes
 * from nobody while another account holds it, too: then *_possible is false.
 * One refused record ends the whole file. False when out of memory.
 */
bool audit_repair_is_possible(const struct audit_repair *repair,
			      const struct spn_case *c,
			      bool *_possible);

/* How many accounts hold it, in any spelling, and its key, on mem_ctx. False
 * when out of memory. */
bool audit_repair_count(TALLOC_CTX *mem_ctx,
			const struct spn_case *c,
			struct spn_str spn,
			struct spn_str *_key,
			size_t *_num);

/* setspn can do it. */
bool audit_repair_has_commands(const struct audit_repair *repair);

/* One more element of a modify. No values: the attribute goes. False when out
 * of memory. */
bool audit_repair_element(struct ldb_message *msg,
			  const char *attr,
			  int flag,
			  const struct spn_str *values,
			  size_t num_values);

/* The modify that it is; values are not copied. False when out of memory. */
bool audit_repair_fill(struct ldb_message *msg,
		       const struct audit_repair *repair);

#endif
