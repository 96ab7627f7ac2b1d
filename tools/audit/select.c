/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts are compared by objectGUID, as everywhere; DNs and names are only
 * what people type.
 */
#include "select.h"

#include "policy/room.h"
#include "audit/census/census.h"

#include <string.h>

struct audit_select {
	struct ldb_context *ldb;
	bool by_account;
	const char **guids; /* of the accounts */
	size_t num_guids;
	struct ldb_dn *base; /* NULL: anywhere */
};

static bool is_dn(const char *text)
{
	return strchr(text, '=') != NULL;
}

static bool say(TALLOC_CTX *mem_ctx,
		const char **_reason,
		const char *option,
		const char *input,
		const char *what)
{
	*_reason = talloc_asprintf(mem_ctx, "%s=%s: %s", option, input, what);
	return false;
}

static bool keep(struct audit_select *select,
		 const struct spn_account *account)
{
	const char **guids = spn_room(select,
				      select->guids,
				      select->num_guids,
				      const char *);

	if (guids == NULL) {
		return false;
	}
	select->guids = guids;
	guids[select->num_guids] = talloc_strdup(guids, account->object_guid);
	return guids[select->num_guids++] != NULL;
}

static bool has_dn(const struct audit_select *select,
		   const struct spn_account *account,
		   struct ldb_dn *wanted)
{
	struct ldb_dn *dn = ldb_dn_new(wanted, select->ldb, account->dn);
	bool same = dn != NULL && ldb_dn_compare(dn, wanted) == 0;

	talloc_free(dn);
	return same;
}

/* As the directory compares names: it knows more letters than ASCII has. */
static bool has_name(const struct audit_scan *scan,
		     const struct spn_account *account,
		     struct spn_str wanted,
		     bool *_has)
{
	TALLOC_CTX *tmp_ctx = talloc_new(NULL);
	struct spn_str folded = {};
	bool ok = tmp_ctx != NULL && account->sam_account_name != NULL &&
		  spn_fold_text(&scan->fold,
				tmp_ctx,
				spn_str_of(account->sam_account_name),
				&folded);

	*_has = ok && spn_str_equal(folded, wanted);
	talloc_free(tmp_ctx);
	return ok || account->sam_account_name == NULL;
}

/* Those with this name or, if name is NULL, this DN. */
static bool keep_matching(struct audit_select *select,
			  const struct audit_scan *scan,
			  const char *name,
			  struct ldb_dn *dn)
{
	struct spn_census *census = scan->census;
	struct spn_str wanted = {};
	bool ok = name == NULL || spn_fold_text(&scan->fold,
						select,
						spn_str_of(name),
						&wanted);
	size_t i;

	for (i = 0; ok && i < spn_census_num(census); i++) {
		const struct spn_account *account = NULL;
		bool matches = false;

		if (!spn_census_get(census, i, &account)) {
			return false;
		}
		if (account != NULL && !account->is_deleted && name != NULL) {
			ok = has_name(scan, account, wanted, &matches);
		} else if (account != NULL && !account->is_deleted) {
			matches = has_dn(select, account, dn);
		}
		ok = ok && (!matches || keep(select, account));
		spn_census_turn_page(census);
	}
	return ok;
}

/* Exactly this name; only if there is none, with a "$". */
static bool find_account(TALLOC_CTX *mem_ctx,
			 const struct audit_scan *scan,
			 struct audit_select *select,
			 const char *text,
			 const char **_reason)
{
	struct ldb_dn *dn = ldb_dn_new(select, select->ldb, text);
	char *machine = talloc_asprintf(select, "%s$", text);

	if (dn == NULL || machine == NULL) {
		return false;
	}
	select->by_account = true;
	if (is_dn(text)) {
		if (!ldb_dn_validate(dn)) {
			return say(mem_ctx,
				   _reason,
				   "--account",
				   text,
				   "is no DN");
		}
		if (!keep_matching(select, scan, NULL, dn)) {
			return false;
		}
	} else if (!keep_matching(select, scan, text, NULL) ||
		   (select->num_guids == 0 &&
		    !keep_matching(select, scan, machine, NULL)))
	{
		return false;
	}
	if (select->num_guids == 0) {
		return say(mem_ctx,
			   _reason,
			   "--account",
			   text,
			   "there is no such account; give a sAMAccountName "
			   "or a DN");
	}
	return true;
}

static bool find_base(TALLOC_CTX *mem_ctx,
		      const struct audit_scan *scan,
		      struct audit_select *select,
		      const char *text,
		      const char **_reason)
{
	struct audit_source *source = scan->source;
	struct ldb_dn *dn = ldb_dn_new(select, select->ldb, text);
	const char *why = NULL;

	if (!is_dn(text) || !ldb_dn_validate(dn)) {
		return say(mem_ctx, _reason, "--base", text, "is no DN");
	}
	if (!source->find(source, select, dn, &select->base, &why)) {
		return why != NULL &&
		       say(mem_ctx, _reason, "--base", text, why);
	}
	if (select->base == NULL) {
		return say(mem_ctx,
			   _reason,
			   "--base",
			   text,
			   "there is no such object");
	}
	return true;
}

bool audit_select_new(TALLOC_CTX *mem_ctx,
		      const struct audit_scan *scan,
		      const char *account,
		      const char *base,
		      struct audit_select **_select,
		      const char **_reason)
{
	struct audit_select *select = talloc_zero(mem_ctx,
						  struct audit_select);

	*_reason = NULL;
	if (select == NULL) {
		return false;
	}
	select->ldb = scan->source->ldb;
	if (account != NULL &&
	    !find_account(mem_ctx, scan, select, account, _reason))
	{
		return false;
	}
	if (base != NULL && !find_base(mem_ctx, scan, select, base, _reason)) {
		return false;
	}
	*_select = select;
	return true;
}

static bool is_below(const struct audit_select *select,
		     const struct spn_account *account)
{
	struct ldb_dn *dn = ldb_dn_new(NULL, select->ldb, account->dn);
	bool below = dn != NULL && ldb_dn_compare_base(select->base, dn) == 0;

	talloc_free(dn);
	return below;
}

bool audit_select_wants(void *private_data, const struct spn_account *account)
{
	const struct audit_select *select = private_data;
	size_t i;

	if (select->base != NULL && !is_below(select, account)) {
		return false;
	}
	for (i = 0; i < select->num_guids; i++) {
		if (strcmp(select->guids[i], account->object_guid) == 0) {
			return true;
		}
	}
	return !select->by_account;
}
