/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn_values: an attribute of any shape a client or a server can give it.
 * Run it under memcheck, too.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "store/values.h"

#define ATTR "x"

/* As long as it is, so that memcheck sees a byte too many. */
static void add_bytes(struct ldb_message *msg, const void *bytes, size_t len)
{
	struct ldb_val val = {
		.data = talloc_memdup(msg, bytes, len),
		.length = len,
	};

	assert_int_equal(ldb_msg_add_value(msg, ATTR, &val, NULL),
			 LDB_SUCCESS);
}

static void add_text(struct ldb_message *msg, const char *text)
{
	assert_int_equal(ldb_msg_add_string(msg, ATTR, text), LDB_SUCCESS);
}

static struct ldb_message_element *add_nothing(struct ldb_message *msg)
{
	struct ldb_message_element *el = NULL;

	assert_int_equal(ldb_msg_add_empty(msg, ATTR, 0, &el), LDB_SUCCESS);
	return el;
}

static void assert_absent(const struct ldb_message *msg)
{
	assert_null(spn_values_of(msg, ATTR));
	assert_int_equal(spn_values_first(msg, ATTR).len, 0);
	assert_null(spn_values_first(msg, ATTR).data);
	assert_null(spn_values_text(msg, ATTR));
	assert_int_equal(spn_values_int64(msg, ATTR), 0);
	assert_int_equal(spn_values_uint64(msg, ATTR), 0);
	assert_false(spn_values_bool(msg, ATTR));
	assert_null(spn_values_guid(msg, ATTR));
	assert_int_equal(spn_values_sid(msg, ATTR).len, 0);
}

/* Not there, there without values, and so often that it would be merged. */
static void absent(void **state)
{
	struct ldb_message *msg = ldb_msg_new(NULL);
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_absent(msg);
		add_nothing(msg);
	}
	assert_absent(msg);
	assert_int_equal(spn_values_num(NULL), 0);
	assert_false(spn_values_has(NULL, (struct spn_str){}));
	/* a number of values, and no array of them */
	msg->elements[0].num_values = 7;
	assert_absent(msg);
	talloc_free(msg);
}

/* The first element that has values counts; a name has no case. */
static void first_with_values(void **state)
{
	struct ldb_message *msg = ldb_msg_new(NULL);
	struct ldb_message_element *el = NULL;

	(void)state;
	add_nothing(msg);
	el = add_nothing(msg);
	assert_true(spn_values_room(msg, el, 2));
	assert_true(spn_values_push(el, spn_str_of("42")));
	assert_true(spn_values_push(el, spn_str_of("43")));
	assert_false(spn_values_push(el, spn_str_of("44")));
	assert_ptr_equal(spn_values_of(msg, "X"), el);
	assert_int_equal(spn_values_num(el), 2);
	assert_string_equal(spn_values_text(msg, ATTR), "42");
	assert_int_equal(spn_values_int64(msg, ATTR), 42);
	assert_int_equal(spn_values_uint64(msg, ATTR), 42);
	assert_true(spn_values_has(el, spn_str_of("43")));
	assert_false(spn_values_has(el, spn_str_of("4")));
	assert_int_equal(spn_values_get(el, 2).len, 0);
	assert_int_equal(spn_values_get(el, (size_t)-1).len, 0);
	talloc_free(msg);
}

/* More room leaves the array as it was, for others share it. */
static void room(void **state)
{
	struct ldb_message *msg = ldb_msg_new(NULL);
	struct ldb_message_element copy = {};

	(void)state;
	add_text(msg, "a");
	copy = msg->elements[0];
	assert_false(spn_values_push(&copy, spn_str_of("b")));
	assert_true(spn_values_room(msg, &copy, 1));
	assert_true(spn_values_push(&copy, spn_str_of("b")));
	assert_int_equal(spn_values_num(&copy), 2);
	assert_string_equal(spn_values_get(&copy, 0).data, "a");
	assert_int_equal(spn_values_num(&msg->elements[0]), 1);
	talloc_free(msg);
}

/* All elements of the name become one. */
static void replace(void **state)
{
	struct ldb_message *msg = ldb_msg_new(NULL);

	(void)state;
	add_nothing(msg);
	add_nothing(msg);
	assert_true(spn_values_replace(msg, ATTR, spn_str_of("TRUE")));
	assert_int_equal(msg->num_elements, 1);
	assert_true(spn_values_bool(msg, ATTR));
	assert_true(spn_values_replace(msg, ATTR, (struct spn_str){}));
	assert_string_equal(spn_values_text(msg, ATTR), "");
	talloc_free(msg);
}

/* Any length but the right one is no GUID. */
static void guids(void **state)
{
	static const uint8_t bytes[32] = {1, 2, 3};
	size_t len;

	(void)state;
	for (len = 0; len <= sizeof(bytes); len++) {
		struct ldb_message *msg = ldb_msg_new(NULL);

		add_bytes(msg, bytes, len);
		assert_int_equal(spn_values_guid(msg, ATTR) != NULL,
				 len == SPN_GUID_BYTES);
		talloc_free(msg);
	}
}

/* A SID has as many sub-authorities as it says, no more and no less. */
static void sids(void **state)
{
	static const uint8_t bytes[8 + 4 * 255] =
		{1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2};
	uint8_t all[8 + 4 * 255] = {1, 255};
	size_t len;

	(void)state;
	for (len = 0; len <= 40; len++) {
		struct ldb_message *msg = ldb_msg_new(NULL);

		add_bytes(msg, bytes, len);
		assert_int_equal(spn_values_sid(msg, ATTR).len,
				 (len == 16) ? 16 : 0);
		talloc_free(msg);
	}
	for (len = 0; len <= sizeof(all); len++) {
		struct spn_str some = {.data = (const char *)all, .len = len};

		assert_int_equal(spn_sid_at(some, 0).len,
				 (len == sizeof(all)) ? len : 0);
		assert_int_equal(spn_sid_at(some, len + 1).len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(absent),
		cmocka_unit_test(first_with_values),
		cmocka_unit_test(room),
		cmocka_unit_test(replace),
		cmocka_unit_test(guids),
		cmocka_unit_test(sids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
