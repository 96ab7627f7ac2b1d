# SPDX-License-Identifier: GPL-3.0-or-later
"""What bash and zsh complete after our programs, made from their --help.

popt prints --help from the tables that read the command line, Samba's own
options included, so an option that is there is completed, and nothing has to be
written twice. What a value may be is read from there, too, where the text names
all words; rules and settings are asked from the programs.
"""

import os
import re
import subprocess

# Nobody types these.
NOT_TYPED = ('spn-guard',)

# Placeholders of --help whose value is a file.
FILES = ('FILE', 'CONFIGFILE', 'LOGFILEBASE', 'CCACHE')
SEVERITIES = ['error', 'warning', 'info']

OPTION = re.compile(r'(?:(-[\w?])(?:, )?)?(?:(--[a-z][a-z0-9-]*))?'
                    r'(\[?=| (?=[A-Z]))?(.*)')
# setspn writes its help by itself.
SWITCH = re.compile(r'(?:^|[ [])(-[A-Z])\b')
COMMAND = re.compile(r'^  ([a-z]+)(?: (\S+))?  +(\S.*)$', re.MULTILINE)
WORDS = re.compile(r'[a-z][a-z0-9-]*(?: \([^)]*\))?')


def ask(program, *arguments):
    """What it prints; no smb.conf has a say in it."""
    return subprocess.run(
        [program, *arguments], stdin=subprocess.DEVNULL,
        env=dict(os.environ, SMB_CONF_PATH=os.devnull, LC_ALL='C'),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False).stdout


def _entries(text):
    """The lines of --help, those that go on put behind the one before."""
    lines = []
    for line in text.splitlines():
        deep = len(line) - len(line.lstrip())
        if deep > 20 and lines and line.strip():
            lines[-1] += ' ' + line.strip()
        else:
            lines.append(line)
    return lines


def _option(line):
    """{'names': [...], 'value': '' or a placeholder, 'text': ...}, or None."""
    head, _, text = line.strip().partition('  ')
    found = OPTION.fullmatch(head)
    if not line.startswith('  ') or not (found[1] or found[2]):
        return None
    return {'names': [name for name in (found[1], found[2]) if name],
            'value': found[4].rstrip(']') if found[3] else '',
            'optional': found[3] == '[=', 'text': text.strip()}


def options_of(text):
    """The options of a --help that popt has printed."""
    found = (_option(line) for line in _entries(text))
    return [each for each in found if each]


def _setspn_options(text, samba):
    """Its switches, its long options, and all other long ones of Samba."""
    found = []
    for line in text.splitlines():
        head, gap, about = line[2:].partition('  ')
        option = _option(line)
        if line.startswith('  ') and gap and SWITCH.search(head):
            found += [{'names': [name], 'value': '', 'optional': False,
                       'text': about.strip()}
                      for name in SWITCH.findall(head)]
        elif option and option['text']:
            found.append(option)
    named = {name for option in found for name in option['names']}
    for option in options_of(samba):
        option['names'] = [name for name in option['names']
                           if name.startswith('--') and name not in named]
        found += [option] if option['names'] else []
    return found


def choices_of(option, rules):
    """The words that a value is one of; None for a file, [] for anything."""
    value, text = option['value'], option['text']
    if value in FILES:
        return None
    if value == 'SEVERITY':
        return SEVERITIES
    if value.startswith('RULE'):
        return rules
    if re.fullmatch(r'[a-z]+(\|[a-z]+)+', value):
        return value.split('|')
    words = text.rpartition(': ')[2].split(', ')
    if value and len(words) > 1 and all(map(WORDS.fullmatch, words)):
        return [word.partition(' ')[0] for word in words]
    return []


def rules_of(spn_audit):
    """Names of rules and codes."""
    listed = ask(spn_audit, '--list-rules')
    return (re.findall(r'^([a-z][a-z-]*):', listed, re.MULTILINE) +
            re.findall(r'^  (SPN-\d+) ', listed, re.MULTILINE))


