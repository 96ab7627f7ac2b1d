/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A web server reads its keytab as its own user, and says "empty or not there"
 * when it may not. access(2) answers for this process only, so the bits are
 * looked at as the kernel does it: acl(5), "Access check algorithm".
 */
#include "rights.h"

#include "common/shell_command.h"
#include "policy/quote.h"

#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/xattr.h>

#define ACCESS_ACL "system.posix_acl_access"
#define MAY_READ 4U
#define MAY_ENTER 1U
#define MOST_GROUPS 65536

/* linux/posix_acl_xattr.h: a version of four bytes, then such entries, in the
 * order of the tags; all little-endian. */
#define ACL_VERSION 2U
#define ACL_HEADER_SIZE 4
#define ACL_ENTRY_SIZE 8

enum acl_tag {
	ACL_OWNER = 0x01,
	ACL_USER = 0x02,
	ACL_OWNING_GROUP = 0x04,
	ACL_GROUP = 0x08,
	ACL_MASK = 0x10,
	ACL_OTHER = 0x20,
};

struct acl_entry {
	unsigned tag;
	unsigned bits;
	uint32_t id;
};

struct probe_reader *probe_reader_new(TALLOC_CTX *mem_ctx, const char *name)
{
	struct probe_reader *reader = talloc_zero(mem_ctx,
						  struct probe_reader);
	const struct passwd *user = getpwnam(name);
	int num = 64;

	if (reader == NULL || user == NULL) {
		talloc_free(reader);
		return NULL;
	}
	reader->name = talloc_strdup(reader, name);
	reader->uid = user->pw_uid;
	reader->gids = talloc_array(reader, gid_t, (size_t)num);
	if (reader->gids != NULL &&
	    getgrouplist(name, user->pw_gid, reader->gids, &num) == -1 &&
	    num > 0 && num <= MOST_GROUPS)
	{
		talloc_free(reader->gids);
		reader->gids = talloc_array(reader, gid_t, (size_t)num);
		if (reader->gids != NULL) {
			(void)getgrouplist(name,
					   user->pw_gid,
					   reader->gids,
					   &num);
		}
	}
	if (reader->name == NULL || reader->gids == NULL || num < 0) {
		talloc_free(reader);
		return NULL;
	}
	reader->num_gids = (size_t)num;
	return reader;
}

static bool is_in_group(const struct probe_reader *reader, gid_t gid)
{
	size_t i;

	for (i = 0; i < reader->num_gids; i++) {
		if (reader->gids[i] == gid) {
			return true;
		}
	}
	return false;
}

/* ------------------------------------------------------------- one question
 */

static uint32_t little(const char *bytes, size_t len)
{
	uint32_t number = 0;

	while (len-- > 0) {
		number = (number << 8) | (unsigned char)bytes[len];
	}
	return number;
}

/* Which entry of the ACL; false after the last one. */
static bool acl_entry(struct spn_str acl, size_t i, struct acl_entry *_entry)
{
	size_t start = ACL_HEADER_SIZE + i * ACL_ENTRY_SIZE;

	if (acl.len < start + ACL_ENTRY_SIZE ||
	    little(acl.data, ACL_HEADER_SIZE) != ACL_VERSION)
	{
		return false;
	}
	_entry->tag = little(acl.data + start, 2);
	_entry->bits = little(acl.data + start + 2, 2);
	_entry->id = little(acl.data + start + 4, 4);
	return true;
}

/* Rights of others than the owner: what the mask leaves of them. */
static unsigned acl_mask(struct spn_str acl)
{
	struct acl_entry entry = {};
	size_t i;

	for (i = 0; acl_entry(acl, i, &entry); i++) {
		if (entry.tag == ACL_MASK) {
			return entry.bits;
		}
	}
	return 7;
}

struct verdict {
	bool is_named;	 /* the user has an entry of its own */
	bool is_member;	 /* of a group that has one */
	bool is_allowed; /* by one of those */
};

static void look_at_entry(const struct probe_reader *reader,
			  const struct stat *st,
			  const struct acl_entry *entry,
			  unsigned bits_wanted,
			  struct verdict *verdict)
{
	bool is_allowed = (entry->bits & bits_wanted) == bits_wanted;
	bool is_group = (entry->tag == ACL_OWNING_GROUP &&
			 is_in_group(reader, st->st_gid)) ||
			(entry->tag == ACL_GROUP &&
			 is_in_group(reader, entry->id));

	if (verdict->is_named) {
		return;
	}
	if (entry->tag == ACL_USER && entry->id == reader->uid) {
		verdict->is_named = true;
		verdict->is_allowed = is_allowed;
	} else if (is_group) {
		verdict->is_member = true;
		verdict->is_allowed = verdict->is_allowed || is_allowed;
	}
}

bool probe_reader_may(const struct probe_reader *reader,
		      const struct stat *st,
		      struct spn_str acl,
		      unsigned wanted)
{
	struct verdict verdict = {};
	struct acl_entry entry = {};
	size_t i;

	if (reader->uid == 0) {
		return true;
	}
	if (reader->uid == st->st_uid) {
		return ((st->st_mode >> 6) & wanted) == wanted;
	}
	for (i = 0; acl_entry(acl, i, &entry); i++) {
		look_at_entry(reader, st, &entry, wanted, &verdict);
	}
	if (verdict.is_named || verdict.is_member) {
		return verdict.is_allowed &&
		       (acl_mask(acl) & wanted) == wanted;
	}
	/* With an ACL the bits of the group are its mask. */
	if (acl.len == 0 && is_in_group(reader, st->st_gid)) {
		return ((st->st_mode >> 3) & wanted) == wanted;
	}
	return (st->st_mode & wanted) == wanted;
}

