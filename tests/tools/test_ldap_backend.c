/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Searches of ldb by libldap: what comes of answers that are good, and of
 * those that are none.
 */

#include "lib/ldap_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <ldb_module.h>
#include <sys/socket.h>

static const char *const some[] = {"one", "", "two", NULL};
static const char *const none[] = {NULL};

static struct spn_str some_attributes(TALLOC_CTX *mem_ctx)
{
	struct spn_str both = ber_tlv(mem_ctx,
				      0x30,
				      ldap_attribute(mem_ctx, "b", some),
				      ldap_attribute(mem_ctx, "a", none),
				      BER_END);

	/* without the header that it was given */
	return (struct spn_str){both.data + 6, both.len - 6};
}

/* Values and their order are as they came, and end with a NUL. */
static void test_entry(void **state)
{
	struct ldap_world *w = *state;
	const struct ldb_message_element *el = NULL;

	ldap_world_put(
		w,
		ldap_entry(w, FIRST_ID, "CN=x,DC=a", some_attributes(w)));
	ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_SUCCESS);
	assert_int_equal(w->seen.num_entries, 1);
	assert_string_equal(ldb_dn_get_linearized(w->seen.first->dn),
			    "CN=x,DC=a");
	assert_int_equal(w->seen.first->num_elements, 2);
	el = w->seen.first->elements;
	assert_string_equal(el[0].name, "b");
	assert_int_equal(el[0].num_values, 3);
	assert_int_equal(el[0].values[1].length, 0);
	assert_non_null(el[0].values[1].data);
	assert_int_equal(el[0].values[2].length, 3);
	assert_string_equal((const char *)el[0].values[2].data, "two");
	assert_string_equal(el[1].name, "a");
	assert_int_equal(el[1].num_values, 0);
}

/* ldb's own functions may change such a message. */
static void test_message_may_grow(void **state)
{
	struct ldap_world *w = *state;

	ldap_world_put(
		w,
		ldap_entry(w, FIRST_ID, "CN=x,DC=a", some_attributes(w)));
	ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_SUCCESS);
	assert_int_equal(ldb_msg_add_string(w->seen.first, "b", "three"),
			 LDB_SUCCESS);
	assert_int_equal(ldb_msg_add_string(w->seen.first, "c", "new"),
			 LDB_SUCCESS);
	ldb_msg_remove_attr(w->seen.first, "a");
	assert_int_equal(w->seen.first->num_elements, 2);
	assert_int_equal(w->seen.first->elements[0].num_values, 4);
	assert_string_equal(
		(const char *)w->seen.first->elements[0].values[3].data,
		"three");
}

static void test_bad_name(void **state)
{
	struct ldap_world *w = *state;

	ldap_world_put(w,
		       ldap_entry(w, FIRST_ID, "no name", some_attributes(w)));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_ERR_OPERATIONS_ERROR);
	assert_non_null(strstr(ldb_errstring(w->ldb), "cannot be read"));
}

/* Lengths that do not fit into each other. */
static void test_bad_attributes(void **state)
{
	static const char *const bad[] = {
		"\x30",
		"\x30\x7f",
		"\x30\x03\x04\x01x",
		"\x30\x05\x04\x01x\x31\x7f",
		"\x30\x05\x04\x01x\x31\x02\x04\x7f",
		"\x30\x07\x04\x01x\x31\x02\x04\x01y",
		"\x31\x05\x04\x01x\x31\x01\x04",
		"\x30\x06\x02\x01x\x31\x01\x04\x01",
		"\x30\x80\x04\x01x",
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ldap_world *w = NULL;
		void *own = NULL;

		ldap_world_set_up(&own);
		w = own;
		ldap_world_put(w,
			       ldap_entry(w,
					  FIRST_ID,
					  "DC=a",
					  (struct spn_str){bad[i],
							   strlen(bad[i])}));
		assert_int_equal(ldap_world_run(w, "DC=a"),
				 LDB_ERR_OPERATIONS_ERROR);
		assert_int_equal(w->seen.num_entries, 0);
		assert_int_equal(w->seen.num_ends, 1);
		ldap_world_tear_down(&own);
	}
	(void)state;
}

