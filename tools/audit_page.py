# SPDX-License-Identifier: GPL-3.0-or-later
"""The style sheet and the script of the HTML report as a C header: used by
wscript. The page allows exactly these two, by their hashes."""

import base64
import hashlib
import json


def _literal(text):
    # Trigraphs aside, a string of JSON is one of C for ASCII.
    return '\n\t'.join(json.dumps(line + '\n') for line in text.splitlines())


def _hash(text):
    digest = hashlib.sha256(text.encode()).digest()
    return "'sha256-%s'" % base64.b64encode(digest).decode()


def header(css, script):
    return '\n'.join((
        '/* Made from audit_page.css and audit_page.js. */',
        '#define AUDIT_PAGE_POLICY \\',
        '\t"default-src \'none\'; style-src %s; script-src %s"' % (
            _hash(css), _hash(script)),
        'static const char audit_page_css[] =\n\t%s;' % _literal(css),
        'static const char audit_page_js[] =\n\t%s;' % _literal(script),
        ''))
