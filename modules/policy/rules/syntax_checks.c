/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each check is one function over the parsed value. Which characters a part
 * may have is in policy/parts.h, what was meant in policy/meant.h.
 *
 * Blanks inside a service class are legal: "Hyper-V Replica Service/h".
 */
#include "syntax_checks.h"

#include <string.h>

#include "policy/host_pair.h"
#include "policy/meant.h"
#include "policy/quote.h"
#include "policy/unicode.h"

static bool is_graphic(struct spn_str s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] <= ' ' || s.data[i] >= 0x7f) {
			return false;
		}
	}
	return true;
}

void spn_exam_start(struct spn_exam *exam)
{
	exam->parsed = spn_case_parse(exam->c, exam->value, &exam->spn);
	exam->is_ordinary = spn_case_is_ordinary(exam->c, exam->value);
	exam->is_graphic = exam->is_ordinary || is_graphic(exam->value->value);
}

static bool is_of_hosts(const struct spn_exam *exam, struct spn_str class)
{
	/* Besides those that HOST stands for. */
	static const char *const classes[] = {
		"host",
		"RestrictedKrbHost",
		"TERMSRV",
		"WSMAN",
		"MSSQLSvc",
		"ldap",
		"nfs",
		"postgres",
	};
	size_t i;

	for (i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (spn_str_is(class, classes[i])) {
			return true;
		}
	}
	return spn_settings_is_pair_class(exam->c->settings, class) ||
	       spn_mappings_target(exam->c->forest->mappings, class) != NULL;
}

bool spn_exam_is_of_hosts(const struct spn_exam *exam)
{
	return is_of_hosts(exam, exam->spn.service_class);
}

/* Web clients and those of HOST ask without an instance name. */
static bool has_no_instances(struct spn_str service_class)
{
	return spn_str_is(service_class, "http") ||
	       spn_str_is(service_class, "host");
}

static bool has_char(struct spn_str s, char c)
{
	return s.len > 0 && memchr(s.data, c, s.len) != NULL;
}

static bool meant_plain(struct spn_exam *exam,
			struct spn_str service_class,
			struct spn_str host,
			char **_meant)
{
	const struct spn_meant meant = {
		.service_class = service_class,
		.host = host,
	};

	return spn_meant_format(exam->report, &meant, _meant);
}

bool spn_check_url(struct spn_exam *exam, bool *_hit, char **_meant)
{
	struct spn_str value = exam->spn.value;
	struct spn_meant meant = {};
	size_t len = spn_scheme_len(value);

	*_hit = len > 0;
	if (len == 0) {
		return true;
	}
	spn_meant_url(value, len, &meant);
	return spn_meant_format(exam->report, &meant, _meant);
}

#define MOST_ITEMS 10

static bool add_item(struct spn_exam *exam,
		     const struct spn_meant *item,
		     size_t number,
		     char **_words)
{
	char *text = NULL;
	char *quoted = NULL;

	if (number == MOST_ITEMS) {
		*_words = talloc_strdup_append(*_words, " and more");
		return *_words != NULL;
	}
	if (!spn_meant_format(exam->report, item, &text)) {
		return false;
	}
	quoted = spn_quote(exam->report, spn_str_of(text), 0);
	if (quoted == NULL) {
		return false;
	}
	*_words = talloc_asprintf_append(*_words,
					 "%s%s",
					 (number > 0) ? " and " : "",
					 quoted);
	return *_words != NULL;
}

bool spn_check_list(struct spn_exam *exam, bool *_hit, char **_meant)
{
	struct spn_str rest = exam->spn.value;
	struct spn_meant item = {};
	char *words = NULL;
	size_t num;

	*_hit = spn_meant_is_list(rest);
	if (!*_hit) {
		return true;
	}
	words = talloc_strdup(exam->report, "");
	if (words == NULL) {
		return false;
	}
	for (num = 0; num <= MOST_ITEMS && spn_meant_next(&rest, &item); num++)
	{
		if (!add_item(exam, &item, num, &words)) {
			return false;
		}
	}
	*_meant = words;
	return true;
}

