/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An administrator who writes "http,cifs" means two classes, not one with a
 * comma in it. Taken as it is, such a value never matches anything, and where
 * it replaces the default it switches a rule off without a word. So each key
 * says which bytes its values are made of, and of what is refused the part
 * that can stand is offered.
 */
#include "settings_values.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "host_pair.h"
#include "ids.h"
#include "unicode.h"
#include "quote.h"

#define MAX_VALUE 255 /* no class, host name or account name is longer */
#define BLANKS " \t"
#define SEPARATORS ",;|"

/* A value under its key, on its way through the checks. */
struct exam {
	TALLOC_CTX *mem_ctx;
	const char *key;
	const char *value;
	const char *what; /* "service class" */
};

/* "KEY: 'VALUE' " and the rest. */
__attribute__((format(printf, 2, 3))) static const char *refuse(
	const struct exam *exam,
	const char *format,
	...)
{
	char *shown = spn_quote(exam->mem_ctx,
				spn_str_of(exam->value),
				SPN_QUOTE_DN | SPN_QUOTE_CUT);
	char *reason = NULL;
	char *rest = NULL;
	va_list ap;

	va_start(ap, format);
	rest = talloc_vasprintf(exam->mem_ctx, format, ap);
	va_end(ap);
	if (shown != NULL && rest != NULL) {
		reason = talloc_asprintf(exam->mem_ctx,
					 "%s: %s %s",
					 exam->key,
					 shown,
					 rest);
	}
	talloc_free(shown);
	talloc_free(rest);
	return (reason != NULL) ? reason : spn_settings_no_memory;
}

/* With what was meant, or where that is not clear with what it looks like. */
static const char *refuse_for(const struct exam *exam,
			      struct spn_str meant,
			      const char *looks)
{
	if (meant.len == 0) {
		return refuse(exam, "is no %s: %s", exam->what, looks);
	}
	return refuse(exam,
		      "is no %s: write %s=%.*s",
		      exam->what,
		      exam->key,
		      (int)meant.len,
		      meant.data);
}

/* A blank that is none to a program. Unicode 15.0, General_Category Zs. */
static bool is_odd_blank(uint32_t c)
{
	return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
	       c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool is_readable(struct spn_str s)
{
	while (s.len > 0) {
		uint32_t c = 0;
		size_t n = spn_unicode_next(s, &c);

		if (n == 0 || is_odd_blank(c) || spn_unicode_is_unsafe(c)) {
			return false;
		}
		s.data += n;
		s.len -= n;
	}
	return true;
}

static const char *bad_text(const struct exam *exam)
{
	if (exam->value[0] == '\0') {
		return refuse(exam,
			      "is empty: write a %s, or "
			      "'spn-policy unset %s' for the default",
			      exam->what,
			      exam->key);
	}
	if (strlen(exam->value) > MAX_VALUE) {
		return refuse(exam,
			      "is longer than %d bytes: no %s is",
			      MAX_VALUE,
			      exam->what);
	}
	if (!is_readable(spn_str_of(exam->value))) {
		return refuse(exam,
			      "has a character in it that cannot be seen: "
			      "type it anew");
	}
	return NULL;
}

/* "a, b" where one value is wanted; NULL: there is one. */
static const char *bad_list(const struct exam *exam, const char *separators)
{
	const char *rest = exam->value;
	char *each = NULL;
	size_t num = 0;

	if (strpbrk(rest, separators) == NULL) {
		return NULL;
	}
	each = talloc_strdup(exam->mem_ctx, "");
	while (each != NULL) {
		size_t len = 0;

		rest += strspn(rest, SEPARATORS BLANKS);
		len = strcspn(rest, separators);
		if (len == 0) {
			break;
		}
		each = talloc_asprintf_append(each,
					      "%s%s=%.*s",
					      (num > 0) ? " and " : "",
					      exam->key,
					      (int)len,
					      rest);
		rest += len;
		num++;
	}
	if (each == NULL) {
		return spn_settings_no_memory;
	}
	if (num == 0) {
		return refuse(exam, "has no %s in it", exam->what);
	}
	return refuse(exam,
		      "is not one %s: write %s%s",
		      exam->what,
		      each,
		      (num > 1) ? ", each by itself" : "");
}

/* Words that are meant as a switch. */
static const char *bad_word(const struct exam *exam, const char *const *words)
{
	size_t i;

	for (i = 0; words[i] != NULL; i++) {
		if (strcasecmp(exam->value, words[i]) == 0) {
			return refuse(exam,
				      "is no %s: a rule is switched off by "
				      "its own key, as in http-pair=off, and "
				      "'spn-policy unset %s' goes back to the "
				      "default",
				      exam->what,
				      exam->key);
		}
	}
	return NULL;
}

static const char *const switches[] = {"all",
				       "any",
				       "default",
				       "disabled",
				       "false",
				       "no",
				       "none",
				       "off",
				       "on",
				       "true",
				       "yes",
				       NULL};

/* No service class either, but a host may have such a name. */
static const char *const modes[] =
	{"audit", "complete", "deny", "enforce", "warn", NULL};

/* Letters, digits and these; other alphabets only where that says so. */
static bool is_made_of(struct spn_str s, const char *others, bool ascii)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (!isascii(c) && ascii) {
			return false;
		}
		if (isascii(c) && !isalnum(c) &&
		    (c == '\0' || strchr(others, c) == NULL))
		{
			return false;
		}
	}
	return s.len > 0;
}

