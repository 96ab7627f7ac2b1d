/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "option = value", by the long names of the options; "#" and ";" begin a
 * comment. Whoever may write the file decides what the caller runs, so it has
 * to be root's or the caller's, and nobody else may write it.
 */
#include "config_file.h"

#include "command_line.h"
#include "smb_conf.h"
#include "policy/quote.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_BYTES 65536

struct reader {
	const char *path;
	size_t number; /* of the line */
	struct audit_config *config;
	const char *reason;
};

/* "PATH: why", or "PATH:3: why" in a line. Returns false. */
static bool complain(struct reader *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static bool complain(struct reader *r, const char *format, ...)
{
	char place[32] = "";
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	text = talloc_vasprintf(r->config, format, ap);
	va_end(ap);
	if (r->number > 0) {
		snprintf(place, sizeof(place), ":%zu", r->number);
	}
	r->reason = (text == NULL) ? NULL
				   : talloc_asprintf(talloc_parent(r->config),
						     "%s%s: %s",
						     r->path,
						     place,
						     text);
	return false;
}

/* For a message. */
static const char *quote(struct reader *r, const char *text)
{
	char *quoted = spn_quote(r->config,
				 spn_str_of(text),
				 SPN_QUOTE_DN | SPN_QUOTE_CUT);

	return (quoted == NULL) ? "" : quoted;
}

/* ------------------------------------------------------------- the file */

static bool is_safe(struct reader *r, const struct stat *st)
{
	r->config->is_own = st->st_uid == geteuid();
	if (!S_ISREG(st->st_mode)) {
		return complain(r, "it is no plain file");
	}
	if (st->st_uid != 0 && !r->config->is_own) {
		return complain(r,
				"it belongs to user %lu: options are taken "
				"only from files of root or of your own",
				(unsigned long)st->st_uid);
	}
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		return complain(r,
				"others than its owner may write it: chmod "
				"go-w");
	}
	return true;
}

/* NULL with the reason set. */
static char *read_text(struct reader *r, int fd)
{
	char *text = talloc_zero_size(r->config, MOST_BYTES + 1);
	size_t len = 0;
	ssize_t done = 1;

	while (text != NULL && done != 0 && len < MOST_BYTES) {
		done = read(fd, text + len, MOST_BYTES - len);
		if (done < 0 && errno == EINTR) {
			continue;
		}
		if (done < 0) {
			complain(r, "%s", strerror(errno));
			return NULL;
		}
		len += (size_t)done;
	}
	if (text != NULL && len == MOST_BYTES) {
		complain(r, "it has more than %d bytes", MOST_BYTES - 1);
		return NULL;
	}
	if (text != NULL && strlen(text) != len) {
		complain(r, "there is a NUL byte in it");
		return NULL;
	}
	return text;
}

/* *_text NULL: there is no file. */
static bool open_and_read(struct reader *r, bool may_miss, char **_text)
{
	struct stat st = {};
	int fd;

	*_text = NULL;
	/* Not blocking: it may be a pipe. */
	fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		return (errno == ENOENT && may_miss) ||
		       complain(r,
				"%s%s",
				strerror(errno),
				may_miss ? "; --no-config does without" : "");
	}
	if (fstat(fd, &st) != 0) {
		complain(r, "%s", strerror(errno));
	} else if (is_safe(r, &st)) {
		*_text = read_text(r, fd);
	}
	close(fd);
	return *_text != NULL;
}

/* ------------------------------------------------------------ its lines */

/* What makes no sense in a file, or should not be in one. */
static const char *why_not(const char *name, const char *value)
{
	static const char only_typed[] = "is for the command line only";
	static const char secret[] =
		"no password belongs in this file: use authentication-file";
	static const struct {
		const char *name;
		const char *why;
	} unfit[] = {
		{"config", only_typed},
		{"no-config", only_typed},
		{"help", only_typed},
		{"usage", only_typed},
		{"version", only_typed},
		{"list-rules", only_typed},
		{"apply", only_typed},
		{"yes", only_typed},
		{"undo", only_typed},
		{"keytab", only_typed},
		{"explain", only_typed},
		{"password", secret},
	};
	size_t i;

	for (i = 0; i < sizeof(unfit) / sizeof(unfit[0]); i++) {
		if (strcmp(unfit[i].name, name) == 0) {
			return unfit[i].why;
		}
	}
	if (strcmp(name, "user") == 0 && value != NULL &&
	    strchr(value, '%') != NULL)
	{
		return secret;
	}
	return NULL;
}

static bool add(struct reader *r,
		const struct poptOption *option,
		const char *value)
{
	struct audit_config *config = r->config;

	config->lines = talloc_realloc(config,
				       config->lines,
				       struct audit_config_line,
				       config->num_lines + 1);
	if (config->lines == NULL) {
		return false;
	}
	config->lines[config->num_lines++] = (struct audit_config_line){
		.option = option,
		.value = value,
		.number = r->number,
	};
	return true;
}

/* value NULL: there is no "=". */
static bool read_option(struct reader *r, const char *name, const char *value)
{
	const struct poptOption *option = audit_word_option(name);
	const char *why = why_not(name, value);
	bool is_on = true;

	if (option == NULL) {
		return complain(r, "there is no option %s", quote(r, name));
	}
	if (why != NULL) {
		return complain(r, "%s: %s", name, why);
	}
	if (!audit_word_has_value(option)) {
		if (value != NULL && !audit_switch_of(value, &is_on)) {
			return complain(r,
					"%s: %s is neither yes nor no",
					name,
					quote(r, value));
		}
		return !is_on || add(r, option, NULL);
	}
	if (value == NULL && (option->argInfo & POPT_ARGFLAG_OPTIONAL) == 0) {
		return complain(r,
				"%s: it needs a value: %s = ...",
				name,
				name);
	}
	return add(r, option, value);
}

/* Without the blanks around it; the text is changed. */
static char *trim(char *text)
{
	size_t len;

	while (isspace((unsigned char)*text)) {
		text++;
	}
	len = strlen(text);
	while (len > 0 && isspace((unsigned char)text[len - 1])) {
		text[--len] = '\0';
	}
	return text;
}

static bool read_line(struct reader *r, char *line)
{
	char *equals = NULL;

	line = trim(line);
	if (line[0] == '\0' || line[0] == '#' || line[0] == ';') {
		return true;
	}
	equals = strchr(line, '=');
	if (equals != NULL) {
		*equals = '\0';
		return read_option(r, trim(line), trim(equals + 1));
	}
	return read_option(r, line, NULL);
}

static bool read_lines(struct reader *r, char *text)
{
	bool ok = true;

	while (ok && text != NULL) {
		char *line = strsep(&text, "\n");

		r->number++;
		ok = read_line(r, line);
	}
	return ok;
}

bool audit_config_read(TALLOC_CTX *mem_ctx,
		       const char *path,
		       bool may_miss,
		       struct audit_config **_config,
		       const char **_reason)
{
	struct reader r = {.path = path};
	char *text = NULL;
	bool ok;

	r.config = talloc_zero(mem_ctx, struct audit_config);
	*_reason = NULL;
	if (r.config == NULL) {
		return false;
	}
	ok = open_and_read(&r, may_miss, &text) && read_lines(&r, text);
	if (!ok) {
		talloc_free(r.config);
		*_reason = r.reason;
		return false;
	}
	*_config = r.config;
	return true;
}
