/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What tools/probe/kerberos says, for tests/dc/tool_probe_kerberos.py and
 * tests/tools/tool_probe_kdc.py:
 *
 *	say_kerberos [-p PRINCIPAL] [-c CACHE] [-t SECONDS] [-d URL] WORK...
 *
 *	ticket NAME...	asks for each
 *	cached NAME...	looks into the user's cache
 *
 * One line for each, of words between tabs. The password is PROBE_PASSWORD of
 * the environment. With -d that directory is opened and read, too, before the
 * first line and after the last one: with Samba's libraries, and with
 *Kerberos.
 */
#include "common/connect.h"
#include "probe/kerberos/kerberos.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct saying {
	TALLOC_CTX *mem_ctx;
	struct probe_login login;
	struct probe_kerberos *krb;
	char *url;
	struct spn_connect *connect;
};

static void must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "say_kerberos: %s\n", what);
		exit(2);
	}
}

static const char *or_dash(const char *text)
{
	return (text == NULL || text[0] == '\0') ? "-" : text;
}

static void read_directory(struct saying *saying)
{
	const struct spn_connect_options options = {
		.url = saying->url,
		.read_only = true,
	};
	struct ldb_context *ldb = NULL;
	struct ldb_result *res = NULL;
	int ret;

	if (saying->url == NULL) {
		return;
	}
	ldb = spn_connect_open(saying->mem_ctx, saying->connect, &options);
	must(ldb != NULL, "no directory");
	ret = ldb_search(ldb,
			 ldb,
			 &res,
			 ldb_get_default_basedn(ldb),
			 LDB_SCOPE_BASE,
			 NULL,
			 NULL);
	must(ret == LDB_SUCCESS && res->count == 1, "no answer");
	printf("directory\t%s\n", ldb_dn_get_linearized(res->msgs[0]->dn));
	talloc_free(ldb);
}

static void say_ticket(const char *service, struct probe_ticket *ticket)
{
	if (ticket == NULL) {
		printf("%s\tnone\n", service);
		return;
	}
	printf("%s\t%d\t%s\t%s\t%s\t%s\t%u\t%s\t%u\t%s\n",
	       service,
	       (int)ticket->error,
	       or_dash(ticket->name),
	       or_dash(ticket->server),
	       (ticket->error != 0)
		       ? "-"
		       : probe_enctype_name(ticket, ticket->enctype),
	       (ticket->error != 0)
		       ? "-"
		       : probe_enctype_name(ticket, ticket->session_enctype),
	       (unsigned)ticket->kvno,
	       or_dash(ticket->realm),
	       ticket->num_requests,
	       or_dash(ticket->text));
	talloc_free(ticket);
}

static void say_tickets(struct saying *saying, char **names)
{
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		struct probe_ticket *ticket = probe_ticket_get(saying->mem_ctx,
							       saying->krb,
							       names[i]);

		must(ticket != NULL, "no memory");
		say_ticket(names[i], ticket);
	}
	if (saying->krb->is_clock_known) {
		printf("clock\t%d\n", (int)saying->krb->clock_offset);
	}
}

static void say_cached(struct saying *saying, char **names)
{
	size_t i;

	for (i = 0; names[i] != NULL; i++) {
		say_ticket(names[i],
			   probe_ticket_cached(saying->mem_ctx,
					       saying->krb,
					       names[i]));
	}
}

struct work {
	const char *word;
	void (*say)(struct saying *saying, char **names);
};

static const struct work works[] = {
	{"ticket", say_tickets},
	{"cached", say_cached},
};

static void do_work(struct saying *saying, char **argv)
{
	size_t i;

	for (i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		if (strcmp(works[i].word, argv[0]) == 0) {
			works[i].say(saying, argv + 1);
			return;
		}
	}
	must(false, "what is that?");
}

/* Samba's side is set up as in a tool. */
static void set_up_connect(struct saying *saying)
{
	static const struct poptOption table[] = {POPT_TABLEEND};
	static char tool[] = "say_kerberos";
	static char kerberos[] = "--use-kerberos=required";
	static char *argv[] = {tool, kerberos, NULL};

	if (saying->url == NULL) {
		return;
	}
	saying->connect =
		spn_connect_new(saying->mem_ctx, tool, "", table, 2, argv);
	must(saying->connect != NULL &&
		     spn_connect_next_option(saying->connect) == 0,
	     "no connect");
}

static void set_option(struct saying *saying, int option)
{
	switch (option) {
	case 'p':
		saying->login.principal = optarg;
		break;
	case 'c':
		saying->login.ccache = optarg;
		break;
	case 't':
		saying->login.timeout = (unsigned)strtoul(optarg, NULL, 10);
		break;
	case 'd':
		saying->url = optarg;
		break;
	default:
		must(false, "what is that?");
	}
}

int main(int argc, char **argv)
{
	struct saying saying = {
		.mem_ctx = talloc_new(NULL),
		.login = {.timeout = 10, .password = getenv("PROBE_PASSWORD")},
	};
	const char *reason = NULL;
	int option;

	while ((option = getopt(argc, argv, "+p:c:t:d:")) != -1) {
		set_option(&saying, option);
	}
	must(optind < argc, "what is to be done?");
	set_up_connect(&saying);
	read_directory(&saying);
	saying.krb = probe_kerberos_open(saying.mem_ctx,
					 &saying.login,
					 &reason);
	if (saying.krb == NULL) {
		printf("no Kerberos\t%s\n", or_dash(reason));
		talloc_free(saying.mem_ctx);
		return 1;
	}
	printf("client\t%s\n", saying.krb->client);
	do_work(&saying, argv + optind);
	read_directory(&saying);
	talloc_free(saying.mem_ctx);
	return 0;
}
