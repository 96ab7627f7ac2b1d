# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of testenv itself: from outside, through testenv/run.

They run in each way this machine offers: namespaces and cwrap as who we are,
and, as root, both once more as an ordinary user without a passwd entry and
without any privilege. Two of these ways have each network and each user once,
and all of the tests; the other two have those of Base, and all of them only
with SPN_TESTENV_EVERYWHERE. A controller is started for each run, so what can
be asked of one run is.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

TESTENV = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUN = os.path.join(TESTENV, "run")
STOCK = "ad_dc_stock"
LIMIT = 1800        # seconds for one testenv/run, cold cache included
CLEAN_WITHIN = 150  # seconds until nothing is left of a killed run
STRANGER = 31337    # a user id nobody has
AS_STRANGER = ["setpriv", "--reuid=%d" % STRANGER, "--regid=%d" % STRANGER,
               "--clear-groups", "--no-new-privs", "--bounding-set=-all",
               "--inh-caps=-all", "--"]


def until(question, seconds):
    """The first true answer, or the last one after SECONDS."""
    deadline = time.monotonic() + seconds
    answer = question()
    while not answer and time.monotonic() < deadline:
        time.sleep(0.02)
        answer = question()
    return answer


def processes_with(text):
    """Ids of the processes that have TEXT in their environment or arguments."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("environ", "cmdline"):
            with contextlib.suppress(OSError):
                with open("/proc/%s/%s" % (pid, name), "rb") as data:
                    if text.encode() in data.read():
                        found.append(int(pid))
    return found


# What a command is asked by test_variables and those that follow it; the parts
# of the answer are divided by a line.
PART = "-- part --\n"
VIEW = 'echo $SMB_CONF_PATH; hostname; echo $ENVNAME'
AS_CLIENT = """env; echo '-- part --'; %s; echo '-- part --'
echo Secret007 | kinit alice >/dev/null &&
kvno -q ldap/addc.addom.samba.example.com &&
ldapsearch -Q -Y GSSAPI -LLL -H ldap://addc.$DNSNAME -b '' -s base dnsHostName &&
klist
""" % VIEW
AS_SERVER = """%s; echo '-- part --'
exec python3 -c '
from samba.samdb import SamDB
from samba.param import LoadParm
from samba.auth import system_session
lp = LoadParm()
lp.load_default()
db = SamDB(lp=lp, session_info=system_session())
print(db.url, db.domain_dn())
print(db.search("@MODULES", scope=0)[0]["@LIST"])
'
""" % VIEW


class Base:
    """Tests of every way; a subclass says how testenv/run is started."""

    namespaces = None
    stranger = False
    answers = None      # what was printed, by environment

    @classmethod
    def setUpClass(cls):
        if cls.stranger and os.getuid() != 0:
            raise unittest.SkipTest("only root can become somebody else")
        # Our own TMPDIR may be closed to the stranger, or be long.
        cls.top = tempfile.mkdtemp(prefix="spnt", dir="/tmp")
        cls.tmp = os.path.join(cls.top, "t")
        cache = os.environ.get("SPN_TESTENV_CACHE") or os.path.join(
            os.environ.get("XDG_CACHE_HOME")
            or os.path.expanduser("~/.cache"), "spn_policy-testenv")
        cls.cache = cls.path_for_all("c") if cls.stranger else cache
        cls.path_for_all("t")
        cls.answers = {}
        cls.env = dict(os.environ, TMPDIR=cls.tmp, SPN_TESTENV_CACHE=cls.cache,
                       USE_NAMESPACES="1" if cls.namespaces else "0")
        try:
            cls.require_possible()
        except BaseException:
            shutil.rmtree(cls.top)
            raise

    @classmethod
    def path_for_all(cls, name):
        """A directory below the test's own that the stranger may use."""
        path = os.path.join(cls.top, name)
        os.mkdir(path)
        if cls.stranger:
            os.chmod(cls.top, 0o755)
            os.chown(path, STRANGER, STRANGER)
        return path

    @classmethod
    def require_possible(cls):
        if cls.stranger and subprocess.run(
                [*AS_STRANGER, "test", "-r", RUN], check=False).returncode:
            raise unittest.SkipTest("%s is not readable for others" % TESTENV)
        if cls.namespaces:
            refused = cls.ask(STOCK, AS_CLIENT)[2]
            if "no namespaces" in refused:
                raise unittest.SkipTest(refused)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.top)

    @classmethod
    def prefix(cls):
        return AS_STRANGER if cls.stranger else []

    @classmethod
    def start(cls, *args, **env):
        return subprocess.Popen(
            [*cls.prefix(), RUN, *args], env=dict(cls.env, **env),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)

    @classmethod
    def run_it(cls, *args, **env):
        """(exit status, stdout, stderr) of testenv/run ARGS."""
        process = cls.start(*args, **env)
        out, err = process.communicate(timeout=LIMIT)
        return process.returncode, out, err

    @classmethod
    def ask(cls, environment, script):
        """The same of a SCRIPT there, run once for all that ask."""
        if environment not in cls.answers:
            cls.answers[environment] = cls.run_it(environment, "--", "sh",
                                                  "-c", script)
        return cls.answers[environment]

    def parts(self, environment, script):
        status, out, err = self.ask(environment, script)
        self.assertEqual(status, 0, out + err)
        return out.split(PART)

    def succeed(self, *args, **env):
        status, out, err = self.run_it(*args, **env)
        self.assertEqual(status, 0, err)
        return out

    def assert_nothing_left(self):
        self.assertTrue(until(lambda: not os.listdir(self.tmp), CLEAN_WITHIN),
                        os.listdir(self.tmp))
        self.assertTrue(until(lambda: not processes_with(self.tmp),
                              CLEAN_WITHIN), processes_with(self.tmp))

    # -- what a command sees

    def test_variables(self):
        """The names of Samba's selftest, with ad_dc's values."""
        env = dict(line.split("=", 1) for line in
                   self.parts(STOCK, AS_CLIENT)[0].splitlines()
                   if "=" in line)
        expected = {
            "DOMAIN": "ADDOMAIN", "REALM": "ADDOM.SAMBA.EXAMPLE.COM",
            "DNSNAME": "addom.samba.example.com", "SERVER": "addc",
            "SERVER_IP": "10.53.57.30", "SERVER_IPV6": "fd00::5357:5f1e",
            "NETBIOSNAME": "ADDC", "DC_SERVER": "addc",
            "DC_SERVER_IP": "10.53.57.30", "DC_NETBIOSNAME": "ADDC",
            "USERNAME": "Administrator", "PASSWORD": "locDCpass1",
            "DC_USERNAME": "Administrator", "DC_PASSWORD": "locDCpass1",
            "ENVNAME": STOCK, "SAMBA_SELFTEST": "1",
            "LDB_MODULES_DISABLE_DEEPBIND": "1", "TZ": "UTC",
        }
        self.assertEqual({name: env.get(name) for name in expected}, expected)
        self.assertRegex(env["DOMSID"], r"^S-1-5-21-\d+-\d+-\d+$")
        prefix = env["SELFTEST_PREFIX"]
        self.assertTrue(prefix.startswith(self.tmp + "/"), prefix)
        for name in ("PREFIX", "SMB_CONF_PATH", "SERVERCONFFILE",
                     "KRB5_CONFIG", "LOCAL_PATH", "LOCK_DIR", "TMPDIR"):
            self.assertTrue(env[name].startswith(prefix), name)
        self.assertTrue(env["KRB5CCNAME"].startswith("FILE:" + prefix))
        self.assertEqual("SOCKET_WRAPPER_DIR" in env, not self.namespaces)
        if not self.namespaces:
            self.assertEqual(env["SOCKET_WRAPPER_DEFAULT_IFACE"], "11")

    def assert_server_side(self, view):
        conf, host, name = view.split()
        self.assertTrue(conf.endswith("/addc/etc/smb.conf"), conf)
        self.assertTrue(host.startswith("addc"), host)
        self.assertEqual(name, STOCK + ":local")

    def test_two_views(self):
        """Plain is a client, :local is the server."""
        conf, host, _ = self.parts(STOCK, AS_CLIENT)[1].split()
        self.assertTrue(conf.endswith("/client.conf"), conf)
        self.assertTrue(host.startswith("client"), host)
        self.assert_server_side(self.parts(STOCK + ":local", AS_SERVER)[0])

    def test_local_opens_sam_ldb(self):
        """The server side reads the database as a file."""
        out = self.parts(STOCK + ":local", AS_SERVER)[1]
        self.assertIn("/addc/private/sam.ldb", out)
        self.assertIn("DC=addom,DC=samba,DC=example,DC=com", out)
        self.assertTrue(out.endswith("\nsamba_dsdb\n"), out)

    def test_domain_answers(self):
        """Kerberos and LDAP as an ordinary user of the domain."""
        out = self.parts(STOCK, AS_CLIENT)[2]
        self.assertIn("dnsHostName: addc.addom.samba.example.com", out)
        self.assertIn("alice@ADDOM.SAMBA.EXAMPLE.COM", out)
        self.assertIn("ldap/addc.addom.samba.example.com@", out)

    # -- how it ends

    def test_leaves_nothing(self):
        """Neither a directory nor what the command left running; the exit
        status is the command's."""
        status, _, err = self.run_it(
            STOCK, "--", "sh", "-c",
            "setsid sleep 1000 >/dev/null 2>&1 & exit 77")
        self.assertEqual(status, 77, err)
        self.assert_nothing_left()

    def begin(self):
        """A run whose command is running."""
        process = self.start(STOCK, "--", "sh", "-c",
                             "echo $PREFIX; exec sleep 1000")
        prefix = process.stdout.readline().strip()
        self.assertTrue(os.path.isdir(prefix),
                        prefix or process.stderr.read())
        return process, prefix

    def stop(self, process, number):
        process.send_signal(number)
        process.communicate(timeout=CLEAN_WITHIN)
        return process.returncode

    def test_sigkill(self):
        """Of testenv/run: nothing survives it."""
        process, _ = self.begin()
        self.assertEqual(self.stop(process, signal.SIGKILL), -signal.SIGKILL)
        self.assert_nothing_left()


