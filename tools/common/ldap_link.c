/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A connection to a server, for OpenLDAP's libldap: a socket that we make, and
 * read and write for it. libldap would do that, too; but then a read may wait
 * where nobody counts the seconds (connect_silence.c), a write to a connection
 * that is lost ends the process by SIGPIPE, and a lost connection may be made
 * anew, as nobody.
 *
 * Only what is set here counts: no ldap.conf, .ldaprc or LDAP* variable.
 */
#include "ldap_private.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <ldb_module.h>
#include <openldap.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tevent.h>

/* Milliseconds. What takes longer is left to Samba's client, which is waited
 * for as long as it is meant to be. */
#define CONNECTS_WITHIN 2000
#define MOST_ADDRESSES 4
/* A server that reads nothing for so long is lost. */
#define WRITES_WITHIN 60000
/* No answer of a directory is larger. */
#define MOST_BYTES ((ber_len_t)64 << 20)

#define VARIABLE "LDAPNOINIT"

/* ------------------------------------------------------------- the socket */

/* Until something can be done, or so long. */
static bool await(int fd, short events, int milliseconds)
{
	struct pollfd wait = {.fd = fd, .events = events};
	int ret = -1;

	do {
		ret = poll(&wait, 1, milliseconds);
	} while (ret == -1 && errno == EINTR);
	if (ret == 0) {
		errno = ETIMEDOUT;
	}
	return ret > 0;
}

static int io_setup(Sockbuf_IO_Desc *io, void *private_data)
{
	io->sbiod_pvt = private_data;
	return 0;
}

static int io_remove(Sockbuf_IO_Desc *io)
{
	io->sbiod_pvt = NULL;
	return 0;
}

static int io_control(Sockbuf_IO_Desc *io, int option, void *private_data)
{
	(void)io;
	(void)option;
	(void)private_data;
	return 0; /* nothing is known here */
}

static ber_slen_t io_read(Sockbuf_IO_Desc *io, void *buffer, ber_len_t len)
{
	struct connect_link *link = io->sbiod_pvt;
	ssize_t got = -1;

	do {
		got = recv(link->fd, buffer, len, MSG_DONTWAIT);
	} while (got == -1 && (errno == EINTR ||
			       (errno == EAGAIN && link->patience > 0 &&
				await(link->fd, POLLIN, link->patience))));
	return got;
}

/* All of it, or the connection is lost: half a request is of no use. */
static ber_slen_t io_write(Sockbuf_IO_Desc *io, void *buffer, ber_len_t len)
{
	struct connect_link *link = io->sbiod_pvt;
	ssize_t put = -1;

	do {
		put = send(link->fd, buffer, len, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (put == -1 && (errno == EINTR ||
			       (errno == EAGAIN &&
				await(link->fd, POLLOUT, WRITES_WITHIN))));
	return put;
}

static int io_close(Sockbuf_IO_Desc *io)
{
	struct connect_link *link = io->sbiod_pvt;
	int ret = close(link->fd);

	link->fd = -1;
	return ret;
}

static Sockbuf_IO socket_io = {
	.sbi_setup = io_setup,
	.sbi_remove = io_remove,
	.sbi_ctrl = io_control,
	.sbi_read = io_read,
	.sbi_write = io_write,
	.sbi_close = io_close,
};

/* -1: no connection. */
static int dial(const struct sockaddr *address, socklen_t len, int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	socklen_t error_len = sizeof(int);
	int error = 0;

	if (fd == -1) {
		return -1;
	}
	if (connect(fd, address, len) == -1) {
		error = errno;
	}
	if (error == EINPROGRESS && await(fd, POLLOUT, CONNECTS_WITHIN) &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_len) == -1)
	{
		error = errno;
	}
	if (error != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int dial_path(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = (path == NULL) ? 0 : strlen(path);

	if (len == 0 || path[0] != '/' || len >= sizeof(address.sun_path)) {
		return -1;
	}
	memcpy(address.sun_path, path, len + 1);
	return dial((const struct sockaddr *)&address,
		    sizeof(address),
		    AF_UNIX);
}

static int dial_host(const char *host, int port)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	const struct addrinfo *each = NULL;
	char service[16] = "";
	size_t num = 0;
	int fd = -1;

	snprintf(service, sizeof(service), "%d", port);
	if (host == NULL || host[0] == '\0' ||
	    getaddrinfo(host, service, &hints, &found) != 0)
	{
		return -1;
	}
	for (each = found; each != NULL && fd == -1 && num < MOST_ADDRESSES;
	     each = each->ai_next)
	{
		num++;
		fd = dial(each->ai_addr, each->ai_addrlen, each->ai_family);
	}
	freeaddrinfo(found);
	return fd;
}

/* ------------------------------------------------------------- the handle */

/* It reads its settings at the first call, whatever that is. */
static void leave_settings_out(void)
{
	bool was_there = getenv(VARIABLE) != NULL;
	int level = 0;

	if (!was_there && setenv(VARIABLE, "1", 0) != 0) {
		return;
	}
	(void)ldap_get_option(NULL, LDAP_OPT_DEBUG_LEVEL, &level);
	if (!was_there) {
		unsetenv(VARIABLE);
	}
}

static bool set_options(LDAP *ld)
{
	static const struct {
		int option;
		int value;
	} numbers[] = {
		{LDAP_OPT_PROTOCOL_VERSION, LDAP_VERSION3},
		{LDAP_OPT_DEREF, LDAP_DEREF_NEVER},
		{LDAP_OPT_SIZELIMIT, LDAP_NO_LIMIT},
		{LDAP_OPT_TIMELIMIT, LDAP_NO_LIMIT},
	};
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (ldap_set_option(ld,
				    numbers[i].option,
				    &numbers[i].value) != LDAP_OPT_SUCCESS)
		{
			return false;
		}
	}
	return ldap_set_option(ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) ==
		       LDAP_OPT_SUCCESS &&
	       ldap_set_option(ld, LDAP_OPT_RESTART, LDAP_OPT_ON) ==
		       LDAP_OPT_SUCCESS;
}

static bool set_socket(struct connect_link *link)
{
	ber_len_t most = MOST_BYTES;
	Sockbuf *buffer = NULL;

	return ldap_get_option(link->ld, LDAP_OPT_SOCKBUF, &buffer) ==
		       LDAP_OPT_SUCCESS &&
	       buffer != NULL &&
	       ber_sockbuf_add_io(buffer,
				  &socket_io,
				  LBER_SBIOD_LEVEL_PROVIDER,
				  link) == 0 &&
	       ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &most) ==
		       1;
}