static void test_error(void **state)
{
	struct ldap_world *w = *state;

	ldap_world_put(w, ldap_done(w, FIRST_ID, LDB_ERR_NO_SUCH_OBJECT));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_ERR_NO_SUCH_OBJECT);
	assert_string_equal(ldb_errstring(w->ldb),
			    "LDAP error 32 LDAP_NO_SUCH_OBJECT - DC=matched "
			    "<why> <>");
	ldap_world_put(w, ldap_done(w, FIRST_ID + 1, 4095));
	assert_int_equal(ldap_world_run(w, "DC=a"), 4095);
	assert_non_null(strstr(ldb_errstring(w->ldb), "LDAP error 4095 unkn"));
	ldap_world_put(w, ldap_done(w, FIRST_ID + 2, -1));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_ERR_OPERATIONS_ERROR);
}

/* That the socket takes them. */
#define NUM_REFERRALS 100

static void test_referrals(void **state)
{
	struct ldap_world *w = *state;
	size_t i;

	for (i = 0; i < NUM_REFERRALS; i++) {
		ldap_world_put(
			w,
			ldap_message(w,
				     FIRST_ID,
				     ber_tlv(w,
					     0x73,
					     ber_text(w, "ldap://b/DC=b"),
					     ber_text(w, "ldap://c/DC=b"),
					     BER_END),
				     BER_END));
	}
	ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_SUCCESS);
	assert_int_equal(w->seen.num_referrals, NUM_REFERRALS);
	assert_string_equal(w->seen.referral, "ldap://b/DC=b");
}

/* In both directions. */
static void test_page(void **state)
{
	struct ldap_world *w = *state;
	struct ldb_paged_control page = {.size = 5};
	struct ldb_control control = {
		.oid = LDB_CONTROL_PAGED_RESULTS_OID,
		.critical = 1,
		.data = &page,
	};
	struct ldb_control *controls[] = {&control, NULL};
	const struct ldb_paged_control *answer = NULL;
	struct ldb_request *req = ldap_world_ask(w, "DC=a", controls);
	struct spn_str value = ber_tlv(w,
				       0x30,
				       ber_number(w, 0x02, 77),
				       ber_text(w, "cookie"),
				       BER_END);
	struct spn_str sent =
		ber_tlv(w,
			0xa0,
			ber_tlv(w, 0x30, ber_text(w, "1.2.3"), BER_END),
			ber_tlv(w,
				0x30,
				ber_text(w, LDB_CONTROL_PAGED_RESULTS_OID),
				ber_tlv(w, 0x04, value, BER_END),
				BER_END),
			BER_END);
	char request[4096] = "";
	ssize_t len;

	ldap_world_put(w,
		       ldap_message(w,
				    FIRST_ID,
				    ber_tlv(w,
					    0x65,
					    ber_number(w, 0x0a, 0),
					    ber_text(w, ""),
					    ber_text(w, ""),
					    BER_END),
				    sent));
	assert_int_equal(ldb_request(w->ldb, req), LDB_SUCCESS);
	assert_int_equal(ldb_wait(req->handle, LDB_WAIT_ALL), LDB_SUCCESS);
	assert_non_null(w->seen.controls);
	assert_null(w->seen.controls[1]);
	answer = talloc_get_type(w->seen.controls[0]->data,
				 struct ldb_paged_control);
	assert_non_null(answer);
	assert_int_equal(answer->size, 77);
	assert_int_equal(answer->cookie_len, 6);
	assert_memory_equal(answer->cookie, "cookie", 6);
	len = read(w->server, request, sizeof(request));
	assert_in_range(len, 1, sizeof(request));
	assert_non_null(memmem(request,
			       (size_t)len,
			       "\x30\x05\x02\x01\x05\x04\x00",
			       7));
	/* ... and the filter as it was meant */
	assert_non_null(memmem(request,
			       (size_t)len,
			       "\x80\x02\x00"
			       "a",
			       4));
}

