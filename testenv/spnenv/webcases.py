# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a web site, each as it was seen, and what repairs it.

A case is data: what is arranged in a site that works, who opens which URL, what
the KDC and the server are to answer, what an administrator types, and what is to
come then. webtry.py carries it out. The cases of other servers and clients are in
webcases_more.py.

In texts {f} is the full name of the site's host, {dns} the domain, {realm} its
realm. kdc: one entry for each name that the client asks for, in its order; what is
said of a ticket is whose key it has, and the encryption type. RC4 is that of an
account that says nothing of types; on a KDC that takes another for it, that one is
meant.
"""

from dataclasses import dataclass, field

from spnenv import webnames, webservers
from spnenv.webclients import Ask

F = webnames.fqdn("web01")
BASE = ",".join("DC=" + part for part in webnames.DNS.split("."))
FULL_URL = "http://%s/" % F
SVC = "svc-web, rc4"    # the ticket that the site can open
COMPUTER = "web01$, rc4"

EXPORT = ("rm -f $WEB_KEYTAB; samba-tool domain exportkeytab $WEB_KEYTAB "
          "--principal=svc-web && chown www-data $WEB_KEYTAB")
ADD = "setspn -S http/web01 svc-web"
TAKE_OLD = "setspn --pair -D http/web01 svc-old"
# "samba-tool computer delete" would take the site's names out of DNS, too: the
# address, what has it, and each CNAME and PTR that says web01.
DELETE = ("ldbdel -H ldap://$SERVER --use-kerberos=required CN=web01,%s,%s"
          % (webnames.OU, BASE))
RESTART = "systemctl restart apache2"


@dataclass(frozen=True)
class Case:
    """One thing that is wrong."""

    name: str
    title: str          # what is wrong, in one sentence
    kdc: tuple          # of the answers before
    before: str         # status
    fix: tuple = ()     # commands; or pairs (words, function of the site)
    arrange: tuple = () # functions of the site
    ask: Ask = field(default_factory=Ask)
    after: str = "200"
    then: Ask = None    # who asks afterwards, if not the same
    kdc_after: tuple = None     # where the case is about it
    stock: bool = True  # False: the module makes a difference, only with it
    needs_rc4: bool = False     # only where an account without types gets that


# ---------------------------------------------------- words for arrangements


def spns(name, *values):
    return lambda site: site.world.spns(name, *values)


def pair(name, *hosts, service="http"):
    """Both halves for each of HOSTS, and nothing else."""
    return spns(name, *("%s/%s" % (service, each) for host in hosts
                        for each in (host, webnames.fqdn(host))))


def keytab(*names, **more):
    """The site's keytab has these names only."""
    if names:
        more["names"] = names
    return lambda site: site.world.keytab(**more)


def auth(*lines, without=()):
    """Apache's auth.conf with more lines, and without some."""
    kept = [line for line in webservers.AUTH.splitlines()
            if not line.startswith(tuple(without) or "\n")]
    return lambda site: site.protect("\n".join([*kept, *lines]) + "\n")


def instead(*lines):
    return lambda site: site.protect("\n".join(lines) + "\n")


def world(method, *args, **more):
    return lambda site: getattr(site.world, method)(*args, **more)


def typed(command):
    return lambda site: site.type(command)


def clock(offset):
    return lambda site: site.set_clock(offset)


RIGHT_CLOCK = ("the web server's clock set right", clock(None))
RIGHT_AUTH = ("auth.conf as a guide has it", instead(
    *webservers.AUTH.splitlines()))


def value(short_and_name, error_or_owner):
    return "%s: %s" % (short_and_name, error_or_owner)


def short(what):
    return value("HTTP/web01", what)


def full(what):
    return value("HTTP/" + F, what)


UNKNOWN = "error 7"
WITH_MIT = Ask(client="mit")
CARL = Ask(cache=webnames.path("client", "carl.ccache"))
NOBODY = Ask(cache=webnames.path("client", "nobody.ccache"))


def carl_logs_in(site):
    site.log_in("carl", webnames.password_of("carl"), CARL.cache)


def nobody_has_expired(site):
    site.expired_cache(NOBODY.cache)


