/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A KDC of Samba takes the name apart, writes it down again with backslashes
 * before what is special to Kerberos, and looks that text up. If nobody holds
 * it, it looks for the class that the first one maps to.
 */
#include "kdc_names.h"

#include <string.h>

#include "names.h"

/* A chain of mappings is as long as somebody makes it; a ring never ends. */
#define MAX_STEPS 8

/* The parts of a principal; no more than these are looked at. */
enum {
	CLASS,
	HOST,
	THIRD,
	NUM_PARTS
};

struct principal {
	struct spn_str parts[NUM_PARTS];
	size_t num_parts; /* also those that are not looked at */
};

struct lookup {
	struct spn_index *index;
	const struct spn_forest *forest;
	TALLOC_CTX *mem_ctx;
	struct spn_kdc_answer *answer;
};

static struct principal split(struct spn_str name)
{
	struct principal p = {};
	size_t start = 0;
	size_t i;

	for (i = 0; i <= name.len; i++) {
		if (i < name.len && name.data[i] != '/') {
			continue;
		}
		if (p.num_parts < NUM_PARTS) {
			p.parts[p.num_parts] = (struct spn_str){
				.data = name.data + start,
				.len = i - start,
			};
		}
		p.num_parts++;
		start = i + 1;
	}
	return p;
}

/* What Heimdal escapes, and as what. Slashes stand between the parts. */
static const char special[] = " \n\t\b\\@";
static const char letters[] = " ntb\\@";

static bool escape(TALLOC_CTX *mem_ctx,
		   struct spn_str name,
		   struct spn_str *_to)
{
	char *to = talloc_array(mem_ctx, char, 2 * name.len + 1);
	size_t len = 0;
	size_t i;

	if (to == NULL) {
		return false;
	}
	for (i = 0; i < name.len; i++) {
		const char *found = memchr(special,
					   name.data[i],
					   sizeof(special) - 1);

		if (found != NULL) {
			to[len++] = '\\';
			to[len++] = letters[found - special];
		} else {
			to[len++] = name.data[i];
		}
	}
	to[len] = '\0';
	*_to = (struct spn_str){.data = to, .len = len};
	return true;
}

/*
 * The host goes into the next name without being escaped, and that is taken
 * apart like any other. *_ok: it can be. False when out of memory.
 */
static bool unescape(TALLOC_CTX *mem_ctx,
		     struct spn_str host,
		     struct spn_str *_to,
		     bool *_ok)
{
	char *to = talloc_array(mem_ctx, char, host.len + 1);
	size_t len = 0;
	size_t i;

	*_ok = false;
	if (to == NULL) {
		return false;
	}
	for (i = 0; i < host.len; i++) {
		const char *found = NULL;
		char c = host.data[i];

		if (c == '@') {
			return true; /* a realm follows */
		}
		if (c == '\\') {
			if (++i == host.len || host.data[i] == '0') {
				return true;
			}
			c = host.data[i];
			found = memchr(letters + 1, c, 3);
		}
		if (found != NULL) {
			c = special[found - letters];
		}
		to[len++] = c;
	}
	*_to = (struct spn_str){.data = to, .len = len};
	*_ok = true;
	return true;
}

static bool is_own_domain(const struct spn_forest *forest, struct spn_str name)
{
	return name.len > 0 && (spn_str_is(name, forest->dns_domain) ||
				spn_str_is(name, forest->netbios_domain));
}

/* A KDC searches the users of its own domain, computers among them. */
static bool is_searched(const struct lookup *l,
			const struct spn_account *account)
{
	return account->kind != SPN_KIND_OTHER &&
	       spn_str_is(spn_str_of(account->dns_domain),
			  l->forest->dns_domain);
}

/* Many hold it, and each of them may ask: the list is not copied. */
static bool is_long_duplicate(const struct lookup *l,
			      const struct spn_holders *holders)
{
	size_t num = 0;
	size_t i;

	for (i = 0; num < 2 && i < holders->num_accounts; i++) {
		num += is_searched(l, holders->accounts[i]) ? 1 : 0;
	}
	return holders->many != NULL && num > 1;
}

static bool add_found(const struct lookup *l,
		      const struct spn_holders *more,
		      struct spn_holders *found)
{
	size_t num = found->num_accounts + more->num_accounts;
	const struct spn_account **accounts = NULL;
	size_t i;

