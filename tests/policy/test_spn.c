/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of one SPN: parsing, formatting, escaping, comparing. Tables;
 * every line that fails is printed, then the test fails once.
 */
#include "lib/policy_fixture.h"
#include "policy/ids.h"
#include "policy/slots.h"
#include "policy/quote.h"

struct parse_row {
	struct spn_str value;
	enum spn_syntax syntax;
	const char *service_class;
	const char *host_name;
	const char *instance_name;
	const char *service_name;
	uint16_t port;
	bool has_suffix;
	bool has_service_name;
	bool is_plain;
};

#define PLAIN(value, class, host)                                             \
	{STR(value), SPN_SYNTAX_OK, class, host, "", "", 0, false, false, true}
#define BAD(value, syntax)                                                    \
	{STR(value), syntax, "", "", "", "", 0, false, false, false}
#define OK SPN_SYNTAX_OK

static const struct parse_row parse_rows[] = {
	/* Two parts: class and host name, whatever they are made of. */
	PLAIN("http/web01", "http", "web01"),
	PLAIN("HTTP/web01.example.com", "HTTP", "web01.example.com"),
	PLAIN("Hyper-V Replica Service/h", "Hyper-V Replica Service", "h"),
	PLAIN("http/a@B", "http", "a@B"),
	PLAIN("http/a\\b", "http", "a\\b"),
	PLAIN("http/*", "http", "*"),
	PLAIN(" / ", " ", " "),
	PLAIN("http/192.0.2.1", "http", "192.0.2.1"),
	/* An IPv6 literal has colons of its own; a suffix needs brackets. */
	PLAIN("http/2001:db8::1", "http", "2001:db8::1"),
	PLAIN("http/::1", "http", "::1"),
	PLAIN("http/[::1]", "http", "[::1]"),
	{STR("http/[::1]:80"), OK, "http", "[::1]", "", "", 80, 1, 0, 0},
	{STR("http/[::1]:x"), OK, "http", "[::1]", "x", "", 0, 1, 0, 0},
	/* Empty parts are parts: the rule "syntax" judges them. */
	{STR("cifs/"), OK, "cifs", "", "", "", 0, 0, 0, 0},
	{STR("/"), OK, "", "", "", "", 0, 0, 0, 0},
	{STR("/web01"), OK, "", "web01", "", "", 0, 0, 0, 0},
	{STR("//"), OK, "", "", "", "", 0, 0, 1, 0},
	{STR("cifs//x"), OK, "cifs", "", "", "x", 0, 0, 1, 0},
	/* A pasted URL has two slashes and is three parts. */
	{STR("http://web01"), OK, "http:", "", "", "web01", 0, 0, 1, 0},
	/* Three parts; the third may be empty, hold colons or blanks. */
	{STR("ldap/dc/d"), OK, "ldap", "dc", "", "d", 0, 0, 1, 0},
	{STR("ldap/dc/"), OK, "ldap", "dc", "", "", 0, 0, 1, 0},
	{STR("a/b/c:1"), OK, "a", "b", "", "c:1", 0, 0, 1, 0},
	{STR("a/b:1/c"), OK, "a", "b", "", "c", 1, 1, 1, 0},
	{STR("a/b:i/c"), OK, "a", "b", "i", "c", 0, 1, 1, 0},
	/* All digits and 1-65535 is a port, anything else an instance. */
	{STR("http/w:1"), OK, "http", "w", "", "", 1, 1, 0, 0},
	{STR("http/w:8080"), OK, "http", "w", "", "", 8080, 1, 0, 0},
	{STR("http/w:65535"), OK, "http", "w", "", "", 65535, 1, 0, 0},
	{STR("http/w:65536"), OK, "http", "w", "65536", "", 0, 1, 0, 0},
	{STR("http/w:0"), OK, "http", "w", "0", "", 0, 1, 0, 0},
	{STR("http/w:80a"), OK, "http", "w", "80a", "", 0, 1, 0, 0},
	{STR("http/w:-1"), OK, "http", "w", "-1", "", 0, 1, 0, 0},
	{STR("http/w: 80"), OK, "http", "w", " 80", "", 0, 1, 0, 0},
	{STR("MSSQLSvc/s:INST"), OK, "MSSQLSvc", "s", "INST", "", 0, 1, 0, 0},
	{STR("http/w:4294967376"),
	 OK,
	 "http",
	 "w",
	 "4294967376",
	 "",
	 0,
	 1,
	 0,
	 0},
	/* An empty suffix is one all the same. */
	{STR("http/w:"), OK, "http", "w", "", "", 0, 1, 0, 0},
	{STR("http/:80"), OK, "http", "", "", "", 80, 1, 0, 0},
	/* A colon in the class is no suffix. */
	PLAIN("ht:tp/w", "ht:tp", "w"),
	/* No or more than two slashes: no SPN at all. */
	BAD("", SPN_SYNTAX_NO_SLASH),
	BAD("justname", SPN_SYNTAX_NO_SLASH),
	BAD("http\\web01", SPN_SYNTAX_NO_SLASH),
	BAD("a/b/c/d", SPN_SYNTAX_TOO_MANY_SLASHES),
	BAD("///", SPN_SYNTAX_TOO_MANY_SLASHES),
	BAD("http://web01/", SPN_SYNTAX_TOO_MANY_SLASHES),
	BAD("////////////////", SPN_SYNTAX_TOO_MANY_SLASHES),
};

