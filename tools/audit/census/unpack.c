/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the bytes that pack.c makes to an account.
 */
#include "pack_flags.h"

#include <string.h>

#include "audit/rules/facts.h"
#include "policy/ids.h"
#include "policy/names.h"
#include "policy/quick_fold.h"

/* Ours, so nothing is checked. */
struct reader {
	const uint8_t *at;
	TALLOC_CTX *mem_ctx;
	struct spn_arena *arena;
	bool is_whole; /* with facts */
	bool is_out_of_memory;
};

/* Zeroed. NULL, and noted, when out of memory. */
static void *take(struct reader *r, size_t len)
{
	void *taken = spn_arena_take_object(r->mem_ctx, r->arena, len);

	r->is_out_of_memory |= taken == NULL;
	return taken;
}

/* Not zeroed. */
static char *take_text(struct reader *r, size_t len)
{
	uint8_t *taken = spn_arena_take(r->mem_ctx, r->arena, len);

	r->is_out_of_memory |= taken == NULL;
	return (char *)taken;
}

static uint64_t get_number(struct reader *r)
{
	uint64_t number = 0;
	unsigned shift = 0;

	while ((*r->at & 0x80) != 0) {
		number |= (uint64_t)(*r->at++ & 0x7f) << shift;
		shift += 7;
	}
	return number | (uint64_t)*r->at++ << shift;
}

static struct spn_str get_str(struct reader *r)
{
	struct spn_str s = {.len = (size_t)get_number(r)};

	s.data = (const char *)r->at;
	r->at += s.len + 1;
	return s;
}

static const char *get_text(struct reader *r)
{
	size_t len = (size_t)get_number(r);
	const char *text = (len == 0) ? NULL : (const char *)r->at;

	r->at += len;
	return text;
}

static const char **get_list(struct reader *r)
{
	size_t num = (size_t)get_number(r);
	const char **texts = NULL;
	size_t i;

	if (num == 0) {
		return NULL;
	}
	texts = take(r, num * sizeof(char *));
	for (i = 0; i + 1 < num; i++) {
		const char *text = get_text(r);

		if (texts != NULL) {
			texts[i] = text;
		}
	}
	return texts;
}

static const char *get_guid(struct reader *r)
{
	char *text = take_text(r, SPN_GUID_TEXT);

	if (text == NULL) {
		return NULL;
	}
	spn_guid_text(r->at, text);
	r->at += SPN_GUID_BYTES;
	return text;
}

static const char *get_dn(struct reader *r, const struct spn_shared *shared)
{
	struct spn_str name = get_str(r);
	struct spn_str parent = spn_shared_text(shared, get_number(r));
	char *dn = take_text(r, name.len + parent.len + 1);

	if (dn == NULL) {
		return NULL;
	}
	memcpy(dn, name.data, name.len);
	memcpy(dn + name.len, parent.data, parent.len);
	dn[name.len + parent.len] = '\0';
	return dn;
}

static struct spn_facts *get_facts(struct reader *r, uint8_t flags)
{
	struct spn_facts *facts = take(r, sizeof(*facts));
	struct spn_str *delegate_to = NULL;
	size_t i;

	if (facts == NULL) {
		return NULL;
	}
	facts->has_encryption_types = (flags & FLAG_TYPES) != 0;
	facts->is_privileged = (flags & FLAG_PRIVILEGED) != 0;
	facts->control = (uint32_t)get_number(r);
	facts->encryption_types = (uint32_t)get_number(r);
	facts->password_set = (int64_t)get_number(r);
	if (facts->password_set == 0) {
		facts->has_no_password_yet = *r->at++ != 0;
	}
	facts->last_logon = (int64_t)get_number(r);
	facts->expires = (int64_t)get_number(r);
	facts->user_principal_name = get_text(r);
	facts->password_readers = get_list(r);
	facts->num_delegate_to = (size_t)get_number(r);
	if (facts->num_delegate_to > 0) {
		delegate_to = take(r,
				   facts->num_delegate_to *
					   sizeof(delegate_to[0]));
	}
	for (i = 0; i < facts->num_delegate_to; i++) {
		struct spn_str entry = get_str(r);

		if (delegate_to != NULL) {
			delegate_to[i] = entry;
		}
	}
	facts->delegate_to = delegate_to;
	facts->num_writers = (size_t)get_number(r);
	if (facts->num_writers > 0) {
		memcpy(&facts->writers, r->at, POINTER);
		r->at += POINTER;
	}
	return facts;
}

/* An SPN as put_spn() wrote it. */
struct packed_spn {
	struct spn_str start; /* what is written of it */
	size_t len;	      /* of all of it */
};

