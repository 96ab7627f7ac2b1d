/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the names of spn-probe are, for tests:
 *
 *	say_names [SECONDS] < URLS
 *
 * For each line of standard input there are lines of words between tabs:
 *
 *	url URL			or: refused REASON
 *	dns WORD TEXT		failure, canonical, address, reverse, ...
 *	name SPN WORDS		in their order; "machine", "second", a number
 *	asks CLIENT SETTING SPN [SPN]
 *	silent CLIENT SETTING WHY
 *	reason TEXT
 *	end
 *
 *	say_names --table	the table of clients for docs/clients.md
 *	say_names --rows	it again: client, setting, version, source,
 *service
 */
#include "probe/names/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "say_names: %s\n", what);
		exit(1);
	}
}

static const char *text_of(const char *text)
{
	return (text == NULL) ? "" : text;
}

static void say_dns(const struct probe_dns *dns)
{
	size_t i;

	for (i = 0; i < dns->num_addresses; i++) {
		printf("dns\taddress\t%s\n", dns->addresses[i]);
	}
	for (i = 0; i < dns->num_cnames; i++) {
		printf("dns\tcname\t%s\n", dns->cnames[i]);
	}
	for (i = 0; i < dns->num_suffixes; i++) {
		printf("dns\tsuffix\t%s\n", dns->suffixes[i]);
	}
	printf("dns\tfailure\t%s\n", text_of(dns->failure));
	printf("dns\tcanonical\t%s\n", text_of(dns->canonical));
	printf("dns\treverse\t%s\n", text_of(dns->reverse));
	printf("dns\tleads back\t%s\n", dns->leads_back ? "yes" : "no");
	printf("dns\todd\t%s\n", text_of(dns->odd));
	printf("dns\tlate\t%s\n", text_of(dns->late));
}

/* The first, or the later, name of a client; NULL: none. */
static const char *asked_by(const struct probe_names *names,
			    const struct probe_client *client,
			    bool is_later)
{
	size_t i;
	size_t j;

	for (i = 0; i < names->num_names; i++) {
		const struct probe_name *name = &names->names[i];

		for (j = 0; j < name->num_clients; j++) {
			if (name->clients[j] == client &&
			    name->is_later[j] == is_later)
			{
				return name->spn;
			}
		}
	}
	return NULL;
}

static void say_clients(const struct probe_names *names)
{
	size_t num = 0;
	const struct probe_client *clients = probe_clients(&num);
	size_t i;

	for (i = 0; i < num; i++) {
		const char *first = asked_by(names, &clients[i], false);
		const char *later = asked_by(names, &clients[i], true);

		if (first == NULL) {
			continue;
		}
		printf("asks\t%s\t%s\t%s%s%s\n",
		       clients[i].name,
		       text_of(clients[i].setting),
		       first,
		       (later == NULL) ? "" : "\t",
		       text_of(later));
	}
	for (i = 0; i < names->num_silent; i++) {
		printf("silent\t%s\t%s\t%s\n",
		       names->silent[i]->name,
		       text_of(names->silent[i]->setting),
		       names->why[i]);
	}
}

static void say_names(const struct probe_names *names)
{
	size_t i;

	for (i = 0; i < names->num_names; i++) {
		const struct probe_name *name = &names->names[i];

		printf("name\t%s\t%s%s%zu\n",
		       name->spn,
		       name->is_this_machine ? "machine " : "",
		       name->is_second ? "second " : "",
		       name->num_clients);
	}
	say_clients(names);
}

static void say(TALLOC_CTX *mem_ctx, const char *url, unsigned timeout)
{
	const char *reason = NULL;
	struct probe_target *target = probe_target_parse(mem_ctx,
							 url,
							 &reason);
	struct probe_dns *dns = NULL;
	struct probe_names *names = NULL;

	if (target == NULL) {
		must(reason != NULL, "no memory");
		printf("refused\t%s\nend\n", reason);
		return;
	}
	printf("url\t%s\n", target->url);
	dns = probe_dns_look(mem_ctx, target, timeout);
	must(dns != NULL, "no memory");
	say_dns(dns);
	names = probe_names_of(mem_ctx, target, dns, &reason);
	must(names != NULL, "no memory");
	say_names(names);
	printf("reason\t%s\nend\n", text_of(reason));
}

static void say_rows(void)
{
	size_t num = 0;
	const struct probe_client *c = probe_clients(&num);

	for (; num > 0; c++, num--) {
		printf("%s\t%s\t%s\t%s\t%s\t%s\n",
		       c->name,
		       text_of(c->setting),
		       text_of(c->version),
		       text_of(c->source),
		       text_of(c->service),
		       text_of(probe_client_rule(c)));
	}
}

/* The rule of a client by its number, from 1 on, in order of appearance. */
static size_t number_of_rule(const struct probe_client *all, size_t which)
{
	size_t number = 0;
	size_t i;
	size_t j;

	for (i = 0; i <= which; i++) {
		for (j = 0; j < i && all[j].way != all[i].way; j++) {
		}
		number += (j == i) ? 1 : 0;
		if (all[i].way == all[which].way) {
			break;
		}
	}
	return number;
}

static void say_table(void)
{
	size_t num = 0;
	const struct probe_client *all = probe_clients(&num);
	size_t most = 0;
	size_t i;

	puts("| rule | the name |\n| --- | --- |");
	for (i = 0; i < num; i++) {
		if (number_of_rule(all, i) > most) {
			most++;
			printf("| %zu | %s |\n",
			       most,
			       probe_client_rule(&all[i]));
		}
	}
	puts("\n| client | version | setting | service class | rule | where "
	     "it "
	     "asks for nothing | source |\n"
	     "| --- | --- | --- | --- | --- | --- | --- |");
	for (i = 0; i < num; i++) {
		printf("| %s | %s | %s | %s | %zu | %s | %s |\n",
		       all[i].name,
		       all[i].version,
		       text_of(all[i].setting),
		       all[i].service,
		       number_of_rule(all, i),
		       text_of(all[i].remedy),
		       all[i].source);
	}
}

int main(int argc, char **argv)
{
	unsigned timeout = (argc > 1) ? (unsigned)strtoul(argv[1], NULL, 10)
				      : 10;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (argc > 1 && strcmp(argv[1], "--rows") == 0) {
		say_rows();
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--table") == 0) {
		say_table();
		return 0;
	}
	while ((len = getline(&line, &size, stdin)) > 0) {
		TALLOC_CTX *mem_ctx = talloc_new(NULL);

		line[strcspn(line, "\n")] = '\0';
		must(mem_ctx != NULL, "no memory");
		say(mem_ctx, line, timeout);
		talloc_free(mem_ctx);
		fflush(stdout);
	}
	free(line);
	return 0;
}
