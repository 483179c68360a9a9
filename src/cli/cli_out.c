/* SPDX-License-Identifier: Apache-2.0 */
/* What people and other programs see. */
#include "cli.h"

#include "base_time.h"
#include "base_utf8.h"
#include "template.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { FLUSH_AT = 64 << 10 };

static const char *const style_codes[] = {
    [STYLE_PLAIN] = "\33[0m",   [STYLE_BOLD] = "\33[1m",  [STYLE_DIM] = "\33[2m",    [STYLE_RED] = "\33[31m",
    [STYLE_YELLOW] = "\33[33m", [STYLE_BLUE] = "\33[34m", [STYLE_GREEN] = "\33[32m",
};

void cli_style(struct cli *c, enum cli_style style)
{
    if (c->out_colour) cli_text(c, style_codes[style]);
}

void cli_put(struct cli *c, str s)
{
    buf_str(&c->out, s);
    cli_flush(c, false);
}

void cli_text(struct cli *c, const char *text) { cli_put(c, str_of(text)); }

void cli_clean(struct cli *c, str s)
{
    size_t from = 0;
    for (size_t i = 0; i < s.n;) {
        size_t length;
        uint32_t ch = utf8_decode(str_from(s, i), &length);
        if (ch < 32 || (ch >= 127 && ch < 160) || ch == 0x202e || ch == 0xfffd) {
            cli_put(c, str_slice(s, from, i));
            cli_text(c, ch == 0xfffd ? "\xEF\xBF\xBD" : " ");
            from = i + length;
        }
        i += length;
    }
    cli_put(c, str_from(s, from));
}

