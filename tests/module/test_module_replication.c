/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What replication brings: it passes untouched and is never refused; what is
 * wrong with it is logged when the transaction commits.
 */
#include "lib/fake_stack.h"

#include "lib/fail_allocation.h"

#include <stdlib.h>

#define NOT_CHECKED "were not checked: run spn-audit"
#define COULD_NOT "replicated SPNs could not be checked"

/* As Samba has them, source4/dsdb/samdb/samdb.h. */
struct dsdb_extended_replicated_object {
	struct ldb_message *msg;
	struct {
		uint32_t time_low;
		uint16_t time_mid;
		uint16_t time_hi_and_version;
		uint8_t rest[8];
	} object_guid;
	void *parent_guid;
	const char *when_changed;
	void *meta_data;
	void *last_known_parent;
	void *local_parent_dn;
};

struct dsdb_extended_replicated_objects {
	uint32_t version;
	uint32_t dsdb_repl_flags;
	struct ldb_dn *partition_dn;
	const void *source_dsa;
	const void *uptodateness_vector;
	uint32_t num_objects;
	struct dsdb_extended_replicated_object *objects;
	uint32_t linked_attributes_count;
	void *linked_attributes;
	uint32_t error;
	bool originating_updates;
};

/* The DC's first synchronisation is over, or not. */
static void put_synchronized(struct fake *f, const char *text)
{
	char *change = talloc_asprintf(f, "+isSynchronized %s", text);
	struct ldb_message *msg = fake_message(f, "@ROOTDSE", change);

	assert_int_equal(ldb_add(f->raw, msg), LDB_SUCCESS);
	talloc_free(msg);
	talloc_free(change);
}

static void put_accounts(struct fake *f)
{
	put_synchronized(f, "TRUE");
	fake_put_user(f, "a", "+spn foo/b");
	fake_put_user(f, "b", "+spn foo/old");
	f->trusted = true;
	f->replicated_account = "b";
	f->replicated_spn = "foo/b";
}

static struct dsdb_extended_replicated_objects *no_objects(struct fake *f)
{
	struct dsdb_extended_replicated_objects *objects =
		talloc_zero(f, struct dsdb_extended_replicated_objects);

	assert_non_null(objects);
	objects->version = 3;
	return objects;
}

static struct ldb_val guid_of(struct fake *f, const char *name)
{
	struct ldb_result *res = NULL;
	int ret = ldb_search(f->raw,
			     f,
			     &res,
			     fake_dn(f, f, name),
			     LDB_SCOPE_BASE,
			     NULL,
			     NULL);

	assert_int_equal(ret, LDB_SUCCESS);
	assert_int_equal(res->count, 1);
	return *ldb_msg_find_ldb_val(res->msgs[0], "objectGUID");
}

/* One more object, with these attributes. */
static void bring(struct fake *f,
		  struct dsdb_extended_replicated_objects *objects,
		  const char *name,
		  const char *changes)
{
	struct dsdb_extended_replicated_object *object = NULL;
	struct ldb_val guid = guid_of(f, name);
	const uint8_t *g = guid.data;

	objects->objects =
		talloc_realloc(objects,
			       objects->objects,
			       struct dsdb_extended_replicated_object,
			       objects->num_objects + 1);
	assert_non_null(objects->objects);
	object = &objects->objects[objects->num_objects++];
	*object = (struct dsdb_extended_replicated_object){
		.msg = fake_message(f, name, changes),
	};
	object->object_guid.time_low = (uint32_t)g[0] | (uint32_t)g[1] << 8 |
				       (uint32_t)g[2] << 16 |
				       (uint32_t)g[3] << 24;
	object->object_guid.time_mid = (uint16_t)(g[4] | g[5] << 8);
	object->object_guid.time_hi_and_version = (uint16_t)(g[6] | g[7] << 8);
	memcpy(object->object_guid.rest, g + 8, 8);
}

/* b comes with the SPN that a has here. */
static struct dsdb_extended_replicated_objects *duplicate(struct fake *f)
{
	struct dsdb_extended_replicated_objects *objects = no_objects(f);

	bring(f, objects, "b", "=spn foo/old|foo/b");
	return objects;
}

static int replicate(struct fake *f, void *objects)
{
	return fake_extended(f, FAKE_REPLICATED_OID, objects);
}

static size_t count(const char *text, const char *what)
{
	size_t num = 0;

	for (text = strstr(text, what); text != NULL;
	     text = strstr(text + 1, what))
	{
		num++;
	}
	return num;
}

