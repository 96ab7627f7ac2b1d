/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A gives way to B, and B to C: then C speaks for both, and why it does is
 * what is said of B and C. All consequences stand in one list, those of one
 * finding side by side and in the order of findings.
 */
#include "consequences.h"

/* The one that speaks for it in the end, and why; itself, if it speaks. */
static size_t speaker_of(const struct audit_given *given,
			 size_t place,
			 const char **_why)
{
	*_why = NULL;
	while (given[place].to != AUDIT_SPEAKS) {
		*_why = given[place].why;
		place = given[place].to;
	}
	return place;
}

/* What speaks instead of something graver is as grave, and is reported if that
 * would have been. */
static void pass_on(const struct audit_finding *from, struct audit_finding *to)
{
	if (!from->is_aside) {
		to->is_aside = false;
		if (to->severity < from->severity) {
			to->severity = from->severity;
		}
	}
}

/* Each knows how many it has; the sum. */
static size_t count(struct audit_findings *findings,
		    const struct audit_given *given)
{
	struct audit_finding *all = findings->findings;
	size_t num = 0;
	size_t i;

	for (i = 0; i < findings->num_findings; i++) {
		const char *why = NULL;
		size_t speaker = speaker_of(given, i, &why);

		if (speaker != i) {
			pass_on(&all[i], &all[speaker]);
		}
		if (speaker != i && !all[i].is_aside) {
			all[speaker].num_consequences++;
			num++;
		}
	}
	return num;
}

static void fill(struct audit_findings *findings,
		 const struct audit_given *given,
		 struct audit_finding *list)
{
	struct audit_finding *all = findings->findings;
	size_t i;

	for (i = 0; i < findings->num_findings; i++) {
		all[i].consequences = list;
		list += all[i].num_consequences;
		all[i].num_consequences = 0;
	}
	for (i = 0; i < findings->num_findings; i++) {
		const char *why = NULL;
		struct audit_finding *speaker =
			&all[speaker_of(given, i, &why)];
		struct audit_finding *own = speaker->consequences;

		if (why == NULL || all[i].is_aside) {
			continue;
		}
		own += speaker->num_consequences++;
		*own = all[i];
		own->because = why;
		own->consequences = NULL;
	}
}

bool audit_consequences_gather(struct audit_findings *findings,
			       const struct audit_given *given)
{
	struct audit_finding *all = findings->findings;
	struct audit_finding *list = NULL;
	size_t num = count(findings, given);
	size_t kept = 0;
	size_t i;

	list = talloc_array(findings, struct audit_finding, num + 1);
	if (list == NULL) {
		return false;
	}
	fill(findings, given, list);
	for (i = 0; i < findings->num_findings; i++) {
		if (given[i].to == AUDIT_SPEAKS && !all[i].is_aside) {
			all[kept++] = all[i];
		}
	}
	findings->num_findings = kept;
	findings->num_consequences = num;
	audit_findings_settle(findings);
	return true;
}
