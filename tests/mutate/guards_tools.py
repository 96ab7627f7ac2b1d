# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards of the tools, for `./waf mutate`; mutations.py says how they are read."""

GUARDS = {
    'tools/common/place.c': [
        ('standard output has room for one',
         'if (is_one_stream(one, other))',
         'if (false)'),
        ('two names may be one file',
         'return same_file(&a->st, &b->st) && !S_ISCHR(a->st.st_mode);',
         'return false;'),
        ('/dev/null takes everything',
         '&& !S_ISCHR(a->st.st_mode)',
         ''),
        ('so may two that are not there yet',
         'return same_file(&a->folder, &b->folder) &&'
         ' strcmp(a->name, b->name) == 0;',
         'return false;'),
    ],
    'tools/common/output.c': [
        ('a report is on the disk before it is in its place',
         '&& fsync(r->fd) == 0',
         ''),
        ('a file keeps its owner',
         '*_owner_failed = r->old != NULL && !keep_owner(r);',
         '*_owner_failed = false;'),
        ('who may read the file may read the new one',
         'new.mode = st.st_mode & 07777;',
         'new.mode = plain_mode();'),
    ],
    'tools/audit/options_together.c': [
        ('--watch goes with no file',
         'if (options->watch > 0 && others[i].is_there)',
         'if (false)'),
        ('one source is audited, not two',
         'options->from_ldif != NULL && spn_connect_has_url(connect)',
         'false'),
    ],
    'tools/audit/rules/messages.c': [
        ('what refuses has a text for the client',
         '(message->client == NULL || message->client[0] == \'\\0\')',
         'false'),
        ('a text that is empty lacks, too',
         'texts[i].text == NULL || texts[i].text[0] == \'\\0\'',
         'texts[i].text == NULL'),
    ],
    'tools/audit/formats/csv.c': [
        ('a spreadsheet computes nothing',
         'if (is_formula(spn_str_of(text)))',
         'if (false)'),
        ('nor behind a blank',
         'c == \'\\\'\' || spn_unicode_is_blank(c)',
         'c == \'\\\'\''),
    ],
    'tools/directory/entry.c': [
        ('a value too long for the rules is told of',
         'if (len > AUDIT_LONGEST_VALUE)',
         'if (false)'),
    ],
    'tools/common/shell_command.c': [
        ('what a terminal would not show is in no command',
         'if (shown == NULL || strlen(shown) != s.len)',
         'if (shown == NULL)'),
        ('a quote does not end the word',
         '(s.data[i] == \'\\\'\')',
         'false'),
        ('a value is no switch',
         'bool is_odd = begins_like_switch(value) ||'
         ' begins_like_switch(name);',
         'bool is_odd = false;'),
    ],
    'tools/common/connect_silence.c': [
        ('a server that says nothing is given up',
         'cut_connections(silence->connect);',
         ''),
    ],
}
