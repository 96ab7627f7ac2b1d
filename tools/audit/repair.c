/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A message says what can be done about it. Then it is looked at: a value is
 * added only if nobody holds it, and the same value to one account only; a
 * value that goes is not added at the same time; and where another account may
 * be meant, a person is asked (repair_ask.h) and both ways are made ready.
 */
#include "repair.h"

#include <string.h>

#include "policy/host_pair.h"
#include "policy/names.h"
#include "policy/room.h"
#include "policy/slots.h"

/* Of an account that holds more, a list that is written anew is not made ready
 * for each question. */
#define MOST_ANEW 100

/* While they are made. */
struct making {
	struct audit_repairs *repairs;
	const struct audit_case *a;
	const struct spn_case *c;
	const struct audit_findings *findings;
	struct spn_slots by_value; /* what findings would add: their numbers */
	struct spn_slots by_guid;  /* repairs by account */
};

/* What SPN_REPAIR_ADD_* would add; len 0 if nothing. */
static struct spn_str added_value(const struct audit_finding *finding)
{
	switch (finding->message->repair) {
	case SPN_REPAIR_ADD_PARTNER:
		return spn_str_of(finding->partner);
	case SPN_REPAIR_ADD_SPN:
	case SPN_REPAIR_ADD_ADDITIONAL:
		return finding->spn;
	case SPN_REPAIR_NONE:
	case SPN_REPAIR_REMOVE:
	case SPN_REPAIR_REMOVE_TWIN:
		break;
	}
	return (struct spn_str){};
}

static bool note_values(struct making *making)
{
	size_t i;

	for (i = 0; i < making->findings->num_findings; i++) {
		const struct audit_finding *finding =
			&making->findings->findings[i];
		struct spn_str value = added_value(finding);

		if (value.len > 0 &&
		    !spn_slots_add(making->repairs,
				   &making->by_value,
				   spn_slots_hash(0, value, true),
				   (uint32_t)i))
		{
			return false;
		}
	}
	return true;
}

/* Another finding would add the same value to another account. */
static bool is_wanted_twice(const struct making *making,
			    const struct audit_finding *finding,
			    struct spn_str value)
{
	uint32_t hash = spn_slots_hash(0, value, true);
	size_t place = 0;
	uint32_t i = 0;

	while (spn_slots_next(&making->by_value, hash, &place, &i)) {
		const struct audit_finding *other =
			&making->findings->findings[i];

		if (other != finding &&
		    spn_str_equal_nocase(added_value(other), value) &&
		    other->holders.num_accounts > 0 &&
		    (other->holders.num_accounts > 1 ||
		     !spn_account_same(other->holders.accounts[0],
				       finding->holders.accounts[0])))
		{
			return true;
		}
	}
	return false;
}

/* One account, in use, and a value that can be done something about. */
static bool is_simple(const struct audit_finding *finding)
{
	return finding->holders.num_accounts == 1 &&
	       !finding->holders.accounts[0]->is_disabled &&
	       finding->spn.len > 0;
}

/*
 * Could a host have this name? A computer's owner chooses what its names are,
 * and whoever applies the file gives it a HOST SPN for them: not for what is
 * an address to a client, a name of DNS for other things, or nobody's.
 */
static bool is_name_of_host(struct spn_str host)
{
	struct spn_str label = {};
	size_t i;

	if (!spn_host_is_dns_name(host) || spn_host_is_ip(host) ||
	    host.data[host.len - 1] == '.')
	{
		return false;
	}
	label.data = host.data;
	for (i = 0; i <= host.len; i++) {
		if (i < host.len && host.data[i] != '.') {
			continue;
		}
		label.len = (size_t)(host.data + i - label.data);
		if (label.data[0] == '-' || label.data[0] == '_' ||
		    label.data[label.len - 1] == '-' ||
		    spn_str_is(label, "localhost"))
		{
			return false;
		}
		if (i < host.len) {
			label.data += label.len + 1;
		}
	}
	/* What ends in a number is an address to many, of any form. */
	return strspn(label.data, "0123456789") < label.len &&
	       strncasecmp(label.data, "0x", 2) != 0;
}

