/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Results that are no success, as text. Samba's client and our messages have
 * the names of RFC 4511, 4.1.9, in capital letters.
 */
#include "ldap_private.h"

#include <ldb_module.h>

static const struct {
	int code;
	const char *name;
} names[] = {
	{1, "OPERATIONS_ERROR"},
	{2, "PROTOCOL_ERROR"},
	{3, "TIME_LIMIT_EXCEEDED"},
	{4, "SIZE_LIMIT_EXCEEDED"},
	{5, "COMPARE_FALSE"},
	{6, "COMPARE_TRUE"},
	{7, "AUTH_METHOD_NOT_SUPPORTED"},
	{8, "STRONG_AUTH_REQUIRED"},
	{10, "REFERRAL"},
	{11, "ADMIN_LIMIT_EXCEEDED"},
	{12, "UNAVAILABLE_CRITICAL_EXTENSION"},
	{13, "CONFIDENTIALITY_REQUIRED"},
	{14, "SASL_BIND_IN_PROGRESS"},
	{16, "NO_SUCH_ATTRIBUTE"},
	{17, "UNDEFINED_ATTRIBUTE_TYPE"},
	{18, "INAPPROPRIATE_MATCHING"},
	{19, "CONSTRAINT_VIOLATION"},
	{20, "ATTRIBUTE_OR_VALUE_EXISTS"},
	{21, "INVALID_ATTRIBUTE_SYNTAX"},
	{32, "NO_SUCH_OBJECT"},
	{33, "ALIAS_PROBLEM"},
	{34, "INVALID_DN_SYNTAX"},
	{36, "ALIAS_DEREFERENCING_PROBLEM"},
	{48, "INAPPROPRIATE_AUTHENTICATION"},
	{49, "INVALID_CREDENTIALS"},
	{50, "INSUFFICIENT_ACCESS_RIGHTS"},
	{51, "BUSY"},
	{52, "UNAVAILABLE"},
	{53, "UNWILLING_TO_PERFORM"},
	{54, "LOOP_DETECT"},
	{64, "NAMING_VIOLATION"},
	{65, "OBJECT_CLASS_VIOLATION"},
	{66, "NOT_ALLOWED_ON_NON_LEAF"},
	{67, "NOT_ALLOWED_ON_RDN"},
	{68, "ENTRY_ALREADY_EXISTS"},
	{69, "OBJECT_CLASS_MODS_PROHIBITED"},
	{71, "AFFECTS_MULTIPLE_DSAS"},
	{80, "OTHER"},
};

static const char *or_empty(const char *text)
{
	return (text == NULL) ? "" : text;
}

void connect_ldap_error(struct ldb_context *ldb,
			int code,
			const char *matched,
			const char *text,
			const char *referral)
{
	const char *name = NULL;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].code == code) {
			name = names[i].name;
		}
	}
	ldb_asprintf_errstring(ldb,
			       "LDAP error %d %s%s - %s <%s> <%s>",
			       code,
			       (name == NULL) ? "" : "LDAP_",
			       (name == NULL) ? "unknown" : name,
			       or_empty(matched),
			       or_empty(text),
			       or_empty(referral));
}
