/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two DCs that give the same SPN away at the same time make a duplicate, on
 * any AD and without a word. A DC without this module lets through what it
 * likes. It all arrives here as one extended operation; the objects themselves
 * are written below us, where no module above sees it.
 *
 * Only servicePrincipalName is looked at: who was renamed elsewhere had his
 * SPNs rewritten there, and they come along. An attribute is replicated as a
 * whole, so old values come again with each new one. They are judged again:
 * what they were here before is not asked, it would cost another search.
 *
 * Replication holds the one write transaction of the DC, and a first or full
 * synchronisation brings everything there is. So there is a limit to what
 * is looked at in one transaction; an audit is for the rest.
 */
#include "spn_replication.h"

#include <stdio.h>
#include <string.h>

#include "policy/room.h"
#include "spn_log.h"
#include "spn_request.h"
#include "spn_transaction.h"

#define REPLICATED_OBJECTS_OID "1.3.6.1.4.1.7165.4.4.1"
#define REPLICATED_VERSION 3

/* So that a full synchronisation, 400 objects a transaction, is not slowed by
 * more than 5 %: tests/bench/first_sync.py. */
#define MAX_VALUES 100
/* A value can be wrong in more than one way. */
#define MAX_LOGGED ((size_t)2 * MAX_VALUES)

/*
 * The beginnings of struct dsdb_extended_replicated_objects and, in full, of
 * struct dsdb_extended_replicated_object: source4/dsdb/samdb/samdb.h, which is
 * private. The same from Samba 4.17 to 4.22.
 */
struct replicated_guid {
	uint32_t time_low;
	uint16_t time_mid;
	uint16_t time_hi_and_version;
	uint8_t rest[8];
};

struct replicated_object {
	const struct ldb_message *msg; /* attributes that changed */
	struct replicated_guid guid;
	const void *parent_guid;
	const char *when_changed;
	const void *meta_data;
	const void *last_known_parent;
	const void *local_parent_dn;
};

struct replicated_objects {
	uint32_t version;
	uint32_t flags;
	const void *partition_dn;
	const void *source_dsa;
	const void *uptodateness_vector;
	uint32_t num_objects;
	const struct replicated_object *objects;
};

struct spn_replicated {
	struct spn_account **accounts; /* objectGUID and SPNs, no more */
	size_t num_accounts;
	size_t num_values;
	size_t num_left_out; /* values, too */
};

/* NULL for whatever does not look like what we know. */
static const struct replicated_objects *replicated_objects_of(
	struct ldb_request *req)
{
	const struct replicated_objects *found = req->op.extended.data;

	if (strcmp(req->op.extended.oid, REPLICATED_OBJECTS_OID) != 0 ||
	    ldb_req_is_untrusted(req) || found == NULL ||
	    strcmp(talloc_get_name(found),
		   "struct dsdb_extended_replicated_objects") != 0 ||
	    talloc_get_size(found) < sizeof(*found) ||
	    found->version != REPLICATED_VERSION || found->num_objects == 0)
	{
		return NULL;
	}
	/* Another size of an object: it is not the array we know. */
	if (found->objects == NULL ||
	    talloc_get_size(found->objects) % sizeof(*found->objects) != 0 ||
	    talloc_get_size(found->objects) / sizeof(*found->objects) <
		    found->num_objects)
	{
		return NULL;
	}
	return found;
}

static const struct ldb_message_element *spns_of(const struct ldb_message *msg)
{
	unsigned i;

	for (i = 0; msg != NULL && i < msg->num_elements; i++) {
		if (spn_request_is_spns(&msg->elements[i]) &&
		    spn_values_num(&msg->elements[i]) > 0)
		{
			return &msg->elements[i];
		}
	}
	return NULL;
}