/* What stands before the first of those characters. */
static struct spn_str before(struct spn_str s, const char *stop)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (strchr(stop, s.data[i]) != NULL) {
			s.len = i;
		}
	}
	return s;
}

/* What stands after the last c, or all of it. */
static struct spn_str after_last(struct spn_str s, char c)
{
	size_t i;

	for (i = s.len; i > 0; i--) {
		if (s.data[i - 1] == c) {
			s.data += i;
			s.len -= i;
			return s;
		}
	}
	return s;
}

static struct spn_str without_lead(struct spn_str s, const char *lead)
{
	while (s.len > 0 && strchr(lead, s.data[0]) != NULL) {
		s.data++;
		s.len--;
	}
	return s;
}

static struct spn_str without_tail(struct spn_str s, const char *tail)
{
	while (s.len > 0 && strchr(tail, s.data[s.len - 1]) != NULL) {
		s.len--;
	}
	return s;
}

#define CLASS_CHARS "-._+"

const char *spn_value_bad_class(TALLOC_CTX *mem_ctx,
				const char *key,
				const char *value)
{
	const struct exam exam = {mem_ctx, key, value, "service class"};
	struct spn_str meant = spn_str_of(value);
	const char *reason = bad_text(&exam);

	if (reason == NULL) {
		reason = bad_word(&exam, switches);
	}
	if (reason == NULL) {
		reason = bad_word(&exam, modes);
	}
	if (reason == NULL) {
		reason = bad_list(&exam, SEPARATORS BLANKS);
	}
	if (reason != NULL) {
		return reason;
	}
	meant = before(without_lead(meant, "=\"'"), "/:=@\\*?\"'");
	if (spn_class_is_of_tls(meant)) {
		return refuse(&exam,
			      "is nothing that a client asks for: it asks for "
			      "http, over TLS, too; write %s=http",
			      key);
	}
	if (is_made_of(spn_str_of(value), CLASS_CHARS, true)) {
		return NULL;
	}
	if (strpbrk(value, "*?") != NULL ||
	    !is_made_of(meant, CLASS_CHARS, true))
	{
		meant.len = 0;
	}
	return refuse_for(&exam,
			  meant,
			  "it is what stands before the first slash of an "
			  "SPN, like http, without a wildcard");
}

/* The host name inside of a URL, an SPN, or a name with a port or a realm. */
static struct spn_str host_inside(struct spn_str s)
{
	struct spn_str first = {};

	s = without_tail(without_lead(s, "=\"'"), "\"'");
	first = before(s, "/");
	if (first.len < s.len) {
		if (spn_host_is_ip(first)) {
			return (struct spn_str){}; /* 10.0.0.0/8 */
		}
		s.data += first.len;
		s.len -= first.len;
		s = before(without_lead(s, "/"), "/");
	}
	s = after_last(s, '\\');
	if (after_last(s, ':').len + before(s, ":").len + 1 < s.len) {
		return (struct spn_str){}; /* two colons: an address */
	}
	return without_tail(before(s, ":@$"), ".$");
}

/* No label is empty, and every byte may be in it. */
static bool is_dotted(struct spn_str s, const char *others)
{
	size_t i;

	if (s.len == 0 || !is_made_of(s, others, false) || s.data[0] == '.' ||
	    s.data[s.len - 1] == '.')
	{
		return false;
	}
	for (i = 1; i < s.len; i++) {
		if (s.data[i] == '.' && s.data[i - 1] == '.') {
			return false;
		}
	}
	return true;
}

/* "CN=svc,CN=Users,DC=example,DC=com" and what begins like it. */
static bool is_dn(const char *value)
{
	const char *equals = strchr(value, '=');

	return equals != NULL && equals > value &&
	       strcspn(value, "/:\\@") > (size_t)(equals - value);
}

static const char *bad_name(const struct exam *exam, const char *looks)
{
	const char *reason = bad_text(exam);

	if (reason == NULL) {
		reason = bad_word(exam, switches);
	}
	if (reason == NULL && is_dn(exam->value)) {
		reason = refuse(exam,
				"is no %s but a DN: %s",
				exam->what,
				looks);
	}
	return (reason != NULL) ? reason : bad_list(exam, SEPARATORS BLANKS);
}

#define SUFFIX_CHARS "-._"

const char *spn_value_bad_suffix(TALLOC_CTX *mem_ctx,
				 const char *key,
				 const char *value)
{
	const struct exam exam = {mem_ctx, key, value, "DNS suffix"};
	const char *looks = "it is written like example.com";
	struct spn_str meant = spn_str_of(value);
	const char *reason = bad_name(&exam, looks);

	if (reason != NULL) {
		return reason;
	}
	if (spn_host_is_ip(meant)) {
		return refuse_for(&exam, (struct spn_str){}, looks);
	}
	if (is_dotted(meant, SUFFIX_CHARS)) {
		return NULL;
	}
	meant = host_inside(after_last(meant, '@'));
	meant = without_lead(meant, "*?.");
	if (!is_dotted(meant, SUFFIX_CHARS) || spn_host_is_ip(meant)) {
		meant.len = 0;
	}
	return refuse_for(&exam, meant, looks);
}