def nobody_has_none(site):
    site.forget(NOBODY.cache)


def nobody_logs_in(site):
    site.log_in(webnames.USER, webnames.PASSWORD, NOBODY.cache)


KINIT = ("`kinit alice`", nobody_logs_in)

# ------------------------------------------------------------ who has the name

NAMES = (
    Case("pair", "Nothing: both halves are on the account of the site.",
         (short(SVC),), "200"),
    Case("pair-full", "Nothing; by the full name.",
         (full(SVC),), "200", ask=Ask(url=FULL_URL)),
    Case("pair-mit", "Nothing; a client with libkrb5's defaults asks for the "
         "full name.", (full(SVC),), "200", ask=WITH_MIT),
    Case("half-full", "Only the full name is registered; Windows asks for the "
         "short one, and gets the computer's key through HOST (KB 871179).",
         (short(COMPUTER),), "401", (ADD,), (spns("svc-web", "http/" + F),)),
    Case("half-full-mit", "The same; who asks with libkrb5's defaults does "
         "not notice.", (full(SVC),), "200",
         arrange=(spns("svc-web", "http/" + F),), ask=WITH_MIT),
    Case("half-short", "Only the short name is registered, the full one is "
         "asked for.", (full(COMPUTER),), "401", (ADD,),
         (spns("svc-web", "http/web01"),), Ask(url=FULL_URL)),
    Case("no-half", "Nothing is registered, the computer's HOST answers.",
         (full(COMPUTER),), "401", (ADD,), (spns("svc-web"),), WITH_MIT),
    Case("nobody", "Nothing is registered, and there is no such computer.",
         (full(UNKNOWN),), "401", (ADD,),
         (spns("svc-web"), world("delete", "web01")), WITH_MIT),
    Case("wrong-account", "The pair is on an account that the site had "
         "before.", (short("svc-old, rc4"),), "401", (TAKE_OLD, ADD),
         (spns("svc-web"), pair("svc-old", "web01"))),
    Case("duplicate", "Two accounts have the pair.", (short(UNKNOWN),), "401",
         (TAKE_OLD,), (pair("svc-old", "web01"),)),
    Case("duplicate-case", "The same, differing in case.", (short(UNKNOWN),),
         "401", (TAKE_OLD,), (spns("svc-old", "HTTP/WEB01"),)),
    Case("hidden-duplicate", "HOST moved to another computer, which serves "
         "the site; a computer object WEB01 is left.", (full(UNKNOWN),),
         "401", (DELETE,),
         (spns("svc-web"), spns("web01"),
          spns("web02", "HOST/web01", "HOST/" + F),
          keytab("web02$", account="web02$")), Ask(url=FULL_URL),
         kdc_after=(full("web02$, rc4"),)),
    Case("same-label", "A name in another zone: a computer with the same "
         "first label answers.",
         (value("HTTP/web01.lab." + webnames.DNS, COMPUTER),), "401",
         ("samba-tool spn add http/web01.lab.%s svc-web" % webnames.DNS,),
         ask=Ask(url="http://web01.lab.%s/" % webnames.DNS)),
    Case("https", "https/ is registered instead of http/.",
         (short(COMPUTER),), "401", (ADD,),
         (pair("svc-web", "web01", service="https"),)),
    Case("port", "The names have the port, no browser asks for that.",
         (short(COMPUTER),), "401", (ADD,),
         (spns("svc-web", "http/web01:80", "http/%s:80" % F),)),
    Case("as-computer", "The site runs as the computer, and the pair is on "
         "an account.", (short(SVC),), "401",
         ("setspn --pair -D http/web01 svc-web",),
         (keytab("web01$", account="web01$"),), kdc_after=(short(COMPUTER),)),
    Case("cname", "Another name, a CNAME: a client that does not follow it.",
         (value("HTTP/www", UNKNOWN),), "401",
         ("setspn -S http/www svc-web",), ask=Ask(url="http://www/")),
    Case("cname-mit", "The same; libkrb5's defaults follow it.",
         (full(SVC),), "200", ask=Ask("mit", "http://www/")),
    Case("second-name", "A second name of the address.",
         (value("HTTP/intranet", UNKNOWN),), "401",
         ("setspn -S http/intranet svc-web",),
         ask=Ask(url="http://intranet/")),
    Case("second-name-mit", "The same; libkrb5's defaults ask for the name "
         "that DNS has for the address.", (full(SVC),), "200",
         ask=Ask("mit", "http://intranet/")),
    Case("ptr", "DNS has another name for the address, and libkrb5's "
         "defaults ask for that.",
         (value("HTTP/" + webnames.fqdn("node7"), UNKNOWN),), "401",
         ("sed -i 's/rdns = true/rdns = false/' ${WEB_KRB5_DEFAULTS%%:*}",),
         (pair("svc-web", "shop"),), Ask("mit", "http://shop/")),
    Case("address", "The address is typed.",
         (value("HTTP/" + webnames.ADDRESS["web01"], UNKNOWN),), "401",
         (("the name is typed", None),),
         ask=Ask(url="http://%s/" % webnames.ADDRESS["web01"]), then=Ask()),
    Case("no-password", "The computer was made beforehand and never joined.",
         (short("error 14"),), "401", (ADD,),
         (spns("svc-web"), world("delete", "web01"),
          world("add_account", "web01", "computer", password=False),
          spns("web01", "HOST/web01", "HOST/" + F))),
)