static struct spn_account *brought_account(
	const struct spn_store *store,
	TALLOC_CTX *mem_ctx,
	const struct replicated_guid *g,
	const struct ldb_message_element *spns)
{
	struct spn_fold fold = spn_store_fold(store);
	struct spn_account *account = NULL;
	char guid[37] = {};
	size_t i;

	snprintf(guid,
		 sizeof(guid),
		 "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
		 g->time_low,
		 g->time_mid,
		 g->time_hi_and_version,
		 g->rest[0],
		 g->rest[1],
		 g->rest[2],
		 g->rest[3],
		 g->rest[4],
		 g->rest[5],
		 g->rest[6],
		 g->rest[7]);
	account = spn_account_new(mem_ctx, guid);
	for (i = 0; account != NULL && i < spn_values_num(spns); i++) {
		if (!spn_account_add(account, &fold, spn_values_get(spns, i)))
		{
			TALLOC_FREE(account);
		}
	}
	return account;
}

/* False when there is no room, in the limit or in memory. */
static bool remember(const struct spn_store *store,
		     struct spn_replicated *replicated,
		     const struct replicated_object *object,
		     const struct ldb_message_element *spns)
{
	struct spn_account **accounts = NULL;
	struct spn_account *account = NULL;

	if (spn_values_num(spns) > MAX_VALUES - replicated->num_values) {
		return false;
	}
	accounts = spn_room(replicated,
			    replicated->accounts,
			    replicated->num_accounts,
			    struct spn_account *);
	if (accounts == NULL) {
		return false;
	}
	replicated->accounts = accounts;
	account = brought_account(store, replicated, &object->guid, spns);
	if (account == NULL) {
		return false;
	}
	accounts[replicated->num_accounts++] = account;
	replicated->num_values += spn_values_num(spns);
	return true;
}

void spn_replication_note(struct ldb_module *module,
			  TALLOC_CTX *mem_ctx,
			  struct ldb_request *req,
			  struct spn_replicated **_replicated)
{
	struct spn_store store = {
		.ldb = ldb_module_get_ctx(module),
		.module = module,
	};
	const struct replicated_objects *objects = replicated_objects_of(req);
	uint32_t i;

	for (i = 0; objects != NULL && i < objects->num_objects; i++) {
		const struct replicated_object *object = &objects->objects[i];
		const struct ldb_message_element *spns = spns_of(object->msg);

		if (spns == NULL) {
			continue;
		}
		if (*_replicated == NULL) {
			*_replicated = talloc_zero(mem_ctx,
						   struct spn_replicated);
		}
		if (*_replicated == NULL) {
			spn_log(store.ldb, SPN_LOG_ERROR, NULL);
			return;
		}
		if (!remember(&store, *_replicated, object, spns)) {
			(*_replicated)->num_left_out += spn_values_num(spns);
		}
	}
}

/* A DC that is still being filled for the first time sees nothing but
 * replication; a join writes this when it is complete. */
static int read_synchronized(const struct spn_store *store,
			     TALLOC_CTX *tmp_ctx,
			     bool *_synchronized)
{
	static const char *const attrs[] = {"isSynchronized", NULL};
	struct ldb_result *res = NULL;
	struct spn_search search = {
		.base = ldb_dn_new(tmp_ctx, store->ldb, "@ROOTDSE"),
		.scope = LDB_SCOPE_BASE,
		.filter = "(isSynchronized=TRUE)",
		.attrs = attrs,
	};
	int ret;

	if (search.base == NULL) {
		return ldb_oom(store->ldb);
	}
	ret = spn_store_search(store, tmp_ctx, &search, &res);
	if (ret == LDB_SUCCESS) {
		*_synchronized = (res->count == 1);
	}
	return ret;
}

/* The accounts as they are now, and what the rules say to them. */
static int judge_replicated(struct spn_transaction *txn,
			    TALLOC_CTX *tmp_ctx,
			    const struct spn_replicated *replicated,
			    struct spn_report *report)
{
	size_t num = replicated->num_accounts;
	const char **guids = talloc_array(tmp_ctx, const char *, num);
	struct spn_account **accounts = NULL;
	size_t i;
	int ret;

