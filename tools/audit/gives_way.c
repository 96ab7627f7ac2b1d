/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every finding to which another may give way leaves marks: its SPN, its hosts
 * on its accounts, its accounts. Sorted, so that many are looked up fast. A
 * finding that gives way itself still leaves them: what it is silenced by
 * comes first, and after that it speaks. The relation has no circle, so the
 * last one always speaks (tests/tools/test_audit_gives_way.c), and is as grave
 * as the gravest of them: nobody misses an error.
 */
#include "gives_way.h"

#include "consequences.h"
#include "policy/host_pair.h"
#include "policy/names.h"
#include "policy/room.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH 1024 /* a host name */

static bool has_id(const char *list, const char *wanted)
{
	struct spn_str id = {};

	while (audit_gives_way_next(&list, &id)) {
		if (spn_str_equal(id, spn_str_of(wanted))) {
			return true;
		}
	}
	return false;
}

bool audit_is_given_way(const struct spn_message *message)
{
	const struct audit_gives_way *pair = audit_gives_way_table();

	for (; pair->ids != NULL; pair++) {
		if (has_id(pair->to, message->id)) {
			return true;
		}
	}
	return false;
}

/* --------------------------------------------------- what a message gives */

/* One line of the table, for one message. */
struct way {
	enum audit_in_common in_common;
	struct spn_str to; /* an id */
	const char *why;
};

/* Of a message, read from the table once: thousands of findings have it. */
struct ways {
	const struct spn_message *message;
	bool is_given_way;
	struct way *ways;
	size_t num_ways;
};

/* Of all messages that there are findings of: some dozens. */
struct known {
	struct ways *messages;
	size_t num_messages;
};

static bool list_ways(TALLOC_CTX *mem_ctx, struct ways *ways)
{
	const struct audit_gives_way *pair = audit_gives_way_table();

	for (; pair->ids != NULL; pair++) {
		struct way way = {
			.in_common = pair->in_common,
			.why = pair->why,
		};
		const char *list = pair->to;

		if (!has_id(pair->ids, ways->message->id)) {
			continue;
		}
		while (audit_gives_way_next(&list, &way.to)) {
			struct way *all = spn_room(mem_ctx,
						   ways->ways,
						   ways->num_ways,
						   struct way);

			if (all == NULL) {
				return false;
			}
			ways->ways = all;
			all[ways->num_ways++] = way;
		}
	}
	return true;
}

/* NULL when out of memory. */
static const struct ways *ways_of(TALLOC_CTX *mem_ctx,
				  struct known *known,
				  const struct spn_message *message)
{
	struct ways *all = known->messages;
	struct ways *added = NULL;
	size_t i;

	for (i = 0; i < known->num_messages; i++) {
		if (all[i].message == message) {
			return &all[i];
		}
	}
	all = spn_room(mem_ctx, all, known->num_messages, struct ways);
	if (all == NULL) {
		return NULL;
	}
	known->messages = all;
	added = &all[known->num_messages];
	*added = (struct ways){
		.message = message,
		.is_given_way = audit_is_given_way(message),
	};
	if (!list_ways(mem_ctx, added)) {
		return NULL;
	}
	known->num_messages++;
	return added;
}

/* ------------------------------------------------------------------ marks */

/* What a finding is about, in one of the three ways. */
struct mark {
	struct spn_str id;   /* of the message */
	const char *guid;    /* "" where only the SPN counts; OF_PARTNER */
	struct spn_str text; /* SPN, host in small letters, or empty */
	size_t finding;	     /* its place */
};

/* No GUID: text is the other half of its SPN. */
#define OF_PARTNER "partner"

struct marks {
	const struct audit_findings *findings;
	struct mark *marks;
	size_t num_marks;
};

static int compare_marks(const void *a, const void *b)
{
	const struct mark *x = a;
	const struct mark *y = b;
	int cmp = spn_str_compare(x->id, y->id);

	if (cmp == 0) {
		cmp = strcmp(x->guid, y->guid);
	}
	return (cmp != 0) ? cmp : spn_str_compare(x->text, y->text);
}

static void to_small(char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		text[i] = (char)tolower((unsigned char)text[i]);
	}
}

/* In small letters; empty where the SPN is none. */
static bool host_of(TALLOC_CTX *mem_ctx,
		    const struct audit_finding *finding,
		    struct spn_str *_host)
{
	struct spn spn = {};
	char *host = NULL;