# --------------------------------------------------------- accounts and tickets

ACCOUNTS = (
    Case("disabled", "The account of the site is disabled. Samba issues "
         "tickets all the same.", (short(SVC),), "200",
         arrange=(typed("samba-tool user disable svc-web"),)),
    Case("expired", "The account of the site has expired.", (short(SVC),),
         "200", arrange=(world("set", "svc-web", "accountExpires", "1"),)),
    Case("must-change", "The account of the site has to change its "
         "password.", (short(SVC),), "200",
         arrange=(world("set", "svc-web", "pwdLastSet", "0"),)),
    Case("smartcard", "Somebody ticked 'smart card is required' at the "
         "account of the site: it has other keys now.", (short(SVC),), "401",
         # Until then exportkeytab writes keys that are not those of tickets.
         ("samba-tool user setpassword svc-web --newpassword=Other.Passw0rd "
          "--clear-smartcard-required", EXPORT),
         (world("set", "svc-web", "userAccountControl",
                str(0x200 + 0x40000)),)),
    Case("user-disabled", "The user was disabled after the logon.",
         (short("error 12"),), "401", ("samba-tool user enable carl",),
         (carl_logs_in, typed("samba-tool user disable carl")), CARL),
    Case("groups", "The user is in 600 groups: the ticket is too long for "
         "Apache.", (short(SVC),), "400",
         ("sed -i '1i LimitRequestFieldSize 65536' $WEB_CONF", RESTART),
         (world("many_groups", "carl"), carl_logs_in), CARL),
    Case("no-ticket", "The user has no ticket.", (), "401", (KINIT,),
         (nobody_has_none,), NOBODY),
    Case("ticket-expired", "The user's ticket has expired.",
         (short("error 32"),), "401",
         (KINIT,), (nobody_has_expired,), NOBODY),
    Case("client-clock", "The client's clock is 10 minutes fast, since the "
         "logon.", (short("error 37"),), "401",
         (("the client's clock set right", None),),
         ask=Ask(clock="+10m"), then=Ask()),
)

# ------------------------------------------------------------------ the keytab

