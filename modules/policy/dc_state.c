/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One table of keys serves both directions, so what is written can be read.
 */
#include "dc_state.h"

#include "ticket_types.h"

#include <string.h>

#define MAX_VALUE 1024 /* bytes of all; ours have about 80 */
#define MAX_VERSION 64 /* bytes */

static const char digits[] = "0123456789";
static const char version_chars[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.+~_-";

static const char *const modes[] = {
	[SPN_DC_ENFORCE] = "enforce",
	[SPN_DC_AUDIT] = "audit",
	[SPN_DC_OFF] = "off",
	[SPN_DC_IDLE] = "idle",
};
#define NUM_MODES (sizeof(modes) / sizeof(modes[0]))

static const struct {
	unsigned flag;
	const char *word;
} restarts[] = {
	{SPN_DC_RESTART_LIST, "module-list"},
	{SPN_DC_RESTART_FILE, "module-file"},
	{SPN_DC_RESTART_CONF, "smb.conf"},
	{SPN_DC_RESTART_OTHER, "other"},
};
#define NUM_RESTARTS (sizeof(restarts) / sizeof(restarts[0]))

static bool is_same(struct spn_str s, const char *text)
{
	return spn_str_equal(s, spn_str_of(text));
}

/* Takes what stands before the separator off *rest; all of it where there is
 * none. False: nothing is left. */
static bool take(struct spn_str *rest, char separator, struct spn_str *_part)
{
	const char *end = NULL;

	if (rest->data == NULL) {
		return false;
	}
	*_part = *rest;
	end = (rest->len == 0) ? NULL
			       : memchr(rest->data, separator, rest->len);
	if (end == NULL) {
		*rest = (struct spn_str){};
		return true;
	}
	_part->len = (size_t)(end - rest->data);
	*rest = spn_str_from(*rest, _part->len + 1);
	return true;
}

static bool has_only(struct spn_str s, const char *allowed)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] == '\0' || strchr(allowed, s.data[i]) == NULL) {
			return false;
		}
	}
	return true;
}

static bool is_version(struct spn_str s)
{
	return s.len > 0 && s.len <= MAX_VERSION && has_only(s, version_chars);
}

/* Two digits at that place, as a number. */
static int number_at(struct spn_str s, size_t place)
{
	return (s.data[place] - '0') * 10 + s.data[place + 1] - '0';
}

/* YYYYMMDDHHMMSS.0Z, with a month, a day and a time that there may be. */
static bool is_time(struct spn_str s)
{
	struct spn_str number = {.data = s.data, .len = 14};

	return s.len == 17 && memcmp(s.data + 14, ".0Z", 3) == 0 &&
	       has_only(number, digits) && number_at(s, 4) >= 1 &&
	       number_at(s, 4) <= 12 && number_at(s, 6) >= 1 &&
	       number_at(s, 6) <= 31 && number_at(s, 8) <= 23 &&
	       number_at(s, 10) <= 59 && number_at(s, 12) <= 60;
}

/* ---- the values of the keys. Each: false when it cannot be that. */

static bool read_version(struct spn_str value, struct spn_dc_state *state)
{
	state->version = value;
	return is_version(value);
}

static bool read_ldb(struct spn_str value, struct spn_dc_state *state)
{
	state->ldb = value;
	return is_version(value);
}

static bool read_mode(struct spn_str value, struct spn_dc_state *state)
{
	size_t i;

	for (i = 0; i < NUM_MODES; i++) {
		if (is_same(value, modes[i])) {
			state->mode = (enum spn_dc_mode)i;
			return true;
		}
	}
	return false;
}

static bool read_since(struct spn_str value, struct spn_dc_state *state)
{
	state->since = value;
	return is_time(value);
}

static unsigned restart_of(struct spn_str word)
{
	size_t i;

	for (i = 0; i < NUM_RESTARTS; i++) {
		if (is_same(word, restarts[i].word)) {
			return restarts[i].flag;
		}
	}
	return SPN_DC_RESTART_OTHER;
}

static bool read_restart(struct spn_str value, struct spn_dc_state *state)
{
	struct spn_str word = {};

	if (is_same(value, "no")) {
		return true;
	}
	while (take(&value, ',', &word)) {
		if (word.len == 0) {
			return false;
		}
		state->restart |= restart_of(word);
	}
	return true;
}

static bool read_tickets(struct spn_str value, struct spn_dc_state *state)
{
	char text[sizeof("0x12345678")];

	if (value.len >= sizeof(text)) {
		return false;
	}
	memcpy(text, value.data, value.len);
	text[value.len] = '\0';
	return spn_ticket_types_parse(text, &state->tickets);
}

