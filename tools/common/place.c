/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file that is there is known by its number, so that links do not matter.
 * One that is not there yet is known by its folder and its name in it; a
 * symbolic link may lead to it all the same.
 */
#include "place.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_LINKS 40

struct place {
	bool is_stream;
	bool is_there;
	struct stat st;	    /* if it is */
	struct stat folder; /* if it is not */
	char name[PATH_MAX];
};

bool audit_place_is_stream(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0;
}

/* The path that a symbolic link means; false if it is none. */
static bool follow(char path[PATH_MAX])
{
	char target[PATH_MAX] = "";
	char folder[PATH_MAX] = "";
	char made[2 * PATH_MAX] = "";
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	if (len < 0) {
		return false;
	}
	memcpy(folder, path, strlen(path) + 1);
	if (target[0] == '/') {
		snprintf(made, sizeof(made), "%s", target);
	} else {
		snprintf(made, sizeof(made), "%s/%s", dirname(folder), target);
	}
	if (strlen(made) >= PATH_MAX) {
		return false;
	}
	memcpy(path, made, strlen(made) + 1);
	return true;
}

/* False where nothing can be written anyway: whoever tries says why. */
static bool find_new(const char *path, struct place *_place)
{
	char whole[PATH_MAX] = "";
	char folder[PATH_MAX] = "";
	char name[PATH_MAX] = "";
	int i;

	if (strlen(path) >= sizeof(whole)) {
		return false;
	}
	memcpy(whole, path, strlen(path) + 1);
	for (i = 0; i < MOST_LINKS && follow(whole); i++) {
	}
	memcpy(folder, whole, sizeof(folder));
	memcpy(name, whole, sizeof(name));
	snprintf(_place->name, sizeof(_place->name), "%s", basename(name));
	return stat(dirname(folder), &_place->folder) == 0;
}

static bool find(const struct audit_place *wanted, struct place *_place)
{
	*_place = (struct place){
		.is_stream = audit_place_is_stream(wanted->path),
	};
	if (_place->is_stream) {
		_place->is_there = true;
		return fstat(wanted->is_input ? STDIN_FILENO : STDOUT_FILENO,
			     &_place->st) == 0;
	}
	_place->is_there = stat(wanted->path, &_place->st) == 0;
	return _place->is_there ||
	       (errno == ENOENT && find_new(wanted->path, _place));
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool is_same(const struct place *a, const struct place *b)
{
	if (a->is_there != b->is_there) {
		return false;
	}
	if (!a->is_there) {
		return same_file(&a->folder, &b->folder) &&
		       strcmp(a->name, b->name) == 0;
	}
	return same_file(&a->st, &b->st) && !S_ISCHR(a->st.st_mode);
}

/* Two of these are too many, wherever they come from or go to. */
static bool is_one_stream(const struct audit_place *one,
			  const struct audit_place *other)
{
	return audit_place_is_stream(one->path) &&
	       audit_place_is_stream(other->path) &&
	       one->is_input == other->is_input;
}

static bool clash(const struct audit_place *one,
		  const struct audit_place *other)
{
	struct place a = {};
	struct place b = {};

	if (is_one_stream(one, other)) {
		return true;
	}
	return !(one->is_input && other->is_input) && find(one, &a) &&
	       find(other, &b) && is_same(&a, &b);
}

bool audit_place_check(const struct audit_place *places,
		       size_t num,
		       const struct audit_place **_one,
		       const struct audit_place **_other)
{
	size_t i;
	size_t j;

	for (i = 0; i < num; i++) {
		for (j = i + 1; j < num; j++) {
			if (clash(&places[i], &places[j])) {
				*_one = &places[i];
				*_other = &places[j];
				return false;
			}
		}
	}
	return true;
}