/* The rule of a directory for names that a computer gives itself (MS-ADTS
 * 3.1.1.5.3.1.1.2): NAME, or NAME in a DNS domain of the forest. */
static bool is_name_of(const struct making *making,
		       const struct spn_account *computer,
		       struct spn_str host)
{
	struct spn_str name = spn_account_netbios_name(computer);
	struct spn_str label = host;

	if (spn_host_is_fqdn(host)) {
		label = spn_host_label(making->c, host);
	}
	if (label.len > SPN_NETBIOS_LEN) {
		label.len = SPN_NETBIOS_LEN;
	}
	return label.len > 0 && spn_str_equal_nocase(label, name);
}

/* An additional name may be any name in a DNS domain of the forest; of a pair
 * both halves have to be names. */
static bool may_have_host(const struct making *making,
			  const struct audit_finding *finding,
			  const struct spn *spn)
{
	enum spn_repair repair = finding->message->repair;
	struct spn half = {};

	if (!is_name_of_host(spn->host_name)) {
		return false;
	}
	if (repair == SPN_REPAIR_ADD_ADDITIONAL) {
		return !spn->has_suffix &&
		       spn_host_label(making->c, spn->host_name).len > 0;
	}
	if (repair == SPN_REPAIR_ADD_SPN) {
		return !spn->has_suffix &&
		       is_name_of(making,
				  finding->holders.accounts[0],
				  spn->host_name);
	}
	return spn_parse(finding->spn, &half) == SPN_SYNTAX_OK &&
	       is_name_of_host(half.host_name);
}

static bool may_add(const struct making *making,
		    const struct audit_finding *finding,
		    struct spn_str value,
		    bool *_may)
{
	struct spn_str ignored = {};
	struct spn parsed = {};
	size_t num = 0;

	*_may = false;
	/* Of a malformed value the other half is malformed, too. */
	if (spn_parse(value, &parsed) != SPN_SYNTAX_OK ||
	    !may_have_host(making, finding, &parsed))
	{
		return true;
	}
	if (!audit_repair_count(making->repairs,
				making->c,
				value,
				&ignored,
				&num))
	{
		return false;
	}
	*_may = num == 0;
	/* Of an additional name that is another computer's. */
	if (finding->message->repair == SPN_REPAIR_ADD_ADDITIONAL &&
	    finding->others.num_accounts > 0)
	{
		*_may = false;
	}
	return true;
}

/* ----------------------------------------------------------------- repairs */

static struct audit_repair *repair_of(struct making *making,
				      const struct spn_account *account)
{
	struct audit_repairs *repairs = making->repairs;
	struct audit_repair *repair = NULL;
	uint32_t hash = spn_slots_hash(0,
				       spn_str_of(account->object_guid),
				       false);
	size_t place = 0;
	uint32_t i = 0;

	while (spn_slots_next(&making->by_guid, hash, &place, &i)) {
		if (spn_account_same(repairs->repairs[i]->account, account)) {
			return repairs->repairs[i];
		}
	}
	repair = audit_repair_new(repairs, account);
	repairs->repairs = spn_room(repairs,
				    repairs->repairs,
				    repairs->num_repairs,
				    struct audit_repair *);
	if (repair == NULL || repairs->repairs == NULL ||
	    !spn_slots_add(repairs,
			   &making->by_guid,
			   hash,
			   (uint32_t)repairs->num_repairs))
	{
		return NULL;
	}
	repairs->repairs[repairs->num_repairs++] = repair;
	return repair;
}

static bool add_cause(struct audit_repair *repair,
		      const struct audit_finding *finding)
{
	repair->causes = spn_room(repair,
				  repair->causes,
				  repair->num_causes,
				  const struct audit_finding *);
	if (repair->causes == NULL) {
		return false;
	}
	repair->causes[repair->num_causes++] = finding;
	return true;
}

