/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Searches. In the module they start below it with no parent request, so
 * they run as system whoever the client is; in a tool they go through the
 * whole stack, or over LDAP, with the rights of whoever runs it.
 */
#include "store.h"

#include "policy/room.h"

/* How many alternatives one search may have. libldb holds each object that it
 * finds against all of them, and one more search costs as much as some sixty
 * comparisons; those about one host/NAME are better not parted. */
#define MAX_ACCOUNTS 16
#define MAX_QUESTIONS 64

/* Enough for every chain of names; more would be a loop. */
#define MAX_ROUNDS 16

/* Private to Samba: a special record of that naming context's own file. */
#define CONTROL_CURRENT_PARTITION "1.3.6.1.4.1.7165.4.3.2"
struct dsdb_control_current_partition {
	uint32_t version; /* 1 */
	struct ldb_dn *dn;
};

static int name_partition(const struct spn_store *store,
			  const struct spn_search *search,
			  struct ldb_request *req)
{
	struct dsdb_control_current_partition *partition =
		talloc_zero(req, struct dsdb_control_current_partition);

	if (partition == NULL) {
		return ldb_oom(store->ldb);
	}
	partition->version = 1;
	partition->dn = search->partition;
	return ldb_request_add_control(req,
				       CONTROL_CURRENT_PARTITION,
				       false,
				       partition);
}

static int add_controls(const struct spn_store *store,
			const struct spn_search *search,
			struct ldb_request *req)
{
	struct ldb_search_options_control *options = NULL;
	int ret = LDB_SUCCESS;

	if (store->module != NULL) {
		ret = ldb_request_add_control(req,
					      LDB_CONTROL_AS_SYSTEM_OID,
					      false,
					      NULL);
	}
	if (ret == LDB_SUCCESS && search->base == NULL) {
		/* A fresh one each time: the partition module writes to it. */
		options = talloc_zero(req, struct ldb_search_options_control);
		if (options == NULL) {
			return ldb_oom(store->ldb);
		}
		options->search_options = LDB_SEARCH_OPTION_PHANTOM_ROOT;
		ret = ldb_request_add_control(req,
					      LDB_CONTROL_SEARCH_OPTIONS_OID,
					      false,
					      options);
	}
	if (ret == LDB_SUCCESS && search->deleted) {
		ret = ldb_request_add_control(req,
					      LDB_CONTROL_SHOW_RECYCLED_OID,
					      false,
					      NULL);
	}
	if (ret == LDB_SUCCESS && search->partition != NULL) {
		ret = name_partition(store, search, req);
	}
	return ret;
}

static int build_search(const struct spn_store *store,
			TALLOC_CTX *mem_ctx,
			const struct spn_search *search,
			struct ldb_result *res,
			struct ldb_request **_req)
{
	struct ldb_dn *base = search->base;
	const char *filter = search->filter;

	if (base == NULL) {
		base = ldb_dn_new(mem_ctx, store->ldb, NULL);
	}
	if (base == NULL || res == NULL) {
		return ldb_oom(store->ldb);
	}
	return ldb_build_search_req(_req,
				    store->ldb,
				    mem_ctx,
				    base,
				    search->scope,
				    (filter == NULL) ? "(objectClass=*)"
						     : filter,
				    search->attrs,
				    NULL,
				    res,
				    ldb_search_default_callback,
				    NULL);
}

int spn_store_search(const struct spn_store *store,
		     TALLOC_CTX *mem_ctx,
		     const struct spn_search *search,
		     struct ldb_result **_res)
{
	TALLOC_CTX *tmp_ctx = talloc_new(mem_ctx);
	struct ldb_result *res = NULL;
	struct ldb_request *req = NULL;
	int ret;

	if (tmp_ctx == NULL) {
		return ldb_oom(store->ldb);
	}
	res = talloc_zero(tmp_ctx, struct ldb_result);
	ret = build_search(store, tmp_ctx, search, res, &req);
	if (ret != LDB_SUCCESS || req == NULL) {
		talloc_free(tmp_ctx);
		return (ret != LDB_SUCCESS) ? ret : ldb_operr(store->ldb);
	}
	LDB_REQ_SET_LOCATION(req);
	ret = add_controls(store, search, req);
	if (ret == LDB_SUCCESS) {
		ret = (store->module != NULL)
			      ? ldb_next_request(store->module, req)
			      : ldb_request(store->ldb, req);
	}
	if (ret == LDB_SUCCESS) {
		ret = ldb_wait(req->handle, LDB_WAIT_ALL);
	}
	if (ret == LDB_SUCCESS) {
		*_res = talloc_move(mem_ctx, &res);
	}
	talloc_free(tmp_ctx);
	return ret;
}

