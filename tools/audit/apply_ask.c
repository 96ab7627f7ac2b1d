/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signals are waited for as the input is, so that Ctrl-C at a question is an
 * answer like others and the program says what was done before it ends.
 */
#include "apply_ask.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

static void fill(sigset_t *set)
{
	size_t i;

	sigemptyset(set);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		sigaddset(set, numbers[i]);
	}
}

bool audit_ask_is_interrupted(void)
{
	sigset_t waiting;
	size_t i;

	if (sigpending(&waiting) != 0) {
		return false;
	}
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (sigismember(&waiting, numbers[i]) == 1) {
			return true;
		}
	}
	return false;
}

static const struct {
	const char *word;
	enum audit_answer answer;
} words[] = {
	{"y", AUDIT_ANSWER_YES},
	{"yes", AUDIT_ANSWER_YES},
	{"n", AUDIT_ANSWER_NO},
	{"no", AUDIT_ANSWER_NO},
	{"a", AUDIT_ANSWER_ALL},
	{"all", AUDIT_ANSWER_ALL},
	{"1", AUDIT_ANSWER_FIRST},
	{"2", AUDIT_ANSWER_SECOND},
	{"q", AUDIT_ANSWER_QUIT},
	{"quit", AUDIT_ANSWER_QUIT},
};

static bool understand(char *line,
		       unsigned answers,
		       enum audit_answer empty,
		       enum audit_answer *_answer)
{
	size_t i;

	line[strcspn(line, "\r\n")] = '\0';
	if (line[0] == '\0') {
		*_answer = empty;
		return empty != AUDIT_ANSWER_AGAIN;
	}
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(words[i].word, line) == 0 &&
		    (answers & 1U << words[i].answer) != 0)
		{
			*_answer = words[i].answer;
			return true;
		}
	}
	return false;
}

/* Waits for input; false: a signal came first. */
static bool wait_for_input(int signals)
{
	struct pollfd fds[] = {
		{.fd = STDIN_FILENO, .events = POLLIN},
		{.fd = signals, .events = POLLIN},
	};

	while (poll(fds, 2, -1) < 0) {
		if (errno != EINTR) {
			return false;
		}
	}
	return fds[1].revents == 0;
}

/* A line; of a long one what is no answer, and the rest is thrown away. 0: the
 * end. */
static ssize_t read_line(char *line, size_t size)
{
	char rest[256];
	ssize_t len = read(STDIN_FILENO, line, size - 1);
	ssize_t last = len;

	if (len <= 0) {
		return 0;
	}
	line[len] = '\0';
	if (line[len - 1] != '\n') {
		line[0] = '?'; /* which is no answer */
		line[1] = '\0';
		do {
			last = read(STDIN_FILENO, rest, sizeof(rest));
		} while (last > 0 && rest[last - 1] != '\n');
	}
	return (last <= 0) ? 0 : len;
}

static enum audit_answer ask(const char *prompt,
			     unsigned answers,
			     enum audit_answer empty,
			     int signals)
{
	enum audit_answer answer = AUDIT_ANSWER_QUIT;
	char line[64] = "";

	while (true) {
		tcflush(STDIN_FILENO, TCIFLUSH);
		fputs(prompt, stdout);
		if (fflush(stdout) != 0) {
			return AUDIT_ANSWER_QUIT;
		}
		if (!wait_for_input(signals)) {
			return AUDIT_ANSWER_SIGNAL;
		}
		if (read_line(line, sizeof(line)) == 0) {
			return AUDIT_ANSWER_QUIT;
		}
		if (understand(line, answers, empty, &answer)) {
			return answer;
		}
	}
}

enum audit_answer audit_ask(const char *prompt,
			    unsigned answers,
			    enum audit_answer empty)
{
	enum audit_answer answer = AUDIT_ANSWER_QUIT;
	sigset_t set;
	int signals;

	fill(&set);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0) {
		return AUDIT_ANSWER_QUIT;
	}
	answer = ask(prompt, answers, empty, signals);
	close(signals);
	if (answer == AUDIT_ANSWER_QUIT || answer == AUDIT_ANSWER_SIGNAL) {
		putchar('\n'); /* nobody has typed the end of the line */
	}
	return answer;
}
