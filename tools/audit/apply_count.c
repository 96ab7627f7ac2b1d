/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A finding of an SPN is the same as long as code, SPN and the other half are.
 * One of an account names one of its SPNs to be found by, and that may be just
 * the one that a repair has taken away: it is the same as long as one of its
 * accounts is.
 */
#include "apply_count.h"

#include "policy/quote.h"

#include <stdlib.h>
#include <string.h>

struct known {
	char **keys;
	size_t num_keys;
};

struct audit_known {
	struct known *findings;
	size_t num_findings;
	char **sorted; /* the keys of all */
	size_t num_sorted;
};

static char *key_of_account(TALLOC_CTX *mem_ctx,
			    const struct audit_finding *finding,
			    size_t number)
{
	return talloc_asprintf(mem_ctx,
			       "%s %s",
			       finding->message->code,
			       finding->holders.accounts[number]->object_guid);
}

static char *key_of_spn(TALLOC_CTX *mem_ctx,
			const struct audit_finding *finding)
{
	char *spn = spn_escape(mem_ctx, finding->key);
	char *key = NULL;

	if (spn != NULL) {
		key = talloc_asprintf(mem_ctx,
				      "%s\n%s\n%s",
				      finding->message->code,
				      spn,
				      (finding->partner == NULL)
					      ? ""
					      : finding->partner);
	}
	talloc_free(spn);
	return key;
}

static bool fill(struct audit_known *known,
		 const struct audit_finding *finding,
		 struct known *_one)
{
	bool of_account = audit_is_of_account(finding);
	size_t num = of_account ? finding->holders.num_accounts : 1;
	size_t i;

	_one->keys = talloc_zero_array(known, char *, num);
	if (_one->keys == NULL) {
		return false;
	}
	for (i = 0; i < num; i++) {
		_one->keys[i] = of_account ? key_of_account(known, finding, i)
					   : key_of_spn(known, finding);
		if (_one->keys[i] == NULL) {
			return false;
		}
	}
	_one->num_keys = num;
	known->num_sorted += num;
	return true;
}

static int compare_keys(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

static bool sort(struct audit_known *known)
{
	size_t num = 0;
	size_t i;
	size_t k;

	known->sorted = talloc_zero_array(known,
					  char *,
					  known->num_sorted + 1);
	if (known->sorted == NULL) {
		return false;
	}
	for (i = 0; i < known->num_findings; i++) {
		for (k = 0; k < known->findings[i].num_keys; k++) {
			known->sorted[num++] = known->findings[i].keys[k];
		}
	}
	if (num > 1) {
		qsort(known->sorted, num, sizeof(char *), compare_keys);
	}
	return true;
}

struct audit_known *audit_known_new(TALLOC_CTX *mem_ctx,
				    const struct audit_findings *findings)
{
	struct audit_known *known = talloc_zero(mem_ctx, struct audit_known);
	size_t i;
	bool ok;

	if (known == NULL) {
		return NULL;
	}
	known->num_findings = findings->num_findings;
	known->findings = talloc_zero_array(known,
					    struct known,
					    findings->num_findings + 1);
	ok = known->findings != NULL;
	for (i = 0; ok && i < known->num_findings; i++) {
		ok = fill(known, &findings->findings[i], &known->findings[i]);
	}
	if (!ok || !sort(known)) {
		TALLOC_FREE(known);
	}
	return known;
}

/* By one of its keys. */
static bool has(const struct audit_known *known, const struct known *one)
{
	size_t i;

	for (i = 0; i < one->num_keys; i++) {
		if (known->num_sorted > 0 && bsearch(&one->keys[i],
						     known->sorted,
						     known->num_sorted,
						     sizeof(char *),
						     compare_keys) != NULL)
		{
			return true;
		}
	}
	return false;
}

struct audit_fate audit_known_compare(const struct audit_known *before,
				      const struct audit_known *after)
{
	struct audit_fate fate = {};
	size_t i;

	for (i = 0; i < before->num_findings; i++) {
		bool is_left = has(after, &before->findings[i]);

		fate.left += is_left ? 1 : 0;
		fate.gone += is_left ? 0 : 1;
	}
	for (i = 0; i < after->num_findings; i++) {
		fate.come += has(before, &after->findings[i]) ? 0 : 1;
	}
	return fate;
}
