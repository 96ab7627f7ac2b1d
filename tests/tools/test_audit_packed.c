/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Records as libldb packs them: what is wanted of them is what libldb says,
 * and what is damaged is left to it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "directory/packed.h"

static const char *const wanted[] = {
	"servicePrincipalName",
	"cn",
	"sAMAccountName",
	"nTSecurityDescriptor",
	"objectSid",
	NULL,
};

struct world {
	TALLOC_CTX *mem_ctx;
	struct ldb_context *ldb;
	struct audit_packed *packed;
};

static int setup(void **state)
{
	struct world *w = talloc_zero(NULL, struct world);

	w->mem_ctx = talloc_new(w);
	w->ldb = ldb_init(w, NULL);
	w->packed = audit_packed_new(w, wanted);
	assert_non_null(w->packed);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	talloc_free(*state);
	return 0;
}

static bool is_wanted(const char *name)
{
	size_t i;

	for (i = 0; wanted[i] != NULL; i++) {
		if (ldb_attr_cmp(wanted[i], name) == 0) {
			return true;
		}
	}
	return false;
}

/* The same values in the same order as libldb says, and nothing else. */
static void expect_same(struct world *w,
			const struct ldb_message *msg,
			const struct ldb_val *bytes)
{
	struct ldb_message *other = ldb_msg_new(w->mem_ctx);
	unsigned at = 0;
	unsigned i;
	size_t j;

	assert_int_equal(ldb_unpack_data_flags(w->ldb, bytes, other, 0), 0);
	assert_string_equal(ldb_dn_get_linearized(msg->dn),
			    ldb_dn_get_linearized(other->dn));
	for (i = 0; i < other->num_elements; i++) {
		const struct ldb_message_element *theirs = &other->elements[i];
		const struct ldb_message_element *ours = NULL;

		if (!is_wanted(theirs->name)) {
			continue;
		}
		assert_true(at < msg->num_elements);
		ours = &msg->elements[at++];
		assert_int_equal(ldb_attr_cmp(ours->name, theirs->name), 0);
		assert_int_equal(spn_values_num(ours), spn_values_num(theirs));
		for (j = 0; j < spn_values_num(ours); j++) {
			struct spn_str value = spn_values_get(ours, j);

			assert_true(spn_str_equal(value,
						  spn_values_get(theirs, j)));
			assert_int_equal(value.data[value.len], 0);
		}
	}
	assert_int_equal(at, msg->num_elements);
	talloc_free(other);
}

static enum audit_packed_result read_it(struct world *w,
					const struct ldb_val *bytes)
{
	struct ldb_message *msg = ldb_msg_new(w->mem_ctx);
	enum audit_packed_result result =
		audit_packed_read(w->packed, w->ldb, bytes, msg);

	if (result == AUDIT_PACKED_DONE) {
		expect_same(w, msg, bytes);
	} else {
		assert_int_equal(msg->num_elements, 0);
		assert_null(msg->dn);
	}
	talloc_free(msg);
	return result;
}

static void add(struct ldb_message *msg, const char *name, size_t len)
{
	char *value = talloc_array(msg, char, len + 1);
	struct ldb_val val = {.length = len};

	memset(value, 'x', len);
	value[len] = '\0';
	val.data = (uint8_t *)value;
	assert_int_equal(ldb_msg_add_value(msg, name, &val, NULL), 0);
}

/* Lengths of one byte, of two and of four; other cases of names. */
static struct ldb_val pack(struct world *w, size_t num_spns, uint32_t format)
{
	struct ldb_message *msg = ldb_msg_new(w->mem_ctx);
	struct ldb_val bytes = {};
	size_t i;

	msg->dn = ldb_dn_new(msg, w->ldb, "CN=a,DC=example");
	add(msg, "CN", 1);
	add(msg, "sn", 5);
	add(msg, "nTSecurityDescriptor", 700);
	add(msg, "objectSic", 28);
	add(msg, "jpegPhoto", 70000);
	add(msg, "objectSid", 0);
	for (i = 0; i < num_spns; i++) {
		add(msg, "serviceprincipalname", i % 300);
		add(msg, "servicePrincipalNam0", i % 300);
	}
	add(msg, "sAMAccountName", 7);
	assert_int_equal(ldb_pack_data(w->ldb, msg, &bytes, format), 0);
	talloc_steal(w->mem_ctx, bytes.data);
	return bytes;
}

/* Room for values grows in the middle of a record, too. */
static void like_libldb(void **state)
{
	static const size_t nums[] = {0, 1, 3, 60, 70, 1000, 2};
	struct world *w = *state;
	size_t i;

	for (i = 0; i < sizeof(nums) / sizeof(nums[0]); i++) {
		struct ldb_val bytes = pack(w, nums[i], LDB_PACKING_FORMAT_V2);

		assert_int_equal(read_it(w, &bytes), AUDIT_PACKED_DONE);
	}
}

static void other_formats(void **state)
{
	struct world *w = *state;
	struct ldb_val bytes = pack(w, 3, LDB_PACKING_FORMAT);

	assert_int_equal(read_it(w, &bytes), AUDIT_PACKED_UNKNOWN);
}

/* Of a copy that ends where the record does, so that valgrind sees it. */
static void cut_off(void **state)
{
	struct world *w = *state;
	struct ldb_val bytes = pack(w, 3, LDB_PACKING_FORMAT_V2);
	size_t len;

	for (len = 0; len < bytes.length; len += (len < 600) ? 1 : 997) {
		struct ldb_val cut = {.length = len};

		cut.data = talloc_memdup(w->mem_ctx, bytes.data, len);
		assert_int_equal(read_it(w, &cut), AUDIT_PACKED_UNKNOWN);
		talloc_free(cut.data);
	}
}

/* One byte more, and one that should be a NUL. */
static void not_as_described(void **state)
{
	struct world *w = *state;
	struct ldb_val bytes = pack(w, 3, LDB_PACKING_FORMAT_V2);
	struct ldb_val longer = {.length = bytes.length + 1};

	longer.data = talloc_zero_size(w->mem_ctx, longer.length);
	memcpy(longer.data, bytes.data, bytes.length);
	assert_int_equal(read_it(w, &longer), AUDIT_PACKED_UNKNOWN);

	assert_int_equal(bytes.data[bytes.length - 1], 0);
	bytes.data[bytes.length - 1] = 'x';
	assert_int_equal(read_it(w, &bytes), AUDIT_PACKED_UNKNOWN);
}

/* Nothing beyond the end is read, and what is read is what libldb reads. */
static void other_bytes(void **state)
{
	static const uint8_t others[] = {0x00, 0x01, 0x02, 0x7f, 0x80, 0xff};
	struct world *w = *state;
	struct ldb_val bytes = pack(w, 3, LDB_PACKING_FORMAT_V2);
	size_t num_unknown = 0;
	size_t at;
	size_t i;

	for (at = 0; at < 400; at++) {
		uint8_t byte = bytes.data[at];

		for (i = 0; i < sizeof(others); i++) {
			bytes.data[at] = others[i];
			num_unknown += (read_it(w, &bytes) ==
					AUDIT_PACKED_UNKNOWN)
					       ? 1
					       : 0;
		}
		bytes.data[at] = byte;
	}
	assert_true(num_unknown > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(like_libldb, setup, teardown),
		cmocka_unit_test_setup_teardown(other_formats,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(cut_off, setup, teardown),
		cmocka_unit_test_setup_teardown(not_as_described,
						setup,
						teardown),
		cmocka_unit_test_setup_teardown(other_bytes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