def settings_of(spn_policy):
    """{key: its modes; none for a list of values}"""
    def answer(setting, mark):
        said = ask(spn_policy, 'set', setting).partition(mark)[2]
        return said.partition('\n')[0]

    return {key: answer(key + '=no/such/mode', 'it takes: ').split()
            for key in answer('none=none', 'there are: ').split(', ')}


def gather(name, programs):
    """What is completed after the program of that name in that folder."""
    program = os.path.join(programs, name)
    audit = os.path.join(programs, 'spn-audit')
    text = ask(program, '--help')
    found = {'name': name, 'options': options_of(text), 'commands': [],
             'settings': {}, 'rules': []}
    if name == 'setspn':
        samba = ask(audit, '--help').partition('Common Samba options')[2]
        found['options'] = _setspn_options(text, samba)
    elif name == 'spn-audit':
        found['rules'] = rules_of(program)
    else:
        found['commands'] = COMMAND.findall(text)
    if any(argument.startswith('KEY') for _, argument, _ in found['commands']):
        found['settings'] = settings_of(program)
    if not found['options']:
        raise ValueError('%s --help names no option:\n%s' % (program, text))
    return found


def table_of(found):
    """What may stand where: {place: words}; None for a file.

    Places: '-' an option, '--name' its value, '--name=' what stands behind a
    '=' in that; '' a command, its name what follows, and 'set key=' a mode.
    """
    table = {'-': [name + '=' * bool(option['value'] and name[1] == '-' and
                                     not option['optional'])
                   for option in found['options'] for name in option['names']]}
    for option in found['options']:
        words = choices_of(option, found['rules'])
        takes = option['value'] and not option['optional']
        for name in option['names'] if takes else []:
            table[name] = words
            if option['value'] == 'RULE=SEVERITY':
                table[name] = [word + '=' for word in words]
                table[name + '='] = SEVERITIES + ['off']
    if found['commands']:
        table[''] = [name for name, _, _ in found['commands']]
    for name, argument, _ in found['commands']:
        table[name] = []
        if argument.startswith('KEY'):
            table[name] = [key + '=' * (argument == 'KEY=VALUE')
                           for key in found['settings']]
            table.update(('%s %s=' % (name, key), modes)
                         for key, modes in found['settings'].items())
    return table


# ------------------------------------------------------------------------ bash

BASH = r"""# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion, made by the build from what @NAME@ --help says.
@FUNCTION@()
{
	local -A table=(
@TABLE@
	)
	local -a words=()
	local full place command='' before='' word
	local IFS=$' \t\n'

	# bash cuts "--option=value" into three words.
	for word in "${COMP_WORDS[@]:0:COMP_CWORD + 1}"; do
		if ((${#words[@]})) &&
			[[ $word == '=' || ${words[-1]} == *= ]]; then
			words[-1]+=$word
		else
			words+=("$word")
		fi
	done
	full=${words[-1]}
	for word in "${words[@]:1:${#words[@]} - 2}"; do
		if [[ -z $command && $word == [a-z]* && -n ${table[$word]+set} ]]; then
			command=$word
		fi
	done

	# Which place it is, and what of it is typed already.
	word=${words[-2]-}
	if [[ $full == --*=* ]]; then
		place=${full%%=*}
		word=${full#*=}
		if [[ $word == *=* ]]; then
			place+='='
			word=${word#*=}
		fi
	elif [[ $word == -* && -n ${table[$word]+set} ]]; then
		place=$word
		word=$full
	elif [[ $full == -* ]]; then
		place='-'
		word=$full
	elif [[ -n $command && $full == *=* ]]; then
		place="$command ${full%%=*}="
		word=${full#*=}
	else
		place=${command:- }
		word=$full
	fi
	if [[ $COMP_WORDBREAKS != *=* ]]; then
		before=${full%"$word"}
	fi

	COMPREPLY=()
	case ${table[$place]-} in
	'<file>')
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -P "$before" -f -- "$word")
		return
		;;
	',@'*)
		if [[ $word == *,* ]]; then
			before+=${word%,*},
			word=${word##*,}
		fi
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -P "$before" \
		-W "${table[$place]-}" -- "$word" | grep -v '^,@$')
	if [[ ${COMPREPLY[0]-} == *= ]]; then
		compopt -o nospace 2>/dev/null
	fi
}
complete -F @FUNCTION@ @NAME@
"""


