/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A keytab file, as libkrb5 writes it: 0x0502, and entries, each with its size
 * before it; a negative size is a hole that an entry has left, and 0 is the
 * end. It is read here, and not by libkrb5, which takes what is cut off for
 * the end of the file, waits for a pipe, and locks.
 */
#include "keys.h"
#include "rights.h"

#include "common/shell_command.h"
#include "policy/quote.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define MOST_BYTES ((size_t)64 * 1024 * 1024)
#define VERSION 0x0502
#define OLD_VERSION 0x0501
#define CACHE_VERSION_3 0x0503
#define CACHE_VERSION_4 0x0504
#define MOST_COMPONENTS 1000

/* What is left to read. */
struct bytes {
	const char *at;
	size_t len;
	bool is_short; /* more was wanted than there is */
};

struct parsing {
	struct probe_keytab *keytab;
	size_t size; /* of the arrays */
};

static int wipe(struct probe_keytab_keys *keys)
{
	if (keys->bytes != NULL) {
		explicit_bzero(keys->bytes, keys->len);
	}
	return 0;
}

/* -------------------------------------------------------------- the numbers
 */

static uint32_t take(struct bytes *bytes, size_t size)
{
	uint32_t number = 0;
	size_t i;

	if (bytes->len < size) {
		bytes->is_short = true;
		bytes->len = 0;
		return 0;
	}
	for (i = 0; i < size; i++) {
		number = (number << 8) | (unsigned char)bytes->at[i];
	}
	bytes->at += size;
	bytes->len -= size;
	return number;
}

/* A size of two bytes, and as many bytes. */
static struct spn_str take_counted(struct bytes *bytes)
{
	size_t len = take(bytes, 2);
	struct spn_str part = {.data = bytes->at, .len = len};

	if (bytes->is_short || bytes->len < len) {
		bytes->is_short = true;
		bytes->len = 0;
		return (struct spn_str){.data = ""};
	}
	bytes->at += len;
	bytes->len -= len;
	return part;
}

/* -------------------------------------------------------------- the entries
 */

/* As krb5_unparse_name() has it. */
static char *append_part(char *name, struct spn_str part)
{
	size_t start = 0;
	size_t i;

	for (i = 0; name != NULL && i < part.len; i++) {
		if (part.data[i] != '/' && part.data[i] != '@' &&
		    part.data[i] != '\\' && part.data[i] != '\0')
		{
			continue;
		}
		name = talloc_strndup_append(name,
					     part.data + start,
					     i - start);
		if (name != NULL) {
			name = talloc_asprintf_append(name,
						      "\\%c",
						      (part.data[i] == '\0')
							      ? '0'
							      : part.data[i]);
		}
		start = i + 1;
	}
	return (name == NULL) ? NULL
			      : talloc_strndup_append(name,
						      part.data + start,
						      part.len - start);
}

/* "HTTP/web01@EXAMPLE.COM". NULL: out of memory, or it is cut off. */
static const char *take_name(TALLOC_CTX *mem_ctx, struct bytes *bytes)
{
	size_t num = take(bytes, 2);
	struct spn_str realm = take_counted(bytes);
	char *name = talloc_strdup(mem_ctx, "");
	const char *line = NULL;
	size_t i;

	if (num == 0 || num > MOST_COMPONENTS) {
		bytes->is_short = true;
	}
	for (i = 0; name != NULL && !bytes->is_short && i < num; i++) {
		if (i > 0) {
			name = talloc_strdup_append(name, "/");
		}
		name = append_part(name, take_counted(bytes));
	}
	if (name != NULL) {
		name = talloc_strdup_append(name, "@");
		name = append_part(name, realm);
	}
	line = (name == NULL) ? NULL
			      : spn_printable(mem_ctx, spn_str_of(name));
	talloc_free(name);
	return line;
}

static bool make_room(struct parsing *parsing)
{
	struct probe_keytab *keytab = parsing->keytab;
	size_t size = (parsing->size == 0) ? 16 : parsing->size * 2;

	if (keytab->num_entries < parsing->size) {
		return true;
	}
	keytab->entries = talloc_realloc(keytab,
					 keytab->entries,
					 struct probe_keytab_entry,
					 size);
	keytab->keys->keys = talloc_realloc(keytab->keys,
					    keytab->keys->keys,
					    struct spn_str,
					    size);
	parsing->size = size;
	return keytab->entries != NULL && keytab->keys->keys != NULL;
}

/* The bytes of one entry. False when out of memory; it is added, unless
 * bytes->is_short. */
