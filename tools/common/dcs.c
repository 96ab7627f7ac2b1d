/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A DC is asked for the rootDSE: it is there for everybody, and says whose
 * answer it is. The child that asks sends one letter and a text, and what the
 * text means is found out here, once.
 */
#include "dcs.h"

#include "policy/quote.h"
#include "presence.h"

#include <string.h>
#include <ldb_module.h>

/* Of a value that a child sends; one that is longer is odd in any case. */
#define MOST_BYTES 2000

/* Letters of an answer. */
enum {
	SAYS_STATE = 's',    /* the value of spnPolicyState */
	SAYS_NOTHING = 'n',  /* of a module */
	SAYS_WINDOWS = 'm',  /* and it is no Samba */
	SAYS_TOO_MUCH = 't', /* more than one value */
};

static const char *const texts[SPN_NUM_STANDINGS] = {
	[SPN_STANDING_ENFORCE] = "enforce",
	[SPN_STANDING_AUDIT] = "audit",
	[SPN_STANDING_OFF] = "off",
	[SPN_STANDING_IDLE] = "idle",
	[SPN_STANDING_ABSENT] = "absent",
	[SPN_STANDING_UNCLEAR] = "unclear",
	[SPN_STANDING_UNREACHABLE] = "unreachable",
};

const char *spn_standing_text(enum spn_standing standing)
{
	return texts[standing];
}

/* ------------------------------------------------------------ in a child */

/* Whom the URLs of a round of questions belong to. */
struct asked {
	struct spn_dc *const *dcs;
};

/* NULL, or why the answer is not that of the DC. */
static const char *stranger(TALLOC_CTX *mem_ctx,
			    struct ldb_context *ldb,
			    const struct ldb_message *root,
			    const struct spn_dc *dc)
{
	static const char attr[] = "dsServiceName";
	struct ldb_dn *its = spn_values_dn(mem_ctx, ldb, root, attr);
	struct ldb_dn *ours = NULL;
	char *quoted = NULL;

	if (dc->ntds == NULL) {
		return NULL; /* whoever has the socket */
	}
	if (its == NULL) {
		return "the server that answers does not say which domain "
		       "controller it is";
	}
	ours = ldb_dn_new(mem_ctx, ldb, dc->ntds);
	if (ours != NULL && ldb_dn_compare(its, ours) == 0) {
		return NULL;
	}
	quoted = spn_quote(mem_ctx,
			   spn_values_first(root, attr),
			   SPN_QUOTE_DN | SPN_QUOTE_CUT);
	return (quoted == NULL)
		       ? "out of memory"
		       : talloc_asprintf(mem_ctx,
					 "another server answers by that "
					 "name: %s",
					 quoted);
}

/* The letter, and behind it the value. */
static struct spn_str what_it_says(TALLOC_CTX *mem_ctx,
				   const struct ldb_message *root)
{
	const struct ldb_message_element *el =
		spn_values_of(root, SPN_DC_STATE_ATTRIBUTE);
	struct spn_str value = spn_values_get(el, 0);
	char *text = NULL;
	char letter = SAYS_STATE;

	if (el == NULL) {
		letter = spn_presence_is_windows(root) ? SAYS_WINDOWS
						       : SAYS_NOTHING;
	} else if (spn_values_num(el) > 1) {
		letter = SAYS_TOO_MUCH;
	}
	if (value.len > MOST_BYTES) {
		value.len = MOST_BYTES;
	}
	text = talloc_size(mem_ctx, 1 + value.len);
	if (text == NULL) {
		return (struct spn_str){};
	}
	text[0] = letter;
	if (value.len > 0) {
		memcpy(text + 1, value.data, value.len);
	}
	return (struct spn_str){.data = text, .len = 1 + value.len};
}

