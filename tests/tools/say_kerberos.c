/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What tools/probe/kerberos says, for tests/dc/tool_probe_kerberos.py and
 * tests/tools/tool_probe_kdc.py:
 *
 *	say_kerberos [-p PRINCIPAL] [-c CACHE] [-t SECONDS] [-d URL] WORK...
 *
 *	ticket NAME...	asks for each
 *	cached NAME...	looks into the user's cache
 *	keytab PATH SERVER NAME...
 *			lists it, and opens a ticket for each name
 *	check PATH	asks the KDC about each entry
 *
 * One line for each, of words between tabs. The password is PROBE_PASSWORD of
 * the environment. With -d that directory is opened and read, too, before the
 * first line and after the last one: with Samba's libraries, and with
 *Kerberos.
 */
#include "common/connect.h"
#include "probe/kerberos/keytab.h"

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
	struct probe_ticket **tickets = NULL;
	size_t num = 0;
	size_t i;

	while (names[num] != NULL) {
		num++;
	}
	tickets = probe_tickets_get(saying->mem_ctx,
				    saying->krb,
				    (const char *const *)names,
				    num);
	must(tickets != NULL, "no memory");
	for (i = 0; i < num; i++) {
		say_ticket(names[i], tickets[i]);
	}
	talloc_free(tickets);
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

static const char *opens_word(enum probe_opens result)
{
	static const char *const words[] = {
		[PROBE_OPENS] = "opens",
		[PROBE_OPENS_OTHER_KVNO] = "other-kvno",
		[PROBE_OPENS_OTHER_NAME] = "other-name",
		[PROBE_OPENS_OTHER_CASE] = "other-case",
		[PROBE_OPENS_RC4] = "rc4",
		[PROBE_NOT_ENCTYPE] = "not-enctype",
		[PROBE_NOT_KVNO_OLDER] = "not-older",
		[PROBE_NOT_KVNO_NEWER] = "not-newer",
		[PROBE_NOT_KEY] = "not-key",
		[PROBE_NOT_NAME] = "not-name",
	};

	return words[result];
}

static const char *state_word(enum probe_entry_state state)
{
	static const char *const words[] = {
		[PROBE_ENTRY_CURRENT] = "current",
		[PROBE_ENTRY_NOT_ISSUED] = "not-issued",
		[PROBE_ENTRY_OLD] = "old",
		[PROBE_ENTRY_NEWER] = "newer",
		[PROBE_ENTRY_WRONG] = "wrong",
		[PROBE_ENTRY_NOBODY] = "nobody",
		[PROBE_ENTRY_UNKNOWN] = "unknown",
	};

	return words[state];
}

static struct probe_keytab *read_keytab(struct saying *saying,
					const char *path,
					const struct probe_server *server)
{
	const char *reason = NULL;
	struct probe_keytab *keytab =
		probe_keytab_read(saying->mem_ctx, path, server, &reason);

	if (keytab == NULL) {
		printf("no keytab\t%s\n", or_dash(reason));
	}
	return keytab;
}

static void say_entry(struct saying *saying,
		      const struct probe_keytab_entry *entry)
{
	printf("entry\t%s\t%u\t%s",
	       entry->principal,
	       (unsigned)entry->kvno,
	       probe_enctype_name(saying->mem_ctx, entry->enctype));
}

static void say_opening(struct saying *saying,
			const struct probe_keytab *keytab,
			const char *service,
			const struct probe_server *server)
{
	struct probe_ticket *ticket = probe_ticket_get(saying->mem_ctx,
						       saying->krb,
						       service);
	struct probe_opening *opening = NULL;

	must(ticket != NULL, "no memory");
	if (ticket->error != 0) {
		say_ticket(service, ticket);
		return;
	}
	opening = probe_keytab_open_ticket(saying->mem_ctx,
					   saying->krb,
					   keytab,
					   service,
					   ticket,
					   server);
	must(opening != NULL, "no memory");
	printf("%s\t%s\t%s\t%s\n",
	       service,
	       opens_word(opening->result),
	       (opening->entry == NULL) ? "-" : opening->entry->principal,
	       opening->detail);
	talloc_free(ticket);
}

static void say_keytab(struct saying *saying, char **words)
{
	const struct probe_server *server = NULL;
	struct probe_keytab *keytab = NULL;
	size_t i;

	must(words[0] != NULL && words[1] != NULL, "what is that?");
	server = probe_server_find(words[1]);
	keytab = read_keytab(saying, words[0], server);
	if (keytab == NULL) {
		return;
	}
	for (i = 0; i < keytab->num_entries; i++) {
		say_entry(saying, &keytab->entries[i]);
		printf("\n");
	}
	printf("unreadable\t%s\n", or_dash(keytab->unreadable));
	printf("exposed\t%s\n", or_dash(keytab->exposed));
	printf("damage\t%s\n", or_dash(keytab->damage));
	for (i = 2; words[i] != NULL; i++) {
		say_opening(saying, keytab, words[i], server);
	}
}

static void say_check(struct saying *saying, char **words)
{
	struct probe_keytab *keytab = read_keytab(saying, words[0], NULL);
	struct probe_keytab_check *checks = NULL;
	size_t i;

	if (keytab == NULL) {
		return;
	}
	checks = probe_keytab_check_all(saying->mem_ctx,
					saying->krb,
					keytab,
					1000);
	must(checks != NULL, "no memory");
	for (i = 0; i < keytab->num_entries; i++) {
		say_entry(saying, checks[i].entry);
		printf("\t%s\t%d\t%u\t%zu\t%s\n",
		       state_word(checks[i].state),
		       (int)checks[i].error,
		       (unsigned)checks[i].kvno,
		       checks[i].same_key_as,
		       checks[i].detail);
	}
}

struct work {
	const char *word;
	void (*say)(struct saying *saying, char **names);
};

static const struct work works[] = {
	{"ticket", say_tickets},
	{"cached", say_cached},
	{"keytab", say_keytab},
	{"check", say_check},
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
		saying->login.is_kept = true;
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
