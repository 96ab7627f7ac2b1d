/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * syntax: values that no client can ever ask for. A directory takes nearly
 * everything with one or two slashes in it, so a URL that was pasted in
 * stays there for years. Each check is one function over the parsed value;
 * the first one of the fatal kind ends the examination.
 *
 * Blanks inside a service class are legal: "Hyper-V Replica Service/h".
 */
#include <string.h>

#include "policy/host_pair.h"
#include "rule_table.h"
#include "policy/unicode.h"

static const char rule_name[] = "syntax";

static const struct spn_message mal_parts = {
	.code = "SPN-001",
	.id = "MAL-PARTS",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 3,
	.summary = "A value with no slash or with more than two",
	.client = "'{spn}' is no service principal name: write "
		  "class/host or class/host/service{meant}",
	.reason = "it has no slash or more than two, so no client can "
		  "ask for it",
	.fix = "remove it{meant}",
	.repair = SPN_REPAIR_REMOVE,
};

static const struct spn_message mal_empty = {
	.code = "SPN-002",
	.id = "MAL-EMPTY",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 3,
	.summary = "The service class or the host name is empty",
	.client = "'{spn}' has an empty service class or host name: "
		  "write class/host{meant}",
	.reason = "its service class or host name is empty, so no "
		  "client can ask for it",
	.fix = "remove it{meant}",
	.repair = SPN_REPAIR_REMOVE,
};

static const struct spn_message mal_url = {
	.code = "SPN-003",
	.id = "MAL-URL",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 3,
	.summary = "A URL was pasted in",
	.client = "'{spn}' is a URL, not a service principal "
		  "name{meant}",
	.reason = "it is a URL; clients ask for class/host",
	.fix = "remove it{meant}",
};

static const struct spn_message mal_class_https = {
	.code = "SPN-004",
	.id = "MAL-CLASS-HTTPS",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_WARN,
	.rank = 3,
	.summary = "A class that no client asks for: https, ssl, tls",
	.client = "'{spn}': clients ask for http/ over TLS, too{meant}",
	.reason = "no client ever asks for this class; http/ serves "
		  "TLS as well",
	.fix = "replace it{meant}",
};

static const struct spn_message mal_realm = {
	.code = "SPN-005",
	.id = "MAL-REALM",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_WARN,
	.rank = 3,
	.summary = "A realm was written behind the name",
	.client = "'{spn}': a KDC compares without the realm{meant}",
	.reason = "it contains '@'; a KDC compares without the realm",
	.fix = "replace it{meant}",
};

static const struct spn_message mal_space = {
	.code = "SPN-006",
	.id = "MAL-SPACE",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 3,
	.summary = "A blank or control character where none can be",
	.client = "'{spn}' has a blank or a control character at the "
		  "edge of a part or in its host name{meant}",
	.reason = "it has a blank or a control character at the edge "
		  "of a part or in its host name",
	.fix = "remove it{meant}",
	.repair = SPN_REPAIR_REMOVE,
};

static const struct spn_message mal_dot = {
	.code = "SPN-007",
	.id = "MAL-DOT",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_WARN,
	.rank = 3,
	.summary = "Not a host name: a dot at its end, * or _ "
		   "in it",
	.client = "'{spn}': its host name cannot be in DNS{meant}",
	.reason = "its host name ends in a dot or contains * or _; "
		  "clients ask for the plain name",
	.fix = "replace it{meant}",
};

static const struct spn_message mal_ip = {
	.code = "SPN-008",
	.id = "MAL-IP",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_WARN,
	.rank = 3,
	.summary = "The host name is an IP address",
	.client = "'{spn}': clients do not ask for tickets by IP "
		  "address",
	.reason = "its host name is an IP address; clients do not ask "
		  "for those",
	.fix = "remove it and let clients use the host's name",
};

static const struct spn_message mal_port80 = {
	.code = "SPN-009",
	.id = "MAL-PORT80",
	.rule = rule_name,
	.severity = SPN_SEVERITY_INFO,
	.on_write = SPN_ON_WRITE_WARN,
	.rank = 5,
	.summary = "An http SPN with the port every browser leaves out",
	.client = "'{spn}': browsers leave this port out{meant}",
	.reason = "browsers leave port 80 and 443 out, so nobody asks "
		  "for it",
	.fix = "remove it{meant}",
};

static const struct spn_message mal_instance = {
	.code = "SPN-010",
	.id = "MAL-INSTANCE",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_WARN,
	.rank = 3,
	.summary = "An http or host SPN with an instance name",
	.client = "'{spn}': this class has no instance names{meant}",
	.reason = "clients of this class never send an instance name",
	.fix = "remove it{meant}",
};

static const struct spn_message case_mix = {
	.code = "SPN-011",
	.id = "CASE-MIX",
	.rule = rule_name,
	.severity = SPN_SEVERITY_INFO,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 5,
	.summary = "The halves of a pair are spelled in different case",
	.reason = "its class is spelled neither HTTP nor like its other "
		  "half; a keytab on Unix compares with case",
	.fix = "spell the class HTTP in both halves",
};