/* The very same request goes on, and before anything is looked up. */
static void passes_untouched(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_start(f);
	assert_accepted(f, replicate(f, duplicate(f)));
	assert_ptr_equal(f->last_request, f->sent);
	assert_int_equal(f->num_searches, 0);
	assert_int_equal(f->num_callbacks, 1);
	assert_accepted(f, fake_commit(f));
	assert_stored(f, "b", "foo/b|foo/old");
}

/* One line of text and one of JSON, with both DNs. */
static void violation_is_logged(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	assert_accepted(f, replicate(f, duplicate(f)));
	assert_int_equal(count(f->log, "replicated SPN-101: 'foo/b'"), 1);
	assert_int_equal(count(f->log, "\"action\": \"replicated\""), 1);
	assert_int_equal(count(f->log, "\n"), 2);
	assert_int_equal(count(f->log, "CN=a,CN=Users"), 2);
	assert_int_equal(count(f->log, "CN=b,CN=Users"), 2);
	assert_stored(f, "b", "foo/b|foo/old");
}

/* Several objects: each is found at its place in the array. */
static void every_object_is_judged(void **state)
{
	struct fake *f = *state;
	struct dsdb_extended_replicated_objects *objects = NULL;

	put_accounts(f);
	fake_put_user(f, "c", "+spn foo/c|http/half");
	fake_put_user(f, "d", "+spn foo/c|nonsense");
	objects = duplicate(f);
	bring(f, objects, "a", "=description x");
	bring(f, objects, "c", "=spn foo/c|http/half");
	bring(f, objects, "d", "=spn foo/c|nonsense");
	assert_accepted(f, replicate(f, objects));
	assert_int_equal(count(f->log, "replicated SPN-101: 'foo/b' on 'CN=b"),
			 1);
	assert_int_equal(count(f->log, "replicated SPN-101: 'foo/c'"), 2);
	assert_int_equal(count(f->log, "replicated SPN-001: 'nonsense'"), 1);
	assert_int_equal(count(f->log, "replicated SPN-3"), 1);
}

/* What is in order says nothing, nor what did not come. */
static void silence(void **state)
{
	static const char *const changes[] = {
		"=description x",
		"=sAMAccountName b2\n=dNSHostName b.example.com",
		"=spn foo/old",
		"=spn",
	};
	struct fake *f = *state;
	size_t i;

	put_accounts(f);
	fake_put_user(f, "c", "+spn foo/b");
	f->replicated_account = NULL;
	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		struct dsdb_extended_replicated_objects *objects = no_objects(
			f);

		bring(f, objects, "b", changes[i]);
		assert_accepted(f, replicate(f, objects));
		assert_string_equal(f->log, "");
	}
}

/* This DC's own value wins over the one that came: nothing to tell, though
 * it is wrong. */
static void other_side_lost(void **state)
{
	struct fake *f = *state;
	struct dsdb_extended_replicated_objects *objects = no_objects(f);

	put_accounts(f);
	f->replicated_account = NULL;
	fake_put_user(f, "c", "+spn foo/b");
	bring(f, objects, "c", "=spn foo/other");
	assert_accepted(f, replicate(f, objects));
	assert_string_equal(f->log, "");
}

/* An account that is gone again is nobody's business. */
static void gone_by_then(void **state)
{
	struct fake *f = *state;
	struct dsdb_extended_replicated_objects *objects = NULL;

	put_accounts(f);
	objects = duplicate(f);
	assert_int_equal(ldb_delete(f->raw, fake_dn(f, f, "b")), LDB_SUCCESS);
	f->replicated_account = NULL;
	assert_accepted(f, replicate(f, objects));
	assert_string_equal(f->log, "");
}

/* An operation that is cancelled leaves nothing for the next one. */
static void cancelled(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_start(f);
	assert_accepted(f, replicate(f, duplicate(f)));
	fake_cancel(f);
	assert_accepted(f, fake_modify(f, "b", "=description x"));
	assert_string_equal(f->log, "");
}

