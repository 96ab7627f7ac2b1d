/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One table of the numbers, with their bounds and defaults; the names of
 * spn_audit: in smb.conf and --option are compared with it, so that a misspelt
 * one is an error and not ignored.
 */
#include "smb_conf.h"

#include "audit/facts/dns.h"
#include "policy/ticket_types.h"
#include "common/samba.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTION "spn_audit"
#define MOST_DAYS 36500

static const struct {
	const char *name; /* with "-" for " " that of the option, too */
	int least;
	int most;
	int value; /* if nobody says anything */
} numbers[AUDIT_NUM_NUMBERS] = {
	[AUDIT_PAGE_SIZE] = {"page size", 0, 1000000, 0},
	[AUDIT_STALE_DAYS] = {"stale days", 1, MOST_DAYS, 90},
	[AUDIT_PASSWORD_DAYS] = {"password days", 1, MOST_DAYS, 365},
	[AUDIT_DNS_TIMEOUT] = {"dns timeout", 1, 60000, 2000},
	[AUDIT_DNS_TRIES] = {"dns tries", 1, 20, 3},
	[AUDIT_DNS_QUERIES] = {"dns queries", 1, 1000, 50},
};

static const char dns_server[] = "dns server";
static const char one_by_one[] = "one by one";
static const char through_modules[] = "through modules";
static const char kdc_types[] = "kdc default enctypes";
static const char *const others[] = {dns_server,
				     one_by_one,
				     through_modules,
				     kdc_types};

#define NUM_OTHERS (sizeof(others) / sizeof(others[0]))

/* NULL: nobody has said anything. */
static const char *told(struct spn_connect *connect, const char *name)
{
	return samba_config()->lpcfg_get_parametric(spn_connect_loadparm(
							    connect),
						    NULL,
						    SECTION,
						    name);
}

static bool number_of(const char *text, int least, int most, int *_number)
{
	size_t len = strlen(text);
	long number = 0;

	if (len == 0 || len > 9 || strspn(text, "0123456789") != len) {
		return false;
	}
	number = strtol(text, NULL, 10);
	*_number = (int)number;
	return number >= least && number <= most;
}

/* text is of the option; otherwise the other spelling counts. */
static int read_number(struct spn_connect *connect,
		       enum audit_tunable which,
		       const char *text,
		       int *_number)
{
	const char *name = numbers[which].name;
	bool is_option = text != NULL;

	if (!is_option) {
		text = told(connect, name);
	}
	if (text == NULL) {
		*_number = numbers[which].value;
		return SPN_EXIT_DONE;
	}
	if (number_of(text,
		      numbers[which].least,
		      numbers[which].most,
		      _number))
	{
		return SPN_EXIT_DONE;
	}
	return spn_connect_usage_error(connect,
				       "%s%.*s%s%s: %s is no number from %d "
				       "to %d",
				       is_option ? "--" : SECTION ":",
				       (int)strcspn(name, " "),
				       name,
				       is_option ? "-" : " ",
				       strchr(name, ' ') + 1,
				       spn_connect_quote(connect, text),
				       numbers[which].least,
				       numbers[which].most);
}

bool audit_switch_of(const char *text, bool *_is_on)
{
	static const struct {
		const char *word;
		bool is_on;
	} words[] = {
		{"yes", true},
		{"no", false},
		{"true", true},
		{"false", false},
		{"on", true},
		{"off", false},
		{"1", true},
		{"0", false},
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i].word) == 0) {
			*_is_on = words[i].is_on;
			return true;
		}
	}
	return false;
}

static int read_switch(struct spn_connect *connect,
		       const char *name,
		       bool *_is_on)
{
	const char *text = told(connect, name);

	*_is_on = false;
	if (text == NULL || audit_switch_of(text, _is_on)) {
		return SPN_EXIT_DONE;
	}
	return spn_connect_usage_error(connect,
				       SECTION ":%s: %s is neither yes nor no",
				       name,
				       spn_connect_quote(connect, text));
}

static int read_types(struct spn_connect *connect,
		      const char *text,
		      uint32_t *_types)
{
	bool is_option = text != NULL;

	*_types = 0;
	if (!is_option) {
		text = told(connect, kdc_types);
	}
	if (text == NULL || spn_ticket_types_parse(text, _types)) {
		return SPN_EXIT_DONE;
	}
	return spn_connect_usage_error(
		connect,
		"%s: %s is no list of encryption types, such as \"rc4-hmac "
		"aes256-cts-sk\", \"aes128-cts aes256-cts\" or 0x18",
		is_option ? "--kdc-default-enctypes"
			  : SECTION ":kdc default enctypes",
		spn_connect_quote(connect, text));
}

/* ------------------------------------------------------ which names there are
 */

/* As smb.conf has it: neither case nor blanks count. len is of a. */
static bool same_name(const char *a, size_t len, const char *b)
{
	const char *end = a + len;

	while (true) {
		while (a < end && isspace((unsigned char)*a)) {
			a++;
		}
		while (isspace((unsigned char)*b)) {
			b++;
		}
		if (a == end || *b == '\0') {
			return a == end && *b == '\0';
		}
		if (tolower((unsigned char)*a++) !=
		    tolower((unsigned char)*b++))
		{
			return false;
		}
	}
}

static bool is_known(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < AUDIT_NUM_NUMBERS; i++) {
		if (same_name(name, len, numbers[i].name)) {
			return true;
		}
	}
	for (i = 0; i < NUM_OTHERS; i++) {
		if (same_name(name, len, others[i])) {
			return true;
		}
	}
	return false;
}

