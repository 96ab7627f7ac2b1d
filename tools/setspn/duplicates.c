/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * -X in one pass. Every value is kept once, folded, with a hash; accounts that
 * have the same one are a chain behind the first. A local database is read
 * without Samba's modules. Of a server nothing is asked but SPNs: what else it
 * sends costs more than all that is done with it. Who may share an SPN with
 * others is asked before, of the few that have it.
 */
#include "setspn.h"

#include "common/arena.h"
#include "directory/fold.h"
#include "directory/source.h"
#include "policy/quick_fold.h"
#include "policy/room.h"
#include "policy/slots.h"
#include "policy/quote.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NOTHING UINT32_MAX

struct record {
	struct spn_str value; /* as stored */
	struct spn_str key;
	const char *dn;
	uint32_t next; /* same key, another account; NOTHING: the last */
	bool is_first;
	bool is_shared; /* of krbtgt: no duplicate */
};

struct table {
	struct setspn *s;
	struct ldb_context *ldb; /* how values compare */
	TALLOC_CTX *pool;
	struct spn_arena arena; /* of pool */
	struct setspn_sharing sharing;
	struct spn_fold narrow;
	struct spn_fold fold;
	struct record *records;
	size_t num;
	size_t num_entries;
	size_t num_accounts;
	const struct audit_source *source; /* NULL: a server */
	struct spn_slots by_key;
	const char **contexts;		     /* DNs of all naming contexts */
	const struct spn_mappings *mappings; /* NULL without --aliases */
};

static bool start(struct table *table)
{
	struct spn_quick_fold *quick = NULL;

	talloc_free(table->pool);
	table->pool = talloc_new(table->s->mem_ctx);
	table->records = NULL;
	table->num = 0;
	table->num_entries = 0;
	table->num_accounts = 0;
	table->by_key = (struct spn_slots){};
	table->arena = (struct spn_arena){};
	if (table->pool == NULL) {
		return false;
	}
	table->narrow = spn_store_fold(&(struct spn_store){.ldb = table->ldb});
	quick = spn_quick_fold_new(table->pool, &table->narrow);
	if (quick == NULL) {
		return false;
	}
	table->fold = spn_quick_fold(quick);
	return true;
}

static void start_again(void *private_data)
{
	struct table *table = private_data;

	/* Without memory the next entry finds no pool. */
	if (!start(table)) {
		TALLOC_FREE(table->pool);
	}
}

/* The first record with that key, or NULL. */
static struct record *find(const struct table *table, struct spn_str key)
{
	uint32_t hash = spn_slots_hash(0, key, false);
	uint32_t number = 0;
	size_t place = 0;

	while (spn_slots_next(&table->by_key, hash, &place, &number)) {
		struct record *record = &table->records[number];

		if (spn_str_equal(record->key, key)) {
			return record;
		}
	}
	return NULL;
}

/* Behind the first one; false in *_new if the account is there. */
static void link_behind(struct table *table,
			struct record *first,
			const char *dn,
			bool *_new)
{
	struct record *record = first;

	*_new = true;
	while (true) {
		if (record->dn == dn) {
			*_new = false;
			return;
		}
		if (record->next == NOTHING) {
			break;
		}
		record = &table->records[record->next];
	}
	record->next = (uint32_t)table->num;
}

static bool add_value(struct table *table,
		      const char *dn,
		      const struct ldb_message *msg,
		      struct spn_str value)
{
	struct record record = {
		.dn = dn,
		.next = NOTHING,
		.is_shared = setspn_is_shared(&table->sharing, dn, msg, value),
	};
	struct record *first = NULL;
	bool is_new = true;

	if (table->num == talloc_array_length(table->records)) {
		table->records = talloc_realloc(table->pool,
						table->records,
						struct record,
						2 * table->num + 1024);
		if (table->records == NULL) {
			return false;
		}
	}
	if (!spn_arena_copy(table->pool,
			    &table->arena,
			    value,
			    &record.value) ||
	    !spn_arena_fold(table->pool,
			    &table->arena,
			    &table->fold,
			    record.value,
			    &record.key))
	{
		return false;
	}
	first = find(table, record.key);
	record.is_first = first == NULL;
	if (first != NULL) {
		link_behind(table, first, dn, &is_new);
	} else if (!spn_slots_add(table->pool,
				  &table->by_key,
				  spn_slots_hash(0, record.key, false),
				  (uint32_t)table->num))
	{
		return false;
	}
	if (is_new) {
		table->records[table->num++] = record;
	}
	return true;
}

/* dn is in that naming context, or in one below it. */
static bool ends_with(const char *dn, const char *context)
{
	size_t dn_len = strlen(dn);
	size_t len = strlen(context);

	return dn_len >= len && strcasecmp(dn + dn_len - len, context) == 0 &&
	       (dn_len == len || dn[dn_len - len - 1] == ',');
}