size_t cli_wrap(struct cli *c, str s, size_t at, size_t indent, size_t width)
{
    str rest = s, word;
    bool first = true;
    while (str_cut(&rest, ' ', &word)) {
        size_t wide = utf8_width(word);
        if (!first && at + 1 + wide > width && at > indent) {
            cli_printf(c, "\n%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            cli_text(c, " ");
            at++;
        }
        cli_clean(c, word);
        at += wide;
        first = false;
    }
    return at;
}

void cli_flush(struct cli *c, bool now)
{
    if (!c->out.n || (!now && c->out.n < FLUSH_AT)) return;
    str rest = buf_get(&c->out);
    while (rest.n && !c->out_broken) {
        ssize_t n = write(STDOUT_FILENO, rest.p, rest.n);
        if (n >= 0) {
            rest = str_from(rest, (size_t)n);
        } else if (errno != EINTR) {
            c->out_broken = true;
            if (errno != EPIPE) c->out_errno = errno;
        }
    }
    buf_clear(&c->out);
}

void cli_json(struct cli *c, struct json_writer *w) { json_init(w, &c->out, 2); }

void cli_json_facts(struct cli *c, const uint64_t *ids, size_t count)
{
    struct json_writer w;
    cli_json(c, &w);
    json_array(&w);
    for (size_t i = 0; i < count; i++) {
        graph_emit_json(&w, &c->env, ids[i]);
        cli_flush(c, false);
    }
    json_array_end(&w);
    cli_text(c, "\n");
}

static void to_stderr(str s)
{
    while (s.n) {
        ssize_t n = write(STDERR_FILENO, s.p, s.n);
        if (n < 0 && errno != EINTR) return;
        if (n > 0) s = str_from(s, (size_t)n);
    }
}

int cli_fail(struct cli *c, const struct err *err)
{
    struct buf b;
    cli_progress_end(c);
    cli_flush(c, true); /* so that the two come in order */
    buf_init(&b, 1 << 16);
    if (c->err_colour) buf_text(&b, style_codes[STYLE_RED]);
    if (!err->file[0]) buf_text(&b, "entente: ");
    err_emit(err, &b);
    if (c->err_colour) buf_text(&b, style_codes[STYLE_PLAIN]);
    to_stderr(buf_get(&b));
    buf_release(&b);
    return err_exit_code(err);
}

void cli_put_note(struct cli *c)
{
    cli_progress_end(c);
    cli_flush(c, true);
    buf_char(&c->note, '\n');
    to_stderr(buf_get(&c->note));
}

/* ---- progress ---- */

static void put_amount(struct cli *c, struct buf *b, double n, const char *unit)
{
    bool bytes = !strcmp(unit, "bytes");
    buf_str(b, bytes ? cli_bytes(c, (uint64_t)n) : cli_count(c, (uint64_t)n));
    if (!bytes) buf_printf(b, " %s", unit);
}

void cli_progress(struct cli *c, const char *what, uint64_t done, uint64_t total, const char *unit)
{
    double now = time_monotonic();
    if (!c->err_terminal) return;
    if (c->progress_started == 0) c->progress_started = now;
    double passed = now - c->progress_started;
    if (passed < 1 || now - c->progress_drawn < 0.1) return;
    struct buf b;
    buf_init(&b, 4096);
    c->progress_drawn = now;
    c->progress_shown = true;
    buf_printf(&b, "\r%s  ", what);
    put_amount(c, &b, (double)done, unit);
    if (total) buf_printf(&b, "  %d %%", (int)(100.0 * (double)done / (double)total));
    buf_text(&b, "  ");
    put_amount(c, &b, (double)done / passed, unit);
    buf_text(&b, " a second");
    if (total && done) {
        double left = passed * ((double)total - (double)done) / (double)done;
        if (left < 90)
            buf_printf(&b, "  %d s left", (int)(left + 1));
        else
            buf_printf(&b, "  %d min left", (int)(left / 60 + 1));
    }
    buf_text(&b, "\33[K");
    to_stderr(buf_get(&b));
    buf_release(&b);
}

void cli_progress_end(struct cli *c)
{
    if (c->progress_shown) to_stderr(STR("\r\33[K"));
    c->progress_shown = false;
    c->progress_started = c->progress_drawn = 0;
}

/* ---- words for values ---- */

str cli_count(struct cli *c, uint64_t n)
{
    str digits = arena_printf(&c->arena, "%llu", (unsigned long long)n);
    char *out = arena_alloc(&c->arena, digits.n + digits.n / 3 + 1);
    size_t at = 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (i && (digits.n - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits.p[i];
    }
    return (str){out, at};
}

str cli_plural(struct cli *c, uint64_t n, str one, str many)
{
    str count = cli_count(c, n), word = n == 1 ? one : many;
    return arena_printf(&c->arena, STR_FORMAT " " STR_FORMAT, STR_ARGS(count), STR_ARGS(word));
}

str cli_bytes(struct cli *c, uint64_t n)
{
    static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
    double v = (double)n;
    size_t unit = 0;
    while (v >= 999.5 && unit + 1 < ARRAY_COUNT(units)) v /= 1000, unit++;
    return arena_printf(&c->arena, "%.*f %s", unit && v < 9.95 ? 1 : 0, v, units[unit]);
}

static str put_with(struct cli *c, struct feel_value v, void (*put)(struct cli *c, struct buf *b, str text))
{
    struct buf b;
    buf_init(&b, 1 << 20);
    feel_emit_plain(&b, v);
    str text = buf_copy(&b, &c->arena);
    buf_clear(&b);
    put(c, &b, text);
    text = buf_copy(&b, &c->arena);
    buf_release(&b);
    return text;
}

static void put_money(struct cli *c, struct buf *b, str digits)
{
    template_put_money(b, digits, store_profile(c->store)->currency);
}

static void put_percent(struct cli *c, struct buf *b, str fraction)
{
    (void)c;
    template_put_percent(b, fraction);
}

static void put_plain(struct cli *c, struct buf *b, str text)
{
    (void)c;
    buf_str(b, text);
}

str cli_money(struct cli *c, struct feel_value amount) { return put_with(c, amount, put_money); }

static str list_words(struct cli *c, const struct model_field *f, struct feel_value v)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (uint32_t i = 0; i < v.count; i++) {
        if (i) buf_text(&b, "; ");
        buf_str(&b, cli_words(c, f, v.items[i]));
    }
    str text = buf_copy(&b, &c->arena);
    buf_release(&b);
    return text;
}

str cli_words(struct cli *c, const struct model_field *f, struct feel_value v)
{
    enum field_kind kind = !f ? FIELD_TEXT : f->kind == FIELD_DERIVED || f->kind == FIELD_OBSERVED ? f->gives : f->kind;
    if (v.kind == FEEL_NULL) return STR_NONE;
    if (v.kind == FEEL_LIST) return list_words(c, f, v);
    if (v.kind == FEEL_OBJECT) return fact_name(picture_fact(c->picture, v.object.handle));
    if (v.kind == FEEL_DATE) {
        int64_t days;
        MUST(feel_to_days(v, &days));
        return civil_emit(&c->arena, days);
    }
    if (v.kind == FEEL_BOOLEAN) return feel_is_true(v) ? STR("yes") : STR("no");
    if (v.kind == FEEL_NUMBER && kind == FIELD_MONEY) return cli_money(c, v);
    if (v.kind == FEEL_NUMBER && kind == FIELD_PERCENT) return put_with(c, v, put_percent);
    return put_with(c, v, put_plain);
}

/* ---- until Ctrl+C ---- */

int cli_stop_signals(struct err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) return err_errno(err, "cannot block signals");
    int fd = signalfd(-1, &set, SFD_CLOEXEC);
    return fd >= 0 ? fd : err_errno(err, "cannot wait for signals");
}
