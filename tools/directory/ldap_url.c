/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads the DN of an LDAP URL. Only that is looked at: the host may be
 * missing or in brackets, and nobody follows it. A Samba DC writes the DN as
 * it is, and so may others: what need not be encoded is taken either way.
 */
#include "ldap_url.h"

#include "policy/spn.h"

#include <string.h>
#include <strings.h>

/* What follows "ldap://"; NULL for other schemes. */
static const char *after_scheme(const char *url)
{
	static const char *const schemes[] = {
		"ldap://",
		"ldaps://",
		"ldapi://",
	};
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t len = strlen(schemes[i]);

		if (strncasecmp(url, schemes[i], len) == 0) {
			return url + len;
		}
	}
	return NULL;
}

/* In its place. False for what cannot be decoded. */
static bool decode(char *text)
{
	char *out = text;

	for (; *text != '\0'; text++) {
		int high;
		int low;

		if (*text != '%') {
			*out++ = *text;
			continue;
		}
		high = spn_hex_digit(text[1]);
		low = (high < 0) ? -1 : spn_hex_digit(text[2]);
		if (low < 0 || high + low == 0) {
			return false;
		}
		*out++ = (char)(high << 4 | low);
		text += 2;
	}
	*out = '\0';
	return true;
}

bool audit_ldap_url_dn(TALLOC_CTX *mem_ctx, const char *url, char **_dn)
{
	const char *start = after_scheme(url);
	char *dn = NULL;
	size_t len = 0;

	*_dn = NULL;
	if (start != NULL) {
		start += strcspn(start, "/?");
	}
	if (start == NULL || *start != '/') {
		return true;
	}
	start++;
	len = strcspn(start, "?");
	if (len == 0) {
		return true;
	}
	dn = talloc_strndup(mem_ctx, start, len);
	if (dn == NULL) {
		return false;
	}
	if (decode(dn)) {
		*_dn = dn;
	} else {
		talloc_free(dn);
	}
	return true;
}
