# SPDX-License-Identifier: GPL-3.0-or-later
"""Tomcat as a server of the web site: Java's own Kerberos, which refuses RC4."""

import glob
import os
import shutil

from spnenv import webnames
from spnenv.webservers import PAGE, Server

HOMES = "/usr/share/tomcat1[0-9]"   # of the package tomcat10-common and later

SERVER_XML = """<Server port="-1">
  <Service name="Catalina">
    <Connector address="%s" port="80"/>
    <Engine name="Catalina" defaultHost="localhost">
      <Realm className="org.apache.catalina.realm.MemoryRealm"
             pathname="conf/users.xml"/>
      <Host name="localhost" appBase="webapps" autoDeploy="false"/>
    </Engine>
  </Service>
</Server>
"""
USERS_XML = """<tomcat-users>
  <user username="%s" password="" roles="user"/>
</tomcat-users>
"""
WEB_XML = """<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="5.0">
  <servlet>
    <servlet-name>default</servlet-name>
    <servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class>
  </servlet>
  <servlet-mapping>
    <servlet-name>default</servlet-name><url-pattern>/</url-pattern>
  </servlet-mapping>
  <welcome-file-list>
    <welcome-file>index.html</welcome-file>
  </welcome-file-list>
  <security-constraint>
    <web-resource-collection>
      <web-resource-name>all</web-resource-name><url-pattern>/*</url-pattern>
    </web-resource-collection>
    <auth-constraint><role-name>user</role-name></auth-constraint>
  </security-constraint>
  <security-role><role-name>user</role-name></security-role>
  <login-config><auth-method>SPNEGO</auth-method></login-config>
</web-app>
"""
JAAS = """com.sun.security.jgss.krb5.accept {
    com.sun.security.auth.module.Krb5LoginModule required doNotPrompt=true
    useKeyTab=true storeKey=true keyTab="%s" principal="HTTP/%s@%s"
    isInitiator=false;
};
"""


class Tomcat(Server):
    name, host, user = "tomcat", "cat", "root"
    program = "java"
    keytab = webnames.CAT_KEYTAB

    @staticmethod
    def home():
        """Of the newest release that is there, or ""."""
        return max(glob.glob(HOMES), default="")

    @classmethod
    def is_installed(cls):
        return bool(cls.home()) and shutil.which(cls.program) is not None

    def make(self):
        super().make()
        for name in ("conf", "temp", "webapps/ROOT/WEB-INF"):
            os.makedirs(os.path.join(self.folder, name), exist_ok=True)
        self.write("conf/server.xml", SERVER_XML % self.address)
        self.write("conf/users.xml", USERS_XML % webnames.USER)
        self.log_on()
        self.write("webapps/ROOT/WEB-INF/web.xml", WEB_XML)
        self.write("webapps/ROOT/index.html", PAGE)
        self.log = os.path.join(self.folder, "out.log")

    def log_on(self, without=""):
        """How Java is told about the keytab; without one of the words."""
        text = JAAS % (self.keytab, webnames.fqdn(self.host), webnames.REALM)
        self.write("conf/jaas.conf", text.replace(without, ""))

    def argv(self):
        home = self.home()
        settings = {
            "catalina.home": home, "catalina.base": self.folder,
            "java.io.tmpdir": os.path.join(self.folder, "temp"),
            "java.security.krb5.conf": os.environ["KRB5_CONFIG"],
            "java.security.auth.login.config": os.path.join(
                self.folder, "conf", "jaas.conf")}
        jars = [os.path.join(home, "bin", name)
                for name in ("bootstrap.jar", "tomcat-juli.jar")]
        return ["java", *("-D%s=%s" % pair for pair in settings.items()),
                "-cp", ":".join(jars),
                "org.apache.catalina.startup.Bootstrap", "start"]
