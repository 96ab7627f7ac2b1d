/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two queries a name, A and AAAA (dns_channel.c says why). libresolv reads the
 * replies, record by record; one that is broken says nothing of the name.
 */
#include "dns.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <string.h>

#include "dns_channel.h"
#include "policy/host_pair.h"
#include "common/shared.h"

#define MAX_CNAMES 8

enum kind {
	KIND_A,
	KIND_AAAA,
	NUM_KINDS,
};

static const int types[NUM_KINDS] = {
	[KIND_A] = ns_t_a,
	[KIND_AAAA] = ns_t_aaaa,
};

struct audit_dns {
	struct dns_channel *channel;
	struct spn_progress *progress;
	size_t num_parallel;
	struct spn_shared *noted; /* what rules ask for */
	size_t num_noted;
	struct spn_shared *names; /* what DNS is asked for */
	size_t num_names;
	enum spn_dns_answer (*answers)[NUM_KINDS]; /* of names */
	const char *const *domains;
	bool is_resolved;
	size_t num_running;
	size_t num_finished;
	size_t num_known;
	size_t num_silent;
	int last_status;
	bool has_no_memory;
};

/* One query; the same one goes on with the target of a CNAME. */
struct query {
	struct audit_dns *dns;
	size_t number;
	enum kind kind;
	unsigned num_cnames;
};

/* While queries are still there: the channel calls back for each. */
static int close_channel(struct audit_dns *dns)
{
	TALLOC_FREE(dns->channel);
	return 0;
}

static bool set_reason(TALLOC_CTX *mem_ctx,
		       const char *what,
		       int status,
		       const char **_reason)
{
	*_reason = (status == ARES_ENOMEM)
			   ? NULL
			   : talloc_asprintf(mem_ctx,
					     "%s: %s",
					     what,
					     ares_strerror(status));
	return false;
}

bool audit_dns_new(TALLOC_CTX *mem_ctx,
		   const struct audit_dns_options *options,
		   struct audit_dns **_dns,
		   const char **_reason)
{
	struct audit_dns *dns = talloc_zero(mem_ctx, struct audit_dns);
	const char *what = NULL;
	int status;

	*_reason = NULL;
	if (dns == NULL) {
		return false;
	}
	dns->progress = options->progress;
	dns->num_parallel = options->num_parallel;
	dns->noted = spn_shared_new(dns, true);
	dns->names = spn_shared_new(dns, true);
	if (dns->noted == NULL || dns->names == NULL) {
		return false;
	}
	if (!dns_channel_new(dns, options, &dns->channel, &what, &status)) {
		return set_reason(mem_ctx, what, status, _reason);
	}
	talloc_set_destructor(dns, close_channel);
	*_dns = dns;
	return true;
}

/* ------------------------------------------------------------------- names */

static struct spn_str without_root(struct spn_str name)
{
	if (name.len > 0 && name.data[name.len - 1] == '.') {
		name.len--;
	}
	return name;
}

/* The number of a name, which is new if it is the next one. */
static bool add_name(struct spn_shared *names,
		     struct spn_str name,
		     size_t *_num)
{
	uint32_t number = 0;

	if (!spn_shared_number(names, name, &number)) {
		return false;
	}
	if (number >= *_num) {
		*_num = (size_t)number + 1;
	}
	return true;
}

/* "web01.example.com" on dns; NULL when out of memory. */
static char *in_domain(struct audit_dns *dns,
		       struct spn_str label,
		       const char *domain)
{
	return talloc_asprintf(dns,
			       "%.*s.%s",
			       (int)label.len,
			       label.data,
			       domain);
}

static bool note_names(struct audit_dns *dns, struct spn_str noted)
{
	bool ok = true;
	size_t d;

	if (memchr(noted.data, '.', noted.len) != NULL) {
		return add_name(dns->names, noted, &dns->num_names);
	}
	for (d = 0; ok && dns->domains[d] != NULL; d++) {
		char *text = in_domain(dns, noted, dns->domains[d]);

		ok = text != NULL &&
		     (!spn_host_is_dns_name(spn_str_of(text)) ||
		      add_name(dns->names, spn_str_of(text), &dns->num_names));
		talloc_free(text);
	}
	return ok;
}

