/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which two names are one host. Computer objects are asked first, string
 * surgery is the last resort: sAMAccountName is cut at 15 characters, and a
 * computer may have a DNS name of another domain.
 */
#include "host_pair.h"

#include <arpa/inet.h>
#include <string.h>

bool spn_host_is_fqdn(struct spn_str host)
{
	return host.len > 0 && memchr(host.data, '.', host.len) != NULL;
}

struct spn_str spn_host_first_label(struct spn_str host)
{
	const char *dot = (host.len == 0) ? NULL
					  : memchr(host.data, '.', host.len);

	if (dot != NULL) {
		host.len = (size_t)(dot - host.data);
	}
	return host;
}

#define LONGEST_NAME 253
#define LONGEST_LABEL 63

static bool is_name_byte(char byte)
{
	int c = spn_ascii_lower(byte);

	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_';
}

bool spn_host_is_dns_name(struct spn_str host)
{
	size_t label = 0;
	size_t i;

	if (host.len > 0 && host.data[host.len - 1] == '.') {
		host.len--;
	}
	for (i = 0; i < host.len; i++) {
		if (host.data[i] == '.' && label > 0) {
			label = 0;
			continue;
		}
		label++;
		if (label > LONGEST_LABEL || !is_name_byte(host.data[i])) {
			return false;
		}
	}
	return label > 0 && host.len <= LONGEST_NAME;
}

bool spn_host_is_ip(struct spn_str host)
{
	char text[INET6_ADDRSTRLEN] = {};
	struct in6_addr address;

	/* Most names end here. */
	if (host.len == 0 ||
	    strchr("[:0123456789abcdefABCDEF", host.data[0]) == NULL) {
		return false;
	}

	if (host.len > 2 && host.data[0] == '[' &&
	    host.data[host.len - 1] == ']') {
		host.data++;
		host.len -= 2;
	}
	if (host.len == 0 || host.len >= sizeof(text) ||
	    memchr(host.data, '\0', host.len) != NULL)
	{
		return false;
	}
	memcpy(text, host.data, host.len);
	return inet_pton(AF_INET, text, &address) == 1 ||
	       inet_pton(AF_INET6, text, &address) == 1;
}

/* host is one label and this suffix: the label, or len 0. */
static struct spn_str label_before(struct spn_str host, const char *suffix)
{
	struct spn_str none = {};
	struct spn_str label = host;
	struct spn_str rest = spn_str_of(suffix);

	if (rest.len == 0 || host.len < rest.len + 2) {
		return none;
	}
	label.len = host.len - rest.len - 1;
	if (host.data[label.len] != '.' ||
	    memchr(host.data, '.', label.len) != NULL) {
		return none;
	}
	rest.data = host.data + label.len + 1;
	return spn_str_is(rest, suffix) ? label : none;
}

struct spn_str spn_host_label(const struct spn_case *c, struct spn_str host)
{
	const char **lists[] = {
		c->forest->dns_suffixes,
		c->settings->dns_suffixes,
		c->forest->allowed_suffixes,
	};
	size_t i;
	size_t j;

	for (i = 0; i < 3; i++) {
		for (j = 0; lists[i] != NULL && lists[i][j] != NULL; j++) {
			struct spn_str label = label_before(host, lists[i][j]);

			if (label.len > 0) {
				return label;
			}
		}
	}
	if (c->forest->allowed_suffixes == NULL) {
		spn_index_want_suffixes(c->index);
	}
	return (struct spn_str){};
}

static bool partner_of_fqdn(const struct spn_case *c,
			    TALLOC_CTX *mem_ctx,
			    struct spn_str host,
			    const char **_partner,
			    const struct spn_account **_computer)
{
	struct spn_str short_name = {};

	if (!spn_index_computer_by_dns(c->index, host, _computer)) {
		return false;
	}
	short_name = (*_computer != NULL)
			     ? spn_account_netbios_name(*_computer)
			     : spn_host_label(c, host);
	if (short_name.len == 0) {
		return true;
	}
	*_partner = spn_str_dup(mem_ctx, short_name).data;
	return *_partner != NULL;
}