/* Without TLS or SASL, which read in pieces of their own. */
static bool read_ahead(struct connect_link *link)
{
	Sockbuf *buffer = NULL;

	return ldap_get_option(link->ld, LDAP_OPT_SOCKBUF, &buffer) ==
		       LDAP_OPT_SUCCESS &&
	       ber_sockbuf_add_io(buffer,
				  &ber_sockbuf_io_readahead,
				  LBER_SBIOD_LEVEL_PROVIDER,
				  NULL) == 0;
}

static int link_destructor(struct connect_link *link)
{
	if (link->owner == getpid()) {
		(void)ldap_unbind_ext(link->ld, NULL, NULL);
	}
	return 0;
}

struct connect_link *connect_link_of(TALLOC_CTX *mem_ctx,
				     int fd,
				     const char *url)
{
	struct connect_link *link = talloc_zero(mem_ctx, struct connect_link);

	leave_settings_out();
	if (link == NULL ||
	    ldap_init_fd(fd, LDAP_PROTO_EXT, url, &link->ld) != LDAP_SUCCESS)
	{
		close(fd);
		talloc_free(link);
		return NULL;
	}
	link->fd = fd;
	link->owner = getpid();
	talloc_set_destructor(link, link_destructor);
	if (!set_options(link->ld) || !set_socket(link)) {
		TALLOC_FREE(link);
	}
	return link;
}

struct connect_link *connect_link_open(TALLOC_CTX *mem_ctx, const char *url)
{
	struct connect_link *link = NULL;
	LDAPURLDesc *parts = NULL;
	bool is_local = false;
	int fd = -1;

	leave_settings_out();
	if (ldap_url_parse(url, &parts) != LDAP_URL_SUCCESS) {
		return NULL;
	}
	is_local = strcmp(parts->lud_scheme, "ldapi") == 0;
	fd = is_local ? dial_path(parts->lud_host)
		      : dial_host(parts->lud_host, parts->lud_port);
	ldap_free_urldesc(parts);
	if (fd != -1) {
		link = connect_link_of(mem_ctx, fd, url);
	}
	if (link != NULL && is_local && !read_ahead(link)) {
		TALLOC_FREE(link);
	}
	return link;
}

/* ------------------------------------------------------------- what comes */

static int take_result(struct connect_link *link,
		       int msgid,
		       int how_many,
		       LDAPMessage **_message)
{
	struct timeval none = {};
	int type = -1;

	*_message = NULL;
	if (!link->is_lost) {
		type = ldap_result(link->ld, msgid, how_many, &none, _message);
	}
	if (type < 0) {
		link->is_lost = true;
	}
	return type;
}

int connect_link_next(struct connect_link *link, LDAPMessage **_message)
{
	return take_result(link, LDAP_RES_ANY, LDAP_MSG_ONE, _message);
}

void connect_link_abandon(struct connect_link *link, int msgid)
{
	if (!link->is_lost && link->owner == getpid()) {
		(void)ldap_abandon_ext(link->ld, msgid, NULL, NULL);
	}
}

static void come_back(struct tevent_context *ev,
		      struct tevent_fd *fde,
		      uint16_t flags,
		      void *private_data)
{
	(void)ev;
	(void)fde;
	(void)flags;
	(void)private_data;
}

LDAPMessage *connect_link_wait(struct connect_link *link,
			       struct ldb_context *ldb,
			       int msgid)
{
	struct tevent_context *ev = ldb_get_event_context(ldb);
	struct tevent_fd *fde = tevent_add_fd(ev,
					      link,
					      link->fd,
					      TEVENT_FD_READ,
					      come_back,
					      NULL);
	LDAPMessage *message = NULL;
	int type = 0;

	while (fde != NULL && type == 0) {
		type = take_result(link, msgid, LDAP_MSG_ALL, &message);
		if (type == 0 && tevent_loop_once(ev) != 0) {
			break;
		}
	}
	talloc_free(fde);
	return message;
}