static bool carry_out(const struct making *making,
		      const struct audit_finding *finding,
		      struct audit_repair *repair)
{
	switch (finding->message->repair) {
	case SPN_REPAIR_ADD_SPN:
	case SPN_REPAIR_ADD_ADDITIONAL:
	case SPN_REPAIR_ADD_PARTNER:
		return audit_repair_add(repair, added_value(finding));
	case SPN_REPAIR_REMOVE:
		return audit_repair_remove_spn(repair,
					       making->c,
					       finding->spn);
	case SPN_REPAIR_REMOVE_TWIN:
		return audit_repair_remove_twins(repair, finding->key);
	case SPN_REPAIR_NONE:
		break;
	}
	return true;
}

static bool is_removal(enum spn_repair repair)
{
	return repair == SPN_REPAIR_REMOVE || repair == SPN_REPAIR_REMOVE_TWIN;
}

/* "web01": of what class it was meant to be nobody can know. */
static bool is_bare_name(struct spn_str spn)
{
	return memchr(spn.data, '/', spn.len) == NULL;
}

const char *audit_repair_safety(enum spn_repair repair)
{
	switch (repair) {
	case SPN_REPAIR_ADD_PARTNER:
	case SPN_REPAIR_ADD_SPN:
	case SPN_REPAIR_ADD_ADDITIONAL:
		return "nobody holds what is added, no KDC answers it with "
		       "another account's key, and no other account has that "
		       "name";
	case SPN_REPAIR_REMOVE:
		return "no client can ask for it and get a ticket, so none "
		       "loses one";
	case SPN_REPAIR_REMOVE_TWIN:
		return "to a directory they are one SPN, and the first "
		       "stays";
	case SPN_REPAIR_NONE:
		break;
	}
	return "";
}

/* ------------------------------------------------------------- a question */

static bool has_dns_name(const struct spn_account *account, const char *name)
{
	return spn_names_have(account->additional_dns_host_names,
			      account->dns_names,
			      spn_str_of(name));
}

static bool otherwise(const struct making *making,
		      struct audit_note *note,
		      struct audit_repair *second)
{
	const struct audit_finding *finding = note->finding;
	struct spn_str name = spn_str_of(finding->partner);
	bool holds_many = second->account->spns.num > MOST_ANEW;
	bool may = false;

	switch (note->doubt.otherwise) {
	case AUDIT_REMOVE_SPN:
		/* All spellings go: the list is written anew. */
		if (holds_many &&
		    spn_account_count(second->account, finding->key) > 1)
		{
			break;
		}
		if (!audit_repair_remove_spn(second, making->c, finding->spn))
		{
			return false;
		}
		if (holds_many && second->replace) {
			break;
		}
		if (!audit_repair_is_possible(second, making->c, &may)) {
			return false;
		}
		break;
	case AUDIT_REMOVE_NAME:
		second->attr = "msDS-AdditionalDnsHostName";
		may = has_dns_name(second->account, finding->partner);
		if (!audit_repair_remove(second, name)) {
			return false;
		}
		break;
	case AUDIT_NOTHING_ELSE:
		break;
	}
	note->second = may ? second : NULL;
	return true;
}

/* Both ways, ready for whoever knows the answer. */
static bool prepare(const struct making *making, struct audit_note *note)
{
	const struct audit_finding *finding = note->finding;
	struct audit_repair *first = NULL;
	struct audit_repair *second = NULL;
	bool may = false;

	first = audit_repair_new(making->repairs,
				 finding->holders.accounts[0]);
	second = audit_repair_new(making->repairs,
				  finding->holders.accounts[0]);
	if (first == NULL || second == NULL ||
	    !carry_out(making, finding, first) ||
	    !audit_repair_is_possible(first, making->c, &may))
	{
		return false;
	}
	note->first = may ? first : NULL;
	return otherwise(making, note, second);
}