/* As in struct spn_connect_question; dc is who should answer. */
static bool ask_for(TALLOC_CTX *mem_ctx,
		    struct ldb_context *ldb,
		    const struct spn_dc *dc,
		    struct spn_str *_text)
{
	static const char *const attrs[] = {"dsServiceName",
					    "vendorName",
					    "supportedCapabilities",
					    SPN_DC_STATE_ATTRIBUTE,
					    NULL};
	struct ldb_result *res = NULL;
	struct ldb_dn *root = ldb_dn_new(mem_ctx, ldb, NULL);
	const char *reason = NULL;
	int ret = LDB_ERR_OPERATIONS_ERROR;

	if (root != NULL) {
		ret = ldb_search(ldb,
				 mem_ctx,
				 &res,
				 root,
				 LDB_SCOPE_BASE,
				 attrs,
				 NULL);
	}
	if (ret != LDB_SUCCESS || res == NULL) {
		*_text = spn_str_of(spn_connect_error(ldb, ret));
		return false;
	}
	reason = (res->count == 1) ? stranger(mem_ctx, ldb, res->msgs[0], dc)
				   : "it has no rootDSE";
	if (reason != NULL) {
		*_text = spn_str_of(reason);
		return false;
	}
	*_text = what_it_says(mem_ctx, res->msgs[0]);
	return true;
}

static bool ask(TALLOC_CTX *mem_ctx,
		struct ldb_context *ldb,
		size_t number,
		void *private_data,
		struct spn_str *_text)
{
	const struct asked *asked = private_data;

	return ask_for(mem_ctx, ldb, asked->dcs[number], _text);
}

/* --------------------------------------------------------- what it means */

static bool set_unclear(TALLOC_CTX *mem_ctx,
			struct spn_dc *dc,
			const char *problem,
			struct spn_str value)
{
	char *quoted = spn_quote(mem_ctx, value, SPN_QUOTE_DN | SPN_QUOTE_CUT);

	dc->standing = SPN_STANDING_UNCLEAR;
	dc->reason = (quoted == NULL) ? NULL
				      : talloc_asprintf(mem_ctx,
							"%s: %s",
							problem,
							quoted);
	return dc->reason != NULL;
}

static bool set_state(TALLOC_CTX *mem_ctx,
		      struct spn_dc *dc,
		      struct spn_str value)
{
	static const enum spn_standing standings[] = {
		[SPN_DC_ENFORCE] = SPN_STANDING_ENFORCE,
		[SPN_DC_AUDIT] = SPN_STANDING_AUDIT,
		[SPN_DC_OFF] = SPN_STANDING_OFF,
		[SPN_DC_IDLE] = SPN_STANDING_IDLE,
	};
	const char *problem = NULL;

	if (!spn_dc_state_parse(value, &dc->state, &problem)) {
		return set_unclear(mem_ctx, dc, problem, value);
	}
	dc->has_state = true;
	dc->standing = standings[dc->state.mode];
	return true;
}

/* False when out of memory. */
static bool set_answer(TALLOC_CTX *mem_ctx,
		       struct spn_dc *dc,
		       const struct spn_connect_answer *answer)
{
	struct spn_str text = answer->text;

	dc->standing = SPN_STANDING_UNREACHABLE;
	if (!answer->is_answer || text.len == 0) {
		dc->reason = talloc_strndup(mem_ctx, text.data, text.len);
		return dc->reason != NULL;
	}
	dc->is_windows = text.data[0] == SAYS_WINDOWS;
	switch (text.data[0]) {
	case SAYS_STATE:
		return set_state(mem_ctx, dc, spn_str_from(text, 1));
	case SAYS_TOO_MUCH:
		return set_unclear(mem_ctx,
				   dc,
				   "there is more than one value",
				   spn_str_from(text, 1));
	default:
		dc->standing = SPN_STANDING_ABSENT;
		break;
	}
	return true;
}

/* Those that have a URL; whoever is to answer has an nTDSDSA object, unless
 * anybody may. False when out of memory. */
