/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A repair loses nothing while nobody else is meant. These are asked for, for
 * a value that is to be added to an account, and one of them is enough:
 *
 * - whose key a KDC answers with today. Added to this account, the value takes
 *   that away; HOST of the CN of another computer object, and nobody has it;
 * - a computer that has the name of the host, or HOST of it: the service may
 *   run as that. So it is with the other half, too;
 * - who holds a class for which the new value would stand, as HOST does for
 *   http: Samba refuses it; or one half of a pair, and the other half, for
 *   which nobody has a ticket today, would fall to this account;
 * - who holds the half that is there, too: which of the two keeps it is not
 *   known either.
 *
 * Whether they are disabled is not asked: a KDC does not ask it either, and
 * what was prepared is disabled until it is used. Whether a name of a computer
 * was meant nobody but a person knows either.
 */
#include "repair_ask.h"

#include <string.h>

#include "policy/host_pair.h"
#include "policy/names.h"

struct asking {
	TALLOC_CTX *mem_ctx; /* goes when it has been answered */
	const struct audit_case *a;
	struct spn_case c; /* of the holder */
	const struct audit_finding *finding;
	const struct spn_account *holder;
	struct spn spn; /* that would be added or removed */
	/* Classes that it stands in for, NULL-terminated; or NULL. */
	const char *const *aliases;
};

/* The first one by its DN: always the same one. Of many, any one. */
static void choose_rival(const struct asking *ask,
			 const struct spn_holders *holders,
			 const struct spn_account **rival)
{
	size_t i;

	for (i = 0; i < holders->num_accounts; i++) {
		const struct spn_account *other = holders->accounts[i];

		if (*rival != NULL && holders->many != NULL) {
			return;
		}
		if (spn_account_same(other, ask->holder)) {
			continue;
		}
		if (*rival == NULL || strcmp(other->dn, (*rival)->dn) < 0) {
			*rival = other;
		}
	}
}

/* Whose key it is today. */
static bool ask_kdc(const struct asking *ask, const struct spn_account **rival)
{
	struct spn_kdc_answer answer = {};
	bool ok = false;

	if (ask->c.forest->is_windows && !ask->spn.has_service_name) {
		ok = spn_case_effective(&ask->c,
					ask->mem_ctx,
					ask->spn.service_class,
					ask->spn.host_name,
					&answer.found);
	} else {
		ok = spn_case_kdc_answer(&ask->c,
					 ask->mem_ctx,
					 ask->spn.value,
					 &answer);
	}
	if (ok) {
		choose_rival(ask, &answer.found, rival);
	}
	return ok;
}

/* A computer of which this is a name, or that holds HOST of it. */
static bool ask_computers(const struct asking *ask,
			  struct spn_str host,
			  const struct spn_account **rival)
{
	struct spn_holders named = {};
	struct spn_holders holders = {};
	struct spn_holders hosts = {};
	size_t i;

	if (!spn_census_computers_named(ask->a->census,
					ask->mem_ctx,
					host,
					&named) ||
	    !spn_index_holders(ask->c.index,
			       ask->mem_ctx,
			       spn_str_of("HOST"),
			       host,
			       &holders))
	{
		return false;
	}
	choose_rival(ask, &named, rival);
	for (i = 0; i < holders.num_accounts; i++) {
		hosts.accounts = &holders.accounts[i];
		hosts.num_accounts = (holders.accounts[i]->kind ==
				      SPN_KIND_COMPUTER)
					     ? 1
					     : 0;
		choose_rival(ask, &hosts, rival);
	}
	return true;
}

/* The names of the host: of a pair those of both halves. */
static bool ask_names(const struct asking *ask,
		      const struct spn_account **rival)
{
	struct spn half = {};

	return ask_computers(ask, ask->spn.host_name, rival) &&
	       (spn_parse(ask->finding->spn, &half) != SPN_SYNTAX_OK ||
		ask_computers(ask, half.host_name, rival));
}

/* Holders of the classes for which it would stand. */
static bool ask_aliases(const struct asking *ask,
			struct spn_str host,
			bool of_pairs,
			const struct spn_account **rival)
{
	size_t i;

	for (i = 0; ask->aliases != NULL && ask->aliases[i] != NULL; i++) {
		struct spn_str alias = spn_str_of(ask->aliases[i]);
		struct spn_holders holders = {};

		if (of_pairs &&
		    !spn_settings_is_pair_class(ask->c.settings, alias))
		{
			continue;
		}
		if (!spn_index_holders(ask->c.index,
				       ask->mem_ctx,
				       alias,
				       host,
				       &holders))
		{
			return false;
		}
		choose_rival(ask, &holders, rival);
	}
	return true;
}

