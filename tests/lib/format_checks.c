/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A report with hostile values, and what each format may not let through of
 * them: a small reader for each, stricter than a real one.
 */
#include "format_checks.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "audit/rules/messages.h"
#include "policy/unicode.h"

#define NUM_COLUMNS 22

/* All that a report is made of. */
struct world {
	struct spn_account account;
	const struct spn_account *accounts[1];
	struct audit_finding finding;
	struct audit_finding consequence;
	struct audit_findings findings;
	struct audit_profile profile;
	struct audit_profiles profiles;
	const char *gaps[3];
	struct spn_dc dc;
	struct spn_dcs dcs;
};

static void fill_finding(struct world *_w, const struct hostile *hostile)
{
	_w->account = (struct spn_account){
		.object_guid = "1",
		.dn = hostile->dn,
		.sam_account_name = hostile->domain,
		.kind = SPN_KIND_USER,
	};
	_w->accounts[0] = &_w->account;
	_w->finding = (struct audit_finding){
		.message = audit_message_by_code("SPN-101"),
		.severity = SPN_SEVERITY_ERROR,
		.spn = hostile->spn,
		.partner = hostile->partner,
		.holders = {.accounts = _w->accounts, .num_accounts = 1},
		.others = {.accounts = _w->accounts, .num_accounts = 1},
		.reason = hostile->domain,
		.fix = hostile->dn,
	};
	_w->consequence = _w->finding;
	_w->consequence.because = "why";
	_w->finding.consequences = &_w->consequence;
	_w->finding.num_consequences = 1;
	_w->findings = (struct audit_findings){
		.findings = &_w->finding,
		.num_findings = 1,
		.counts = {[SPN_SEVERITY_ERROR] = 1},
	};
}

static void fill_rest(struct world *_w, const struct hostile *hostile)
{
	_w->profile = (struct audit_profile){
		.account = &_w->account,
		.is_known = true,
		.password_set = INT64_MAX / 10000000,
		.key = {.state = AUDIT_KEY_STRONG, .types = 0x1c},
		.admin_groups = 0xf,
		.delegates = 0xf,
	};
	_w->profiles = (struct audit_profiles){
		.profiles = &_w->profile,
		.num_profiles = 1,
	};
	_w->gaps[0] = hostile->dn;
	_w->gaps[1] = hostile->domain;
	_w->dc = (struct spn_dc){
		.name = hostile->domain,
		.standing = SPN_STANDING_UNREACHABLE,
	};
	_w->dcs = (struct spn_dcs){.dcs = &_w->dc, .num_dcs = 1};
}

char *format_hostile(TALLOC_CTX *mem_ctx,
		     const struct audit_format *format,
		     const struct hostile *hostile,
		     size_t *_len)
{
	struct world w = {};
	const struct audit_result result = {
		.gaps = w.gaps,
		.dcs = &w.dcs,
		.seconds = 1.5,
		.url = hostile->dn,
		.dc = hostile->domain,
		.domain = hostile->domain,
		.part = hostile->dn,
		.time = "2026-11-26T00:00:00Z",
		.choice = audit_choice_new(mem_ctx),
		.findings = &w.findings,
		.profiles = &w.profiles,
	};
	char *text = NULL;
	FILE *stream = open_memstream(&text, _len);
	bool ok = false;

	fill_finding(&w, hostile);
	fill_rest(&w, hostile);
	ok = result.choice != NULL && format->write(mem_ctx, &result, stream);

	fclose(stream);
	if (!ok) {
		free(text);
		return NULL;
	}
	return text;
}

static bool is_clean(const char *text, size_t len, const char *allowed)
{
	struct spn_str rest = {.data = text, .len = len};

	if (u8_check((const uint8_t *)text, len) != NULL) {
		return false;
	}
	while (rest.len > 0) {
		uint32_t c = 0;
		size_t n = spn_unicode_next(rest, &c);

		if (spn_unicode_is_unsafe(c) &&
		    (c == 0 || c > 0x7f || strchr(allowed, (int)c) == NULL))
		{
			return false;
		}
		rest = spn_str_from(rest, n);
	}
	return true;
}

/* Every record has as many quoted cells, and none is a formula. */
static const char *csv_complaint(const char *text, size_t len)
{
	const char *c = text;
	const char *end = text + len;
	size_t cells = 0;

	while (c < end) {
		if (*c++ != '"') {
			return "a cell is not quoted";
		}
		if (*c != '\0' && strchr("=+-@\t\r", *c) != NULL) {
			return "a cell is a formula";
		}
		while (c < end && (*c != '"' || c[1] == '"')) {
			c += (*c == '"') ? 2 : 1;
		}
		cells++;
		c++;
		if (*c == ',') {
			c++;
			continue;
		}
		if (strncmp(c, "\r\n", 2) != 0 || cells != NUM_COLUMNS) {
			return "a record has another number of cells";
		}
		c += 2;
		cells = 0;
	}
	return NULL;
}