class Whole(Base):
    """All tests."""

    def test_two_controllers(self):
        """The other DC is told apart, and what one is told the other learns."""
        login = "-U$USERNAME%$PASSWORD"
        out = self.succeed("ad_dc_pair_one:local", "--", "sh", "-ec", (
            "echo $DC1 $DC2 $DC_SERVER $VAMPIRE_DC_SERVER "
            "$VAMPIRE_DC_SERVER_IP\n"
            "echo $DC_SERVERCONFFILE $VAMPIRE_DC_SERVERCONFFILE\n"
            "test -s $VAMPIRE_DC_TEST_LOG\n"
            "for conf in $DC_SERVERCONFFILE $VAMPIRE_DC_SERVERCONFFILE; do\n"
            "  dir=$(testparm -s --parameter-name='private dir' $conf "
            "2>/dev/null)\n"
            "  echo $(basename $(dirname $dir)) "
            "$(tdbdump $dir/sam.ldb | grep -c spn_policy)\n"
            "done\n"
            "nc=dc=addom,dc=samba,dc=example,dc=com\n"
            "samba-tool user create carol Secret007 -H ldap://$DC1 %(u)s\n"
            "samba-tool drs replicate $DC2 $DC1 $nc %(u)s\n"
            "samba-tool user setpassword carol --newpassword=Secret008 "
            "-H ldap://$DC2 %(u)s\n"
            "samba-tool drs replicate $DC1 $DC2 $nc %(u)s\n"
            "samba-tool user list -H ldap://$DC1 -Ucarol%%Secret008\n"
        ) % {"u": login})
        self.assertIn("addc addc2 addc addc2 10.53.57.31\n", out)
        self.assertRegex(out, "/addc/etc/smb.conf .*/addc2/etc/smb.conf\n")
        self.assertIn("\naddc 1\naddc2 0\n", out)
        self.assertIn("Replicate from addc2 to addc was successful", out)
        self.assertIn("\ncarol\n", out)

    def test_keep(self):
        """--keep prints where the files are, and they are there; an exit
        status is as a shell gives it."""
        status, _, err = self.run_it(STOCK, "--keep", "--", "sh", "-c",
                                     "kill -9 $$")
        self.assertEqual(status, 137, err)
        kept = re.search(r"kept: (\S+)", err).group(1)
        self.assertTrue(os.path.exists(
            os.path.join(kept, "addc", "private", "sam.ldb")))
        status, _, err = self.run_it(STOCK, "--", "no-such-program")
        self.assertEqual(status, 127, err)
        self.assertIn("no-such-program", err)
        self.assertTrue(os.path.exists(kept), "another run removed it")
        shutil.rmtree(kept)

    def test_server_side(self):
        """-s is the same as :local."""
        self.assert_server_side(self.succeed(STOCK, "-s", "--", "sh", "-c",
                                             VIEW))

    def test_killed_keeper(self):
        """If the one that cleans up is killed, the next run does it."""
        process, prefix = self.begin()
        for pid in processes_with("from spnenv import keeper"):
            # One may end because of another.
            with contextlib.suppress(ProcessLookupError):
                if pid != process.pid and tmpdir_of(pid) == self.tmp:
                    os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=CLEAN_WITHIN)
        self.assertTrue(until(lambda: not processes_with(prefix),
                              CLEAN_WITHIN), processes_with(prefix))
        self.succeed(STOCK, "--", "true")
        self.assertFalse(os.path.exists(prefix))

    def test_two_at_once(self):
        """Two runs have two domains: what one writes the other never sees.
        The first gets SIGTERM: everything is gone when it ends."""
        write = ("samba-tool user create eve Secret007 -H ldap://$SERVER "
                 "-U\"$USERNAME%$PASSWORD\" >/dev/null && echo $PREFIX; "
                 "exec sleep 1000")
        first = self.start(STOCK, "--", "sh", "-c", write)
        try:
            prefix = first.stdout.readline().strip()
            self.assertTrue(os.path.isdir(prefix),
                            prefix or first.stderr.read())
            users = self.succeed(STOCK, "--", "sh", "-c", (
                "samba-tool user list -H ldap://$SERVER "
                "-U\"$USERNAME%$PASSWORD\"")).split()
        finally:
            status = self.stop(first, signal.SIGTERM)
        self.assertEqual(status, 143)
        self.assertFalse(os.path.exists(prefix))
        self.assert_nothing_left()
        self.assertIn("alice", users)
        self.assertNotIn("eve", users)

    def test_empty_cache(self):
        """Two that find no template make one, and both work."""
        cache = os.path.join(self.tmp, "cache")
        both = [self.start(STOCK, "--", "true", SPN_TESTENV_CACHE=cache)
                for _ in range(2)]
        said = [process.communicate(timeout=LIMIT)[1] for process in both]
        self.assertEqual([process.returncode for process in both], [0, 0],
                         said)
        self.assertEqual("".join(said).count("provisioning"), 1, said)
        self.assertEqual(len([name for name in os.listdir(cache)
                              if not name.endswith(".lock")]), 1)
        shutil.rmtree(cache)

    # -- what can not be run

    def assert_refused(self, names, *args, **env):
        status, out, err = self.run_it(*args, **env)
        self.assertEqual((status, out), (2, ""), err)
        for name in names:
            self.assertIn(name, err)

    def test_refusals(self):
        """Exit status 2, the input named, the remedy named."""
        self.assert_refused(["no_such_env", "ad_dc_stock"],
                            "no_such_env", "--", "true")
        self.assert_refused(["ad_dc:remote"], "ad_dc:remote", "--", "true")
        self.assert_refused(["COMMAND"], STOCK)
        self.assert_refused(["USE_NAMESPACES=yes", "cwrap"],
                            STOCK, "--", "true", USE_NAMESPACES="yes")
        self.assert_refused(["/nowhere/spn_policy.so", "./waf"], "ad_dc",
                            "--", "true", SPN_POLICY_MODULES_PATH="/nowhere")
        self.assert_refused(["TMPDIR", "shorter"], STOCK, "--", "true",
                            TMPDIR="/tmp/" + 60 * "x")
        self.assert_refused(["TMPDIR=/tmp/a:b", "without"], STOCK, "--",
                            "true", TMPDIR="/tmp/a:b")
        self.assert_refused(["SPN_TESTENV_CACHE"], STOCK, "--", "true",
                            SPN_TESTENV_CACHE="/proc/no")