KEYS = (
    Case("stale", "The password was changed after the keytab was made.",
         (short(SVC),), "401", (EXPORT,),
         (keytab("HTTP/web01"),
          world("password", "svc-web", "Other.Passw0rd"))),
    Case("same-kvno", "The same, and the keytab has the number of the new "
         "key.", (short(SVC),), "401", (EXPORT,),
         (keytab("HTTP/web01", kvno=2),
          world("password", "svc-web", "Other.Passw0rd"))),
    Case("other-kvno", "The keytab has the right key under another number; "
         "Apache does not look at it.", (short(SVC),), "200",
         arrange=(keytab(kvno=7),)),
    Case("aes-only", "The keytab has AES keys only, the ticket is RC4.",
         (short(SVC),), "401", (EXPORT,),
         (keytab("HTTP/web01", types=("aes256", "aes128")),),
         needs_rc4=True),
    Case("rc4-only", "The account has AES only, the keytab RC4 only.",
         (short("svc-web, aes256"),), "401", (EXPORT,),
         (world("set", "svc-web", "msDS-SupportedEncryptionTypes", "24"),
          keytab("HTTP/web01", types=("rc4",)))),
    Case("any-name", "The keytab has another name, and the right key.",
         (short(SVC),), "200", arrange=(keytab("anything/else"),)),
    Case("class-case", "The keytab has http/ in lower case.", (full(SVC),),
         "200", arrange=(keytab("http/" + F),), ask=Ask(url=FULL_URL)),
    Case("acceptor-class", "The same with GssapiAcceptorName.",
         (full(SVC),), "401", ("sed -i /GssapiAcceptorName/d $WEB_AUTH",
                               RESTART),
         (keytab("http/" + F), auth("GssapiAcceptorName HTTP@" + F)),
         Ask(url=FULL_URL)),
    Case("acceptor-host", "GssapiAcceptorName, and the host is in capitals "
         "in the keytab.", (full(SVC),), "401",
         ("sed -i /GssapiAcceptorName/d $WEB_AUTH", RESTART),
         (keytab("HTTP/" + F.upper()), auth("GssapiAcceptorName HTTP@" + F)),
         Ask(url=FULL_URL)),
    Case("acceptor-right", "GssapiAcceptorName, and the keytab has that "
         "name.", (full(SVC),), "200",
         arrange=(keytab("HTTP/" + F), auth("GssapiAcceptorName HTTP@" + F)),
         ask=Ask(url=FULL_URL)),
    Case("unreadable", "Only root can read the keytab.", (short(SVC),), "401",
         ("chown www-data $WEB_KEYTAB",),
         (typed("chown root $WEB_KEYTAB"),)),
    Case("missing", "There is no keytab.", (short(SVC),), "401", (EXPORT,),
         (typed("rm $WEB_KEYTAB"),)),
    Case("empty", "The keytab has no key.", (short(SVC),), "401",
         ("printf '%%s\\n' 'addent -password -p HTTP/web01@%s -k 1 "
          "-e rc4-hmac' '%s' \"wkt $WEB_KEYTAB\" q | ktutil" % (
              webnames.REALM, webnames.password_of("svc-web")),),
         (typed("printf '\\005\\002' > $WEB_KEYTAB"),)),
)

# -------------------------------------------------------------- the web server

SERVER = (
    Case("clock-fast", "The web server's clock is 10 minutes fast.",
         (short(SVC),), "401", (RIGHT_CLOCK,), (clock("+10m"),)),
    Case("clock-slow", "The web server's clock is 10 minutes slow.",
         (short(SVC),), "401", (RIGHT_CLOCK,), (clock("-10m"),)),
    # curl asks for a ticket before it knows what is offered; a browser waits.
    Case("ntlm", "Only NTLM is offered.", (short(SVC),), "401", (RIGHT_AUTH,),
         (instead("Redirect 401 /",
                  'Header always set WWW-Authenticate "NTLM"'),)),
    Case("basic", "Only Basic is offered.", (short(SVC),), "401", (RIGHT_AUTH,),
         (instead("AuthType Basic", "AuthName web01",
                  "AuthBasicProvider file", "AuthUserFile /dev/null",
                  "Require valid-user"),)),
    Case("nothing-offered", "401, and nothing is offered.", (short(SVC),),
         "401", (RIGHT_AUTH,), (instead("Redirect 401 /"),)),
    Case("ssl-only", "GssapiSSLonly, and the URL is http.", (short(SVC),),
         "401", ("sed -i /GssapiSSLonly/d $WEB_AUTH", RESTART),
         (auth("GssapiSSLonly On"),)),
    Case("forbidden", "The ticket is good, the user may not.", (short(SVC),),
         "401", ("sed -i 's/^Require user .*/Require valid-user/' $WEB_AUTH",
                 RESTART),
         (auth("Require user bob@" + webnames.REALM, without=("Require",)),)),
)