static void test_controls(void **state)
{
	struct ldap_world *w = *state;
	struct ldb_control unknown = {.oid = "1.2.3"};
	struct ldb_control *controls[] = {&unknown, NULL};
	struct ldb_request *req = ldap_world_ask(w, "DC=a", controls);

	ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
	assert_int_equal(ldb_request(w->ldb, req), LDB_SUCCESS);
	assert_int_equal(ldb_wait(req->handle, LDB_WAIT_ALL), LDB_SUCCESS);
	unknown.critical = 1;
	req = ldap_world_ask(w, "DC=a", controls);
	assert_int_equal(ldb_request(w->ldb, req),
			 LDB_ERR_UNSUPPORTED_CRITICAL_EXTENSION);
}

/* A callback that has enough is left alone, and the next search goes on. */
static void test_callback_fails(void **state)
{
	struct ldap_world *w = *state;
	int i;

	w->seen.fails_at = 2;
	for (i = 0; i < 5; i++) {
		ldap_world_put(
			w,
			ldap_entry(w, FIRST_ID, "DC=a", some_attributes(w)));
	}
	ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_ERR_BUSY);
	assert_int_equal(w->seen.num_entries, 2);
	assert_int_equal(w->seen.num_ends, 0);
	/* message ids: the search, its abandon, this one */
	ldap_world_put(w, ldap_done(w, FIRST_ID + 2, 0));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_SUCCESS);
	assert_int_equal(w->seen.num_entries, 2);
}

static void test_freed_early(void **state)
{
	struct ldap_world *w = *state;
	struct ldb_request *req = ldap_world_ask(w, "DC=a", NULL);

	assert_int_equal(ldb_request(w->ldb, req), LDB_SUCCESS);
	talloc_free(req);
	ldap_world_put(w, ldap_entry(w, FIRST_ID, "DC=a", some_attributes(w)));
	ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
	ldap_world_put(w, ldap_done(w, FIRST_ID + 2, 0));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_SUCCESS);
	assert_int_equal(w->seen.num_entries, 0);
	assert_int_equal(w->seen.num_ends, 1);
}

/* Answers in another order, and the last one never. */
static void test_at_once(void **state)
{
	struct ldap_world *w = *state;
	struct ldb_request *a = ldap_world_ask(w, "DC=a", NULL);
	struct ldb_request *b = ldap_world_ask(w, "DC=b", NULL);

	assert_int_equal(ldb_request(w->ldb, a), LDB_SUCCESS);
	assert_int_equal(ldb_request(w->ldb, b), LDB_SUCCESS);
	ldap_world_put(
		w,
		ldap_entry(w, FIRST_ID + 1, "DC=b", some_attributes(w)));
	ldap_world_put(w, ldap_entry(w, FIRST_ID, "DC=a", some_attributes(w)));
	ldap_world_put(w, ldap_done(w, FIRST_ID + 1, LDB_ERR_BUSY));
	assert_int_equal(ldb_wait(b->handle, LDB_WAIT_ALL), LDB_ERR_BUSY);
	assert_int_equal(w->seen.num_entries, 2);
	assert_int_equal(w->seen.num_ends, 1);
	close(w->server);
	assert_int_equal(ldb_wait(a->handle, LDB_WAIT_ALL),
			 LDB_ERR_OPERATIONS_ERROR);
	/* It is not connected anew. */
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_ERR_OPERATIONS_ERROR);
	w->server = -1;
}