int spn_store_account(const struct spn_store *store,
		      TALLOC_CTX *mem_ctx,
		      struct ldb_dn *dn,
		      struct spn_account **_account,
		      bool *_deleted)
{
	struct ldb_result *res = NULL;
	int ret;

	ret = spn_store_search(store,
			       mem_ctx,
			       &(struct spn_search){
				       .base = dn,
				       .scope = LDB_SCOPE_BASE,
				       .attrs = spn_store_attrs,
				       .deleted = true,
			       },
			       &res);
	if (ret == LDB_SUCCESS && (res == NULL || res->count == 0)) {
		ret = LDB_ERR_NO_SUCH_OBJECT;
	}
	if (ret == LDB_SUCCESS) {
		ret = spn_store_account_of(store,
					   mem_ctx,
					   res->msgs[0],
					   _account,
					   _deleted);
	}
	talloc_free(res);
	return ret;
}

/* One attribute of an object, deleted or not. */
static int read_one(const struct spn_store *store,
		    TALLOC_CTX *mem_ctx,
		    struct ldb_dn *dn,
		    const char *attr,
		    struct ldb_result **_res)
{
	const char *const attrs[] = {attr, NULL};
	int ret = spn_store_search(store,
				   mem_ctx,
				   &(struct spn_search){
					   .base = dn,
					   .scope = LDB_SCOPE_BASE,
					   .attrs = attrs,
					   .deleted = true,
				   },
				   _res);

	return (ret == LDB_SUCCESS && (*_res == NULL || (*_res)->count == 0))
		       ? LDB_ERR_NO_SUCH_OBJECT
		       : ret;
}

int spn_store_object_guid(const struct spn_store *store,
			  TALLOC_CTX *mem_ctx,
			  struct ldb_dn *dn,
			  const char **_guid)
{
	struct ldb_result *res = NULL;
	int ret = read_one(store, mem_ctx, dn, "objectGUID", &res);

	if (ret == LDB_SUCCESS) {
		*_guid = spn_store_guid_text(mem_ctx, res->msgs[0]);
		ret = (*_guid == NULL) ? ldb_oom(store->ldb) : LDB_SUCCESS;
	}
	talloc_free(res);
	return ret;
}

int spn_store_object_sid(const struct spn_store *store,
			 TALLOC_CTX *mem_ctx,
			 struct ldb_dn *dn,
			 struct spn_str *_sid)
{
	struct ldb_result *res = NULL;
	int ret = read_one(store, mem_ctx, dn, "objectSid", &res);

	*_sid = (struct spn_str){};
	if (ret == LDB_SUCCESS) {
		/* The bytes go with the result, which stays on mem_ctx. */
		*_sid = spn_values_sid(res->msgs[0], "objectSid");
	}
	return ret;
}

/* A text that is grown into "(|(a=b)(a=c)...)" and searched for. */
struct alternatives {
	const struct spn_store *store;
	struct ldb_dn *base; /* NULL: every naming context */
	const char *except;  /* "(!(c=d))...": what need not be found; or "" */
	char *filter;	     /* NULL while it is empty */
	size_t num;
	size_t most; /* in one search */
	int (*found)(struct alternatives *alt, const struct ldb_message *msg);
	void *private_data;
	TALLOC_CTX *accounts_ctx; /* where found accounts are allocated */
};

static int search_alternatives(struct alternatives *alt)
{
	const struct spn_store *store = alt->store;
	struct ldb_result *res = NULL;
	char *filter = NULL;
	unsigned i;
	int ret;

	if (alt->num == 0) {
		return LDB_SUCCESS;
	}
	filter = talloc_asprintf(alt->accounts_ctx,
				 (alt->except[0] == '\0') ? "%s(|%s)"
							  : "(&%s(|%s))",
				 alt->except,
				 alt->filter);
	TALLOC_FREE(alt->filter);
	alt->num = 0;
	if (filter == NULL) {
		return ldb_oom(store->ldb);
	}
	ret = spn_store_search(store,
			       alt->accounts_ctx,
			       &(struct spn_search){
				       .base = alt->base,
				       .scope = LDB_SCOPE_SUBTREE,
				       .filter = filter,
				       .attrs = spn_store_attrs,
			       },
			       &res);
	for (i = 0; ret == LDB_SUCCESS && res != NULL && i < res->count; i++) {
		ret = alt->found(alt, res->msgs[i]);
	}
	talloc_free(res);
	talloc_free(filter);
	return ret;
}

/* One more "(attr=value)"; searches when there are enough of them. */
static int add_alternative(struct alternatives *alt,
			   const char *attr,
			   struct ldb_val value)
{
	TALLOC_CTX *mem_ctx = alt->accounts_ctx;
	char *escaped = ldb_binary_encode(mem_ctx, value);

