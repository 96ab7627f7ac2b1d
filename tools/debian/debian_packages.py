# SPDX-License-Identifier: GPL-3.0-or-later
"""What `./waf deb` does: puts a source tree with a debian/ folder together in
build/, and lets debhelper make the packages there.

Nothing is written twice: the range of libldb2 is the one of modules/ldb_series.h,
what is needed to build stands in testenv/packages, the version in wscript. Only
what git knows is taken, as it lies there; without git, all but what a build leaves.
"""

import os
import re
import shutil
import subprocess

import waflib
from waflib import Logs

TEMPLATES = 'tools/debian'
OUT = 'build'
SERIES = 'modules/ldb_series.h'
PACKAGES = 'testenv/packages'
NEEDED = {'dpkg-buildpackage': 'dpkg-dev', 'dh': 'debhelper'}
LEFT_BEHIND = ('.git', 'bin', 'build', '.waf', '__pycache__')
# Of the source; packages have it below /usr.
LOCAL = re.compile(r'/usr/local(?=/s?bin/)')


class PackageError(Exception):
    """What is wrong and what to do, for the user."""


def read(path):
    with open(path, encoding='utf-8') as stream:
        return stream.read()


def ldb_range(text):
    """Dependencies on libldb2, for the series that modules/ldb_series.h has.

    A new release within a series must get in, as security updates bring one;
    the module looks for itself whether it knows it.
    """
    series = sorted((int(major), int(minor)) for major, minor in
                    re.findall(r'^\t\{(\d+), (\d+)\},', text, re.MULTILINE)
                    if int(major))
    if not series:
        raise PackageError('%s: no series found' % SERIES)
    return ('libldb2 (>= 2:%d.%d~),\n         libldb2 (<< 2:%d.%d~)'
            % (*series[0], series[-1][0], series[-1][1] + 1))


def build_depends(text):
    """Section [build] of testenv/packages."""
    section = text.partition('\n[build]\n')[2].partition('\n[')[0]
    return [line for line in section.split('\n')
            if line and not line.startswith('#')]


def release():
    """deb13: packages of an older release are older, in every upgrade."""
    said = dict(line.strip().split('=', 1)
                for line in read('/etc/os-release').splitlines()
                if '=' in line)
    name = said.get('ID', 'linux').strip('"').replace('debian', 'deb')
    return name + said.get('VERSION_ID', '').strip('"')


def changelog(text, version, wanted):
    """As the package has it: its version says for which release it is."""
    top = re.match(r'spn-policy \(([^)]+)\) ', text)
    if top is None or top[1] != version:
        raise PackageError('%s/changelog begins with another version than '
                           'wscript has: %s' % (TEMPLATES, version))
    return text.replace('(%s)' % version, '(%s)' % (
        wanted or '%s~%s' % (version, release())), 1)


def tracked_files(top):
    """What belongs to the source."""
    if os.path.exists(os.path.join(top, '.git')) and shutil.which('git'):
        listed = subprocess.run(['git', 'ls-files', '-z'], cwd=top,
                                check=True, stdout=subprocess.PIPE)
        return [name for name in listed.stdout.decode().split('\0')
                if name and os.path.lexists(os.path.join(top, name))]
    found = []
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name not in LEFT_BEHIND]
        found += [os.path.relpath(os.path.join(folder, name), top)
                  for name in names if not name.startswith('.lock-waf')]
    return found


