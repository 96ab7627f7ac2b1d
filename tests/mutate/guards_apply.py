# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards of --apply, for `./waf mutate`; mutations.py says how they are read.
Those that only a DC can notice are tried by tests/dc/tool_audit_apply.py."""

GUARDS = {
    'tools/audit/apply_undo.c': [
        ('an undo file is never overwritten',
         'append(undo, O_CREAT | O_EXCL, undo->head)',
         'append(undo, O_CREAT, undo->head)'),
        ('nor one that a link leads to',
         'O_CLOEXEC | O_NOFOLLOW | flags',
         'O_CLOEXEC | flags'),
        ('a record that could not be written is none',
         '\tdrop_last(undo);\n\treturn false;',
         '\treturn false;'),
        ('nor is it written to what stands in its place by now',
         'if (!is_there(undo))',
         'if (false)'),
        ('a record that could not be exchanged stays',
         '*undo = old;',
         '*undo = old;\n\tundo->records = talloc_strdup(undo, "");'),
        ('a file without a record goes',
         'if (!audit_undo_is_used(undo)) {',
         'if (false) {'),
    ],
    'tools/audit/apply_state.c': [
        ('an undo is refused where other halves would go along',
         'put_text(msg, undo_mark)',
         'true'),
        ('what a DC may refuse comes first',
         'bool is_first = !is_refused && gone->num > 0;',
         'bool is_first = false;'),
        ('what it would refuse stands behind what does nothing',
         '!is_first && came->num == 0 && !put_text(msg, harmless)',
         'false'),
        ('what is written anew is there once',
         'bool is_copy = repair->replace && i > 0 &&',
         'bool is_copy = false && i > 0 &&'),
    ],
    'tools/audit/apply_step.c': [
        ('the half that is there is named once',
         'if (spn_str_equal_nocase(step->guards[i], finding->spn)) {',
         'if (false) {'),
        ('what others hold, too, is not named',
         '*_may = num == 1 &&',
         '*_may ='),
    ],
    'tools/audit/apply_count.c': [
        ('a finding of an account is that of any SPN of it',
         'bool of_account = audit_is_of_account(finding);',
         'bool of_account = false;'),
    ],
}
