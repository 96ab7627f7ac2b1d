/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Findings come sorted, the worst first. So a section is where its first
 * finding would be, and its own are in the same order.
 */
#include "text.h"

#include "common/shared.h"
#include "policy/host_pair.h"
#include "policy/room.h"

#include <string.h>

/* One finding in one section. */
struct member {
	const struct audit_finding *finding;
	const struct spn_account *account;
	uint32_t section;
};

struct sorting {
	TALLOC_CTX *mem_ctx;
	struct spn_shared *keys;
	struct member *members;
	size_t num_members;
	size_t num_sections;
};

static bool add_member(struct sorting *s,
		       struct spn_str key,
		       const struct audit_finding *finding,
		       const struct spn_account *account)
{
	struct member member = {.finding = finding, .account = account};
	struct member *members = spn_room(s->mem_ctx,
					  s->members,
					  s->num_members,
					  struct member);

	if (members == NULL ||
	    !spn_shared_number(s->keys, key, &member.section))
	{
		return false;
	}
	s->members = members;
	members[s->num_members++] = member;
	if (member.section >= s->num_sections) {
		s->num_sections = (size_t)member.section + 1;
	}
	return true;
}

static bool add_by_code(struct sorting *s, const struct audit_finding *finding)
{
	return add_member(s,
			  spn_str_of(finding->message->code),
			  finding,
			  NULL);
}

static bool add_by_account(struct sorting *s,
			   const struct audit_finding *finding)
{
	const struct audit_accounts *holders = &finding->holders;
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < holders->num_accounts; i++) {
		const struct spn_account *account = holders->accounts[i];

		ok = add_member(s,
				spn_str_of(account->object_guid),
				finding,
				account);
	}
	return (holders->num_accounts == 0)
		       ? add_member(s, spn_str_of(""), finding, NULL)
		       : ok;
}

static void to_small(char *text)
{
	for (; *text != '\0'; text++) {
		*text = (char)spn_ascii_lower(*text);
	}
}

/* "web01" of an account of example.com is web01.example.com. */
static char *host_of(TALLOC_CTX *mem_ctx, const struct audit_finding *finding)
{
	const struct audit_accounts *holders = &finding->holders;
	const char *domain = NULL;
	struct spn spn = {};
	char *host = NULL;

	if (audit_is_of_account(finding) ||
	    spn_parse(finding->spn, &spn) != SPN_SYNTAX_OK)
	{
		return talloc_strdup(mem_ctx, "");
	}
	if (holders->num_accounts > 0 && spn.host_name.len > 0 &&
	    memchr(spn.host_name.data, '.', spn.host_name.len) == NULL)
	{
		domain = holders->accounts[0]->dns_domain;
	}
	host = talloc_asprintf(mem_ctx,
			       "%.*s%s%s",
			       (int)spn.host_name.len,
			       spn.host_name.data,
			       (domain == NULL) ? "" : ".",
			       (domain == NULL) ? "" : domain);
	if (host != NULL) {
		to_small(host);
	}
	return host;
}

static bool add_by_host(struct sorting *s, const struct audit_finding *finding)
{
	char *host = host_of(s->mem_ctx, finding);
	bool ok = host != NULL &&
		  add_member(s, spn_str_of(host), finding, NULL);

	talloc_free(host);
	return ok;
}

static bool fill(struct sorting *s,
		 TALLOC_CTX *mem_ctx,
		 struct audit_sections *_sections)
{
	struct audit_section *sections =
		talloc_zero_array(mem_ctx,
				  struct audit_section,
				  s->num_sections + 1);
	const struct audit_finding **all = NULL;
	size_t i;

	if (sections == NULL) {
		return false;
	}
	all = talloc_array(sections,
			   const struct audit_finding *,
			   s->num_members + 1);
	if (all == NULL) {
		return false;
	}
	for (i = 0; i < s->num_members; i++) {
		sections[s->members[i].section].num_findings++;
	}
	for (i = 0; i < s->num_sections; i++) {
		sections[i].findings = all;
		all += sections[i].num_findings;
		sections[i].num_findings = 0;
		sections[i].key = spn_shared_text(s->keys, i);
	}
	for (i = 0; i < s->num_members; i++) {
		const struct member *member = &s->members[i];
		struct audit_section *section = &sections[member->section];

		section->account = member->account;
		section->findings[section->num_findings++] = member->finding;
	}
	_sections->sections = sections;
	_sections->num_sections = s->num_sections;
	return true;
}

bool audit_sections_make(TALLOC_CTX *mem_ctx,
			 const struct audit_findings *findings,
			 enum audit_group_by group_by,
			 struct audit_sections *_sections)
{
	static bool (*const adders[])(struct sorting *s,
				      const struct audit_finding *finding) = {
		[AUDIT_BY_CODE] = add_by_code,
		[AUDIT_BY_ACCOUNT] = add_by_account,
		[AUDIT_BY_HOST] = add_by_host,
	};
	struct sorting s = {.mem_ctx = mem_ctx};
	bool ok = true;
	size_t i;

	s.keys = spn_shared_new(mem_ctx, false);
	if (s.keys == NULL) {
		return false;
	}
	for (i = 0; ok && i < findings->num_findings; i++) {
		ok = adders[group_by](&s, &findings->findings[i]);
	}
	ok = ok && fill(&s, mem_ctx, _sections);
	talloc_free(s.members);
	return ok;
}
