/* SPDX-License-Identifier: Apache-2.0 */
/* Commands whose first word says what to do: entente token add. */
#include "cli.h"

int cli_act(struct cli *c, const struct cli_act *acts, size_t count)
{
    struct err err = {0};
    struct buf all;
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(str_of(c->words[0]), str_of(acts[i].word))) continue;
        if (c->word_count == acts[i].words) return acts[i].act(c, &err) < 0 ? cli_fail(c, &err) : EXIT_FINE;
        err_set(&err, ERR_USAGE, "entente %s %s takes %s", c->command->name, acts[i].word, acts[i].takes);
        return cli_fail(c, &err);
    }
    buf_init(&all, 400);
    for (size_t i = 0; i < count; i++) buf_printf(&all, "%s%s", i ? ", " : "", acts[i].word);
    err_set(&err, ERR_USAGE, "\"%s\" is none of " STR_FORMAT "; entente %s --help tells what they do", c->words[0],
            STR_ARGS(buf_get(&all)), c->command->name);
    buf_release(&all);
    return cli_fail(c, &err);
}
