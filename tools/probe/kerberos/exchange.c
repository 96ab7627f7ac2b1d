/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libkrb5 has no limit of its own that would do for a user who waits: it tries
 * each KDC several times, by UDP and TCP, and looks them up in DNS before. So
 * a child asks, and what has come of it comes back through a pipe, the ticket
 * as bytes of a credentials cache. A KDC that has libkrb5 run in circles, or
 * die, costs the child and no more.
 *
 * The hooks of libkrb5 show each request and reply: the code in a KRB-ERROR is
 * known for certain to have come from a KDC, which the error that libkrb5
 * returns is not; and so is the KDC's clock.
 */
#include "exchange.h"
#include "parts.h"

#include "policy/quote.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A ticket has at most 64 KiB by UDP; one with a large PAC is smaller. */
#define MOST_BYTES ((size_t)4 * 1024 * 1024)
#define TOO_BIG_FOR_UDP 52 /* KRB_ERR_RESPONSE_TOO_BIG */
#define SERVER_UNKNOWN 7   /* KDC_ERR_S_PRINCIPAL_UNKNOWN */
#define LONGEST_ADDRESS 64
#define CODE_OF(error) ((krb5_error_code)(error) + ERROR_TABLE_BASE_krb5)

/* What comes through the pipe, before the texts and the ticket. */
struct numbers {
	krb5_error_code code;
	uint32_t krb_error; /* in the last reply; 0: it was none */
	uint32_t num_requests;
	bool is_heard; /* anything at all */
	bool is_clock_known;
	int32_t clock_offset;
	/* Who was the last that answered; "" where libkrb5 does not say. */
	char kdc[LONGEST_ADDRESS];
};

/* Of the children, and in one that of a single question. */
struct asking {
	TALLOC_CTX *mem_ctx;
	struct probe_library *library;
	struct probe_question *questions;
	const size_t *order; /* of the questions, by their places */
	struct probe_question *question;
	struct numbers numbers;
	bool is_about_server; /* the last KRB-ERROR */
	char *realm;
};

/* ------------------------------------------------------------------- texts */

const char *probe_krb5_text(TALLOC_CTX *mem_ctx,
			    krb5_context ctx,
			    krb5_error_code code)
{
	const char *text = krb5_get_error_message(ctx, code);
	const char *line = spn_printable(mem_ctx, spn_str_of(text));

	krb5_free_error_message(ctx, text);
	return line;
}

const char *probe_principal_text(TALLOC_CTX *mem_ctx,
				 krb5_context ctx,
				 krb5_const_principal principal)
{
	const char *line = NULL;
	char *text = NULL;

	if (krb5_unparse_name(ctx, principal, &text) != 0) {
		return NULL;
	}
	line = spn_printable(mem_ctx, spn_str_of(text));
	krb5_free_unparsed_name(ctx, text);
	return line;
}

/* ------------------------------------------------------------ of the child */

static krb5_error_code before_request(krb5_context ctx,
				      void *data,
				      const krb5_data *realm,
				      const krb5_data *message,
				      krb5_data **_message,
				      krb5_data **_reply)
{
	struct asking *asking = data;
	const struct numbers *numbers = &asking->numbers;
	/* Another realm, or no flag, mends nothing else. */
	bool may_ask_again = numbers->krb_error == TOO_BIG_FOR_UDP ||
			     (numbers->krb_error == SERVER_UNKNOWN &&
			      !asking->question->is_asked_once);

	(void)ctx;
	(void)realm;
	(void)message;
	(void)_message;
	(void)_reply;

	if (asking->is_about_server && !may_ask_again) {
		return CODE_OF(numbers->krb_error);
	}
	asking->numbers.num_requests++;
	return 0;
}

static void note_error(struct asking *asking,
		       krb5_context ctx,
		       const krb5_error *error)
{
	struct numbers *numbers = &asking->numbers;
	krb5_const_principal server = asking->question->server;

	numbers->krb_error = error->error;
	numbers->is_clock_known = error->stime != 0;
	numbers->clock_offset = (int32_t)((uint32_t)error->stime -
					  (uint32_t)time(NULL));
	asking->is_about_server =
		server != NULL && error->server != NULL &&
		krb5_principal_compare_any_realm(ctx, error->server, server);
}

