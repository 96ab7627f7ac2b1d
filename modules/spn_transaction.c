/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The verdict falls once, when the outermost transaction commits: by then
 * samldb has rewritten what it rewrites, several elements and several
 * requests have become one end state, access control has spoken, and nobody
 * who holds the transaction can swallow the refusal and commit all the same.
 * Only the difference between before and after is judged, so that what is
 * already broken neither blocks other work nor its own repair.
 */
#include "spn_transaction.h"

#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "policy/room.h"
#include "spn_log.h"
#include "spn_session.h"

struct spn_touched {
	const char *object_guid;
	struct spn_account *before;
	struct spn_set left_out; /* by a replace; on the transaction */
	bool may_refuse;
};

/* Warnings of one transaction that are logged one by one. */
#define MAX_WARNED 20

int spn_transaction_new(TALLOC_CTX *mem_ctx,
			const struct spn_store *store,
			const struct spn_config *config,
			struct spn_transaction **_txn)
{
	struct spn_transaction *txn = talloc_zero(mem_ctx,
						  struct spn_transaction);

	if (txn == NULL) {
		return ldb_oom(store->ldb);
	}
	txn->store = *store;
	txn->settings = config->settings;
	txn->mappings = config->mappings;
	/* Our own, since allowed_suffixes are of this transaction. */
	txn->forest = talloc_memdup(txn,
				    config->forest,
				    sizeof(*config->forest));
	if (txn->forest == NULL) {
		talloc_free(txn);
		return ldb_oom(store->ldb);
	}
	*_txn = txn;
	return LDB_SUCCESS;
}

struct spn_case spn_transaction_case(const struct spn_transaction *txn,
				     struct spn_partial *index,
				     const struct spn_account *before,
				     const struct spn_account *after)
{
	return (struct spn_case){
		.after = after,
		.before = before,
		.is_write = true,
		.index = spn_partial_index(index),
		.forest = txn->forest,
		.settings = txn->settings,
	};
}

int spn_transaction_own(const struct spn_transaction *txn, struct spn_case *c)
{
	const struct spn_store *store = &txn->store;
	TALLOC_CTX *tmp_ctx = NULL;
	struct spn_str sid = {};
	struct ldb_dn *dn = NULL;
	int ret;

	if (!spn_case_exceeds_limit(c)) {
		return LDB_SUCCESS;
	}
	tmp_ctx = talloc_new(c->index);
	if (tmp_ctx == NULL) {
		return ldb_oom(store->ldb);
	}
	dn = ldb_dn_new(tmp_ctx, store->ldb, c->after->dn);
	ret = (dn == NULL) ? ldb_oom(store->ldb)
			   : spn_store_object_sid(store, tmp_ctx, dn, &sid);
	if (ret == LDB_SUCCESS) {
		c->is_own = spn_session_is_account(store->ldb, sid);
	} else if (ret == LDB_ERR_NO_SUCH_OBJECT) {
		ret = LDB_SUCCESS; /* it is not there yet */
	}
	talloc_free(tmp_ctx);
	return ret;
}

/* A script may touch ten thousand in one transaction. */
static uint32_t hash_of(const char *object_guid)
{
	return spn_slots_hash(0, spn_str_of(object_guid), false);
}

static struct spn_touched *find_touched(const struct spn_transaction *txn,
					const char *object_guid)
{
	uint32_t number = 0;
	size_t place = 0;

	while (spn_slots_next(&txn->by_guid,
			      hash_of(object_guid),
			      &place,
			      &number))
	{
		struct spn_touched *t = &txn->touched[number];

		if (strcmp(t->object_guid, object_guid) == 0) {
			return t;
		}
	}
	return NULL;
}

/* A new one; NULL when out of memory. */
static struct spn_touched *add_touched(struct spn_transaction *txn,
				       const char *object_guid)
{
	size_t num = txn->num_touched;
	char *guid = talloc_strdup(txn, object_guid);
	struct spn_touched *grown =
		spn_room(txn, txn->touched, num, struct spn_touched);

	if (grown != NULL) {
		txn->touched = grown;
	}
	if (guid == NULL || grown == NULL ||
	    !spn_slots_add(txn, &txn->by_guid, hash_of(guid), (uint32_t)num))
	{
		return NULL;
	}
	txn->touched[num] = (struct spn_touched){.object_guid = guid};
	txn->num_touched++;
	return &txn->touched[num];
}

