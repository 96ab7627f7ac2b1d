/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit: who may write SPNs, from descriptors made by hand (MS-DTYP
 * 2.4.6), good ones, and ones that lie.
 */
#include "lib/policy_fixture.h"

#include <stdlib.h>

#include "audit/facts/acl.h"

/* Bytes that grow; numbers are little-endian. */
struct bytes {
	uint8_t data[64 * 1024];
	size_t len;
};

static void put(struct bytes *b, const void *data, size_t len)
{
	assert_true(b->len + len <= sizeof(b->data));
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void put_number(struct bytes *b, uint32_t number, size_t len)
{
	uint8_t data[4] = {(uint8_t)number,
			   (uint8_t)(number >> 8),
			   (uint8_t)(number >> 16),
			   (uint8_t)(number >> 24)};

	put(b, data, len);
}

/* "5-21-1-2-3-1105": authority, then sub-authorities. */
static void put_sid(struct bytes *b, const char *text)
{
	uint8_t head[8] = {1};
	size_t at = b->len;
	char *end = NULL;

	head[7] = (uint8_t)strtoul(text, &end, 10);
	put(b, head, sizeof(head));
	while (*end == '-') {
		put_number(b, (uint32_t)strtoul(end + 1, &end, 10), 4);
		b->data[at + 1]++;
	}
}

#define SPN_TYPE                                                              \
	"\x88\x47\xa6\xf3\x06\x53\xd1\x11\xa9\xc5\x00\x00\xf8\x03\x67\xc1"
#define PUBLIC_TYPE                                                           \
	"\x54\x01\x8d\xe4\xf8\xbc\xd1\x11\x87\x02\x00\xc0\x4f\xb9\x60\x50"
#define OTHER_TYPE "0123456789abcdef"

struct ace {
	uint8_t type;
	uint8_t flags;
	uint32_t mask;
	const char *object_type; /* NULL: none */
	bool inherited;		 /* names a class that it is inherited to */
	const char *sid;
};

static void put_ace(struct bytes *b, const struct ace *ace)
{
	size_t at = b->len;
	bool is_object = ace->type == 5 || ace->type == 6;

	put_number(b, ace->type, 1);
	put_number(b, ace->flags, 1);
	put_number(b, 0, 2);
	put_number(b, ace->mask, 4);
	if (is_object) {
		put_number(b,
			   (ace->object_type != NULL ? 1u : 0u) |
				   (ace->inherited ? 2u : 0u),
			   4);
	}
	if (is_object && ace->object_type != NULL) {
		put(b, ace->object_type, 16);
	}
	if (is_object && ace->inherited) {
		put(b, OTHER_TYPE, 16);
	}
	put_sid(b, ace->sid);
	b->data[at + 2] = (uint8_t)(b->len - at);
	b->data[at + 3] = (uint8_t)((b->len - at) >> 8);
}

/* Owner, then DACL. num_aces (size_t)-1: no DACL. */
static void make(struct bytes *b,
		 const char *owner,
		 const struct ace *aces,
		 size_t num_aces)
{
	bool has_dacl = num_aces != (size_t)-1;
	size_t at = 0;
	size_t i;

	*b = (struct bytes){};
	put_number(b, 1, 2);
	put_number(b, has_dacl ? 0x8004 : 0x8000, 2);
	put_number(b, 20, 4);
	put_number(b, 0, 4);
	put_number(b, 0, 4);
	put_number(b, 0, 4);
	put_sid(b, owner);
	if (!has_dacl) {
		return;
	}
	at = b->len;
	b->data[16] = (uint8_t)at;
	put_number(b, 4, 2);
	put_number(b, 0, 2);
	put_number(b, (uint32_t)num_aces, 2);
	put_number(b, 0, 2);
	for (i = 0; i < num_aces; i++) {
		put_ace(b, &aces[i]);
	}
	b->data[at + 2] = (uint8_t)(b->len - at);
	b->data[at + 3] = (uint8_t)((b->len - at) >> 8);
}

static char *writers_of(TALLOC_CTX *mem_ctx,
			struct audit_acl *acl,
			struct bytes *b,
			enum spn_kind kind)
{
	/* As long as it is, so that memcheck sees a byte too many. */
	char *copy = talloc_memdup(mem_ctx, b->data, b->len);
	const struct spn_str value = {.data = copy, .len = b->len};
	const struct spn_writer *writers = NULL;
	size_t num = 0;
	char *text = talloc_strdup(mem_ctx, "");
	size_t i;

	assert_true(audit_acl_writers(acl, value, kind, &writers, &num));
	for (i = 0; i < num; i++) {
		text = talloc_asprintf_append(text,
					      "%s%s: %s",
					      (i == 0) ? "" : "; ",
					      writers[i].trustee,
					      writers[i].right);
	}
	talloc_free(copy);
	return text;
}

#define ADMINS "5-32-544"
#define DOMAIN "5-21-1-2-3-"
#define USER DOMAIN "1105"
#define FULL 0xf01ff

struct right_row {
	struct ace ace;
	enum spn_kind kind;
	const char *expected;
};

static const struct right_row rights[] = {
	{{0, 0, FULL, NULL, false, USER},
	 SPN_KIND_USER,
	 "S-1-5-21-1-2-3-1105: full control"},
	{{0, 0, 0x10000000, NULL, false, USER},
	 SPN_KIND_USER,
	 "S-1-5-21-1-2-3-1105: full control"},
	{{0, 0, 0x40000000, NULL, false, USER},
	 SPN_KIND_USER,
	 "S-1-5-21-1-2-3-1105: write all properties"},
	{{0, 0, 0x20, NULL, false, USER},
	 SPN_KIND_USER,
	 "S-1-5-21-1-2-3-1105: write all properties"},
	{{5, 0, 0x20, NULL, true, USER},
	 SPN_KIND_USER,
	 "S-1-5-21-1-2-3-1105: write all properties"},
	{{5, 0, 0x20, SPN_TYPE, false, USER},
	 SPN_KIND_USER,
	 "S-1-5-21-1-2-3-1105: write servicePrincipalName"},
	{{5, 0, 0x30, SPN_TYPE, true, USER},
	 SPN_KIND_COMPUTER,
	 "S-1-5-21-1-2-3-1105: write servicePrincipalName"},
	{{5, 0, 0x20, PUBLIC_TYPE, false, USER},
	 SPN_KIND_USER,
	 "S-1-5-21-1-2-3-1105: write Public-Information"},
	{{5, 0, 0x8, SPN_TYPE, false, USER},
	 SPN_KIND_COMPUTER,
	 "S-1-5-21-1-2-3-1105: validated write of servicePrincipalName"},
	{{0, 0, 0x40000, NULL, false, USER},
	 SPN_KIND_USER,
	 "S-1-5-21-1-2-3-1105: change permissions"},
	{{0, 0, 0x80000, NULL, false, USER},
	 SPN_KIND_USER,
	 "S-1-5-21-1-2-3-1105: take ownership"},
	{{0, 0, FULL, NULL, false, "1-0"},
	 SPN_KIND_USER,
	 "S-1-1-0: full control"},
	/* the account itself: a computer may, a user should not */
	{{5, 0, 0x8, SPN_TYPE, false, "5-10"}, SPN_KIND_COMPUTER, ""},
	{{5, 0, 0x8, SPN_TYPE, false, "5-10"}, SPN_KIND_GMSA, ""},
	{{5, 0, 0x20, SPN_TYPE, false, "5-10"},
	 SPN_KIND_USER,
	 "S-1-5-10: write servicePrincipalName"},
	/* other properties, reading, other rights */
	{{5, 0, 0x20, OTHER_TYPE, false, USER}, SPN_KIND_USER, ""},
	{{5, 0, 0x8, OTHER_TYPE, false, USER}, SPN_KIND_USER, ""},
	{{5, 0, 0x100, SPN_TYPE, false, USER}, SPN_KIND_USER, ""},
	{{0, 0, 0x20094, NULL, false, USER}, SPN_KIND_USER, ""},
	/* for children only; refusals; what is no ACE of access */
	{{0, 0x8, FULL, NULL, false, USER}, SPN_KIND_USER, ""},
	{{0, 0xa, FULL, NULL, false, USER}, SPN_KIND_USER, ""},
	{{1, 0, FULL, NULL, false, USER}, SPN_KIND_USER, ""},
	{{6, 0, 0x20, SPN_TYPE, false, USER}, SPN_KIND_USER, ""},
	{{2, 0, FULL, NULL, false, USER}, SPN_KIND_USER, ""},
	{{0x77, 0, FULL, NULL, false, USER}, SPN_KIND_USER, ""},
	/* administrators */
	{{0, 0, FULL, NULL, false, "5-18"}, SPN_KIND_USER, ""},
	{{0, 0, FULL, NULL, false, "5-9"}, SPN_KIND_USER, ""},
	{{0, 0, FULL, NULL, false, ADMINS}, SPN_KIND_USER, ""},
	{{0, 0, FULL, NULL, false, "5-32-548"}, SPN_KIND_USER, ""},
	{{0, 0, FULL, NULL, false, DOMAIN "500"}, SPN_KIND_USER, ""},
	{{0, 0, FULL, NULL, false, DOMAIN "512"}, SPN_KIND_USER, ""},
	{{0, 0, FULL, NULL, false, DOMAIN "519"}, SPN_KIND_USER, ""},
	{{0, 0, FULL, NULL, false, "3-0"}, SPN_KIND_USER, ""},
	{{0, 0, FULL, NULL, false, "3-4"}, SPN_KIND_USER, ""},
	/* that only look like them */
	{{0, 0, FULL, NULL, false, "3-9"},
	 SPN_KIND_USER,
	 "S-1-3-9: full control"},
	{{0, 0, FULL, NULL, false, "5-32-545"},
	 SPN_KIND_USER,
	 "S-1-5-32-545: full control"},
	{{0, 0, FULL, NULL, false, "5-21-1-2-512"},
	 SPN_KIND_USER,
	 "S-1-5-21-1-2-512: full control"},
	{{0, 0, FULL, NULL, false, "5-22-1-2-3-512"},
	 SPN_KIND_USER,
	 "S-1-5-22-1-2-3-512: full control"},
	{{0, 0, FULL, NULL, false, "16-18"},
	 SPN_KIND_USER,
	 "S-1-16-18: full control"},
};

static void what_counts(void **state)
{
	struct fixture *f = *state;
	struct audit_acl *acl = audit_acl_new(f->mem_ctx);
	size_t bad = 0;
	size_t round;
	size_t i;

	/* The second time from memory. */
	for (round = 0; round < 2; round++) {
		for (i = 0; i < ARRAY_SIZE(rights); i++) {
			struct bytes b = {};
			const char *got = NULL;

			make(&b, ADMINS, &rights[i].ace, 1);
			got = writers_of(f->mem_ctx, acl, &b, rights[i].kind);
			if (strcmp(got, rights[i].expected) != 0) {
				fprintf(stderr, "row %zu: '%s'\n", i, got);
				bad++;
			}
		}
	}
	assert_int_equal(bad, 0);
	assert_int_equal(audit_acl_num_unreadable(acl), 0);
}

static void owners_and_missing_lists(void **state)
{
	struct fixture *f = *state;
	struct audit_acl *acl = audit_acl_new(f->mem_ctx);
	struct bytes b = {};

	make(&b, USER, NULL, 0);
	assert_string_equal(writers_of(f->mem_ctx, acl, &b, SPN_KIND_USER),
			    "S-1-5-21-1-2-3-1105: owner");
	make(&b, ADMINS, NULL, 0);
	assert_string_equal(writers_of(f->mem_ctx, acl, &b, SPN_KIND_USER),
			    "");
	/* no list of permissions: everybody may everything */
	make(&b, ADMINS, NULL, (size_t)-1);
	assert_non_null(strstr(writers_of(f->mem_ctx, acl, &b, SPN_KIND_USER),
			       "S-1-1-0: full control"));
}

/* One right of each trustee is said, and every trustee: whoever hides behind
 * a thousand others is found. */
static void many_trustees(void **state)
{
	struct fixture *f = *state;
	struct audit_acl *acl = audit_acl_new(f->mem_ctx);
	struct ace aces[1000] = {};
	struct bytes b = {};
	char *all = NULL;
	size_t num = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(aces); i++) {
		aces[i] = (struct ace){
			.mask = FULL,
			.sid = talloc_asprintf(f->mem_ctx,
					       DOMAIN "%zu",
					       2000 + i),
		};
	}
	aces[1].sid = aces[0].sid;
	make(&b, ADMINS, aces, ARRAY_SIZE(aces));
	all = writers_of(f->mem_ctx, acl, &b, SPN_KIND_USER);
	for (i = 0; all[i] != '\0'; i++) {
		num += (strncmp(&all[i], "S-1-5-21", 8) == 0) ? 1 : 0;
	}
	assert_int_equal(num, ARRAY_SIZE(aces) - 1);
	assert_non_null(strstr(all, "S-1-5-21-1-2-3-2999"));
	make(&b, ADMINS, aces, 2);
	assert_string_equal(writers_of(f->mem_ctx, acl, &b, SPN_KIND_USER),
			    "S-1-5-21-1-2-3-2000: full control");
}

/* Cut anywhere, and with any byte turned: an answer or none, never more. */
static void broken(void **state)
{
	const struct ace aces[] = {
		{5, 0, 0x20, SPN_TYPE, true, USER},
		{0, 0, FULL, NULL, false, USER},
	};
	struct fixture *f = *state;
	struct audit_acl *acl = audit_acl_new(f->mem_ctx);
	struct bytes whole = {};
	size_t i;
	unsigned turn;

	make(&whole, USER, aces, ARRAY_SIZE(aces));
	for (i = 0; i < whole.len; i++) {
		struct bytes b = whole;

		b.len = i;
		writers_of(f->mem_ctx, acl, &b, SPN_KIND_USER);
	}
	assert_int_equal(audit_acl_num_unreadable(acl), whole.len);
	for (i = 0; i < whole.len; i++) {
		for (turn = 1; turn < 256; turn <<= 1) {
			struct bytes b = whole;

			b.data[i] ^= (uint8_t)turn;
			writers_of(f->mem_ctx, acl, &b, SPN_KIND_USER);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(what_counts),
		fixture_test(owners_and_missing_lists),
		fixture_test(many_trustees),
		fixture_test(broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