	/* One account may be there twice: an export has it twice. */
	if (more->num_accounts == 0 || found->many != NULL) {
		return true;
	}
	if (found->num_accounts == 0 && is_long_duplicate(l, more)) {
		*found = *more;
		return true;
	}
	accounts = talloc_realloc(l->mem_ctx,
				  found->accounts,
				  const struct spn_account *,
				  num);
	if (accounts == NULL) {
		return false;
	}
	found->accounts = accounts;
	for (i = 0; i < more->num_accounts; i++) {
		const struct spn_holders before = {
			.accounts = accounts,
			.num_accounts = found->num_accounts,
		};

		if (is_searched(l, more->accounts[i]) &&
		    !spn_holders_has(&before, more->accounts[i]))
		{
			accounts[found->num_accounts++] = more->accounts[i];
		}
	}
	return true;
}

/* What one search of the KDC finds. *_num_holders of them hold the name. */
static bool search(const struct lookup *l,
		   const struct principal *p,
		   size_t *_num_holders)
{
	struct spn_kdc_answer *answer = l->answer;
	struct spn_value spn = {.value = answer->name};
	struct spn_holders holders = {};
	struct spn_holders computers = {};
	bool ok = false;

	answer->found = (struct spn_holders){};
	ok = l->index->ops->key(l->index, l->mem_ctx, spn.value, &spn.key) &&
	     spn_index_domain_holders_of(l->index,
					 l->mem_ctx,
					 &spn,
					 &holders) &&
	     add_found(l, &holders, &answer->found);
	*_num_holders = answer->found.num_accounts;
	if (ok && p->num_parts == 2 && spn_str_is(p->parts[CLASS], "host")) {
		ok = spn_index_computers_by_cn(l->index,
					       l->mem_ctx,
					       spn_first_label(p->parts[HOST]),
					       &computers) &&
		     add_found(l, &computers, &answer->found);
	}
	spn_holders_free(&holders);
	spn_holders_free(&computers);
	return ok;
}

static void refuse(struct spn_kdc_answer *answer,
		   enum spn_kdc_error error,
		   enum spn_kdc_reason reason)
{
	answer->error = error;
	answer->reason = reason;
}

/* More than one was found: which kind of duplicate is it? */
static enum spn_kdc_reason duplicate_of(size_t num_holders)
{
	if (num_holders == 0) {
		return SPN_KDC_SEVERAL_COMPUTERS;
	}
	return (num_holders == 1) ? SPN_KDC_HIDDEN_DUPLICATE
				  : SPN_KDC_DUPLICATE;
}

/* One account was found. */
static void take(const struct lookup *l,
		 const struct principal *asked,
		 enum spn_kdc_reason reason)
{
	struct spn_kdc_answer *answer = l->answer;
	const struct spn_account *account = answer->found.accounts[0];

	answer->error = SPN_KDC_TICKET;
	answer->reason = reason;
	answer->account = account;
	if (asked->num_parts > THIRD && !account->is_dc &&
	    is_own_domain(l->forest, asked->parts[THIRD]))
	{
		refuse(answer, SPN_KDC_UNKNOWN, SPN_KDC_OWN_DOMAIN);
	} else if (account->has_no_key) {
		refuse(answer, SPN_KDC_NO_TYPE, SPN_KDC_NO_KEY);
	}
}

/* The name that it looks for instead; *_is_there: there is one. */
static bool next_name(const struct lookup *l,
		      const struct principal *p,
		      struct spn_str *_name,
		      struct principal *_next,
		      bool *_is_there)
{
	const char *target = spn_mappings_target(l->forest->mappings,
						 p->parts[CLASS]);
	struct spn_str host = {};

	*_is_there = false;
	if (target == NULL) {
		return true;
	}
	if (!unescape(l->mem_ctx, p->parts[HOST], &host, _is_there)) {
		return false;
	}
	if (!*_is_there) {
		return true;
	}
	_name->data = spn_format(l->mem_ctx, spn_str_of(target), host);
	_name->len = strlen(target) + 1 + host.len;
	if (_name->data == NULL) {
		return false;
	}
	*_next = split(*_name);
	return true;
}