#define HOST_CHARS "-._*?"

const char *spn_value_bad_host(TALLOC_CTX *mem_ctx,
			       const char *key,
			       const char *value)
{
	const struct exam exam = {mem_ctx, key, value, "host name"};
	const char *looks = "it is written like web01 or *.lab.example.com";
	struct spn_str meant = spn_str_of(value);
	const char *reason = bad_name(&exam, looks);

	if (reason != NULL) {
		return reason;
	}
	if (is_dotted(meant, HOST_CHARS) || spn_host_is_ip(meant)) {
		return NULL;
	}
	meant = host_inside(meant);
	if (meant.len > 1 && meant.data[0] == '.') {
		meant = without_lead(meant, ".");
		return is_dotted(meant, HOST_CHARS)
			       ? refuse(&exam,
					"is no host name: write %s=*.%.*s",
					key,
					(int)meant.len,
					meant.data)
			       : refuse_for(&exam, (struct spn_str){}, looks);
	}
	if (!is_dotted(meant, HOST_CHARS)) {
		meant.len = 0;
	}
	return refuse_for(&exam, meant, looks);
}

static bool is_guid(struct spn_str s)
{
	uint8_t bytes[SPN_GUID_BYTES];

	return spn_guid_bytes(s, bytes);
}

/* Hex digits and dashes, and longer than an account's name. */
static bool is_almost_guid(const char *value)
{
	return strspn(value, "0123456789abcdefABCDEF-") == strlen(value) &&
	       strlen(value) > 20 && !is_guid(spn_str_of(value));
}

static bool is_sid(const char *value)
{
	return strncasecmp(value, "S-1-", 4) == 0 &&
	       strspn(value + 4, "0123456789-") == strlen(value + 4);
}

/* What no sAMAccountName of Windows has. One that has it all the same is named
 * by its objectGUID. */
#define NO_SAM "\"/\\[]:;|=,+*?<>@"

/* The name inside of DOMAIN\name, name@domain, {GUID}, <GUID=...>. */
static struct spn_str account_inside(const char *value)
{
	struct spn_str s = spn_str_of(value);

	if (strncasecmp(value, "<GUID=", 6) == 0) {
		s = after_last(s, '=');
	}
	s = without_tail(without_lead(s, "={\"<"), "}\">");
	s = after_last(s, '\\');
	return before(s, "@");
}

const char *spn_value_bad_account(TALLOC_CTX *mem_ctx,
				  const char *key,
				  const char *value)
{
	const struct exam exam = {mem_ctx, key, value, "sAMAccountName"};
	const char *looks = "write the sAMAccountName of the account, or its "
			    "objectGUID";
	struct spn_str meant = {};
	const char *reason = bad_text(&exam);

	if (reason != NULL) {
		return reason;
	}
	meant = account_inside(value);
	if (is_dn(value) && !is_guid(meant)) {
		return refuse(&exam, "is a DN: %s", looks);
	}
	if (is_sid(value)) {
		return refuse(&exam, "is a SID: %s", looks);
	}
	if (is_almost_guid(value)) {
		return refuse(&exam,
			      "is no whole objectGUID: that has 8, 4, 4, 4 "
			      "and 12 hex digits");
	}
	if (strpbrk(value, NO_SAM) == NULL &&
	    (!is_guid(meant) || is_guid(spn_str_of(value))))
	{
		return NULL;
	}
	reason = bad_list(&exam, SEPARATORS);
	if (reason != NULL) {
		return reason;
	}
	if (strpbrk(value, "*?") != NULL) {
		return refuse(&exam,
			      "has a wildcard, which does not count here: "
			      "each account is named by itself");
	}
	if (meant.len == 0 || before(meant, NO_SAM).len < meant.len) {
		return refuse_for(&exam, (struct spn_str){}, looks);
	}
	return refuse(
		&exam,
		"is no sAMAccountName and no objectGUID: write %s=%.*s%s",
		key,
		(int)meant.len,
		meant.data,
		(strchr(value, '@') != NULL)
			? ", if that is the sAMAccountName of it"
			: "");
}

const char *spn_value_bad_number(TALLOC_CTX *mem_ctx,
				 const char *key,
				 const char *value,
				 struct spn_bounds bounds,
				 uint32_t *_number)
{
	const struct exam exam = {mem_ctx, key, value, "number"};
	size_t digits = strspn(value, "0123456789");
	unsigned long long number = strtoull(value, NULL, 10);

	if (digits == 0 || value[digits] != '\0' || number < bounds.least ||
	    number > bounds.most)
	{
		return refuse(&exam,
			      "is no number from %lu to %lu",
			      (unsigned long)bounds.least,
			      (unsigned long)bounds.most);
	}
	*_number = (uint32_t)number;
	return NULL;
}
