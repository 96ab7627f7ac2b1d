/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each client's way gone: first what it begins with, then libkrb5 asked, once
 * for each that several begin with, and then who asks for what.
 */
#include "probe/names/names.h"

#include "policy/quote.h"
#include "probe/names/host_name.h"
#include "probe/names/ways.h"

#include <stdlib.h>
#include <string.h>

/* Of this machine itself, whatever clients there are. */
static const char machine_service[] = "HTTP";

/* One client on its way. */
struct walk {
	const struct probe_client *client;
	const char *first; /* NULL: see why */
	const char *second;
	const char *why;
	size_t question; /* of libkrb5, from 1 on; 0: none */
};

struct walking {
	TALLOC_CTX *mem_ctx;
	const struct probe_target *target;
	const struct probe_dns *dns;
	struct probe_names *names;
	struct walk *walks;
	size_t num_walks;
	struct probe_krb5_question *questions;
	size_t num_questions;
	struct probe_krb5_answer *answers;
};

/* ------------------------------------------------------- where they begin */

/* Its number, from 1 on; 0 when out of memory. */
static size_t question_of(struct walking *w,
			  enum probe_krb5 how,
			  const char *host)
{
	size_t i;

	for (i = 0; i < w->num_questions; i++) {
		if (w->questions[i].how == how &&
		    strcmp(w->questions[i].host, host) == 0)
		{
			return i + 1;
		}
	}
	w->questions = talloc_realloc(w->mem_ctx,
				      w->questions,
				      struct probe_krb5_question,
				      w->num_questions + 1);
	if (w->questions == NULL) {
		return 0;
	}
	w->questions[w->num_questions++] = (struct probe_krb5_question){
		.how = how,
		.host = host,
	};
	return w->num_questions;
}

/* "says. What helps." False when out of memory. */
static bool be_silent(struct walking *w, struct walk *walk, const char *says)
{
	const char *remedy = walk->client->remedy;

	walk->first = NULL;
	walk->second = NULL;
	walk->why = (remedy == NULL) ? talloc_strdup(w->names, says)
				     : talloc_asprintf(w->names,
						       "%s; %s",
						       says,
						       remedy);
	return walk->why != NULL;
}

/* False when out of memory. */
static bool add_port(struct walking *w, const char **_host)
{
	if (*_host != NULL && !w->target->is_default_port) {
		*_host = talloc_asprintf(w->mem_ctx,
					 "%s:%u",
					 *_host,
					 (unsigned)w->target->port);
	}
	return *_host != NULL;
}

/* False when out of memory. */
static bool begin(struct walking *w, struct walk *walk)
{
	const struct probe_way *way = walk->client->way;
	const char *why = probe_needs_unmet(walk->client->needs, w->target);

	if (why != NULL || way->start == NULL) {
		return be_silent(w, walk, (why == NULL) ? way->rule : why);
	}
	walk->first = way->start(w->mem_ctx, w->target, w->dns, &why);
	if (walk->first == NULL) {
		return why != NULL && be_silent(w, walk, why);
	}
	if (way->has_port && !add_port(w, &walk->first)) {
		return false;
	}
	if (way->later != NULL) {
		walk->second = way->later(w->mem_ctx, w->target, w->dns, &why);
		if (walk->second == NULL) {
			return false;
		}
	}
	if (way->krb5 == PROBE_KRB5_NONE) {
		return true;
	}
	walk->question = question_of(w, way->krb5, walk->first);
	return walk->question != 0;
}

/* ------------------------------------------------------- where they arrive */

/* A name, or an address with what a client writes around it. */
static bool is_askable(const char *host)
{
	char bare[300] = "";
	size_t len = 0;

	for (; *host != '\0' && len < sizeof(bare) - 1; host++) {
		if (strchr("[]:%", *host) == NULL) {
			bare[len++] = *host;
		}
	}
	/* smbclient keeps the dot that somebody has typed. */
	if (len > 0 && bare[len - 1] == '.') {
		len--;
	}
	bare[len] = '\0';
	return *host == '\0' && probe_is_host_name(bare);
}

/* False when out of memory. */
static bool arrive(struct walking *w, struct walk *walk)
{
	const struct probe_krb5_answer *answer = NULL;
	const char *odd = NULL;

	if (walk->question != 0) {
		answer = &w->answers[walk->question - 1];
		walk->first = answer->first;
		walk->second = answer->second;
		if (walk->first == NULL) {
			return be_silent(w, walk, answer->why);
		}
	}
	if (walk->first == NULL) {
		return true;
	}
	if (walk->second != NULL && (strcmp(walk->first, walk->second) == 0 ||
				     !is_askable(walk->second)))
	{
		walk->second = NULL;
	}
	if (is_askable(walk->first)) {
		return true;
	}
	odd = spn_quote(w->mem_ctx, spn_str_of(walk->first), SPN_QUOTE_CUT);
	odd = (odd == NULL)
		      ? NULL
		      : talloc_asprintf(w->mem_ctx,
					"would ask for the host %s, which is "
					"no name; it comes from DNS or "
					"/etc/hosts",
					odd);
	return odd != NULL && be_silent(w, walk, odd);
}

/* ------------------------------------------------------------- the results */