def tmpdir_of(pid):
    """The TMPDIR a process was started with."""
    with open("/proc/%d/environ" % pid, "rb") as environ:
        found = re.search(rb"(?:^|\0)TMPDIR=([^\0]*)", environ.read())
    return found.group(1).decode() if found else None


# Of the ways in which others have all of the tests.
More = Whole if os.environ.get("SPN_TESTENV_EVERYWHERE") else Base


class CwrapTest(More, unittest.TestCase):
    namespaces = False


class NoRunSamba:
    """What only those with namespaces are asked."""

    def test_no_run_samba(self):
        """As in a container that nobody has booted: root has winbindd all the
        same, others are told what to do."""
        hide = 'mount -t tmpfs -o mode=755 tmpfs /run && exec "$@"'
        # It starts as the last of samba's parts. Others are told before, and
        # have none to wait for.
        ask = ["true"] if self.stranger else [
            "sh", "-c", "for n in $(seq 300); do wbinfo -p && exit; "
            "sleep 0.1; done; exit 1"]
        command = ["unshare", "--mount", "sh", "-c", hide, "hide",
                   *self.prefix(), RUN, STOCK, "--", *ask]
        if os.getuid() != 0:
            self.skipTest("only root can hide /run")
        done = subprocess.run(command, env=self.env, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=LIMIT,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if self.stranger:
            self.assertIn("as root: mkdir -m 755 /run/samba", done.stderr)
        else:
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class NamespacesTest(NoRunSamba, Whole, unittest.TestCase):
    namespaces = True


class CwrapStrangerTest(Whole, unittest.TestCase):
    namespaces = False
    stranger = True


class NamespacesStrangerTest(NoRunSamba, More, unittest.TestCase):
    namespaces = True
    stranger = True