static bool ask_some(struct spn_connect *connect,
		     TALLOC_CTX *mem_ctx,
		     struct spn_dc *const *dcs,
		     const char *const *urls,
		     size_t num)
{
	struct asked asked = {.dcs = dcs};
	const struct spn_connect_question question = {
		.ask = ask,
		.private_data = &asked,
	};
	struct spn_connect_answer *answers = NULL;
	size_t i;

	answers = spn_connect_ask_each(mem_ctx, connect, urls, num, &question);
	for (i = 0; answers != NULL && i < num; i++) {
		if (!set_answer(mem_ctx, dcs[i], &answers[i])) {
			return false;
		}
	}
	return answers != NULL;
}

bool spn_dcs_ask(struct spn_connect *connect, struct spn_dcs *dcs)
{
	const char **urls = talloc_zero_array(dcs,
					      const char *,
					      dcs->num_dcs + 1);
	struct spn_dc **asked = talloc_zero_array(dcs,
						  struct spn_dc *,
						  dcs->num_dcs + 1);
	size_t num = 0;
	size_t i;

	if (urls == NULL || asked == NULL) {
		return false;
	}
	for (i = 0; i < dcs->num_dcs; i++) {
		struct spn_dc *dc = &dcs->dcs[i];

		urls[num] = spn_connect_url_of(dcs, connect, dc->host);
		if (urls[num] != NULL) {
			asked[num++] = dc;
			continue;
		}
		dc->standing = SPN_STANDING_UNREACHABLE;
		dc->reason = "the dNSHostName of its server object is no name "
			     "of a host";
	}
	return ask_some(connect, dcs, asked, urls, num);
}

/* "ldapi://%2Fvar%2Flib..."; NULL when out of memory. */
static char *socket_url(TALLOC_CTX *mem_ctx, struct spn_connect *connect)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_.";
	char *path = spn_connect_private_path(mem_ctx,
					      connect,
					      "ldap_priv/ldapi");
	char *url = talloc_strdup(mem_ctx, "ldapi://");
	const char *c = path;

	for (; c != NULL && url != NULL && *c != '\0'; c++) {
		url = talloc_asprintf_append_buffer(url,
						    strchr(plain, *c) != NULL
							    ? "%c"
							    : "%%%02X",
						    (unsigned char)*c);
	}
	return (path == NULL) ? NULL : url;
}

struct spn_dc *spn_dcs_ask_here(TALLOC_CTX *mem_ctx,
				struct spn_connect *connect)
{
	struct spn_dc *dc = talloc_zero(mem_ctx, struct spn_dc);
	const char *urls[] = {NULL};

	if (dc == NULL) {
		return NULL;
	}
	urls[0] = socket_url(dc, connect);
	dc->name = urls[0];
	if (urls[0] == NULL || !ask_some(connect, dc, &dc, urls, 1)) {
		talloc_free(dc);
		return NULL;
	}
	return dc;
}

struct spn_dc *spn_dcs_ask_open(TALLOC_CTX *mem_ctx, struct ldb_context *ldb)
{
	struct spn_dc *dc = talloc_zero(mem_ctx, struct spn_dc);
	struct spn_connect_answer answer = {};

	if (dc == NULL) {
		return NULL;
	}
	answer.is_answer = ask_for(dc, ldb, dc, &answer.text);
	if (answer.text.data == NULL || !set_answer(dc, dc, &answer)) {
		talloc_free(dc);
		return NULL;
	}
	return dc;
}

/* ------------------------------------------------------------- in words */

bool spn_dc_lets_in(const struct spn_dc *dc)
{
	return !dc->is_read_only && dc->standing != SPN_STANDING_ENFORCE;
}

size_t spn_dcs_letting_in(const struct spn_dcs *dcs)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < dcs->num_dcs; i++) {
		num += spn_dc_lets_in(&dcs->dcs[i]) ? 1 : 0;
	}
	return num;
}