/*
 * "[12] 34.5: Received answer (6 bytes) from stream 10.0.0.1:88". Nothing but
 * its trace tells which KDC it was.
 */
static void note_trace(krb5_context ctx,
		       const krb5_trace_info *info,
		       void *data)
{
	static const char start[] = ": Received answer (";
	struct asking *asking = data;
	char *kdc = asking->numbers.kdc;
	const char *at = (info == NULL) ? NULL : strstr(info->message, start);
	const char *end = NULL;

	(void)ctx;
	at = (at == NULL) ? NULL : strstr(at, ") from ");
	at = (at == NULL) ? NULL : strchr(at + strlen(") from "), ' ');
	end = (at == NULL) ? NULL : strrchr(at, ':');
	if (end == NULL || end - at - 1 <= 0 ||
	    end - at - 1 >= LONGEST_ADDRESS)
	{
		return;
	}
	memset(kdc, 0, LONGEST_ADDRESS);
	memcpy(kdc, at + 1, (size_t)(end - at - 1));
}

/* NOLINTNEXTLINE(readability-function-size): the parameters are libkrb5's */
static krb5_error_code after_reply(krb5_context ctx,
				   void *data,
				   krb5_error_code code,
				   const krb5_data *realm,
				   const krb5_data *message,
				   const krb5_data *reply,
				   krb5_data **_reply)
{
	struct asking *asking = data;
	krb5_error *error = NULL;

	(void)message;
	(void)_reply;
	if (code != 0 || reply == NULL) {
		return code;
	}
	asking->numbers.is_heard = true;
	asking->numbers.krb_error = 0;
	asking->is_about_server = false;
	talloc_free(asking->realm);
	asking->realm = talloc_strndup(asking->mem_ctx,
				       realm->data,
				       realm->length);
	if (krb5_rd_error(ctx, reply, &error) == 0) {
		note_error(asking, ctx, error);
		krb5_free_error(ctx, error);
	}
	return 0;
}

/* What a ticket says of the KDC's clock: one that was made just now begins
 * now. One that begins with an earlier logon of the client tells nothing. */
static void note_clock(struct asking *asking, const krb5_creds *creds)
{
	struct numbers *numbers = &asking->numbers;
	bool is_fresh = asking->question->password != NULL ||
			creds->times.starttime != creds->times.authtime;

	if (!numbers->is_clock_known && is_fresh) {
		numbers->is_clock_known = true;
		numbers->clock_offset =
			(int32_t)((uint32_t)creds->times.starttime -
				  (uint32_t)time(NULL));
	}
}

static bool say(struct spn_child *child,
		const struct asking *asking,
		const char *text,
		const krb5_data *flat)
{
	const char *realm = (asking->realm == NULL) ? "" : asking->realm;

	return text != NULL &&
	       spn_child_say(child,
			     &asking->numbers,
			     sizeof(asking->numbers)) &&
	       probe_part_say(child, text, strlen(text)) &&
	       probe_part_say(child, realm, strlen(realm)) &&
	       probe_part_say(child,
			      (flat == NULL) ? NULL : flat->data,
			      (flat == NULL) ? 0 : flat->length);
}

static bool work(struct spn_child *child,
		 TALLOC_CTX *mem_ctx,
		 size_t number,
		 void *private_data)
{
	struct asking *asking = private_data;
	struct numbers *numbers = &asking->numbers;
	krb5_context ctx = asking->library->ctx;
	krb5_creds *creds = NULL;
	krb5_data *flat = NULL;
	const char *text = "";
	bool ok;

	*asking = (struct asking){
		.mem_ctx = mem_ctx,
		.library = asking->library,
		.questions = asking->questions,
		.order = asking->order,
		.question = &asking->questions[asking->order[number]],
	};
	krb5_set_kdc_send_hook(ctx, before_request, asking);
	krb5_set_kdc_recv_hook(ctx, after_reply, asking);
	/* A trace that the user wants goes where he wants it. */
	if (getenv("KRB5_TRACE") == NULL) {
		(void)krb5_set_trace_callback(ctx, note_trace, asking);
	}
	numbers->code = asking->question->ask(ctx, asking->question, &creds);
	if (numbers->code == 0) {
		numbers->code = krb5_marshal_credentials(ctx, creds, &flat);
	}
	if (numbers->code == 0) {
		note_clock(asking, creds);
	} else {
		text = probe_krb5_text(mem_ctx, ctx, numbers->code);
	}
	ok = say(child, asking, text, flat);
	krb5_free_creds(ctx, creds);
	krb5_free_data(ctx, flat);
	return ok;
}

