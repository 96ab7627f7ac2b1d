# SPDX-License-Identifier: GPL-3.0-or-later
"""Only modules/store/values.c looks into the values of an ldb attribute, and
only tools/common/ldap_entry.c makes attributes out of an answer.

A message may hold an element without values; whoever reads values[0] of it
reads what is not there. So each source of ours is compiled once more, with
an ldb.h in which these members are deprecated: the compiler names every use,
whatever the variable is called. libldb's own ldb_msg_find_...() are no way
round: they look at the first element of a name only, even an empty one.
"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile

OURS = ('modules/', 'tools/')
ALLOWED = ('modules/store/values.c', 'modules/store/values.h',
           'tools/common/ldap_entry.c')
STRUCT = re.compile(r'struct ldb_message_element \{.*?\};', re.DOTALL)
MEMBER = re.compile(r'\b(num_values|values);')
MARK = '__attribute__((deprecated("use store/values.h")))'
USE = re.compile(r'^(\S+?):(\d+):\d+: warning: .*\b(num_values|values)\b.*'
                 r'use store/values\.h', re.MULTILINE)
FIND = re.compile(r'\bldb_msg_find_\w+')

# What must be found: by an element of any name, in a message, to be written.
SAMPLE = '''
#include <util/data_blob.h>
#include <ldb.h>
size_t sample(struct ldb_message_element *any, struct ldb_message *msg);
size_t sample(struct ldb_message_element *any, struct ldb_message *msg)
{
	any->num_values = 1;
	return any->values[0].length +
	       msg->elements[0].num_values;
}
'''
SAMPLE_LINES = {7, 8, 9}


def words_of(command):
    """The compiler call, without where its result goes."""
    words = command['arguments']
    at = words.index('-o') if '-o' in words else None
    if at is not None:
        words = words[:at] + words[at + 2:]
    return [word for word in words if not word.startswith('-o')
            and word not in ('-c', command['file'])]


def compiled(words, folder, source, shadow):
    """What the compiler says to source, its own ldb.h being shadow's."""
    flags = ['-fsyntax-only', '-Wdeprecated-declarations', '-Wno-error']
    result = subprocess.run(
        words[:1] + ['-I' + shadow] + words[1:] + flags + [source],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, env=dict(os.environ, LC_ALL='C'), check=False)
    if result.returncode:
        sys.exit('%s does not compile:\n%s' % (source, result.stdout))
    return result.stdout


def header_of(words, folder):
    """Where <ldb.h> is."""
    text = subprocess.run(
        words + ['-E', '-x', 'c', '-'], cwd=folder, check=True, text=True,
        input='#include <util/data_blob.h>\n#include <ldb.h>\n',
        stdout=subprocess.PIPE).stdout
    return re.search(r'"([^"]*/ldb\.h)"', text).group(1)


def make_shadow(header, shadow):
    with open(header, encoding='utf-8') as stream:
        text = stream.read()
    marked, number = STRUCT.subn(
        lambda match: MEMBER.sub(r'\1 %s;' % MARK, match.group(0)), text)
    if number != 1 or marked.count(MARK) != 2:
        sys.exit('%s: struct ldb_message_element is another one' % header)
    with open(os.path.join(shadow, 'ldb.h'), 'w', encoding='utf-8') as stream:
        stream.write(marked)


def uses(text, folder):
    """(file, line, member) of what the compiler named, of our files."""
    found = set()
    for path, line, member in USE.findall(text):
        path = os.path.relpath(os.path.join(folder, path))
        if path not in ALLOWED:
            found.add((path, int(line), member))
    return found


def check_itself(words, folder, shadow):
    sample = os.path.join(shadow, 'sample.c')
    with open(sample, 'w', encoding='utf-8') as stream:
        stream.write(SAMPLE)
    lines = {line for _, line, _ in uses(
        compiled(words, folder, sample, shadow), folder)}
    if lines != SAMPLE_LINES:
        sys.exit('this compiler does not tell where a value is used: %s of %s'
                 % (sorted(lines), sorted(SAMPLE_LINES)))


def finds(path):
    """Calls of ldb_msg_find_...(), outside comments."""
    with open(path, encoding='utf-8') as stream:
        text = re.sub(r'/\*.*?\*/',
                      lambda match: '\n' * match.group(0).count('\n'),
                      stream.read(), flags=re.DOTALL)
    return {(path, number, name)
            for number, line in enumerate(text.split('\n'), 1)
            for name in FIND.findall(line)}


def main():
    with open(os.path.join(os.environ['SPN_POLICY_BUILD'],
                           'compile_commands.json'),
              encoding='utf-8') as stream:
        commands = json.load(stream)
    ours = {}
    for command in commands:
        folder = command['directory']
        path = os.path.relpath(os.path.join(folder, command['file']))
        # waf keeps what it once compiled.
        if (path.startswith(OURS) and path.endswith('.c') and
                os.path.exists(path)):
            ours[path] = (words_of(command), folder, command['file'])
    if not set(ALLOWED[:1]) < set(ours):
        sys.exit('compile_commands.json has no file of ours')
    bad = set()
    with tempfile.TemporaryDirectory() as shadow:
        words, folder, _ = ours[ALLOWED[0]]
        make_shadow(header_of(words, folder), shadow)
        check_itself(words, folder, shadow)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for text, (_, folder, _) in zip(
                    pool.map(lambda each: compiled(*each, shadow),
                             ours.values()), ours.values()):
                bad |= uses(text, folder)
    for path in ours:
        if path not in ALLOWED:
            bad |= finds(path)
    for path, line, name in sorted(bad):
        print('%s:%d: %s: only store/values.c looks into the values of an '
              'attribute' % (path, line, name))
    return 1 if bad else 0


sys.exit(main())