	if (guids == NULL) {
		return ldb_oom(txn->store.ldb);
	}
	for (i = 0; i < num; i++) {
		guids[i] = replicated->accounts[i]->object_guid;
	}
	ret = spn_store_accounts(&txn->store,
				 tmp_ctx,
				 guids,
				 num,
				 &accounts,
				 &num);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return spn_transaction_judge_accounts(txn,
					      tmp_ctx,
					      accounts,
					      num,
					      false,
					      report);
}

static bool was_brought(const struct spn_replicated *replicated,
			const struct spn_violation *v)
{
	size_t i;
	size_t j;

	for (i = 0; i < replicated->num_accounts; i++) {
		const struct spn_account *account = replicated->accounts[i];

		if (!spn_account_same(account, v->account)) {
			continue;
		}
		for (j = 0; j < account->spns.num; j++) {
			struct spn_str value = account->spns.values[j].value;

			if (value.len == v->spn.len &&
			    memcmp(value.data, v->spn.data, value.len) == 0)
			{
				return true;
			}
		}
	}
	return false;
}

/* What this DC itself has given the account is none of replication's. */
static void keep_brought(const struct spn_replicated *replicated,
			 struct spn_report *report)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < report->num_violations; i++) {
		if (was_brought(replicated, &report->violations[i])) {
			report->violations[num++] = report->violations[i];
		}
	}
	report->num_violations = num;
}

static int judge(struct ldb_module *module,
		 const char *mode,
		 TALLOC_CTX *tmp_ctx,
		 const struct spn_replicated *replicated)
{
	struct spn_store store = {
		.ldb = ldb_module_get_ctx(module),
		.module = module,
	};
	const struct spn_config *config = NULL;
	struct spn_transaction *txn = NULL;
	struct spn_report *report = NULL;
	bool synchronized = false;
	int ret = read_synchronized(&store, tmp_ctx, &synchronized);

	if (ret != LDB_SUCCESS || !synchronized) {
		return ret;
	}
	report = spn_report_new(tmp_ctx);
	if (report == NULL) {
		return ldb_oom(store.ldb);
	}
	ret = spn_config_read(&store, tmp_ctx, mode, NULL, &config);
	if (ret == LDB_SUCCESS) {
		ret = spn_transaction_new(tmp_ctx, &store, config, &txn);
	}
	if (ret == LDB_SUCCESS) {
		ret = judge_replicated(txn, tmp_ctx, replicated, report);
	}
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	keep_brought(replicated, report);
	/* Each of them: who runs the DCs has to find them all. */
	spn_transaction_log(txn, tmp_ctx, report, "replicated", MAX_LOGGED);
	if (replicated->num_left_out > 0) {
		spn_log(store.ldb,
			SPN_LOG_NOTICE,
			talloc_asprintf(tmp_ctx,
					"spn_policy: %zu replicated SPNs were "
					"not checked: run spn-audit",
					replicated->num_left_out));
	}
	return LDB_SUCCESS;
}

void spn_replication_judge(struct ldb_module *module,
			   const char *mode,
			   struct spn_replicated *replicated)
{
	struct ldb_context *ldb = ldb_module_get_ctx(module);
	TALLOC_CTX *tmp_ctx = NULL;
	int ret = LDB_ERR_OPERATIONS_ERROR;

	if (replicated == NULL) {
		return;
	}
	tmp_ctx = talloc_new(replicated);
	if (tmp_ctx != NULL) {
		ret = judge(module, mode, tmp_ctx, replicated);
	}
	if (ret != LDB_SUCCESS) {
		spn_log(ldb,
			SPN_LOG_ERROR,
			talloc_asprintf(replicated,
					"spn_policy: replicated SPNs could "
					"not be checked, run spn-audit: %s",
					ldb_strerror(ret)));
	}
	talloc_free(tmp_ctx);
}
