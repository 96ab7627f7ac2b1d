/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Several servers, each asked by a child process. One that hangs, sends a
 * byte now and then, or has Samba's client libraries end by a signal costs its
 * own child and no more (children.h).
 *
 * A child sends one byte, whether it has an answer, and then the text.
 */
#include "connect_private.h"

#include "children.h"
#include "samba.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <ldb_module.h>

#define MOST_AT_ONCE 32
#define MOST_BYTES 8192
#define DEFAULT_SECONDS 10

enum {
	IS_ANSWER = 'a',
	IS_REASON = 'r',
};

struct each {
	struct spn_connect *connect;
	const char *const *urls;
	const struct spn_connect_question *question;
};

/* ------------------------------------------------------------ of the child */

static bool is_socket(const char *url)
{
	return strncasecmp(url, "ldapi:", strlen("ldapi:")) == 0;
}

static bool work(struct spn_child *child,
		 TALLOC_CTX *mem_ctx,
		 size_t number,
		 void *private_data)
{
	const struct each *each = private_data;
	const struct spn_connect_options options = {
		.url = each->urls[number],
		.read_only = true,
		.quiet = true,
		.as_nobody = is_socket(each->urls[number]),
	};
	struct spn_connect *connect = each->connect;
	struct ldb_context *ldb = NULL;
	struct spn_str text = {};
	bool ok = false;
	char kind;

	/* What is open now is the parent's, and not to be cut. */
	connect_note_sockets(connect);
	ldb = spn_connect_open(mem_ctx, connect, &options);
	if (ldb == NULL) {
		text = spn_str_of(spn_connect_reason(connect));
	} else {
		ok = each->question->ask(mem_ctx,
					 ldb,
					 number,
					 each->question->private_data,
					 &text);
	}
	if (text.data == NULL) {
		ok = false;
		text = spn_str_of("out of memory");
	}
	kind = ok ? IS_ANSWER : IS_REASON;
	return spn_child_say(child, &kind, 1) &&
	       spn_child_say(child, text.data, text.len);
}

/* ----------------------------------------------------------- of the parent */

/* False when out of memory. */
static bool take(struct spn_connect_answer *answers,
		 size_t number,
		 const struct spn_child_answer *said)
{
	static const char *const reasons[] = {
		[SPN_CHILD_LATE] = "no answer in time, given up (--timeout)",
		[SPN_CHILD_DIED] = "asking it ended the program that asked",
		[SPN_CHILD_TOO_LONG] = "its answer is too long",
		[SPN_CHILD_CANNOT] = "no new process can be made",
	};
	struct spn_connect_answer *answer = &answers[number];
	struct spn_str text = {};

	if (said->end == SPN_CHILD_DONE && said->len > 0) {
		answer->is_answer = said->bytes[0] == IS_ANSWER;
		text = (struct spn_str){said->bytes + 1, said->len - 1};
	} else {
		text = spn_str_of(reasons[said->end]);
	}
	answer->text = spn_str_dup(answers, text);
	return answer->text.data != NULL;
}

/* Here, once, and not in each child, which has no terminal. */
static void get_login(struct spn_connect *connect)
{
	struct connect_login login = connect_login_of(connect->argv);
	struct cli_credentials *credentials = NULL;
	NTSTATUS status;

	connect_start(connect);
	credentials = ldb_get_opaque(connect->home, "credentials");
	if (credentials == NULL) {
		return;
	}
	if (login.names_user) {
		(void)samba()->cli_credentials_get_password(credentials);
		return;
	}
	if (login.is_chosen ||
	    spn_connect_local_path(spn_connect_url(connect)) == NULL)
	{
		return;
	}
	status = samba()->cli_credentials_set_machine_account(
		credentials,
		connect->loadparm);
	if (!NT_STATUS_IS_OK(status)) {
		spn_connect_message(connect,
				    "the account of this machine cannot be "
				    "used; give --user=USER, or "
				    "--use-kerberos=required after kinit");
	}
}

struct spn_connect_answer *spn_connect_ask_each(
	TALLOC_CTX *mem_ctx,
	struct spn_connect *connect,
	const char *const *urls,
	size_t num_urls,
	const struct spn_connect_question *question)
{
	unsigned timeout = connect->timeout;
	struct each each = {
		.connect = connect,
		.urls = urls,
		.question = question,
	};
	struct spn_children ask = {
		.work = work,
		.private_data = &each,
		.most_at_once = MOST_AT_ONCE,
		.most_bytes = MOST_BYTES,
		.is_silent = true,
	};
	struct spn_connect_answer *answers =
		talloc_zero_array(mem_ctx,
				  struct spn_connect_answer,
				  (unsigned)num_urls + 1);
	struct spn_child_answer *said = NULL;
	bool ok;
	size_t i;

	if (answers == NULL) {
		return NULL;
	}
	if (num_urls > 0 && !is_socket(urls[0])) {
		get_login(connect);
	}
	if (!connect->has_timeout) {
		connect->timeout = DEFAULT_SECONDS;
	}
	/* Its own patience ends first, and has a better word for it. */
	ask.milliseconds = (connect->timeout == 0)
				   ? UINT_MAX
				   : connect->timeout * 1000 + 1000;
	said = spn_children_ask(answers, &ask, num_urls);
	connect->timeout = timeout;
	ok = said != NULL;
	for (i = 0; ok && i < num_urls; i++) {
		ok = take(answers, i, &said[i]);
	}
	talloc_free(said);
	if (!ok) {
		TALLOC_FREE(answers);
	}
	return answers;
}

char *spn_connect_url_of(TALLOC_CTX *mem_ctx,
			 struct spn_connect *connect,
			 const char *host)
{
	static const char tls[] = "ldaps://";
	bool has_tls = connect->url != NULL &&
		       strncasecmp(connect->url, tls, strlen(tls)) == 0;
	const char *name = connect_safe_name(host);
	const char *port = samba_config()->lpcfg_parm_string(
		spn_connect_loadparm(connect),
		NULL,
		"spn_policy",
		"ldap port");

	if (name == NULL) {
		return NULL;
	}
	return talloc_asprintf(mem_ctx,
			       "%s%s%s%s",
			       has_tls ? tls : "ldap://",
			       name,
			       (port == NULL) ? "" : ":",
			       (port == NULL) ? "" : port);
}
