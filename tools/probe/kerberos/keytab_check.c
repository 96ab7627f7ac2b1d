/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A keytab alone: is what is in it still right? For each name in it the KDC is
 * asked for a ticket, and the keys are tried on that.
 */
#include "keys.h"

#include <string.h>

struct checking {
	TALLOC_CTX *tmp_ctx;
	struct probe_kerberos *krb;
	const struct probe_keytab *keytab;
	struct probe_keytab_check *checks;
	/* Each name of the keytab once, up to most_names, and its ticket. */
	const char **names;
	struct probe_ticket **tickets;
	size_t num_names;
};

/* The place of the name; num_names: it has none. */
static size_t place_of(const struct checking *checking, const char *principal)
{
	size_t i;

	for (i = 0; i < checking->num_names; i++) {
		if (strcmp(checking->names[i], principal) == 0) {
			break;
		}
	}
	return i;
}

/* All names at once: a process for each would cost more than the KDC does.
 * False when out of memory. */
static bool get_tickets(struct checking *checking, size_t most_names)
{
	const struct probe_keytab *keytab = checking->keytab;
	size_t i;

	checking->names = talloc_zero_array(checking->tmp_ctx,
					    const char *,
					    (unsigned)most_names);
	if (checking->names == NULL) {
		return false;
	}
	for (i = 0; i < keytab->num_entries; i++) {
		const char *principal = keytab->entries[i].principal;

		if (checking->num_names < most_names &&
		    place_of(checking, principal) == checking->num_names)
		{
			checking->names[checking->num_names++] = principal;
		}
	}
	checking->tickets = probe_tickets_get(checking->tmp_ctx,
					      checking->krb,
					      checking->names,
					      checking->num_names);
	return checking->tickets != NULL;
}

/* Of an entry whose key is not the one of the ticket. */
static enum probe_entry_state judge(const struct probe_keytab_entry *entry,
				    const struct probe_ticket *ticket)
{
	if (!probe_kvno_equal(entry->kvno, ticket->kvno)) {
		return (entry->kvno < ticket->kvno) ? PROBE_ENTRY_OLD
						    : PROBE_ENTRY_NEWER;
	}
	return (entry->enctype == ticket->enctype) ? PROBE_ENTRY_WRONG
						   : PROBE_ENTRY_NOT_ISSUED;
}

static char *say_state(const struct checking *checking,
		       const struct probe_keytab_check *check)
{
	TALLOC_CTX *mem_ctx = checking->checks;

	switch (check->state) {
	case PROBE_ENTRY_CURRENT:
		return talloc_strdup(mem_ctx, "the current key");
	case PROBE_ENTRY_NOT_ISSUED:
		return talloc_asprintf(
			mem_ctx,
			"the current kvno; not tried, for the KDC makes "
			"tickets for it with %s",
			probe_enctype_name(checking->tmp_ctx, check->enctype));
	case PROBE_ENTRY_OLD:
		return talloc_asprintf(mem_ctx,
				       "an old key: the account has kvno %u "
				       "now",
				       (unsigned)check->kvno);
	case PROBE_ENTRY_NEWER:
		return talloc_asprintf(mem_ctx,
				       "not the account's: that has kvno %u",
				       (unsigned)check->kvno);
	default:
		return talloc_strdup(mem_ctx,
				     "another key than the account has with "
				     "this kvno");
	}
}

static char *say_no_ticket(const struct checking *checking,
			   const struct probe_ticket *ticket)
{
	TALLOC_CTX *mem_ctx = checking->checks;

	if (ticket == NULL) {
		return talloc_strdup(mem_ctx,
				     "not asked for: there are too many "
				     "names");
	}
	return (ticket->error == 7)
		       ? talloc_strdup(mem_ctx,
				       "nobody has this name, or two have it")
		       : talloc_strdup(mem_ctx, ticket->text);
}

/* False when out of memory. */
static bool check_entry(struct checking *checking, size_t number)
{
	const struct probe_keytab *keytab = checking->keytab;
	const struct probe_keytab_entry *entry = &keytab->entries[number];
	struct probe_keytab_check *check = &checking->checks[number];
	size_t place = place_of(checking, entry->principal);
	const struct probe_ticket *ticket = (place < checking->num_names)
						    ? checking->tickets[place]
						    : NULL;

	check->entry = entry;
	if (ticket == NULL || ticket->error != 0) {
		check->error = (ticket == NULL) ? -1 : ticket->error;
		check->state = (check->error == 7) ? PROBE_ENTRY_NOBODY
						   : PROBE_ENTRY_UNKNOWN;
		check->detail = say_no_ticket(checking, ticket);
		return check->detail != NULL;
	}
	check->kvno = ticket->kvno;
	check->enctype = ticket->enctype;
	check->state =
		probe_keytab_key_opens(checking->krb, keytab, number, ticket)
			? PROBE_ENTRY_CURRENT
			: judge(entry, ticket);
	check->detail = say_state(checking, check);
	return check->detail != NULL;
}

