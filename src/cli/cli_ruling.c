/* SPDX-License-Identifier: Apache-2.0 */
/* A ruling as people read it on a terminal. */
#include "cli_ruling.h"

#include "base_file.h"
#include "base_time.h"

#include <string.h>

void cli_put_wrapped(struct cli *c, const char *bullet, str text)
{
    cli_text(c, bullet);
    cli_wrap(c, text, strlen(bullet), strlen(bullet), c->width);
    cli_text(c, "\n");
}

static void put_head(struct cli *c, const char *text)
{
    cli_style(c, STYLE_BOLD);
    cli_text(c, text);
    cli_style(c, STYLE_PLAIN);
    cli_text(c, "\n");
}

static str plain(struct cli *c, struct feel_value v)
{
    struct buf text;
    buf_init(&text, 1 << 16);
    for (uint32_t i = 0; v.kind == FEEL_CONTEXT && i < v.count; i++) {
        if (v.entries[i].value.kind == FEEL_NULL) continue;
        if (text.n) buf_text(&text, ", ");
        buf_str(&text, v.entries[i].key);
        buf_text(&text, ": ");
        feel_emit_plain(&text, v.entries[i].value);
    }
    if (v.kind != FEEL_CONTEXT) feel_emit_plain(&text, v);
    str s = buf_copy(&text, &c->arena);
    buf_release(&text);
    return s;
}

/* "IT answers in writing, within 3 days" */
static str step(struct cli *c, struct feel_value v)
{
    const struct feel_value *who = feel_entry_get(v, STR("who")), *does = feel_entry_get(v, STR("does")),
                            *days = feel_entry_get(v, STR("within days"));
    if (v.kind != FEEL_CONTEXT || !who || !does) return plain(c, v);
    str s = arena_printf(&c->arena, STR_FORMAT " " STR_FORMAT, STR_ARGS(plain(c, *who)), STR_ARGS(plain(c, *does)));
    int64_t n;
    if (!days || !feel_to_int(*days, &n)) return s;
    return arena_printf(&c->arena, STR_FORMAT ", within %lld day%s", STR_ARGS(s), (long long)n, n == 1 ? "" : "s");
}

static void put_entries(struct cli *c, struct feel_value context)
{
    for (uint32_t i = 0; i < context.count; i++) {
        const struct feel_entry *e = &context.entries[i];
        if (e->value.kind == FEEL_NULL) continue;
        cli_put_wrapped(
            c, "  - ",
            arena_printf(&c->arena, STR_FORMAT ": " STR_FORMAT, STR_ARGS(e->key), STR_ARGS(plain(c, e->value))));
    }
}

static void put_parts(struct cli *c, const struct ruling *r)
{
    for (size_t p = 0; p < RULING_PARTS; p++) {
        struct feel_value v = r->parts[p];
        const char *key = ruling_part_key((enum ruling_part)p);
        if (v.kind == FEEL_NULL || (v.kind == FEEL_LIST && !v.count)) continue;
        if (v.kind == FEEL_CONTEXT) {
            put_head(c, key);
            put_entries(c, v);
            continue;
        }
        if (v.kind != FEEL_LIST) {
            cli_style(c, STYLE_BOLD);
            cli_printf(c, "%s", key);
            cli_style(c, STYLE_PLAIN);
            cli_text(c, ": ");
            cli_wrap(c, plain(c, v), strlen(key) + 2, 2, c->width);
            cli_text(c, "\n");
            continue;
        }
        put_head(c, key);
        for (uint32_t i = 0; i < v.count; i++) cli_put_wrapped(c, "  - ", step(c, v.items[i]));
    }
}

static void put_lighter(struct cli *c, const struct ruling *r)
{
    if (!r->lighter_count) return;
    put_head(c, "what would have to differ");
    for (size_t i = 0; i < r->lighter_count; i++) {
        struct buf text;
        buf_init(&text, 4000);
        feel_emit_plain(&text, r->lighter[i].zone);
        for (size_t k = 0; k < r->lighter[i].count; k++) {
            buf_text(&text, k ? ", and " : ", with ");
            ruling_emit_change(&text, &r->lighter[i].changes[k]);
        }
        cli_put_wrapped(c, "  - ", buf_get(&text));
        buf_release(&text);
    }
}

