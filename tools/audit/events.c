/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A finding is the same as long as code, SPN and the other half are; one
 * without an SPN, as long as its accounts are. If its line is another one
 * nevertheless, it has changed: one more account has the SPN.
 */
#include "events.h"

#include "audit/formats/format.h"
#include "policy/quote.h"

#include <stdlib.h>
#include <string.h>

struct event {
	const char *key;
	const char *line; /* json: the finding */
};

struct audit_events {
	struct event *events; /* in the order of the findings */
	size_t num;
	const struct event **by_key;
	bool as_json;
};

/* Each ends where it ends, whatever is in it. */
static bool add_dns(char **_text, const struct audit_accounts *accounts)
{
	size_t i;

	for (i = 0; i < accounts->num_accounts && *_text != NULL; i++) {
		char *dn = spn_quote(*_text,
				     spn_str_of(accounts->accounts[i]->dn),
				     SPN_QUOTE_DN | SPN_QUOTE_IF_NEEDED);

		if (dn == NULL) {
			TALLOC_FREE(*_text);
			break;
		}
		*_text = talloc_asprintf_append(*_text,
						"%s%s",
						(i == 0) ? "" : "; ",
						dn);
	}
	return *_text != NULL;
}

static char *key_of(TALLOC_CTX *mem_ctx, const struct audit_finding *f)
{
	char *spn = spn_escape(mem_ctx, f->key);
	char *key = NULL;

	if (spn == NULL) {
		return NULL;
	}
	key = talloc_asprintf(mem_ctx,
			      "%s\n%s\n%s\n",
			      f->message->code,
			      spn,
			      (f->partner == NULL) ? "" : f->partner);
	talloc_free(spn);
	if (key != NULL && f->key.len == 0) {
		add_dns(&key, &f->holders);
	}
	return key;
}

/* " http/web held by CN=a; CN=b", or " of CN=a with http/web". */
static char *text_subject(TALLOC_CTX *mem_ctx, const struct audit_finding *f)
{
	char *spn = spn_quote(mem_ctx, f->spn, SPN_QUOTE_IF_NEEDED);
	bool of_account = audit_is_of_account(f);
	char *text = talloc_strdup(mem_ctx, "");

	if (spn != NULL && *spn != '\0' && !of_account) {
		text = talloc_asprintf_append(text, " %s", spn);
	}
	if (text != NULL && f->holders.num_accounts > 0) {
		text = talloc_asprintf_append(text,
					      (f->is_held && !of_account)
						      ? " held by "
						      : " of ");
		add_dns(&text, &f->holders);
	}
	if (spn != NULL && *spn != '\0' && of_account && text != NULL) {
		text = talloc_asprintf_append(text, " with %s", spn);
	}
	if (spn == NULL) {
		TALLOC_FREE(text);
	}
	talloc_free(spn);
	return text;
}

static char *text_line(TALLOC_CTX *mem_ctx, const struct audit_finding *f)
{
	char *subject = text_subject(mem_ctx, f);
	char *line = NULL;
	char *printable = NULL;

	if (subject != NULL) {
		line = talloc_asprintf(mem_ctx,
				       "%s %s %s%s: %s",
				       spn_severity_text(f->severity),
				       f->message->code,
				       f->message->id,
				       subject,
				       f->reason);
	}
	if (line != NULL) {
		printable = spn_printable(mem_ctx, spn_str_of(line));
	}
	talloc_free(subject);
	talloc_free(line);
	return printable;
}

static int compare_keys(const void *a, const void *b)
{
	const struct event *const *x = a;
	const struct event *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

struct audit_events *audit_events_new(TALLOC_CTX *mem_ctx,
				      const struct audit_findings *findings,
				      bool as_json)
{
	struct audit_events *events = talloc_zero(mem_ctx,
						  struct audit_events);
	size_t i;

	if (events == NULL) {
		return NULL;
	}
	events->num = findings->num_findings;
	events->as_json = as_json;
	events->events = talloc_zero_array(events,
					   struct event,
					   events->num + 1);
	events->by_key = talloc_zero_array(events,
					   const struct event *,
					   events->num + 1);
	for (i = 0; i < events->num; i++) {
		const struct audit_finding *f = &findings->findings[i];
		struct event *event = &events->events[i];

		if (events->events == NULL || events->by_key == NULL) {
			break;
		}
		event->key = key_of(events, f);
		event->line = as_json ? audit_json_finding(events, f)
				      : text_line(events, f);
		events->by_key[i] = event;
		if (event->key == NULL || event->line == NULL) {
			break;
		}
	}
	if (i < events->num) {
		talloc_free(events);
		return NULL;
	}
	if (events->num > 0) {
		qsort(events->by_key,
		      events->num,
		      sizeof(struct event *),
		      compare_keys);
	}
	return events;
}

/* The one with that key, or NULL. */
static const struct event *find(const struct audit_events *events,
				const struct event *wanted)
{
	const struct event **found = NULL;

	if (events != NULL && events->num > 0) {
		found = bsearch(&wanted,
				events->by_key,
				events->num,
				sizeof(struct event *),
				compare_keys);
	}
	return (found == NULL) ? NULL : *found;
}

static void write_line(const struct audit_events *events,
		       const struct event *event,
		       const char *what,
		       const char *time,
		       FILE *stream)
{
	if (events->as_json) {
		fprintf(stream,
			"{\"time\": \"%s\", \"event\": \"%s\", "
			"\"finding\": %s}\n",
			time,
			what,
			event->line);
	} else {
		fprintf(stream, "%s %s\n", what, event->line);
	}
}

void audit_events_write(const struct audit_events *before,
			const struct audit_events *after,
			const char *time,
			FILE *stream)
{
	size_t i;

	for (i = 0; before != NULL && i < before->num; i++) {
		const struct event *old = &before->events[i];

		if (find(after, old) == NULL) {
			/* A released word of the schema stays. */
			write_line(before,
				   old,
				   before->as_json ? "cured" : "fixed",
				   time,
				   stream);
		}
	}
	for (i = 0; i < after->num; i++) {
		const struct event *event = &after->events[i];
		const struct event *old = find(before, event);

		if (old == NULL) {
			write_line(after, event, "new", time, stream);
		} else if (strcmp(old->line, event->line) != 0) {
			write_line(after, event, "changed", time, stream);
		}
	}
}
