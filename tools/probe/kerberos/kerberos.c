/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libkrb5 of this process, as the user has set it up (KRB5_CONFIG,
 * KRB5CCNAME). It is MIT's; Samba's own client libraries have their private
 * Heimdal, and the names of both have versions, so that they do not meet.
 */
#include "kerberos.h"

#include "exchange.h"
#include "login.h"

static int close_library(struct probe_library *library)
{
	krb5_free_context(library->ctx);
	return 0;
}

static int close_caches(struct probe_kerberos *krb)
{
	if (krb->cache != NULL) {
		(void)krb5_cc_destroy(krb->ctx, krb->cache);
	}
	if (krb->users != NULL) {
		(void)krb5_cc_destroy(krb->ctx, krb->users);
	}
	return 0;
}

static struct probe_kerberos *open_library(TALLOC_CTX *mem_ctx,
					   krb5_error_code *_code)
{
	struct probe_kerberos *krb = talloc_zero(mem_ctx,
						 struct probe_kerberos);

	if (krb == NULL) {
		return NULL;
	}
	krb->library = talloc_zero(krb, struct probe_library);
	if (krb->library == NULL) {
		talloc_free(krb);
		return NULL;
	}
	*_code = krb5_init_context(&krb->library->ctx);
	if (*_code != 0) {
		return krb;
	}
	talloc_set_destructor(krb->library, close_library);
	krb->ctx = krb->library->ctx;
	*_code = krb5_cc_new_unique(krb->ctx, "MEMORY", NULL, &krb->cache);
	talloc_set_destructor(krb, close_caches);
	return krb;
}

struct probe_kerberos *probe_kerberos_open(TALLOC_CTX *mem_ctx,
					   const struct probe_login *login,
					   const char **_reason)
{
	krb5_error_code code = 0;
	struct probe_kerberos *krb = open_library(mem_ctx, &code);
	bool has_password = login->principal != NULL &&
			    login->password != NULL;
	bool ok;

	*_reason = NULL;
	if (krb == NULL) {
		return NULL;
	}
	if (code != 0) {
		*_reason = talloc_asprintf(
			mem_ctx,
			"Kerberos cannot be used here: %s; look at "
			"/etc/krb5.conf, and at KRB5_CONFIG",
			probe_krb5_text(mem_ctx, krb->ctx, code));
		TALLOC_FREE(krb);
		return NULL;
	}
	krb->timeout = login->timeout;
	ok = has_password ? probe_login_password(mem_ctx, krb, login, _reason)
			  : probe_login_cache(mem_ctx, krb, login, _reason);
	if (!ok) {
		TALLOC_FREE(krb);
	}
	return krb;
}
