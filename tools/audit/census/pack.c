/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One list of what there is, in the order in which it stands in the bytes:
 * pack() and unpack() go through it alike. A number is seven bits a byte,
 * the lowest first; a text its length, its bytes and a NUL, so that it can
 * be pointed to.
 *
 * Folded values are not kept: they are as long as the values, and to fold
 * again costs less than the memory.
 */
#include "pack.h"

#include <string.h>

#include "audit/rules/facts.h"
#include "policy/ids.h"
#include "policy/names.h"
#include "policy/quick_fold.h"

#define FLAG_DC 0x1u
#define FLAG_DISABLED 0x2u
#define FLAG_DELETED 0x4u
#define FLAG_FACTS 0x8u
#define FLAG_TYPES 0x10u
#define FLAG_PRIVILEGED 0x20u
#define FLAG_GUID 0x40u /* 16 bytes instead of a text */
#define FLAG_NO_KEY 0x80u
/* with the kind, since the first byte is full */
#define FLAG_KRBTGT 0x80u
#define FLAG_SHARES 0x40u
#define FLAG_SAME_CN 0x20u
#define FLAGS_OF_KIND (FLAG_KRBTGT | FLAG_SHARES | FLAG_SAME_CN)

#define POINTER sizeof(uintptr_t) /* one is kept as it is */

struct spn_str spn_pack_parent(struct spn_str dn)
{
	size_t i;

	for (i = 0; i < dn.len; i++) {
		if (dn.data[i] == '\\') {
			i++; /* the next one is no comma */
		} else if (dn.data[i] == ',') {
			return (struct spn_str){
				.data = dn.data + i + 1,
				.len = dn.len - i - 1,
			};
		}
	}
	return (struct spn_str){};
}

/* ---------------------------------------------------------------- to bytes */

struct writer {
	uint8_t *at;
	size_t room; /* once it does not suffice, bytes are only counted */
	size_t len;
};

static void put_byte(struct writer *w, uint8_t byte)
{
	if (w->len < w->room) {
		w->at[w->len] = byte;
	}
	w->len++;
}

static void put_number(struct writer *w, uint64_t number)
{
	while (number >= 0x80) {
		put_byte(w, (uint8_t)(number | 0x80));
		number >>= 7;
	}
	put_byte(w, (uint8_t)number);
}

static void put_bytes(struct writer *w, const void *bytes, size_t len)
{
	if (len > 0 && w->len < w->room && len <= w->room - w->len) {
		memcpy(w->at + w->len, bytes, len);
	}
	w->len += len;
}

static void put_str(struct writer *w, struct spn_str s)
{
	put_number(w, s.len);
	put_bytes(w, s.data, s.len);
	put_byte(w, 0);
}

/* NULL is a text, too: its length is 0, that of others one more. */
static void put_text(struct writer *w, const char *text)
{
	size_t len = (text == NULL) ? 0 : strlen(text) + 1;

	put_number(w, len);
	put_bytes(w, text, len);
}

static void put_list(struct writer *w, const char *const *texts)
{
	size_t num = 0;
	size_t i;

	while (texts != NULL && texts[num] != NULL) {
		num++;
	}
	put_number(w, (texts == NULL) ? 0 : num + 1);
	for (i = 0; i < num; i++) {
		put_text(w, texts[i]);
	}
}

/* Will the text be the same again? */
static bool is_guid_text(const char *text, uint8_t bytes[SPN_GUID_BYTES])
{
	/* It is made of small letters. */
	return text[strcspn(text, "ABCDEF")] == '\0' &&
	       spn_guid_bytes(spn_str_of(text), bytes);
}

/* When it was set, or 0 and whether that means never: one byte for nearly
 * all who have no time. */
static void put_password(struct writer *w, const struct spn_facts *facts)
{
	put_number(w, (uint64_t)facts->password_set);
	if (facts->password_set == 0) {
		put_byte(w, facts->has_no_password_yet ? 1 : 0);
	}
}