/* "HTTP\web01": as it was written, if that can be a class. */
bool spn_check_parts(struct spn_exam *exam, bool *_hit, char **_meant)
{
	struct spn_str value = exam->spn.value;
	struct spn_meant meant = {.service_class = value};
	size_t i = 0;

	*_hit = !exam->parsed;
	if (exam->parsed || has_char(value, '/')) {
		return true;
	}
	while (i < value.len && value.data[i] != '\\' && value.data[i] != ':')
	{
		i++;
	}
	meant.service_class.len = i;
	if (i == value.len || !is_of_hosts(exam, meant.service_class)) {
		return true;
	}
	spn_meant_split(spn_str_from(value, i + 1), &meant);
	return spn_meant_format(exam->report, &meant, _meant);
}

bool spn_check_empty(struct spn_exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;

	*_hit = spn->service_class.len == 0 || spn->host_name.len == 0;
	if (!*_hit || spn->has_suffix) {
		return true;
	}
	return meant_plain(exam,
			   spn->service_class,
			   spn->service_name,
			   _meant);
}

/* ------------------------------------------------------- what nobody types */

/* One that looks like a blank, or a control character of ASCII. */
static bool is_blank(uint32_t c)
{
	return c <= ' ' || c == 0x7f || spn_unicode_is_blank(c);
}

/* What of s is left without blanks at its edges. */
static struct spn_str trim(struct spn_str s)
{
	struct spn_str trimmed = {.data = s.data};
	struct spn_str rest = s;

	while (rest.len > 0) {
		uint32_t c = 0;
		size_t n = spn_unicode_next(rest, &c);

		rest = spn_str_from(rest, (n > 0) ? n : 1);
		if (n == 0 || !is_blank(c)) {
			trimmed.len = (size_t)(rest.data - trimmed.data);
		} else if (trimmed.len == 0) {
			trimmed.data = rest.data;
		}
	}
	return trimmed;
}

static bool edge_is_blank(struct spn_str s)
{
	return trim(s).len < s.len;
}

static bool has_blank(struct spn_str s)
{
	while (s.len > 0) {
		uint32_t c = 0;
		size_t n = spn_unicode_next(s, &c);

		if (n > 0 && is_blank(c)) {
			return true;
		}
		s = spn_str_from(s, (n > 0) ? n : 1);
	}
	return false;
}

static bool has_control(struct spn_str s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if ((unsigned char)s.data[i] < ' ' || s.data[i] == 0x7f) {
			return true;
		}
	}
	return false;
}

bool spn_check_blank(struct spn_exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;
	struct spn_str inside = spn->value;
	char *text = NULL;
	struct spn trimmed = {};

	*_hit = !exam->is_graphic &&
		(edge_is_blank(spn->service_class) ||
		 edge_is_blank(spn->host_name) ||
		 edge_is_blank(spn->instance_name) ||
		 edge_is_blank(spn->service_name) || has_control(spn->value) ||
		 (has_blank(spn->host_name) &&
		  !spn_host_is_dn(spn->host_name)));
	if (!*_hit) {
		return true;
	}
	/* Around a good value: to a directory it is the same value. */
	inside = trim(inside);
	if (inside.len == spn->value.len ||
	    spn_parse(inside, &trimmed) != SPN_SYNTAX_OK ||
	    !spn_is_good(&trimmed))
	{
		return true;
	}
	text = talloc_strndup(exam->report, inside.data, inside.len);
	*_meant = text;
	return text != NULL;
}

/* The directory itself refuses it: it came in below that, or long ago. */
bool spn_check_utf8(struct spn_exam *exam, bool *_hit, char **_meant)
{
	(void)_meant;
	*_hit = !exam->is_graphic && !spn_str_is_utf8(exam->spn.value);
	return true;
}

/* What nobody sees is a part of the name to a directory all the same. */
bool spn_check_invisible(struct spn_exam *exam, bool *_hit, char **_meant)
{
	struct spn_str value = exam->spn.value;
	bool is_text = false;
	char *visible = NULL;

	if (exam->is_graphic) {
		return true;
	}
	visible = spn_unicode_visible(exam->report, value, _hit, &is_text);
	if (visible == NULL) {
		return false;
	}
	if (*_hit && is_text) {
		*_meant = visible;
	} else {
		talloc_free(visible);
	}
	return true;
}