static bool take_entry(struct parsing *parsing, struct bytes *bytes)
{
	struct probe_keytab *keytab = parsing->keytab;
	struct probe_keytab_entry entry = {};
	struct spn_str key = {};
	uint32_t kvno = 0;

	entry.principal = take_name(keytab, bytes);
	if (entry.principal == NULL) {
		return false;
	}
	(void)take(bytes, 4); /* type of the name */
	(void)take(bytes, 4); /* time */
	entry.kvno = take(bytes, 1);
	entry.enctype = (int32_t)(int16_t)take(bytes, 2);
	key = take_counted(bytes);
	if (bytes->is_short) {
		return true;
	}
	if (bytes->len >= 4) {
		/* The whole kvno; in old files there is none. */
		kvno = take(bytes, 4);
		entry.kvno = (kvno == 0) ? entry.kvno : kvno;
	}
	if (!make_room(parsing)) {
		return false;
	}
	keytab->entries[keytab->num_entries] = entry;
	keytab->keys->keys[keytab->num_entries] = key;
	keytab->num_entries++;
	keytab->keys->num_keys++;
	return true;
}

/* What is behind the last good entry. */
static bool note_damage(struct parsing *parsing, bool is_end)
{
	struct probe_keytab *keytab = parsing->keytab;

	keytab->damage = talloc_asprintf(
		keytab,
		is_end ? "%s is cut off in its entry %zu; what was behind it "
			 "is lost"
		       : "%s is damaged in its entry %zu; what is behind it "
			 "is "
			 "not read",
		keytab->path,
		keytab->num_entries + 1);
	return keytab->damage != NULL;
}

/* False when out of memory. */
static bool take_entries(struct parsing *parsing, struct bytes *bytes)
{
	while (bytes->len > 0 && parsing->keytab->damage == NULL) {
		int64_t size = (int32_t)take(bytes, 4);
		size_t len = (size_t)((size < 0) ? -size : size);
		struct bytes entry = {.at = bytes->at, .len = len};

		if (size == 0 && !bytes->is_short) {
			return true;
		}
		if (bytes->is_short || (size > 0 && len > bytes->len)) {
			return note_damage(parsing, true);
		}
		if (size > 0 && !take_entry(parsing, &entry)) {
			return false;
		}
		if (entry.is_short) {
			return note_damage(parsing, false);
		}
		/* A hole may reach beyond the end. */
		len = (len < bytes->len) ? len : bytes->len;
		bytes->at += len;
		bytes->len -= len;
	}
	return true;
}

/* Why there is nothing in it; NULL when out of memory. */
static const char *say_none(TALLOC_CTX *mem_ctx,
			    const char *path,
			    uint32_t version,
			    size_t len)
{
	const char *text = "is no keytab";

	if (len == 0) {
		text = "is empty: no key was ever written there";
	} else if (version == VERSION) {
		text = "is a keytab without any entry";
	} else if (version == OLD_VERSION) {
		text = "is a keytab of the first format, of which the "
		       "order of bytes is not known; make it anew";
	} else if (version == CACHE_VERSION_3 || version == CACHE_VERSION_4) {
		text = "is a credentials cache, with tickets, and no "
		       "keytab";
	}
	return talloc_asprintf(mem_ctx, "%s %s", path, text);
}

/* An empty one that has a copy of the bytes. */
static struct probe_keytab *new_keytab(TALLOC_CTX *mem_ctx,
				       const char *path,
				       struct spn_str bytes)
{
	struct probe_keytab *keytab = talloc_zero(mem_ctx,
						  struct probe_keytab);

	if (keytab == NULL) {
		return NULL;
	}
	keytab->path = spn_printable(keytab, spn_str_of(path));
	keytab->keys = talloc_zero(keytab, struct probe_keytab_keys);
	if (keytab->path == NULL || keytab->keys == NULL) {
		talloc_free(keytab);
		return NULL;
	}
	talloc_set_destructor(keytab->keys, wipe);
	keytab->keys->bytes = talloc_size(keytab->keys, bytes.len + 1);
	if (keytab->keys->bytes == NULL) {
		talloc_free(keytab);
		return NULL;
	}
	keytab->keys->len = bytes.len;
	if (bytes.len > 0) {
		memcpy(keytab->keys->bytes, bytes.data, bytes.len);
	}
	return keytab;
}

struct probe_keytab *probe_keytab_parse(TALLOC_CTX *mem_ctx,
					const char *path,
					struct spn_str bytes,
					const char **_reason)
{
	struct parsing parsing = {
		.keytab = new_keytab(mem_ctx, path, bytes),
	};
	struct probe_keytab *keytab = parsing.keytab;
	struct bytes rest = {};
	uint32_t version;

	*_reason = NULL;
	if (keytab == NULL) {
		return NULL;
	}
	rest.at = keytab->keys->bytes;
	rest.len = bytes.len;
	version = take(&rest, 2);
	if (version == VERSION && !take_entries(&parsing, &rest)) {
		TALLOC_FREE(keytab);
		return NULL;
	}
	if (keytab->num_entries == 0) {
		*_reason = (keytab->damage != NULL)
				   ? talloc_strdup(mem_ctx, keytab->damage)
				   : say_none(mem_ctx,
					      keytab->path,
					      version,
					      bytes.len);
		TALLOC_FREE(keytab);
	}
	return keytab;
}

/* ----------------------------------------------------------------- the file
 */