int spn_transaction_touch_added(struct spn_transaction *txn,
				const char *object_guid,
				bool may_refuse)
{
	struct spn_touched *t = find_touched(txn, object_guid);

	if (t == NULL) {
		t = add_touched(txn, object_guid);
	}
	if (t == NULL) {
		return ldb_oom(txn->store.ldb);
	}
	t->may_refuse |= may_refuse;
	return LDB_SUCCESS;
}

int spn_transaction_touch(struct spn_transaction *txn,
			  struct spn_account *before,
			  bool may_refuse)
{
	struct spn_touched *t = find_touched(txn, before->object_guid);

	if (t == NULL) {
		t = add_touched(txn, before->object_guid);
		if (t == NULL) {
			return ldb_oom(txn->store.ldb);
		}
		t->before = talloc_steal(txn, before);
	}
	t->may_refuse |= may_refuse;
	return LDB_SUCCESS;
}

int spn_transaction_leave_out(struct spn_transaction *txn,
			      const char *object_guid,
			      const struct spn_set *left_out)
{
	struct spn_touched *t = find_touched(txn, object_guid);
	size_t i;

	for (i = 0; t != NULL && i < left_out->num; i++) {
		const struct spn_value *value = &left_out->values[i];
		struct spn_value copy = {};

		if (spn_set_has(&t->left_out, value->key)) {
			continue;
		}
		copy.value = spn_str_dup(txn, value->value);
		copy.key = spn_str_dup(txn, value->key);
		if (copy.value.data == NULL || copy.key.data == NULL ||
		    !spn_set_add(txn, &t->left_out, &copy))
		{
			return ldb_oom(txn->store.ldb);
		}
	}
	return LDB_SUCCESS;
}

/*
 * By far the most transactions touch one account, and leave it where it was:
 * one record instead of an index in every naming context. *_num is 0 where
 * that is not so.
 */
