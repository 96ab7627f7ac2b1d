# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases of other servers than Apache, and of clients that ask for nothing.

The form is that of webcases.py.
"""

from spnenv import webcases, webclients, webnames
from spnenv.errors import TestenvError
from spnenv.webcases import (ACCOUNTS, F, KEYS, NAMES, SERVER, SVC, UNKNOWN,
                             Case, full, pair, spns, value, world)
from spnenv.webclients import Ask
from spnenv.webservers import Lighttpd, Squid
from spnenv.webtomcat import Tomcat

LIGHT = Ask(url="http://%s/" % webnames.fqdn("light"))
LIGHT_NAME = "HTTP/" + webnames.fqdn("light")
CAT = Ask(url="http://%s/" % webnames.fqdn("cat"))
CAT_NAME = "HTTP/" + webnames.fqdn("cat")
PROXY_NAME = "HTTP/" + webnames.fqdn("proxy")
BEHIND = Ask("proxy", "http://%s/" % F)
BALANCER = Ask(url="http://balancer/")


def key_of(server, **more):
    """The server's keytab with the keys of svc-web."""
    def write(site):
        site.world.keytab(path=server.keytab, user=server.user, **more)
    return write


def export(word, principal, user):
    """A new keytab for PRINCIPAL; WORD is of a variable in webnames.py."""
    name = "$%s_KEYTAB" % word
    return ("rm -f %s; samba-tool domain exportkeytab %s --principal=%s && "
            "chown %s %s" % (name, name, principal, user, name))


def setting(text):
    """A variable for programs of the client."""
    return lambda site: webclients.write("environment", text + "\n")


def with_lighttpd(store="disable"):
    def start(site):
        site.lighttpd.make()
        site.lighttpd.protect(store)
        site.lighttpd.start()
    return start


def with_tomcat(without=""):
    def start(site):
        site.tomcat.make()
        site.tomcat.log_on(without)
        site.tomcat.start()
    return start


def with_squid(site):
    site.squid.start()


def with_balancer(site):
    site.balancer.make()
    site.balancer.start()


OTHER_SERVERS = (
    Case("replay", "A load balancer sends the request a second time.",
         (value("HTTP/balancer", SVC),), "401",
         (("the balancer sends it once", lambda site: site.balancer.write(
             "switch", "once\n")),),
         (pair("svc-web", "balancer"), with_balancer), BALANCER),
    Case("squid", "squid, and the proxy's name is the computer's.",
         (value(PROXY_NAME, "proxy$, rc4"), full(SVC)), "407",
         ("setspn -S http/proxy svc-web",),
         (key_of(Squid, names=(PROXY_NAME,)), with_squid), BEHIND,
         kdc_after=(value(PROXY_NAME, SVC), full(SVC))),
    Case("squid-kvno", "squid with the right key under another number: "
         "it compares.", (value(PROXY_NAME, SVC), full(SVC)), "407",
         (export("PROXY", PROXY_NAME, "proxy"), "systemctl restart squid"),
         (pair("svc-web", "web01", "proxy"),
          key_of(Squid, names=(PROXY_NAME,), kvno=7), with_squid), BEHIND),
    Case("lighttpd", "Nothing: lighttpd with store-creds off.",
         (value(LIGHT_NAME, SVC),), "200", arrange=(
             pair("svc-web", "light"),
             key_of(Lighttpd, names=(LIGHT_NAME,)), with_lighttpd()),
         ask=LIGHT),
    Case("lighttpd-store", "lighttpd's default wants a delegated ticket.",
         (value(LIGHT_NAME, SVC),), "401",
         ("sed -i /store-creds/s/enable/disable/ $LIGHT_AUTH",
          "systemctl restart lighttpd"),
         (pair("svc-web", "light"), key_of(Lighttpd, names=(LIGHT_NAME,)),
          with_lighttpd("enable")), LIGHT),
    Case("lighttpd-kvno", "lighttpd with the right key under another "
         "number: it compares.", (value(LIGHT_NAME, SVC),), "401",
         (export("LIGHT", LIGHT_NAME, "www-data"),),
         (pair("svc-web", "light"),
          key_of(Lighttpd, names=(LIGHT_NAME,), kvno=7), with_lighttpd()),
         LIGHT),
    Case("lighttpd-case", "lighttpd with http/ in lower case in the keytab.",
         (value(LIGHT_NAME, SVC),), "401",
         (export("LIGHT", LIGHT_NAME, "www-data"),),
         (pair("svc-web", "light"),
          key_of(Lighttpd, names=(LIGHT_NAME.replace("HTTP", "http"),)),
          with_lighttpd()), LIGHT),
)