	if (escaped != NULL) {
		alt->filter = (alt->filter == NULL)
				      ? talloc_strdup(mem_ctx, "")
				      : alt->filter;
		alt->filter = talloc_asprintf_append_buffer(alt->filter,
							    "(%s=%s)",
							    attr,
							    escaped);
	}
	if (escaped == NULL || alt->filter == NULL) {
		return ldb_oom(alt->store->ldb);
	}
	talloc_free(escaped);
	if (++alt->num < alt->most) {
		return LDB_SUCCESS;
	}
	return search_alternatives(alt);
}

/* A growing array of accounts. */
struct account_list {
	TALLOC_CTX *mem_ctx;
	struct spn_account **accounts;
	size_t num_accounts;
};

static int append_account(struct alternatives *alt,
			  const struct ldb_message *msg)
{
	struct account_list *list = alt->private_data;
	struct spn_account **accounts = NULL;
	struct spn_account *account = NULL;
	int ret = spn_store_account_of(alt->store,
				       list->mem_ctx,
				       msg,
				       &account,
				       NULL);

	if (ret != LDB_SUCCESS) {
		return ret;
	}
	accounts = spn_room(list->mem_ctx,
			    list->accounts,
			    list->num_accounts,
			    struct spn_account *);
	if (accounts == NULL) {
		return ldb_oom(alt->store->ldb);
	}
	list->accounts = accounts;
	accounts[list->num_accounts++] = talloc_move(accounts, &account);
	return LDB_SUCCESS;
}

int spn_store_accounts(const struct spn_store *store,
		       TALLOC_CTX *mem_ctx,
		       const char *const *object_guids,
		       size_t num_guids,
		       struct spn_account ***_accounts,
		       size_t *_num)
{
	struct account_list list = {.mem_ctx = mem_ctx};
	struct alternatives alt = {
		.store = store,
		.except = "",
		.most = MAX_ACCOUNTS,
		.found = append_account,
		.private_data = &list,
		.accounts_ctx = mem_ctx,
	};
	int ret = LDB_SUCCESS;
	size_t i;

	for (i = 0; ret == LDB_SUCCESS && i < num_guids; i++) {
		uint8_t bytes[SPN_GUID_BYTES] = {};
		struct ldb_val value = {.data = bytes,
					.length = sizeof(bytes)};

		if (!spn_guid_bytes(spn_str_of(object_guids[i]), bytes)) {
			return ldb_operr(store->ldb);
		}
		ret = add_alternative(&alt, "objectGUID", value);
	}
	if (ret == LDB_SUCCESS) {
		ret = search_alternatives(&alt);
	}
	if (ret == LDB_SUCCESS) {
		*_accounts = list.accounts;
		*_num = list.num_accounts;
	}
	return ret;
}

static int add_to_index(struct alternatives *alt,
			const struct ldb_message *msg)
{
	struct spn_partial *index = alt->private_data;
	struct spn_account *account = NULL;
	char *guid = spn_store_guid_text(index, msg);
	bool known = false;
	int ret;

	if (guid == NULL) {
		return ldb_oom(alt->store->ldb);
	}
	known = spn_partial_has(index, guid);
	talloc_free(guid);
	if (known) {
		return LDB_SUCCESS; /* as it was before, perhaps */
	}
	ret = spn_store_holder_of(alt->store, index, index, msg, &account);
	if (ret == LDB_SUCCESS && !spn_partial_add_found(index, account)) {
		ret = ldb_oom(alt->store->ldb);
	}
	return ret;
}

/* Its hundred thousand SPNs would be read to find that they are known. */
static const char *except_large(TALLOC_CTX *mem_ctx,
				const struct spn_partial *index)
{
	const struct spn_account *account = spn_partial_large(index, 0);
	char *except = talloc_strdup(mem_ctx, "");
	size_t n;

	for (n = 1; except != NULL && account != NULL; n++) {
		const char *object_guid = account->object_guid;
		uint8_t bytes[SPN_GUID_BYTES] = {};
		struct ldb_val guid = {.data = bytes, .length = sizeof(bytes)};
		char *escaped = NULL;

		account = spn_partial_large(index, n);
		if (!spn_guid_bytes(spn_str_of(object_guid), bytes)) {
			continue; /* it is being added */
		}
		escaped = ldb_binary_encode(mem_ctx, guid);
		except = (escaped == NULL)
				 ? NULL
				 : talloc_asprintf_append(except,
							  "(!(objectGUID=%s))",
							  escaped);
		talloc_free(escaped);
	}
	return except;
}

