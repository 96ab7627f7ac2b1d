/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The name goes to GSSAPI as the principal of the ticket, realm included: as
 * "HTTP@host" it would be turned into another one by DNS first.
 */
#include "token.h"

#include <string.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <ldb.h>

#include "policy/quote.h"

#include "answer.h"

/* 1.3.6.1.5.5.2 */
static char spnego_bytes[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x02};
static gss_OID_desc spnego = {sizeof(spnego_bytes), spnego_bytes};

struct probe_token {
	gss_cred_id_t cred;
	gss_name_t target;
	gss_ctx_id_t context;
	const char *text;
};

static int release(struct probe_token *token)
{
	OM_uint32 minor = 0;

	(void)gss_delete_sec_context(&minor, &token->context, GSS_C_NO_BUFFER);
	(void)gss_release_name(&minor, &token->target);
	(void)gss_release_cred(&minor, &token->cred);
	return 0;
}

/* NULL: it has no words for it, or out of memory. */
static const char *words_of(TALLOC_CTX *mem_ctx, OM_uint32 code, int type)
{
	OM_uint32 more = 0;
	OM_uint32 ignored = 0;
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	struct spn_str words = {};
	const char *copy = NULL;

	if (gss_display_status(&ignored, code, type, &spnego, &more, &text) !=
	    GSS_S_COMPLETE)
	{
		return NULL;
	}
	/* Some of SPNEGO's end with a NUL byte that is counted. */
	words.data = text.value;
	words.len = strnlen(text.value, text.length);
	if (!spn_str_is(words, "Unknown error")) {
		copy = spn_printable(mem_ctx, words);
	}
	(void)gss_release_buffer(&ignored, &text);
	return copy;
}

/* What GSSAPI says of an error: of the mechanism, if there is more to say. */
static const char *gss_words(TALLOC_CTX *mem_ctx,
			     OM_uint32 major,
			     OM_uint32 minor)
{
	const char *words = NULL;

	if (minor != 0) {
		words = words_of(mem_ctx, minor, GSS_C_MECH_CODE);
	}
	if (words == NULL) {
		words = words_of(mem_ctx, major, GSS_C_GSS_CODE);
	}
	if (words == NULL) {
		words = talloc_asprintf(mem_ctx,
					"GSSAPI error %u, %u",
					(unsigned)major,
					(unsigned)minor);
	}
	return words;
}

static OM_uint32 acquire(struct probe_token *token,
			 struct probe_kerberos *krb,
			 OM_uint32 *_minor)
{
	gss_key_value_element_desc element = {.key = "ccache"};
	gss_key_value_set_desc store = {.count = 1, .elements = &element};
	gss_OID_set_desc only_spnego = {.count = 1, .elements = &spnego};
	gss_OID_set_desc only_krb5 = {.count = 1, .elements = gss_mech_krb5};
	char *cache = NULL;
	OM_uint32 major = 0;

	if (krb5_cc_get_full_name(krb->ctx, krb->cache, &cache) != 0) {
		return GSS_S_NO_CRED;
	}
	element.value = cache;
	major = gss_acquire_cred_from(_minor,
				      GSS_C_NO_NAME,
				      GSS_C_INDEFINITE,
				      &only_spnego,
				      GSS_C_INITIATE,
				      &store,
				      &token->cred,
				      NULL,
				      NULL);
	krb5_free_string(krb->ctx, cache);
	if (major != GSS_S_COMPLETE) {
		return major;
	}
	/* Where gss-ntlmssp is installed it would be offered, too. */
	return gss_set_neg_mechs(_minor, token->cred, &only_krb5);
}

