/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Searches of ldb by libldap: what is sent of a request, and answers that are
 * wrong in one place only.
 */

#include "lib/ldap_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <ldb_module.h>

#define BYTES(text) {text, sizeof(text) - 1}

static const char *const some[] = {"one", "two", NULL};

/* Sends it, has it answered, and says whether the server was sent that. */
static bool is_sent(struct ldap_world *w,
		    struct ldb_control **controls,
		    struct spn_str bytes)
{
	struct ldb_request *req = ldap_world_ask(w, "DC=a", controls);
	char sent[4096] = "";
	size_t len = 0;

	ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
	assert_int_equal(ldb_request(w->ldb, req), LDB_SUCCESS);
	assert_int_equal(ldb_wait(req->handle, LDB_WAIT_ALL), LDB_SUCCESS);
	len = ldap_world_sent(w, sent, sizeof(sent));
	return memmem(sent, len, bytes.data, bytes.len) != NULL;
}

/* Whether it is critical is said, as what it is about. */
static void test_controls(void **state)
{
	static struct ldb_sd_flags_control sd = {.secinfo_flags = 5};
	static struct ldb_search_options_control options = {
		.search_options = LDB_SEARCH_OPTION_PHANTOM_ROOT,
	};
	static const struct {
		struct ldb_control control;
		struct spn_str bytes;
	} rows[] = {
		{{LDB_CONTROL_SD_FLAGS_OID, 1, &sd},
		 BYTES(LDB_CONTROL_SD_FLAGS_OID
		       "\x01\x01\xff\x04\x05\x30\x03\x02\x01\x05")},
		{{LDB_CONTROL_SD_FLAGS_OID, 0, &sd},
		 BYTES(LDB_CONTROL_SD_FLAGS_OID
		       "\x04\x05\x30\x03\x02\x01\x05")},
		{{LDB_CONTROL_SEARCH_OPTIONS_OID, 1, &options},
		 BYTES(LDB_CONTROL_SEARCH_OPTIONS_OID
		       "\x01\x01\xff\x04\x05\x30\x03\x02\x01\x02")},
		{{LDB_CONTROL_SHOW_DELETED_OID, 1, NULL},
		 BYTES(LDB_CONTROL_SHOW_DELETED_OID "\x01\x01\xff")},
		{{LDB_CONTROL_SHOW_RECYCLED_OID, 1, NULL},
		 BYTES(LDB_CONTROL_SHOW_RECYCLED_OID "\x01\x01\xff")},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ldb_control control = rows[i].control;
		struct ldb_control *controls[] = {&control, NULL};
		void *own = NULL;

		ldap_world_set_up(&own);
		assert_true(is_sent(own, controls, rows[i].bytes));
		ldap_world_tear_down(&own);
	}
	(void)state;
}

static void test_control_without_value(void **state)
{
	struct ldap_world *w = *state;
	struct ldb_control control = {.oid = LDB_CONTROL_SD_FLAGS_OID};
	struct ldb_control *controls[] = {&control, NULL};
	struct ldb_request *req = ldap_world_ask(w, "DC=a", controls);

	assert_int_equal(ldb_request(w->ldb, req), LDB_ERR_OPERATIONS_ERROR);
}

/* None is not all. */
static void test_no_attribute(void **state)
{
	static const char *const nothing[] = {NULL};
	struct ldap_world *w = *state;

	w->attrs = nothing;
	assert_true(is_sent(w,
			    NULL,
			    (struct spn_str)BYTES("\x04\x03"
						  "1.1")));
}

static void test_scopes(void **state)
{
	static const struct {
		enum ldb_scope scope;
		struct spn_str bytes;
	} rows[] = {
		{LDB_SCOPE_BASE, BYTES("DC=a\x0a\x01\x00")},
		{LDB_SCOPE_ONELEVEL, BYTES("DC=a\x0a\x01\x01")},
		{LDB_SCOPE_SUBTREE, BYTES("DC=a\x0a\x01\x02")},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ldap_world *w = NULL;
		void *own = NULL;

		ldap_world_set_up(&own);
		w = own;
		w->scope = rows[i].scope;
		assert_true(is_sent(w, NULL, rows[i].bytes));
		ldap_world_tear_down(&own);
	}
	(void)state;
}