static const struct spn_message mal_invisible = {
	.code = "SPN-012",
	.id = "MAL-INVISIBLE",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 3,
	.summary = "A character that nobody sees",
	.client = "'{spn}' has an invisible character{meant}",
	.reason = "it has an invisible character: another name to the "
		  "directory, the same to a reader and to a Windows "
		  "KDC",
	.fix = "remove it{meant}",
};

static const struct spn_message mal_utf8 = {
	.code = "SPN-013",
	.id = "MAL-UTF8",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_IGNORE,
	.rank = 3,
	.summary = "Bytes that are not text",
	.reason = "it is not UTF-8: no client can ask for it, and no "
		  "directory takes such a value",
	.fix = "look for damage with samba-tool dbcheck, and remove "
	       "it",
};

/* One value under examination. */
struct exam {
	const struct spn_case *c;
	struct spn_report *report;
	const struct spn_value *value;
	struct spn spn; /* only .value if it could not be parsed */
	bool parsed;
	bool is_graphic; /* every byte is one of printable ASCII, no blank */
};

/*
 * A check sets *_hit, and *_meant to what the value was probably meant to
 * be (on the report, or left NULL). False when out of memory.
 */
struct check {
	const struct spn_message *message;
	bool fatal; /* the ones below would only say it again */
	bool (*fn)(struct exam *exam, bool *_hit, char **_meant);
};

static bool is_blank(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

static bool edge_is_blank(struct spn_str s)
{
	return s.len > 0 &&
	       (is_blank(s.data[0]) || is_blank(s.data[s.len - 1]));
}

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

static bool has_control(struct spn_str s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (is_blank(s.data[i]) && s.data[i] != ' ') {
			return true;
		}
	}
	return false;
}

static bool has_char(struct spn_str s, char c)
{
	return s.len > 0 && memchr(s.data, c, s.len) != NULL;
}

static bool meant_plain(struct exam *exam,
			const char *service_class,
			struct spn_str host,
			char **_meant)
{
	if (host.len == 0 || has_char(host, '\0')) {
		return true;
	}
	*_meant = spn_format(exam->report, spn_str_of(service_class), host);
	return *_meant != NULL;
}

static bool check_url(struct exam *exam, bool *_hit, char **_meant)
{
	struct spn_str rest = exam->spn.value;
	size_t len = spn_scheme_len(rest);
	size_t i;

	*_hit = len > 0;
	if (len == 0) {
		return true;
	}
	rest.data += len + 1;
	rest.len -= len + 1;
	while (rest.len > 0 && rest.data[0] == '/') {
		rest.data++;
		rest.len--;
	}
	for (i = 0; i < rest.len; i++) {
		if (strchr("/:?#", rest.data[i]) != NULL) {
			rest.len = i;
		}
	}
	return meant_plain(exam, "http", rest, _meant);
}

static bool check_parts(struct exam *exam, bool *_hit, char **_meant)
{
	struct spn_str value = exam->spn.value;
	const char *backslash = NULL;

	*_hit = !exam->parsed;
	if (exam->parsed || value.len == 0 || has_char(value, '/')) {
		return true;
	}
	backslash = memchr(value.data, '\\', value.len);
	if (backslash != NULL) {
		value.len -= (size_t)(backslash + 1 - value.data);
		value.data = backslash + 1;
	}
	return meant_plain(exam, "http", value, _meant);
}

static bool check_empty(struct exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;

	*_hit = spn->service_class.len == 0 || spn->host_name.len == 0;
	if (!*_hit || spn->service_class.len == 0 || spn->has_suffix ||
	    spn->service_name.len == 0)
	{
		return true;
	}
	*_meant = spn_format(exam->report,
			     spn->service_class,
			     spn->service_name);
	return *_meant != NULL;
}

static bool check_blank(struct exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;

	(void)_meant;
	*_hit = !exam->is_graphic &&
		(edge_is_blank(spn->service_class) ||
		 edge_is_blank(spn->host_name) ||
		 edge_is_blank(spn->instance_name) ||
		 edge_is_blank(spn->service_name) || has_control(spn->value) ||
		 has_char(spn->host_name, ' '));
	return true;
}

/* The directory itself refuses it: it came in below that, or long ago. */
static bool check_utf8(struct exam *exam, bool *_hit, char **_meant)
{
	(void)_meant;
	*_hit = !exam->is_graphic && !spn_str_is_utf8(exam->spn.value);
	return true;
}

/* What nobody sees is a part of the name to a directory all the same. */
static bool check_invisible(struct exam *exam, bool *_hit, char **_meant)
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

static bool check_https(struct exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;

	*_hit = spn_class_is_of_tls(spn->service_class);
	return !*_hit || meant_plain(exam, "http", spn->host_name, _meant);
}