/* The naming context it is in is one that was asked for. */
static bool is_in_scope(const struct table *table, const char *dn)
{
	const char *longest = NULL;
	size_t i;

	if (table->contexts == NULL) {
		return true; /* the search has seen to that */
	}
	for (i = 0; table->contexts[i] != NULL; i++) {
		const char *context = table->contexts[i];

		if (ends_with(dn, context) &&
		    (longest == NULL || strlen(context) > strlen(longest)))
		{
			longest = context;
		}
	}
	for (i = 0; longest != NULL && i < table->s->num_targets; i++) {
		struct ldb_dn *target = table->s->targets[i]->dn;

		if (strcasecmp(ldb_dn_get_linearized(target), longest) == 0) {
			return true;
		}
	}
	return false;
}

/* To ask for the time is not free. */
#define STEP 64

static void say_progress(struct table *table)
{
	const struct audit_source *source = table->source;
	struct spn_progress *progress = table->s->progress;

	if (table->num_entries++ % STEP != 0 || !spn_progress_is_due(progress))
	{
		return;
	}
	spn_progress_say(progress,
			 "reading",
			 (source == NULL || source->share == NULL)
				 ? -1
				 : source->share(source),
			 table->num_accounts,
			 "accounts");
}

static int take_entry(void *private_data, const struct ldb_message *msg)
{
	struct table *table = private_data;
	const struct ldb_message_element *el =
		spn_values_of(msg, "servicePrincipalName");
	struct spn_str kept = {};
	const char *dn = NULL;
	size_t i;

	if (table->pool == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	say_progress(table);
	if (el == NULL || spn_values_bool(msg, "isDeleted")) {
		return LDB_SUCCESS;
	}
	dn = ldb_dn_get_linearized(msg->dn);
	if (dn == NULL || !is_in_scope(table, dn)) {
		return LDB_SUCCESS;
	}
	table->num_accounts++;
	if (!spn_arena_copy(table->pool, &table->arena, spn_str_of(dn), &kept))
	{
		return LDB_ERR_OPERATIONS_ERROR;
	}
	for (i = 0; i < spn_values_num(el); i++) {
		if (!add_value(table, kept.data, msg, spn_values_get(el, i))) {
			return LDB_ERR_OPERATIONS_ERROR;
		}
	}
	return LDB_SUCCESS;
}

/* ---------------------------------------------------------------- reading */

static int read_search(struct table *table)
{
	static const char *const attrs[] = {"servicePrincipalName", NULL};
	const struct setspn_search search = {
		.filter = "(servicePrincipalName=*)",
		.attrs = attrs,
		.entry = take_entry,
		.restart = start_again,
		.private_data = table,
	};
	int status = setspn_read_sharing(table->s, &table->sharing);

	return (status == SETSPN_DONE) ? setspn_search(table->s, &search)
				       : status;
}

static int no_source(const struct setspn *s, const char *reason)
{
	spn_connect_message(s->connect,
			    "%s",
			    (reason == NULL) ? "out of memory" : reason);
	return SETSPN_CANNOT_RUN;
}

static int read_files(struct table *table, const char *path)
{
	struct setspn *s = table->s;
	const struct audit_stream stream = {
		.spare = AUDIT_SPARE_FACTS | AUDIT_SPARE_RIGHTS |
			 AUDIT_SPARE_GROUPS | AUDIT_SPARE_ZONES,
		.entry = take_entry,
		.restart = start_again,
		.private_data = table,
	};
	struct audit_source *source = NULL;
	const char *reason = NULL;

	if (!s->plan->forest) {
		table->contexts = s->server->naming_contexts;
	}
	TALLOC_FREE(s->store.ldb);
	if (!audit_source_files(s->mem_ctx,
				s->connect,
				path,
				&source,
				&reason))
	{
		return no_source(s, reason);
	}
	table->ldb = source->ldb;
	table->source = source;
	if (!start(table)) {
		return setspn_out_of_memory(s);
	}
	if (!source->read(source, s->mem_ctx, &stream, &reason)) {
		return no_source(s, reason);
	}
	return SETSPN_DONE;
}

static int read_all(struct table *table)
{
	const char *url = spn_connect_url(table->s->connect);
	const char *path = (url == NULL) ? NULL : spn_connect_local_path(url);

	if (path != NULL) {
		return read_files(table, path);
	}
	table->ldb = table->s->store.ldb;
	if (!start(table)) {
		return setspn_out_of_memory(table->s);
	}
	return read_search(table);
}

/* --------------------------------------------------------------- printing */

static int compare_records(const void *a, const void *b)
{
	const struct record *const *left = a;
	const struct record *const *right = b;

	return spn_str_compare((*left)->key, (*right)->key);
}

static int compare_texts(const void *a, const void *b)
{
	const char *const *left = a;
	const char *const *right = b;

	return strcmp(*left, *right);
}

/* The DNs of a chain, in order. */
static bool print_accounts(const struct table *table,
			   const struct record *record)
{
	const char **dns = NULL;
	size_t num = 0;
	size_t i;

	while (true) {
		dns = spn_room(table->pool, dns, num, const char *);
		if (dns == NULL) {
			return false;
		}
		dns[num++] = record->dn;
		if (record->next == NOTHING) {
			break;
		}
		record = &table->records[record->next];
	}
	qsort(dns, num, sizeof(dns[0]), compare_texts);
	for (i = 0; i < num; i++) {
		setspn_item_text(dns[i]);
	}
	talloc_free(dns);
	setspn_say("%s", "");
	return true;
}

/* By two accounts at least, and not by krbtgt alone. */
static bool is_duplicate(const struct table *table,
			 const struct record *record)
{
	bool all_share = record->is_shared;

	if (record->next == NOTHING) {
		return false;
	}
	while (all_share && record->next != NOTHING) {
		record = &table->records[record->next];
		all_share = record->is_shared;
	}
	return !all_share;
}

/* What stands in for a record's SPN and is held by other accounts only; NULL
 * if there is no such clash. */
static bool clash_of(const struct table *table,
		     const struct record *record,
		     const struct record **_other)
{
	struct spn spn = {};
	struct spn_str key = {};
	const char *target = NULL;
	const char *text = NULL;
	const struct record *other = NULL;

	*_other = NULL;
	if (spn_parse(record->value, &spn) != SPN_SYNTAX_OK ||
	    !spn_is_plain(&spn))
	{
		return true;
	}
	target = spn_mappings_target(table->mappings, spn.service_class);
	if (target == NULL) {
		return true;
	}
	text = spn_format(table->pool, spn_str_of(target), spn.host_name);
	if (text == NULL ||
	    !spn_fold_text(&table->fold, table->pool, spn_str_of(text), &key))
	{
		return false;
	}
	other = find(table, key);
	*_other = other;
	while (other != NULL) {
		if (other->dn == record->dn) {
			*_other = NULL;
		}
		other = (other->next == NOTHING)
				? NULL
				: &table->records[other->next];
	}
	return true;
}

static bool print_duplicates(const struct table *table,
			     const struct record **firsts,
			     size_t num,
			     size_t *_groups)
{
	size_t i;

	for (i = 0; i < num; i++) {
		char *text = NULL;

		if (!is_duplicate(table, firsts[i])) {
			continue;
		}
		text = setspn_head(table->pool, firsts[i]->value);
		if (text == NULL) {
			return false;
		}
		setspn_say(SETSPN_REGISTERED_ON, text);
		if (!print_accounts(table, firsts[i])) {
			return false;
		}
		(*_groups)++;
	}
	return true;
}

static bool print_aliases(const struct table *table,
			  const struct record **firsts,
			  size_t num,
			  size_t *_groups)
{
	size_t i;

	for (i = 0; i < num; i++) {
		const struct record *other = NULL;
		char *text = setspn_head(table->pool, firsts[i]->value);

		if (text == NULL || !clash_of(table, firsts[i], &other)) {
			return false;
		}
		if (other == NULL) {
			continue;
		}
		setspn_say(SETSPN_ALIASED_ON,
			   text,
			   setspn_head(table->pool, other->value));
		setspn_item_text(firsts[i]->dn);
		if (!print_accounts(table, other)) {
			return false;
		}
		(*_groups)++;
	}
	return true;
}

/* First records in order. False when out of memory. */
static bool sort(const struct table *table,
		 const struct record ***_firsts,
		 size_t *_num)
{
	const struct record **firsts = talloc_array(table->pool,
						    const struct record *,
						    table->num);
	size_t num = 0;
	size_t i;

	for (i = 0; firsts != NULL && i < table->num; i++) {
		const struct record *record = &table->records[i];

		if (record->is_first &&
		    (record->next != NOTHING || table->mappings != NULL))
		{
			firsts[num++] = record;
		}
	}
	if (num > 0) {
		qsort(firsts, num, sizeof(const void *), compare_records);
	}
	*_firsts = firsts;
	*_num = num;
	return firsts != NULL;
}

static int print_all(const struct table *table)
{
	const struct setspn *s = table->s;
	const struct record **firsts = NULL;
	size_t num = 0;
	size_t groups = 0;
	size_t aliases = 0;

	if (!sort(table, &firsts, &num)) {
		return setspn_out_of_memory(s);
	}
	setspn_say_scope(s);
	if (!s->plan->quiet) {
		setspn_say(SETSPN_PROCESSING, (size_t)0);
	}
	if (!print_duplicates(table, firsts, num, &groups)) {
		return setspn_out_of_memory(s);
	}
	if (table->mappings != NULL &&
	    !print_aliases(table, firsts, num, &aliases))
	{
		return setspn_out_of_memory(s);
	}
	if (table->mappings != NULL) {
		setspn_say(SETSPN_FOUND_ALIASES, aliases);
	}
	setspn_say(SETSPN_FOUND_GROUPS, groups);
	return (groups + aliases > 0) ? SETSPN_NO : SETSPN_DONE;
}

int setspn_duplicates(struct setspn *s)
{
	struct table table = {.s = s};
	struct spn_forest *forest = NULL;
	int status = SETSPN_DONE;

	if (s->plan->aliases) {
		status = setspn_read_forest(s, s->mem_ctx, &forest);
	}
	if (status != SETSPN_DONE) {
		return status;
	}
	if (forest != NULL) {
		table.mappings = forest->mappings;
	}
	status = read_all(&table);
	spn_progress_wipe(s->progress);
	return (status == SETSPN_DONE) ? print_all(&table) : status;
}
