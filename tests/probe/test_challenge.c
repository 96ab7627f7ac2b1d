/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * WWW-Authenticate, as servers and RFC 9110 11.6.1 write it, and the error in
 * an answer token.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "probe/web/answer.h"
#include "probe/web/challenge.h"

/* seen: "scheme", "scheme:token68", with a blank between. */
struct header {
	const char *text;
	const char *seen;
};

static const struct header headers[] = {
	{"", ""},
	{" , ,\t,", ""},
	{"Negotiate", "Negotiate"},
	{"negotiate ", "negotiate"},
	{"Negotiate, NTLM", "Negotiate NTLM"},
	{"Negotiate,NTLM,Basic realm=\"x\"", "Negotiate NTLM Basic"},
	{"Negotiate oRQwEqADCgEA", "Negotiate:oRQwEqADCgEA"},
	{"Negotiate oRQ+/==", "Negotiate:oRQ+/=="},
	{"Negotiate   oRQ=  , Basic", "Negotiate:oRQ= Basic"},
	{"Negotiate oRQ== x, Basic", "Negotiate Basic"},
	/* the example of RFC 9110 */
	{"Basic realm=\"simple\", Newauth realm=\"apps\", type=1, "
	 "title=\"Login to \\\"apps\\\"\"",
	 "Basic Newauth"},
	{"Newauth realm=\"apps\", type=1, Basic realm=\"simple\"",
	 "Newauth Basic"},
	{"Basic realm=\"Negotiate, NTLM\"", "Basic"},
	{"Basic realm=\"a\\\", Negotiate, b=\"c\", NTLM", "Basic"},
	{"Digest realm = x , nonce = \"y\" , Negotiate", "Digest Negotiate"},
	{"Digest realm=x nonce=y, Negotiate", "Digest Negotiate"},
	{"Bearer, , , error=\"x\", Negotiate", "Bearer Negotiate"},
	{"Basic realm=\"open, Negotiate", "Basic"},
	{"Basic realm=, Negotiate", "Basic:realm= Negotiate"},
	{"realm=\"x\", Negotiate", "Negotiate"},
	{"realm =\"x\", Negotiate", "Negotiate"},
	{"\"Basic, NTLM\", Negotiate", "Negotiate"},
	{"B\xc3\xa4sic, Negotiate", "Negotiate"},
	{"Basic/x, Negotiate", "Negotiate"},
	{"= , Negotiate", "Negotiate"},
	{"Custom a=b, c, Negotiate d=e", "Custom c Negotiate"},
	{"Negotiate\toRQ=", "Negotiate:oRQ="},
	{"X-Y_Z!#$%&'*+-.^_`|~ t", "X-Y_Z!#$%&'*+-.^_`|~:t"},
};

static void test_headers(void **state)
{
	size_t num_bad = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct spn_str rest = spn_str_of(headers[i].text);
		struct probe_challenge each = {};
		char seen[200] = "";
		size_t len = 0;

		while (probe_challenge_next(&rest, &each)) {
			len += (size_t)snprintf(seen + len,
						sizeof(seen) - len,
						"%s%.*s%s%.*s",
						(len == 0) ? "" : " ",
						(int)each.scheme.len,
						each.scheme.data,
						(each.token68.len == 0) ? ""
									: ":",
						(int)each.token68.len,
						each.token68.data);
			assert_true(len < sizeof(seen));
		}
		if (strcmp(seen, headers[i].seen) != 0) {
			print_error("%s\n gives %s\n not %s\n",
				    headers[i].text,
				    seen,
				    headers[i].seen);
			num_bad++;
		}
	}
	assert_int_equal(num_bad, 0);
}

/* A NUL byte is a byte. */
static void test_nul(void **state)
{
	struct spn_str rest = {.data = "Basic\0, Negotiate a\0b, NTLM\0",
			       .len = 28};
	struct probe_challenge each = {};

	(void)state;
	assert_true(probe_challenge_next(&rest, &each));
	assert_true(spn_str_is(each.scheme, "Negotiate"));
	assert_int_equal(each.token68.len, 0);
	assert_false(probe_challenge_next(&rest, &each));
}

/* With a field behind the error. */
#define ERROR_TAIL(code)                                                      \
	"\x7e\x19\x30\x17\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x1e"            \
	"\xa5\x01\x00\xa6\x03\x02\x01" code "\xa9\x03\x1b\x01X"
#define KRB5_ERROR(code)                                                      \
	"\x60\x28\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x03"            \
	"\x00" ERROR_TAIL(code)

struct token {
	const char *bytes;
	size_t len;
	int32_t error;
};

#define TOKEN(text, error) {text, sizeof(text) - 1, error}

static const struct token tokens[] = {
	TOKEN(ERROR_TAIL("\x2c"), 44),
	TOKEN(KRB5_ERROR("\x2c"), 44),
	/* as mod_auth_gssapi sends it: reject, and the token of Kerberos */
	TOKEN("\xa1\x35\x30\x33\xa0\x03\x0a\x01\x02\xa2\x2c\x04"
	      "\x2a" KRB5_ERROR("\x25"),
	      37),
	/* long forms of the length */
	TOKEN("\xa1\x81\x3a\x30\x82\x00\x36\xa0\x03\x0a\x01\x02\xa2\x83\x00"
	      "\x00\x2c\x04\x2a" KRB5_ERROR("\x23"),
	      35),
	/* accept-completed, with an AP-REP */
	TOKEN("\xa1\x1a\x30\x18\xa0\x03\x0a\x01\x00\xa2\x11\x04\x0f\x60\x0d"
	      "\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x02\x00",
	      0),
	TOKEN("\xa1\x07\x30\x05\xa0\x03\x0a\x01\x02", 0),
	TOKEN("", 0),
	TOKEN("\x7e", 0),
	TOKEN("\x7e\x84\xff\xff\xff\xff", 0),
	TOKEN("\x7e\x85\x01\x01\x01\x01\x01", 0),
	TOKEN("\x7e\x80\x00\x00", 0),
	/* not of one byte, and none of RFC 4120 */
	TOKEN("\x7e\x08\x30\x06\xa6\x04\x02\x02\x00\x25", 0),
	TOKEN("\x7e\x07\x30\x05\xa6\x03\x02\x01\xff", 0),
	TOKEN("\x7e\x06\x30\x04\xa6\x02\x02\x00", 0),
	/* nothing but layers */
	TOKEN("\x60\x11\x06\x00\x60\x0d\x06\x00\x60\x09\x06\x00\x60\x05\x06"
	      "\x00\x60\x01\x06",
	      0),
};

static void test_answers(void **state)
{
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		const struct token *t = &tokens[i];
		struct spn_str token = {.data = t->bytes, .len = t->len};

		if (probe_answer_error(token) != t->error) {
			print_error("token %zu gives %d\n",
				    i,
				    (int)probe_answer_error(token));
		}
		assert_int_equal(probe_answer_error(token), t->error);
		/* Cut anywhere it has none. */
		for (j = 0; j < t->len; j++) {
			token.len = j;
			assert_int_equal(probe_answer_error(token), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
