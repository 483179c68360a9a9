/* SPDX-License-Identifier: Apache-2.0 */
/* Manual pages (man(7)) from the same rows as help. */
#include "cli.h"

#include <ctype.h>
#include <string.h>

/* Text for roff: no escapes, no requests, and dashes that can be copied. */
static void put_text(struct cli *c, str s)
{
    if (s.n && (s.p[0] == '.' || s.p[0] == '\'')) cli_text(c, "\\&");
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        if (ch == '\\')
            cli_text(c, "\\e");
        else if (ch == '-')
            cli_text(c, "\\-");
        else if (ch == '\n')
            cli_text(c, "\n.br\n");
        else
            cli_put(c, (str){&ch, 1});
    }
}

static void put_line(struct cli *c, const char *request, str s)
{
    cli_text(c, request);
    put_text(c, s);
    cli_text(c, "\n");
}

static void put_head(struct cli *c, const char *name, const char *help)
{
    cli_text(c, ".TH ENTENTE");
    if (name) cli_text(c, "\\-");
    for (const char *p = name; p && *p; p++) {
        char ch = (char)toupper((unsigned char)*p);
        cli_put(c, (str){&ch, 1});
    }
    cli_text(c, " 1 \"\" \"Entente " ENTENTE_VERSION "\" \"Entente\"\n.SH NAME\nentente");
    if (name) cli_printf(c, "\\-%s", name);
    cli_text(c, " \\- ");
    put_text(c, str_of(help));
    cli_text(c, "\n");
}

static void put_options(struct cli *c, const char *title, const struct cli_option *options, size_t count)
{
    if (!count) return;
    cli_printf(c, ".SH %s\n", title);
    for (size_t i = 0; i < count; i++) {
        cli_text(c, ".TP\n\\fB");
        put_text(c, arena_printf(&c->arena, "--%s", options[i].name));
        cli_text(c, "\\fR");
        if (options[i].value) {
            cli_text(c, " \\fI");
            put_text(c, str_of(options[i].value));
            cli_text(c, "\\fR");
        }
        cli_text(c, "\n");
        put_line(c, "", str_of(options[i].help));
    }
}

static void put_end(struct cli *c)
{
    size_t count;
    const struct cli_option *common = cli_common_options(&count);
    put_options(c, "OPTIONS OF EVERY COMMAND", common, count);
    cli_text(c, ".SH \"EXIT STATUS\"\n0 fine, 1 something was found that the command looks for, 2 the call is wrong, "
                "3 the input is wrong, 4 cannot read or write.\n"
                ".SH ENVIRONMENT\n.TP\n.B ENTENTE_WORKSPACE\nthe workspace where none is named\n"
                ".TP\n.B NO_COLOR\nno colours on a terminal\n");
}

static void put_command(struct cli *c, const struct cli_command *k)
{
    str rest = str_of(k->usage), line;
    put_head(c, k->name, k->help);
    cli_text(c, ".SH SYNOPSIS\n");
    if (!rest.n || !str_cut(&rest, '\n', &line)) line = STR("");
    cli_printf(c, "\\fBentente %s\\fR ", k->name);
    put_text(c, line);
    cli_text(c, "\n");
    while (rest.n && str_cut(&rest, '\n', &line)) put_line(c, ".br\n", str_trim(line));
    if (k->details) {
        rest = str_of(k->details);
        cli_text(c, ".SH DESCRIPTION\n");
        for (bool first = true; str_cut(&rest, '\n', &line); first = false) {
            if (!first) cli_text(c, ".PP\n");
            put_line(c, "", line);
        }
    }
    put_options(c, "OPTIONS", k->options, k->option_count);
    put_end(c);
    cli_text(c, ".SH EXAMPLE\n.EX\n");
    put_line(c, "", str_of(k->example));
    cli_text(c, ".EE\n.SH \"SEE ALSO\"\n.BR entente (1)\n");
}

void cli_help_names(struct cli *c)
{
    size_t count;
    const struct cli_command *const *all = cli_commands(&count);
    for (size_t i = 0; i < count; i++) cli_printf(c, "%s\n", all[i]->name);
}

void cli_man(struct cli *c, const struct cli_command *command)
{
    size_t count;
    const struct cli_command *const *all = cli_commands(&count);
    if (command) {
        put_command(c, command);
        return;
    }
    put_head(c, NULL, "the shared workbench of a company's marketing and its IT");
    cli_text(c, ".SH SYNOPSIS\n\\fBentente\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]... [\\fIWORD\\fR]...\n.SH COMMANDS\n");
    for (size_t i = 0; i < count; i++) {
        cli_printf(c, ".TP\n.BR entente\\-%s (1)\n", all[i]->name);
        put_line(c, "", str_of(all[i]->help));
    }
    put_end(c);
}