/* ------------------------------------------------------------ of a whole path
 */

struct looking {
	TALLOC_CTX *mem_ctx;
	const struct probe_reader *reader;
	char *place; /* the first folder or file that it may not use */
	struct stat st;
	bool is_folder;
};

/* True: it may, or we cannot tell. */
static bool look_at(struct looking *looking, const char *place, bool is_folder)
{
	char bytes[4096];
	struct spn_str acl = {.data = bytes};
	ssize_t len;

	if (stat(place, &looking->st) != 0) {
		return true;
	}
	len = getxattr(place, ACCESS_ACL, bytes, sizeof(bytes));
	acl.len = (len > 0) ? (size_t)len : 0;
	looking->is_folder = is_folder;
	return probe_reader_may(looking->reader,
				&looking->st,
				acl,
				is_folder ? MAY_ENTER : MAY_READ);
}

/* From the root to the file. False when out of memory. */
static bool look(struct looking *looking, const char *path)
{
	char *whole = realpath(path, NULL);
	char *slash = whole;
	bool may = true;

	if (whole == NULL) {
		return true;
	}
	may = look_at(looking, "/", true);
	while (may && (slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		may = look_at(looking, whole, true);
		*slash = may ? '/' : '\0';
	}
	may = may && look_at(looking, whole, false);
	if (!may) {
		looking->place = talloc_strdup(looking->mem_ctx, whole);
	}
	free(whole);
	return may || looking->place != NULL;
}

/* "root:www-data, mode 0640" */
static char *owner_text(TALLOC_CTX *mem_ctx, const struct stat *st)
{
	const struct passwd *user = getpwuid(st->st_uid);
	const struct group *group = getgrgid(st->st_gid);
	char *text = NULL;

	text = (user == NULL)
		       ? talloc_asprintf(mem_ctx, "%u", (unsigned)st->st_uid)
		       : talloc_strdup(mem_ctx, user->pw_name);
	if (text == NULL) {
		return NULL;
	}
	return (group == NULL)
		       ? talloc_asprintf_append(text,
						":%u, mode %04o",
						(unsigned)st->st_gid,
						(unsigned)st->st_mode & 07777)
		       : talloc_asprintf_append(text,
						":%s, mode %04o",
						group->gr_name,
						(unsigned)st->st_mode & 07777);
}

/* What to do about it; of the machine's own keys nothing is given away. */
static char *remedy(struct looking *looking)
{
	const char *name = looking->reader->name;
	const char *word = shell_word(looking->mem_ctx,
				      spn_str_of(looking->place));

	if (strcmp(looking->place, "/etc/krb5.keytab") == 0) {
		return talloc_asprintf(looking->mem_ctx,
				       "it has the keys of this machine, so "
				       "leave it so, and make a keytab of its "
				       "own for %s",
				       name);
	}
	if (word == NULL) {
		return talloc_asprintf(looking->mem_ctx,
				       "let %s read it",
				       name);
	}
	if (looking->is_folder) {
		return talloc_asprintf(looking->mem_ctx, "chmod o+x %s", word);
	}
	return talloc_asprintf(looking->mem_ctx,
			       "chgrp %s %s && chmod 640 %s",
			       name,
			       word,
			       word);
}

bool probe_reader_complaint(TALLOC_CTX *mem_ctx,
			    const struct probe_reader *reader,
			    const char *path,
			    const char **_complaint)
{
	struct looking looking = {.mem_ctx = mem_ctx, .reader = reader};
	const char *place = NULL;
	const char *owner = NULL;
	const char *advice = NULL;

	*_complaint = NULL;
	if (!look(&looking, path)) {
		return false;
	}
	if (looking.place == NULL) {
		return true;
	}
	place = spn_printable(mem_ctx, spn_str_of(looking.place));
	owner = owner_text(mem_ctx, &looking.st);
	advice = remedy(&looking);
	if (place == NULL || owner == NULL || advice == NULL) {
		return false;
	}
	*_complaint = talloc_asprintf(mem_ctx,
				      "%s may not %s %s (%s); %s",
				      reader->name,
				      looking.is_folder ? "enter" : "read",
				      place,
				      owner,
				      advice);
	return *_complaint != NULL;
}

bool probe_exposed_complaint(TALLOC_CTX *mem_ctx,
			     const char *path,
			     const char **_complaint)
{
	/* Nobody is this user. */
	const struct probe_reader anybody = {.name = "", .uid = (uid_t)-1};
	struct looking looking = {.mem_ctx = mem_ctx, .reader = &anybody};
	const char *word = NULL;

	*_complaint = NULL;
	if (!look(&looking, path)) {
		return false;
	}
	if (looking.place != NULL || stat(path, &looking.st) != 0) {
		return true;
	}
	word = shell_word(mem_ctx, spn_str_of(path));
	*_complaint = talloc_asprintf(
		mem_ctx,
		"everybody on this machine may read these keys, and be this "
		"service; %s%s",
		(word == NULL) ? "take that right away" : "chmod o-rwx ",
		(word == NULL) ? "" : word);
	return *_complaint != NULL;
}
