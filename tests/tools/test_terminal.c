/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Colour, width and the line that says how far something is: at a terminal of
 * its own, at one that can only print, and where there is none.
 */
#include "common/progress.h"
#include "common/terminal.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <sys/ioctl.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static time_t now = 100; /* seconds */

int clock_gettime(clockid_t id, struct timespec *t)
{
	(void)id;
	*t = (struct timespec){.tv_sec = now};
	return 0;
}

/* A terminal: what is written to its end stands at the other one. */
struct terminal {
	int other;
	int end;
};

static void open_terminal(struct terminal *t, unsigned short columns)
{
	const struct winsize size = {.ws_row = 24, .ws_col = columns};
	struct termios raw = {};

	t->other = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(t->other >= 0);
	assert_int_equal(grantpt(t->other), 0);
	assert_int_equal(unlockpt(t->other), 0);
	t->end = open(ptsname(t->other), O_RDWR | O_NOCTTY);
	assert_true(t->end >= 0);
	assert_int_equal(ioctl(t->end, TIOCSWINSZ, &size), 0);
	assert_int_equal(tcgetattr(t->end, &raw), 0);
	raw.c_oflag &= ~(tcflag_t)OPOST;
	assert_int_equal(tcsetattr(t->end, TCSANOW, &raw), 0);
}

static void close_terminal(const struct terminal *t)
{
	assert_int_equal(close(t->end), 0);
	assert_int_equal(close(t->other), 0);
}

static int setup(void **state)
{
	(void)state;
	unsetenv("NO_COLOR");
	unsetenv("COLUMNS");
	return setenv("TERM", "xterm", 1);
}

static void test_words(void **state)
{
	static const char *const wrong[] = {"", "Auto", "auto ", "yes"};
	enum spn_color color = SPN_COLOR_AUTO;
	size_t i;

	(void)state;
	assert_true(spn_color_by_name("always", &color));
	assert_int_equal(color, SPN_COLOR_ALWAYS);
	assert_true(spn_color_by_name("never", &color));
	assert_int_equal(color, SPN_COLOR_NEVER);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_false(spn_color_by_name(wrong[i], &color));
		assert_int_equal(color, SPN_COLOR_NEVER);
	}
	assert_true(spn_color_by_name("auto", &color));
	assert_int_equal(color, SPN_COLOR_AUTO);
}

static void test_color(void **state)
{
	static const struct {
		const char *term;     /* NULL: not set */
		const char *no_color; /* the same */
		enum spn_color color;
		bool at_terminal;
		bool in_file;
	} rows[] = {
		{"xterm", NULL, SPN_COLOR_AUTO, true, false},
		{"xterm", "", SPN_COLOR_AUTO, true, false},
		{"xterm", "0", SPN_COLOR_AUTO, false, false},
		{"xterm", "1", SPN_COLOR_ALWAYS, true, true},
		{"xterm", NULL, SPN_COLOR_NEVER, false, false},
		{"dumb", NULL, SPN_COLOR_AUTO, false, false},
		{"dumb", NULL, SPN_COLOR_ALWAYS, true, true},
		{"", NULL, SPN_COLOR_AUTO, false, false},
		{NULL, NULL, SPN_COLOR_AUTO, false, false},
	};
	struct terminal t;
	int file = open("/dev/null", O_RDWR);
	bool ok = true;
	size_t i;

	(void)state;
	open_terminal(&t, 80);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spn_terminal seen;

		unsetenv("TERM");
		unsetenv("NO_COLOR");
		if (rows[i].term != NULL) {
			setenv("TERM", rows[i].term, 1);
		}
		if (rows[i].no_color != NULL) {
			setenv("NO_COLOR", rows[i].no_color, 1);
		}
		seen = spn_terminal_of(t.end, rows[i].color);
		ok &= seen.is_there && seen.has_color == rows[i].at_terminal;
		seen = spn_terminal_of(file, rows[i].color);
		ok &= !seen.is_there && seen.has_color == rows[i].in_file;
		seen = spn_terminal_of_file(rows[i].color);
		ok &= !seen.is_there && seen.has_color == rows[i].in_file;
		if (!ok) {
			fail_msg("row %zu", i);
		}
	}
	close_terminal(&t);
	assert_int_equal(close(file), 0);
}

static void test_columns(void **state)
{
	static const struct {
		unsigned short columns; /* of the terminal */
		const char *variable;	/* COLUMNS; NULL: not set */
		size_t expected;
	} rows[] = {
		{0, NULL, 80},
		{100, NULL, 100},
		{39, NULL, 40},
		{41, NULL, 41},
		{121, NULL, 120},
		{119, NULL, 119},
		{100, "60", 60},
		{100, "9", 40},
		{100, "100000", 120},
		{100, "", 100},
		{100, "0", 100},
		{100, "-5", 100},
		{100, "6x", 100},
	};
	const struct spn_terminal file = {};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct spn_terminal seen;
		struct terminal t;

		open_terminal(&t, rows[i].columns);
		unsetenv("COLUMNS");
		if (rows[i].variable != NULL) {
			setenv("COLUMNS", rows[i].variable, 1);
		}
		seen = spn_terminal_of(t.end, SPN_COLOR_AUTO);
		close_terminal(&t);
		if (spn_terminal_columns(&seen) != rows[i].expected) {
			fail_msg("row %zu: %zu",
				 i,
				 spn_terminal_columns(&seen));
		}
	}
	/* A file has 80, whatever the terminal has. */
	setenv("COLUMNS", "100", 1);
	assert_int_equal(spn_terminal_columns(&file), 80);
}

