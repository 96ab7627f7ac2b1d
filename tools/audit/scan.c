/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * source -> one pass -> census -> judge. The census is complete: what is not
 * in it does not exist, so no rule ever leads to another search. Accounts
 * without any SPN are in it for their names, which say what belongs to an
 * FQDN and what is a logon name already.
 *
 * What the caller may not read is not there: over LDAP an ordinary user sees
 * all SPNs of a domain unless somebody has taken that right away.
 */
#include "scan.h"

#include "audit/facts/acl.h"
#include "audit/facts/attributes.h"
#include "directory/fold.h"
#include "audit/facts/groups.h"
#include "judge.h"
#include "notices.h"
#include "audit/facts/dns_zones.h"
#include "audit/rules/delegation.h"
#include "common/connect.h"
#include "common/arena.h"
#include "policy/quick_fold.h"
#include "policy/room.h"
#include "wide.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#define SCRATCH ((size_t)16 * 1024)

/* The pass itself; goes away with it. */
struct reading {
	struct audit_scan *scan;
	struct spn_store store;
	const struct audit_scan_options *options;
	struct audit_groups *groups;
	struct audit_names *names;
	struct audit_acl *acl;
	struct audit_trustees *trustees;
	TALLOC_CTX *scratch;	/* of one entry */
	struct spn_facts facts; /* of one account */
	unsigned spare;		/* what no wanted rule looks at */
	uint32_t unwanted;	/* rules, by number */
	size_t num_entries;	/* of whatever kind */
	size_t num_closed;	/* accounts whose descriptor is not shown */
	bool is_all_ascii;
	bool has_samba;	  /* a domain controller is Samba's */
	bool has_windows; /* or says that it is something else */
};

/* ----------------------------------------------------------------- reading */

static bool start(struct reading *reading)
{
	struct audit_scan *scan = reading->scan;

	TALLOC_FREE(scan->census);
	talloc_free(reading->groups);
	talloc_free(reading->names);
	talloc_free(reading->acl);
	talloc_free(reading->trustees);
	scan->num_accounts = 0;
	scan->num_spns = 0;
	reading->num_closed = 0;
	reading->is_all_ascii = true;
	reading->has_samba = false;
	reading->has_windows = false;
	scan->census = spn_census_new(scan, scan->fold);
	reading->groups = audit_groups_new(scan);
	reading->names = audit_names_new(scan);
	reading->acl = audit_acl_new(scan);
	reading->trustees = audit_trustees_new(scan);
	return scan->census != NULL && reading->groups != NULL &&
	       reading->names != NULL && reading->acl != NULL &&
	       reading->trustees != NULL;
}

static bool is_spare(const struct reading *reading, enum audit_spare what)
{
	return (reading->spare & what) != 0;
}

static void forget_entries(void *private_data)
{
	struct reading *reading = private_data;

	if (!start(reading)) {
		TALLOC_FREE(
			reading->scan->census); /* the next entry says it */
	}
}

static void count_account(struct reading *reading,
			  const struct spn_account *account)
{
	struct audit_scan *scan = reading->scan;
	size_t i;

	scan->num_accounts++;
	scan->num_spns += account->spns.num;
	for (i = 0; i < account->spns.num && reading->is_all_ascii; i++) {
		reading->is_all_ascii = audit_is_ascii(
			account->spns.values[i].value);
	}
}

/* Of those that hold SPNs: of all others it would be a list of everybody. */
static bool fill_facts(struct reading *reading,
		       const struct ldb_message *msg,
		       struct spn_account *account)
{
	const struct ldb_message_element *descriptor = NULL;
	struct spn_facts *facts = &reading->facts;

	if (is_spare(reading, AUDIT_SPARE_FACTS)) {
		return true;
	}
	account->facts = facts;
	if (!audit_facts_of(account, msg, reading->options->describes, facts))
	{
		return false;
	}
	if (account->spns.num == 0 || account->is_deleted ||
	    account->kind == SPN_KIND_OTHER ||
	    is_spare(reading, AUDIT_SPARE_RIGHTS))
	{
		return true;
	}
	descriptor = spn_values_of(msg, "nTSecurityDescriptor");
	if (descriptor == NULL) {
		reading->num_closed++;
		return true;
	}
	return audit_acl_writers(reading->acl,
				 spn_values_get(descriptor, 0),
				 account->kind,
				 &facts->writers,
				 &facts->num_writers);
}

