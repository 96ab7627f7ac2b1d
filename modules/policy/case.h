/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is judged: an account, what it was before, and whom to ask. And what
 * rules and completion want to know of that.
 */
#ifndef SPN_POLICY_CASE_H
#define SPN_POLICY_CASE_H

#include "forest.h"
#include "index.h"
#include "kdc_names.h"
#include "parts.h"
#include "settings.h"

/*
 * What a write has changed. Values as they stand in the accounts, in their
 * order. brought: those that the account did not have in these very bytes (a
 * directory takes another spelling for another value, and to a client it is
 * one). gone: those that it does not have any more in any spelling.
 */
struct spn_diff {
	const struct spn_value **brought;
	size_t num_brought;
	const struct spn_value **gone;
	size_t num_gone;
};

/* What each rule wants to know of a value. */
struct spn_parsed {
	struct spn spn;
	enum spn_syntax syntax;
	bool is_ordinary; /* parts.h */
	bool is_first;	  /* of the values of its account with its key */
};

/* What is judged: an account as it stands after a write, or in an audit. */
struct spn_case {
	const struct spn_account *after;
	const struct spn_account *before; /* NULL: an add, or an audit */
	bool is_write;		 /* only what the write changed is judged */
	bool is_own;		 /* the account itself writes */
	struct spn_index *index; /* holds after, not before */
	struct spn_index *wide_index; /* folded as a Windows DC compares;
					 NULL where it cannot matter */
	const struct spn_forest *forest;
	const struct spn_settings *settings;
	/* of before and after; NULL: spn_case_compare() finds it out */
	const struct spn_diff *diff;
	/* what a replace has left out, see completion.h; NULL: nothing */
	const struct spn_set *left_out;
	/* Of an audit, a bit for the number of each rule: nobody asked what it
	 * says. A write asks the settings. */
	uint32_t unwanted_rules;
	/* One for each value of after; NULL: each rule finds it out */
	const struct spn_parsed *parsed;
};

/* A machine has more SPNs than machine-spn-limit, and more than before: if
 * it has written them itself (is_own), that is too many. */
bool spn_case_exceeds_limit(const struct spn_case *c);

/* c->diff on mem_ctx, unless it is there. False when out of memory. */
bool spn_case_compare(struct spn_case *c, TALLOC_CTX *mem_ctx);

/* All values of after, on mem_ctx: for c->parsed. NULL when out of memory. */
const struct spn_parsed *spn_case_parse_all(const struct spn_case *c,
					    TALLOC_CTX *mem_ctx);

/* The values that are to be judged, in their order: those that the write
 * brought, or in an audit all. */
static inline size_t spn_case_num_values(const struct spn_case *c)
{
	return c->is_write ? c->diff->num_brought : c->after->spns.num;
}

static inline const struct spn_value *spn_case_value(const struct spn_case *c,
						     size_t i)
{
	return c->is_write ? c->diff->brought[i] : &c->after->spns.values[i];
}

/* What is known of a value of after; NULL: nothing, or it is none of them. */
static inline const struct spn_parsed *spn_case_parsed(
	const struct spn_case *c,
	const struct spn_value *value)
{
	const struct spn_set *spns = &c->after->spns;

	return (c->parsed != NULL && spns->num > 0 && value >= spns->values &&
		value <= &spns->values[spns->num - 1])
		       ? &c->parsed[value - spns->values]
		       : NULL;
}

/* The parts of a value, in *room where they are not known, which may hold
 * anything before; NULL: it is not SPN_SYNTAX_OK. */
static inline const struct spn *spn_case_parts(const struct spn_case *c,
					       const struct spn_value *value,
					       struct spn *room)
{
	const struct spn_parsed *parsed = spn_case_parsed(c, value);

	if (parsed != NULL) {
		return (parsed->syntax == SPN_SYNTAX_OK) ? &parsed->spn : NULL;
	}
	return (spn_parse(value->value, room) == SPN_SYNTAX_OK) ? room : NULL;
}

/* As spn_parse(), is it SPN_SYNTAX_OK? */
static inline bool spn_case_parse(const struct spn_case *c,
				  const struct spn_value *value,
				  struct spn *_spn)
{
	const struct spn_parsed *parsed = spn_case_parsed(c, value);

	if (parsed == NULL) {
		return spn_parse(value->value, _spn) == SPN_SYNTAX_OK;
	}
	*_spn = parsed->spn;
	return parsed->syntax == SPN_SYNTAX_OK;
}

static inline bool spn_case_is_ordinary(const struct spn_case *c,
					const struct spn_value *value)
{
	const struct spn_parsed *parsed = spn_case_parsed(c, value);

	return (parsed == NULL) ? spn_is_ordinary(value->value)
				: parsed->is_ordinary;
}

static inline bool spn_case_is_first(const struct spn_case *c,
				     const struct spn_value *value)
{
	const struct spn_parsed *parsed = spn_case_parsed(c, value);

	return (parsed == NULL)
		       ? spn_account_find(c->after, value->key) == value
		       : parsed->is_first;
}

/* One more of the same, in another spelling, is new, too. In an audit all
 * are. */
bool spn_case_added(const struct spn_case *c, const struct spn_value *value);
/* The write brings something that is not only another spelling. c->diff must
 * be there. */
bool spn_case_brings(const struct spn_case *c);

/* The account held class/host before the write and does not any more.
 * False in *_removed in an audit. Returns false when out of memory. */
bool spn_case_removed(const struct spn_case *c,
		      struct spn_str service_class,
		      struct spn_str host,
		      bool *_removed);

/* What a Samba KDC of the account's own domain answers for an SPN. */
bool spn_case_kdc_answer(const struct spn_case *c,
			 TALLOC_CTX *mem_ctx,
			 struct spn_str spn,
			 struct spn_kdc_answer *_answer);

/*
 * Whose key a KDC of the account's domain, Samba's or Windows', answers with
 * when somebody asks for class/host: one account; of a duplicate, hidden or
 * not, all that it finds; or nobody (kdc_names.h).
 */
bool spn_case_effective(const struct spn_case *c,
			TALLOC_CTX *mem_ctx,
			struct spn_str service_class,
			struct spn_str host,
			struct spn_holders *_holders);
#endif