static bool part_is(const struct parse_row *row,
		    const char *what,
		    struct spn_str part,
		    const char *wanted)
{
	if (spn_str_equal(part, spn_str_of(wanted))) {
		return true;
	}
	print_error("%s: %s is '%.*s', not '%s'\n",
		    row->value.data,
		    what,
		    (int)part.len,
		    part.data,
		    wanted);
	return false;
}

static bool number_is(const struct parse_row *row,
		      const char *what,
		      unsigned number,
		      unsigned wanted)
{
	if (number == wanted) {
		return true;
	}
	print_error("%s: %s is %u, not %u\n",
		    row->value.data,
		    what,
		    number,
		    wanted);
	return false;
}

static bool parse_row_passes(const struct parse_row *row)
{
	struct spn spn = {};
	enum spn_syntax syntax = spn_parse(row->value, &spn);
	bool ok = number_is(row, "syntax", syntax, row->syntax);

	ok &= spn_str_equal(spn.value, row->value);
	ok &= part_is(row, "class", spn.service_class, row->service_class);
	ok &= part_is(row, "host", spn.host_name, row->host_name);
	ok &= part_is(row, "instance", spn.instance_name, row->instance_name);
	ok &= part_is(row, "service", spn.service_name, row->service_name);
	ok &= number_is(row, "port", spn.port, row->port);
	ok &= number_is(row, "suffix", spn.has_suffix, row->has_suffix);
	ok &= number_is(row,
			"three-part",
			spn.has_service_name,
			row->has_service_name);
	ok &= number_is(row, "plain", spn_is_plain(&spn), row->is_plain);
	return ok;
}

/* MS-ADTS 2.2.21, and what ldap_spn.py found a Windows DC to accept. */
static void parse_table(void **state)
{
	bool ok = true;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(parse_rows); i++) {
		ok &= parse_row_passes(&parse_rows[i]);
	}
	assert_true(ok);
}

/* A NUL byte is data, in every part, and ends nothing. */
static void parse_nul_is_data(void **state)
{
	struct spn spn = {};

	(void)state;
	assert_int_equal(spn_parse(STR("ht\0tp/w\0b:8\0/s\0"), &spn), OK);
	assert_true(spn_str_equal(spn.service_class, STR("ht\0tp")));
	assert_true(spn_str_equal(spn.host_name, STR("w\0b")));
	assert_true(spn_str_equal(spn.instance_name, STR("8\0")));
	assert_true(spn_str_equal(spn.service_name, STR("s\0")));
	assert_int_equal(spn.port, 0);
	assert_int_equal(spn_parse(STR("a\0/b/c/d"), &spn),
			 SPN_SYNTAX_TOO_MANY_SLASHES);
	assert_int_equal(spn_parse(STR("http\0"), &spn), SPN_SYNTAX_NO_SLASH);
}

/* Parts are slices of the value that was given, not copies. */
static void parse_points_into_value(void **state)
{
	static const char text[] = "http/web01:80/x";
	struct spn spn = {};

	(void)state;
	assert_int_equal(spn_parse(spn_str_of(text), &spn), OK);
	assert_ptr_equal(spn.service_class.data, text);
	assert_ptr_equal(spn.host_name.data, text + 5);
	assert_ptr_equal(spn.service_name.data, text + 14);
}

/* A value of no bytes may come without an address. */
static void parse_null(void **state)
{
	struct spn spn = {};

	(void)state;
	assert_int_equal(spn_parse((struct spn_str){}, &spn),
			 SPN_SYNTAX_NO_SLASH);
	assert_false(spn_is_plain(&spn));
}

