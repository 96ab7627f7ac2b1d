/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A message says what can be done about it. Then two things are looked at:
 * a value is added only if nobody holds it, and the same value to one account
 * only; a value that goes is not added at the same time.
 */
#include "repair.h"

#include <string.h>

#include "policy/host_pair.h"
#include "policy/room.h"
#include "policy/slots.h"

/* While they are made. */
struct making {
	struct audit_repairs *repairs;
	const struct spn_case *c;
	const struct audit_findings *findings;
	struct spn_slots by_value; /* what findings would add: their numbers */
	struct spn_slots by_guid;  /* repairs by account */
};

/* How many hold it, whatever the spelling. */
static bool count_holders(const struct making *making,
			  struct spn_str spn,
			  struct spn_value *_value,
			  size_t *_num)
{
	const struct spn_fold *fold = spn_index_fold(making->c->index);
	struct spn_holders holders = {};

	_value->value = spn;
	if (!spn_fold_text(fold, making->repairs, spn, &_value->key) ||
	    !spn_index_holders_of(making->c->index,
				  making->repairs,
				  _value,
				  &holders))
	{
		return false;
	}
	*_num = holders.num_accounts;
	spn_holders_free(&holders);
	return true;
}

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
		    !spn_account_same(other->holders.accounts[0],
				      finding->holders.accounts[0]))
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
	struct spn_value ignored = {};
	struct spn parsed = {};
	size_t num = 0;

	*_may = false;
	/* Of a malformed value the other half is malformed, too. */
	if (spn_parse(value, &parsed) != SPN_SYNTAX_OK ||
	    !may_have_host(making, finding, &parsed))
	{
		return true;
	}
	if (!count_holders(making, value, &ignored, &num)) {
		return false;
	}
	*_may = num == 0 && !is_wanted_twice(making, finding, value);
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
	repair = talloc_zero(repairs, struct audit_repair);
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
	repair->account = account;
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

/* Unless it is in the list already. An account may lack thousands. */
static bool append(struct audit_repair *repair,
		   struct spn_str **list,
		   size_t *num,
		   struct spn_str value)
{
	bool adds = list == &repair->add;
	uint32_t hash = spn_slots_hash(adds ? 1 : 0, value, true);
	struct spn_str *grown = NULL;
	size_t place = 0;
	uint32_t i = 0;

	while (spn_slots_next(&repair->by_value, hash, &place, &i)) {
		if (i < *num && spn_str_equal_nocase((*list)[i], value)) {
			return true;
		}
	}
	grown = spn_room(repair, *list, *num, struct spn_str);
	if (grown == NULL ||
	    !spn_slots_add(repair, &repair->by_value, hash, (uint32_t)*num))
	{
		return false;
	}
	*list = grown;
	grown[(*num)++] = value;
	return true;
}

static bool add_removal(const struct making *making,
			struct audit_repair *repair,
			struct spn_str spn)
{
	struct spn_value value = {};
	struct spn parsed = {};
	size_t num = 0;

	if (!count_holders(making, spn, &value, &num)) {
		return false;
	}
	/* Samba refuses to delete a value that others hold, too, and one that
	 * it would not let in. */
	repair->replace |= num > 1 ||
			   spn_parse(spn, &parsed) != SPN_SYNTAX_OK ||
			   spn_account_count(repair->account, value.key) > 1;
	return append(repair, &repair->remove, &repair->num_remove, spn);
}

static bool add_twins(const struct making *making,
		      const struct audit_finding *finding,
		      struct audit_repair *repair)
{
	const struct spn_set *spns = &repair->account->spns;
	const struct spn_value *first = spn_set_find(spns, finding->key);
	size_t i;

	(void)making;
	for (i = 0; first != NULL && i < spns->num; i++) {
		if (&spns->values[i] == first ||
		    !spn_str_equal(spns->values[i].key, first->key))
		{
			continue;
		}
		repair->remove = spn_room(repair,
					  repair->remove,
					  repair->num_remove,
					  struct spn_str);
		if (repair->remove == NULL) {
			return false;
		}
		repair->remove[repair->num_remove++] = spns->values[i].value;
		repair->replace = true;
	}
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
		return append(repair,
			      &repair->add,
			      &repair->num_add,
			      added_value(finding));
	case SPN_REPAIR_REMOVE:
		return add_removal(making, repair, finding->spn);
	case SPN_REPAIR_REMOVE_TWIN:
		return add_twins(making, finding, repair);
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
	    !may_add(making, finding, added_value(finding), &may)) {
		return false;
	}
	if (!may) {
		return true;
	}
	repair = repair_of(making, finding->holders.accounts[0]);
	note->repair = repair;
	return repair != NULL && add_cause(repair, finding) &&
	       carry_out(making, finding, repair);
}

bool audit_repair_removes(const struct audit_repair *repair,
			  struct spn_str value)
{
	size_t i;

	for (i = 0; i < repair->num_remove; i++) {
		if (spn_str_equal(repair->remove[i], value)) {
			return true;
		}
	}
	return false;
}

/* Written anew would also be what no directory takes, and one refused record
 * ends the whole file. */
static bool is_possible(const struct audit_repair *repair)
{
	const struct spn_set *spns = &repair->account->spns;
	size_t i;

	for (i = 0; repair->replace && i < spns->num; i++) {
		struct spn_str value = spns->values[i].value;
		struct spn parsed = {};

		if (!audit_repair_removes(repair, value) &&
		    (spn_parse(value, &parsed) != SPN_SYNTAX_OK ||
		     !spn_str_is_utf8(value)))
		{
			return false;
		}
	}
	return true;
}

/* What is not possible is to be decided, with all that belongs to it. */
static void drop_impossible(struct audit_repairs *repairs)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < repairs->num_repairs; i++) {
		struct audit_repair *repair = repairs->repairs[i];

		repair->is_impossible = !is_possible(repair);
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
}

struct audit_repairs *audit_repairs_new(TALLOC_CTX *mem_ctx,
					const struct audit_findings *findings,
					const struct spn_case *c)
{
	struct audit_repairs *repairs = talloc_zero(mem_ctx,
						    struct audit_repairs);
	struct making making = {
		.repairs = repairs,
		.c = c,
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
	drop_impossible(repairs);
	return repairs;
}