	*_host = (struct spn_str){};
	if (spn_parse(finding->spn, &spn) != SPN_SYNTAX_OK) {
		return true;
	}
	host = talloc_strndup(mem_ctx, spn.host_name.data, spn.host_name.len);
	if (host == NULL) {
		return false;
	}
	to_small(host, spn.host_name.len);
	*_host = (struct spn_str){.data = host, .len = spn.host_name.len};
	return true;
}

static void add_mark(struct marks *marks,
		     const struct audit_finding *finding,
		     size_t place,
		     const char *guid,
		     struct spn_str text)
{
	marks->marks[marks->num_marks++] = (struct mark){
		.id = spn_str_of(finding->message->id),
		.guid = guid,
		.text = text,
		.finding = place,
	};
}

static bool mark_finding(TALLOC_CTX *mem_ctx,
			 struct marks *marks,
			 size_t place)
{
	const struct audit_finding *finding =
		&marks->findings->findings[place];
	const struct audit_accounts *holders = &finding->holders;
	struct spn_str host = {};
	size_t i;

	if (!host_of(mem_ctx, finding, &host)) {
		return false;
	}
	add_mark(marks, finding, place, "", finding->key);
	if (finding->partner_key.len > 0) {
		add_mark(marks,
			 finding,
			 place,
			 OF_PARTNER,
			 finding->partner_key);
	}
	for (i = 0; i < holders->num_accounts; i++) {
		const char *guid = holders->accounts[i]->object_guid;

		add_mark(marks, finding, place, guid, (struct spn_str){});
		if (host.len > 0) {
			add_mark(marks, finding, place, guid, host);
		}
	}
	return true;
}

static bool mark_all(TALLOC_CTX *mem_ctx,
		     const struct audit_findings *findings,
		     struct known *known,
		     struct marks *_marks)
{
	struct marks marks = {.findings = findings};
	const struct ways *ways = NULL;
	size_t num = 1;
	size_t i;

	for (i = 0; i < findings->num_findings; i++) {
		const struct audit_finding *finding = &findings->findings[i];

		ways = ways_of(mem_ctx, known, finding->message);
		if (ways == NULL) {
			return false;
		}
		if (ways->is_given_way) {
			num += 2 + 2 * finding->holders.num_accounts;
		}
	}
	marks.marks = talloc_array(mem_ctx, struct mark, num);
	if (marks.marks == NULL) {
		return false;
	}
	for (i = 0; i < findings->num_findings; i++) {
		const struct audit_finding *finding = &findings->findings[i];

		ways = ways_of(mem_ctx, known, finding->message);
		if (ways == NULL ||
		    (ways->is_given_way && !mark_finding(mem_ctx, &marks, i)))
		{
			return false;
		}
	}
	qsort(marks.marks,
	      marks.num_marks,
	      sizeof(struct mark),
	      compare_marks);
	*_marks = marks;
	return true;
}

/* The first that is not before it; the array's end if there is none. */
static const struct mark *find(const struct marks *marks, struct mark wanted)
{
	size_t low = 0;
	size_t high = marks->num_marks;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_marks(&marks->marks[middle], &wanted) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return &marks->marks[low];
}

/* NULL: it is not there. */
static const struct mark *find_same(const struct marks *marks,
				    struct mark wanted)
{
	const struct mark *found = find(marks, wanted);

	return (found != &marks->marks[marks->num_marks] &&
		compare_marks(found, &wanted) == 0)
		       ? found
		       : NULL;
}

/* ------------------------------------------------------------- giving way */

/*
 * On that account. A short name is that of the same label in the account's own
 * domain only: whoever may write his own SPNs could else bring a host that is
 * nowhere, and be silent about one that is there.
 */
static const struct mark *find_host(const struct marks *marks,
				    struct spn_str host,
				    const struct spn_account *account,
				    struct mark wanted)
{
	const char *domain = account->dns_domain;
	const struct mark *found = NULL;
	char text[SPN_DNS_NAME_LEN + 1];
	struct spn_str label = spn_first_label(host);
	struct spn_str in_domain = {};

	if (host.len == 0) {
		return NULL;
	}
	wanted.text = host;
	found = find_same(marks, wanted);
	if (found != NULL || domain == NULL) {
		return found;
	}
	in_domain = spn_in_domain(text, label, spn_str_of(domain));
	if (in_domain.len == 0) {
		return NULL;
	}
	to_small(text, in_domain.len);
	if (!spn_host_is_fqdn(host)) {
		wanted.text = in_domain;
		return find_same(marks, wanted);
	}
	wanted.text = label;
	return spn_str_equal(host, in_domain) ? find_same(marks, wanted)
					      : NULL;
}