static bool look_up(const struct lookup *l, struct spn_str name)
{
	const struct principal asked = split(name);
	struct principal p = asked;
	size_t num_holders = 0;
	bool goes_on = true;
	size_t step;

	refuse(l->answer, SPN_KDC_UNKNOWN, SPN_KDC_NOBODY);
	for (step = 0; goes_on && step < MAX_STEPS; step++) {
		if (!escape(l->mem_ctx, name, &l->answer->name) ||
		    !search(l, &p, &num_holders))
		{
			return false;
		}
		if (l->answer->found.num_accounts > 1) {
			refuse(l->answer,
			       SPN_KDC_UNKNOWN,
			       duplicate_of(num_holders));
			return true;
		}
		if (l->answer->found.num_accounts == 1) {
			enum spn_kdc_reason held = (step == 0)
							   ? SPN_KDC_HELD
							   : SPN_KDC_STANDS_IN;

			take(l,
			     &asked,
			     (num_holders == 1) ? held : SPN_KDC_COMPUTER);
			return true;
		}
		if (!next_name(l, &p, &name, &p, &goes_on)) {
			return false;
		}
	}
	return true;
}

bool spn_kdc_samba(struct spn_index *index,
		   const struct spn_forest *forest,
		   TALLOC_CTX *mem_ctx,
		   struct spn_str name,
		   struct spn_kdc_answer *_answer)
{
	const struct principal asked = split(name);
	struct lookup l = {
		.index = index,
		.forest = forest,
		.mem_ctx = mem_ctx,
		.answer = _answer,
	};

	*_answer = (struct spn_kdc_answer){};
	/* Both are compared by bytes. */
	if (asked.num_parts == 2 &&
	    spn_str_equal(asked.parts[CLASS], spn_str_of("krbtgt")) &&
	    is_own_domain(forest, asked.parts[HOST]))
	{
		_answer->reason = SPN_KDC_KRBTGT;
		return true;
	}
	if (asked.num_parts < 2) {
		refuse(_answer, SPN_KDC_UNKNOWN, SPN_KDC_NO_SPN);
		return true;
	}
	return look_up(&l, name);
}

bool spn_kdc_windows(struct spn_index *index,
		     const struct spn_forest *forest,
		     TALLOC_CTX *mem_ctx,
		     struct spn_str service_class,
		     struct spn_str host,
		     struct spn_kdc_answer *_answer)
{
	const char *target = spn_mappings_target(forest->mappings,
						 service_class);
	struct spn_holders exact = {};
	struct spn_holders mapped = {};

	*_answer = (struct spn_kdc_answer){};
	/* Both are asked at once: one search instead of two. */
	if (!spn_index_holders(index, mem_ctx, service_class, host, &exact) ||
	    (target != NULL && !spn_index_domain_holders(index,
							 mem_ctx,
							 spn_str_of(target),
							 host,
							 &mapped)))
	{
		return false;
	}
	_answer->found = (exact.num_accounts > 0) ? exact : mapped;
	_answer->reason = (exact.num_accounts > 0) ? SPN_KDC_HELD
						   : SPN_KDC_STANDS_IN;
	if (_answer->found.num_accounts == 1) {
		_answer->account = _answer->found.accounts[0];
		return true;
	}
	refuse(_answer,
	       SPN_KDC_UNKNOWN,
	       (_answer->found.num_accounts == 0) ? SPN_KDC_NOBODY
						  : SPN_KDC_DUPLICATE);
	return true;
}

const char *spn_kdc_reason_word(enum spn_kdc_reason reason)
{
	static const char *const words[] = {
		[SPN_KDC_HELD] = "held",
		[SPN_KDC_STANDS_IN] = "stands-in",
		[SPN_KDC_COMPUTER] = "computer",
		[SPN_KDC_KRBTGT] = "krbtgt",
		[SPN_KDC_NOBODY] = "nobody",
		[SPN_KDC_DUPLICATE] = "duplicate",
		[SPN_KDC_HIDDEN_DUPLICATE] = "hidden-duplicate",
		[SPN_KDC_SEVERAL_COMPUTERS] = "several-computers",
		[SPN_KDC_OWN_DOMAIN] = "own-domain",
		[SPN_KDC_NO_KEY] = "no-key",
		[SPN_KDC_NO_SPN] = "no-spn",
	};

	return words[reason];
}