/* Samba's call themselves so, in a domain that it made and in any other:
 * "Samba" those of 4.17, "Samba-4.22.11-Debian" and more those of 4.22. */
static void note_controller(struct reading *reading,
			    const struct ldb_message *msg)
{
	const char *system = spn_values_text(msg, "operatingSystem");

	if (system != NULL && strncasecmp(system, "Samba", 5) == 0) {
		reading->has_samba = true;
	} else if (system != NULL) {
		reading->has_windows = true;
	}
}

static int read_account(struct reading *reading, const struct ldb_message *msg)
{
	struct audit_scan *scan = reading->scan;
	struct spn_account *account = NULL;
	size_t number = spn_census_num(scan->census);
	bool is_deleted = false;
	int ret;

	ret = spn_store_account_of(&reading->store,
				   reading->scratch,
				   msg,
				   &account,
				   &is_deleted);
	if (ret != LDB_SUCCESS) {
		return ret;
	}
	if (account->object_guid[0] == '\0') {
		/* Who may not read it, or an export without it. */
		account->object_guid = account->dn;
	}
	account->is_deleted = is_deleted;
	if (account->is_deleted && account->spns.num == 0) {
		return LDB_SUCCESS;
	}
	if (!fill_facts(reading, msg, account) ||
	    !spn_census_add(scan->census, account))
	{
		return LDB_ERR_OPERATIONS_ERROR;
	}
	if (!account->is_deleted) {
		if (account->is_dc) {
			note_controller(reading, msg);
		}
		count_account(reading, account);
		if (!is_spare(reading, AUDIT_SPARE_RIGHTS) &&
		    !audit_trustees_add_account(reading->trustees,
						msg,
						number))
		{
			return LDB_ERR_OPERATIONS_ERROR;
		}
	}
	/* Of a computer no rule wants to know. */
	if (!is_spare(reading, AUDIT_SPARE_GROUPS) &&
	    (reading->options->describes ||
	     (account->kind == SPN_KIND_USER && account->spns.num > 0)) &&
	    !audit_groups_add_member(reading->groups, msg, number))
	{
		return LDB_ERR_OPERATIONS_ERROR;
	}
	return LDB_SUCCESS;
}

static bool is_account(const struct ldb_message *msg)
{
	return spn_values_of(msg, "servicePrincipalName") != NULL ||
	       (spn_values_of(msg, "sAMAccountName") != NULL &&
		spn_values_is_class(msg, "user"));
}