static const struct audit_doubt wanted_twice = {
	.question = "whose key does the service have?",
	.first = "that of this account",
	.second = "that of another one, to which it could be added, too",
};

static bool find_doubt(const struct making *making, struct audit_note *note)
{
	const struct audit_finding *finding = note->finding;
	bool adds = !is_removal(finding->message->repair);
	struct spn_str value = adds ? added_value(finding) : finding->spn;

	if (!audit_doubt_of(making->repairs,
			    making->a,
			    finding,
			    value,
			    &note->doubt))
	{
		return false;
	}
	if (note->doubt.question == NULL && adds &&
	    is_wanted_twice(making, finding, value))
	{
		note->doubt = wanted_twice;
	}
	return true;
}

static bool decide(struct making *making, const struct audit_finding *finding)
{
	struct audit_repairs *repairs = making->repairs;
	struct audit_note *note = &repairs->notes[repairs->num_notes++];
	struct audit_repair *repair = NULL;
	enum spn_repair what = finding->message->repair;
	bool may = true;

	note->finding = finding;
	if (what == SPN_REPAIR_NONE || !is_simple(finding)) {
		return true;
	}
	/* What was meant is known, or the name of something is there, so
	 * somebody should look at it. */
	if (what == SPN_REPAIR_REMOVE &&
	    (finding->partner != NULL || is_bare_name(finding->spn)))
	{
		return true;
	}
	if (!is_removal(what) &&
	    !may_add(making, finding, added_value(finding), &may))
	{
		return false;
	}
	if (!may) {
		return true;
	}
	if (!find_doubt(making, note)) {
		return false;
	}
	if (note->doubt.question != NULL) {
		return prepare(making, note);
	}
	repair = repair_of(making, finding->holders.accounts[0]);
	note->repair = repair;
	return repair != NULL && add_cause(repair, finding) &&
	       carry_out(making, finding, repair);
}

/* What is not possible is to be decided, with all that belongs to it. */
static bool drop_impossible(const struct making *making)
{
	struct audit_repairs *repairs = making->repairs;
	size_t kept = 0;
	size_t i;

	for (i = 0; i < repairs->num_repairs; i++) {
		struct audit_repair *repair = repairs->repairs[i];
		bool is_possible_one = false;

		if (!audit_repair_is_possible(repair,
					      making->c,
					      &is_possible_one))
		{
			return false;
		}
		repair->is_impossible = !is_possible_one;
		if (!repair->is_impossible) {
			repairs->repairs[kept++] = repair;
		}
	}
	repairs->num_repairs = kept;
	for (i = 0; i < repairs->num_notes; i++) {
		if (repairs->notes[i].repair != NULL &&
		    repairs->notes[i].repair->is_impossible)
		{
			repairs->notes[i].repair = NULL;
		}
	}
	return true;
}

struct audit_repairs *audit_repairs_new(TALLOC_CTX *mem_ctx,
					const struct audit_findings *findings,
					const struct audit_case *a)
{
	struct audit_repairs *repairs = talloc_zero(mem_ctx,
						    struct audit_repairs);
	struct making making = {
		.repairs = repairs,
		.a = a,
		.c = &a->c,
		.findings = findings,
	};
	size_t i;

	if (repairs == NULL) {
		return NULL;
	}
	repairs->notes = talloc_zero_array(repairs,
					   struct audit_note,
					   findings->num_findings + 1);
	if (repairs->notes == NULL || !note_values(&making)) {
		talloc_free(repairs);
		return NULL;
	}
	for (i = 0; i < findings->num_findings; i++) {
		if (!decide(&making, &findings->findings[i])) {
			talloc_free(repairs);
			return NULL;
		}
	}
	if (!drop_impossible(&making)) {
		talloc_free(repairs);
		return NULL;
	}
	return repairs;
}