/* parse, format, parse gives the same two parts (two-part SPNs). */
static void format_round_trip(void **state)
{
	struct fixture *f = *state;
	size_t num = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parse_rows); i++) {
		struct spn spn = {};
		char *text = NULL;

		if (!parse_rows[i].is_plain) {
			continue;
		}
		spn_parse(parse_rows[i].value, &spn);
		text = spn_format(f->mem_ctx,
				  spn.service_class,
				  spn.host_name);
		assert_non_null(text);
		assert_string_equal(text, parse_rows[i].value.data);
		num++;
	}
	assert_true(num > 10);
}

/* The parts need not be NUL-terminated, and may be empty. */
static void format_slices(void **state)
{
	struct fixture *f = *state;
	struct spn_str class = {.data = "httpd", .len = 4};
	struct spn_str host = {.data = "web01.example.com", .len = 5};
	char *text = spn_format(f->mem_ctx, class, host);

	assert_string_equal(text, "http/web01");
	text = spn_format(f->mem_ctx, (struct spn_str){}, (struct spn_str){});
	assert_string_equal(text, "/");
}

/* Without case means ASCII case; the length counts, NUL bytes too. */
static void str_comparisons(void **state)
{
	(void)state;
	assert_true(spn_str_equal(STR("a"), STR("a")));
	assert_false(spn_str_equal(STR("a"), STR("A")));
	assert_false(spn_str_equal(STR("a"), STR("a\0")));
	assert_true(spn_str_equal((struct spn_str){}, STR("")));
	assert_true(spn_str_equal_nocase(STR("aBz@"), STR("AbZ@")));
	assert_false(spn_str_equal_nocase(STR("@"), STR("`")));
	assert_false(spn_str_equal_nocase(STR("["), STR("{")));
	assert_false(spn_str_equal_nocase(STR("a\0b"), STR("a\0c")));
	assert_true(spn_str_is(STR("HTTP"), "http"));
	assert_false(spn_str_is(STR("http\0"), "http"));
	assert_true(spn_str_is(STR(""), NULL));
	assert_false(spn_str_is(STR("x"), NULL));
	assert_true(spn_str_compare(STR("a"), STR("b")) < 0);
	assert_true(spn_str_compare(STR("a"), STR("ab")) < 0);
	assert_true(spn_str_compare(STR("b"), STR("ab")) > 0);
	assert_int_equal(spn_str_compare(STR(""), (struct spn_str){}), 0);
}

/* Two texts that differ in one byte, whichever, wherever: they are the same
 * without case exactly if the two are one letter, and then have one hash. */
static void every_byte_everywhere(void **state)
{
	char a[] = "abcdefgH/Jklmno.q";
	char b[] = "ABCDEFGh/jKLMNO.Q";
	const struct spn_str x = {.data = a, .len = strlen(a)};
	const struct spn_str y = {.data = b, .len = strlen(b)};
	size_t num_alike = 0;
	size_t place;
	int i;

	(void)state;
	for (place = 0; place < x.len; place++) {
		const char old[2] = {a[place], b[place]};

		for (i = 0; i < 256 * 256; i++) {
			bool same = false;

			a[place] = (char)(i / 256);
			b[place] = (char)(i % 256);
			same = spn_ascii_lower(a[place]) ==
			       spn_ascii_lower(b[place]);
			assert_int_equal(spn_str_equal_nocase(x, y), same);
			if (spn_slots_hash(7, x, true) ==
			    spn_slots_hash(7, y, true))
			{
				num_alike += same ? 0 : 1;
			} else {
				assert_false(same);
			}
		}
		a[place] = old[0];
		b[place] = old[1];
	}
	assert_true(num_alike < 3); /* one in 4,000 million */
	assert_int_not_equal(spn_slots_hash(7, x, false),
			     spn_slots_hash(7, y, false));
	assert_int_not_equal(spn_slots_hash(7, STR("a"), false),
			     spn_slots_hash(7, STR("a\0"), false));
	assert_int_not_equal(spn_slots_hash(7, STR("a"), false),
			     spn_slots_hash(8, STR("a"), false));
}

/* A copy has bytes of its own and never is NULL with memory at hand. */
static void str_dup(void **state)
{
	struct fixture *f = *state;
	struct spn_str copy = spn_str_dup(f->mem_ctx, STR("a\0b"));

	assert_true(spn_str_equal(copy, STR("a\0b")));
	copy = spn_str_dup(f->mem_ctx, (struct spn_str){});
	assert_non_null(copy.data);
	assert_int_equal(copy.len, 0);
}

static void class_is(void **state)
{
	struct spn spn = {};

	(void)state;
	spn_parse(STR("HtTp/x"), &spn);
	assert_true(spn_class_is(&spn, "http"));
	assert_false(spn_class_is(&spn, "https"));
	assert_false(spn_class_is(&spn, "htt"));
}

