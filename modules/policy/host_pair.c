/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which two names are one host: the short one is what people type for the
 * long one, its first label. Computer objects are asked where that is not
 * enough: which long name a label belongs to, whether it is cut at 15
 * characters, and whether the two are names of one computer at all.
 */
#include "host_pair.h"

#include <stdlib.h>
#include <string.h>

bool spn_host_is_fqdn(struct spn_str host)
{
	return host.len > 0 && memchr(host.data, '.', host.len) != NULL;
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
	    memchr(host.data, '.', label.len) != NULL)
	{
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

/* A computer whose own name this label is: it has another DNS name than fqdn,
 * and that is not the one that its domain gives it either. */
static bool is_name_of_another(const struct spn_account *computer,
			       struct spn_str fqdn)
{
	return computer != NULL && computer->dns_host_name != NULL &&
	       !spn_account_has_dns_name(computer, fqdn) &&
	       (computer->dns_domain == NULL ||
		label_before(fqdn, computer->dns_domain).len == 0);
}

/* What people type for a DNS name of this computer: its first label, cut off
 * where that is another of its names. */
static struct spn_str short_of(const struct spn_account *computer,
			       struct spn_str fqdn)
{
	struct spn_str label = spn_first_label(fqdn);
	struct spn_str cut = label;

	if (cut.len > SPN_NETBIOS_LEN) {
		cut.len = SPN_NETBIOS_LEN;
	}
	return spn_account_has_name(computer, cut) ? cut : label;
}

static bool is_main_name(const struct spn_account *account,
			 struct spn_str host)
{
	return account->kind == SPN_KIND_COMPUTER &&
	       spn_str_is(host, account->dns_host_name);
}

static bool partner_of_fqdn(const struct spn_case *c,
			    TALLOC_CTX *mem_ctx,
			    struct spn_str host,
			    const char **_partner,
			    const struct spn_account **_computer)
{
	const struct spn_account *named = NULL;
	struct spn_str label = {};

	if (!spn_index_computer_by_dns(c->index, host, _computer)) {
		return false;
	}
	if (is_main_name(c->after, host) &&
	    (*_computer == NULL || spn_account_same(*_computer, c->after)))
	{
		/* Its two main names are a pair: it may register these and no
		 * others (MS-ADTS 3.1.1.5.3.1.1.4). */
		*_computer = c->after;
		label = spn_account_netbios_name(c->after);
		label = spn_is_short_of(label, host) ? short_of(c->after, host)
						     : label;
		*_partner = spn_str_dup(mem_ctx, label).data;
		return *_partner != NULL;
	}
	label = (*_computer != NULL) ? short_of(*_computer, host)
				     : spn_host_label(c, host);
	if (label.len == 0) {
		return true;
	}
	if (!spn_index_computer_by_name(c->index, label, &named)) {
		return false;
	}
	if (is_name_of_another(named, host)) {
		*_computer = named;
		return true;
	}
	*_partner = spn_str_dup(mem_ctx, label).data;
	return *_partner != NULL;
}

/* "label.domain" */
static char *below(TALLOC_CTX *mem_ctx,
		   struct spn_str label,
		   const char *domain)
{
	const struct spn_str parts[] = {
		label,
		{.data = ".", .len = 1},
		spn_str_of(domain),
	};

	return spn_str_join(mem_ctx, parts, sizeof(parts) / sizeof(parts[0]));
}

/* The DNS name of a computer that begins with this label; of its additional
 * ones rather that in its own domain. In *_name, or NULL. */
static bool dns_name_like(TALLOC_CTX *mem_ctx,
			  const struct spn_account *computer,
			  struct spn_str label,
			  const char **_name)
{
	char *in_domain = NULL;

	*_name = computer->dns_host_name;
	if (spn_is_short_of(label, spn_str_of(*_name))) {
		return true;
	}
	in_domain = below(mem_ctx, label, computer->dns_domain);
	if (in_domain == NULL) {
		return false;
	}
	*_name = in_domain;
	if (!spn_account_has_dns_name(computer, spn_str_of(in_domain))) {
		*_name = spn_names_like(computer->additional_dns_host_names,
					computer->dns_names,
					label);
	}
	return true;
}

/* Whoever holds HOST/label may have it as an additional name. Of several
 * that with the lowest objectGUID. */
static bool alias_holder(const struct spn_case *c,
			 TALLOC_CTX *mem_ctx,
			 struct spn_str label,
			 const char **_name,
			 const struct spn_account **_computer)
{
	struct spn_holders holders = {};
	bool ok = spn_index_domain_holders(c->index,
					   mem_ctx,
					   spn_str_of("HOST"),
					   label,
					   &holders);
	size_t i;

	/* Hundreds that hold it are a duplicate, and nobody's name. */
	for (i = 0; ok && holders.many == NULL && i < holders.num_accounts;
	     i++)
	{
		const struct spn_account *holder = holders.accounts[i];
		const char *name = NULL;

		if (holder->kind != SPN_KIND_COMPUTER ||
		    (*_computer != NULL && strcmp((*_computer)->object_guid,
						  holder->object_guid) < 0))
		{
			continue;
		}
		ok = dns_name_like(mem_ctx, holder, label, &name);
		if (name != NULL) {
			*_name = name;
			*_computer = holder;
		}
	}
	spn_holders_free(&holders);
	return ok;
}

/* The same host as name, spelled as the label is. */
static bool respell(TALLOC_CTX *mem_ctx,
		    struct spn_str label,
		    const char *name,
		    const char **_partner)
{
	bool is_short = spn_is_short_of(label, spn_str_of(name));

	*_partner = is_short ? talloc_asprintf(mem_ctx,
					       "%.*s%s",
					       (int)label.len,
					       label.data,
					       name + label.len)
			     : talloc_strdup(mem_ctx, name);
	return *_partner != NULL;
}

static bool partner_of_label(const struct spn_case *c,
			     TALLOC_CTX *mem_ctx,
			     struct spn_str host,
			     const char **_partner,
			     const struct spn_account **_computer)
{
	const char *domain = c->after->dns_domain;
	const char *name = NULL;
	bool ok = spn_index_computer_by_name(c->index, host, _computer);

	if (ok && *_computer == NULL) {
		ok = alias_holder(c, mem_ctx, host, &name, _computer);
	} else if (ok) {
		ok = dns_name_like(mem_ctx, *_computer, host, &name);
		domain = (*_computer)->dns_domain;
	}
	if (ok && name == NULL && *_computer != NULL &&
	    spn_account_same(*_computer, c->after))
	{
		/* See partner_of_fqdn(); it may have no DNS name yet. */
		name = (*_computer)->dns_host_name;
		if (name == NULL) {
			return true;
		}
	}
	if (!ok || name != NULL) {
		return ok && respell(mem_ctx, host, name, _partner);
	}
	*_partner = below(mem_ctx,
			  host,
			  (domain != NULL) ? domain : c->forest->dns_domain);
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
	/* What is no name has no other half; a computer's owner may have
	 * called it what he liked, so that the other half is no name either.
	 */
	if (spn_host_is_ip(host) || !spn_host_is_name(host)) {
		return true;
	}
	if (spn_host_is_fqdn(host)
		    ? !partner_of_fqdn(c, mem_ctx, host, _partner, computer)
		    : !partner_of_label(c, mem_ctx, host, _partner, computer))
	{
		return false;
	}
	if (*_partner != NULL && !spn_host_is_name(spn_str_of(*_partner))) {
		*_partner = NULL;
		*computer = NULL;
	}
	return true;
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

static int compare_keys(const void *a, const void *b)
{
	const struct spn_value *const *x = a;
	const struct spn_value *const *y = b;

	return spn_str_compare((*x)->key, (*y)->key);
}

static bool list_fqdns(const struct spn_case *c,
		       TALLOC_CTX *mem_ctx,
		       struct spn_fqdns *fqdns)
{
	const struct spn_set *spns = &c->after->spns;
	size_t i;

	if (fqdns->is_there) {
		return true;
	}
	fqdns->sorted = talloc_array(mem_ctx,
				     const struct spn_value *,
				     spns->num);
	if (fqdns->sorted == NULL) {
		return false;
	}
	for (i = 0; i < spns->num; i++) {
		if (spn_host_is_fqdn(spns->values[i].key)) {
			fqdns->sorted[fqdns->num++] = &spns->values[i];
		}
	}
	if (fqdns->num > 0) {
		qsort(fqdns->sorted,
		      fqdns->num,
		      sizeof(const struct spn_value *),
		      compare_keys);
	}
	fqdns->is_there = true;
	return true;
}

/* The first one whose key is not below this. */
static size_t lower_bound(const struct spn_fqdns *fqdns, struct spn_str key)
{
	size_t low = 0;
	size_t high = fqdns->num;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (spn_str_compare(fqdns->sorted[middle]->key, key) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

/* half is the other half of class/FQDN, which nobody else holds. */
static bool is_half_of(const struct spn_case *c,
		       const struct spn_value *half,
		       const struct spn_value *fqdn,
		       bool *_is)
{
	TALLOC_CTX *tmp_ctx = talloc_new(c->index);
	struct spn_holders holders = {};
	const char *partner = NULL;
	struct spn_value spn = {};
	struct spn whole = {};
	bool ok = tmp_ctx != NULL;

	*_is = false;
	if (ok && spn_parse(fqdn->value, &whole) == SPN_SYNTAX_OK &&
	    spn_is_plain(&whole))
	{
		ok = spn_host_partner(c,
				      tmp_ctx,
				      whole.host_name,
				      &partner,
				      NULL) &&
		     (partner == NULL || spn_index_key(c->index,
						       tmp_ctx,
						       whole.service_class,
						       spn_str_of(partner),
						       &spn));
	}
	if (ok && spn.key.len > 0 && spn_str_equal(spn.key, half->key)) {
		ok = spn_index_holders_of(c->index, tmp_ctx, fqdn, &holders);
		*_is = ok && spn_holders_is_only(&holders, c->after);
	}
	talloc_free(tmp_ctx);
	return ok;
}

bool spn_host_has_fqdn(const struct spn_case *c,
		       TALLOC_CTX *mem_ctx,
		       struct spn_fqdns *fqdns,
		       const struct spn_value *half,
		       const struct spn_set *except,
		       bool *_has)
{
	struct spn_str key = half->key;
	size_t i;

	*_has = false;
	if (spn_host_is_fqdn(key)) {
		return true;
	}
	if (!list_fqdns(c, mem_ctx, fqdns)) {
		return false;
	}
	/* Where a label may be cut off, more than a dot can follow. */
	if (label_of(key).len != SPN_NETBIOS_LEN) {
		key.data = talloc_asprintf(mem_ctx,
					   "%.*s.",
					   (int)key.len,
					   key.data);
		key.len++;
		if (key.data == NULL) {
			return false;
		}
	}
	for (i = lower_bound(fqdns, key); !*_has && i < fqdns->num; i++) {
		const struct spn_value *fqdn = fqdns->sorted[i];

		if (fqdn->key.len <= key.len ||
		    memcmp(fqdn->key.data, key.data, key.len) != 0)
		{
			break;
		}
		if (except != NULL && spn_set_has(except, fqdn->key)) {
			continue;
		}
		if (!is_half_of(c, half, fqdn, _has)) {
			return false;
		}
	}
	return true;
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

bool spn_host_note_kin(const struct spn_case *c,
		       TALLOC_CTX *mem_ctx,
		       const struct spn_value *gone,
		       struct spn_set *kin)
{
	const char *partner = NULL;
	struct spn spn = {};

	if (c->after->spns.num <= SPN_FEW ||
	    spn_parse(gone->value, &spn) != SPN_SYNTAX_OK ||
	    !spn_is_plain(&spn))
	{
		return true;
	}
	return add_label(mem_ctx, kin, gone->key) &&
	       spn_host_partner(c, mem_ctx, spn.host_name, &partner, NULL) &&
	       add_name(c, mem_ctx, spn_str_of(partner), kin);
}

bool spn_host_is_kin(const struct spn_case *c,
		     const struct spn_set *kin,
		     const struct spn_value *value)
{
	struct spn_str label = label_of(value->key);

	if (c->after->spns.num <= SPN_FEW || spn_set_has(kin, label)) {
		return true;
	}
	if (label.len <= SPN_NETBIOS_LEN) {
		return false;
	}
	label.len = SPN_NETBIOS_LEN;
	return spn_set_has(kin, label);
}