static void put_due(struct cli *c, const struct ruling *r, int64_t day)
{
    struct ruling_promise promise = ruling_promise(r, day);
    if (!promise.within) return;
    cli_style(c, STYLE_BOLD);
    cli_text(c, "answer due on");
    cli_style(c, STYLE_PLAIN);
    cli_printf(c, ": " STR_FORMAT "\n", STR_ARGS(civil_emit(&c->arena, promise.due)));
}

void cli_put_ruling(struct cli *c, const struct ruling *r, int64_t day)
{
    static const enum cli_style styles[] = {STYLE_GREEN, STYLE_YELLOW, STYLE_RED};
    size_t count;
    const struct feel_value *zones = rulebook_outcomes(r->book, &count);
    enum cli_style style = STYLE_BOLD;
    for (size_t i = 0; count == ARRAY_COUNT(styles) && i < count; i++)
        if (feel_same(zones[i], r->zone)) style = styles[i];
    cli_style(c, style);
    cli_put(c, plain(c, r->zone));
    cli_style(c, STYLE_PLAIN);
    cli_text(c, r->state == RULED_GAP ? " (no rule covers this: people of both sides decide it together)\n" : "\n");
    put_parts(c, r);
    put_due(c, r, day);
    bool headed = false;
    for (size_t i = 0; i < r->rule_count; i++) {
        if (!r->rules[i].leads || !r->rules[i].why.n) continue;
        if (!headed) put_head(c, "why");
        headed = true;
        cli_put_wrapped(c, "  - ", r->rules[i].why);
    }
    put_lighter(c, r);
    cli_style(c, STYLE_DIM);
    cli_printf(c, "by the rulebook " STR_FORMAT "%s" STR_FORMAT "\n", STR_ARGS(rulebook_name(r->book)),
               rulebook_version(r->book).n ? " " : "", STR_ARGS(rulebook_version(r->book)));
    cli_style(c, STYLE_PLAIN);
}

/* ---- Which rulebook ---- */

enum { BOOK_BYTES = 16 << 20 };

/* What is proposed under that name, else what stands there, agreed or not. */
static bool find_draft(struct cli *c, str name, struct book_text *out)
{
    const struct model_type *type = model_type(picture_model(c->picture), STR("rulebook"));
    bool several;
    uint64_t id = type ? picture_find(c->picture, type, name, &several) : 0;
    const struct fact *f = id ? picture_fact(c->picture, id | FACT_PROPOSED) : NULL;
    if (id && !f) f = picture_fact(c->picture, id);
    const struct model_field *model = f ? model_field(type, STR("model")) : NULL;
    const struct model_field *version = f ? model_field(type, STR("version")) : NULL;
    if (!model || !fact_value(f, model).n) return false;
    *out = (struct book_text){id, fact_name(f), version ? fact_value(f, version) : STR_NONE, fact_value(f, model)};
    return true;
}

struct book_day cli_book_day(struct cli *c)
{
    struct cli_checks files;
    cli_rulebook_files(c, &files);
    struct book_text *shipped = arena_array(&c->arena, files.count + 1, sizeof *shipped);
    for (size_t i = 0; i < files.count; i++)
        shipped[i] = (struct book_text){.name = cli_rulebook_name(files.items[i].file), .text = files.items[i].text};
    return (struct book_day){c->store, c->picture, c->today, shipped, files.count};
}

static int take_in_force(struct cli *c, struct shelf *shelf, str wanted, const struct rulebook **out, struct err *err)
{
    struct check_text unknown;
    const struct book_day day = cli_book_day(c);
    if (shelf_take_in_force(shelf, &day, wanted, NULL, out, err) == 0) return 0;
    /* Which ones there are. */
    return wanted.p && err->code == ERR_ABSENT ? cli_rulebook(c, wanted, &unknown, err) : -1;
}

int cli_take_book(struct cli *c, struct shelf *shelf, str wanted, bool draft, const struct rulebook **out,
                  struct err *err)
{
    struct book_text book = {0};
    bool file = wanted.p && str_ends(wanted, STR(".dmn"));
    bool found = file;
    if (file && file_read(&c->arena, wanted.p, BOOK_BYTES, &book.text, err) < 0) return -1;
    if (!found && draft && c->picture) found = find_draft(c, wanted, &book);
    if (!found) return take_in_force(c, shelf, wanted, out, err);
    if (shelf_take(shelf, book.name, book.version, book.text, out, err) == 0) return 0;
    return err->file[0] || !file ? -1 : err_in(err, wanted);
}