static int read_only_one(struct spn_transaction *txn,
			 TALLOC_CTX *tmp_ctx,
			 struct spn_account ***_accounts,
			 size_t *_num)
{
	const struct spn_touched *t = NULL;
	struct spn_account **accounts = NULL;
	struct ldb_dn *dn = NULL;
	bool deleted = false;
	int ret;

	*_num = 0;
	if (txn->num_touched != 1) {
		return LDB_SUCCESS;
	}
	t = &txn->touched[0];
	if (t->before == NULL || t->object_guid[0] == '\0' ||
	    t->before->dn[0] == '\0') /* renamed from who knows where */
	{
		return LDB_SUCCESS;
	}
	accounts = talloc_zero_array(tmp_ctx, struct spn_account *, 1);
	dn = ldb_dn_new(tmp_ctx, txn->store.ldb, t->before->dn);
	if (accounts == NULL || dn == NULL) {
		return ldb_oom(txn->store.ldb);
	}
	ret = spn_store_account(&txn->store,
				accounts,
				dn,
				&accounts[0],
				&deleted);
	if (ret == LDB_ERR_NO_SUCH_OBJECT) {
		return LDB_SUCCESS; /* moved, or undeleted */
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (!deleted && spn_account_same(accounts[0], t->before)) {
		*_accounts = accounts;
		*_num = 1;
	}
	return LDB_SUCCESS;
}

/* Touched accounts as they are now: deleted ones are gone. */
static int read_after(struct spn_transaction *txn,
		      TALLOC_CTX *tmp_ctx,
		      struct spn_account ***_accounts,
		      size_t *_num)
{
	const char **guids = NULL;
	size_t i;
	int ret = read_only_one(txn, tmp_ctx, _accounts, _num);

	if (ret != LDB_SUCCESS || *_num > 0) {
		return ret;
	}
	guids = talloc_array(tmp_ctx, const char *, txn->num_touched);
	if (guids == NULL) {
		return ldb_oom(txn->store.ldb);
	}
	for (i = 0; i < txn->num_touched; i++) {
		guids[i] = txn->touched[i].object_guid;
	}
	return spn_store_accounts(&txn->store,
				  tmp_ctx,
				  (const char *const *)guids,
				  txn->num_touched,
				  _accounts,
				  _num);
}

/* What the write has changed, and whether the account itself is the caller. */
static int compare_case(struct spn_transaction *txn,
			struct spn_case *cases,
			struct spn_case *c)
{
	return spn_case_compare(c, cases) ? spn_transaction_own(txn, c)
					  : ldb_oom(txn->store.ldb);
}

int spn_transaction_judge_accounts(struct spn_transaction *txn,
				   TALLOC_CTX *tmp_ctx,
				   struct spn_account *const *accounts,
				   size_t num,
				   bool are_touched,
				   struct spn_report *report)
{
	struct spn_partial *index = NULL;
	struct spn_case *cases = NULL;
	int ret = LDB_SUCCESS;
	size_t i;

	index = spn_partial_new(tmp_ctx, spn_store_fold(&txn->store));
	cases = talloc_zero_array(tmp_ctx, struct spn_case, num);
	if (index == NULL || cases == NULL) {
		return ldb_oom(txn->store.ldb);
	}
	for (i = 0; ret == LDB_SUCCESS && i < num; i++) {
		const struct spn_touched *t =
			find_touched(txn, accounts[i]->object_guid);

		if (are_touched && t == NULL) {
			return ldb_operr(txn->store.ldb);
		}
		cases[i] = spn_transaction_case(txn,
						index,
						are_touched ? t->before : NULL,
						accounts[i]);
		if (!spn_partial_add(index, accounts[i])) {
			return ldb_oom(txn->store.ldb);
		}
		if (are_touched) {
			cases[i].left_out = &t->left_out;
			ret = compare_case(txn, cases, &cases[i]);
		}
	}
	return (ret == LDB_SUCCESS) ? spn_store_judge(&txn->store,
						      txn->forest,
						      index,
						      cases,
						      num,
						      report)
				    : ret;
}

/* ISO 8601 with microseconds and offset, as in Samba's JSON logs. */
static char *timestamp(TALLOC_CTX *mem_ctx)
{
	struct timeval now = {};
	struct tm tm = {};
	char date[32] = {};
	char offset[8] = {};

	gettimeofday(&now, NULL);
	if (localtime_r(&now.tv_sec, &tm) == NULL ||
	    strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm) == 0 ||
	    strftime(offset, sizeof(offset), "%z", &tm) == 0)
	{
		return talloc_strdup(mem_ctx, "");
	}
	return talloc_asprintf(mem_ctx,
			       "%s.%06ld%s",
			       date,
			       (long)now.tv_usec,
			       offset);
}

static void log_violation(struct spn_transaction *txn,
			  TALLOC_CTX *tmp_ctx,
			  const struct spn_violation *v,
			  enum spn_log_level level,
			  const char *action)
{
	struct ldb_context *ldb = txn->store.ldb;
	struct spn_log_context context = {
		.mode = spn_mode_text(txn->settings->mode),
		.action = action,
	};

	context.user_sid = spn_session_user_sid(ldb, tmp_ctx);
	context.timestamp = timestamp(tmp_ctx);
	spn_log(ldb, level, spn_violation_log_text(tmp_ctx, v, &context));
	if (spn_log_wants(ldb, SPN_LOG_JSON)) {
		spn_log(ldb,
			SPN_LOG_JSON,
			spn_violation_log_json(tmp_ctx, v, &context));
	}
}

/* Dbcheck and provision are told of in the log, not refused. */
static void spare_trusted(const struct spn_transaction *txn,
			  struct spn_report *report)
{
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		struct spn_violation *v = &report->violations[i];
		const struct spn_touched *t =
			find_touched(txn, v->account->object_guid);

		if (t == NULL || !t->may_refuse) {
			v->level = SPN_LEVEL_WARN;
		}
	}
}

