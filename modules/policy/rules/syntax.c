/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * syntax: values that no client can ask for, and values that look like a
 * mistake. A directory takes nearly everything with one or two slashes in it,
 * so a URL that was pasted in stays there for years. Each check is one
 * function over the parsed value (syntax_checks.h); the first one of the fatal
 * kind ends the examination.
 *
 * Refused is what has a part missing, or a character that no name of a
 * computer can have. What is only unusual is logged: products make SPNs of
 * their own, and to refuse one of those on a DC is worse than to miss a
 * mistake.
 */
#include "syntax.h"

#include "rule_table.h"
#include "syntax_checks.h"

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
	.summary = "A class that web clients do not ask for: https, ssl, tls",
	.client = "'{spn}': web clients ask for http/ over TLS, too{meant}",
	.reason = "web clients ask for http/ over TLS, too, and not "
		  "for this class",
	.fix = "replace it, unless the manual of a product asks for "
	       "it{meant}",
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
	.fix = "replace it, unless the manual of a product asks for "
	       "it{meant}",
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
	.client = "'{spn}': no host name ends in a dot or has * or _ in "
		  "it{meant}",
	.reason = "its host name ends in a dot or has * or _ in it, "
		  "which the rules for names of hosts leave out",
	.fix = "replace it, unless the manual of a product asks for "
	       "it{meant}",
};

static const struct spn_message mal_ip = {
	.code = "SPN-008",
	.id = "MAL-IP",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_WARN,
	.rank = 3,
	.summary = "The host name is an IP address",
	.client = "'{spn}': only some clients ask for a ticket by IP "
		  "address; of Windows, those with TryIPSPN",
	.reason = "its host name is an IP address: only some clients "
		  "ask for it, of Windows those with TryIPSPN",
	.fix = "remove it, unless such a client uses it; the name of "
	       "the host serves all",
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
	.reason = "browsers leave port 80 and 443 out when they ask "
		  "for a ticket",
	.fix = "remove it if you do not know why it is there{meant}",
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
	.reason = "browsers and the clients of HOST ask without an "
		  "instance name",
	.fix = "remove it, unless the manual of a product asks for "
	       "it{meant}",
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

static const struct spn_message mal_character = {
	.code = "SPN-014",
	.id = "MAL-CHARACTER",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 3,
	.summary = "A character that no name of a host or an instance has",
	.client = "'{spn}' has a character that no name of a host or an "
		  "instance has: write class/host, class/host:port or "
		  "class/host:INSTANCE{meant}",
	.reason = "it has a character that no name of a host or an "
		  "instance has, so clients make no such name",
	.fix = "replace it by the name that clients use{meant}",
};

const struct spn_message spn_mal_list = {
	.code = "SPN-015",
	.id = "MAL-LIST",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 3,
	.summary = "Several names in one value",
	.client = "'{spn}' is a list in one value, and to a KDC it is one "
		  "name: register each by itself: {words}",
	.reason = "it is a list, and to a KDC one name: no client asks "
		  "for all of it",
	.fix = "replace it by one value for each name: {words}",
};

static const struct spn_message mal_open_end = {
	.code = "SPN-016",
	.id = "MAL-OPEN-END",
	.rule = rule_name,
	.severity = SPN_SEVERITY_ERROR,
	.on_write = SPN_ON_WRITE_REFUSE,
	.rank = 3,
	.summary = "Nothing behind the colon or the second slash",
	.client = "'{spn}' has nothing behind its colon or its second "
		  "slash, where a port, an instance or a service has to "
		  "be{meant}",
	.reason = "nothing stands behind its colon or its second slash, "
		  "where a port, an instance or a service has to be",
	.fix = "replace it by the name that clients use{meant}",
};

static const struct spn_message mal_odd = {
	.code = "SPN-017",
	.id = "MAL-ODD",
	.rule = rule_name,
	.severity = SPN_SEVERITY_WARNING,
	.on_write = SPN_ON_WRITE_WARN,
	.rank = 3,
	.summary = "An unusual character or port, or an empty part of a "
		   "host name",
	.client = "'{spn}' has an unusual character or port, or an empty "
		  "part of a host name: maybe a placeholder that was not "
		  "filled in{meant}",
	.reason = "it has an unusual character or port, or an empty part "
		  "of a host name: maybe a placeholder that was not "
		  "filled in",
	.fix = "if you do not know why it is there, replace it by the "
	       "name that clients use{meant}",
};

struct check {
	const struct spn_message *message;
	bool fatal;    /* the ones below would only say it again */
	bool of_hosts; /* information, if clients do not make SPNs of this
			  class from names of hosts */
	bool (*fn)(struct spn_exam *exam, bool *_hit, char **_meant);
};

static const struct check checks[] = {
	{&mal_url, true, false, spn_check_url},
	{&spn_mal_list, true, false, spn_check_list},
	{&mal_parts, true, false, spn_check_parts},
	{&mal_empty, true, false, spn_check_empty},
	{&mal_space, true, false, spn_check_blank},
	{&mal_invisible, true, false, spn_check_invisible},
	{&mal_utf8, false, false, spn_check_utf8},
	{&mal_character, true, false, spn_check_character},
	{&mal_open_end, true, false, spn_check_open_end},
	{&mal_class_https, false, false, spn_check_https},
	{&mal_realm, false, false, spn_check_realm},
	{&mal_dot, false, true, spn_check_dot},
	{&mal_ip, false, false, spn_check_ip},
	{&mal_port80, false, false, spn_check_port},
	{&mal_instance, false, false, spn_check_instance},
	{&mal_odd, false, true, spn_check_odd},
	{&case_mix, false, false, spn_check_case},
};

/* Of an ordinary value only the last check, which knows the other half, has
 * something to say: it speaks of no character and no part. */
static bool examine(struct spn_exam *exam)
{
	const size_t num = sizeof(checks) / sizeof(checks[0]);
	size_t i;

	for (i = exam->is_ordinary ? num - 1 : 0; i < num; i++) {
		struct spn_violation v = {
			.account = exam->c->after,
			.spn = exam->value->value,
		};
		struct spn_violation *added = NULL;
		char *meant = NULL;
		bool hit = false;

		if (!checks[i].fn(exam, &hit, &meant)) {
			return false;
		}
		if (!hit) {
			continue;
		}
		v.partner = meant;
		if (!spn_report_add(exam->report,
				    checks[i].message,
				    &v,
				    &added))
		{
			return false;
		}
		if (checks[i].of_hosts && !spn_exam_is_of_hosts(exam)) {
			added->severity = SPN_SEVERITY_INFO;
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
		struct spn_exam exam = {
			.c = c,
			.report = report,
			.value = spn_case_value(c, i),
		};

		spn_exam_start(&exam);
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
	&mal_character,
	&spn_mal_list,
	&mal_open_end,
	&mal_odd,
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