/* --------------------------------------------------------------- characters
 */

/* Host and suffix as they were written. */
static struct spn_str whole_host(const struct spn *spn)
{
	struct spn_str whole = spn->host_name;
	size_t start = (size_t)(whole.data - spn->value.data);
	size_t behind = spn->has_service_name ? spn->service_name.len + 1 : 0;

	whole.len = spn->value.len - start - behind;
	return whole;
}

/* Clients of SQL Server and the like make the full name of a short one. */
static bool lengthen(struct spn_exam *exam, struct spn_meant *meant)
{
	const struct spn_account *computer = NULL;

	if (meant->suffix.len == 0 || has_no_instances(meant->service_class) ||
	    spn_host_is_fqdn(meant->host) || !spn_host_is_name(meant->host))
	{
		return true;
	}
	if (!spn_index_computer_by_name(exam->c->index,
					meant->host,
					&computer))
	{
		return false;
	}
	if (computer != NULL && computer->dns_host_name != NULL) {
		meant->host = spn_str_of(computer->dns_host_name);
	}
	return true;
}

bool spn_check_character(struct spn_exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;
	struct spn_meant meant = {
		.service_class = spn->service_class,
		.service = spn->service_name,
	};

	*_hit = (!spn_host_is_good(spn->host_name) &&
		 spn_part_look(SPN_PART_HOST, spn->host_name) ==
			 SPN_LOOK_NEVER) ||
		spn_part_look(SPN_PART_INSTANCE, spn->instance_name) ==
			SPN_LOOK_NEVER;
	if (!*_hit) {
		return true;
	}
	if (!spn_meant_unquoted(exam->report, spn->value, _meant)) {
		return false;
	}
	if (*_meant != NULL) {
		return true;
	}
	spn_meant_split(whole_host(spn), &meant);
	if (has_no_instances(meant.service_class) &&
	    !spn_str_is_number(meant.suffix))
	{
		meant.suffix.len = 0;
	}
	return lengthen(exam, &meant) &&
	       spn_meant_format(exam->report, &meant, _meant);
}

bool spn_check_open_end(struct spn_exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;
	struct spn_meant meant = {
		.service_class = spn->service_class,
		.host = spn->host_name,
		.service = spn->service_name,
	};
	bool no_suffix = spn->has_suffix && spn->port == 0 &&
			 spn->instance_name.len == 0;

	*_hit = no_suffix ||
		(spn->has_service_name && spn->service_name.len == 0);
	if (!*_hit) {
		return true;
	}
	if (!no_suffix) {
		spn_meant_split(whole_host(spn), &meant);
	}
	return spn_meant_format(exam->report, &meant, _meant);
}

/* Of a host name: what other checks do not speak of. */
static bool is_odd_host(struct spn_str host)
{
	const char *at = memchr(host.data, '@', host.len);

	if (at != NULL) {
		host.len = (size_t)(at - host.data);
	}
	if (host.len > 1 && host.data[host.len - 1] == '.') {
		host.len--;
	}
	return host.len > 0 && !has_char(host, '*') && !spn_host_is_good(host);
}

bool spn_check_odd(struct spn_exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;

	if (!exam->is_graphic && !spn_str_is_utf8(spn->value)) {
		return true;
	}
	*_hit = is_odd_host(spn->host_name) ||
		spn_part_look(SPN_PART_CLASS, spn->service_class) !=
			SPN_LOOK_GOOD ||
		spn_part_look(SPN_PART_INSTANCE, spn->instance_name) !=
			SPN_LOOK_GOOD ||
		spn_part_look(SPN_PART_SERVICE, spn->service_name) !=
			SPN_LOOK_GOOD ||
		(spn_str_is_number(spn->instance_name) &&
		 !has_no_instances(spn->service_class));
	return !*_hit || spn_meant_unquoted(exam->report, spn->value, _meant);
}

