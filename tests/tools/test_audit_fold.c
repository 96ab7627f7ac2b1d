/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spn-audit folds by table what is ASCII, and must get what the directory
 * itself gets, of anything; and the domain of a DN from its text is that of
 * its components.
 */
#include "lib/fake_stack.h"

#include <stdlib.h>

#include "directory/fold.h"
#include "policy/quick_fold.h"
#include "store/store.h"

/* The same numbers in every run. */
static unsigned next_number(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

/* Letters, blanks, NUL, control characters, UTF-8, what is none. */
static struct spn_str random_value(TALLOC_CTX *mem_ctx, unsigned *seed)
{
	static const char *const pieces[] = {" ",
					     "  ",
					     "\t",
					     "\x7f",
					     "\xc3\xa9",
					     "\xc3\x89",
					     "\xc3",
					     "\xff",
					     "\xe2\x84\xaa",
					     "a\xcc\x81",
					     "\xc4\xb0",
					     "\xef\xbd\x81"};
	size_t num = next_number(seed) % 12;
	char *text = talloc_zero_array(mem_ctx, char, 8 * num + 1);
	size_t len = 0;
	size_t i;

	assert_non_null(text);
	for (i = 0; i < num; i++) {
		const char *piece =
			pieces[next_number(seed) %
			       (sizeof(pieces) / sizeof(pieces[0]))];
		unsigned kind = next_number(seed) % 16;

		if (kind == 0) {
			text[len++] = (char)(next_number(seed) % 256);
		} else if (kind == 1) {
			len += (size_t)(stpcpy(text + len, piece) -
					(text + len));
		} else {
			text[len++] = (char)(0x21 + next_number(seed) % 0x5e);
		}
	}
	return (struct spn_str){.data = text, .len = len};
}

static void quick_is_narrow(void **state)
{
	struct fake *f = *state;
	const struct spn_store store = {.ldb = f->ldb};
	const struct spn_fold narrow = spn_store_fold(&store);
	struct spn_quick_fold *state_of = spn_quick_fold_new(f, &narrow);
	struct spn_fold quick = {};
	unsigned seed = 1;
	size_t num_changed = 0;
	size_t i;

	assert_non_null(state_of);
	quick = spn_quick_fold(state_of);
	for (i = 0; i < 20000; i++) {
		TALLOC_CTX *mem_ctx = talloc_new(f);
		struct spn_str value = random_value(mem_ctx, &seed);
		struct spn_str a = {};
		struct spn_str b = {};
		bool ok = narrow.fn(narrow.private_data, mem_ctx, value, &a);

		assert_int_equal(
			quick.fn(quick.private_data, mem_ctx, value, &b),
			ok);
		assert_true(!ok || spn_str_equal(a, b));
		assert_true(!ok || b.data[b.len] == '\0');
		num_changed += (ok && !spn_str_equal(a, value)) ? 1 : 0;
		talloc_free(mem_ctx);
	}
	assert_true(num_changed > 10000);
}

/* From its components, as ldb takes it apart. */
static char *domain_of_components(TALLOC_CTX *mem_ctx, struct ldb_dn *dn)
{
	char *domain = talloc_strdup(mem_ctx, "");
	int i;

	for (i = 0; i < ldb_dn_get_comp_num(dn); i++) {
		const struct ldb_val *value =
			ldb_dn_get_component_val(dn, (unsigned)i);

		if (strcasecmp(ldb_dn_get_component_name(dn, (unsigned)i),
			       "DC") != 0) {
			domain[0] = '\0';
			continue;
		}
		domain = talloc_asprintf_append(domain,
						"%s%.*s",
						(domain[0] == '\0') ? "" : ".",
						(int)value->length,
						(const char *)value->data);
	}
	return domain;
}

static void domain_of_any_dn(void **state)
{
	static const char *const pieces[] = {
		"DC=",	 "dc=", "CN=", "OU=",  " ",    ",",
		", ",	 " ,",	"\\,", "\\2C", "\\\\", "a",
		"DC",	 "=",	".",   "com",  "\\ ",  ",DC=",
		",dc=",	 "\\=", "\\+", "\\20", "\t",   "example",
		",DC =", "\"",	"#",   "CNF:", "\\0A"};
	struct fake *f = *state;
	unsigned seed = 7;
	size_t num_valid = 0;
	size_t bad = 0;
	size_t i;
	unsigned n;

	for (i = 0; i < 100000; i++) {
		TALLOC_CTX *mem_ctx = talloc_new(f);
		char *text = talloc_strdup(mem_ctx, "CN=x");
		struct ldb_dn *dn = NULL;
		struct ldb_dn *apart = NULL;

		for (n = next_number(&seed) % 8; n > 0; n--) {
			text = talloc_strdup_append(
				text,
				pieces[next_number(&seed) %
				       (sizeof(pieces) / sizeof(pieces[0]))]);
		}
		dn = ldb_dn_new(mem_ctx, f->ldb, text);
		apart = ldb_dn_new(mem_ctx, f->ldb, text);
		if (ldb_dn_validate(apart)) {
			char *domain = spn_store_dns_domain(mem_ctx, dn);
			char *wanted = domain_of_components(mem_ctx, apart);

			num_valid++;
			if (strcmp(domain, wanted) != 0) {
				fprintf(stderr,
					"%s: '%s', not '%s'\n",
					text,
					domain,
					wanted);
				bad++;
			}
		}
		talloc_free(mem_ctx);
	}
	assert_int_equal(bad, 0);
	assert_true(num_valid > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fake_test(quick_is_narrow),
		fake_test(domain_of_any_dn),
	};

	return fake_run(tests);
}