/* A URL, not an SPN with a port or an instance name. */
static void scheme_table(void **state)
{
	static const struct {
		struct spn_str value;
		size_t len;
	} rows[] = {
		{STR("http://web"), 4},
		{STR("svn+ssh://h"), 7},
		{STR("x:/"), 1},
		{STR("x:"), 0},
		{STR("http"), 0},
		{STR("http/web:80"), 0},
		{STR("host:80/web"), 0},
		{STR("+x://h"), 0},
		{STR("1x://h"), 0},
		{STR("h\xc3\xb6://h"), 0},
		{STR("://h"), 0},
		{STR(""), 0},
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(spn_scheme_len(rows[i].value), rows[i].len);
	}
}

/* Text and bytes of an objectGUID, as the directory orders them. */
static void guid_text_and_bytes(void **state)
{
	static const uint8_t wanted[16] = {0x3e,
					   0x4a,
					   0xbc,
					   0xd9,
					   0xc8,
					   0x21,
					   0x4b,
					   0x4c,
					   0x8b,
					   0x4e,
					   0x0a,
					   0x8f,
					   0x7a,
					   0x3c,
					   0x1b,
					   0x11};
	uint8_t bytes[SPN_GUID_BYTES] = {};
	char text[SPN_GUID_TEXT] = {};

	(void)state;
	assert_true(spn_guid_bytes(STR("d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b11"),
				   bytes));
	assert_memory_equal(bytes, wanted, 16);
	assert_true(spn_guid_bytes(STR("D9BC4A3E-21C8-4C4B-8B4E-0A8F7A3C1B11"),
				   bytes));
	assert_memory_equal(bytes, wanted, 16);
	spn_guid_text(bytes, text);
	assert_string_equal(text, "d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b11");
}

/* Anything else is no GUID, and nothing behind its end is read. */
static void no_guid(void **state)
{
	static const char *const texts[] = {
		"",
		"-",
		"d",
		"d9bc4a3",
		"svc",
		"d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b1",
		"d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b111",
		"d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b1g",
		"d9bc4a3e21c8-4c4b-8b4e-0a8f7a3c1b111",
		"d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b-1",
		"d9bc4a3e21c84c4b8b4e0a8f7a3c1b11",
		"d9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b1 ",
		" 9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b11",
		"+9bc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b11",
		"0xbc4a3e-21c8-4c4b-8b4e-0a8f7a3c1b11",
	};
	struct fixture *f = *state;
	bool ok = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		/* On the heap, so that a read behind the end is seen. */
		size_t len = strlen(texts[i]);
		char *text = talloc_memdup(f->mem_ctx, texts[i], len);
		uint8_t bytes[SPN_GUID_BYTES] = {};

		if (spn_guid_bytes((struct spn_str){text, len}, bytes)) {
			print_error("'%s' is a GUID?\n", texts[i]);
			ok = false;
		}
		talloc_free(text);
	}
	assert_true(ok);
}

/* Bytes of a SID as people read them: MS-DTYP 2.4.2.1. */
static void sid_text(void **state)
{
	static const struct {
		struct spn_str bytes;
		const char *text;
	} table[] = {
		{STR("\1\0\0\0\0\0\0\5"), "S-1-5"},
		{STR("\1\1\0\0\0\0\0\5\x12\0\0\0"), "S-1-5-18"},
		{STR("\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0"), "S-1-5-32-544"},
		{STR("\1\2\0\0\0\0\0\1\xff\xff\xff\xff\0\0\0\x80"),
		 "S-1-1-4294967295-2147483648"},
		{STR("\1\1\0\0\1\0\0\1\1\0\0\0"), "S-1-16777217-1"},
		{STR("\1\1\0\0\xff\xff\xff\xff\1\0\0\0"), "S-1-4294967295-1"},
		{STR("\1\1\1\2\3\4\5\6\1\0\0\0"), "S-1-0x10203040506-1"},
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		assert_string_equal(spn_sid_text(f->mem_ctx, table[i].bytes),
				    table[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(parse_table),
		fixture_test(parse_nul_is_data),
		fixture_test(parse_points_into_value),
		fixture_test(parse_null),
		fixture_test(format_round_trip),
		fixture_test(format_slices),
		fixture_test(str_comparisons),
		fixture_test(every_byte_everywhere),
		fixture_test(str_dup),
		fixture_test(class_is),
		fixture_test(scheme_table),
		fixture_test(guid_text_and_bytes),
		fixture_test(no_guid),
		fixture_test(sid_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