/* label.SUFFIX for each of the list; NULL-terminated, or NULL. */
static bool ask_suffixes(const struct asking *ask,
			 const char **suffixes,
			 const struct spn_account **rival)
{
	struct spn_str label = ask->spn.host_name;
	size_t i;

	for (i = 0; suffixes != NULL && suffixes[i] != NULL; i++) {
		char *host = talloc_asprintf(ask->mem_ctx,
					     "%.*s.%s",
					     (int)label.len,
					     label.data,
					     suffixes[i]);

		if (host == NULL ||
		    !ask_aliases(ask, spn_str_of(host), true, rival))
		{
			return false;
		}
	}
	return true;
}

/*
 * Any half of a pair whose other half would fall to the new HOST. Names need
 * not lead both ways, so all are looked for that could.
 */
static bool ask_halves(const struct asking *ask,
		       const struct spn_account **rival)
{
	struct spn_str host = ask->spn.host_name;
	struct spn_str label = spn_first_label(host);
	const char *own[] = {ask->holder->dns_domain, NULL};
	const char *partner = NULL;

	if (!spn_host_partner(&ask->c, ask->mem_ctx, host, &partner, NULL) ||
	    (partner != NULL &&
	     !ask_aliases(ask, spn_str_of(partner), true, rival)))
	{
		return false;
	}
	if (!spn_host_is_fqdn(host)) {
		return ask_suffixes(ask, own, rival) &&
		       ask_suffixes(ask, ask->c.forest->dns_suffixes, rival) &&
		       ask_suffixes(ask,
				    ask->c.forest->allowed_suffixes,
				    rival) &&
		       ask_suffixes(ask, ask->c.settings->dns_suffixes, rival);
	}
	if (!ask_aliases(ask, label, true, rival)) {
		return false;
	}
	if (label.len > SPN_NETBIOS_LEN) {
		label.len = SPN_NETBIOS_LEN;
	}
	return ask_aliases(ask, label, true, rival);
}

static bool ask_what_it_stands_for(const struct asking *ask,
				   const struct spn_account **rival)
{
	struct spn_str rest = {
		.data = ask->spn.host_name.data,
		.len = ask->spn.value.len - ask->spn.service_class.len - 1,
	};

	if (!ask_aliases(ask, rest, false, rival)) {
		return false;
	}
	return *rival != NULL || ask->aliases == NULL ||
	       !spn_is_plain(&ask->spn) || ask_halves(ask, rival);
}

/* Whoever else holds the half that is there. */
static bool ask_holders(const struct asking *ask,
			const struct spn_account **rival)
{
	const struct spn_value half = {
		.value = ask->finding->spn,
		.key = ask->finding->key,
	};
	struct spn_holders holders = {};

	if (!spn_index_holders_of(ask->c.index, ask->mem_ctx, &half, &holders))
	{
		return false;
	}
	choose_rival(ask, &holders, rival);
	return true;
}

/* ------------------------------------------------------------------- texts */

/* then, nothing: what else there is to do if it is the holder's, the rival's.
 */
static bool say_whose_key(TALLOC_CTX *mem_ctx,
			  const struct asking *ask,
			  const char *then,
			  const struct spn_account *rival,
			  const char *nothing,
			  struct audit_doubt *doubt)
{
	char *own = talloc_asprintf(mem_ctx,
				    "it runs as %s%s",
				    ask->holder->dn,
				    then);
	char *other = talloc_asprintf(mem_ctx,
				      "it runs as %s%s",
				      rival->dn,
				      nothing);

	doubt->question = "whose key does the service have?";
	doubt->first = own;
	doubt->second = other;
	doubt->rival = rival;
	return own != NULL && other != NULL;
}

static const char nothing[] = ": nothing is to be added";

/* Whoever has the name, or the half that is there, too. */
static bool find_rival(const struct asking *ask,
		       const struct spn_account **rival)
{
	return ask_kdc(ask, rival) &&
	       (*rival != NULL || ask_names(ask, rival)) &&
	       (*rival != NULL || ask_holders(ask, rival));
}

/*
 * Of a computer whose two names differ: its DNS name would go with the half
 * that is there, and has its other half in the NetBIOS name.
 */