/* NULL when out of memory. */
static struct probe_name *name_of(struct probe_names *names,
				  const char *service,
				  const char *host)
{
	char *spn = talloc_asprintf(names, "%s/%s", service, host);
	struct probe_name *found = NULL;
	size_t i;

	for (i = 0; spn != NULL && i < names->num_names; i++) {
		if (strcmp(names->names[i].spn, spn) == 0) {
			talloc_free(spn);
			return &names->names[i];
		}
	}
	names->names = (spn == NULL) ? NULL
				     : talloc_realloc(names,
						      names->names,
						      struct probe_name,
						      names->num_names + 1);
	if (names->names == NULL) {
		return NULL;
	}
	found = &names->names[names->num_names++];
	*found = (struct probe_name){.spn = spn, .is_second = true};
	return found;
}

static bool add_client(struct probe_names *names,
		       struct probe_name *name,
		       const struct probe_client *client,
		       bool is_later)
{
	if (name == NULL) {
		return false;
	}
	name->is_later = talloc_realloc(names,
					name->is_later,
					bool,
					name->num_clients + 1);
	name->clients = talloc_realloc(names,
				       name->clients,
				       const struct probe_client *,
				       name->num_clients + 1);
	if (name->clients == NULL || name->is_later == NULL) {
		return false;
	}
	name->is_later[name->num_clients] = is_later;
	name->clients[name->num_clients++] = client;
	return true;
}

static bool add_silent(struct probe_names *names, const struct walk *walk)
{
	size_t num = names->num_silent + 1;

	names->silent = talloc_realloc(names,
				       names->silent,
				       const struct probe_client *,
				       num);
	names->why = talloc_realloc(names, names->why, const char *, num);
	if (names->silent == NULL || names->why == NULL) {
		return false;
	}
	names->silent[names->num_silent] = walk->client;
	names->why[names->num_silent++] = walk->why;
	return true;
}

static bool add_walk(struct probe_names *names, const struct walk *walk)
{
	const struct probe_client *client = walk->client;
	struct probe_name *name = NULL;

	if (walk->first == NULL) {
		return add_silent(names, walk);
	}
	name = name_of(names, client->service, walk->first);
	if (!add_client(names, name, client, false)) {
		return false;
	}
	name->is_second = false;
	if (walk->second == NULL) {
		return true;
	}
	return add_client(names,
			  name_of(names, client->service, walk->second),
			  client,
			  true);
}

/* What libkrb5 says with the krb5.conf of this machine. False when out of
 * memory. */
static bool mark_machine(struct walking *w,
			 const struct probe_krb5_answer *answer,
			 const char **_reason)
{
	struct probe_name *name = NULL;

	if (answer->first == NULL) {
		*_reason = talloc_strdup(w->names, answer->why);
		return *_reason != NULL;
	}
	if (!is_askable(answer->first)) {
		*_reason = "libkrb5 would ask for a name that is none; it "
			   "comes from DNS or /etc/hosts";
		return true;
	}
	name = name_of(w->names, machine_service, answer->first);
	if (name == NULL) {
		return false;
	}
	name->is_this_machine = true;
	name->is_second = false;
	if (answer->second == NULL || !is_askable(answer->second)) {
		return true;
	}
	name = name_of(w->names, machine_service, answer->second);
	if (name == NULL) {
		return false;
	}
	name->is_this_machine = true;
	name->is_second_here = true;
	return true;
}

static int compare_names(const void *left, const void *right)
{
	const struct probe_name *a = left;
	const struct probe_name *b = right;

	if (a->is_this_machine != b->is_this_machine) {
		return a->is_this_machine ? -1 : 1;
	}
	if (a->is_second_here != b->is_second_here) {
		return a->is_second_here ? 1 : -1;
	}
	if (a->is_second != b->is_second) {
		return a->is_second ? 1 : -1;
	}
	if (a->num_clients != b->num_clients) {
		return (a->num_clients > b->num_clients) ? -1 : 1;
	}
	return strcmp(a->spn, b->spn);
}

static bool walk_all(struct walking *w, const char **_reason)
{
	size_t machine = question_of(w, PROBE_KRB5_MACHINE, w->target->host);
	size_t i;

	if (machine == 0) {
		return false;
	}
	for (i = 0; i < w->num_walks; i++) {
		if (!begin(w, &w->walks[i])) {
			return false;
		}
	}
	w->answers = probe_krb5_ask(w->mem_ctx,
				    w->questions,
				    w->num_questions,
				    w->dns);
	if (w->answers == NULL) {
		return false;
	}
	for (i = 0; i < w->num_walks; i++) {
		if (!arrive(w, &w->walks[i]) ||
		    !add_walk(w->names, &w->walks[i]))
		{
			return false;
		}
	}
	return mark_machine(w, &w->answers[machine - 1], _reason);
}

struct probe_names *probe_names_of(TALLOC_CTX *mem_ctx,
				   const struct probe_target *target,
				   const struct probe_dns *dns,
				   const char **_reason)
{
	struct walking w = {
		.mem_ctx = talloc_new(mem_ctx),
		.target = target,
		.dns = dns,
	};
	const struct probe_client *clients = probe_clients(&w.num_walks);
	bool ok = false;
	size_t i;

	*_reason = NULL;
	if (w.mem_ctx == NULL) {
		return NULL;
	}
	w.names = talloc_zero(mem_ctx, struct probe_names);
	w.walks = talloc_zero_array(w.mem_ctx, struct walk, w.num_walks);
	if (w.names != NULL && w.walks != NULL) {
		for (i = 0; i < w.num_walks; i++) {
			w.walks[i].client = &clients[i];
		}
		ok = walk_all(&w, _reason);
	}
	talloc_free(w.mem_ctx);
	if (!ok) {
		*_reason = NULL;
		talloc_free(w.names);
		return NULL;
	}
	qsort(w.names->names,
	      w.names->num_names,
	      sizeof(w.names->names[0]),
	      compare_names);
	return w.names;
}