static OM_uint32 import_target(struct probe_token *token,
			       struct probe_kerberos *krb,
			       const struct probe_ticket *ticket,
			       OM_uint32 *_minor)
{
	gss_buffer_desc name = GSS_C_EMPTY_BUFFER;
	char *principal = NULL;
	OM_uint32 major = 0;

	if (krb5_unparse_name(krb->ctx, ticket->creds->server, &principal) !=
	    0)
	{
		return GSS_S_BAD_NAME;
	}
	name.value = principal;
	name.length = strlen(principal);
	major = gss_import_name(_minor,
				&name,
				GSS_KRB5_NT_PRINCIPAL_NAME,
				&token->target);
	krb5_free_unparsed_name(krb->ctx, principal);
	return major;
}

/* One step; *_output is to be released. */
static OM_uint32 step(struct probe_token *token,
		      gss_buffer_t input,
		      OM_uint32 *_minor,
		      OM_uint32 *_flags,
		      gss_buffer_t output)
{
	return gss_init_sec_context(_minor,
				    token->cred,
				    &token->context,
				    token->target,
				    &spnego,
				    GSS_C_MUTUAL_FLAG,
				    0,
				    GSS_C_NO_CHANNEL_BINDINGS,
				    input,
				    NULL,
				    output,
				    _flags,
				    NULL);
}

/* False when out of memory. */
static bool keep_output(struct probe_token *token, gss_buffer_t output)
{
	OM_uint32 ignored = 0;

	token->text = ldb_base64_encode(token,
					output->value,
					(int)output->length);
	(void)gss_release_buffer(&ignored, output);
	return token->text != NULL;
}

struct probe_token *probe_token_new(TALLOC_CTX *mem_ctx,
				    struct probe_kerberos *krb,
				    const struct probe_ticket *ticket,
				    const char **_reason)
{
	struct probe_token *token = talloc_zero(mem_ctx, struct probe_token);
	gss_buffer_desc output = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor = 0;
	OM_uint32 major = 0;

	*_reason = NULL;
	if (token == NULL) {
		return NULL;
	}
	talloc_set_destructor(token, release);
	major = acquire(token, krb, &minor);
	if (major == GSS_S_COMPLETE) {
		major = import_target(token, krb, ticket, &minor);
	}
	if (major == GSS_S_COMPLETE) {
		major = step(token, GSS_C_NO_BUFFER, &minor, NULL, &output);
	}
	if (GSS_ERROR(major) || output.length == 0) {
		*_reason = gss_words(mem_ctx, major, minor);
		TALLOC_FREE(token);
		return NULL;
	}
	if (!keep_output(token, &output)) {
		TALLOC_FREE(token);
	}
	return token;
}

const char *probe_token_text(const struct probe_token *token)
{
	return token->text;
}

bool probe_token_take_answer(TALLOC_CTX *mem_ctx,
			     struct probe_token *token,
			     const char *answer,
			     struct probe_reply *reply)
{
	char *bytes = talloc_strdup(token, answer);
	gss_buffer_desc input = GSS_C_EMPTY_BUFFER;
	gss_buffer_desc output = GSS_C_EMPTY_BUFFER;
	OM_uint32 flags = 0;
	OM_uint32 ignored = 0;
	OM_uint32 minor = 0;
	OM_uint32 major = 0;
	int len = -1;

	if (bytes == NULL) {
		return false;
	}
	reply->has_token = true;
	len = ldb_base64_decode(bytes);
	if (len <= 0) {
		reply->gss_text = "the answer's token is no base64";
		return true;
	}
	input.value = bytes;
	input.length = (size_t)len;
	reply->krb_error = probe_answer_error(
		(struct spn_str){.data = bytes, .len = (size_t)len});
	major = step(token, &input, &minor, &flags, &output);
	(void)gss_release_buffer(&ignored, &output);
	reply->is_mutual = major == GSS_S_COMPLETE &&
			   (flags & GSS_C_MUTUAL_FLAG) != 0;
	if (!GSS_ERROR(major)) {
		return true;
	}
	reply->gss_text = gss_words(mem_ctx, major, minor);
	return reply->gss_text != NULL;
}