/* An end of which it is not known whether there is more is an error. */
static void test_bad_page(void **state)
{
	static const struct spn_str bad[] = {
		BYTES("\x30\x03\x02\x01\x00"),
		BYTES("\x30\x7f\x02\x01\x00\x04\x00"),
		BYTES("x"),
		{"", 0},
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ldap_world *w = NULL;
		struct spn_str page = {};
		void *own = NULL;

		ldap_world_set_up(&own);
		w = own;
		page = ber_tlv(w,
			       0x30,
			       ber_text(w, LDB_CONTROL_PAGED_RESULTS_OID),
			       ber_tlv(w, 0x04, bad[i], BER_END),
			       BER_END);
		ldap_world_put(w,
			       ldap_message(w,
					    FIRST_ID,
					    ber_tlv(w,
						    0x65,
						    ber_number(w, 0x0a, 0),
						    ber_text(w, ""),
						    ber_text(w, ""),
						    BER_END),
					    ber_tlv(w, 0xa0, page, BER_END)));
		assert_int_equal(ldap_world_run(w, "DC=a"),
				 LDB_ERR_OPERATIONS_ERROR);
		assert_null(w->seen.controls);
		ldap_world_tear_down(&own);
	}
	(void)state;
}

/* Nobody can go where it does not say. */
static void test_bad_reference(void **state)
{
	struct ldap_world *w = *state;

	ldap_world_put(
		w,
		ldap_message(w, FIRST_ID, ber_tlv(w, 0x73, BER_END), BER_END));
	ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_ERR_OPERATIONS_ERROR);
	assert_int_equal(w->seen.num_referrals, 0);
}

static void test_other_answer(void **state)
{
	struct ldap_world *w = *state;

	w->seconds = 5;
	ldap_world_put(w,
		       ldap_message(w,
				    FIRST_ID,
				    ber_tlv(w,
					    0x69, /* of an add */
					    ber_number(w, 0x0a, 0),
					    ber_text(w, ""),
					    ber_text(w, ""),
					    BER_END),
				    BER_END));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_ERR_PROTOCOL_ERROR);
}

static void test_referral_is_told(void **state)
{
	struct ldap_world *w = *state;

	ldap_world_put(w,
		       ldap_message(w,
				    FIRST_ID,
				    ber_tlv(w,
					    0x65,
					    ber_number(w, 0x0a, 10),
					    ber_text(w, ""),
					    ber_text(w, ""),
					    ber_tlv(w,
						    0xa3,
						    ber_text(w,
							     "ldap://b/DC=b"),
						    BER_END),
					    BER_END),
				    BER_END));
	assert_int_equal(ldap_world_run(w, "DC=a"), 10);
	assert_string_equal(ldb_errstring(w->ldb),
			    "LDAP error 10 LDAP_REFERRAL -  <> "
			    "<ldap://b/DC=b>");
}