/* ------------------------------------ what clients ask for instead */

bool spn_check_https(struct spn_exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;

	*_hit = spn_class_is_of_tls(spn->service_class);
	if (!spn_class_is(spn, "https")) {
		return true; /* TLS is not only of web sites */
	}
	return meant_plain(exam, spn_str_of("http"), spn->host_name, _meant);
}

bool spn_check_realm(struct spn_exam *exam, bool *_hit, char **_meant)
{
	struct spn_str host = exam->spn.host_name;
	const char *at = NULL;

	*_hit = has_char(host, '@') || has_char(exam->spn.service_name, '@') ||
		has_char(exam->spn.instance_name, '@');
	at = (host.len > 0) ? memchr(host.data, '@', host.len) : NULL;
	if (at == NULL) {
		return true;
	}
	host.len = (size_t)(at - host.data);
	return meant_plain(exam, exam->spn.service_class, host, _meant);
}

bool spn_check_dot(struct spn_exam *exam, bool *_hit, char **_meant)
{
	struct spn_str host = exam->spn.host_name;

	*_hit = host.data[host.len - 1] == '.' || has_char(host, '*') ||
		has_char(spn_first_label(host), '_');
	if (host.data[host.len - 1] != '.') {
		return true;
	}
	host.len--;
	return meant_plain(exam, exam->spn.service_class, host, _meant);
}

bool spn_check_ip(struct spn_exam *exam, bool *_hit, char **_meant)
{
	(void)_meant;
	*_hit = spn_host_is_ip(exam->spn.host_name);
	return true;
}

bool spn_check_port(struct spn_exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;

	*_hit = spn_class_is(spn, "http") && spn_is_web_port(spn->port);
	return !*_hit ||
	       meant_plain(exam, spn->service_class, spn->host_name, _meant);
}

bool spn_check_instance(struct spn_exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;

	*_hit = has_no_instances(spn->service_class) && spn->has_suffix &&
		spn->port == 0;
	return !*_hit ||
	       meant_plain(exam, spn->service_class, spn->host_name, _meant);
}

/* Up to so many values are looked through. */
#define FEW_VALUES 32

/* Each value of an account spells the class as this one does, if it has it:
 * then so does the other half. */
static bool is_spelled_alike(const struct spn_exam *exam)
{
	const struct spn_set *spns = &exam->c->after->spns;
	struct spn_str class = exam->spn.service_class;
	size_t i;

	for (i = 0; i < spns->num && spns->num <= FEW_VALUES; i++) {
		struct spn_str start = spns->values[i].value;

		if (start.len <= class.len) {
			continue;
		}
		start.len = class.len;
		if (spn_str_equal_nocase(start, class) &&
		    !spn_str_equal(start, class))
		{
			return false;
		}
	}
	return spns->num <= FEW_VALUES;
}

bool spn_check_case(struct spn_exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;
	const struct spn_value *other = NULL;
	struct spn_value partner = {};
	const char *host = NULL;

	if (!spn_is_plain(spn) || !spn_host_is_fqdn(spn->host_name) ||
	    !spn_settings_is_pair_class(exam->c->settings,
					spn->service_class) ||
	    (!exam->c->is_write && is_spelled_alike(exam)))
	{
		return true;
	}
	if (!spn_host_partner(exam->c,
			      exam->report,
			      spn->host_name,
			      &host,
			      NULL))
	{
		return false;
	}
	if (host == NULL) {
		return true;
	}
	if (!spn_index_key(exam->c->index,
			   exam->report,
			   spn->service_class,
			   spn_str_of(host),
			   &partner))
	{
		return false;
	}
	other = spn_account_find(exam->c->after, partner.key);
	if (other == NULL) {
		return true;
	}
	*_hit = strncmp(other->value.data,
			spn->service_class.data,
			spn->service_class.len) != 0;
	*_meant = *_hit ? talloc_strndup(exam->report,
					 other->value.data,
					 other->value.len)
			: NULL;
	return !*_hit || *_meant != NULL;
}
