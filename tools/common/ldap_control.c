/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Controls of ldb and of LDAP: those that our tools send, and the one that
 * they read (MS-ADTS 3.1.1.3.4.1, RFC 2696).
 */
#include "ldap_private.h"

#include <limits.h>
#include <string.h>
#include <ldb_module.h>

/* ------------------------------------------------------------ of a request */

static bool write_flags(BerElement *ber, const void *data)
{
	const struct ldb_sd_flags_control *flags = data;

	return ber_printf(ber, "{i}", (ber_int_t)flags->secinfo_flags) != -1;
}

static bool write_options(BerElement *ber, const void *data)
{
	const struct ldb_search_options_control *options = data;

	return ber_printf(ber, "{i}", (ber_int_t)options->search_options) !=
	       -1;
}

static bool write_page(BerElement *ber, const void *data)
{
	const struct ldb_paged_control *page = data;
	const char *cookie = (page->cookie == NULL) ? "" : page->cookie;

	return page->cookie_len >= 0 &&
	       ber_printf(ber,
			  "{io}",
			  (ber_int_t)page->size,
			  cookie,
			  (ber_len_t)page->cookie_len) != -1;
}

static const struct known_control {
	const char *oid;
	/* NULL: it has no value */
	bool (*write)(BerElement *ber, const void *data);
} known[] = {
	{LDB_CONTROL_PAGED_RESULTS_OID, write_page},
	{LDB_CONTROL_SD_FLAGS_OID, write_flags},
	{LDB_CONTROL_SEARCH_OPTIONS_OID, write_options},
	{LDB_CONTROL_SHOW_DELETED_OID, NULL},
	{LDB_CONTROL_SHOW_RECYCLED_OID, NULL},
};

static const struct known_control *find(const char *oid)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].oid, oid) == 0) {
			return &known[i];
		}
	}
	return NULL;
}

static bool write_value(TALLOC_CTX *mem_ctx,
			const struct known_control *kind,
			const struct ldb_control *control,
			struct berval *_value)
{
	BerElement *ber = NULL;
	struct berval bytes = {};
	bool ok = false;

	if (kind->write == NULL) {
		return true;
	}
	ber = ber_alloc_t(LBER_USE_DER);
	ok = ber != NULL && control->data != NULL &&
	     kind->write(ber, control->data) &&
	     ber_flatten2(ber, &bytes, 0) != -1;
	if (ok) {
		_value->bv_val = talloc_memdup(mem_ctx,
					       bytes.bv_val,
					       bytes.bv_len);
		_value->bv_len = bytes.bv_len;
		ok = _value->bv_val != NULL;
	}
	ber_free(ber, 1);
	return ok;
}

int connect_ldap_controls(TALLOC_CTX *mem_ctx,
			  struct ldb_control *const *controls,
			  LDAPControl ***_controls)
{
	LDAPControl **out = NULL;
	size_t num = 0;
	size_t i;

	for (i = 0; controls != NULL && controls[i] != NULL; i++) {
	}
	out = talloc_zero_array(mem_ctx, LDAPControl *, (unsigned)i + 1);
	if (out == NULL) {
		return LDB_ERR_OPERATIONS_ERROR;
	}
	for (i = 0; controls != NULL && controls[i] != NULL; i++) {
		const struct ldb_control *control = controls[i];
		const struct known_control *kind = NULL;

		if (control->oid == NULL) {
			continue; /* done with, as ldb's modules say it */
		}
		kind = find(control->oid);
		if (kind == NULL && control->critical != 0) {
			return LDB_ERR_UNSUPPORTED_CRITICAL_EXTENSION;
		}
		if (kind == NULL) {
			continue;
		}
		out[num] = talloc_zero(out, LDAPControl);
		if (out[num] == NULL) {
			return LDB_ERR_OPERATIONS_ERROR;
		}
		out[num]->ldctl_oid = talloc_strdup(out, control->oid);
		if (control->critical != 0) {
			out[num]->ldctl_iscritical = 1;
		}
		if (out[num]->ldctl_oid == NULL ||
		    !write_value(out, kind, control, &out[num]->ldctl_value))
		{
			return LDB_ERR_OPERATIONS_ERROR;
		}
		num++;
	}
	*_controls = out;
	return LDB_SUCCESS;
}

/* ----------------------------------------------------------- of an answer */

static struct ldb_paged_control *read_page(TALLOC_CTX *mem_ctx,
					   const struct berval *value)
{
	struct ldb_paged_control *page = NULL;
	struct berval copy = *value;
	struct berval cookie = {};
	BerElement *ber = NULL;
	ber_int_t size = 0;

	if (value->bv_len == 0) {
		return NULL; /* liblber would look at the first byte */
	}
	ber = ber_init(&copy);
	if (ber == NULL ||
	    ber_scanf(ber, "{im}", &size, &cookie) == LBER_ERROR ||
	    cookie.bv_len > INT_MAX)
	{
		ber_free(ber, 1);
		return NULL;
	}
	page = talloc_zero(mem_ctx, struct ldb_paged_control);
	if (page != NULL && cookie.bv_len > 0) {
		page->cookie = talloc_memdup(page,
					     cookie.bv_val,
					     cookie.bv_len);
		if (page->cookie == NULL) {
			TALLOC_FREE(page);
		}
	}
	if (page != NULL) {
		page->size = size;
		page->cookie_len = (int)cookie.bv_len;
	}
	ber_free(ber, 1);
	return page;
}

bool connect_ldap_reply_controls(TALLOC_CTX *mem_ctx,
				 LDAPControl *const *controls,
				 struct ldb_control ***_controls)
{
	struct ldb_control **out = NULL;
	size_t i;

	*_controls = NULL;
	for (i = 0; controls != NULL && controls[i] != NULL; i++) {
		const LDAPControl *control = controls[i];

		if (strcmp(control->ldctl_oid,
			   LDB_CONTROL_PAGED_RESULTS_OID) != 0 ||
		    out != NULL)
		{
			continue;
		}
		out = talloc_zero_array(mem_ctx, struct ldb_control *, 2);
		if (out == NULL) {
			return false;
		}
		out[0] = talloc_zero(out, struct ldb_control);
		if (out[0] == NULL) {
			talloc_free(out);
			return false;
		}
		out[0]->oid = LDB_CONTROL_PAGED_RESULTS_OID;
		out[0]->critical = control->ldctl_iscritical != 0;
		out[0]->data = read_page(out[0], &control->ldctl_value);
		if (out[0]->data == NULL) {
			talloc_free(out);
			return false;
		}
	}
	*_controls = out;
	return true;
}
