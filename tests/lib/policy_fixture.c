/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The forest that the pure tests run in. talloc's null tracking is on, so
 * that a block hung on NULL is counted like any other.
 */
#include "policy_fixture.h"

#include <ctype.h>
#include <stdlib.h>

bool fixture_fold(void *private_data,
		  TALLOC_CTX *mem_ctx,
		  struct spn_str value,
		  struct spn_str *_folded)
{
	char *folded = talloc_array(mem_ctx, char, value.len + 1);
	size_t start = 0;
	size_t len = value.len;
	size_t i;

	(void)private_data;
	if (folded == NULL) {
		return false;
	}
	while (start < len && value.data[start] == ' ') {
		start++;
	}
	while (len > start && value.data[len - 1] == ' ') {
		len--;
	}
	for (i = start; i < len; i++) {
		folded[i - start] = (char)toupper(
			(unsigned char)value.data[i]);
	}
	folded[len - start] = '\0';
	_folded->data = folded;
	_folded->len = len - start;
	return true;
}

static struct spn_forest *example_forest(TALLOC_CTX *mem_ctx)
{
	struct spn_forest *forest = talloc_zero(mem_ctx, struct spn_forest);

	assert_non_null(forest);
	forest->mappings = spn_mappings_new(forest);
	assert_non_null(forest->mappings);
	assert_true(spn_mappings_add(forest->mappings,
				     STR("host=alerter,cifs,http,www")));
	forest->dns_domain = "example.com";
	forest->ds_heuristics = "";
	forest->dns_suffixes = talloc_zero_array(forest, const char *, 3);
	assert_non_null(forest->dns_suffixes);
	forest->dns_suffixes[0] = "example.com";
	forest->dns_suffixes[1] = "sub.example.com";
	return forest;
}

int fixture_setup(void **_state)
{
	struct fixture *f = NULL;
	size_t num_blocks;

	talloc_enable_null_tracking();
	num_blocks = talloc_total_blocks(NULL);
	f = talloc_zero(NULL, struct fixture);
	assert_non_null(f);
	f->num_blocks = num_blocks;
	f->mem_ctx = talloc_new(f);
	assert_non_null(f->mem_ctx);
	f->fold.fn = fixture_fold;
	f->forest = example_forest(f);
	f->settings = spn_settings_new(f, spn_rules());
	assert_non_null(f->settings);
	f->census = spn_census_new(f, f->fold);
	assert_non_null(f->census);
	f->index = spn_census_index(f->census);
	*_state = f;
	return 0;
}

int fixture_teardown(void **_state)
{
	struct fixture *f = *_state;
	size_t num_blocks = f->num_blocks;

	TALLOC_FREE(f);
	if (talloc_total_blocks(NULL) != num_blocks) {
		talloc_report_depth_file(NULL, 0, 1, stderr);
		return -1;
	}
	talloc_disable_null_tracking();
	return 0;
}

struct spn_account *fixture_account(struct fixture *f,
				    const char *sam,
				    const char *dns_host_name,
				    const char *spns)
{
	char *guid = talloc_asprintf(f->mem_ctx, "guid-of-%s", sam);
	struct spn_account *account = NULL;
	const char *rest = spns;

	assert_non_null(guid);
	account = spn_account_new(f->mem_ctx, guid);
	assert_non_null(account);
	account->dn = talloc_asprintf(account, "CN=%s,DC=example,DC=com", sam);
	account->sam_account_name = talloc_strdup(account, sam);
	account->dns_domain = "example.com";
	account->kind = (sam[strlen(sam) - 1] == '$') ? SPN_KIND_COMPUTER
						      : SPN_KIND_USER;
	if (dns_host_name != NULL) {
		account->dns_host_name = talloc_strdup(account, dns_host_name);
	}
	while (*rest != '\0') {
		struct spn_str value = {.data = rest};

		value.len = strcspn(rest, " ");
		assert_true(spn_account_add(account, &f->fold, value));
		rest += value.len;
		rest += strspn(rest, " ");
	}
	return account;
}

struct spn_account *fixture_add(struct fixture *f,
				const char *sam,
				const char *dns_host_name,
				const char *spns)
{
	struct spn_account *account =
		fixture_account(f, sam, dns_host_name, spns);

	assert_true(spn_census_add(f->census, account));
	return account;
}

static int compare_str(const void *a, const void *b)
{
	const struct spn_str *x = a;
	const struct spn_str *y = b;

	return spn_str_compare(*x, *y);
}

char *fixture_join(TALLOC_CTX *mem_ctx,
		   const struct spn_str *values,
		   size_t num_values)
{
	char *joined = talloc_strdup(mem_ctx, "");
	struct spn_str *sorted = talloc_array(mem_ctx,
					      struct spn_str,
					      num_values + 1);
	size_t i;

	assert_non_null(joined);
	assert_non_null(sorted);
	if (num_values > 0) {
		memcpy(sorted, values, num_values * sizeof(values[0]));
		qsort(sorted, num_values, sizeof(sorted[0]), compare_str);
	}
	for (i = 0; i < num_values; i++) {
		joined = talloc_asprintf_append(joined,
						"%s%.*s",
						(i == 0) ? "" : " ",
						(int)sorted[i].len,
						sorted[i].data);
		assert_non_null(joined);
	}
	talloc_free(sorted);
	return joined;
}

char *fixture_spns(TALLOC_CTX *mem_ctx, const struct spn_account *account)
{
	struct spn_str *values = talloc_array(mem_ctx,
					      struct spn_str,
					      account->spns.num + 1);
	char *joined = NULL;
	size_t i;

	assert_non_null(values);
	for (i = 0; i < account->spns.num; i++) {
		values[i] = account->spns.values[i].value;
	}
	joined = fixture_join(mem_ctx, values, account->spns.num);
	talloc_free(values);
	return joined;
}

bool fixture_is_one_line(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			return false;
		}
	}
	return true;
}