/* What is not the structure we know is let pass and not looked into. */
static void unknown_data(void **state)
{
	struct fake *f = *state;
	struct dsdb_extended_replicated_objects *objects = NULL;

	put_accounts(f);
	f->replicated_account = NULL;
	fake_change(f, "b", "+spn foo/b");
	objects = duplicate(f);
	talloc_set_name_const(objects, "struct something_else");
	assert_accepted(f, replicate(f, objects));

	objects = duplicate(f);
	objects->version = 4;
	assert_accepted(f, replicate(f, objects));

	objects = duplicate(f);
	objects->num_objects = 2; /* more than there are */
	assert_accepted(f, replicate(f, objects));

	objects = duplicate(f);
	objects->objects = talloc_realloc_size(objects,
					       objects->objects,
					       sizeof(objects->objects[0]) +
						       8);
	assert_accepted(f, replicate(f, objects));

	assert_accepted(f, replicate(f, talloc_named_const(f, 4, "short")));
	assert_accepted(f, replicate(f, NULL));
	assert_accepted(f, fake_extended(f, "1.2.3", duplicate(f)));
	f->trusted = false;
	assert_accepted(f, replicate(f, duplicate(f)));
	assert_string_equal(f->log, "");
}

/* A DC that is being filled has other things to do. */
static void not_synchronized(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	assert_int_equal(ldb_delete(f->raw, fake_dn(f, f, "@ROOTDSE")),
			 LDB_SUCCESS);
	put_synchronized(f, "FALSE");
	assert_accepted(f, replicate(f, duplicate(f)));
	assert_string_equal(f->log, "");
}

/* The limit of a transaction: what is over it is counted, in one line. */
static void limit(void **state)
{
	struct fake *f = *state;
	struct dsdb_extended_replicated_objects *objects = NULL;
	char *many = talloc_strdup(f, "=spn foo/b");
	unsigned i;

	put_accounts(f);
	for (i = 0; i < 99; i++) {
		many = talloc_asprintf_append(many, "|foo/n%u", i);
	}
	objects = no_objects(f);
	bring(f, objects, "b", many);
	bring(f, objects, "a", "=spn foo/b|foo/more");
	assert_accepted(f, replicate(f, objects));
	assert_int_equal(count(f->log, "replicated SPN-101"), 1);
	assert_int_equal(count(f->log, "2 replicated SPNs " NOT_CHECKED), 1);
}

/* Whatever search fails, nothing is refused; one line says so. */
static void failed_searches(void **state)
{
	struct fake *f = *state;
	unsigned n;

	put_accounts(f);
	for (n = 1; n < 60; n++) {
		f->log = talloc_strdup(f, "");
		f->fail_search = n;
		assert_accepted(f, replicate(f, duplicate(f)));
		assert_stored(f, "b", "foo/b|foo/old");
		fake_change(f, "b", "-spn foo/b");
		if (f->fail_search > 0) {
			break; /* there were not that many */
		}
		assert_int_equal(count(f->log, COULD_NOT), 1);
		assert_int_equal(count(f->log, "error: "), 1);
	}
	assert_true(n > 4 && n < 60);
	assert_int_equal(count(f->log, "replicated SPN-101"), 1);
}

/* Whatever allocation fails, nothing is refused and something is said. */
static void no_memory(void **state)
{
	struct fake *f = *state;
	bool failed = true;
	unsigned n;

	put_accounts(f);
	for (n = 1; failed; n++) {
		struct dsdb_extended_replicated_objects *objects = duplicate(
			f);
		int ret;

		TALLOC_FREE(f->log);
		f->log = talloc_strdup(f, "");
		fail_allocation(n);
		ret = replicate(f, objects);
		failed = fail_allocation_happened();
		assert_accepted(f, ret);
		assert_stored(f, "b", "foo/b|foo/old");
		assert_string_not_equal(f->log, "");
		fake_change(f, "b", "-spn foo/b");
		talloc_free(objects);
	}
	assert_true(n > 50);
	assert_int_equal(count(f->log, "replicated SPN-101"), 1);
}

/* A client's write in the same transaction is judged for itself. */
static void refused_besides(void **state)
{
	struct fake *f = *state;

	put_accounts(f);
	fake_put_user(f, "c", "");
	fake_start(f);
	assert_accepted(f, replicate(f, duplicate(f)));
	assert_accepted(f, fake_modify(f, "c", "+spn foo/old"));
	assert_refused(f, fake_commit(f), DUPLICATE);
	assert_stored(f, "b", "foo/old");
	assert_null(strstr(f->log, "replicated"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(passes_untouched),
		fake_test(violation_is_logged),
		fake_test(every_object_is_judged),
		fake_test(silence),
		fake_test(other_side_lost),
		fake_test(gone_by_then),
		fake_test(cancelled),
		fake_test(unknown_data),
		fake_test(not_synchronized),
		fake_test(limit),
		fake_test(failed_searches),
		fake_test(no_memory),
		fake_test(refused_besides),
	};

	/* Otherwise the module would find talloc before us. */
	setenv("LDB_MODULES_DISABLE_DEEPBIND", "1", 1);
	return fake_run(tests);
}