static bool partner_of_label(const struct spn_case *c,
			     TALLOC_CTX *mem_ctx,
			     struct spn_str host,
			     const char **_partner,
			     const struct spn_account **_computer)
{
	const char *domain = (c->after->dns_domain != NULL)
				     ? c->after->dns_domain
				     : c->forest->dns_domain;

	if (!spn_index_computer_by_name(c->index, host, _computer)) {
		return false;
	}
	if (*_computer != NULL && (*_computer)->dns_host_name != NULL) {
		*_partner = talloc_strdup(mem_ctx,
					  (*_computer)->dns_host_name);
		return *_partner != NULL;
	}
	if (*_computer != NULL && spn_account_same(*_computer, c->after)) {
		/* It may register its own names and no others (MS-ADTS
		 * 3.1.1.5.3.1.1.4), and has no DNS name yet. */
		return true;
	}
	*_partner = talloc_asprintf(mem_ctx,
				    "%.*s.%s",
				    (int)host.len,
				    host.data,
				    domain);
	return *_partner != NULL;
}

bool spn_host_partner(const struct spn_case *c,
		      TALLOC_CTX *mem_ctx,
		      struct spn_str host,
		      const char **_partner,
		      const struct spn_account **_computer)
{
	const struct spn_account *ignored = NULL;
	const struct spn_account **computer = (_computer != NULL) ? _computer
								  : &ignored;

	*_partner = NULL;
	*computer = NULL;
	if (host.len == 0 || spn_host_is_ip(host) || !spn_str_is_utf8(host) ||
	    memchr(host.data, '\0', host.len) != NULL)
	{
		return true;
	}
	if (spn_host_is_fqdn(host)) {
		return partner_of_fqdn(c, mem_ctx, host, _partner, computer);
	}
	return partner_of_label(c, mem_ctx, host, _partner, computer);
}

static bool ends_label(char c)
{
	return c == '.' || c == ':' || c == '/';
}

/* Of a folded SPN: where its host begins, up to the first dot or port. */
static struct spn_str label_of(struct spn_str key)
{
	const char *slash = (key.len == 0) ? NULL
					   : memchr(key.data, '/', key.len);
	struct spn_str label = {};
	size_t i;

	if (slash == NULL) {
		return label;
	}
	label = spn_str_from(key, (size_t)(slash + 1 - key.data));
	for (i = 0; i < label.len; i++) {
		if (ends_label(label.data[i])) {
			label.len = i;
		}
	}
	return label;
}

static bool add_label(TALLOC_CTX *mem_ctx,
		      struct spn_set *kin,
		      struct spn_str key)
{
	const struct spn_value label = {.key = label_of(key)};

	return label.key.len == 0 || spn_set_has(kin, label.key) ||
	       spn_set_add(mem_ctx, kin, &label);
}

static bool add_name(const struct spn_case *c,
		     TALLOC_CTX *mem_ctx,
		     struct spn_str name,
		     struct spn_set *kin)
{
	struct spn_value spn = {};

	return name.len == 0 || (spn_index_key(c->index,
					       mem_ctx,
					       spn_str_of("host"),
					       name,
					       &spn) &&
				 add_label(mem_ctx, kin, spn.key));
}

static bool add_names(const struct spn_case *c,
		      TALLOC_CTX *mem_ctx,
		      const struct spn_account *computer,
		      struct spn_set *kin)
{
	const char **more = computer->additional_dns_host_names;

	if (!add_name(c, mem_ctx, spn_account_netbios_name(computer), kin) ||
	    !add_name(c, mem_ctx, spn_str_of(computer->dns_host_name), kin))
	{
		return false;
	}
	for (; more != NULL && *more != NULL; more++) {
		if (!add_name(c, mem_ctx, spn_str_of(*more), kin)) {
			return false;
		}
	}
	return true;
}

bool spn_host_note_kin(const struct spn_case *c,
		       TALLOC_CTX *mem_ctx,
		       const struct spn_value *gone,
		       struct spn_set *kin)
{
	const struct spn_account *computer = NULL;
	const char *partner = NULL;
	struct spn spn = {};

	if (c->after->spns.num <= SPN_FEW ||
	    spn_parse(gone->value, &spn) != SPN_SYNTAX_OK ||
	    !spn_is_plain(&spn))
	{
		return true;
	}
	return add_label(mem_ctx, kin, gone->key) &&
	       spn_host_partner(c,
				mem_ctx,
				spn.host_name,
				&partner,
				&computer) &&
	       add_name(c, mem_ctx, spn_str_of(partner), kin) &&
	       (computer == NULL || add_names(c, mem_ctx, computer, kin));
}

bool spn_host_is_kin(const struct spn_case *c,
		     const struct spn_set *kin,
		     const struct spn_value *value)
{
	return c->after->spns.num <= SPN_FEW ||
	       spn_set_has(kin, label_of(value->key));
}
