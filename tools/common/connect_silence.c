/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A server that takes a connection and says nothing. Samba's client has a
 * time for a whole request only, and an audit may well take an hour. So what
 * is counted here are seconds, while somebody waits, in which nothing could be
 * read or sent: a timer of each second, put back by whatever happens on a
 * socket. Seconds in which nobody waits are not counted: then no timer runs.
 *
 * The end is not exit(): the connection is cut, so that each tool, and
 * --watch above all, goes the way that it goes when a server is lost.
 */
#include "connect_private.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <ldb_module.h>
#include <tevent.h>

#define SAY_AFTER 10
#define CUT_WORKS_WITHIN 5

struct connect_silence {
	const struct spn_connect *connect;
	struct ldb_context *ldb;
	const char *url;
	unsigned seconds; /* in which nothing came */
	bool given_up;
};

static bool is_stream(int fd)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	       type == SOCK_STREAM;
}

void connect_note_sockets(struct spn_connect *connect)
{
	int fd;

	for (fd = 0; fd < CONNECT_MAX_FD; fd++) {
		connect->is_inherited[fd] = is_stream(fd);
	}
}

/* Those that this process has made; libldb does not say which one it is. */
static void cut_connections(const struct spn_connect *connect)
{
	int fd;

	for (fd = 0; fd < CONNECT_MAX_FD; fd++) {
		if (!connect->is_inherited[fd] && is_stream(fd)) {
			shutdown(fd, SHUT_RDWR);
		}
	}
}

static void give_up(struct connect_silence *silence)
{
	char *reason = talloc_asprintf(silence,
				       "no answer for %u seconds, given up "
				       "(--timeout)",
				       silence->seconds);

	silence->given_up = true;
	silence->seconds = 0;
	ldb_set_opaque(silence->ldb, SPN_CONNECT_GIVEN_UP, reason);
	cut_connections(silence->connect);
}

static void tick(struct tevent_context *ev,
		 struct tevent_timer *timer,
		 struct timeval now,
		 void *private_data)
{
	struct connect_silence *silence = private_data;
	const struct spn_connect *connect = silence->connect;

	(void)now;
	talloc_free(timer);
	silence->seconds++;
	if (silence->given_up && silence->seconds >= CUT_WORKS_WITHIN) {
		spn_connect_message(connect, "%s: no answer", silence->url);
		exit(SPN_EXIT_CANNOT_RUN);
	}
	if (!silence->given_up && silence->seconds == SAY_AFTER &&
	    connect->timeout != SAY_AFTER)
	{
		spn_connect_note(connect,
				 "%s has not answered for %d seconds; "
				 "waiting (--timeout)",
				 silence->url,
				 SAY_AFTER);
	}
	if (!silence->given_up && connect->timeout != 0 &&
	    silence->seconds >= connect->timeout)
	{
		give_up(silence);
	}
	(void)tevent_add_timer(ev,
			       silence,
			       tevent_timeval_current_ofs(1, 0),
			       tick,
			       silence);
}

static void something_happens(struct tevent_fd *fde,
			      enum tevent_event_trace_point point,
			      void *private_data)
{
	struct connect_silence *silence = private_data;

	(void)fde;
	if (point == TEVENT_EVENT_TRACE_BEFORE_HANDLER) {
		silence->seconds = 0;
	}
}

bool connect_watch_silence(const struct spn_connect *connect,
			   struct ldb_context *ldb,
			   const char *url)
{
	struct tevent_context *ev = ldb_get_event_context(ldb);
	struct connect_silence *silence = NULL;

	if (spn_connect_local_path(url) != NULL || ev == NULL) {
		return true;
	}
	silence = talloc_zero(ev, struct connect_silence);
	if (silence == NULL) {
		return false;
	}
	silence->connect = connect;
	silence->ldb = ldb;
	silence->url = talloc_strdup(silence, url);
	if (silence->url == NULL ||
	    tevent_add_timer(ev,
			     silence,
			     tevent_timeval_current_ofs(1, 0),
			     tick,
			     silence) == NULL)
	{
		talloc_free(silence);
		return false;
	}
	tevent_set_trace_fd_callback(ev, something_happens, silence);
	return true;
}
