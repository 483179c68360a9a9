/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input by lines, for commands that answer each. */
#include "cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { LINE_LIMIT = 256 << 20, READ_AT_ONCE = 1 << 18 };

int cli_lines(struct cli *c, void (*line)(void *host, str line), void *host, struct err *err)
{
    struct buf in;
    int result = 0;
    bool at_end = false;
    buf_init(&in, LINE_LIMIT);
    char *piece = arena_alloc(&c->arena, READ_AT_ONCE);
    while (result == 0 && !at_end && !c->out_broken) {
        ssize_t n = read(STDIN_FILENO, piece, READ_AT_ONCE);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) result = err_errno(err, "cannot read standard input");
        if (n > 0) buf_put(&in, piece, (size_t)n);
        at_end = n <= 0;
        str rest = buf_get(&in);
        for (size_t end; (end = str_find_char(rest, '\n')) != STR_NOT_FOUND || (at_end && rest.n);) {
            line(host, end == STR_NOT_FOUND ? rest : str_slice(rest, 0, end));
            rest = str_from(rest, end == STR_NOT_FOUND ? rest.n : end + 1);
            cli_flush(c, false);
        }
        if (in.full && result == 0) result = err_set(err, ERR_LIMIT, "a line is longer than %d MB", LINE_LIMIT >> 20);
        if (rest.n) memmove(in.p, rest.p, rest.n);
        in.n = rest.n;
        cli_flush(c, true);
    }
    buf_release(&in);
    return result;
}