static const char *say_errno(TALLOC_CTX *mem_ctx, const char *path, int error)
{
	const char *line = spn_printable(mem_ctx, spn_str_of(path));
	const char *word = shell_word(mem_ctx, spn_str_of(path));

	if (error == EACCES && geteuid() != 0) {
		return talloc_asprintf(mem_ctx,
				       "you may not read %s; be root for it: "
				       "sudo spn-probe --keytab=%s ...",
				       line,
				       (word == NULL) ? "FILE" : word);
	}
	return talloc_asprintf(mem_ctx,
			       "cannot read %s: %s",
			       line,
			       strerror(error));
}

/* NULL: no such type is known to us, and the reason is set. */
static const char *without_type(TALLOC_CTX *mem_ctx,
				const char *name,
				const char **_reason)
{
	static const char *const files[] = {"FILE:", "WRFILE:"};
	const char *colon = strchr(name, ':');
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		size_t len = strlen(files[i]);

		if (strncasecmp(name, files[i], len) == 0) {
			return name + len;
		}
	}
	/* "C:\x" is no file here, and "./a:b" is one. */
	if (colon == NULL || memchr(name, '/', (size_t)(colon - name)) != NULL)
	{
		return name;
	}
	*_reason = talloc_asprintf(
		mem_ctx,
		"%s is a keytab of a type that is no file; give the path of a "
		"file",
		spn_printable(mem_ctx, spn_str_of(name)));
	return NULL;
}

/* The bytes; wiped by the caller. errno on failure, 0: out of memory. */
static char *read_all(TALLOC_CTX *mem_ctx, int fd, size_t *_len)
{
	size_t size = 65536;
	size_t len = 0;
	char *bytes = talloc_size(mem_ctx, size);
	ssize_t got = 1;

	errno = 0;
	while (bytes != NULL && got > 0 && len <= MOST_BYTES) {
		got = read(fd, bytes + len, size - len);
		if (got < 0 && errno == EINTR) {
			got = 1;
			continue;
		}
		len += (got > 0) ? (size_t)got : 0;
		if (len == size) {
			char *larger = talloc_size(mem_ctx, size * 2);

			if (larger != NULL) {
				memcpy(larger, bytes, len);
			}
			explicit_bzero(bytes, len);
			talloc_free(bytes);
			bytes = larger;
			size *= 2;
		}
	}
	if (bytes != NULL && (got < 0 || len > MOST_BYTES)) {
		int error = (got < 0) ? errno : EFBIG;

		explicit_bzero(bytes, len);
		TALLOC_FREE(bytes);
		errno = error;
	}
	*_len = len;
	return bytes;
}

static struct probe_keytab *read_open(TALLOC_CTX *mem_ctx,
				      const char *path,
				      int fd,
				      const char **_reason)
{
	struct probe_keytab *keytab = NULL;
	struct stat st = {};
	size_t len = 0;
	char *bytes = NULL;

	if (fstat(fd, &st) != 0) {
		*_reason = say_errno(mem_ctx, path, errno);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		*_reason = talloc_asprintf(
			mem_ctx,
			"%s is no file but a %s",
			spn_printable(mem_ctx, spn_str_of(path)),
			S_ISDIR(st.st_mode) ? "folder" : "pipe or device");
		return NULL;
	}
	bytes = read_all(mem_ctx, fd, &len);
	if (bytes == NULL) {
		*_reason = (errno == 0) ? NULL
					: say_errno(mem_ctx, path, errno);
		return NULL;
	}
	keytab = probe_keytab_parse(mem_ctx,
				    path,
				    (struct spn_str){bytes, len},
				    _reason);
	explicit_bzero(bytes, len);
	talloc_free(bytes);
	return keytab;
}

/* Who may read it. False when out of memory. */
static bool look_at_rights(struct probe_keytab *keytab,
			   const char *path,
			   const struct probe_server *server)
{
	struct probe_reader *reader = NULL;
	bool ok = true;

	if (server != NULL && server->user != NULL) {
		reader = probe_reader_new(keytab, server->user);
	}
	if (reader != NULL) {
		ok = probe_reader_complaint(keytab,
					    reader,
					    path,
					    &keytab->unreadable);
	}
	return ok && probe_exposed_complaint(keytab, path, &keytab->exposed);
}

struct probe_keytab *probe_keytab_read(TALLOC_CTX *mem_ctx,
				       const char *path,
				       const struct probe_server *server,
				       const char **_reason)
{
	struct probe_keytab *keytab = NULL;
	int fd;

	*_reason = NULL;
	path = without_type(mem_ctx, path, _reason);
	if (path == NULL) {
		return NULL;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1) {
		*_reason = say_errno(mem_ctx, path, errno);
		return NULL;
	}
	keytab = read_open(mem_ctx, path, fd, _reason);
	close(fd);
	if (keytab != NULL && !look_at_rights(keytab, path, server)) {
		TALLOC_FREE(keytab);
	}
	return keytab;
}