static int read_entry(void *private_data, const struct ldb_message *msg)
{
	struct reading *reading = private_data;
	bool ok = true;
	int ret;

	if (reading->scan->census == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	audit_tell_reading(reading->scan, ++reading->num_entries);
	if (is_account(msg)) {
		ret = read_account(reading, msg);
		talloc_free_children(reading->scratch);
		return ret;
	}
	if (spn_values_is_class(msg, "group")) {
		ok = (is_spare(reading, AUDIT_SPARE_GROUPS) ||
		      audit_groups_add(reading->groups, msg)) &&
		     (is_spare(reading, AUDIT_SPARE_RIGHTS) ||
		      audit_trustees_add(reading->trustees, msg));
	} else if (!is_spare(reading, AUDIT_SPARE_ZONES) &&
		   spn_values_is_class(msg, "dnsNode"))
	{
		ok = audit_names_add(reading->names, msg);
	}
	return ok ? LDB_SUCCESS : LDB_ERR_OPERATIONS_ERROR;
}

static bool mark_privileged(void *private_data,
			    size_t number,
			    uint8_t admin_groups)
{
	struct reading *reading = private_data;
	struct audit_scan *scan = reading->scan;
	struct audit_privileged *all = NULL;

	spn_census_set_privileged(scan->census, number);
	if (!reading->options->describes) {
		return true;
	}
	all = spn_room(scan,
		       scan->privileged,
		       scan->num_privileged,
		       struct audit_privileged);
	if (all == NULL) {
		return false;
	}
	scan->privileged = all;
	all[scan->num_privileged++] = (struct audit_privileged){
		.number = number,
		.admin_groups = admin_groups,
	};
	return true;
}

/* Not shown, or no descriptor. Of a server; an export says itself what it
 * lacks. */
static bool note_closed(const struct reading *reading)
{
	struct audit_source *source = reading->scan->source;
	size_t num = reading->num_closed +
		     audit_acl_num_unreadable(reading->acl);
	char *text = NULL;
	bool ok = false;

	if (num == 0 || !source->has_descriptors) {
		return true;
	}
	text = talloc_asprintf(source,
			       "the permissions of %zu accounts with SPNs "
			       "could not be read: %s does not speak of them",
			       num,
			       spn_acl_writespn.code);
	ok = text != NULL && audit_source_lose(source, text);
	talloc_free(text);
	return ok;
}

/* For as long as what is said of permissions. */
static const char *name_of_account(void *private_data, size_t number)
{
	struct reading *reading = private_data;
	const struct spn_account *account = NULL;
	const char *name = NULL;

	if (!spn_census_get(reading->scan->census, number, &account) ||
	    account == NULL || account->sam_account_name == NULL)
	{
		return NULL;
	}
	name = talloc_strdup(reading->acl, account->sam_account_name);
	spn_census_turn_page(reading->scan->census);
	return name;
}

static bool read_accounts(TALLOC_CTX *mem_ctx,
			  struct reading *reading,
			  const char **_reason)
{
	struct audit_scan *scan = reading->scan;
	const struct audit_stream stream = {
		.spare = reading->spare,
		.entry = read_entry,
		.restart = forget_entries,
		.private_data = reading,
	};

	*_reason = NULL;
	reading->scratch = talloc_pool(scan, SCRATCH);
	if (reading->scratch == NULL || !start(reading) ||
	    !scan->source->read(scan->source, mem_ctx, &stream, _reason))
	{
		return false;
	}
	TALLOC_FREE(reading->scratch);
	if (!audit_groups_settle(reading->groups, mark_privileged, reading)) {
		return false;
	}
	TALLOC_FREE(reading->groups);
	audit_acl_settle(reading->acl,
			 reading->trustees,
			 name_of_account,
			 reading);
	if (!note_closed(reading)) {
		return false;
	}
	if (scan->num_accounts == 0) {
		/* Every domain has a controller, so this is no result. */
		*_reason = talloc_strdup(mem_ctx,
					 "not one account could be read: may "
					 "this user read the directory?");
		return false;
	}
	return true;
}

static const char *store_reason(TALLOC_CTX *mem_ctx,
				const struct spn_store *store,
				const char *what,
				int ret)
{
	const char *text = spn_connect_error(store->ldb, ret);

	return talloc_asprintf(mem_ctx,
			       "cannot read the %s: %.*s",
			       what,
			       (int)strcspn(text, "\n"),
			       text);
}

static bool read_configuration(TALLOC_CTX *mem_ctx,
			       struct audit_scan *scan,
			       const char ***_problems,
			       const char **_reason)
{
	struct spn_store store = {};
	int ret;

	if (!scan->source->configuration(scan->source,
					 mem_ctx,
					 &store,
					 _reason))
	{
		return false;
	}
	ret = spn_store_forest(&store, scan, &scan->forest, NULL);
	if (ret == LDB_SUCCESS) {
		ret = spn_store_suffixes(&store, scan->forest);
	}
	if (ret != LDB_SUCCESS) {
		*_reason = store_reason(mem_ctx, &store, "configuration", ret);
		return false;
	}
	ret = spn_store_settings(&store,
				 scan,
				 scan->forest,
				 NULL,
				 &scan->settings,
				 _problems);
	if (ret != LDB_SUCCESS) {
		*_reason = store_reason(mem_ctx, &store, "settings", ret);
		return false;
	}
	return true;
}

/* ----------------------------------------------------------------- judging */

/* What is asked of DNS is known once all has been judged. */
static bool resolve(TALLOC_CTX *mem_ctx,
		    const struct reading *reading,
		    struct audit_case *a,
		    struct spn_census *wide,
		    const char **_reason)
{
	const struct audit_scan_options *options = reading->options;
	struct audit_scan *scan = reading->scan;

	return options->resolve == NULL ||
	       (audit_judge_accounts(scan, options->choice, a, wide, true) &&
		options->resolve(options->private_data,
				 mem_ctx,
				 scan->forest,
				 _reason));
}

static bool judge_all(TALLOC_CTX *mem_ctx,
		      const struct reading *reading,
		      const char **problems,
		      const char **_reason)
{
	struct audit_scan *scan = reading->scan;
	struct spn_surroundings surroundings = reading->options->surroundings;
	struct spn_census *wide = NULL;
	struct audit_case a = {
		.c =
			{
				.index = spn_census_index(scan->census),
				.forest = scan->forest,
				.settings = scan->settings,
				.unwanted_rules = reading->unwanted,
			},
		.census = scan->census,
		.surroundings = &surroundings,
	};

	surroundings.ticket_types = scan->source->ticket_types;
	surroundings.leads_to = audit_names_lead_to;
	surroundings.zones = reading->names;
	if (surroundings.ask_dns == NULL) {
		surroundings.ask_dns = audit_names_ask;
		surroundings.private_data = reading->names;
	}
	if (!reading->is_all_ascii && !audit_wide_census(scan, &wide)) {
		return false;
	}
	if (wide != NULL) {
		a.c.wide_index = spn_census_index(wide);
	}
	return resolve(mem_ctx, reading, &a, wide, _reason) &&
	       audit_judge_accounts(scan,
				    reading->options->choice,
				    &a,
				    wide,
				    false) &&
	       audit_judge_forest(scan, problems) &&
	       audit_judge_dcs(scan, reading->options->dcs);
}

/* ---------------------------------------------------------- what is asked */

static void choose_rules(struct reading *reading)
{
	static const struct {
		unsigned looks_at;
		unsigned spare;
	} pairs[] = {
		{AUDIT_LOOKS_AT_FACTS, AUDIT_SPARE_FACTS},
		{AUDIT_LOOKS_AT_RIGHTS, AUDIT_SPARE_RIGHTS},
		{AUDIT_LOOKS_AT_GROUPS, AUDIT_SPARE_GROUPS},
		{AUDIT_LOOKS_AT_ZONES, AUDIT_SPARE_ZONES},
	};
	unsigned looks_at = 0;
	size_t i;

	reading->unwanted = audit_choice_unwanted(reading->options->choice);
	looks_at = audit_rules_look_at(reading->unwanted);
	if (reading->options->describes) {
		looks_at |= AUDIT_LOOKS_AT_FACTS | AUDIT_LOOKS_AT_GROUPS;
	} else {
		reading->spare |= AUDIT_SPARE_PROFILES;
	}
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if ((looks_at & pairs[i].looks_at) == 0) {
			reading->spare |= pairs[i].spare;
		}
	}
}

