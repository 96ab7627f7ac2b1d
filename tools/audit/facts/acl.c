/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samba's reader of descriptors is in no public library, hence this one: it
 * goes through the owner and the ACEs and checks every length.
 *
 * Only what is allowed counts: a refusal may stand in the way of one member of
 * a group and not of the next. The object class that an ACE is inherited to
 * has no say where the ACE already is.
 */
#include "acl.h"

#include <string.h>

#include "common/arena.h"
#include "policy/slots.h"

#define ACE_ALLOWED 0x0
#define ACE_ALLOWED_OBJECT 0x5
#define ACE_INHERIT_ONLY 0x8
#define OBJECT_TYPE_PRESENT 0x1
#define INHERITED_TYPE_PRESENT 0x2
#define DACL_PRESENT 0x4

#define RIGHT_SELF 0x8u /* validated writes */
#define RIGHT_WRITE_PROPERTY 0x20u
#define RIGHT_WRITE_DAC 0x40000u
#define RIGHT_WRITE_OWNER 0x80000u
#define RIGHT_GENERIC_ALL 0x10000000u
#define RIGHT_GENERIC_WRITE 0x40000000u
#define RIGHT_ALL 0xf01ffu

/* servicePrincipalName; Validated-SPN has the same GUID. */
static const uint8_t guid_spn[16] = {0x88,
				     0x47,
				     0xa6,
				     0xf3,
				     0x06,
				     0x53,
				     0xd1,
				     0x11,
				     0xa9,
				     0xc5,
				     0x00,
				     0x00,
				     0xf8,
				     0x03,
				     0x67,
				     0xc1};
/* Public Information, a set of properties that it belongs to. */
static const uint8_t guid_public[16] = {0x54,
					0x01,
					0x8d,
					0xe4,
					0xf8,
					0xbc,
					0xd1,
					0x11,
					0x87,
					0x02,
					0x00,
					0xc0,
					0x4f,
					0xb9,
					0x60,
					0x50};

struct known {
	struct spn_str bytes; /* kind, owner, DACL */
	const struct spn_writer *writers;
	size_t num_writers;
};

struct audit_acl {
	struct known *known;
	size_t num_known;
	size_t last[SPN_KIND_GMSA + 1]; /* known, the last one of each kind */
	struct spn_slots by_bytes;
	struct spn_writer **lists; /* of each known one, to be given names */
	struct spn_arena arena;
	size_t num_unreadable;
};

struct audit_acl *audit_acl_new(TALLOC_CTX *mem_ctx)
{
	return talloc_zero(mem_ctx, struct audit_acl);
}

size_t audit_acl_num_unreadable(const struct audit_acl *acl)
{
	return acl->num_unreadable;
}

/* ------------------------------------------------------------------- bytes */