static const struct {
	const char *key;
	bool (*read)(struct spn_str value, struct spn_dc_state *state);
	const char *problem;
} keys[] = {
	{"version", read_version, "the version of the module is none"},
	{"ldb", read_ldb, "the version of ldb is none"},
	{"state", read_mode, "its state is none that this version knows"},
	{"since", read_since, "the time at which it was loaded is none"},
	{"restart", read_restart, "the reason for a restart is none"},
	{"tickets", read_tickets, "the types of its tickets are none"},
};
#define NUM_KEYS (sizeof(keys) / sizeof(keys[0]))
#define NEEDED_KEYS ((1U << (NUM_KEYS - 1)) - 1) /* all but the last */

/* One key=value. NULL, or what is wrong with it. */
static const char *read_pair(struct spn_str pair,
			     struct spn_dc_state *state,
			     unsigned *_seen)
{
	struct spn_str value = pair;
	struct spn_str key = {};
	size_t i;

	if (!take(&value, '=', &key) || key.len == 0 || value.len == 0) {
		return "it is not key=value with one blank between";
	}
	for (i = 0; i < NUM_KEYS; i++) {
		if (!is_same(key, keys[i].key)) {
			continue;
		}
		if ((*_seen & 1U << i) != 0) {
			return "a key is there twice";
		}
		*_seen |= 1U << i;
		return keys[i].read(value, state) ? NULL : keys[i].problem;
	}
	return NULL;
}

static bool is_plain_text(struct spn_str s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] < ' ' || s.data[i] > '~') {
			return false;
		}
	}
	return true;
}

bool spn_dc_state_parse(struct spn_str value,
			struct spn_dc_state *_state,
			const char **_reason)
{
	struct spn_dc_state state = {};
	struct spn_str pair = {};
	const char *problem = NULL;
	unsigned seen = 0;

	if (value.len > MAX_VALUE) {
		problem = "it is too long";
	} else if (!is_plain_text(value)) {
		problem = "it has characters that do not belong there";
	}
	while (problem == NULL && take(&value, ' ', &pair)) {
		problem = read_pair(pair, &state, &seen);
	}
	if (problem == NULL && (seen & NEEDED_KEYS) != NEEDED_KEYS) {
		problem = "a key is missing";
	}
	if (problem != NULL) {
		*_reason = problem;
		return false;
	}
	*_state = state;
	return true;
}

const char *spn_dc_restart_word(unsigned restart, size_t n)
{
	size_t i;

	for (i = 0; i < NUM_RESTARTS; i++) {
		if ((restart & restarts[i].flag) != 0 && n-- == 0) {
			return restarts[i].word;
		}
	}
	return NULL;
}

char *spn_dc_restart_text(TALLOC_CTX *mem_ctx, unsigned restart)
{
	const char *word = spn_dc_restart_word(restart, 0);
	char *text = talloc_strdup(mem_ctx, (word == NULL) ? "no" : word);
	size_t n;

	for (n = 1; text != NULL && word != NULL; n++) {
		word = spn_dc_restart_word(restart, n);
		if (word != NULL) {
			text = talloc_asprintf_append_buffer(text,
							     ",%s",
							     word);
		}
	}
	return text;
}

char *spn_dc_time_text(TALLOC_CTX *mem_ctx, struct spn_str since)
{
	const char *t = since.data;

	return talloc_asprintf(mem_ctx,
			       "%.4s-%.2s-%.2s"
			       "T%.2s:%.2s:%.2sZ",
			       t,
			       t + 4,
			       t + 6,
			       t + 8,
			       t + 10,
			       t + 12);
}

char *spn_dc_state_text(TALLOC_CTX *mem_ctx, const struct spn_dc_state *state)
{
	char *restart = NULL;
	char *text = NULL;

	if (!is_version(state->version) || !is_version(state->ldb) ||
	    !is_time(state->since))
	{
		return NULL;
	}
	restart = spn_dc_restart_text(mem_ctx, state->restart);
	if (restart == NULL) {
		return NULL;
	}
	text = talloc_asprintf(mem_ctx,
			       "version=%.*s ldb=%.*s state=%s since=%.*s "
			       "restart=%s",
			       (int)state->version.len,
			       state->version.data,
			       (int)state->ldb.len,
			       state->ldb.data,
			       modes[state->mode],
			       (int)state->since.len,
			       state->since.data,
			       restart);
	talloc_free(restart);
	if (text != NULL && state->tickets != 0) {
		text = talloc_asprintf_append_buffer(text,
						     " tickets=0x%x",
						     state->tickets);
	}
	return text;
}

const char *spn_dc_mode_text(enum spn_dc_mode mode)
{
	return modes[mode];
}

enum spn_dc_mode spn_dc_mode_of(enum spn_mode mode)
{
	switch (mode) {
	case SPN_MODE_AUDIT:
		return SPN_DC_AUDIT;
	case SPN_MODE_OFF:
		return SPN_DC_OFF;
	case SPN_MODE_ENFORCE:
		break;
	}
	return SPN_DC_ENFORCE;
}