static void test_styles(void **state)
{
	const struct spn_terminal plain = {.is_there = true};
	const struct spn_terminal colored = {.has_color = true};

	(void)state;
	assert_string_equal(spn_style_on(&plain, SPN_STYLE_ERROR), "");
	assert_string_equal(spn_style_off(&plain, SPN_STYLE_ERROR), "");
	assert_string_equal(spn_style_on(&colored, SPN_STYLE_ERROR),
			    "\033[1;31m");
	assert_string_equal(spn_style_off(&colored, SPN_STYLE_ERROR),
			    "\033[0m");
	assert_string_equal(spn_style_on(&colored, SPN_STYLE_PLAIN), "");
	assert_string_equal(spn_style_off(&colored, SPN_STYLE_PLAIN), "");
}

/* --------------------------------------------------------------- progress */

/* Standard error of the test, for a while. */
static int put_behind(int end)
{
	int kept = dup(STDERR_FILENO);

	assert_true(kept >= 0);
	assert_int_equal(dup2(end, STDERR_FILENO), STDERR_FILENO);
	return kept;
}

static void put_back(int kept)
{
	assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(close(kept), 0);
}

/* What stands at the other end since the last time. */
static const char *seen_at(const struct terminal *t)
{
	static char text[1024];
	ssize_t num = 0;

	assert_int_equal(fcntl(t->other, F_SETFL, O_NONBLOCK), 0);
	num = read(t->other, text, sizeof(text) - 1);
	text[(num < 0) ? 0 : num] = '\0';
	return text;
}

static void test_progress(void **state)
{
	struct spn_progress *progress = NULL;
	struct terminal t;
	int kept;

	(void)state;
	open_terminal(&t, 100);
	kept = put_behind(t.end);
	assert_true(spn_progress_new(NULL, "tool", &progress));
	assert_non_null(progress);
	/* Not in the first second, and not at once again. */
	assert_false(spn_progress_is_due(progress));
	spn_progress_say(progress, "reading", 0.5, 7, "accounts");
	spn_progress_wipe(progress);
	assert_string_equal(seen_at(&t), "");
	now++;
	assert_true(spn_progress_is_due(progress));
	spn_progress_say(progress, "reading", 0.5, 7, "accounts");
	assert_string_equal(seen_at(&t),
			    "tool: reading [############------------]  50%, "
			    "7 accounts\033[K\r");
	assert_false(spn_progress_is_due(progress));
	/* More than all of it, and without an estimate. */
	now++;
	spn_progress_say(progress, "reading", 1.5, 7, NULL);
	assert_string_equal(
		seen_at(&t),
		"tool: reading [########################] 100%\033[K\r");
	now++;
	spn_progress_say(progress, "reading", -1, 12, "accounts");
	assert_string_equal(seen_at(&t), "tool: reading 12 accounts\033[K\r");
	/* Wiped once. */
	spn_progress_wipe(progress);
	assert_string_equal(seen_at(&t), "\033[K");
	spn_progress_wipe(progress);
	assert_string_equal(seen_at(&t), "");
	/* The second begins anew. */
	spn_progress_begin(progress);
	assert_false(spn_progress_is_due(progress));
	put_back(kept);
	close_terminal(&t);
	talloc_free(progress);
}

/* A line that is too long is cut: the last column stays free. */
static void test_narrow(void **state)
{
	struct spn_progress *progress = NULL;
	struct terminal t;
	int kept;

	(void)state;
	open_terminal(&t, 40);
	kept = put_behind(t.end);
	assert_true(spn_progress_new(NULL, "tool", &progress));
	assert_non_null(progress);
	now++;
	spn_progress_say(progress, "reading", 0.25, 1234567, "accounts");
	assert_string_equal(seen_at(&t),
			    "tool: reading [######------------------\033[K\r");
	put_back(kept);
	close_terminal(&t);
	talloc_free(progress);
}

/* Nobody looks, or the terminal cannot take a line back. */
static void test_nobody_sees_it(void **state)
{
	struct spn_progress *progress = NULL;
	int file = open("/dev/null", O_RDWR);
	struct terminal t;
	int kept;

	(void)state;
	kept = put_behind(file);
	assert_true(spn_progress_new(NULL, "tool", &progress));
	assert_null(progress);
	put_back(kept);
	open_terminal(&t, 80);
	setenv("TERM", "dumb", 1);
	kept = put_behind(t.end);
	assert_true(spn_progress_new(NULL, "tool", &progress));
	put_back(kept);
	assert_null(progress);
	/* The others take that. */
	spn_progress_begin(progress);
	assert_false(spn_progress_is_due(progress));
	spn_progress_say(progress, "reading", 0, 1, "accounts");
	spn_progress_wipe(progress);
	assert_string_equal(seen_at(&t), "");
	close_terminal(&t);
	assert_int_equal(close(file), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_words, setup),
		cmocka_unit_test_setup(test_color, setup),
		cmocka_unit_test_setup(test_columns, setup),
		cmocka_unit_test_setup(test_styles, setup),
		cmocka_unit_test_setup(test_progress, setup),
		cmocka_unit_test_setup(test_narrow, setup),
		cmocka_unit_test_setup(test_nobody_sees_it, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
