# SPDX-License-Identifier: GPL-3.0-or-later
"""What the build does to the pages of this folder."""

import os
import re
import subprocess

STYLE = ('http://docbook.sourceforge.net/release/xsl/current/manpages/'
         'docbook.xsl')
MANUAL = {'1': 'User Commands', '8': 'System Administration'}
TRIAL = '''<refentry><refmeta><refentrytitle>x</refentrytitle>
<manvolnum>1</manvolnum></refmeta><refnamediv><refname>x</refname>
<refpurpose>x</refpurpose></refnamediv><refsect1><title>x</title>
<para>x</para></refsect1></refentry>'''


def can_be_made(conf):
    """Whether xsltproc finds the style sheet on this machine."""
    trial = conf.bldnode.make_node('trial.xml')
    trial.write(TRIAL)
    page = conf.bldnode.make_node('trial.1')
    result = subprocess.run(
        conf.env.XSLTPROC + ['--nonet', '--novalid', '-o', page.abspath(),
                             STYLE, trial.abspath()],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for path in conf.bldnode.abspath(), os.getcwd():
        for name in 'trial.xml', 'trial.1', 'x.1':
            if os.path.exists(os.path.join(path, name)):
                os.unlink(os.path.join(path, name))
    return result.returncode == 0


def make_page(task):
    source, target = task.inputs[0], task.outputs[0]
    text = source.read()
    # What stands in the head and foot of every page. Its date is that of the
    # version: without one it would be the day of the build.
    if '<refentryinfo>' not in text:
        text = re.sub(r'<refentry\b[^>]*>', r'\g<0><refentryinfo>'
                      '</refentryinfo>', text, 1)
    text = text.replace('<refentryinfo>', '<refentryinfo><date>%s</date>'
                        % task.env.PAGE_DATE, 1)
    about = ''.join('<refmiscinfo class="%s">%s</refmiscinfo>' % pair
                    for pair in (('source', task.env.PAGE_NAME),
                                 ('version', task.env.PAGE_VERSION),
                                 ('manual', MANUAL[target.name[-1]])))
    text = text.replace('</manvolnum>', '</manvolnum>' + about, 1)
    return subprocess.run(
        task.env.XSLTPROC + ['--nonet', '--novalid', '--xinclude',
                             '--stringparam', 'refentry.meta.get.quietly',
                             '1', '--stringparam', 'man.output.quietly', '1',
                             '-o', target.abspath(), STYLE, '-'],
        input=text.encode('utf-8'),
        cwd=source.parent.abspath()).returncode