static bool doubt_of_names(const struct asking *ask, struct audit_doubt *doubt)
{
	struct spn_holders effective = {};
	const char *partner = NULL;
	struct spn half = {};

	if (!spn_host_is_fqdn(ask->spn.host_name) ||
	    spn_parse(ask->finding->spn, &half) != SPN_SYNTAX_OK)
	{
		return true;
	}
	if (!spn_host_partner(&ask->c,
			      ask->mem_ctx,
			      ask->spn.host_name,
			      &partner,
			      NULL))
	{
		return false;
	}
	if (partner == NULL || spn_str_is(half.host_name, partner)) {
		return true;
	}
	if (!spn_case_effective(&ask->c,
				ask->mem_ctx,
				ask->spn.service_class,
				spn_str_of(partner),
				&effective))
	{
		return false;
	}
	if (!spn_holders_is_only(&effective, ask->holder)) {
		doubt->question = "are both names those of one site? The new "
				  "one is that of the computer, which has "
				  "another NetBIOS name";
		doubt->first = "they are";
		doubt->second = "they are not: the half that is there goes";
		doubt->otherwise = AUDIT_REMOVE_SPN;
	}
	return true;
}

static bool doubt_of_add(TALLOC_CTX *mem_ctx,
			 const struct asking *ask,
			 struct audit_doubt *doubt)
{
	const char *then = "; no other account may hold what the new SPN "
			   "stands for";
	bool is_half = ask->finding->message->repair == SPN_REPAIR_ADD_PARTNER;
	const struct spn_account *rival = NULL;

	if (!ask_what_it_stands_for(ask, &rival)) {
		return false;
	}
	if (rival == NULL) {
		then = "; the other account needs another name";
		if (!find_rival(ask, &rival)) {
			return false;
		}
	}
	if (rival == NULL) {
		return !is_half || doubt_of_names(ask, doubt);
	}
	if (!is_half) {
		return say_whose_key(mem_ctx,
				     ask,
				     then,
				     rival,
				     nothing,
				     doubt);
	}
	doubt->otherwise = AUDIT_REMOVE_SPN;
	return say_whose_key(mem_ctx, ask, "", rival, "", doubt);
}

/* Malformed, and a KDC finds it all the same under another name: "HOST/" for
 * "http/". */
static bool doubt_of_removal(const struct asking *ask,
			     struct audit_doubt *doubt)
{
	struct spn_kdc_answer answer = {};

	if (ask->aliases == NULL) {
		return true;
	}
	if (!spn_case_kdc_answer(&ask->c,
				 ask->mem_ctx,
				 ask->spn.value,
				 &answer))
	{
		return false;
	}
	if (answer.found.num_accounts > 0) {
		doubt->question = "does no client ask for what it stands "
				  "for?";
		doubt->first = "none does: it goes";
		doubt->second = "one does: it stays";
	}
	return true;
}

static void doubt_of_name(struct audit_doubt *doubt)
{
	doubt->question = "is the additional name meant?";
	doubt->first = "yes: it needs the SPN";
	doubt->second = "no: it goes";
	doubt->otherwise = AUDIT_REMOVE_NAME;
}

bool audit_doubt_of(TALLOC_CTX *mem_ctx,
		    const struct audit_case *a,
		    const struct audit_finding *finding,
		    struct spn_str value,
		    struct audit_doubt *_doubt)
{
	enum spn_repair repair = finding->message->repair;
	struct asking ask = {
		.mem_ctx = talloc_new(mem_ctx),
		.a = a,
		.c = a->c,
		.finding = finding,
		.holder = finding->holders.accounts[0],
	};
	bool ok = ask.mem_ctx != NULL;

	*_doubt = (struct audit_doubt){};
	ask.c.after = ask.holder;
	if (!ok || spn_parse(value, &ask.spn) != SPN_SYNTAX_OK) {
		talloc_free(ask.mem_ctx);
		return ok;
	}
	ask.aliases = spn_mappings_aliases(ask.c.forest->mappings,
					   ask.spn.service_class);
	if (repair == SPN_REPAIR_ADD_ADDITIONAL) {
		doubt_of_name(_doubt);
	} else if (repair == SPN_REPAIR_REMOVE) {
		ok = doubt_of_removal(&ask, _doubt);
	} else if (repair != SPN_REPAIR_REMOVE_TWIN) {
		ok = doubt_of_add(mem_ctx, &ask, _doubt);
	}
	talloc_free(ask.mem_ctx);
	return ok;
}
