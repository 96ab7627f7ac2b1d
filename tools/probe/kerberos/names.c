/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names for numbers of Kerberos.
 */
#include "kerberos.h"

#include <string.h>

#define RC4 23

struct code_name {
	int32_t code;
	const char *name;
};

/* RFC 4120 7.5.9, RFC 4556 3.1.3, RFC 4537 and RFC 6113 */
static const struct code_name code_names[] = {
	{1, "KDC_ERR_NAME_EXP"},
	{2, "KDC_ERR_SERVICE_EXP"},
	{3, "KDC_ERR_BAD_PVNO"},
	{4, "KDC_ERR_C_OLD_MAST_KVNO"},
	{5, "KDC_ERR_S_OLD_MAST_KVNO"},
	{6, "KDC_ERR_C_PRINCIPAL_UNKNOWN"},
	{7, "KDC_ERR_S_PRINCIPAL_UNKNOWN"},
	{8, "KDC_ERR_PRINCIPAL_NOT_UNIQUE"},
	{9, "KDC_ERR_NULL_KEY"},
	{10, "KDC_ERR_CANNOT_POSTDATE"},
	{11, "KDC_ERR_NEVER_VALID"},
	{12, "KDC_ERR_POLICY"},
	{13, "KDC_ERR_BADOPTION"},
	{14, "KDC_ERR_ETYPE_NOSUPP"},
	{15, "KDC_ERR_SUMTYPE_NOSUPP"},
	{16, "KDC_ERR_PADATA_TYPE_NOSUPP"},
	{17, "KDC_ERR_TRTYPE_NOSUPP"},
	{18, "KDC_ERR_CLIENT_REVOKED"},
	{19, "KDC_ERR_SERVICE_REVOKED"},
	{20, "KDC_ERR_TGT_REVOKED"},
	{21, "KDC_ERR_CLIENT_NOTYET"},
	{22, "KDC_ERR_SERVICE_NOTYET"},
	{23, "KDC_ERR_KEY_EXPIRED"},
	{24, "KDC_ERR_PREAUTH_FAILED"},
	{25, "KDC_ERR_PREAUTH_REQUIRED"},
	{26, "KDC_ERR_SERVER_NOMATCH"},
	{27, "KDC_ERR_MUST_USE_USER2USER"},
	{28, "KDC_ERR_PATH_NOT_ACCEPTED"},
	{29, "KDC_ERR_SVC_UNAVAILABLE"},
	{31, "KRB_AP_ERR_BAD_INTEGRITY"},
	{32, "KRB_AP_ERR_TKT_EXPIRED"},
	{33, "KRB_AP_ERR_TKT_NYV"},
	{34, "KRB_AP_ERR_REPEAT"},
	{35, "KRB_AP_ERR_NOT_US"},
	{36, "KRB_AP_ERR_BADMATCH"},
	{37, "KRB_AP_ERR_SKEW"},
	{38, "KRB_AP_ERR_BADADDR"},
	{39, "KRB_AP_ERR_BADVERSION"},
	{40, "KRB_AP_ERR_MSG_TYPE"},
	{41, "KRB_AP_ERR_MODIFIED"},
	{42, "KRB_AP_ERR_BADORDER"},
	{44, "KRB_AP_ERR_BADKEYVER"},
	{45, "KRB_AP_ERR_NOKEY"},
	{46, "KRB_AP_ERR_MUT_FAIL"},
	{47, "KRB_AP_ERR_BADDIRECTION"},
	{48, "KRB_AP_ERR_METHOD"},
	{49, "KRB_AP_ERR_BADSEQ"},
	{50, "KRB_AP_ERR_INAPP_CKSUM"},
	{51, "KRB_AP_PATH_NOT_ACCEPTED"},
	{52, "KRB_ERR_RESPONSE_TOO_BIG"},
	{60, "KRB_ERR_GENERIC"},
	{61, "KRB_ERR_FIELD_TOOLONG"},
	{62, "KDC_ERR_CLIENT_NOT_TRUSTED"},
	{66, "KDC_ERR_CERTIFICATE_MISMATCH"},
	{67, "KRB_AP_ERR_NO_TGT"},
	{68, "KDC_ERR_WRONG_REALM"},
	{69, "KRB_AP_ERR_USER_TO_USER_REQUIRED"},
	{90, "KDC_ERR_PREAUTH_EXPIRED"},
	{91, "KDC_ERR_MORE_PREAUTH_DATA_REQUIRED"},
	{93, "KDC_ERR_UNKNOWN_CRITICAL_FAST_OPTIONS"},
};

const char *probe_krb_error_name(int32_t code)
{
	size_t i;

	for (i = 0; i < sizeof(code_names) / sizeof(code_names[0]); i++) {
		if (code_names[i].code == code) {
			return code_names[i].name;
		}
	}
	return NULL;
}

const char *probe_enctype_name(TALLOC_CTX *mem_ctx, int32_t enctype)
{
	char name[100] = "";

	if (enctype == RC4) {
		/* libkrb5 says arcfour-hmac; all others, its own log too,
		 * say this. */
		return talloc_strdup(mem_ctx, "rc4-hmac");
	}
	if (krb5_enctype_to_name(enctype, false, name, sizeof(name)) != 0) {
		return talloc_asprintf(mem_ctx, "etype %d", (int)enctype);
	}
	return talloc_strdup(mem_ctx, name);
}
