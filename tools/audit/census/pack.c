/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One list of what there is, in the order in which it stands in the bytes:
 * pack.c and unpack.c go through it alike. A number is seven bits a byte,
 * the lowest first; a text its length, its bytes and a NUL, so that it can
 * be pointed to.
 *
 * Folded values are not kept: they are as long as the values, and to fold
 * again costs less than the memory. Nor is the name of a computer, with which
 * most of its SPNs end, kept in each of them.
 */
#include "pack_flags.h"

#include <string.h>

#include "audit/rules/facts.h"
#include "policy/ids.h"

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

static void put_large(struct writer *w, uint64_t number)
{
	while (number >= 0x80) {
		put_byte(w, (uint8_t)(number | 0x80));
		number >>= 7;
	}
	put_byte(w, (uint8_t)number);
}

/* Nearly all are one byte. */
static inline void put_number(struct writer *w, uint64_t number)
{
	if (number < 0x80) {
		put_byte(w, (uint8_t)number);
	} else {
		put_large(w, number);
	}
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

/* What most SPNs of a computer end with: a slash and its dNSHostName in these
 * very bytes. How much stands before the name; 0: it ends with something
 * else. */
static size_t before_host(struct spn_str spn, struct spn_str host)
{
	size_t before = spn.len - host.len;

	return (host.len > 0 && spn.len > host.len &&
		spn.data[before - 1] == '/' &&
		memcmp(spn.data + before, host.data, host.len) == 0)
		       ? before
		       : 0;
}

/* As put_str(), but the name is not written again: then the length is only
 * that of what stands before it, and odd. */
static void put_spn(struct writer *w, struct spn_str spn, struct spn_str host)
{
	size_t before = before_host(spn, host);

	if (before > 0) {
		put_number(w, (uint64_t)before << 1 | 1);
		put_bytes(w, spn.data, before);
		return;
	}
	put_number(w, (uint64_t)spn.len << 1);
	put_bytes(w, spn.data, spn.len);
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

static unsigned flags_of_kind(const struct spn_account *account)
{
	const struct spn_facts *facts = account->facts;

	return (account->has_krbtgt_number ? FLAG_KRBTGT : 0) |
	       ((facts != NULL && facts->lets_delegate) ? FLAG_LETS_DELEGATE
							: 0);
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
		 (uint8_t)((unsigned)account->kind | flags_of_kind(account)));
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
		put_spn(&w,
			account->spns.values[i].value,
			spn_str_of(account->dns_host_name));
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
