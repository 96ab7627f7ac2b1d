/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a write has brought and taken, and who answers to a name.
 */
#include "case.h"

#include "parts.h"

/* Both in one go: what a write leaves alone stands in the same order in both,
 * and is passed over without looking it up. */
static void compare(const struct spn_set *before,
		    const struct spn_set *after,
		    struct spn_diff *diff)
{
	size_t i = 0;
	size_t j = 0;

	/* No pointer is counted up: that of an empty set is NULL. */
	while (i < before->num || j < after->num) {
		const struct spn_value *was = NULL;
		const struct spn_value *is = NULL;
		bool same = false;

		if (i < before->num) {
			was = &before->values[i];
		}
		if (j < after->num) {
			is = &after->values[j];
		}
		if (was != NULL && is != NULL) {
			same = spn_str_equal(was->value, is->value);
		}
		if (!same && was != NULL && !spn_set_has_exactly(after, was)) {
			if (!spn_set_has(after, was->key)) {
				diff->gone[diff->num_gone++] = was;
			}
			i++;
			continue;
		}
		if (!same && is != NULL && !spn_set_has_exactly(before, is)) {
			diff->brought[diff->num_brought++] = is;
			j++;
			continue;
		}
		i += (was != NULL) ? 1 : 0;
		j += (is != NULL) ? 1 : 0;
	}
}

bool spn_case_compare(struct spn_case *c, TALLOC_CTX *mem_ctx)
{
	static const struct spn_set nothing;
	const struct spn_set *before = (c->before == NULL) ? &nothing
							   : &c->before->spns;
	struct spn_diff *diff = NULL;

	if (c->diff != NULL) {
		return true;
	}
	diff = talloc_zero(mem_ctx, struct spn_diff);
	if (diff == NULL) {
		return false;
	}
	diff->brought = talloc_array(diff,
				     const struct spn_value *,
				     c->after->spns.num);
	diff->gone = talloc_array(diff, const struct spn_value *, before->num);
	if (diff->brought == NULL || diff->gone == NULL) {
		talloc_free(diff);
		return false;
	}
	compare(before, &c->after->spns, diff);
	c->diff = diff;
	return true;
}

static struct spn_str behind_class(const struct spn_parsed *parsed)
{
	return spn_str_from(parsed->spn.value, parsed->spn.service_class.len);
}

/* Most accounts have one name of a host again and again, or two by turns. */
static bool is_ordinary(const struct spn_parsed *parsed, size_t i)
{
	const struct spn_parsed *this = &parsed[i];
	size_t back;

	for (back = 1; back <= 2 && back <= i; back++) {
		if (parsed[i - back].is_ordinary &&
		    spn_str_equal(behind_class(&parsed[i - back]),
				  behind_class(this)))
		{
			return spn_class_is_ordinary(this->spn.service_class);
		}
	}
	return spn_is_ordinary(this->spn.value);
}

const struct spn_parsed *spn_case_parse_all(const struct spn_case *c,
					    TALLOC_CTX *mem_ctx)
{
	const struct spn_set *spns = &c->after->spns;
	struct spn_parsed *parsed = talloc_array(mem_ctx,
						 struct spn_parsed,
						 spns->num);
	size_t i;

	for (i = 0; parsed != NULL && i < spns->num; i++) {
		const struct spn_value *value = &spns->values[i];

		parsed[i].syntax = spn_parse(value->value, &parsed[i].spn);
		parsed[i].is_ordinary = is_ordinary(parsed, i);
		parsed[i].is_first = c->after->is_alone ||
				     spn_set_find(spns, value->key) == value;
	}
	return parsed;
}

bool spn_case_added(const struct spn_case *c, const struct spn_value *value)
{
	if (!c->is_write) {
		return true;
	}
	/* One more of the same, in another spelling, is new, too. */
	return spn_account_count(c->after, value->key) >
	       spn_account_count(c->before, value->key);
}

bool spn_case_brings(const struct spn_case *c)
{
	size_t i;

	for (i = 0; i < c->diff->num_brought; i++) {
		if (spn_case_added(c, c->diff->brought[i])) {
			return true;
		}
	}
	return false;
}

bool spn_case_removed(const struct spn_case *c,
		      struct spn_str service_class,
		      struct spn_str host,
		      bool *_removed)
{
	TALLOC_CTX *tmp_ctx = NULL;
	struct spn_value spn = {};
	bool ok = false;

	*_removed = false;
	if (!c->is_write || c->before == NULL) {
		return true;
	}
	tmp_ctx = talloc_new(c->index);
	ok = tmp_ctx != NULL &&
	     spn_index_key(c->index, tmp_ctx, service_class, host, &spn);
	if (ok) {
		*_removed = spn_account_find(c->before, spn.key) != NULL &&
			    spn_account_find(c->after, spn.key) == NULL;
	}
	talloc_free(tmp_ctx);
	return ok;
}

bool spn_case_kdc_answer(const struct spn_case *c,
			 TALLOC_CTX *mem_ctx,
			 struct spn_str spn,
			 struct spn_kdc_answer *_answer)
{
	struct spn_forest forest = *c->forest;

	if (c->after->dns_domain != NULL) {
		forest.dns_domain = c->after->dns_domain;
	}
	return spn_kdc_samba(c->index, &forest, mem_ctx, spn, _answer);
}

bool spn_case_effective(const struct spn_case *c,
			TALLOC_CTX *mem_ctx,
			struct spn_str service_class,
			struct spn_str host,
			struct spn_holders *_holders)
{
	struct spn_kdc_answer answer = {};
	struct spn_str spn = {};
	bool ok = false;

	if (c->forest->is_windows) {
		ok = spn_kdc_windows(c->index,
				     c->forest,
				     mem_ctx,
				     service_class,
				     host,
				     &answer);
	} else {
		spn.data = spn_format(mem_ctx, service_class, host);
		spn.len = service_class.len + 1 + host.len;
		ok = spn.data != NULL &&
		     spn_case_kdc_answer(c, mem_ctx, spn, &answer);
	}
	*_holders = answer.found;
	return ok;
}

bool spn_case_exceeds_limit(const struct spn_case *c)
{
	size_t before = (c->before == NULL) ? 0 : c->before->spns.num;
	size_t limit = c->settings->machine_spn_limit;

	return c->is_write && limit > 0 && c->after->spns.num > limit &&
	       c->after->spns.num > before && spn_account_is_machine(c->after);
}
