/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a value that is no good SPN was probably meant to be. It keeps the
 * class that was written: only http and https mean http. And nothing is
 * proposed that is not good itself (spn_is_good()), for people paste it.
 */
#ifndef SPN_POLICY_MEANT_H
#define SPN_POLICY_MEANT_H

#include "spn.h"

/* Slices of the value, or of what the caller knows better. */
struct spn_meant {
	struct spn_str service_class;
	struct spn_str host;
	struct spn_str suffix;	/* port or instance name; len 0: none */
	struct spn_str service; /* len 0: none */
};

/* The SPN, on mem_ctx; *_text is left alone if that is not a good one. False
 * when out of memory. */
bool spn_meant_format(TALLOC_CTX *mem_ctx,
		      const struct spn_meant *meant,
		      char **_text);

/*
 * "sql02\PORTAL", "sql02,1433", "sql02:1433:PORTAL": the host, and as suffix a
 * port if there is one, else the first name behind the host. Sets only these
 * two.
 */
void spn_meant_split(struct spn_str text, struct spn_meant *meant);

/* "MSSQLSvc://sql02:1433/x": of a URL whose scheme is so long. The port is
 * left out for http, where browsers do the same. */
void spn_meant_url(struct spn_str value,
		   size_t scheme_len,
		   struct spn_meant *meant);

/* The value without quotes of any kind, if there are some, as above. */
bool spn_meant_unquoted(TALLOC_CTX *mem_ctx,
			struct spn_str value,
			char **_text);

/*
 * "HTTP/web01,HTTP/web02", "HTTP/web01;web02": several names where one has to
 * be. A DN and "sql02,1433" are no lists.
 */
bool spn_meant_is_list(struct spn_str value);

/*
 * The next one of a list. *rest starts as the value, *_item as {}; its class
 * is that of the one before, if it has none of its own. False at the end.
 */
bool spn_meant_next(struct spn_str *rest, struct spn_meant *_item);

#endif
