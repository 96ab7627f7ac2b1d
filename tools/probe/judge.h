/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From facts to verdicts. Each function adds what follows from one kind of
 * fact; false when out of memory. Text that others have chosen is quoted here,
 * so that whoever prints a verdict need not.
 */
#ifndef SPN_PROBE_JUDGE_H
#define SPN_PROBE_JUDGE_H

#include "messages.h"

/* NULL when out of memory. */
struct probe_verdict *probe_say(TALLOC_CTX *mem_ctx,
				struct probe_verdicts *verdicts,
				const struct probe_message *message,
				const char *format,
				...) __attribute__((format(printf, 4, 5)));

/* One line to be typed. fix NULL: it cannot be typed, and is left out. False
 * for verdict NULL, too. */
bool probe_fix(TALLOC_CTX *mem_ctx,
	       struct probe_verdict *verdict,
	       const char *fix);
bool probe_fix_format(TALLOC_CTX *mem_ctx,
		      struct probe_verdict *verdict,
		      const char *format,
		      ...) __attribute__((format(printf, 3, 4)));

/* 'svc-web', as a person knows it; never NULL. */
const char *probe_account_name(TALLOC_CTX *mem_ctx,
			       const struct spn_account *account);
const char *probe_quoted(TALLOC_CTX *mem_ctx, const char *text);

/* "setspn -H ... -U -S 'http/web01' 'svc-web'"; verb is -S or -D. NULL if it
 * cannot be typed. */
char *probe_setspn(const struct probe *probe,
		   TALLOC_CTX *mem_ctx,
		   const char *verb,
		   const struct spn_account *account,
		   const char *spn);

/* AES for its tickets; NULL if it cannot be typed. */
char *probe_set_types(TALLOC_CTX *mem_ctx, const struct spn_account *account);

/* setspn -S for the account whose site it is; where that is not known, with a
 * word to be filled in. */
bool probe_offer(const struct probe *probe,
		 struct probe_row *row,
		 struct probe_verdict *verdict,
		 const char *spn);

/* The keytab anew, on a DC; nothing if that cannot be typed. */
bool probe_offer_export(struct probe *probe,
			const struct probe_row *row,
			struct probe_verdict *verdict);

/* Nobody holds the name: HOST/ or a CN stands in. */
bool probe_is_stand_in(const struct probe_row *row);

/* It has the name of a host of these rows: it is of this site. */
bool probe_keytab_is_named(const struct probe *probe);

/* The keytab has its key, though the server may want something else, too. */
bool probe_row_is_opened(const struct probe_row *row);

/* Not "host/web01", which is of no web site, whoever asks for it. Of a log
 * each is what it is. */
bool probe_row_is_web(const struct probe *probe, const struct probe_row *row);

/* The error that a client gets for this row: that of the KDC if it was asked,
 * else what the directory lets expect. -1: not known. */
int32_t probe_row_error(const struct probe_row *row);

bool probe_judge_name(struct probe *probe, struct probe_row *row);
bool probe_judge_ticket(struct probe *probe, struct probe_row *row);
bool probe_judge_opening(struct probe *probe, struct probe_row *row);
bool probe_judge_logged(struct probe *probe, struct probe_row *row);
bool probe_judge_file(struct probe *probe); /* of the keytab */
bool probe_judge_http(struct probe *probe);

/* The web server has let the ticket of probe_row_of_http() in. */
bool probe_http_accepts(const struct probe *probe);

#endif