static void put_facts(struct writer *w, const struct spn_facts *facts)
{
	size_t i;

	put_number(w, facts->control);
	put_number(w, facts->encryption_types);
	put_password(w, facts);
	put_number(w, (uint64_t)facts->last_logon);
	put_number(w, (uint64_t)facts->expires);
	put_text(w, facts->user_principal_name);
	put_list(w, facts->password_readers);
	put_number(w, facts->num_delegate_to);
	for (i = 0; i < facts->num_delegate_to; i++) {
		put_str(w, facts->delegate_to[i]);
	}
	put_number(w, facts->num_writers);
	if (facts->num_writers > 0) {
		put_bytes(w, &facts->writers, POINTER);
	}
}

static uint8_t flags_of(const struct spn_account *account, bool is_guid)
{
	const struct spn_facts *facts = account->facts;
	unsigned flags = (account->is_dc ? FLAG_DC : 0) |
			 (account->is_disabled ? FLAG_DISABLED : 0) |
			 (account->is_deleted ? FLAG_DELETED : 0) |
			 (account->has_no_key ? FLAG_NO_KEY : 0) |
			 (is_guid ? FLAG_GUID : 0);

	if (facts != NULL) {
		flags |= FLAG_FACTS |
			 (facts->has_encryption_types ? FLAG_TYPES : 0) |
			 (facts->is_privileged ? FLAG_PRIVILEGED : 0);
	}
	return (uint8_t)flags;
}

size_t spn_pack(const struct spn_account *account,
		uint32_t parent,
		uint32_t domain,
		uint8_t *into,
		size_t room)
{
	struct writer w = {.at = into, .room = room};
	struct spn_str dn = spn_str_of(account->dn);
	uint8_t guid[SPN_GUID_BYTES];
	bool is_guid = is_guid_text(account->object_guid, guid);
	size_t i;

	put_byte(&w, flags_of(account, is_guid));
	put_byte(&w,
		 (uint8_t)((unsigned)account->kind |
			   (account->has_krbtgt_number ? FLAG_KRBTGT : 0)));
	if (is_guid) {
		put_bytes(&w, guid, sizeof(guid));
	} else {
		put_text(&w, account->object_guid);
	}
	/* With its comma, if there is a parent. */
	dn.len -= spn_pack_parent(dn).len;
	put_str(&w, dn);
	put_number(&w, parent);
	put_number(&w, domain);
	put_text(&w, account->sam_account_name);
	put_text(&w, account->dns_host_name);
	put_list(&w, account->additional_dns_host_names);
	put_list(&w, account->additional_sam_names);
	if (account->facts != NULL) {
		put_facts(&w, account->facts);
	}
	put_number(&w, account->spns.num);
	for (i = 0; i < account->spns.num; i++) {
		put_str(&w, account->spns.values[i].value);
	}
	return w.len;
}

void spn_pack_set_privileged(uint8_t *packed)
{
	packed[0] |= FLAG_PRIVILEGED;
}

void spn_pack_set_shares(uint8_t *packed)
{
	packed[1] |= FLAG_SHARES;
}

bool spn_pack_shares(const uint8_t *packed)
{
	return (packed[1] & FLAG_SHARES) != 0;
}

void spn_pack_set_same_cn(uint8_t *packed)
{
	packed[1] |= FLAG_SAME_CN;
}

/* -------------------------------------------------------------- from bytes */

/* Ours, so nothing is checked. */
struct reader {
	const uint8_t *at;
	TALLOC_CTX *mem_ctx;
	struct spn_arena *arena; /* NULL: chunks of talloc */
	TALLOC_CTX *scratch;
	bool is_out_of_memory;
};

