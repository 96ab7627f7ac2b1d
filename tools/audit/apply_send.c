/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A repair was thought of with what an audit had read, and a person may have
 * taken his time. So the account is read again, and must be in every byte what
 * it was, and nobody may hold by now what is to be added. In the database of
 * this machine that is one transaction with the write. To a server it is two
 * requests; what goes, and the half whose other half comes, is named in the
 * second, so that it is refused if it is not there any more.
 */
#include "apply_step.h"

#include "policy/quote.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

struct sending {
	TALLOC_CTX *mem_ctx; /* of the reason */
	TALLOC_CTX *tmp_ctx;
	struct ldb_context *ldb;
	struct spn_store store;
	struct audit_undo *undo;
	const struct audit_step *step;
	struct ldb_dn *dn; /* its GUID: whatever its name is by now */
	struct audit_state before;
	struct audit_state after; /* as it should be */
	const char *refusal;	  /* what the DC says, if it does */
	const char *reason;
	/* While holders are looked for. */
	struct spn_partial *index;
	struct spn_str taken; /* somebody else holds it */
	const char *taken_by;
};

static bool fail(struct sending *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static bool fail(struct sending *s, const char *format, ...)
{
	va_list ap;
	char *text = NULL;

	va_start(ap, format);
	text = talloc_vasprintf(s->mem_ctx, format, ap);
	va_end(ap);
	s->reason = text;
	return false;
}

static bool changed(struct sending *s, const char *what)
{
	return fail(s,
		    "%s has changed since it was read (%s): run spn-audit "
		    "again",
		    s->step->repair->account->dn,
		    what);
}

/* ------------------------------------------------------ is it still true? */

static bool same_text(const char *a, const char *b)
{
	return (a == NULL || b == NULL) ? a == b : strcmp(a, b) == 0;
}

/* What is different, or NULL. */
static const char *difference(const struct spn_account *old,
			      const struct spn_account *new)
{
	if (!same_text(old->object_guid, new->object_guid) ||
	    !same_text(old->dn, new->dn))
	{
		return "its DN";
	}
	if (!same_text(old->sam_account_name, new->sam_account_name) ||
	    !same_text(old->dns_host_name, new->dns_host_name))
	{
		return "its names";
	}
	return (old->is_disabled == new->is_disabled && old->kind == new->kind)
		       ? NULL
		       : "what it is";
}

static int read_account(struct sending *s,
			struct spn_account **_account,
			bool *_deleted)
{
	return spn_store_account(&s->store,
				 s->tmp_ctx,
				 s->dn,
				 _account,
				 _deleted);
}

static bool compare(struct sending *s)
{
	const struct spn_account *old = s->step->repair->account;
	struct spn_account *account = NULL;
	struct audit_state then = {};
	const char *what = NULL;
	bool deleted = false;
	int ret = read_account(s, &account, &deleted);

	if (ret == LDB_ERR_NO_SUCH_OBJECT || (ret == LDB_SUCCESS && deleted)) {
		return changed(s, "it is gone");
	}
	if (ret != LDB_SUCCESS) {
		return fail(s,
			    "cannot read %s again: %s",
			    old->dn,
			    spn_connect_error(s->ldb, ret));
	}
	what = difference(old, account);
	if (what != NULL) {
		return changed(s, what);
	}
	if (!audit_state_of(s->tmp_ctx, old, &then) ||
	    !audit_state_of(s->tmp_ctx, account, &s->before) ||
	    !audit_state_after(s->tmp_ctx,
			       &s->before,
			       s->step->repair,
			       &s->after))
	{
		return false;
	}
	return audit_state_same(&then, &s->before) ||
	       changed(s, "its SPNs or additional names");
}

/* Once for the questions, once more with their answers. */
static bool look_for_holders(void *private_data)
{
	struct sending *s = private_data;
	const struct audit_repair *repair = s->step->repair;
	struct spn_fold fold = spn_store_fold(&s->store);
	size_t i;
	size_t k;

	for (i = 0; i < repair->num_add; i++) {
		struct spn_value value = {.value = repair->add[i]};
		struct spn_holders holders = {};

		if (!spn_fold_text(&fold,
				   s->tmp_ctx,
				   value.value,
				   &value.key) ||
		    !spn_index_holders_of(spn_partial_index(s->index),
					  s->tmp_ctx,
					  &value,
					  &holders))
		{
			return false;
		}
		for (k = 0; k < holders.num_accounts; k++) {
			s->taken = value.value;
			s->taken_by = holders.accounts[k]->dn;
		}
	}
	return true;
}

static bool check_holders(struct sending *s)
{
	struct spn_forest *forest = NULL;
	char *shown = NULL;
	int ret;

	if (s->step->repair->num_add == 0) {
		return true;
	}
	s->index = spn_partial_new(s->tmp_ctx, spn_store_fold(&s->store));
	if (s->index == NULL) {
		return false;
	}
	ret = spn_store_forest(&s->store, s->tmp_ctx, &forest, NULL);
	if (ret == LDB_SUCCESS) {
		ret = spn_store_resolve(&s->store,
					forest,
					s->index,
					look_for_holders,
					s);
	}
	if (ret != LDB_SUCCESS) {
		return fail(s,
			    "cannot look for holders: %s",
			    spn_connect_error(s->ldb, ret));
	}
	if (s->taken_by == NULL) {
		return true;
	}
	shown = spn_quote(s->tmp_ctx, s->taken, SPN_QUOTE_CUT);
	return shown != NULL &&
	       fail(s,
		    "%s has got %s since it was read: run spn-audit again",
		    s->taken_by,
		    shown);
}

/* ---------------------------------------------------------- it is written */

/* What leads from after to before; instead of the one that was put last, or
 * one more. */
static bool put_record(struct sending *s,
		       const struct audit_state *after,
		       bool instead)
{
	char *record = audit_undo_record(s->tmp_ctx,
					 s->ldb,
					 s->step,
					 &s->before,
					 after);
	const char *reason = NULL;
	bool ok = false;

	if (record != NULL && instead) {
		ok = audit_undo_exchange(s->undo, record, &reason);
	} else if (record != NULL) {
		ok = audit_undo_put(s->undo,
				    record,
				    s->step->in_front,
				    &reason);
	}
	free(record);
	if (!ok && reason != NULL) {
		fail(s, "cannot write the undo file: %s", reason);
	}
	return ok;
}

static bool take_back(struct sending *s)
{
	const char *reason = NULL;

	if (audit_undo_take_back(s->undo, &reason)) {
		return true;
	}
	if (reason != NULL) {
		fail(s, "cannot write the undo file: %s", reason);
	}
	return false;
}

/* Ends the transaction in any case. */
static int modify(struct sending *s)
{
	struct ldb_message *msg = ldb_msg_new(s->tmp_ctx);
	int ret = LDB_ERR_OPERATIONS_ERROR;

	if (msg != NULL && audit_step_fill(msg, s->step)) {
		msg->dn = s->dn;
		ret = ldb_modify(s->ldb, msg);
	} else {
		ldb_oom(s->ldb);
	}
	if (ret == LDB_SUCCESS) {
		ret = ldb_transaction_commit(s->ldb);
		s->refusal = spn_connect_error(s->ldb, ret);
	} else {
		s->refusal = talloc_strdup(s->tmp_ctx,
					   spn_connect_error(s->ldb, ret));
		ldb_transaction_cancel(s->ldb);
	}
	return ret;
}

/* What it is now; false if that cannot be read. */
static bool look_again(struct sending *s, struct audit_state *_now)
{
	struct spn_account *account = NULL;

	return read_account(s, &account, NULL) == LDB_SUCCESS &&
	       audit_state_of(s->tmp_ctx, account, _now);
}

/* Where it is not known what became of it, the record stays. */
static bool refused(struct sending *s, int ret)
{
	const struct spn_account *account = s->step->repair->account;
	struct audit_state now = {};
	char *text = talloc_strdup(s->tmp_ctx, s->refusal);

	if (text == NULL) {
		return false;
	}
	text[strcspn(text, "\n")] = '\0';
	if (!look_again(s, &now) || !audit_state_same(&now, &s->before)) {
		return fail(s,
			    "%s: %s; whether it was changed is not known, so "
			    "%s has it",
			    account->dn,
			    text,
			    audit_undo_path(s->undo));
	}
	if (!take_back(s)) {
		return false;
	}
	if (ret == LDB_ERR_NO_SUCH_ATTRIBUTE ||
	    ret == LDB_ERR_ATTRIBUTE_OR_VALUE_EXISTS)
	{
		return changed(s, text);
	}
	return fail(s, "the DC refuses to change %s: %s", account->dn, text);
}

/* A DC may do more than it was told: the other half of a pair went along. It
 * is done by now, so until that is on the disk the record of before stays. */
static bool settle(struct sending *s)
{
	struct audit_state now = {};

	if (!look_again(s, &now) || audit_state_same(&now, &s->after)) {
		return true;
	}
	return put_record(s, &now, true);
}

static bool begin(struct sending *s)
{
	int ret = ldb_transaction_start(s->ldb);

	return ret == LDB_SUCCESS ||
	       fail(s, "cannot begin: %s", spn_connect_error(s->ldb, ret));
}

static bool send_it(struct sending *s)
{
	int ret;

	if (!begin(s)) {
		return false;
	}
	if (!compare(s) || !check_holders(s) ||
	    !put_record(s, &s->after, false))
	{
		ldb_transaction_cancel(s->ldb);
		return false;
	}
	ret = modify(s);
	return (ret == LDB_SUCCESS) ? settle(s) : refused(s, ret);
}

bool audit_step_send(TALLOC_CTX *mem_ctx,
		     struct ldb_context *ldb,
		     struct audit_undo *undo,
		     const struct audit_step *step,
		     const char **_reason)
{
	struct sending s = {
		.mem_ctx = mem_ctx,
		.tmp_ctx = talloc_new(mem_ctx),
		.ldb = ldb,
		.store = {.ldb = ldb},
		.undo = undo,
		.step = step,
	};
	bool ok = false;

	if (s.tmp_ctx != NULL) {
		s.dn = ldb_dn_new_fmt(s.tmp_ctx,
				      ldb,
				      "<GUID=%s>",
				      step->repair->account->object_guid);
		ok = s.dn != NULL && send_it(&s);
	}
	*_reason = s.reason;
	talloc_free(s.tmp_ctx);
	return ok;
}