static int say_unknown(struct spn_connect *connect,
		       const char *name,
		       size_t len)
{
	char *whole = talloc_strndup(connect, name, len);
	char *names = talloc_strdup(connect, "");
	size_t i;

	for (i = 0; i < AUDIT_NUM_NUMBERS + NUM_OTHERS; i++) {
		names = talloc_asprintf_append(
			names,
			"%s%s",
			(i == 0) ? "" : ", ",
			(i < AUDIT_NUM_NUMBERS)
				? numbers[i].name
				: others[i - AUDIT_NUM_NUMBERS]);
	}
	return spn_connect_usage_error(connect,
				       "there is no option " SECTION
				       ":%s; there are: %s",
				       (whole == NULL) ? "" : whole,
				       (names == NULL) ? "" : names);
}

/* A line of the dump: "\tspn_audit:stale days = 90". */
static int check_line(struct spn_connect *connect, const char *line)
{
	size_t len = strcspn(line, "=\n");
	const char *colon = memchr(line, ':', len);

	if (line[len] != '=' || colon == NULL ||
	    !same_name(line, (size_t)(colon - line), SECTION))
	{
		return SPN_EXIT_DONE;
	}
	len -= (size_t)(colon + 1 - line);
	while (len > 0 && isspace((unsigned char)colon[len])) {
		len--;
	}
	return is_known(colon + 1, len) ? SPN_EXIT_DONE
					: say_unknown(connect, colon + 1, len);
}

/* Samba tells which parameters were given in one way only: as text. */
static int check_names(struct spn_connect *connect)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	const char *line = NULL;
	int status = SPN_EXIT_DONE;

	if (stream == NULL) {
		spn_connect_message(connect, "out of memory");
		return SPN_EXIT_CANNOT_RUN;
	}
	samba_config()->lpcfg_dump(spn_connect_loadparm(connect),
				   stream,
				   false,
				   0);
	if (fclose(stream) != 0) {
		free(text);
		spn_connect_message(connect, "out of memory");
		return SPN_EXIT_CANNOT_RUN;
	}
	line = text;
	while (line != NULL && status == SPN_EXIT_DONE) {
		status = check_line(connect, line);
		line = strchr(line, '\n');
		line = (line == NULL) ? NULL : line + 1;
	}
	free(text);
	return status;
}

int audit_tunables_read(struct spn_connect *connect,
			const struct audit_tunable_texts *texts,
			struct audit_tunables *_tunables)
{
	int status = check_names(connect);
	enum audit_tunable i;

	for (i = 0; i < AUDIT_NUM_NUMBERS && status == SPN_EXIT_DONE; i++) {
		status = read_number(connect,
				     i,
				     texts->numbers[i],
				     &_tunables->numbers[i]);
	}
	if (status == SPN_EXIT_DONE) {
		status = read_switch(connect,
				     one_by_one,
				     &_tunables->one_by_one);
	}
	if (status == SPN_EXIT_DONE) {
		status = read_switch(connect,
				     through_modules,
				     &_tunables->through_modules);
	}
	if (status == SPN_EXIT_DONE) {
		status = read_types(connect,
				    texts->kdc_types,
				    &_tunables->kdc_types);
	}
	_tunables->dns_server = (texts->dns_server != NULL)
					? texts->dns_server
					: told(connect, dns_server);
	return status;
}

/* -------------------------------------------------------------------- DNS */

struct asking {
	struct spn_connect *connect;
	struct audit_dns *dns;
};

static bool resolve(void *private_data,
		    TALLOC_CTX *mem_ctx,
		    const struct spn_forest *forest,
		    const char **_reason)
{
	struct asking *asking = private_data;
	size_t num_unknown = 0;
	size_t num_asked = 0;

	if (!audit_dns_resolve(asking->dns,
			       mem_ctx,
			       forest->dns_suffixes,
			       &num_unknown,
			       &num_asked,
			       _reason))
	{
		return false;
	}
	if (num_unknown > 0) {
		spn_connect_message(asking->connect,
				    "DNS has no answer to %zu of %zu names: "
				    "nothing is said of those",
				    num_unknown,
				    num_asked);
	}
	return true;
}

bool audit_tunable_dns(TALLOC_CTX *mem_ctx,
		       struct spn_connect *connect,
		       const struct audit_tunables *tunables,
		       struct audit_scan_options *scan_options,
		       const char **_reason)
{
	const struct audit_dns_options options = {
		.server = tunables->dns_server,
		.timeout = tunables->numbers[AUDIT_DNS_TIMEOUT],
		.tries = tunables->numbers[AUDIT_DNS_TRIES],
		.num_parallel = (size_t)tunables->numbers[AUDIT_DNS_QUERIES],
		.progress = scan_options->progress,
	};
	struct asking *asking = talloc_zero(mem_ctx, struct asking);

	*_reason = NULL;
	if (asking == NULL) {
		return false;
	}
	asking->connect = connect;
	if (!audit_dns_new(asking, &options, &asking->dns, _reason)) {
		return false;
	}
	scan_options->resolve = resolve;
	scan_options->private_data = asking;
	scan_options->surroundings.ask_dns = audit_dns_ask;
	scan_options->surroundings.private_data = asking->dns;
	scan_options->surroundings.dns_is_live = true;
	return true;
}