static bool choose_fold(struct audit_scan *scan, struct reading *reading)
{
	struct spn_fold narrow = spn_store_fold(&reading->store);
	struct spn_quick_fold *quick = spn_quick_fold_new(scan, &narrow);

	if (quick == NULL) {
		return false;
	}
	scan->fold = spn_quick_fold(quick);
	reading->store.fold = &scan->fold;
	return true;
}

static double seconds(void)
{
	struct timespec now = {};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

bool audit_scan_run(TALLOC_CTX *mem_ctx,
		    struct audit_source *source,
		    const struct audit_scan_options *options,
		    struct audit_scan **_scan,
		    const char **_reason)
{
	struct audit_scan *scan = talloc_zero(mem_ctx, struct audit_scan);
	struct reading reading = {.scan = scan, .options = options};
	const char **problems = NULL;
	double start = 0;

	*_reason = NULL;
	if (scan == NULL) {
		return false;
	}
	scan->source = source;
	scan->progress = options->progress;
	reading.store.ldb = source->ldb;
	reading.store.names_of_message = true;
	reading.store.domain = talloc_zero(scan, struct spn_store_domain);
	if (reading.store.domain == NULL || !choose_fold(scan, &reading)) {
		return false;
	}
	choose_rules(&reading);
	start = seconds();
	if (!read_accounts(mem_ctx, &reading, _reason) ||
	    !read_configuration(mem_ctx, scan, &problems, _reason))
	{
		return false;
	}
	scan->forest->is_windows = reading.has_windows && !reading.has_samba;
	scan->seconds_reading = seconds() - start;
	if (!judge_all(mem_ctx, &reading, problems, _reason)) {
		return false;
	}
	scan->seconds_judging = seconds() - start - scan->seconds_reading;
	*_scan = scan;
	return true;
}