/* ----------------------------------------------------------- of the parent */

static int release(struct probe_exchange *exchange)
{
	krb5_free_creds(exchange->library->ctx, exchange->creds);
	return 0;
}

/* The child's error, or -1: it was not the KDC's. */
static void judge(struct probe_exchange *exchange,
		  const struct numbers *numbers,
		  struct spn_str text)
{
	bool is_of_kdc = numbers->krb_error != 0 &&
			 numbers->code == CODE_OF(numbers->krb_error);

	if (numbers->code == 0) {
		return;
	}
	exchange->error = is_of_kdc ? (int32_t)numbers->krb_error : -1;
	exchange->text =
		(numbers->is_heard && numbers->krb_error == 0)
			? talloc_asprintf(exchange,
					  "what a KDC of %s has sent is no "
					  "answer: %s",
					  exchange->realm,
					  text.data)
			: talloc_strdup(exchange, text.data);
}

/* False when out of memory. */
static bool unpack(struct probe_exchange *exchange, struct probe_bytes bytes)
{
	struct numbers numbers = {};
	struct spn_str text = {};
	struct spn_str realm = {};
	struct probe_bytes flat = {};
	krb5_data data = {};

	memcpy(&numbers, bytes.data, sizeof(numbers));
	bytes.data += sizeof(numbers);
	bytes.len -= sizeof(numbers);
	text = spn_str_dup(exchange, probe_part_take_text(&bytes));
	realm = probe_part_take_text(&bytes);
	flat = probe_part_take(&bytes);
	exchange->num_requests = numbers.num_requests;
	exchange->is_clock_known = numbers.is_clock_known;
	exchange->clock_offset = numbers.clock_offset;
	exchange->realm = (realm.len == 0) ? NULL
					   : spn_printable(exchange, realm);
	if (numbers.kdc[0] != '\0') {
		exchange->kdc = spn_printable(exchange,
					      spn_str_of(numbers.kdc));
	}
	if (text.data == NULL || (realm.len > 0 && exchange->realm == NULL)) {
		return false;
	}
	judge(exchange, &numbers, text);
	if (exchange->error != 0) {
		return exchange->text != NULL;
	}
	data.data = flat.data;
	data.length = (unsigned)flat.len;
	return krb5_unmarshal_credentials(exchange->library->ctx,
					  &data,
					  &exchange->creds) == 0;
}

/* No answer of the child. False when out of memory. */
static bool set_failure(struct probe_exchange *exchange,
			enum spn_child_end how,
			unsigned timeout)
{
	exchange->error = -1;
	if (how == SPN_CHILD_LATE) {
		exchange->text = talloc_asprintf(exchange,
						 "no KDC has answered in %u "
						 "second%s",
						 timeout,
						 (timeout == 1) ? "" : "s");
	} else {
		exchange->text = talloc_strdup(
			exchange,
			(how == SPN_CHILD_CANNOT)
				? "no new process can be made"
				: "asking the KDC ended the process that "
				  "asked");
	}
	return exchange->text != NULL;
}

/* False when out of memory. */
static bool take(struct probe_exchange *exchange,
		 const struct spn_child_answer *answer,
		 unsigned timeout)
{
	struct probe_bytes bytes = {answer->bytes, answer->len};

	if (answer->end == SPN_CHILD_DONE &&
	    bytes.len >= sizeof(struct numbers))
	{
		return unpack(exchange, bytes);
	}
	return set_failure(exchange, answer->end, timeout);
}

/* No KDC has said anything. Who is asked for the next name of that realm would
 * wait as long again. */