size_t spn_dcs_count(const struct spn_dcs *dcs, enum spn_standing standing)
{
	size_t num = 0;
	size_t i;

	for (i = 0; i < dcs->num_dcs; i++) {
		num += (dcs->dcs[i].standing == standing) ? 1 : 0;
	}
	return num;
}

/* Why samba is to be restarted there; "" for no reason. */
static char *say_restart(TALLOC_CTX *mem_ctx, const struct spn_dc *dc)
{
	static const struct {
		unsigned flag;
		const char *text;
	} reasons[] = {
		{SPN_DC_RESTART_LIST,
		 "spn_policy is not the first in its list of modules any "
		 "more"},
		{SPN_DC_RESTART_FILE, "another file of the module is there"},
		{SPN_DC_RESTART_CONF,
		 "smb.conf was changed, whose spn_policy:mode is read at the "
		 "start"},
		{SPN_DC_RESTART_OTHER, "it says so"},
	};
	char *text = talloc_strdup(mem_ctx, "");
	size_t i;

	for (i = 0; dc->has_state && text != NULL &&
		    i < sizeof(reasons) / sizeof(reasons[0]);
	     i++)
	{
		if ((dc->state.restart & reasons[i].flag) != 0) {
			text = talloc_asprintf_append_buffer(
				text,
				"%s%s",
				text[0] == '\0' ? "a restart of samba is due: "
						: ", and ",
				reasons[i].text);
		}
	}
	return text;
}

char *spn_dc_says(TALLOC_CTX *mem_ctx, const struct spn_dc *dc)
{
	static const char conf[] = "spn_policy:mode in its smb.conf lets it "
				   "refuse nothing";
	static const char idle[] = "the module does not know the ldb of this "
				   "samba, and does nothing";
	static const char *const sentences[SPN_NUM_STANDINGS] = {
		[SPN_STANDING_ENFORCE] = "",
		[SPN_STANDING_AUDIT] = conf,
		[SPN_STANDING_OFF] = conf,
		[SPN_STANDING_IDLE] = idle,
		[SPN_STANDING_ABSENT] = "its samba runs without spn_policy",
		[SPN_STANDING_UNCLEAR] = "what it says of its module is odd: ",
		[SPN_STANDING_UNREACHABLE] = "nothing is known of it: ",
	};
	const char *sentence = sentences[dc->standing];
	char *restart = say_restart(mem_ctx, dc);
	bool has_both;

	if (restart == NULL) {
		return NULL;
	}
	if (dc->is_windows) {
		sentence = "it is no Samba, and has no spn_policy";
	}
	has_both = sentence[0] != '\0' && restart[0] != '\0';
	return talloc_asprintf(mem_ctx,
			       "%s%s%s%s",
			       sentence,
			       (dc->reason == NULL) ? "" : dc->reason,
			       has_both ? "; " : "",
			       restart);
}

const char *spn_dc_remedy(const struct spn_dc *dc)
{
	static const char conf[] = "take spn_policy:mode out of its smb.conf, "
				   "and restart samba";
	static const char look[] = "run spn-policy status there";
	static const char log_on[] = "log on with another name or password "
				     "(--user)";
	static const char *const remedies[SPN_NUM_STANDINGS] = {
		[SPN_STANDING_AUDIT] = conf,
		[SPN_STANDING_OFF] = conf,
		[SPN_STANDING_IDLE] = "install the build for its samba, and "
				      "restart samba",
		[SPN_STANDING_ABSENT] = "install it there, run spn-policy "
					"enable, and restart samba",
		[SPN_STANDING_UNCLEAR] = look,
		[SPN_STANDING_UNREACHABLE] = look,
	};

	if (dc->standing == SPN_STANDING_UNREACHABLE && dc->reason != NULL &&
	    strstr(dc->reason, SPN_CONNECT_WRONG_LOGON) != NULL)
	{
		return log_on;
	}
	return dc->is_windows ? NULL : remedies[dc->standing];
}
