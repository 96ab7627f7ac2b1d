/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of an SPN may be made of: the one place that says so. The
 * rule syntax judges by it, a half is only added for what is a name here, and
 * a proposal is only made if it is good here. The table is in
 * docs/rules/syntax.md.
 */
#ifndef SPN_POLICY_PARTS_H
#define SPN_POLICY_PARTS_H

#include "spn.h"

enum spn_part {
	SPN_PART_CLASS,
	SPN_PART_HOST,
	SPN_PART_INSTANCE,
	SPN_PART_SERVICE,
};

/* How the characters of a part look, the worst of them. */
enum spn_look {
	SPN_LOOK_GOOD,
	SPN_LOOK_ODD,	/* unusual: maybe a placeholder, maybe on purpose */
	SPN_LOOK_NEVER, /* no name of a computer, in DNS or not, has it */
};

/*
 * Of "@" behind the class, and of "*" and blanks in a host name, nothing is
 * said here: syntax has codes of its own for them. Bytes that are not UTF-8
 * are odd. No text is good.
 */
enum spn_look spn_part_look(enum spn_part part, struct spn_str text);

/*
 * A name of a host, as it has another half: letters, digits, "-" and "_" in
 * labels of 1 to 63 bytes, 253 in all, no dot at the end. Letters are those of
 * any script, in UTF-8. An IPv4 address is made of the same: ask
 * spn_host_is_ip(), too.
 */
bool spn_host_is_name(struct spn_str host);

/* The same in ASCII, a dot at the end or not: what DNS can be asked for, RFC
 * 1035 2.3.4. */
bool spn_host_is_dns_name(struct spn_str host);

bool spn_host_is_ip(struct spn_str host); /* IPv4 or IPv6 literal */

/* "cn=web01,ou=computers,dc=example,dc=com": a host may be given by its DN
 * (DS_SPN_DN_HOST of DsGetSpn). Only the beginning is looked at. */
bool spn_host_is_dn(struct spn_str host);

/* A name, an address, or a DN of good characters. */
bool spn_host_is_good(struct spn_str host);

/* Digits and nothing else. As an instance name it is a port that is none: 0,
 * or above 65535. */
bool spn_str_is_number(struct spn_str s);

/* Each part that is there has something in it, all of it good, no blank at its
 * edges, and no "@". */
bool spn_is_good(const struct spn *spn);

/*
 * Nearly every SPN: two parts or three, each of letters, digits and "-", the
 * second and the third of labels with dots between them; the second no
 * address, the first none of TLS. Nothing is wrong with what is in such a
 * value, and it has no suffix; of one that is not ordinary this says nothing.
 */
bool spn_is_ordinary(struct spn_str value);

/* Of such a value another one with this class is ordinary, too. */
bool spn_class_is_ordinary(struct spn_str class);

#endif