def bash(found):
    """The file for bash-completion/completions/."""
    lists = {name for option in found['options'] for name in option['names']
             if option['value'].endswith(',...')}
    rows = []
    for place, words in table_of(found).items():
        text = '<file>' if words is None else ' '.join(words)
        if place in lists and words:
            text = ',@ ' + text
        rows.append("\t\t['%s']='%s'" % (place or ' ', text))
    return (BASH.replace('@TABLE@', '\n'.join(rows))
            .replace('@FUNCTION@', '_' + found['name'].replace('-', '_'))
            .replace('@NAME@', found['name']))


# ------------------------------------------------------------------------- zsh

ZSH = r"""#compdef @NAME@
# SPDX-License-Identifier: GPL-3.0-or-later
# zsh completion, made by the build from what @NAME@ --help says.
local -A table=(
@TABLE@
)
local curcontext=$curcontext state state_descr line ret=1
local -A opt_args

_arguments -s -C \
@SPECS@ && ret=0

# What stands behind a '=' depends on what stands before it.
local place=''
case $state in
pair)
	place=$state_descr
	;;
command)
	place=' '
	;;
argument)
	place=$line[1]
	;;
esac
if [[ -n $place ]]; then
	if [[ $state == argument && $PREFIX == *=* ]]; then
		place="$place ${PREFIX%%=*}="
	elif [[ $state == pair && $PREFIX == *=* ]]; then
		place="$place="
	fi
	compset -P '*='
	local -a words=(${=table[$place]})
	if [[ $words[1] == *= ]]; then
		compadd -S '' -a words && ret=0
	else
		compadd -a words && ret=0
	fi
fi
return ret
"""


def _zsh_spec(option, rules):
    """The lines for _arguments, one for each name."""
    def plain(text):
        return re.sub(r"([][:\\])", r'\\\1', text).replace("'", r"'\''")

    words = choices_of(option, rules)
    action = ''
    if option['value'] == 'RULE=SEVERITY':
        action = ':%s:->pair' % option['names'][-1]
    elif option['value'].endswith(',...') and words:
        action = ':rule:_sequence compadd - %s' % ' '.join(words)
    elif option['value'] and not option['optional']:
        action = ':%s:%s' % (plain(option['value']), '_files' if words is None
                             else '(%s)' % ' '.join(words) if words else ' ')
    for name in option['names']:
        glue = '=' if action and name.startswith('--') else ''
        if option['optional']:
            glue, action = '=-', '::%s:' % plain(option['value'])
        yield "\t'*%s%s[%s]%s'" % (name, glue, plain(option['text']), action)


def zsh(found):
    """The file for zsh/site-functions/."""
    table = table_of(found)
    rows = ["\t'%s' '%s'" % (place or ' ', ' '.join(words))
            for place, words in table.items()
            if words and (not place.startswith('-') or place.endswith('=') or
                          place + '=' in table)]
    specs = [spec for option in found['options']
             for spec in _zsh_spec(option, found['rules'])]
    if found['commands']:
        specs += ["\t'1:command:->command'", "\t'2:argument:->argument'"]
    return (ZSH.replace('@TABLE@', '\n'.join(rows))
            .replace('@SPECS@', ' \\\n'.join(specs))
            .replace('@NAME@', found['name']))


def make(task):
    """A rule of waf: programs first, spn-audit among them; two targets."""
    programs = os.path.dirname(task.inputs[0].abspath())
    found = gather(task.inputs[0].name, programs)
    task.outputs[0].write(bash(found))
    task.outputs[1].write(zsh(found))