/* All of these in one search of base; NULL: of every naming context. */
static int look_up(const struct spn_store *store,
		   struct spn_partial *index,
		   struct ldb_dn *base,
		   const struct spn_question *questions,
		   size_t num_questions)
{
	static const char *const attrs[] = {
		[SPN_ASK_SPN] = "servicePrincipalName",
		[SPN_ASK_COMPUTER] = "sAMAccountName",
		[SPN_ASK_SPN_IN_DOMAINS] = "servicePrincipalName",
		[SPN_ASK_CN] = "cn",
	};
	struct alternatives alt = {
		.store = store,
		.base = base,
		.except = except_large(index, index),
		.most = MAX_QUESTIONS,
		.found = add_to_index,
		.private_data = index,
		.accounts_ctx = index,
	};
	int ret = (alt.except == NULL) ? ldb_oom(store->ldb) : LDB_SUCCESS;
	size_t i;

	for (i = 0; ret == LDB_SUCCESS && i < num_questions; i++) {
		ret = add_alternative(&alt,
				      attrs[questions[i].kind],
				      spn_values_val(questions[i].text));
	}
	return (ret == LDB_SUCCESS) ? search_alternatives(&alt) : ret;
}

/*
 * An alternative costs three times as much in every naming context as in the
 * domain's alone, and a search as much as four alternatives. So what is asked
 * of the domains goes along with the rest, or, when it is much, by itself; or
 * the domain is searched alone, when there is no rest. In a forest of several
 * domains only the one search finds them all.
 */
static int look_up_all(const struct spn_store *store,
		       const struct spn_forest *forest,
		       struct spn_partial *index,
		       bool *_anywhere)
{
	static const size_t much = 5;
	const char **domains = forest->dns_suffixes;
	const struct spn_question *questions = NULL;
	size_t num_anywhere = 0;
	size_t num = 0;
	int ret;

	questions = spn_partial_open_questions(index, &num);
	while (num_anywhere < num &&
	       questions[num_anywhere].kind == SPN_ASK_SPN)
	{
		num_anywhere++;
	}
	*_anywhere = domains[0] == NULL || domains[1] != NULL ||
		     (num_anywhere > 0 && num - num_anywhere < much);
	if (*_anywhere) {
		return look_up(store, index, NULL, questions, num);
	}
	ret = look_up(store, index, NULL, questions, num_anywhere);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	return look_up(store,
		       index,
		       ldb_get_default_basedn(store->ldb),
		       questions + num_anywhere,
		       num - num_anywhere);
}

int spn_store_answer(const struct spn_store *store,
		     struct spn_forest *forest,
		     struct spn_partial *index)
{
	bool anywhere = false;
	int ret = look_up_all(store, forest, index, &anywhere);

	if (ret == LDB_SUCCESS && spn_partial_wants_suffixes(index)) {
		ret = spn_store_suffixes(store, forest);
	}
	if (ret == LDB_SUCCESS && !spn_partial_answered(index, anywhere)) {
		ret = ldb_oom(store->ldb);
	}
	return ret;
}

static bool is_answered(struct spn_partial *index)
{
	size_t num = 0;

	spn_partial_open_questions(index, &num);
	return num == 0 && !spn_partial_wants_suffixes(index);
}

int spn_store_resolve(const struct spn_store *store,
		      struct spn_forest *forest,
		      struct spn_partial *index,
		      bool (*examine)(void *private_data),
		      void *private_data)
{
	size_t round;

	for (round = 0; round < MAX_ROUNDS; round++) {
		int ret;

		if (!examine(private_data)) {
			return ldb_oom(store->ldb);
		}
		if (is_answered(index)) {
			return LDB_SUCCESS;
		}
		ret = spn_store_answer(store, forest, index);
		if (ret != LDB_SUCCESS) {
			return ret;
		}
	}
	return ldb_operr(store->ldb);
}

struct trial {
	const struct spn_case *cases;
	size_t num_cases;
	struct spn_report *report;
};

static bool judge_all(void *private_data)
{
	struct trial *trial = private_data;
	size_t i;

	TALLOC_FREE(trial->report->violations);
	trial->report->num_violations = 0;
	for (i = 0; i < trial->num_cases; i++) {
		if (!spn_rules_judge(&trial->cases[i], trial->report)) {
			return false;
		}
	}
	return true;
}

int spn_store_judge(const struct spn_store *store,
		    struct spn_forest *forest,
		    struct spn_partial *index,
		    const struct spn_case *cases,
		    size_t num_cases,
		    struct spn_report *report)
{
	struct trial trial = {
		.cases = cases,
		.num_cases = num_cases,
		.report = report,
	};

	if (num_cases == 0) {
		return LDB_SUCCESS;
	}
	return spn_store_resolve(store, forest, index, judge_all, &trial);
}