/* Each would be an entry but for one byte, or one piece. */
static void test_bad_attributes(void **state)
{
	static const struct {
		struct spn_str bytes;
		int result;
	} rows[] = {
		{BYTES("\x30\x08\x04\x01x\x31\x03\x04\x01y"), LDB_SUCCESS},
		{BYTES("\x31\x08\x04\x01x\x31\x03\x04\x01y"),
		 LDB_ERR_OPERATIONS_ERROR},
		{BYTES("\x30\x08\x02\x01x\x31\x03\x04\x01y"),
		 LDB_ERR_OPERATIONS_ERROR},
		{BYTES("\x30\x08\x04\x01x\x30\x03\x04\x01y"),
		 LDB_ERR_OPERATIONS_ERROR},
		{BYTES("\x30\x08\x04\x01x\x31\x03\x02\x01y"),
		 LDB_ERR_OPERATIONS_ERROR},
		{BYTES("\x30\x12\x04\x01x\x31\x03\x04\x01y"
		       "\x30\x08\x04\x01x\x31\x03\x04\x01y"),
		 LDB_ERR_OPERATIONS_ERROR},
		{BYTES("\x30\x0b\x04\x01x\x31\x03\x04\x01y\x04\x01z"),
		 LDB_ERR_OPERATIONS_ERROR},
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct ldap_world *w = NULL;
		void *own = NULL;

		ldap_world_set_up(&own);
		w = own;
		ldap_world_put(w,
			       ldap_entry(w, FIRST_ID, "DC=a", rows[i].bytes));
		ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
		assert_int_equal(ldap_world_run(w, "DC=a"), rows[i].result);
		ldap_world_tear_down(&own);
	}
	(void)state;
}

/* What libldb takes for a name is one, and nothing else. */
static void test_names(void **state)
{
	static const char *const names[] = {
		"DC=a",
		"CN=a b,DC=c",
		"CN=a\\, b,DC=c",
		"cn=#a",
		"1=x",
		"-a=x",
		"=x",
		"a",
		"a,b=c",
		"a=x=y",
		"a=x+b=c",
		"a=x\"y",
		"a=x<y",
		"a=x>y",
		"a=x;b=c",
		"a_b=c",
		"a=x,",
		"a=x,,b=c",
		"a=x,=c",
		"a=x,b",
		"DC=a,-=",
		"\xc3\xa9=c,DC=a",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct ldap_world *w = NULL;
		struct ldb_dn *dn = NULL;
		void *own = NULL;
		bool is_name;

		ldap_world_set_up(&own);
		w = own;
		dn = ldb_dn_new(w, w->ldb, names[i]);
		is_name = ldb_dn_validate(dn);
		ldap_world_put(w,
			       ldap_entry(w,
					  FIRST_ID,
					  names[i],
					  ldap_attribute(w, "b", some)));
		ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
		if ((ldap_world_run(w, "DC=a") == LDB_SUCCESS) != is_name) {
			fail_msg("%s", names[i]);
		}
		ldap_world_tear_down(&own);
	}
	(void)state;
}

/* An element that is not the first one may grow, too. */
static void test_elements_share(void **state)
{
	struct ldap_world *w = *state;
	struct spn_str b = ldap_attribute(w, "b", some);
	struct spn_str c = ldap_attribute(w, "c", some);
	char *both = talloc_size(w, b.len + c.len);

	memcpy(both, b.data, b.len);
	memcpy(both + b.len, c.data, c.len);
	ldap_world_put(w,
		       ldap_entry(w,
				  FIRST_ID,
				  "DC=a",
				  (struct spn_str){both, b.len + c.len}));
	ldap_world_put(w, ldap_done(w, FIRST_ID, 0));
	assert_int_equal(ldap_world_run(w, "DC=a"), LDB_SUCCESS);
	assert_int_equal(ldb_msg_add_string(w->seen.first, "c", "three"),
			 LDB_SUCCESS);
	assert_int_equal(w->seen.first->elements[1].num_values, 3);
	assert_string_equal(
		(const char *)w->seen.first->elements[1].values[1].data,
		"two");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_controls),
		IN_LDAP_WORLD(test_control_without_value),
		IN_LDAP_WORLD(test_no_attribute),
		cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_bad_page),
		IN_LDAP_WORLD(test_bad_reference),
		IN_LDAP_WORLD(test_other_answer),
		IN_LDAP_WORLD(test_referral_is_told),
		cmocka_unit_test(test_bad_attributes),
		cmocka_unit_test(test_names),
		IN_LDAP_WORLD(test_elements_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
