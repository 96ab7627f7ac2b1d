# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools and Kerberos tickets: a valid one is used without a word, and of
one that is not taken the reason is said.

Runs in ad_dc_stock:local, as a client over LDAP. An expired ticket and one of
another realm are made from a good one, in the credentials cache; a clock that
is wrong is one of this process alone.
"""

import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import unittest

REALM = os.environ["REALM"]
OTHER_REALM = "X" + REALM[1:]
SERVER = os.environ["SERVER"]
SERVER_CONF = os.environ["SERVERCONFFILE"]
SAM = os.path.join(os.path.dirname(os.path.dirname(SERVER_CONF)),
                   "private", "sam.ldb")
FQDN = "%s.%s" % (SERVER, REALM.lower())
CONF = "--configfile=" + os.environ["SMB_CONF_PATH"]
WHO, PASSWORD = "alice", "Secret007"
TOOLS = (("setspn", "-L", SERVER + "$"),
         ("spn-audit", "--only=SPN-101"),
         ("spn-policy", "check"))
# Everything that asks for the time.
CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long skew(void)
{
	const char *text = getenv("SPN_TEST_SKEW");

	return text == NULL ? 0 : atol(text);
}

int clock_gettime(clockid_t id, struct timespec *now)
{
	static int (*real)(clockid_t, struct timespec *);
	int ret;

	if (real == NULL) {
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	}
	ret = real(id, now);
	if (id == CLOCK_REALTIME) {
		now->tv_sec += skew();
	}
	return ret;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec precise;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &precise);
	now->tv_sec = precise.tv_sec;
	now->tv_usec = precise.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *now)
{
	struct timespec precise;

	clock_gettime(CLOCK_REALTIME, &precise);
	if (now != NULL) {
		*now = precise.tv_sec;
	}
	return precise.tv_sec;
}
"""


class TicketTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.cache = os.path.join(cls.folder, "ccache")
        subprocess.run(["kinit", "-c", "FILE:" + cls.cache,
                        "%s@%s" % (WHO, REALM)], check=True,
                       input=PASSWORD.encode(), stdout=subprocess.DEVNULL)
        with open(cls.cache, "rb") as stream:
            cls.bytes = stream.read()

    def changed(self, name, content):
        """A cache beside the good one."""
        path = os.path.join(self.folder, name)
        with open(path, "wb") as stream:
            stream.write(content)
        os.chmod(path, 0o600)
        return path

    def run_tool(self, tool, *args, url=None, cache=None, **env):
        environment = dict(os.environ, KRB5CCNAME=cache or self.cache, **env)
        for name in "PASSWD", "PASSWD_FD", "PASSWD_FILE":
            environment.pop(name, None)
        return subprocess.run(
            [tool[0], CONF, "-H", url or "ldap://" + FQDN, *args, *tool[1:]],
            env=environment, stdin=subprocess.DEVNULL, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True)

    def refused(self, text, *args, **how):
        """Each tool says so in its line, asks for nothing, and has done
        nothing."""
        for tool in TOOLS:
            with self.subTest(tool=tool[0]):
                done = self.run_tool(tool, *args, **how)
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                lines = [line for line in done.stderr.splitlines()
                         if line.startswith(tool[0] + ": cannot open ")]
                self.assertEqual(1, len(lines), done.stderr)
                self.assertIn(text, lines[0])
                self.assertNotIn("Password for", done.stderr)