static struct packed_spn next_spn(struct reader *r, struct spn_str host)
{
	uint64_t number = get_number(r);
	bool is_short = (number & 1) != 0;
	struct packed_spn spn = {
		.start =
			{
				.data = (const char *)r->at,
				.len = (size_t)(number >> 1),
			},
	};

	spn.len = spn.start.len + (is_short ? host.len : 0);
	r->at += spn.start.len + (is_short ? 0 : 1);
	return spn;
}

static bool get_spn(struct reader *r,
		    struct spn_str host,
		    struct spn_str *_spn)
{
	struct packed_spn spn = next_spn(r, host);
	char *whole = NULL;

	if (spn.len == spn.start.len) {
		*_spn = spn.start;
		return true;
	}
	whole = take_text(r, spn.len + 1);
	if (whole == NULL) {
		return false;
	}
	memcpy(whole, spn.start.data, spn.start.len);
	/* with its NUL */
	memcpy(whole + spn.start.len, host.data, host.len + 1);
	*_spn = (struct spn_str){.data = whole, .len = spn.len};
	return true;
}

static bool get_spns(struct reader *r,
		     struct spn_account *account,
		     const struct spn_fold *fold)
{
	struct spn_str host = spn_str_of(account->dns_host_name);
	struct spn_set *set = &account->spns;
	size_t num = (size_t)get_number(r);
	size_t i;

	if (num == 0) {
		return true;
	}
	set->values = take(r, num * sizeof(set->values[0]));
	if (set->values == NULL) {
		return false;
	}
	set->size = num;
	for (i = 0; i < num; i++) {
		struct spn_value spn = {};

		/* There is room, so only a large one needs more. */
		if (!get_spn(r, host, &spn.value) ||
		    !spn_arena_fold(r->mem_ctx,
				    r->arena,
				    fold,
				    spn.value,
				    &spn.key) ||
		    !spn_set_add(r->mem_ctx, set, &spn))
		{
			return false;
		}
	}
	return true;
}

/* Where the lists are long. */
static bool list_names(const struct reader *r, struct spn_account *account)
{
	return spn_names_list(r->mem_ctx,
			      account->additional_dns_host_names,
			      &account->dns_names) &&
	       spn_names_list(r->mem_ctx,
			      account->additional_sam_names,
			      &account->sam_names);
}

static bool unpack(struct reader *r,
		   const struct spn_shared *shared,
		   const struct spn_fold *fold,
		   struct spn_account *account)
{
	uint8_t flags = r->at[0];
	uint8_t of_kind = r->at[1];
	struct spn_facts *facts = NULL;

	account->kind = (enum spn_kind)(of_kind & ~FLAGS_OF_KIND);
	account->is_alone = (of_kind & FLAG_SHARES) == 0;
	account->has_own_cn = spn_account_is_machine(account) &&
			      (of_kind & FLAG_SAME_CN) == 0;
	account->has_krbtgt_number = (of_kind & FLAG_KRBTGT) != 0;
	r->at += 2;
	account->is_dc = (flags & FLAG_DC) != 0;
	account->is_disabled = (flags & FLAG_DISABLED) != 0;
	account->is_deleted = (flags & FLAG_DELETED) != 0;
	account->has_no_key = (flags & FLAG_NO_KEY) != 0;
	account->object_guid = ((flags & FLAG_GUID) != 0) ? get_guid(r)
							  : get_text(r);
	account->dn = get_dn(r, shared);
	account->dns_domain = spn_shared_text(shared, get_number(r)).data;
	account->sam_account_name = get_text(r);
	account->dns_host_name = get_text(r);
	account->additional_dns_host_names = get_list(r);
	account->additional_sam_names = get_list(r);
	if ((flags & FLAG_FACTS) != 0) {
		facts = get_facts(r, flags);
	}
	if (facts != NULL) {
		facts->lets_delegate = (of_kind & FLAG_LETS_DELEGATE) != 0;
	}
	account->facts = r->is_whole ? facts : NULL;
	return !r->is_out_of_memory && get_spns(r, account, fold) &&
	       (!r->is_whole || list_names(r, account));
}

struct spn_account *spn_unpack(TALLOC_CTX *mem_ctx,
			       struct spn_arena *arena,
			       const struct spn_shared *shared,
			       const struct spn_fold *fold,
			       const uint8_t *packed,
			       bool is_whole)
{
	struct reader r = {
		.at = packed,
		.mem_ctx = mem_ctx,
		.arena = arena,
		.is_whole = is_whole,
	};
	struct spn_account *account = take(&r, sizeof(*account));

	if (account == NULL || !unpack(&r, shared, fold, account)) {
		return NULL; /* the arena has it */
	}
	return account;
}
