/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * All that setspn prints goes through here, escaped once.
 */
#include "words.h"
#include "policy/quote.h"
#include "common/samba.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"Usage: setspn [switches] [account]\n"
	"\n"
	"  -S SPN account   register an SPN, after a check for duplicates\n"
	"  -A SPN account   the same\n"
	"  -D SPN account   take an SPN away\n"
	"  [-L] account     list the SPNs of an account\n"
	"  -R account       register HOST/name and HOST/DNS name\n"
	"  -Q SPN           who has this SPN; * stands for anything\n"
	"  -X               SPNs that several accounts have\n"
	"\n"
	"  -C, -U           the account is a computer, a user\n"
	"  -F               in the forest, not only the domain\n"
	"  -T domain        in this domain; may be repeated; * and \"\" are "
	"this one\n"
	"  -P               no progress\n"
	"\n"
	"  --dry-run        -S -A -D -R: print the change as LDIF\n"
	"  --single         -S -A -D: one half of an http pair alone\n"
	"  --pair           -S -A -D: both halves\n"
	"  --aliases        -X: clashes through sPNMappings, too\n"
	"  --compat-exit    exit codes of setspn.exe\n"
	"  -H URL           ldap://SERVER, or a sam.ldb; default: the local "
	"one\n"
	"  --user=USER, --machine-pass, --use-kerberos=required, and all "
	"other\n"
	"  long options of Samba's tools; without them a Kerberos ticket\n"
	"\n"
	"/S is -S, and letters may be of either case. An account is name,\n"
	"DOMAIN\\name or name@dns.domain; a computer comes before a user.\n"
	"Exit status: 0 done, 1 refused or not found, 2 could not run.\n";

static void put(FILE *stream, const char *text)
{
	char *printable = (text == NULL)
				  ? NULL
				  : spn_printable(NULL, spn_str_of(text));

	fprintf(stream,
		"%s\n",
		(printable == NULL) ? "out of memory" : printable);
	talloc_free(printable);
}

/* An SPN may have blanks: "Hyper-V Replica Service/vm1" is one. */
char *setspn_head(TALLOC_CTX *mem_ctx, struct spn_str value)
{
	static const char *const lines[] = {
		SETSPN_CHECKING_DOMAIN,
		SETSPN_CHECKING_FOREST,
		SETSPN_FORESTWIDE,
		SETSPN_PROCESSING,
		SETSPN_FOUND_GROUPS,
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		size_t len = strcspn(lines[i], "%");

		if (value.len >= len && memcmp(value.data, lines[i], len) == 0)
		{
			return spn_quote(mem_ctx, value, 0);
		}
	}
	return spn_printable(mem_ctx, value);
}

void setspn_say(const char *format, ...)
{
	va_list ap;
	char *text = NULL;

	va_start(ap, format);
	text = talloc_vasprintf(NULL, format, ap);
	va_end(ap);
	put(stdout, text);
	talloc_free(text);
}

void setspn_complain(const char *format, ...)
{
	va_list ap;
	char *text = NULL;

	va_start(ap, format);
	text = talloc_vasprintf(NULL, format, ap);
	va_end(ap);
	fflush(stdout);
	put(stderr, text);
	talloc_free(text);
}

void setspn_item(struct spn_str value)
{
	char *text = spn_escape(NULL, value);

	printf("\t%s\n", (text == NULL) ? "out of memory" : text);
	talloc_free(text);
}

void setspn_item_text(const char *text)
{
	fputc('\t', stdout);
	put(stdout, text);
}

const char *setspn_kind_text(const struct spn_account *account)
{
	switch (account->kind) {
	case SPN_KIND_USER:
		return "user";
	case SPN_KIND_COMPUTER:
		return account->is_dc ? "domain controller" : "computer";
	case SPN_KIND_GMSA:
		return "managed service account";
	case SPN_KIND_OTHER:
		break;
	}
	return "no account";
}

void setspn_usage(void)
{
	fputs(usage, stdout);
}

const char *setspn_error_text(unsigned code)
{
	/* Windows has no "the" before SPN and UPN. */
	switch (code) {
	case 0x21c7:
		return "The operation failed because SPN value provided for "
		       "addition/modification is not unique forest-wide.";
	case 0x21c8:
		return "The operation failed because UPN value provided for "
		       "addition/modification is not unique forest-wide.";
	default:
		return samba()->get_friendly_werror_msg(W_ERROR(code));
	}
}