class Taken(TicketTest):
    def test_valid(self):
        """By the FQDN and the short name; in a file by its path alone, too."""
        for tool in TOOLS:
            for url in "ldap://" + FQDN, "ldap://" + SERVER:
                for cache in self.cache, "FILE:" + self.cache:
                    with self.subTest(tool=tool[0], url=url, cache=cache):
                        done = self.run_tool(tool, url=url, cache=cache)
                        self.assertEqual(0, done.returncode, done.stderr)
                        self.assertNotEqual("", done.stdout)

    def test_as_whom(self):
        """It is the ticket's account that writes, and may not."""
        done = self.run_tool(("setspn", "-S", "foo/x", SERVER + "$"))
        self.assertEqual(1, done.returncode, done.stderr)
        self.assertIn("Insufficient access rights", done.stderr)

    def test_named_user_wins(self):
        """A password is tried where somebody is named, ticket or not."""
        for tool in TOOLS:
            done = self.run_tool(tool, "--user=bob%Secret007",
                                 cache="/nonexistent")
            self.assertEqual(0, done.returncode, done.stderr)
            done = self.run_tool(tool, "--user=bob%wrong")
            self.assertEqual(2, done.returncode)
            self.assertIn("wrong user name or password", done.stderr)

    def test_offered_command_has_no_password(self):
        done = self.run_tool(("setspn", "-S", "http://web", "bob"),
                             "--user=bob%Secret007")
        self.assertIn("setspn -H 'ldap://%s' --user='bob' -U -S 'http/web' "
                      "'bob'" % FQDN, done.stderr)
        done = self.run_tool(("setspn", "-S", "http://web", "bob"))
        self.assertIn("setspn -H 'ldap://%s' -U -S 'http/web' 'bob'" % FQDN,
                      done.stderr)


class OtherCaches(TicketTest):
    """Those that are no plain file, as far as Samba's library takes them."""

    def kinit(self, cache):
        done = subprocess.run(["kinit", "-c", cache, "%s@%s" % (WHO, REALM)],
                              check=False, input=PASSWORD.encode(),
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE)
        return done.returncode == 0

    def taken(self, cache, *args, **how):
        for tool in TOOLS:
            with self.subTest(tool=tool[0], cache=cache):
                done = self.run_tool(tool, *args, cache=cache, **how)
                self.assertEqual(0, done.returncode, done.stderr)

    def test_folder(self):
        """DIR: of several, and one of them."""
        folder = os.path.join(self.folder, "caches")
        os.mkdir(folder, mode=0o700)
        for cache in "DIR:" + folder, "DIR::%s/tktother" % folder:
            self.assertTrue(self.kinit(cache))
            self.taken(cache)

    def test_keyring(self):
        """Filled by MIT's kinit: Samba's library takes it, or from 4.24 on does
        not."""
        cache = "KEYRING:session:spn_policy_test_%d" % time.time_ns()
        if not self.kinit(cache):
            self.skipTest("the kernel has no keyring for us")
        self.addCleanup(subprocess.run, ["kdestroy", "-c", cache], check=False)
        stock = self.run_tool(("ldbsearch", "(sAMAccountName=%s)" % WHO),
                              "--use-krb5-ccache=" + cache)
        if "sAMAccountName: " + WHO in stock.stdout:
            self.taken(cache)
        else:
            self.not_taken(cache)

    def test_of_krb5_conf(self):
        """Where the environment says nothing."""
        with open(os.environ["KRB5_CONFIG"], encoding="utf-8") as stream:
            conf = stream.read()
        path = self.changed("krb5.conf", conf.replace(
            "[libdefaults]", "[libdefaults]\n\tdefault_ccache_name = FILE:"
            + self.cache).encode())
        self.assertFalse(os.path.exists("/tmp/krb5cc_%d" % os.geteuid()))
        # An empty one is none.
        self.taken("", KRB5_CONFIG=path)

    def not_taken(self, cache):
        """Whatever it is, nobody waits for it, and it is said."""
        for tool in TOOLS:
            with self.subTest(tool=tool[0], cache=cache):
                done = self.run_tool(tool, cache=cache)
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                self.assertIn("Samba's Kerberos library cannot use " + cache,
                              done.stderr)
                self.assertIn("type kinit -c FILE:NAME, and give "
                              "--use-krb5-ccache=FILE:NAME", done.stderr)

    def test_link(self):
        path = os.path.join(self.folder, "link")
        os.symlink(self.cache, path)
        self.not_taken("FILE:" + path)

    def test_for_others_to_read(self):
        path = self.changed("open", self.bytes)
        os.chmod(path, 0o644)
        self.not_taken("FILE:" + path)

    def test_pipe(self):
        path = os.path.join(self.folder, "pipe")
        os.mkfifo(path, 0o600)
        self.not_taken("FILE:" + path)

    def test_unknown_type(self):
        self.not_taken("API:")