/* -------------------------------------------------------------- equal keys */

struct numbered {
	const struct probe_keytab *keytab;
	size_t number;
};

static int compare_keys(const void *a, const void *b)
{
	const struct numbered *one = a;
	const struct numbered *other = b;
	const struct probe_keytab *keytab = one->keytab;
	int32_t type = keytab->entries[one->number].enctype;
	int32_t other_type = keytab->entries[other->number].enctype;
	int order;

	if (type != other_type) {
		return (type < other_type) ? -1 : 1;
	}
	order = spn_str_compare(keytab->keys->keys[one->number],
				keytab->keys->keys[other->number]);
	if (order != 0) {
		return order;
	}
	return (one->number < other->number) ? -1 : 1;
}

static bool is_same_key(const struct numbered *one,
			const struct numbered *other)
{
	const struct probe_keytab *keytab = one->keytab;

	return keytab->entries[one->number].enctype ==
		       keytab->entries[other->number].enctype &&
	       spn_str_equal(keytab->keys->keys[one->number],
			     keytab->keys->keys[other->number]);
}

/* False when out of memory. */
static bool find_same_keys(struct checking *checking)
{
	const struct probe_keytab *keytab = checking->keytab;
	struct numbered *sorted = talloc_array(checking->tmp_ctx,
					       struct numbered,
					       keytab->num_entries);
	size_t first = 0;
	size_t i;

	if (sorted == NULL) {
		return false;
	}
	for (i = 0; i < keytab->num_entries; i++) {
		sorted[i].keytab = keytab;
		sorted[i].number = i;
	}
	qsort(sorted, keytab->num_entries, sizeof(*sorted), compare_keys);
	for (i = 0; i < keytab->num_entries; i++) {
		if (!is_same_key(&sorted[first], &sorted[i])) {
			first = i;
		}
		checking->checks[sorted[i].number].same_key_as =
			sorted[first].number;
	}
	return true;
}

/* -------------------------------------------------- the keys of one account
 */

/* It stands beside one that opens the ticket. */
static bool goes_with(const struct probe_keytab_entry *entry,
		      const struct probe_keytab *keytab,
		      const size_t *opening,
		      size_t num_opening)
{
	size_t i;

	for (i = 0; i < num_opening; i++) {
		const struct probe_keytab_entry *other =
			&keytab->entries[opening[i]];

		if (entry->kvno <= other->kvno &&
		    strcmp(entry->principal, other->principal) == 0)
		{
			return true;
		}
	}
	return false;
}

bool probe_keytab_count_keys(struct probe_kerberos *krb,
			     const struct probe_keytab *keytab,
			     const struct probe_ticket *ticket,
			     size_t *_num_keys)
{
	size_t *opening = talloc_array(NULL, size_t, keytab->num_entries);
	size_t num_opening = 0;
	size_t num = 0;
	size_t i;

	if (opening == NULL) {
		return false;
	}
	for (i = 0; i < keytab->num_entries; i++) {
		if (probe_keytab_key_opens(krb, keytab, i, ticket)) {
			opening[num_opening++] = i;
		}
	}
	for (i = 0; i < keytab->num_entries; i++) {
		num += goes_with(&keytab->entries[i],
				 keytab,
				 opening,
				 num_opening)
			       ? 1
			       : 0;
	}
	talloc_free(opening);
	*_num_keys = num;
	return true;
}

/* --------------------------------------------------------------------- all */

struct probe_keytab_check *probe_keytab_check_all(
	TALLOC_CTX *mem_ctx,
	struct probe_kerberos *krb,
	const struct probe_keytab *keytab,
	size_t most_names)
{
	struct checking checking = {
		.tmp_ctx = talloc_new(mem_ctx),
		.krb = krb,
		.keytab = keytab,
		.checks = talloc_zero_array(mem_ctx,
					    struct probe_keytab_check,
					    keytab->num_entries),
	};
	bool ok = checking.tmp_ctx != NULL && checking.checks != NULL;
	size_t i;

	ok = ok && get_tickets(&checking, most_names) &&
	     find_same_keys(&checking);
	for (i = 0; ok && i < keytab->num_entries; i++) {
		ok = check_entry(&checking, i);
	}
	talloc_free(checking.tmp_ctx);
	if (!ok) {
		TALLOC_FREE(checking.checks);
	}
	return checking.checks;
}