static size_t count(const char *text, const char *what)
{
	size_t num = 0;

	for (text = strstr(text, what); text != NULL;
	     text = strstr(text + 1, what))
	{
		num++;
	}
	return num;
}

static const char *json_complaint(const char *text, size_t len)
{
	json_t *document = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

	if (document == NULL) {
		return "it cannot be read";
	}
	json_decref(document);
	return NULL;
}

#define PAGE_DATA "<script type=\"application/json\" id=\"data\">"

/* Where the data of a page begins, and how long it is; NULL: it has none. */
static const char *page_data(const char *text, size_t *_len)
{
	const char *data = strstr(text, PAGE_DATA);

	if (data == NULL) {
		return NULL;
	}
	data += strlen(PAGE_DATA);
	*_len = strcspn(data, "<");
	return data;
}

static size_t count_outside(const char *text, const char *what)
{
	size_t len = 0;
	const char *data = page_data(text, &len);
	size_t num = count(text, what);
	size_t i;

	for (i = 0; data != NULL && i < len; i++) {
		num -= (strncmp(data + i, what, strlen(what)) == 0) ? 1 : 0;
	}
	return num;
}

/* A value adds nothing that a browser takes for a tag, and data is JSON in
 * which no tag begins. */
static const char *html_complaint(const char *text, const char *harmless)
{
	size_t len = 0;
	const char *data = page_data(text, &len);

	if (count(text, "<") - count(text, "<wbr") !=
	    count(harmless, "<") - count(harmless, "<wbr"))
	{
		return "a value made a tag";
	}
	if (count_outside(text, "\"") != count_outside(harmless, "\"")) {
		return "a value has a raw quote";
	}
	if (data == NULL || strncmp(data + len, "</script>", 9) != 0 ||
	    memchr(data, '>', len) != NULL || memchr(data, '&', len) != NULL)
	{
		return "the data does not end where it should";
	}
	return json_complaint(data, len);
}

static const char *skip_name(const char *c)
{
	while (islower((unsigned char)*c) || *c == '_') {
		c++;
	}
	return c;
}

/* Behind label="value"; NULL if there is none. */
static const char *skip_label(const char *c)
{
	c = skip_name(c);
	if (strncmp(c, "=\"", 2) != 0) {
		return NULL;
	}
	for (c += 2; *c != '"'; c++) {
		c += (*c == '\\') ? 1 : 0;
		if (*c == '\0' || *c == '\n') {
			return NULL;
		}
	}
	return c + 1;
}

/* name{label="value",...} number */
static bool is_sample(const char *c)
{
	c = skip_name(c);
	if (*c == '{') {
		c = skip_label(c + 1);
		while (c != NULL && *c == ',') {
			c = skip_label(c + 1);
		}
		if (c == NULL || *c++ != '}') {
			return false;
		}
	}
	if (*c++ != ' ' || !isdigit((unsigned char)*c)) {
		return false;
	}
	c += strspn(c, "0123456789");
	if (*c == '.') {
		c += 1 + strspn(c + 1, "0123456789");
	}
	return *c == '\n';
}

static const char *prometheus_complaint(const char *text)
{
	const char *line = text;

	while (*line != '\0') {
		if (line[0] != '#' && !is_sample(line)) {
			return "a line is no sample";
		}
		line = strchr(line, '\n');
		if (line == NULL) {
			return "the last line does not end";
		}
		line++;
	}
	return NULL;
}

/* A line; behind the only "|" there are numbers, " label=1.5s;;0;0". */
static const char *nagios_complaint(const char *text)
{
	const char *c = strchr(text, '|');

	if (strncmp(text, "SPN CRITICAL - ", 15) != 0 || c == NULL) {
		return "no state, or no numbers";
	}
	for (c++; *c == ' ';) {
		c = skip_name(c + 1);
		if (*c++ != '=' || !isdigit((unsigned char)*c)) {
			return "a number has no label";
		}
		c += strspn(c, "0123456789.s;");
	}
	return (strcmp(c, "\n") != 0) ? "it does not end with a number" : NULL;
}

const char *format_complaint(const char *format,
			     const char *text,
			     size_t len,
			     const char *harmless)
{
	if (!is_clean(text, len, "\r\n")) {
		return "what nobody sees, or not UTF-8";
	}
	if (strcmp(format, "json") == 0) {
		return json_complaint(text, len);
	}
	if (strcmp(format, "csv") == 0) {
		return csv_complaint(text, len);
	}
	if (strcmp(format, "html") == 0) {
		return html_complaint(text, harmless);
	}
	if (strcmp(format, "prometheus") == 0) {
		return prometheus_complaint(text);
	}
	if (strcmp(format, "nagios") == 0) {
		return nagios_complaint(text);
	}
	return (strchr(text, '\r') != NULL) ? "a carriage return" : NULL;
}