static int refuse(struct spn_transaction *txn,
		  TALLOC_CTX *tmp_ctx,
		  const struct spn_violation *v)
{
	struct ldb_context *ldb = txn->store.ldb;
	char *text = spn_violation_client_text(tmp_ctx, v);

	if (spn_log_wants_refusal(txn->store.ldb)) {
		log_violation(txn, tmp_ctx, v, SPN_LOG_REFUSED, "refused");
	}
	/* Last: whatever is done in between may reset it. */
	ldb_set_errstring(ldb, (text == NULL) ? "0000202F: spn_policy" : text);
	return LDB_ERR_CONSTRAINT_VIOLATION;
}

static const struct spn_violation *find_duplicate(
	const struct spn_report *report)
{
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		const struct spn_violation *v = &report->violations[i];

		if (v->level == SPN_LEVEL_DENY &&
		    strcmp(v->message->rule, "duplicate-spn") == 0)
		{
			return v;
		}
	}
	return NULL;
}

void spn_transaction_explain(struct spn_transaction *txn,
			     struct spn_partial *index,
			     const struct spn_case *c)
{
	TALLOC_CTX *tmp_ctx = talloc_new(txn);
	const char *theirs = ldb_errstring(txn->store.ldb);
	struct spn_report *report = NULL;
	const struct spn_violation *v = NULL;

	if (tmp_ctx == NULL) {
		return;
	}
	report = spn_report_new(tmp_ctx);
	theirs = talloc_strdup(tmp_ctx, (theirs == NULL) ? "" : theirs);
	if (report == NULL || theirs == NULL) {
		talloc_free(tmp_ctx);
		return;
	}
	if (spn_store_judge(&txn->store, txn->forest, index, c, 1, report) ==
	    LDB_SUCCESS)
	{
		v = find_duplicate(report);
	}
	if (v != NULL) {
		refuse(txn, tmp_ctx, v);
	} else {
		ldb_set_errstring(txn->store.ldb, theirs);
	}
	talloc_free(tmp_ctx);
}

void spn_transaction_log(struct spn_transaction *txn,
			 TALLOC_CTX *tmp_ctx,
			 const struct spn_report *report,
			 const char *action,
			 size_t max)
{
	size_t num = report->num_violations;
	size_t i;

	if (!spn_log_wants(txn->store.ldb, SPN_LOG_NOTICE)) {
		return;
	}
	for (i = 0; i < num && i < max; i++) {
		log_violation(txn,
			      tmp_ctx,
			      &report->violations[i],
			      SPN_LOG_NOTICE,
			      action);
	}
	if (num > max) {
		spn_log(txn->store.ldb,
			SPN_LOG_NOTICE,
			talloc_asprintf(tmp_ctx,
					"spn_policy: %zu more violations in "
					"this transaction: run spn-audit",
					num - max));
	}
}

static int judge_now(struct spn_transaction *txn,
		     TALLOC_CTX *tmp_ctx,
		     struct spn_report **_report)
{
	struct spn_account **accounts = NULL;
	size_t num = 0;
	int ret;

	*_report = spn_report_new(tmp_ctx);
	if (*_report == NULL) {
		return ldb_oom(txn->store.ldb);
	}
	ret = read_after(txn, tmp_ctx, &accounts, &num);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return spn_transaction_judge_accounts(txn,
					      tmp_ctx,
					      accounts,
					      num,
					      true,
					      *_report);
}

int spn_transaction_judge(struct spn_transaction *txn,
			  struct spn_report *predicted,
			  bool *_refused)
{
	TALLOC_CTX *tmp_ctx = talloc_new(txn);
	struct spn_report *report = predicted;
	const struct spn_violation *refusal = NULL;
	int ret = LDB_SUCCESS;

	*_refused = false;
	if (tmp_ctx == NULL) {
		return ldb_oom(txn->store.ldb);
	}
	if (report == NULL) {
		ret = judge_now(txn, tmp_ctx, &report);
	}
	if (ret != LDB_SUCCESS) {
		talloc_free(tmp_ctx);
		return ret;
	}
	spare_trusted(txn, report);
	refusal = spn_report_refusal(report);
	if (refusal != NULL) {
		*_refused = true;
		ret = refuse(txn, tmp_ctx, refusal);
	}
	if (refusal == NULL) {
		spn_transaction_log(txn,
				    tmp_ctx,
				    report,
				    "warned",
				    MAX_WARNED);
	}
	talloc_free(tmp_ctx);
	return ret;
}
