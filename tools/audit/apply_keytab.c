/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whose key a service has, its keytab tells. Three things have to come
 * together before nobody need be asked: all keys in it are those of one of the
 * two accounts, and the current one is there; it is called as the service is,
 * for the keytab of another one says nothing of this; and nobody else could
 * have put it there.
 */
#include "apply_run.h"

#include "key_probe.h"

#include <ctype.h>
#include <string.h>

enum outcome apply_open_keytab(struct applying *w)
{
	struct audit_key_report report = {};
	const char *reason = NULL;

	if (!audit_key_file_look(w, w->apply->keytab, &w->keytab, &reason) ||
	    !audit_key_probe(w,
			     w->apply->connect,
			     w->keytab.path,
			     NULL,
			     &report,
			     &reason))
	{
		return apply_stop(w, reason);
	}
	if (report.num_entries == 0) {
		return apply_stop(
			w,
			talloc_asprintf(w,
					"--keytab=%s: no key could be read: "
					"%s",
					w->keytab.path,
					report.answer));
	}
	return GO_ON;
}

/* ---------------------------------------------------------------- the names
 */

/* "svc-web@EXAMPLE.COM", for a KDC. *_name NULL: it has none that can be asked
 * for. False when out of memory. */
static bool name_of(TALLOC_CTX *mem_ctx,
		    const struct spn_account *account,
		    const char **_name)
{
	const char *name = account->sam_account_name;
	char *principal = NULL;
	char *c = NULL;

	*_name = NULL;
	if (name == NULL || account->dns_domain == NULL ||
	    strpbrk(name, "/@\\") != NULL)
	{
		return true;
	}
	principal =
		talloc_asprintf(mem_ctx, "%s@%s", name, account->dns_domain);
	if (principal == NULL) {
		return false;
	}
	for (c = principal + strlen(name); *c != '\0'; c++) {
		*c = (char)toupper((unsigned char)*c);
	}
	*_name = principal;
	return true;
}

/* ---------------------------------------------------------------- the texts
 */

struct asked {
	struct applying *w;
	const struct audit_note *note;
	const char *names[2];
	struct audit_key_report report;
};

/* The current key is there, and no other. */
static bool say_proof(const struct asked *asked,
		      size_t which,
		      struct apply_proof *proof)
{
	const struct audit_finding *finding = asked->note->finding;
	const struct audit_key_file *file = &asked->w->keytab;
	const char *name = NULL;
	enum audit_key_names names = audit_key_names_of(&asked->report,
							finding->spn,
							finding->partner,
							&name);
	char *text = talloc_asprintf(asked->w->look,
				     "%s has the current key of %s, kvno %zu, "
				     "and no other key",
				     file->path,
				     asked->names[which],
				     asked->report.of[which].kvno);

	if (text == NULL) {
		return false;
	}
	if (names == AUDIT_KEY_NAMES_OTHERS) {
		text = talloc_asprintf_append(text,
					      ", but for %s: it is the keytab "
					      "of another service, and proves "
					      "nothing for this one",
					      name);
	} else if (file->doubt != NULL) {
		text = talloc_asprintf_append(
			text,
			". That proves nothing while others may change it: "
			"%s. If you know that it is right, copy it to a "
			"folder of root",
			file->doubt);
	} else {
		proof->way = (which == 0) ? AUDIT_ANSWER_FIRST
					  : AUDIT_ANSWER_SECOND;
		proof->is_certain = names == AUDIT_KEY_NAMES_IT;
		text = talloc_asprintf_append(
			text,
			"%s%s: so it is %zu%s",
			proof->is_certain ? ", for " : "",
			proof->is_certain ? name : "",
			which + 1,
			proof->is_certain
				? ""
				: ", if this is the keytab of the service; no "
				  "entry is called like it");
	}
	proof->text = text;
	return text != NULL;
}

/* Nothing follows. */
static bool say_no_proof(const struct asked *asked,
			 enum audit_key_proof found,
			 struct apply_proof *proof)
{
	const struct audit_key_report *report = &asked->report;
	const char *path = asked->w->keytab.path;
	size_t which = (report->of[0].num_keys > 0) ? 0 : 1;

	switch (found) {
	case AUDIT_KEY_NEITHER:
		proof->text = talloc_asprintf(
			asked->w->look,
			"%s has the current key of neither: %s has kvno %zu "
			"now, %s has %zu. It is old, or of another account; "
			"spn-probe --keytab=FILE tells",
			path,
			asked->names[0],
			report->of[0].kvno,
			asked->names[1],
			report->of[1].kvno);
		break;
	case AUDIT_KEY_BOTH:
		proof->text = talloc_asprintf(
			asked->w->look,
			"%s has the current keys of both, so it does not tell "
			"which of them is meant",
			path);
		break;
	case AUDIT_KEY_MIXED:
		proof->text = talloc_asprintf(
			asked->w->look,
			"%s has the current key of %s, but %zu of its %zu "
			"keys are others, so it does not tell which of them "
			"is meant",
			path,
			asked->names[which],
			report->num_entries - report->of[which].num_keys,
			report->num_entries);
		break;
	default:
		proof->text = talloc_asprintf(asked->w->look,
					      "%s proves nothing: %s",
					      path,
					      report->answer);
		break;
	}
	return proof->text != NULL;
}

/* No KDC could be asked. It would not help to go on with that: each question
 * would wait for it. */
static bool give_up(struct asked *asked,
		    const char *why,
		    struct apply_proof *proof)
{
	struct applying *w = asked->w;

	w->no_kdc = talloc_asprintf(w,
				    "%s was not asked about: %s",
				    w->keytab.path,
				    why);
	proof->text = w->no_kdc;
	return proof->text != NULL;
}

static bool ask_probe(struct asked *asked, struct apply_proof *proof)
{
	struct applying *w = asked->w;
	const char *reason = NULL;
	enum audit_key_proof found = AUDIT_KEY_UNKNOWN;

	if (!audit_key_probe(w->look,
			     w->apply->connect,
			     w->keytab.path,
			     asked->names,
			     &asked->report,
			     &reason))
	{
		return reason != NULL && give_up(asked, reason, proof);
	}
	found = audit_key_proof_of(&asked->report);
	if (!asked->report.of[0].has_answer && !asked->report.of[1].has_answer)
	{
		return give_up(asked, asked->report.answer, proof);
	}
	if (found == AUDIT_KEY_FIRST || found == AUDIT_KEY_SECOND) {
		return say_proof(asked,
				 (found == AUDIT_KEY_FIRST) ? 0 : 1,
				 proof);
	}
	return say_no_proof(asked, found, proof);
}

bool apply_ask_keytab(struct applying *w,
		      const struct audit_note *note,
		      struct apply_proof *_proof)
{
	struct apply_proof proof = {.way = AUDIT_ANSWER_AGAIN};
	struct asked asked = {.w = w, .note = note};
	bool ok = true;

	*_proof = proof;
	if (w->keytab.path == NULL || note->doubt.rival == NULL) {
		return true;
	}
	if (w->no_kdc != NULL) {
		_proof->text = w->no_kdc;
		return true;
	}
	if (!name_of(w->look,
		     note->finding->holders.accounts[0],
		     &asked.names[0]) ||
	    !name_of(w->look, note->doubt.rival, &asked.names[1]))
	{
		return false;
	}
	if (asked.names[0] == NULL || asked.names[1] == NULL) {
		_proof->text = "no KDC can be asked for accounts with such "
			       "names";
		return true;
	}
	ok = ask_probe(&asked, &proof);
	*_proof = proof;
	return ok;
}
