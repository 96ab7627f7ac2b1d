/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * c-ares sends the queries, neither /etc/hosts nor a search list is looked
 * at. Its ares_getaddrinfo() has one status for A and AAAA together, so that
 * "there is none" and "the server failed" cannot be told apart; hence one
 * query a type.
 */
#include "dns_channel.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <sys/time.h>

struct dns_channel {
	ares_channel ares;
	struct pollfd *sockets; /* what c-ares has open */
	size_t num_sockets;
	bool has_no_memory;
};

/* One question, until it is answered. */
struct question {
	dns_channel_reply on_reply;
	void *private_data;
};

static int close_channel(struct dns_channel *channel)
{
	ares_destroy(channel->ares);
	ares_library_cleanup();
	return 0;
}

/* ----------------------------------------------------------------- sockets */

static bool add_socket(struct dns_channel *channel, int fd)
{
	struct pollfd *sockets = talloc_realloc(channel,
						channel->sockets,
						struct pollfd,
						channel->num_sockets + 1);

	if (sockets == NULL) {
		return false;
	}
	sockets[channel->num_sockets++] = (struct pollfd){.fd = fd};
	channel->sockets = sockets;
	return true;
}

/* c-ares tells what it waits for on a socket; nothing: it closes it. */
static void socket_changes(void *private_data,
			   ares_socket_t fd,
			   int readable,
			   int writable)
{
	struct dns_channel *channel = private_data;
	size_t i = 0;

	while (i < channel->num_sockets && channel->sockets[i].fd != fd) {
		i++;
	}
	if (!readable && !writable) {
		if (i < channel->num_sockets) {
			channel->num_sockets--;
			channel->sockets[i] =
				channel->sockets[channel->num_sockets];
		}
		return;
	}
	if (i == channel->num_sockets && !add_socket(channel, fd)) {
		channel->has_no_memory = true;
		return;
	}
	channel->sockets[i].events = (short)((readable ? POLLIN : 0) |
					     (writable ? POLLOUT : 0));
}

/* One on which something has happened, which is then forgotten: what is done
 * about it may open and close others. */
static bool next_ready(struct dns_channel *channel, struct pollfd *_ready)
{
	size_t i;

	for (i = 0; i < channel->num_sockets; i++) {
		if (channel->sockets[i].revents != 0) {
			*_ready = channel->sockets[i];
			channel->sockets[i].revents = 0;
			return true;
		}
	}
	return false;
}

bool dns_channel_wait(struct dns_channel *channel)
{
	struct timeval max = {.tv_sec = 1};
	struct timeval room = {};
	struct timeval *left = ares_timeout(channel->ares, &max, &room);
	struct pollfd ready = {};

	poll(channel->sockets,
	     channel->num_sockets,
	     (int)(left->tv_sec * 1000 + left->tv_usec / 1000 + 1));
	while (next_ready(channel, &ready)) {
		bool out = (ready.revents & POLLOUT) != 0;
		bool in = (ready.revents & ~POLLOUT) != 0;

		ares_process_fd(channel->ares,
				in ? ready.fd : ARES_SOCKET_BAD,
				out ? ready.fd : ARES_SOCKET_BAD);
	}
	ares_process_fd(channel->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	return !channel->has_no_memory;
}

/* --------------------------------------------------------------- questions */

static void answer(struct question *question,
		   int status,
		   const unsigned char *reply,
		   size_t len)
{
	question->on_reply(question->private_data,
			   status,
			   (status == ARES_SUCCESS) ? reply : NULL,
			   len);
	talloc_free(question);
}

/*
 * Since 1.28 c-ares reads replies itself, and then wants to be asked in
 * another way. A reply that it cannot read costs all queries that are under
 * way on the same socket a try: each gets a socket of its own, a thing that
 * c-ares can do as long.
 */
#ifdef HAVE_ARES_QUERY_DNSREC
static void take_record(void *private_data,
			ares_status_t status,
			size_t timeouts,
			const ares_dns_record_t *record)
{
	unsigned char *reply = NULL;
	size_t len = 0;

	(void)timeouts;
	if (status == ARES_SUCCESS) {
		status = ares_dns_write(record, &reply, &len);
	}
	answer(private_data, (int)status, reply, len);
	ares_free_string(reply);
}

static void query(ares_channel channel,
		  const char *name,
		  int type,
		  struct question *question)
{
	(void)ares_query_dnsrec(channel,
				name,
				ARES_CLASS_IN,
				(ares_dns_rec_type_t)type,
				take_record,
				question,
				NULL);
}

static int own_sockets(struct ares_options *ares)
{
	ares->udp_max_queries = 1;
	return ARES_OPT_UDP_MAX_QUERIES;
}
#else
static void take_reply(void *private_data,
		       int status,
		       int timeouts,
		       unsigned char *reply,
		       int len)
{
	(void)timeouts;
	answer(private_data, status, reply, (size_t)len);
}

static void query(ares_channel channel,
		  const char *name,
		  int type,
		  struct question *question)
{
	ares_query(channel, name, ns_c_in, type, take_reply, question);
}

static int own_sockets(struct ares_options *ares)
{
	(void)ares;
	return 0;
}
#endif

void dns_channel_ask(struct dns_channel *channel,
		     const char *name,
		     int type,
		     dns_channel_reply on_reply,
		     void *private_data)
{
	struct question *question = talloc(channel, struct question);

	if (question == NULL) {
		channel->has_no_memory = true;
		on_reply(private_data, ARES_ENOMEM, NULL, 0);
		return;
	}
	*question = (struct question){
		.on_reply = on_reply,
		.private_data = private_data,
	};
	query(channel->ares, name, type, question);
}

/* ------------------------------------------------------------------ opening
 */

static int open_channel(struct dns_channel *channel,
			const struct audit_dns_options *options)
{
	static char only_dns[] = "b";
	struct ares_options ares = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.timeout = options->timeout,
		.tries = options->tries,
		.lookups = only_dns,
		.sock_state_cb = socket_changes,
		.sock_state_cb_data = channel,
	};
	int set = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
		  ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB |
		  own_sockets(&ares);
	int status = ares_library_init(ARES_LIB_INIT_ALL);

	if (status == ARES_SUCCESS) {
		status = ares_init_options(&channel->ares, &ares, set);
	}
	return status;
}

bool dns_channel_new(TALLOC_CTX *mem_ctx,
		     const struct audit_dns_options *options,
		     struct dns_channel **_channel,
		     const char **_what,
		     int *_status)
{
	struct dns_channel *channel = talloc_zero(mem_ctx, struct dns_channel);

	*_what = "cannot ask DNS";
	*_status = ARES_ENOMEM;
	if (channel == NULL) {
		return false;
	}
	*_status = open_channel(channel, options);
	if (*_status != ARES_SUCCESS) {
		return false;
	}
	talloc_set_destructor(channel, close_channel);
	if (options->server != NULL) {
		*_what = options->server;
		*_status = ares_set_servers_ports_csv(channel->ares,
						      options->server);
	}
	if (*_status != ARES_SUCCESS) {
		return false;
	}
	*_channel = channel;
	return true;
}