class Probe(TicketTest):
    """spn-probe asks the KDC by MIT's library and the directory by Samba's, and
    both with the same ticket."""

    def report(self, *args, cache, **env):
        done = self.run_tool(("spn-probe", "--json", *args,
                              "http://%s/" % FQDN), cache=cache, **env)
        self.assertIn(done.returncode, (0, 1, 2), done.stderr)
        return json.loads(done.stdout)

    def both(self, *args, cache):
        report = self.report(*args, cache=cache)
        codes = [each["code"] for each in report["verdicts"]]
        self.assertNotIn("WEB-301", codes)
        self.assertNotIn("WEB-601", codes)
        self.assertEqual(FQDN.lower(), report["directoryServer"].lower())
        names = [each for each in report["names"] if "directory" in each
                 and each.get("kdc", {}).get("ticket")]
        self.assertEqual(len(report["names"]), len(names), report)
        return report

    def test_default(self):
        report = self.both(cache=self.cache)
        self.assertEqual({os.environ["SERVER_IP"]}, {
            each["kdc"]["address"] for each in report["names"]})

    def test_named(self):
        """By our option, and by Samba's, which is only read."""
        path = self.changed("named", self.bytes)
        self.both("--use-krb5-ccache=FILE:" + path, cache="FILE:/nonexistent")
        self.both("--ccache=FILE:" + path, cache="FILE:/nonexistent")
        shown = subprocess.run(["klist", "-c", path], check=True, text=True,
                               stdout=subprocess.PIPE).stdout
        self.assertIn("HTTP/", shown)

    def test_read_only(self):
        path = self.changed("read", self.bytes)
        self.report("--no-directory", "--use-krb5-ccache=FILE:" + path,
                    cache="FILE:/nonexistent")
        shown = subprocess.run(["klist", "-c", path], check=True, text=True,
                               stdout=subprocess.PIPE).stdout
        self.assertNotIn("HTTP/", shown)

    def test_silent_daemon(self):
        """KCM: of a daemon that takes the connection, and says nothing."""
        path = os.path.join(self.folder, "kcm")
        with open(os.environ["KRB5_CONFIG"], encoding="utf-8") as stream:
            conf = stream.read()
        conf = self.changed("kcm.conf", conf.replace(
            "[libdefaults]", "[libdefaults]\n\tkcm_socket = "
            + path).encode())
        with socket.socket(socket.AF_UNIX) as daemon:
            daemon.bind(path)
            daemon.listen(5)
            report = self.report("--timeout=2", cache="KCM:", KRB5_CONFIG=conf)
        texts = [each["text"] for each in report["verdicts"]]
        self.assertIn("no KDC was asked: the Kerberos tickets in KCM: cannot "
                      "be read: no answer in 2 seconds", texts)


