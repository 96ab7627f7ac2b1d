/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the words of a row that give an account facts, and puts those facts
 * into the account.
 */
#include "rows_facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY ((int64_t)24 * 3600)
#define YEAR_1970 1970
#define YEAR ((int64_t)31556952) /* on average */

static const char *const keys[] = {
	"facts",
	"control",
	"password",
	"logon",
	"expires",
	"types",
	"admin",
	"upn",
	"delegate",
	"also-dns",
	"also-sam",
	"reader",
	"writer",
	"deleted",
	"dn",
	"krbtgt-number",
};

bool row_fact_is_key(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(word, keys[i]) == 0) {
			return true;
		}
	}
	return false;
}

static int64_t time_of(const char *value)
{
	char *end = NULL;
	long number = strtol(value, &end, 10);

	if (strcmp(end, "y") == 0) {
		return (int64_t)(number - YEAR_1970) * YEAR;
	}
	if (strcmp(end, "d") != 0) {
		fprintf(stderr, "'%s': a time is -400d or 2005y\n", value);
		abort();
	}
	return ROWS_NOW + number * DAY;
}

/* "never": the attribute is there, and says so. */
static void set_password(struct spn_facts *facts, const char *value)
{
	facts->has_no_password_yet = strcmp(value, "never") == 0;
	if (!facts->has_no_password_yet) {
		facts->password_set = time_of(value);
	}
}

static void append(TALLOC_CTX *mem_ctx, const char ***list, const char *text)
{
	size_t num = 0;

	while (*list != NULL && (*list)[num] != NULL) {
		num++;
	}
	*list = talloc_realloc(mem_ctx, *list, const char *, num + 2);
	(*list)[num] = text;
	(*list)[num + 1] = NULL;
}

static void add_delegate_to(struct spn_facts *facts, const char *value)
{
	struct spn_str *all = talloc_array(facts,
					   struct spn_str,
					   facts->num_delegate_to + 1);

	if (facts->num_delegate_to > 0) {
		memcpy(all,
		       facts->delegate_to,
		       facts->num_delegate_to * sizeof(all[0]));
	}
	all[facts->num_delegate_to++] = spn_str_of(value);
	facts->delegate_to = all;
}

static void add_writer(struct spn_facts *facts, const char *value)
{
	struct spn_writer *all = talloc_array(facts,
					      struct spn_writer,
					      facts->num_writers + 1);

	if (facts->num_writers > 0) {
		memcpy(all,
		       facts->writers,
		       facts->num_writers * sizeof(all[0]));
	}
	all[facts->num_writers++] = (struct spn_writer){
		.trustee = value,
		.right = "full control",
	};
	facts->writers = all;
}

static void apply_text(struct spn_account *account,
		       struct spn_facts *facts,
		       const struct row_fact *fact)
{
	if (strcmp(fact->key, "upn") == 0) {
		facts->user_principal_name = fact->value;
	} else if (strcmp(fact->key, "delegate") == 0) {
		add_delegate_to(facts, fact->value);
	} else if (strcmp(fact->key, "also-dns") == 0) {
		append(account,
		       &account->additional_dns_host_names,
		       fact->value);
	} else if (strcmp(fact->key, "also-sam") == 0) {
		append(account, &account->additional_sam_names, fact->value);
	} else if (strcmp(fact->key, "reader") == 0) {
		append(facts, &facts->password_readers, fact->value);
	} else if (strcmp(fact->key, "writer") == 0) {
		add_writer(facts, fact->value);
	} else if (strcmp(fact->key, "dn") == 0) {
		account->dn = fact->value;
	}
}

static void apply(struct spn_account *account,
		  struct spn_facts *facts,
		  const struct row_fact *fact)
{
	if (strcmp(fact->key, "control") == 0) {
		facts->control = (uint32_t)strtoul(fact->value, NULL, 0);
		account->is_disabled = (facts->control & SPN_UAC_DISABLED) !=
				       0;
	} else if (strcmp(fact->key, "password") == 0) {
		set_password(facts, fact->value);
	} else if (strcmp(fact->key, "logon") == 0) {
		facts->last_logon = time_of(fact->value);
	} else if (strcmp(fact->key, "expires") == 0) {
		facts->expires = time_of(fact->value);
	} else if (strcmp(fact->key, "types") == 0) {
		facts->encryption_types = (uint32_t)strtoul(fact->value,
							    NULL,
							    0);
		facts->has_encryption_types = true;
	} else if (strcmp(fact->key, "admin") == 0) {
		facts->is_privileged = true;
	} else if (strcmp(fact->key, "krbtgt-number") == 0) {
		account->has_krbtgt_number = true;
	} else if (strcmp(fact->key, "deleted") == 0) {
		account->is_deleted = true;
	} else {
		apply_text(account, facts, fact);
	}
}

void row_facts_apply(const struct row *row, struct spn_account *account)
{
	struct spn_facts *facts = NULL;
	size_t i;

	if (row->num_facts == 0) {
		return;
	}
	facts = talloc_zero(account, struct spn_facts);
	for (i = 0; i < row->num_facts; i++) {
		apply(account, facts, &row->facts[i]);
	}
	account->facts = facts;
}