static bool check_realm(struct exam *exam, bool *_hit, char **_meant)
{
	struct spn_str host = exam->spn.host_name;
	const char *at = NULL;

	*_hit = has_char(host, '@') || has_char(exam->spn.service_name, '@') ||
		has_char(exam->spn.instance_name, '@');
	at = (host.len > 0) ? memchr(host.data, '@', host.len) : NULL;
	if (at == NULL || at == host.data) {
		return true;
	}
	host.len = (size_t)(at - host.data);
	*_meant = spn_format(exam->report, exam->spn.service_class, host);
	return *_meant != NULL;
}

static bool check_dot(struct exam *exam, bool *_hit, char **_meant)
{
	struct spn_str host = exam->spn.host_name;
	struct spn_str label = host;
	const char *dot = memchr(host.data, '.', host.len);

	if (dot != NULL) {
		label.len = (size_t)(dot - host.data);
	}
	*_hit = host.data[host.len - 1] == '.' || has_char(host, '*') ||
		has_char(label, '_');
	if (host.data[host.len - 1] != '.' || host.len == 1) {
		return true;
	}
	host.len--;
	*_meant = spn_format(exam->report, exam->spn.service_class, host);
	return *_meant != NULL;
}

static bool check_ip(struct exam *exam, bool *_hit, char **_meant)
{
	(void)_meant;
	*_hit = spn_host_is_ip(exam->spn.host_name);
	return true;
}

static bool check_port(struct exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;

	*_hit = spn_class_is(spn, "http") &&
		(spn->port == 80 || spn->port == 443);
	return !*_hit || meant_plain(exam, "http", spn->host_name, _meant);
}

static bool check_instance(struct exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;

	*_hit = (spn_class_is(spn, "http") || spn_class_is(spn, "host")) &&
		spn->has_suffix && spn->port == 0;
	if (!*_hit) {
		return true;
	}
	*_meant = spn_format(exam->report, spn->service_class, spn->host_name);
	return *_meant != NULL;
}

/* The halves of a pair that the account holds, spelled differently. */
static bool check_case(struct exam *exam, bool *_hit, char **_meant)
{
	const struct spn *spn = &exam->spn;
	const struct spn_value *other = NULL;
	struct spn_value partner = {};
	const char *host = NULL;

	if (!spn_is_plain(spn) || !spn_host_is_fqdn(spn->host_name) ||
	    !spn_settings_is_pair_class(exam->c->settings, spn->service_class))
	{
		return true;
	}
	if (!spn_host_partner(exam->c,
			      exam->report,
			      spn->host_name,
			      &host,
			      NULL)) {
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

static const struct check checks[] = {
	{&mal_url, true, check_url},
	{&mal_parts, true, check_parts},
	{&mal_empty, true, check_empty},
	{&mal_space, true, check_blank},
	{&mal_invisible, true, check_invisible},
	{&mal_utf8, false, check_utf8},
	{&mal_class_https, false, check_https},
	{&mal_realm, false, check_realm},
	{&mal_dot, false, check_dot},
	{&mal_ip, false, check_ip},
	{&mal_port80, false, check_port},
	{&mal_instance, false, check_instance},
	{&case_mix, false, check_case},
};

static bool examine(struct exam *exam)
{
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		struct spn_violation v = {
			.account = exam->c->after,
			.spn = exam->value->value,
		};
		char *meant = NULL;
		bool hit = false;

		if (!checks[i].fn(exam, &hit, &meant)) {
			return false;
		}
		if (!hit) {
			continue;
		}
		v.partner = meant;
		if (!spn_report_add(exam->report, checks[i].message, &v, NULL))
		{
			return false;
		}
		if (checks[i].fatal) {
			return true;
		}
	}
	return true;
}

static bool judge(const struct spn_case *c, struct spn_report *report)
{
	size_t i;

	for (i = 0; i < spn_case_num_values(c); i++) {
		struct exam exam = {
			.c = c,
			.report = report,
			.value = spn_case_value(c, i),
		};

		exam.parsed = spn_parse(exam.value->value, &exam.spn) ==
			      SPN_SYNTAX_OK;
		exam.is_graphic = is_graphic(exam.value->value);
		if (!examine(&exam)) {
			return false;
		}
	}
	return true;
}

static const struct spn_message *const messages[] = {
	&mal_parts,
	&mal_empty,
	&mal_url,
	&mal_class_https,
	&mal_realm,
	&mal_space,
	&mal_dot,
	&mal_ip,
	&mal_port80,
	&mal_instance,
	&case_mix,
	&mal_invisible,
	&mal_utf8,
	NULL,
};

const struct spn_rule spn_rule_syntax = {
	.name = rule_name,
	.messages = messages,
	.level = SPN_LEVEL_DENY,
	.modes = (1u << SPN_LEVEL_DENY) | (1u << SPN_LEVEL_WARN) |
		 (1u << SPN_LEVEL_OFF),
	.summary = "a value is one that some client can ask for",
	.source = "MS-ADTS 2.2.21; MS-KILE 3.1.5.11",
	.obeys_exemptions = true,
	.judge = judge,
};
