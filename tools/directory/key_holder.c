/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rule is policy/kdc_names.h; here it is asked until it knows.
 */
#include "key_holder.h"

struct looking {
	TALLOC_CTX *mem_ctx;
	struct spn_forest *forest;
	struct spn_index *index;
	struct spn_str spn;
	struct spn parsed;
	struct spn_key_holder *holder;
};

static bool ask_substitutes(struct looking *l)
{
	struct spn_key_holder *holder = l->holder;
	const char *target = spn_mappings_target(l->forest->mappings,
						 l->parsed.service_class);

	if (target == NULL || !spn_is_plain(&l->parsed)) {
		return true;
	}
	holder->stand_in = spn_format(l->mem_ctx,
				      spn_str_of(target),
				      l->parsed.host_name);
	return holder->stand_in != NULL &&
	       spn_index_domain_holders(l->index,
					l->mem_ctx,
					spn_str_of(target),
					l->parsed.host_name,
					&holder->substitutes);
}

static bool ask_exact(struct looking *l)
{
	struct spn_value value = {.value = l->spn};

	return spn_fold_text(spn_index_fold(l->index),
			     l->mem_ctx,
			     l->spn,
			     &value.key) &&
	       spn_index_holders_of(l->index,
				    l->mem_ctx,
				    &value,
				    &l->holder->exact);
}

static bool ask(void *private_data)
{
	struct looking *l = private_data;
	struct spn_kdc_answer *answer = &l->holder->answer;

	if (!ask_exact(l) || !ask_substitutes(l)) {
		return false;
	}
	return l->forest->is_windows ? spn_kdc_windows(l->index,
						       l->forest,
						       l->mem_ctx,
						       l->parsed.service_class,
						       l->parsed.host_name,
						       answer)
				     : spn_kdc_samba(l->index,
						     l->forest,
						     l->mem_ctx,
						     l->spn,
						     answer);
}

int spn_key_holder_look(const struct spn_store *store,
			struct spn_forest *forest,
			struct spn_partial *partial,
			TALLOC_CTX *mem_ctx,
			struct spn_str spn,
			struct spn_key_holder *_holder)
{
	struct looking l = {
		.mem_ctx = mem_ctx,
		.forest = forest,
		.index = spn_partial_index(partial),
		.spn = spn,
		.holder = _holder,
	};

	*_holder = (struct spn_key_holder){};
	if (spn_parse(spn, &l.parsed) != SPN_SYNTAX_OK ||
	    (forest->is_windows && !spn_is_plain(&l.parsed)))
	{
		return LDB_SUCCESS;
	}
	_holder->is_known = true;
	return spn_store_resolve(store, forest, partial, ask, &l);
}
