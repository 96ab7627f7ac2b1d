# SPDX-License-Identifier: GPL-3.0-or-later
"""What is compiled into spn-audit, as C headers; used by wscript.

header(): the style sheet and the script of the HTML report. The page allows
exactly these two, by their hashes. pages(): docs/rules/, for --explain: without
the rows, which are tests, and in lines for a terminal.
"""

import base64
import hashlib
import json
import os
import re
import textwrap

ROWS = re.compile(r'^```rows\n.*?^```\n*', re.MULTILINE | re.DOTALL)
LINK = re.compile(r'\[([^\]]*)\]\([^)]*\)')
COLUMNS = 80


def _literal(text):
    # Trigraphs aside, a string of JSON is one of C for ASCII.
    return '\n\t'.join(json.dumps(line + '\n') for line in text.splitlines())


def _hash(text):
    digest = hashlib.sha256(text.encode()).digest()
    return "'sha256-%s'" % base64.b64encode(digest).decode()


def header(css, script):
    return '\n'.join((
        '/* Made from page.css and page.js. */',
        '#define AUDIT_PAGE_POLICY \\',
        '\t"default-src \'none\'; base-uri \'none\'; form-action \'none\'; "\\',
        '\t"style-src %s; script-src %s"' % (
            _hash(css), _hash(script)),
        'static const char audit_page_css[] =\n\t%s;' % _literal(css),
        'static const char audit_page_js[] =\n\t%s;' % _literal(script),
        ''))


def _table(lines):
    """A row of a table as a paragraph."""
    for line in lines[2:]:
        code, *cells = (cell.strip() for cell in line.strip('| ').split('|'))
        yield '%s: %s' % (code, '; '.join(cells))


def _paragraphs(text):
    for block in re.split(r'\n\n+', text.strip()):
        lines = block.splitlines()
        if lines[0].startswith('|'):
            yield from (('  ', each) for each in _table(lines))
        elif lines[0].startswith('* '):
            for item in re.split(r'^\* ', block, flags=re.MULTILINE)[1:]:
                yield '  ', '* ' + item
        else:
            yield '', block


def _page(text):
    text = LINK.sub(r'\1', ROWS.sub('', text)).replace('**', '')
    text = text.replace('`', '').removeprefix('# ')
    filled = []
    for indent, paragraph in _paragraphs(text):
        filled.append(textwrap.fill(
            ' '.join(paragraph.split()), COLUMNS, subsequent_indent=indent,
            break_long_words=False, break_on_hyphens=False))
    return '\n\n'.join(filled) + '\n'


def pages(texts):
    """texts: {path: text}"""
    lines = ['/* Made from docs/rules/. */',
             'static const struct {', '\tconst char *rule;',
             '\tconst char *text;', '} audit_rule_pages[] = {']
    for path, text in sorted(texts.items()):
        name = os.path.basename(path)[:-len('.md')]
        page = json.dumps(_page(text), ensure_ascii=True)
        pieces = page[1:-1].replace('\\n', '\\n"\n\t "')
        lines.append('\t{"%s",\n\t "%s"},' % (name, pieces))
    return '\n'.join(lines + ['};', ''])


def make_header(task):
    """A rule of waf: the style sheet, the script and this file."""
    css, script = (node.read() for node in task.inputs[:2])
    task.outputs[0].write(header(css, script))


def make_pages(task):
    """A rule of waf: the pages and, last, this file."""
    task.outputs[0].write(pages({node.name: node.read(encoding='utf-8')
                                 for node in task.inputs[:-1]}))