/* ----------------------------------------------------------------- answers */

static enum spn_dns_answer answer_of(struct audit_dns *dns,
				     struct spn_str name)
{
	const enum spn_dns_answer *answers = NULL;
	uint32_t number = 0;

	if (!spn_shared_has(dns->names, name) ||
	    !spn_shared_number(dns->names, name, &number))
	{
		return SPN_DNS_UNKNOWN;
	}
	answers = dns->answers[number];
	if (answers[KIND_A] == SPN_DNS_EXISTS ||
	    answers[KIND_AAAA] == SPN_DNS_EXISTS)
	{
		return SPN_DNS_EXISTS;
	}
	return (answers[KIND_A] == SPN_DNS_ABSENT &&
		answers[KIND_AAAA] == SPN_DNS_ABSENT)
		       ? SPN_DNS_ABSENT
		       : SPN_DNS_UNKNOWN;
}

static enum spn_dns_answer answer_of_label(struct audit_dns *dns,
					   struct spn_str label)
{
	enum spn_dns_answer all = SPN_DNS_UNKNOWN;
	size_t d;

	for (d = 0; dns->domains[d] != NULL; d++) {
		char *text = in_domain(dns, label, dns->domains[d]);
		enum spn_dns_answer one =
			(text == NULL) ? SPN_DNS_UNKNOWN
				       : answer_of(dns, spn_str_of(text));

		talloc_free(text);
		if (one == SPN_DNS_EXISTS) {
			return one;
		}
		if (d == 0 || one == SPN_DNS_UNKNOWN) {
			all = one;
		}
	}
	return all;
}

enum spn_dns_answer audit_dns_ask(void *private_data, struct spn_str name)
{
	struct audit_dns *dns = private_data;

	name = without_root(name);
	if (!dns->is_resolved) {
		if (!add_name(dns->noted, name, &dns->num_noted)) {
			dns->has_no_memory = true;
		}
		return SPN_DNS_UNKNOWN;
	}
	return (memchr(name.data, '.', name.len) == NULL)
		       ? answer_of_label(dns, name)
		       : answer_of(dns, name);
}

/* ----------------------------------------------------------------- queries */

/* SPN_DNS_EXISTS: there is a record of that type. SPN_DNS_ABSENT: there is
 * none; target is that of the last CNAME, "" if there is no such either.
 * SPN_DNS_UNKNOWN: it cannot be read, so it says nothing. */
static enum spn_dns_answer read_reply(const unsigned char *reply,
				      size_t len,
				      int wanted,
				      char target[NS_MAXDNAME])
{
	ns_msg msg;
	ns_rr record;
	int i;

	target[0] = '\0';
	if (ns_initparse(reply, (int)len, &msg) != 0) {
		return SPN_DNS_UNKNOWN;
	}
	for (i = 0; i < ns_msg_count(msg, ns_s_an); i++) {
		if (ns_parserr(&msg, ns_s_an, i, &record) != 0) {
			return SPN_DNS_UNKNOWN;
		}
		if ((int)ns_rr_type(record) == wanted) {
			return SPN_DNS_EXISTS;
		}
		if (ns_rr_type(record) == ns_t_cname &&
		    ns_name_uncompress(ns_msg_base(msg),
				       ns_msg_end(msg),
				       ns_rr_rdata(record),
				       target,
				       NS_MAXDNAME) < 0)
		{
			return SPN_DNS_UNKNOWN;
		}
	}
	return SPN_DNS_ABSENT;
}

static void finish(struct query *query, enum spn_dns_answer answer)
{
	struct audit_dns *dns = query->dns;

	dns->answers[query->number][query->kind] = answer;
	dns->num_running--;
	dns->num_finished++;
	dns->num_known += (answer == SPN_DNS_UNKNOWN) ? 0 : 1;
	talloc_free(query);
}