class NotTaken(TicketTest):
    def test_none(self):
        text = ("there is no Kerberos ticket in /nonexistent/ccache; type "
                "kinit 'USER@%s', or give --user=USER" % REALM)
        self.refused(text, "--use-kerberos=required",
                     cache="FILE:/nonexistent/ccache")
        self.refused(text, "--use-krb5-ccache=FILE:/nonexistent/ccache")
        for tool in TOOLS:
            done = self.run_tool(tool, cache="FILE:/nonexistent/ccache")
            self.assertEqual((2, ""), (done.returncode, done.stdout))
            self.assertIn("get a Kerberos ticket with kinit", done.stderr)

    def test_expired(self):
        now = int(time.time())
        content = bytearray(self.bytes)
        for at in range(len(content) - 12):
            since, start, end = struct.unpack_from(">III", content, at)
            if since == start and abs(since - now) < 3600 < end - now:
                struct.pack_into(">III", content, at, since - 90000,
                                 start - 90000, now - 3600)
        self.assertNotEqual(self.bytes, bytes(content))
        path = self.changed("expired", content)
        text = "the Kerberos ticket of %s@%s in %s has expired at 20" % (
            WHO, REALM, path)
        for tool in TOOLS:
            with self.subTest(tool=tool[0]):
                done = self.run_tool(tool, cache=path)
                # Nobody is asked for a password.
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                self.assertIn(text, done.stderr)
                self.assertIn("type kinit '%s@%s'" % (WHO, REALM), done.stderr)

    def test_other_realm(self):
        path = self.changed("other", self.bytes.replace(
            REALM.encode(), OTHER_REALM.encode()))
        self.refused("the Kerberos ticket in %s is one of %s@%s, and the server "
                     "is of %s; type kinit 'USER@%s'"
                     % (path, WHO, OTHER_REALM, REALM, REALM), cache=path)

    def test_address(self):
        url = "ldap://" + os.environ["SERVER_IP"]
        self.refused("Kerberos asks for a server by its name, and %s is an "
                     "address; give -H ldap://%s, or --user=USER"
                     % (os.environ["SERVER_IP"], FQDN), url=url)

    def test_another_name(self):
        """The domain's name leads to a DC, and is none."""
        domain = REALM.lower()
        self.refused("Kerberos was asked for %s, and the server calls itself "
                     "%s; give -H ldap://%s" % (domain, FQDN, FQDN),
                     url="ldap://" + domain)

    def test_clock(self):
        source = os.path.join(self.folder, "clock.c")
        library = os.path.join(self.folder, "clock.so")
        with open(source, "w", encoding="utf-8") as stream:
            stream.write(CLOCK)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source,
                        "-ldl"], check=True)
        preload = ":".join(filter(None, (library,
                                         os.environ.get("LD_PRELOAD"))))
        for skew, word in ((1050, "ahead of"), (-1050, "behind")):
            self.refused("the clock here is %d" % (abs(skew) // 100),
                         LD_PRELOAD=preload, SPN_TEST_SKEW=str(skew))
            self.refused("seconds %s that of the server, and Kerberos allows "
                         "300; set the clock" % word,
                         LD_PRELOAD=preload, SPN_TEST_SKEW=str(skew))

    def test_server_that_the_kdc_does_not_know(self):
        """As long as the SPNs of a DC that was joined are not replicated."""
        dn = "CN=%s,OU=Domain Controllers,%s" % (SERVER.upper(), ",".join(
            "DC=" + label for label in REALM.lower().split(".")))
        spns = ["ldap/" + FQDN, "ldap/" + SERVER.upper()]

        def change(how):
            ldif = "dn: %s\nchangetype: modify\n%s: servicePrincipalName\n%s" % (
                dn, how, "".join("servicePrincipalName: %s\n" % spn
                                 for spn in spns))
            subprocess.run(["ldbmodify", "--configfile=" + SERVER_CONF,
                            "-H", SAM], check=True,
                           input=ldif.encode(), stdout=subprocess.DEVNULL)

        change("delete")
        self.addCleanup(change, "add")
        self.refused("the logon with Kerberos failed; type kvno 'ldap/%s', "
                     "which says whether the KDC knows the server" % FQDN)
        self.refused("wrong user name or password", "--user=alice%wrong",
                     "--use-kerberos=required")

    def test_no_server(self):
        """Where nobody answers that is all there is to say."""
        self.refused("NT_STATUS_", url="ldap://127.0.0.99")


if __name__ == "__main__":
    unittest.main()