# Of the account, over LDAP: it has AES keys, nobody has said so.
ALLOW_AES = (
    "printf '%%s\\n' 'dn: CN=svc-web,%s,%s' 'changetype: modify' "
    "'replace: msDS-SupportedEncryptionTypes' "
    "'msDS-SupportedEncryptionTypes: 24' | "
    "ldbmodify -H ldap://$SERVER --use-kerberos=required"
    % (webnames.OU, webcases.BASE))

ONLY_AES = world("set", "svc-web", "msDS-SupportedEncryptionTypes", "24")

JAVA_SERVERS = (
    Case("tomcat-rc4", "Tomcat: its keytab has all keys, the ticket is RC4, "
         "Java wants none.", (value(CAT_NAME, SVC),), "401", (ALLOW_AES,),
         (pair("svc-web", "cat"), key_of(Tomcat, names=(CAT_NAME,)),
          with_tomcat()), CAT, needs_rc4=True,
         kdc_after=(value(CAT_NAME, "svc-web, aes256"),)),
    Case("tomcat-initiator", "Tomcat logs on to the KDC under the name of its "
         "service, which is no logon name; isInitiator=false is missing.",
         (value(CAT_NAME, "svc-web, aes256"),), "500",
         ("sed -i 's/principal=/isInitiator=false &/' $CAT_JAAS",
          "systemctl restart tomcat10"),
         (pair("svc-web", "cat"), key_of(Tomcat, names=(CAT_NAME,)), ONLY_AES,
          with_tomcat("isInitiator=false")), CAT),
    Case("tomcat-key", "Tomcat: the password was changed.",
         (value(CAT_NAME, "svc-web, aes256"),), "401",
         (export("CAT", CAT_NAME, "root"), "systemctl restart tomcat10"),
         (pair("svc-web", "cat"), key_of(Tomcat, names=(CAT_NAME,)),
          world("password", "svc-web", "Other.Passw0rd"),
          ONLY_AES, with_tomcat()), CAT),
    Case("tomcat-kvno", "Tomcat with the right key under another number; it "
         "does not look at it.", (value(CAT_NAME, "svc-web, aes256"),), "200",
         arrange=(
             pair("svc-web", "cat"),
             key_of(Tomcat, names=(CAT_NAME,), kvno=7), ONLY_AES,
             with_tomcat()), ask=CAT),
)

CLIENTS = (
    Case("git", "git asks for no ticket by itself.", (), "401",
         ("git config --global http.emptyAuth true",),
         ask=Ask("git", webcases.FULL_URL), kdc_after=(full(SVC),)),
    Case("libsoup", "libsoup (GNOME's browser) trusts no http site.", (),
         "401", (("`SOUP_GSSAPI_TRUSTED_URIS=http:` in the environment",
                  setting("SOUP_GSSAPI_TRUSTED_URIS=http:")),),
         ask=Ask("libsoup", webcases.FULL_URL), kdc_after=(full(SVC),)),
    Case("chromium", "Only the full name is registered; Chromium that leaves "
         "names as they are typed.", (webcases.short(webcases.COMPUTER),),
         "401", (webcases.ADD,), (spns("svc-web", "http/" + F),),
         Ask("chromium"), kdc_after=(webcases.short(SVC),)),
    Case("java", "Java asks for a CNAME as it is typed; curl with the same "
         "krb5.conf may not.",
         (value("HTTP/" + webnames.fqdn("www"), UNKNOWN),), "401",
         ("setspn -S http/www svc-web",),
         ask=Ask("java", "http://%s/" % webnames.fqdn("www"),
                 names=("HTTP/" + webnames.fqdn("www"),))),
)

CASES = (*NAMES, *ACCOUNTS, *KEYS, *SERVER, *OTHER_SERVERS, *JAVA_SERVERS,
         *CLIENTS)


def find(name):
    """The case of that name; an error that lists them if there is none."""
    for case in CASES:
        if case.name == name:
            return case
    raise TestenvError("no case %s; there are: %s" % (
        name, " ".join(case.name for case in CASES)))