/* In the middle of a message. */
static void test_lost(void **state)
{
	struct ldap_world *w = *state;
	struct spn_str entry =
		ldap_entry(w, FIRST_ID, "DC=a", some_attributes(w));
	struct spn_str half = {entry.data, entry.len / 2};
	struct ldb_request *req = ldap_world_ask(w, "DC=a", NULL);

	ldap_world_put(w, entry);
	ldap_world_put(w, half);
	assert_int_equal(ldb_request(w->ldb, req), LDB_SUCCESS);
	close(w->server);
	w->server = -1;
	assert_int_equal(ldb_wait(req->handle, LDB_WAIT_ALL),
			 LDB_ERR_OPERATIONS_ERROR);
	assert_non_null(strstr(ldb_errstring(w->ldb), "lost"));
	assert_int_equal(w->seen.num_entries, 1);
}

static void test_junk(void **state)
{
	static const struct spn_str junk[] = {
		{"\x30\x84\x7f\xff\xff\xff\x02", 7},
		{"\x30\x80\x02\x01\x02", 5},
		{"HTTP/1.1 400 Bad Request\r\n", 26},
		{"\x30\x03\x04\x01\x03", 5},
		{"\x30\x03\x02\x01\x03", 5},
		{"\0\0\0\0\0\0\0\0", 8},
		{"\x30\xff\xff\xff\xff\xff\xff\xff\xff", 9},
	};
	size_t i;

	for (i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		struct ldb_request *req = NULL;
		struct ldap_world *w = NULL;
		void *own = NULL;

		ldap_world_set_up(&own);
		w = own;
		ldap_world_put(w, junk[i]);
		req = ldap_world_ask(w, "DC=a", NULL);
		assert_int_equal(ldb_request(w->ldb, req), LDB_SUCCESS);
		shutdown(w->server, SHUT_RDWR);
		assert_int_equal(ldb_wait(req->handle, LDB_WAIT_ALL),
				 LDB_ERR_OPERATIONS_ERROR);
		ldap_world_tear_down(&own);
	}
	(void)state;
}

static void test_time(void **state)
{
	struct ldap_world *w = *state;
	struct ldb_request *req = ldap_world_ask(w, "DC=a", NULL);

	ldb_set_timeout(w->ldb, req, 1);
	assert_int_equal(ldb_request(w->ldb, req), LDB_SUCCESS);
	assert_int_equal(ldb_wait(req->handle, LDB_WAIT_ALL),
			 LDB_ERR_TIME_LIMIT_EXCEEDED);
}

static void test_only_reads(void **state)
{
	struct ldap_world *w = *state;
	struct ldb_message *msg = ldb_msg_new(w);

	msg->dn = ldb_dn_new(msg, w->ldb, "DC=a");
	assert_int_equal(
		ldb_msg_add_empty(msg, "cn", LDB_FLAG_MOD_DELETE, NULL),
		LDB_SUCCESS);
	assert_int_equal(ldb_modify(w->ldb, msg),
			 LDB_ERR_UNWILLING_TO_PERFORM);
	assert_int_equal(ldb_delete(w->ldb, msg->dn),
			 LDB_ERR_UNWILLING_TO_PERFORM);
}

/* Records that only a file has. */
static void test_special(void **state)
{
	struct ldap_world *w = *state;

	assert_int_equal(ldap_world_run(w, "@MODULES"), LDB_SUCCESS);
	assert_int_equal(w->seen.num_entries, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_LDAP_WORLD(test_entry),
		IN_LDAP_WORLD(test_message_may_grow),
		IN_LDAP_WORLD(test_bad_name),
		cmocka_unit_test(test_bad_attributes),
		IN_LDAP_WORLD(test_error),
		IN_LDAP_WORLD(test_referrals),
		IN_LDAP_WORLD(test_page),
		IN_LDAP_WORLD(test_controls),
		IN_LDAP_WORLD(test_callback_fails),
		IN_LDAP_WORLD(test_freed_early),
		IN_LDAP_WORLD(test_at_once),
		IN_LDAP_WORLD(test_lost),
		cmocka_unit_test(test_junk),
		IN_LDAP_WORLD(test_time),
		IN_LDAP_WORLD(test_only_reads),
		IN_LDAP_WORLD(test_special),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
