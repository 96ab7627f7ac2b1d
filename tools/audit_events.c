/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A finding is the same as long as code, SPN and the other half are; one
 * without an SPN, as long as its accounts are.
 */
#include "audit_events.h"

#include "audit_format.h"
#include "audit_words.h"

#include <stdlib.h>
#include <string.h>

struct event {
	const char *key;
	const char *line; /* json: the finding */
};

struct audit_events {
	struct event *events; /* in the order of the findings */
	size_t num;
	const char **keys; /* sorted */
	bool as_json;
};

static bool add_dns(char **_text, const struct audit_accounts *accounts)
{
	size_t i;

	for (i = 0; i < accounts->num_accounts && *_text != NULL; i++) {
		*_text = talloc_asprintf_append(*_text,
						"%s%s",
						(i == 0) ? "" : "; ",
						accounts->accounts[i]->dn);
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

static char *text_line(TALLOC_CTX *mem_ctx, const struct audit_finding *f)
{
	char *spn = spn_escape(mem_ctx, f->spn);
	char *line = NULL;
	char *printable = NULL;

	if (spn == NULL) {
		return NULL;
	}
	line = talloc_asprintf(mem_ctx,
			       "%s %s %s%s%s",
			       spn_severity_text(f->severity),
			       f->message->code,
			       f->message->id,
			       (*spn == '\0') ? "" : " ",
			       spn);
	if (line != NULL && f->holders.num_accounts > 0) {
		line = talloc_asprintf_append(line,
					      f->is_held ? " held by "
							 : " of ");
		add_dns(&line, &f->holders);
	}
	if (line != NULL) {
		line = talloc_asprintf_append(line, ": %s", f->reason);
	}
	if (line != NULL) {
		printable = audit_printable(mem_ctx, line);
	}
	talloc_free(spn);
	talloc_free(line);
	return printable;
}

static int compare_keys(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
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
	events->keys = talloc_zero_array(events,
					 const char *,
					 events->num + 1);
	for (i = 0; i < events->num; i++) {
		const struct audit_finding *f = &findings->findings[i];
		struct event *event = &events->events[i];

		if (events->events == NULL || events->keys == NULL) {
			break;
		}
		event->key = key_of(events, f);
		event->line = as_json ? audit_json_finding(events, f)
				      : text_line(events, f);
		events->keys[i] = event->key;
		if (event->key == NULL || event->line == NULL) {
			break;
		}
	}
	if (i < events->num) {
		talloc_free(events);
		return NULL;
	}
	qsort(events->keys, events->num, sizeof(char *), compare_keys);
	return events;
}

static bool has(const struct audit_events *events, const char *key)
{
	return events != NULL && bsearch(&key,
					 events->keys,
					 events->num,
					 sizeof(char *),
					 compare_keys) != NULL;
}

static void write_missing(const struct audit_events *events,
			  const struct audit_events *from,
			  const char *event,
			  const char *time,
			  FILE *stream)
{
	size_t i;

	for (i = 0; events != NULL && i < events->num; i++) {
		if (has(from, events->events[i].key)) {
			continue;
		}
		if (events->as_json) {
			fprintf(stream,
				"{\"time\": \"%s\", \"event\": \"%s\", "
				"\"finding\": %s}\n",
				time,
				event,
				events->events[i].line);
		} else {
			fprintf(stream,
				"%s %s\n",
				event,
				events->events[i].line);
		}
	}
}

void audit_events_write(const struct audit_events *before,
			const struct audit_events *after,
			const char *time,
			FILE *stream)
{
	write_missing(before, after, "cured", time, stream);
	write_missing(after, before, "new", time, stream);
}