static void take_reply(void *private_data,
		       int status,
		       const unsigned char *reply,
		       size_t len)
{
	struct query *query = private_data;
	enum spn_dns_answer answer = SPN_DNS_UNKNOWN;
	char target[NS_MAXDNAME] = "";

	if (status == ARES_ENOTFOUND || status == ARES_ENODATA) {
		finish(query, SPN_DNS_ABSENT);
		return;
	}
	if (status != ARES_SUCCESS) {
		query->dns->last_status = status;
		query->dns->num_silent += (status == ARES_ETIMEOUT) ? 1 : 0;
		finish(query, SPN_DNS_UNKNOWN);
		return;
	}
	answer = read_reply(reply, len, types[query->kind], target);
	if (answer != SPN_DNS_ABSENT || target[0] == '\0') {
		finish(query, answer);
	} else if (query->num_cnames++ == MAX_CNAMES) {
		finish(query, SPN_DNS_UNKNOWN); /* a loop */
	} else {
		dns_channel_ask(query->dns->channel,
				target,
				types[query->kind],
				take_reply,
				query);
	}
}

static bool start_query(struct audit_dns *dns, size_t number)
{
	struct query *query = talloc_zero(dns, struct query);

	if (query == NULL) {
		return false;
	}
	query->dns = dns;
	query->number = number / NUM_KINDS;
	query->kind = (enum kind)(number % NUM_KINDS);
	dns->num_running++;
	dns_channel_ask(dns->channel,
			spn_shared_text(dns->names, query->number).data,
			types[query->kind],
			take_reply,
			query);
	return true;
}

/* No sound at all to the first of them: the rest would fare no better, and
 * each would take its time. */
static bool is_hopeless(const struct audit_dns *dns)
{
	return dns->num_silent == dns->num_finished &&
	       dns->num_finished >= dns->num_parallel;
}

static void say_progress(const struct audit_dns *dns)
{
	spn_progress_say(dns->progress,
			 "asking DNS",
			 (double)dns->num_finished /
				 (double)(dns->num_names * NUM_KINDS),
			 dns->num_finished / NUM_KINDS,
			 "names");
}

static bool ask_all(struct audit_dns *dns)
{
	size_t num = dns->num_names * NUM_KINDS;
	size_t started = 0;

	while ((started < num && !is_hopeless(dns)) || dns->num_running > 0) {
		while (started < num && !is_hopeless(dns) &&
		       dns->num_running < dns->num_parallel)
		{
			if (!start_query(dns, started++)) {
				return false;
			}
		}
		say_progress(dns);
		if (dns->num_running > 0 && !dns_channel_wait(dns->channel)) {
			return false;
		}
	}
	return true;
}

static size_t count_unknown(struct audit_dns *dns)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < dns->num_names; i++) {
		if (answer_of(dns, spn_shared_text(dns->names, i)) ==
		    SPN_DNS_UNKNOWN)
		{
			num++;
		}
	}
	return num;
}

bool audit_dns_resolve(struct audit_dns *dns,
		       TALLOC_CTX *mem_ctx,
		       const char *const *domains,
		       size_t *_num_unknown,
		       size_t *_num_asked,
		       const char **_reason)
{
	bool ok = !dns->has_no_memory;
	size_t i;

	*_reason = NULL;
	dns->domains = domains;
	for (i = 0; ok && i < dns->num_noted; i++) {
		ok = note_names(dns, spn_shared_text(dns->noted, i));
	}
	dns->answers = talloc_zero_size(dns,
					(dns->num_names + 1) *
						sizeof(dns->answers[0]));
	if (!ok || dns->answers == NULL || !ask_all(dns)) {
		return false;
	}
	if (dns->num_names > 0 && dns->num_known == 0) {
		return set_reason(mem_ctx,
				  "DNS answers nothing",
				  dns->last_status,
				  _reason);
	}
	*_num_unknown = count_unknown(dns);
	*_num_asked = dns->num_names;
	dns->is_resolved = true;
	return true;
}
