/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request, and what of its answer is of use. The bounds of http.h hold
 * here.
 */
#ifndef SPN_PROBE_REQUEST_H
#define SPN_PROBE_REQUEST_H

#include <curl/curl.h>

#include "http.h"

struct probe_request_options {
	const char *url;
	/* "Negotiate YII...": to the server, or to the proxy; or NULL. */
	const char *authorization;
	bool is_for_proxy;
	int64_t timeout; /* milliseconds */
};

struct probe_answer {
	struct probe_reply reply;
	bool is_proxy; /* 407 */
	/* Of the challenge "Negotiate", or NULL. */
	const char *token68;
	/* Why there is no answer, one line; or NULL. */
	const char *failure;
};

/* curl has all settings that do not change from one request to the next. What
 * is in *_answer is on mem_ctx. False when out of memory. */
bool probe_request_send(TALLOC_CTX *mem_ctx,
			CURL *curl,
			const struct probe_request_options *options,
			struct probe_answer *_answer);

#endif