static const struct mark *find_spn(const struct marks *marks,
				   struct spn_str key,
				   struct mark wanted)
{
	wanted.text = key;
	return (key.len == 0) ? NULL : find_same(marks, wanted);
}

/* A directory does not see a blank at the end: one account may have the name
 * with it, and another the good one, which is not to be passed over. */
static const struct mark *if_of_all(const struct marks *marks,
				    const struct audit_finding *finding,
				    const struct mark *found)
{
	const struct audit_accounts *some = &finding->holders;
	const struct audit_accounts *all = NULL;
	size_t at = 0;
	size_t i;

	if (found == NULL) {
		return NULL;
	}
	all = &marks->findings->findings[found->finding].holders;
	/* Both are sorted. */
	for (i = 0; i < some->num_accounts; i++) {
		while (at < all->num_accounts &&
		       !spn_account_same(all->accounts[at], some->accounts[i]))
		{
			at++;
		}
	}
	return (at < all->num_accounts) ? found : NULL;
}

static const struct mark *find_common(const struct marks *marks,
				      const struct audit_finding *finding,
				      struct spn_str host,
				      enum audit_in_common in_common,
				      struct spn_str to)
{
	const struct audit_accounts *holders = &finding->holders;
	struct mark wanted = {.id = to, .guid = ""};
	const struct mark *found = NULL;
	size_t i;

	if (in_common == AUDIT_SAME_SPN || in_common == AUDIT_ALL_OF_SPN) {
		found = find_spn(marks, finding->key, wanted);
		if (in_common == AUDIT_ALL_OF_SPN) {
			found = if_of_all(marks, finding, found);
		}
		return (found != NULL)
			       ? found
			       : find_spn(marks, finding->partner_key, wanted);
	}
	if (in_common == AUDIT_SAME_PAIR) {
		found = find_spn(marks, finding->key, wanted);
		wanted.guid = OF_PARTNER;
		return (found != NULL) ? found
				       : find_spn(marks, finding->key, wanted);
	}
	for (i = 0; i < holders->num_accounts && found == NULL; i++) {
		wanted.guid = holders->accounts[i]->object_guid;
		found = (in_common == AUDIT_SAME_HOST)
				? find_host(marks,
					    host,
					    holders->accounts[i],
					    wanted)
				: find_same(marks, wanted);
	}
	return found;
}

/* Of that finding: to which it gives way, and why. */
static struct audit_given gives_way(const struct marks *marks,
				    const struct audit_finding *finding,
				    struct spn_str host,
				    const struct ways *ways)
{
	struct audit_given given = {.to = AUDIT_SPEAKS};
	const struct mark *found = NULL;
	size_t i;

	for (i = 0; i < ways->num_ways && found == NULL; i++) {
		found = find_common(marks,
				    finding,
				    host,
				    ways->ways[i].in_common,
				    ways->ways[i].to);
		if (found != NULL) {
			given.to = found->finding;
			given.why = ways->ways[i].why;
		}
	}
	return given;
}

static bool find_all(TALLOC_CTX *mem_ctx,
		     const struct audit_findings *findings,
		     struct audit_given *given)
{
	TALLOC_CTX *scratch = talloc_pool(mem_ctx, SCRATCH);
	struct known known = {};
	struct marks marks = {};
	size_t i;
	bool ok = scratch != NULL &&
		  mark_all(mem_ctx, findings, &known, &marks);

	for (i = 0; ok && i < findings->num_findings; i++) {
		const struct audit_finding *finding = &findings->findings[i];
		const struct ways *ways = ways_of(mem_ctx,
						  &known,
						  finding->message);
		struct spn_str host = {};

		ok = ways != NULL;
		if (ok && ways->num_ways > 0) {
			ok = host_of(scratch, finding, &host);
		}
		if (ok) {
			given[i] = gives_way(&marks, finding, host, ways);
		}
		talloc_free_children(scratch);
	}
	return ok;
}

bool audit_findings_give_way(struct audit_findings *findings)
{
	TALLOC_CTX *tmp_ctx = talloc_new(findings);
	struct audit_given *given = talloc_array(tmp_ctx,
						 struct audit_given,
						 findings->num_findings + 1);
	bool ok = given != NULL && find_all(tmp_ctx, findings, given) &&
		  audit_consequences_gather(findings, given);

	talloc_free(tmp_ctx);
	return ok;
}