/* Zeroed. NULL, and noted, when out of memory. */
static void *take(struct reader *r, size_t len)
{
	void *taken = (r->arena != NULL) ? spn_arena_take_object(r->mem_ctx,
								 r->arena,
								 len)
					 : talloc_zero_size(r->mem_ctx, len);

	r->is_out_of_memory |= taken == NULL;
	return taken;
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
	char *text = take(r, SPN_GUID_TEXT);

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
	char *dn = take(r, name.len + parent.len + 1);

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

/* Room for the keys of all of them, each with a NUL. */
static char *room_for_keys(const struct reader *at, size_t num)
{
	struct reader r = *at;
	size_t len = 0;
	size_t i;

	for (i = 0; i < num; i++) {
		len += get_str(&r).len + 1;
	}
	return talloc_array(r.mem_ctx, char, len);
}

/* Folded, for as long as the account: into *_room, if there is one and it is
 * that simple. */
static bool get_key(struct reader *r,
		    const struct spn_fold *fold,
		    struct spn_value *spn,
		    char **_room)
{
	struct spn_str key = {};

	if (*_room != NULL) {
		char *room = *_room;

		*_room += spn->value.len + 1;
		room[spn->value.len] = '\0';
		return spn_fold_at(fold,
				   r->scratch,
				   spn->value,
				   room,
				   &spn->key);
	}
	return spn_fold_text(fold, r->scratch, spn->value, &key) &&
	       spn_arena_copy(r->mem_ctx, r->arena, key, &spn->key);
}

static bool get_spns(struct reader *r,
		     struct spn_account *account,
		     const struct spn_fold *fold)
{
	struct spn_set *set = &account->spns;
	size_t num = (size_t)get_number(r);
	char *room = NULL;
	size_t i;

	if (num == 0) {
		return true;
	}
	set->values = take(r, num * sizeof(set->values[0]));
	if (r->arena == NULL) {
		room = room_for_keys(r, num);
	}
	if (set->values == NULL || (r->arena == NULL && room == NULL)) {
		return false;
	}
	set->size = num;
	for (i = 0; i < num; i++) {
		struct spn_value spn = {.value = get_str(r)};

		/* There is room, so only a large one needs more. */
		if (!get_key(r, fold, &spn, &room) ||
		    !spn_set_add((r->arena == NULL) ? r->scratch : r->mem_ctx,
				 set,
				 &spn))
		{
			return false;
		}
	}
	return true;
}

/* Where the lists are long. */
static bool list_names(struct spn_account *account)
{
	return spn_names_list(account,
			      account->additional_dns_host_names,
			      &account->dns_names) &&
	       spn_names_list(account,
			      account->additional_sam_names,
			      &account->sam_names);
}

static bool unpack(struct reader *r,
		   const struct spn_shared *shared,
		   const struct spn_fold *fold,
		   struct spn_account *account)
{
	uint8_t flags = r->at[0];
	struct spn_facts *facts = NULL;

	account->kind = (enum spn_kind)(r->at[1] & ~FLAGS_OF_KIND);
	account->is_alone = (r->at[1] & FLAG_SHARES) == 0;
	account->has_own_cn = spn_account_is_machine(account) &&
			      (r->at[1] & FLAG_SAME_CN) == 0;
	account->has_krbtgt_number = (r->at[1] & FLAG_KRBTGT) != 0;
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
	account->facts = (r->arena == NULL) ? facts : NULL;
	return !r->is_out_of_memory && get_spns(r, account, fold) &&
	       (r->arena != NULL || list_names(account));
}

struct spn_account *spn_unpack(TALLOC_CTX *mem_ctx,
			       const struct spn_shared *shared,
			       const struct spn_fold *fold,
			       const uint8_t *packed)
{
	struct spn_account *account = talloc_zero(mem_ctx, struct spn_account);
	struct reader r = {
		.at = packed,
		.mem_ctx = account,
		.scratch = account,
	};

	if (account == NULL) {
		return NULL;
	}
	if (!unpack(&r, shared, fold, account)) {
		talloc_free(account);
		return NULL;
	}
	return account;
}

struct spn_account *spn_unpack_small(TALLOC_CTX *mem_ctx,
				     struct spn_arena *arena,
				     TALLOC_CTX *scratch,
				     const struct spn_shared *shared,
				     const struct spn_fold *fold,
				     const uint8_t *packed)
{
	struct reader r = {
		.at = packed,
		.mem_ctx = mem_ctx,
		.arena = arena,
		.scratch = scratch,
	};
	struct spn_account *account = take(&r, sizeof(*account));

	if (account == NULL || !unpack(&r, shared, fold, account)) {
		return NULL; /* the arena has it */
	}
	return account;
}
