/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "base_time.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct cli_command *const commands[] = {
    &cmd_init, &cmd_import, &cmd_scan,      &cmd_check,      &cmd_agenda,  &cmd_benchmarks, &cmd_list,
    &cmd_show, &cmd_export, &cmd_serve,     &cmd_journal,    &cmd_backup,  &cmd_restore,    &cmd_doctor,
    &cmd_user, &cmd_token,  &cmd_hook,      &cmd_model,      &cmd_ask,     &cmd_ruling,     &cmd_replay,
    &cmd_feel, &cmd_dmn,    &cmd_rulebooks, &cmd_completion, &cmd_version, &cmd_help,
};

const struct cli_command *const *cli_commands(size_t *count)
{
    *count = ARRAY_COUNT(commands);
    return commands;
}

static void look_around(struct cli *c)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    bool colour = !(no_colour && *no_colour) && !(term && str_eq(str_of(term), STR("dumb")));
    struct winsize size;
    c->out_terminal = isatty(STDOUT_FILENO);
    c->err_terminal = isatty(STDERR_FILENO);
    c->out_colour = c->out_terminal && colour;
    c->err_colour = c->err_terminal && colour;
    c->width = c->out_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 100;
    c->now = time_now();
    c->today = c->now / 86400;
}

static int take_today(struct cli *c, struct err *err)
{
    str day = cli_text_value(c, "today");
    if (!day.p) return 0;
    if (!civil_parse(day, &c->today))
        return err_set(err, ERR_USAGE, "--today: \"" STR_FORMAT "\" is not a date such as 2026-11-22", STR_ARGS(day));
    c->has_today = true;
    c->now = c->today * 86400 + 12 * 3600; /* noon: the same day in nearly all zones */
    return 0;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct err err = {0};
    bool help = false;
    if (cli_parse(c, argc, argv, &help, &err) < 0 || take_today(c, &err) < 0) return cli_fail(c, &err);
    if (help && c->command) return cli_help(c, c->command), EXIT_FINE;
    if (help) return cli_help_all(c), EXIT_FINE;
    return c->command->run(c);
}

int main(int argc, char **argv)
{
    struct cli c = {0};
    signal(SIGPIPE, SIG_IGN);
    arena_init(&c.arena, 0);
    buf_init(&c.out, (size_t)1 << 32);
    buf_init(&c.note, 1 << 20);
    look_around(&c);
    int code = run(&c, argc, argv);
    cli_progress_end(&c);
    cli_flush(&c, true);
    if (c.out_errno) {
        struct err err = {.code = ERR_IO};
        err_set(&err, ERR_IO, "cannot write the output: %s", strerrordesc_np(c.out_errno));
        cli_fail(&c, &err);
        code = EXIT_IO;
    }
    cli_close(&c);
    buf_release(&c.note);
    buf_release(&c.out);
    arena_release(&c.arena);
    return code;
}
