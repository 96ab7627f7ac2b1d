# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documents say is what the programs say.

Rules, codes, severities and texts are asked from spn-audit, settings from
spn-policy, so nothing here has to be kept up when a rule is added: the check
says which page is missing. SPN_POLICY_BUILD is the build folder.
"""

import filecmp
import glob
import os
import re
import subprocess
import sys

BUILD = os.environ.get('SPN_POLICY_BUILD', 'bin')
MESSAGES = 'docs/messages.md'
ARCHITECTURE = 'docs/architecture.md'
PACKAGES = 'testenv/packages'
# To have a checkout, and to start ./waf.
TO_BEGIN_WITH = {'git', 'python3'}
MODULE_PAGE = 'docs/man/ldb_spn_policy.8.xml'
RULE_TABLES = [folder + '/rules/rule_table.h'
               for folder in ('modules/policy', 'tools/audit')]
# Findings of these codes come from the check itself, not from a rule.
NO_RULE = 'check'
WAF_OWN = {'configure', 'build', 'install', 'uninstall', 'clean', 'distclean'}

CODE = re.compile(r'SPN-\d\d\d')
LINK = re.compile(r'\]\(([^)\s]+)\)')
FENCE = re.compile(r'^```.*?^```', re.MULTILINE | re.DOTALL)
ROWS = re.compile(r'^```rows\n(.*?)^```', re.MULTILINE | re.DOTALL)
SPAN = re.compile(r'`([^`\n]+)`')
OUR_PATH = re.compile(
    r'(?<![\w./*-])((?:modules|tools|tests|testenv|docs|\.ci)/[\w./-]*\w)'
    r'(?![\w*<{\[-])')
OUR_TOOL = re.compile(r'(?<![\w./-])(spn-[a-z]+)(?![\w-]|\.\w)')

complaints = []


def complain(path, text):
    complaints.append('%s: %s' % (path, text))


def read(path):
    try:
        with open(path, encoding='utf-8') as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def tool(name, *arguments):
    """What a tool prints; no smb.conf has a say in it."""
    program = os.path.join(BUILD, 'programs', name)
    try:
        done = subprocess.run(
            [program, '--configfile=/dev/null', *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False)
    except OSError as error:
        sys.exit('%s: %s; build first' % (program, error.strerror))
    return done.stdout


def one_line(text):
    return ' '.join(text.split())


def answer(setting, mark):
    """What spn-policy says behind the mark about a setting it refuses."""
    said = tool('spn-policy', 'set', setting).partition(mark)[2]
    return said.partition('\n')[0]


# ------------------------------------------------------- what the programs say


def explained(code):
    """{'id': ..., 'what': ..., 'why': ..., ...} of spn-audit --explain."""
    label, fields = 'id', {}
    head, _, body = tool('spn-audit', '--explain=' + code).partition('\n')
    fields['id'] = head.partition(' ')[2]
    for line in body.splitlines():
        if not line:
            break       # the page of the rule follows
        if line[:1].strip():
            label, _, line = line.partition(' ')
        fields[label] = one_line(fields.get(label, '') + ' ' + line)
    return fields


def codes_of_rules():
    """{rule: its codes}; codes of no rule are under NO_RULE."""
    rules, rule = {}, None
    for line in tool('spn-audit', '--list-rules').splitlines():
        if line[:1].strip():
            rule = line.partition(':')[0]
            rules[rule] = []
        rules.get(rule, []).extend(CODE.findall(line[:10]))
    return rules


def catalogue():
    """{rule: {code: fields}}, as above."""
    return {rule: {code: explained(code) for code in codes}
            for rule, codes in codes_of_rules().items()}


def rules_of_table():
    """The two tables: a rule without any code is seen only here."""
    return [name.replace('_', '-') for path in RULE_TABLES for name
            in re.findall(r'^\tRULE\((\w+)\)', read(path) or '',
                          re.MULTILINE)]


def settings():
    """{key: its modes; none for a list of values}."""
    found = {}
    for key in answer('none=none', 'there are: ').split(', '):
        found[key] = answer(key + '=no/such/mode', 'it takes: ').split()
    return found


# --------------------------------------------------------------- rules' pages


def check_rule_pages(rules, keys):
    listed = set(rules) - {NO_RULE}
    tables = set(rules_of_table())
    for name in sorted(tables - listed):
        complain(' or '.join(RULE_TABLES),
                 'rule %s is there, but has no code in spn-audit --list-rules'
                 % name)
    for name in sorted(listed - tables):
        complain(' or '.join(RULE_TABLES),
                 'rule %s of spn-audit --list-rules is missing: the table has '
                 'another name (_ for -)' % name)
    pages = {os.path.basename(path)[:-len('.md')]
             for path in glob.glob('docs/rules/*.md')}
    for name in sorted(listed - pages):
        complain('docs/rules/%s.md' % name, 'rule %s has no page' % name)
    for name in sorted(pages - listed):
        complain('docs/rules/%s.md' % name, 'there is no rule %s: it is '
                 'missing in %s' % (name, ' or, if for audits only, in '.join(
                     RULE_TABLES)))
    for name in sorted(pages & listed):
        check_rule_page(name, rules[name], keys.get(name))


def check_rule_page(name, codes, modes):
    path = 'docs/rules/%s.md' % name
    text = read(path)
    # A whole line: a value may hold "->" itself.
    rows = ''.join(ROWS.findall(text))
    if modes is None:
        check_audit_rows(path, rows, name, codes)
    else:
        check_write_rows(path, rows, name)
    in_table = set(re.findall(r'^\| (SPN-\d\d\d) \|', text, re.MULTILINE))
    for code in sorted(set(codes) - in_table):
        complain(path, '%s is missing in its table' % code)
    for code in sorted(in_table - set(codes)):
        complain(path, '%s is no code of this rule' % code)
    if not modes:
        return
    match = re.search(r'^\*\*Default:\*\* `(\w+)`\. Modes: (.*?)\.', text,
                      re.MULTILINE)
    default = next(iter(codes.values()))['default'] if codes else None
    if (match is None or match.group(1) != default or
            SPAN.findall(match.group(2)) != modes):
        complain(path, 'no line: **Default:** `%s`. Modes: %s.' % (
            default, ', '.join('`%s`' % mode for mode in modes)))


def check_audit_rows(path, rows, name, codes):
    """A rule of audits only: each code fires, and the rule is silent."""
    results = re.findall(r'^audit %s -> (.*)$' % name, rows, re.MULTILINE)
    for code in sorted(codes):
        if not any(code in result.split() for result in results):
            complain(path, 'no row in which %s fires' % code)
    if results.count('none') < 2:
        complain(path, 'no two rows in which it does not fire (-> none)')


def check_write_rows(path, rows, name):
    if not re.search(r'^(write|create|as) .*-> ok$', rows, re.MULTILINE):
        complain(path, 'no row that is accepted (-> ok)')
    if not re.search(r'^(write|create|as) .*-> deny SPN-\d+$', rows,
                     re.MULTILINE):
        complain(path, 'no row that is refused (-> deny CODE; where the '
                 'default is warn, set %s=deny first)' % name)


# ---------------------------------------------------------------- messages.md


def entries(text):
    """{code: {'id': ..., 'what': ..., ...}} of messages.md."""
    found = {}
    parts = re.split(r'^### (SPN-\d\d\d) (.*)$', text, flags=re.MULTILINE)
    for code, name, body in zip(parts[1::3], parts[2::3], parts[3::3]):
        fields = {'id': name}
        body = body.partition('\n## ')[0].strip()
        head, _, items = body.partition('\n* ')
        fields['what'] = one_line(head)
        for item in items.split('\n* '):
            label, _, value = item.partition(': ')
            fields[label] = one_line(value)
        if code in found:
            complain(MESSAGES, '%s is there twice' % code)
        found[code] = fields
    return found


def check_messages(rules):
    text = read(MESSAGES)
    if text is None:
        complain(MESSAGES, 'is not there')
        return
    made = os.path.join(BUILD, MESSAGES)
    if not os.path.exists(made) or not filecmp.cmp(MESSAGES, made, False):
        complain(MESSAGES, 'is not what the build makes: ./waf messages')
    said = entries(text)
    codes = {code: fields for rule in rules.values()
             for code, fields in rule.items()}
    for code in sorted(set(codes) - set(said)):
        complain(MESSAGES, '%s is missing' % code)
    for code in sorted(set(said) - set(codes)):
        complain(MESSAGES, 'there is no code %s' % code)
    for code in sorted(set(said) & set(codes)):
        labels = ['id', 'what', 'severity', 'rule', 'why', 'fix']
        if codes[code]['rule'] != NO_RULE:
            labels.append('writes')
        for label in labels:
            if said[code].get(label) != codes[code].get(label):
                complain(MESSAGES, '%s: %s is "%s", the program says "%s"' % (
                    code, label, said[code].get(label),
                    codes[code].get(label)))


def check_options_of_texts(rules):
    """A text names a setting of spn-audit by its long option, and one of
    spn-policy behind its name."""
    options = options_of_help('spn-audit')
    others = options_of_help('spn-policy')
    for code, fields in ((code, fields) for rule in rules.values()
                         for code, fields in rule.items()):
        text = ' '.join(fields.values())
        if 'spn_audit:' in text:
            complain(code, 'names a setting by its old spelling: ' + text)
        for option in re.findall(r'(?<!\S)--[a-z][a-z-]*', text):
            if option not in options and not (
                    option in others and 'spn-policy' in text):
                complain(code, 'spn-audit has no option ' + option)


# --------------------------------------------------------------- manual pages


def check_manual(rules, keys):
    text = read(MODULE_PAGE)
    if text is None:
        complain(MODULE_PAGE, 'is not there')
        return
    items = dict(re.findall(r'<term>([^<]*)</term>\s*<listitem>(.*?)'
                            r'</listitem>', text, re.DOTALL))
    for key, modes in keys.items():
        if key not in items:
            complain(MODULE_PAGE, 'setting %s is missing' % key)
            continue
        if not modes:
            continue
        # deny (default), warn or off
        said = re.findall(r'<literal>(\w+)</literal>', items[key])
        default = re.findall(r'<literal>(\w+)</literal>\s+\(default\)',
                             items[key])
        if sorted(said[:len(modes)]) != sorted(modes):
            complain(MODULE_PAGE, '%s: the modes are not said to be %s'
                     % (key, ', '.join(modes)))
        fields = next(iter(rules.get(key, {}).values()), {})
        if default != [fields.get('default')]:
            complain(MODULE_PAGE, '%s: the default is not said to be %s'
                     % (key, fields.get('default')))
    for key in re.findall(r'<varlistentry id="setting-([^"]*)">', text):
        if key not in keys:
            complain(MODULE_PAGE, 'there is no setting %s' % key)


def options_of_help(name):
    """{long option: True if it takes an argument}, our own only."""
    own = tool(name, '--help').partition('Help options:')[0]
    own = own.partition('Common Samba options')[0]
    return {option: bool(argument) for option, argument in re.findall(
        r'^  (?:-\w, |    )?(--[a-z][a-z-]*)(\[?=)?', own, re.MULTILINE)}


def check_synopsis():
    """Each option of --help once, and as the manual explains it."""
    path = 'docs/man/spn-audit.8.xml'
    text = read(path)
    synopsis = text.partition('<refsynopsisdiv>')[2].partition('</refsyn')[0]
    forms = re.findall(r'<cmdsynopsis>(.*?)</cmdsynopsis>', synopsis,
                       re.DOTALL)
    options = options_of_help('spn-audit')
    own = {option for option in options
           if option not in ('--url', '--timeout', '--version')}
    for form in forms:
        there = re.findall(r'<arg[^>]*>(--[a-z-]+)(.*?)</arg>', form)
        for option in sorted({each for each, _ in there}):
            if len({rest for each, rest in there if each == option}) != len(
                    [each for each, _ in there if each == option]):
                complain(path, '%s is twice in one synopsis' % option)
    named = set(re.findall(r'>(--[a-z-]+)', synopsis))
    for option in sorted(own - named):
        complain(path, '%s is missing in the synopsis' % option)
    for option in sorted(named - own):
        complain(path, 'the synopsis has %s, which is no option' % option)
    if '</replaceable>,...' in synopsis or re.search(r'</arg>\s*</arg>',
                                                     synopsis):
        complain(path, 'the synopsis prints dots or brackets twice')


# -------------------------------------------------------------- all the pages


def pages():
    found = ['README.md', 'testenv/README.md']
    return found + sorted(glob.glob('docs/**/*.md', recursive=True))


def waf_commands():
    text = read('wscript')
    return WAF_OWN | set(re.findall(r"^    cmd = '(\w+)'$", text,
                                    re.MULTILINE)) | {'format'}


def packages():
    return re.findall(r'^Package: (\S+)$', read('tools/debian/control'),
                      re.MULTILINE)


def check_command(path, line, helps, waf):
    """One line of code: what of ours it names is there."""
    for name in OUR_TOOL.findall(line):
        if name not in helps and name not in packages():
            complain(path, 'there is no program %s: %s' % (name, line))
    for name in OUR_PATH.findall(line):
        if not os.path.exists(name):
            complain(path, 'there is no %s: %s' % (name, line))
    words = re.sub(r'^[$#] ', '', line).split()
    if words and words[0] == './waf':
        for word in words[1:]:
            if re.fullmatch(r'[a-z]+', word) and word not in waf:
                complain(path, './waf has no command %s: %s' % (word, line))
    if words and words[0] in helps:
        text = helps[words[0]]
        for option in re.findall(r'(?<=\s)--[a-z][a-z-]*', line):
            if not re.search(re.escape(option) + r'(?![\w-])', text):
                complain(path, '%s has no option %s: %s'
                         % (words[0], option, line))
        if (words[0] == 'spn-policy' and len(words) > 1 and
                re.fullmatch(r'[a-z]+', words[1]) and
                not re.search(r'^  %s ' % words[1], text, re.MULTILINE)):
            complain(path, 'spn-policy has no command %s: %s'
                     % (words[1], line))


def code_lines(text):
    for block in FENCE.findall(text):
        if not block.startswith('```rows'):
            yield from (line.strip() for line in block.splitlines()[1:-1])
    text = FENCE.sub('', text)
    yield from (line.strip() for line in text.splitlines()
                if line.startswith('    '))
    yield from SPAN.findall(text)


def check_pages(rules):
    helps = {name: tool(name, '--help')
             for name in os.listdir(os.path.join(BUILD, 'programs'))
             if name.startswith('spn-') and '.' not in name}
    waf = waf_commands()
    codes = {code for rule in rules.values() for code in rule}
    for path in pages():
        text = read(path)
        if text is None:
            complain(path, 'is not there')
            continue
        for target in LINK.findall(FENCE.sub('', text)):
            target = target.partition('#')[0]
            if not target or re.match(r'[a-z]+:', target):
                continue
            if not os.path.exists(os.path.join(os.path.dirname(path),
                                               target)):
                complain(path, 'the link to %s points nowhere' % target)
        for code in sorted(set(CODE.findall(text)) - codes):
            complain(path, 'there is no code %s' % code)
        for line in code_lines(text):
            check_command(path, line, helps, waf)


def listed_packages(section):
    """The names of a section of testenv/packages."""
    text = (read(PACKAGES) or '').partition('[%s]\n' % section)[2]
    lines = text.partition('\n[')[0].splitlines()
    return {line for line in lines if line and not line.startswith('#')}


def check_packages():
    """The command for configure in docs/install.md, against the one list of packages; and
    what configure itself asks for is in that list.
    """
    text = (read('docs/install.md') or '').replace('\\\n', ' ')
    command = re.search(r'^ *apt-get install (.*libldb-dev.*)$', text,
                        re.MULTILINE)
    said = {word for word in (command.group(1) if command else '').split()
            if not word.startswith('-')} - TO_BEGIN_WITH
    build = listed_packages('build')
    for name in sorted(build - said):
        complain('docs/install.md', 'apt-get install lacks %s' % name)
    for name in sorted(said - build):
        complain('docs/install.md', '%s is not among the packages [build] of %s'
                 % (name, PACKAGES))
    asked = set(re.findall(r"\('[\w.-]+', '[\d.]+', '\w+', '([\w.-]+)'\)",
                           read('wscript') or ''))
    hints = re.findall(r"apt-get install '?\s*'?([\w -]+)", read('wscript')
                       or '')
    asked |= {word for hint in hints for word in hint.split()}
    known = build | listed_packages('unit') | listed_packages('test')
    if not build or len(asked) < 2:
        complain(PACKAGES, 'no packages found, there or in wscript')
    for name in sorted(asked - known):
        complain(PACKAGES, 'lacks %s, which configure asks for' % name)


def check_architecture():
    """Every folder with sources stands in the table, and no other."""
    text = read(ARCHITECTURE) or ''
    named = {span.rstrip('/') for span in SPAN.findall(
        ''.join(line.split('|')[1] for line in text.splitlines(True)
                if re.match(r'\| `(modules|tools)/', line)))}
    there = {os.path.dirname(path) for top in ('modules', 'tools')
             for path in glob.glob(top + '/**/*.c', recursive=True)}
    for path in sorted(there ^ named):
        complain(ARCHITECTURE, '%s/ is not both in the table and in the tree'
                 % path)


def main():
    rules = catalogue()
    keys = settings()
    if not rules or len(keys) < 2:
        sys.exit('%s/programs: no rules from spn-audit --list-rules, or no '
                 'settings from spn-policy' % BUILD)
    check_rule_pages(rules, keys)
    check_messages(rules)
    check_options_of_texts(rules)
    check_manual(rules, keys)
    check_synopsis()
    check_pages(rules)
    check_architecture()
    check_packages()
    for text in complaints:
        print(text)
    return 1 if complaints else 0


if __name__ == '__main__':
    sys.exit(main())