def put_together(top, folder, version, wanted):
    """The source with its debian/."""
    for name in tracked_files(top):
        target = os.path.join(folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy2(os.path.join(top, name), target, follow_symlinks=False)
    debian = os.path.join(folder, 'debian')
    shutil.copytree(os.path.join(folder, TEMPLATES), debian)
    words = {
        '@LDB_RANGE@': ldb_range(read(os.path.join(top, SERIES))),
        '@BUILD_DEPENDS@': ''.join(
            '               %s,\n' % name for name in [
                *build_depends(read(os.path.join(top, PACKAGES))),
                'python3']).rstrip(',\n'),
        # without its head
        '@RESTART@\n': read(os.path.join(debian, 'restart.sh')).partition(
            '\n\n')[2],
    }
    os.unlink(os.path.join(debian, 'restart.sh'))
    for name in os.listdir(debian):
        path = os.path.join(debian, name)
        if os.path.isdir(path):
            continue
        text = read(path)
        for word, meant in words.items():
            text = text.replace(word, meant)
        if name == 'changelog':
            text = changelog(text, version, wanted)
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text)
    _move_units(folder, debian)


def _move_units(folder, debian):
    """Units start the programs where packages have them."""
    examples = os.path.join(folder, 'docs/examples')
    for name in os.listdir(examples):
        path = os.path.join(examples, name)
        text = LOCAL.sub('/usr', read(path))
        with open(path, 'w', encoding='utf-8') as stream:
            stream.write(text)
        if name.startswith('spn-audit.') and not name.endswith('.conf'):
            shutil.copy(path, os.path.join(debian, 'spn-tools.' + name))


def check_tools(folder):
    """Says what is missing, and how to get it."""
    missing = [package for tool, package in NEEDED.items()
               if not shutil.which(tool)]
    if not missing:
        # -I: gcc and libc6-dev are named by us, and more is not needed.
        done = subprocess.run(['dpkg-checkbuilddeps', '-I'], cwd=folder,
                              check=False, stderr=subprocess.PIPE, text=True,
                              env=dict(os.environ, LC_ALL='C'))
        said = re.search(r'nmet build dependencies: (.*)', done.stderr)
        if done.returncode and not said:
            raise PackageError(done.stderr)
        # debhelper-compat is a name only; versions are said apart
        missing = [] if not said else [
            word.replace('debhelper-compat', 'debhelper')
            for word in re.sub(r' \([^)]*\)', '', said[1]).split()]
    if missing:
        raise PackageError('not installed: %s\nas root: apt-get install '
                           '--no-install-recommends %s'
                           % (' '.join(missing), ' '.join(missing)))


def environment():
    """Of the builder's only what matters; tests are not the packages' part."""
    options = os.environ.get('DEB_BUILD_OPTIONS')
    if options is None:
        options = 'nocheck parallel=%d' % len(os.sched_getaffinity(0))
    left_out = ('CC', 'CFLAGS', 'CPPFLAGS', 'LDFLAGS', 'DESTDIR', 'PREFIX')
    return {**{name: value for name, value in os.environ.items()
               if name not in left_out},
            'DEB_BUILD_OPTIONS': options, 'LC_ALL': 'C',
            'WAFDIR': os.path.dirname(os.path.dirname(waflib.__file__))}


def make(top, version, wanted=''):
    """The names of the packages, in build/."""
    out = os.path.join(top, OUT)
    folder = os.path.join(out, 'spn-policy-' + version)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    before = os.umask(0o022)
    put_together(top, folder, version, wanted)
    check_tools(folder)
    done = subprocess.run(['dpkg-buildpackage', '--build=binary', '--no-sign',
                           '--no-check-builddeps'], cwd=folder,
                          check=False, env=environment(),
                          stdin=subprocess.DEVNULL)
    os.umask(before)
    if done.returncode:
        raise PackageError('dpkg-buildpackage failed; what it worked on is '
                           'in ' + folder)
    listed = read(os.path.join(folder, 'debian/files')).splitlines()
    shutil.rmtree(folder)
    return [os.path.join(OUT, line.split()[0]) for line in listed
            if line.split()[0].endswith('.deb')]


def run(ctx, version):
    """The command of waf."""
    try:
        made = make(ctx.path.abspath(), version, ctx.options.deb_version)
    except PackageError as error:
        ctx.fatal(str(error))
    for name in made:
        Logs.info(name)