static uint32_t number16(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t number32(const uint8_t *bytes)
{
	return number16(bytes) | number16(bytes + 2) << 16;
}

static const uint8_t *bytes_of(struct spn_str s)
{
	return (const uint8_t *)s.data;
}

/* ---------------------------------------------------------------- trustees */

static bool is_builtin_admin(const uint8_t *sid, size_t len)
{
	static const uint32_t rids[] = {544, 548};
	size_t i;

	for (i = 0; i < sizeof(rids) / sizeof(rids[0]); i++) {
		if (len == 16 && number32(sid + 8) == 32 &&
		    number32(sid + 12) == rids[i])
		{
			return true;
		}
	}
	return false;
}

static bool is_domain_admin(const uint8_t *sid, size_t len)
{
	/* Administrator, Domain Admins, Domain Controllers, Schema Admins,
	 * Enterprise Admins, the two of Key Admins */
	static const uint32_t rids[] = {500, 512, 516, 518, 519, 526, 527};
	size_t i;

	for (i = 0; i < sizeof(rids) / sizeof(rids[0]); i++) {
		if (len == 28 && number32(sid + 8) == 21 &&
		    number32(sid + 24) == rids[i])
		{
			return true;
		}
	}
	return false;
}

/* Who may do it without being worth a word. */
static bool is_trusted(struct spn_str sid, enum spn_kind kind)
{
	static const uint32_t system = 18;
	static const uint32_t controllers = 9;
	static const uint32_t self = 10;
	const uint8_t *b = bytes_of(sid);
	uint32_t first = (sid.len >= 12) ? number32(b + 8) : 0;

	if (memcmp(b + 2, "\0\0\0\0\0", 5) != 0) {
		return false;
	}
	/* CREATOR OWNER and GROUP: examples for children. OWNER RIGHTS: the
	 * owner is looked at for himself. */
	if (b[7] == 3 && sid.len == 12) {
		return first == 0 || first == 1 || first == 4;
	}
	if (b[7] != 5) {
		return false;
	}
	if (sid.len == 12) {
		return first == system || first == controllers ||
		       (first == self && kind != SPN_KIND_USER);
	}
	return is_builtin_admin(b, sid.len) || is_domain_admin(b, sid.len);
}

/* ------------------------------------------------------------------ rights */

/* NULL: none that matters. type is NULL: the ACE is for all. */
static const char *right_of(uint32_t mask, const uint8_t *type)
{
	bool is_spn = type == NULL || memcmp(type, guid_spn, 16) == 0;
	bool is_set = type != NULL && memcmp(type, guid_public, 16) == 0;

	if (type == NULL && ((mask & RIGHT_GENERIC_ALL) != 0 ||
			     (mask & RIGHT_ALL) == RIGHT_ALL))
	{
		return "full control";
	}
	if ((mask & RIGHT_WRITE_DAC) != 0) {
		return "change permissions";
	}
	if ((mask & RIGHT_WRITE_OWNER) != 0) {
		return "take ownership";
	}
	if (type == NULL &&
	    (mask & (RIGHT_WRITE_PROPERTY | RIGHT_GENERIC_WRITE)) != 0)
	{
		return "write all properties";
	}
	if (is_set && (mask & RIGHT_WRITE_PROPERTY) != 0) {
		return "write Public-Information";
	}
	if (is_spn && (mask & RIGHT_WRITE_PROPERTY) != 0) {
		return "write servicePrincipalName";
	}
	if (is_spn && (mask & RIGHT_SELF) != 0) {
		return "validated write of servicePrincipalName";
	}
	return NULL;
}

/* Who may write, in the order of the list; each trustee once. Whoever may
 * change the list can make it thousands of entries long. */
struct found {
	struct found_writer {
		struct spn_str sid;
		const char *right;
	} *writers; /* room for the owner and every ACE */
	size_t num;
	struct spn_slots by_sid;
	bool has_no_memory;
};

static bool is_found(const struct found *found,
		     uint32_t hash,
		     struct spn_str sid)
{
	uint32_t number = 0;
	size_t place = 0;

	while (spn_slots_next(&found->by_sid, hash, &place, &number)) {
		if (spn_str_equal(found->writers[number].sid, sid)) {
			return true;
		}
	}
	return false;
}

static void add_found(struct found *found,
		      enum spn_kind kind,
		      struct spn_str sid,
		      const char *right)
{
	uint32_t hash = 0;

	if (right == NULL || sid.len == 0 || is_trusted(sid, kind)) {
		return;
	}
	hash = spn_slots_hash(0, sid, false);
	if (is_found(found, hash, sid)) {
		return; /* one right is enough */
	}
	if (!spn_slots_add(found->writers,
			   &found->by_sid,
			   hash,
			   (uint32_t)found->num))
	{
		found->has_no_memory = true;
		return;
	}
	found->writers[found->num++] = (struct found_writer){sid, right};
}

static bool read_ace(struct spn_str ace,
		     enum spn_kind kind,
		     struct found *found)
{
	const uint8_t *b = bytes_of(ace);
	const uint8_t *type = NULL;
	size_t sid_offset = 8;
	uint32_t flags = 0;

	if (ace.len < 8) {
		return false;
	}
	if ((b[0] != ACE_ALLOWED && b[0] != ACE_ALLOWED_OBJECT) ||
	    (b[1] & ACE_INHERIT_ONLY) != 0)
	{
		return true;
	}
	if (b[0] == ACE_ALLOWED_OBJECT) {
		if (ace.len < 12) {
			return false;
		}
		flags = number32(b + 8);
		sid_offset = 12;
		if ((flags & OBJECT_TYPE_PRESENT) != 0) {
			type = b + sid_offset;
			sid_offset += 16;
		}
		if ((flags & INHERITED_TYPE_PRESENT) != 0) {
			sid_offset += 16;
		}
		if (ace.len < sid_offset) {
			return false;
		}
	}
	if (spn_sid_at(ace, sid_offset).len == 0) {
		return false;
	}
	add_found(found,
		  kind,
		  spn_sid_at(ace, sid_offset),
		  right_of(number32(b + 4), type));
	return true;
}

static size_t num_aces(struct spn_str dacl)
{
	return (dacl.len < 8) ? 0 : number16(bytes_of(dacl) + 4);
}

static bool read_dacl(struct spn_str dacl,
		      enum spn_kind kind,
		      struct found *found)
{
	size_t num = num_aces(dacl);
	size_t offset = 8;
	size_t i;

	for (i = 0; i < num; i++) {
		struct spn_str ace = {.data = dacl.data + offset};

		if (dacl.len - offset < 4) {
			return false;
		}
		ace.len = number16(bytes_of(ace) + 2);
		if (ace.len < 4 || ace.len > dacl.len - offset ||
		    !read_ace(ace, kind, found))
		{
			return false;
		}
		offset += ace.len;
	}
	return true;
}

/* Owner and DACL of a descriptor; a DACL that is not there has len 0. */
static bool split_descriptor(struct spn_str descriptor,
			     struct spn_str *_owner,
			     struct spn_str *_dacl)
{
	const uint8_t *b = bytes_of(descriptor);
	struct spn_str dacl = {};
	size_t owner = 0;
	size_t offset = 0;

	if (descriptor.len < 20 || b[0] != 1) {
		return false;
	}
	owner = number32(b + 4);
	offset = number32(b + 16);
	*_owner = (struct spn_str){};
	*_dacl = dacl;
	if (owner != 0) {
		*_owner = spn_sid_at(descriptor, owner);
		if (_owner->len == 0) {
			return false;
		}
	}
	if ((number16(b + 2) & DACL_PRESENT) == 0 || offset == 0) {
		return true;
	}
	if (offset > descriptor.len || descriptor.len - offset < 8) {
		return false;
	}
	dacl.data = descriptor.data + offset;
	dacl.len = number16(bytes_of(dacl) + 2);
	*_dacl = dacl;
	return dacl.len >= 8 && dacl.len <= descriptor.len - offset;
}

static bool read_all(struct spn_str owner,
		     struct spn_str dacl,
		     enum spn_kind kind,
		     struct found *found)
{
	static const char everyone[] = "\1\1\0\0\0\0\0\1\0\0\0\0";

	if (dacl.len == 0) {
		add_found(found,
			  kind,
			  (struct spn_str){
				  .data = everyone,
				  .len = sizeof(everyone) - 1,
			  },
			  "full control: there is no list of permissions");
		return true;
	}
	add_found(found, kind, owner, "owner");
	return read_dacl(dacl, kind, found);
}

/* --------------------------------------------------------------- remembering
 */

static bool remember(struct audit_acl *acl,
		     uint32_t hash,
		     struct spn_str bytes,
		     const struct found *found)
{
	struct spn_writer *writers = NULL;
	size_t num = acl->num_known;
	size_t i;

	/* Room for 1, 2, 4, 8... */
	if ((num & (num - 1)) == 0) {
		size_t size = (num == 0) ? 1 : num * 2;

		acl->known =
			talloc_realloc(acl, acl->known, struct known, size);
		acl->lists = talloc_realloc(acl,
					    acl->lists,
					    struct spn_writer *,
					    size);
		if (acl->known == NULL || acl->lists == NULL) {
			return false;
		}
	}
	if (found->num > 0) {
		writers = talloc_array(acl, struct spn_writer, found->num);
		if (writers == NULL) {
			return false;
		}
	}
	for (i = 0; i < found->num; i++) {
		writers[i].trustee = spn_sid_text(acl, found->writers[i].sid);
		writers[i].right = found->writers[i].right;
		if (writers[i].trustee == NULL) {
			return false;
		}
	}
	acl->known[num] = (struct known){
		.bytes = bytes,
		.writers = writers,
		.num_writers = found->num,
	};
	acl->lists[num] = writers;
	acl->num_known++;
	return spn_slots_add(acl, &acl->by_bytes, hash, (uint32_t)num);
}

/* What the answer depends on. */
struct descriptor {
	struct spn_str owner;
	struct spn_str dacl;
	enum spn_kind kind;
};

/* Its bytes. */
static struct spn_str key_of(struct audit_acl *acl, const struct descriptor *d)
{
	struct spn_str owner = d->owner;
	struct spn_str dacl = d->dacl;
	struct spn_str key = {.len = 1 + owner.len + dacl.len};
	uint8_t *bytes = spn_arena_take(acl, &acl->arena, key.len);

	if (bytes == NULL) {
		return (struct spn_str){};
	}
	bytes[0] = (uint8_t)d->kind;
	if (owner.len > 0) {
		memcpy(bytes + 1, owner.data, owner.len);
	}
	if (dacl.len > 0) {
		memcpy(bytes + 1 + owner.len, dacl.data, dacl.len);
	}
	key.data = (const char *)bytes;
	return key;
}

static bool is_key(struct spn_str key, const struct descriptor *d)
{
	const struct spn_str known_owner = {
		.data = key.data + 1,
		.len = d->owner.len,
	};
	const struct spn_str known_dacl = {
		.data = key.data + 1 + d->owner.len,
		.len = d->dacl.len,
	};

	return key.len == 1 + d->owner.len + d->dacl.len &&
	       bytes_of(key)[0] == (uint8_t)d->kind &&
	       spn_str_equal(known_dacl, d->dacl) &&
	       spn_str_equal(known_owner, d->owner);
}

/* Reads and remembers what is not known; NULL in *_known if it cannot be
 * read. False when out of memory. */
static bool learn(struct audit_acl *acl,
		  uint32_t hash,
		  const struct descriptor *d,
		  const struct known **_known)
{
	struct found found = {
		.writers = talloc_array(acl,
					struct found_writer,
					num_aces(d->dacl) + 1),
	};
	struct spn_str key = {};
	bool ok = false;

	*_known = NULL;
	if (found.writers == NULL) {
		return false;
	}
	if (!read_all(d->owner, d->dacl, d->kind, &found)) {
		acl->num_unreadable++;
		ok = true;
	} else if (!found.has_no_memory) {
		key = key_of(acl, d);
		ok = key.data != NULL && remember(acl, hash, key, &found);
		*_known = ok ? &acl->known[acl->num_known - 1] : NULL;
	}
	talloc_free(found.writers);
	return ok;
}

static const struct known *find_known(const struct audit_acl *acl,
				      uint32_t hash,
				      const struct descriptor *d)
{
	size_t place = 0;
	uint32_t number = 0;

	while (spn_slots_next(&acl->by_bytes, hash, &place, &number)) {
		const struct known *known = &acl->known[number];

		if (is_key(known->bytes, d)) {
			return known;
		}
	}
	return NULL;
}

bool audit_acl_writers(struct audit_acl *acl,
		       struct spn_str descriptor,
		       enum spn_kind kind,
		       const struct spn_writer **_writers,
		       size_t *_num_writers)
{
	struct descriptor d = {.kind = kind};
	const struct known *known = NULL;
	uint32_t hash = 0;

	*_writers = NULL;
	*_num_writers = 0;
	if (!split_descriptor(descriptor, &d.owner, &d.dacl)) {
		acl->num_unreadable++;
		return true;
	}
	/* Most are like the one before. */
	if (acl->num_known > 0) {
		known = &acl->known[acl->last[kind]];
	}
	if (known != NULL && !is_key(known->bytes, &d)) {
		known = NULL;
	}
	if (known == NULL) {
		hash = spn_slots_hash(spn_slots_hash((uint32_t)kind,
						     d.owner,
						     false),
				      d.dacl,
				      false);
		known = find_known(acl, hash, &d);
	}
	if (known == NULL && !learn(acl, hash, &d, &known)) {
		return false;
	}
	if (known == NULL) {
		return true;
	}
	acl->last[kind] = (size_t)(known - acl->known);
	*_writers = known->writers;
	*_num_writers = known->num_writers;
	return true;
}

void audit_acl_settle(struct audit_acl *acl,
		      struct audit_trustees *trustees,
		      const char *(*name_of)(void *private_data,
					     size_t number),
		      void *private_data)
{
	size_t number = 0;
	size_t i;
	size_t j;

	for (i = 0; i < acl->num_known; i++) {
		for (j = 0; j < acl->known[i].num_writers; j++) {
			struct spn_writer *writer = &acl->lists[i][j];
			const char *sid = writer->trustee;
			const char *name = audit_trustees_name(trustees, sid);

			if (name == sid &&
			    audit_trustees_account(trustees, sid, &number))
			{
				name = name_of(private_data, number);
			}
			writer->trustee = (name == NULL) ? sid : name;
		}
	}
}
