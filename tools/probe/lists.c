/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the program knows, printed: codes, clients, servers.
 */
#include "lists.h"

#include "common/words.h"
#include "report.h"

#include <stdio.h>

static void list_codes(void)
{
	const struct probe_message *message = NULL;
	size_t i;

	for (i = 0; (message = probe_message_at(i)) != NULL; i++) {
		printf("%s  %-8s %s\n",
		       message->code,
		       probe_weight_word(message->weight),
		       message->title);
	}
}

static void list_clients(void)
{
	size_t num = 0;
	const struct probe_client *clients = probe_clients(&num);
	size_t i;

	for (i = 0; i < num; i++) {
		printf("%s %s%s%s  (%s)\n",
		       clients[i].name,
		       clients[i].version,
		       (clients[i].setting == NULL) ? "" : ", ",
		       (clients[i].setting == NULL) ? "" : clients[i].setting,
		       clients[i].source);
	}
}

static void list_servers(void)
{
	size_t num = 0;
	const struct probe_server *servers = probe_servers(&num);
	size_t i;

	for (i = 0; i < num; i++) {
		printf("%-10s %s\n", servers[i].word, servers[i].title);
	}
}

static int explain(struct spn_connect *connect,
		   const struct spn_page *page,
		   const char *code)
{
	const struct probe_message *message = probe_message_find(code);

	if (message == NULL) {
		return spn_connect_usage_error(connect,
					       "--explain: there is no code "
					       "%s; see --list-codes",
					       spn_connect_quote(connect,
								 code));
	}
	printf("%s  %s: %s\n\n",
	       message->code,
	       probe_weight_word(message->weight),
	       message->title);
	spn_page_wrap(page, SPN_STYLE_PLAIN, "", 0, message->explanation);
	return SPN_EXIT_DONE;
}

int probe_list(struct spn_connect *connect,
	       const struct probe_command *command)
{
	const struct spn_page page = {
		.stream = stdout,
		.terminal = command->options.terminal,
	};

	switch (command->list) {
	case PROBE_LIST_CODES:
		list_codes();
		break;
	case PROBE_LIST_CLIENTS:
		list_clients();
		break;
	case PROBE_LIST_SERVERS:
		list_servers();
		break;
	case PROBE_EXPLAIN:
		return explain(connect, &page, command->code);
	case PROBE_LIST_NONE:
		break;
	}
	return SPN_EXIT_DONE;
}