static bool is_silent(const struct spn_child_answer *answer)
{
	struct numbers numbers = {};

	if (answer->end != SPN_CHILD_DONE || answer->len < sizeof(numbers)) {
		return answer->end == SPN_CHILD_LATE;
	}
	memcpy(&numbers, answer->bytes, sizeof(numbers));
	return numbers.code != 0 && numbers.num_requests > 0 &&
	       !numbers.is_heard;
}

/* On exchanges; NULL: out of memory. */
static struct probe_exchange *new_exchange(struct probe_exchange **exchanges,
					   struct probe_library *library)
{
	struct probe_exchange *exchange = talloc_zero(exchanges,
						      struct probe_exchange);

	if (exchange != NULL) {
		exchange->library = library;
		talloc_set_destructor(exchange, release);
	}
	return exchange;
}

static bool is_same_realm(const struct probe_question *one,
			  const struct probe_question *other)
{
	return one->server != NULL && other->server != NULL &&
	       krb5_realm_compare(NULL, one->server, other->server);
}

/*
 * Those of the realm of the silent one are not asked; what is left of order is
 * what is still to be asked. False when out of memory.
 */
static bool leave_out(struct probe_exchange **exchanges,
		      const struct asking *asking,
		      size_t silent,
		      size_t *order,
		      size_t *_num)
{
	const struct probe_question *questions = asking->questions;
	size_t num = 0;
	size_t i;

	for (i = 0; i < *_num; i++) {
		struct probe_exchange *exchange = NULL;

		if (!is_same_realm(&questions[order[i]], &questions[silent])) {
			order[num++] = order[i];
			continue;
		}
		exchange = new_exchange(exchanges, asking->library);
		if (exchange == NULL) {
			return false;
		}
		exchange->error = -1;
		exchange->text = talloc_strdup(exchange,
					       "not asked for, since no KDC "
					       "has answered before");
		if (exchange->text == NULL) {
			return false;
		}
		exchanges[order[i]] = exchange;
	}
	*_num = num;
	return true;
}

/* Up to one that no KDC has answered; what is left of order is what comes
 * behind. False when out of memory. */
static bool ask_some(struct probe_exchange **exchanges,
		     struct asking *asking,
		     unsigned timeout,
		     size_t *order,
		     size_t *_num)
{
	const struct spn_children ask = {
		.work = work,
		.private_data = asking,
		.milliseconds = timeout * 1000,
		.patience = 1,
		.most_at_once = 1,
		.most_bytes = MOST_BYTES,
		.is_enough = is_silent,
	};
	struct spn_child_answer *answers = NULL;
	size_t silent = 0;
	bool ok;
	size_t i;

	asking->order = order;
	answers = spn_children_ask(exchanges, &ask, *_num);
	ok = answers != NULL;
	for (i = 0; ok && i < *_num && answers[i].end != SPN_CHILD_LEFT_OUT;
	     i++)
	{
		struct probe_exchange *exchange =
			new_exchange(exchanges, asking->library);

		ok = exchange != NULL && take(exchange, &answers[i], timeout);
		exchanges[order[i]] = exchange;
		silent = order[i];
	}
	talloc_free(answers);
	*_num -= i;
	memmove(order, order + i, *_num * sizeof(*order));
	return ok && leave_out(exchanges, asking, silent, order, _num);
}

struct probe_exchange **probe_exchange_run(TALLOC_CTX *mem_ctx,
					   struct probe_library *library,
					   unsigned timeout,
					   struct probe_question *questions,
					   size_t num)
{
	struct asking asking = {.library = library, .questions = questions};
	struct probe_exchange **exchanges =
		talloc_zero_array(mem_ctx,
				  struct probe_exchange *,
				  (unsigned)num + 1);
	size_t *order = talloc_array(exchanges, size_t, (unsigned)num + 1);
	bool ok = exchanges != NULL && order != NULL;
	size_t i;

	for (i = 0; ok && i < num; i++) {
		order[i] = i;
	}
	/* Each time at least one is answered. */
	while (ok && num > 0) {
		ok = ask_some(exchanges, &asking, timeout, order, &num);
	}
	talloc_free(order);
	if (!ok) {
		TALLOC_FREE(exchanges);
	}
	return exchanges;
}
