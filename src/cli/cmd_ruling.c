/* SPDX-License-Identifier: Apache-2.0 */
/* Rulings that were kept: listed, shown, and made again. */
#include "cli_ruling.h"

#include "base_time.h"

#include <sodium.h>
#include <string.h>

enum { ROWS_SHOWN = 50, ANSWER_BYTES = 1 << 20, PROGRESS_EVERY = 500 };

static void put_json_row(struct cli *c, struct json_writer *w, const struct stored_ruling *r)
{
    json_key(w, STR("ruling")), json_int(w, (int64_t)r->number);
    json_key(w, STR("time")), json_string(w, time_emit_utc(&c->arena, r->time));
    json_key(w, STR("actor")), json_string(w, r->actor);
    json_key(w, STR("door")), json_string(w, r->door);
    if (r->request) json_key(w, STR("request")), json_int(w, (int64_t)r->request);
    json_key(w, STR("rulebook")), json_string(w, r->rulebook);
    json_key(w, STR("version")), json_string(w, r->version);
    json_key(w, STR("zone")), json_string(w, r->zone);
    json_key(w, STR("extent")), json_string(w, r->extent);
    if (r->promise.within) {
        json_key(w, STR("due_on")), json_string(w, civil_emit(&c->arena, r->promise.due));
        json_key(w, STR("answer_within_days")), json_int(w, r->promise.within);
        json_key(w, STR("without_an_answer")), json_string(w, r->promise.otherwise);
    }
    if (r->overrules) json_key(w, STR("overrules")), json_int(w, (int64_t)r->overrules);
    if (r->overrules) json_key(w, STR("reason")), json_string(w, r->reason);
}

/* ---- list ---- */

static str day_words(struct cli *c, int64_t day) { return arena_printf(&c->arena, "%s", civil_emit(&c->arena, day).p); }

static int list(struct cli *c, struct err *err)
{
    static const struct cli_column columns[] = {{STR_INIT("RULING"), true},     {STR_INIT("DAY"), false},
                                                {STR_INIT("ZONE"), false},      {STR_INIT("EXTENT"), false},
                                                {STR_INIT("ANSWER BY"), false}, {STR_INIT("BY"), false},
                                                {STR_INIT("RULEBOOK"), false}};
    const struct stored_ruling *rows;
    size_t count;
    int64_t limit = ROWS_SHOWN;
    if (cli_int_value(c, "limit", 1, 1000000, &limit, err) || cli_open_store(c, STORE_READ, err)) return -1;
    struct ruling_pick pick = {.zone = cli_text_value(c, "zone"), .limit = (size_t)limit};
    if (store_load_rulings(c->store, &c->arena, &pick, &rows, &count, err)) return -1;
    if (cli_has(c, "json")) {
        struct json_writer w;
        cli_json(c, &w);
        json_array(&w);
        for (size_t i = 0; i < count; i++) json_object(&w), put_json_row(c, &w, &rows[i]), json_object_end(&w);
        json_array_end(&w);
        cli_text(c, "\n");
        return 0;
    }
    if (!count) cli_text(c, "No rulings are kept; entente ask --keep keeps one.\n");
    struct cli_table t;
    cli_table_init(&t, c, columns, ARRAY_COUNT(columns));
    for (size_t i = 0; i < count; i++) {
        const struct stored_ruling *r = &rows[i];
        cli_table_cell(&t, arena_printf(&c->arena, "%llu", (unsigned long long)r->number));
        cli_table_cell(&t, day_words(c, r->day));
        cli_table_cell(&t, r->overrules ? arena_printf(&c->arena, STR_FORMAT " (in place of %llu)", STR_ARGS(r->zone),
                                                       (unsigned long long)r->overrules)
                                        : r->zone);
        cli_table_cell(&t, r->extent);
        cli_table_cell(&t, r->promise.within ? day_words(c, r->promise.due) : STR(""));
        cli_table_cell(&t, r->actor);
        cli_table_cell(&t,
                       arena_printf(&c->arena, STR_FORMAT " " STR_FORMAT, STR_ARGS(r->rulebook), STR_ARGS(r->version)));
    }
    if (count) cli_table_print(&t);
    return 0;
}

/* ---- show and verify ---- */

struct again {
    struct cli *c;
    struct shelf *shelf;
    struct buf json;
    struct arena arena;
    uint64_t total, done, differ;
    struct store *books; /* to read texts while the rows are read */
    struct err *err;
};

static int make_again(struct again *k, const struct stored_ruling *row, struct ruling *ruling, bool *same,
                      const struct rulebook **book)
{
    return ruling_again(k->books, k->shelf, &k->arena, row, ruling, book, &k->json, same, k->err);
}

static int show(struct again *k, uint64_t number)
{
    struct cli *c = k->c;
    struct stored_ruling row;
    struct ruling ruling;
    const struct rulebook *book = NULL;
    const struct json *answers, *whole;
    const struct book_day day = cli_book_day(c);
    const struct book_text *now;
    bool same = true, changed = false;
    uint64_t by;
    if (store_load_ruling(c->store, &c->arena, number, &row, k->err)) return -1;
    if (ruling_rules_changed(k->shelf, &c->arena, &day, &row, &now, &changed, k->err) < 0) return -1;
    if (json_parse(&c->arena, row.answers, &answers, k->err)) return -1;
    if (store_ruling_aside(c->store, number, &by, k->err)) return -1;
    if (make_again(k, &row, &ruling, &same, &book)) return -1;
    if (cli_has(c, "json")) {
        struct json_writer w;
        cli_json(c, &w);
        json_object(&w);
        put_json_row(c, &w, &row);
        json_key(&w, STR("answers")), json_emit(&w, answers);
        json_key(&w, STR("rules_changed")), json_bool(&w, changed);
        if (by) json_key(&w, STR("set_aside_by")), json_int(&w, (int64_t)by);
        MUST(!json_parse(&c->arena, buf_get(&k->json), &whole, k->err));
        json_key(&w, STR("same")), json_bool(&w, same);
        json_key(&w, STR("says")), json_emit(&w, whole);
        json_object_end(&w);
        cli_text(c, "\n");
    } else {
        cli_printf(c, "Ruling %llu of %s, by " STR_FORMAT "\n", (unsigned long long)row.number, day_words(c, row.day).p,
                   STR_ARGS(row.actor));
        for (size_t i = 0; i < answers->count; i++)
            cli_printf(c, "  " STR_FORMAT ": " STR_FORMAT "\n", STR_ARGS(answers->items[i].key),
                       STR_ARGS(answers->items[i].kind == JSON_TRUE    ? STR("yes")
                                : answers->items[i].kind == JSON_FALSE ? STR("no")
                                                                       : answers->items[i].text));
        cli_text(c, "\n");
        cli_put_ruling(c, &ruling, row.day);
        if (row.promise.within && c->today > row.promise.due)
            cli_printf(c, "The limit ran out on %s\n", day_words(c, row.promise.due).p);
        if (row.overrules)
            cli_printf(c, STR_FORMAT ", in place of ruling %llu: " STR_FORMAT "\n", STR_ARGS(row.zone),
                       (unsigned long long)row.overrules, STR_ARGS(row.reason));
        if (by) cli_printf(c, "People have set it aside by ruling %llu\n", (unsigned long long)by);
        if (changed)
            cli_printf(c, "The rules have changed since%s\n",
                       now ? "; entente ask with the same answers says what those of today say"
                           : ": no rulebook of that name is in force");
        if (!same)
            cli_note(c, "this is not what was said on the day: it was " STR_FORMAT ", " STR_FORMAT, STR_ARGS(row.zone),
                     STR_ARGS(row.extent));
    }
    shelf_put_back(k->shelf, book);
    return same ? EXIT_FINE : EXIT_FOUND;
}

static int verify_one(void *host, const struct stored_ruling *row)
{
    struct again *k = host;
    struct ruling ruling;
    const struct rulebook *book = NULL;
    bool same = true;
    if (++k->done % PROGRESS_EVERY == 0) cli_progress(k->c, "Ruling again", k->done, k->total, "rulings");
    arena_clear(&k->arena);
    int failed = make_again(k, row, &ruling, &same, &book);
    shelf_put_back(k->shelf, book);
    if (failed) {
        struct err inner = *k->err;
        return err_set(k->err, inner.code, "ruling %llu cannot be made again: %s", (unsigned long long)row->number,
                       inner.message);
    }
    if (same) return 0;
    k->differ++;
    cli_note(k->c, "ruling %llu: made again by its rulebook it is not what was said (" STR_FORMAT ", " STR_FORMAT ")",
             (unsigned long long)row->number, STR_ARGS(row->zone), STR_ARGS(row->extent));
    return 0;
}

static int verify(struct again *k)
{
    struct cli *c = k->c;
    unsigned char head[RULING_HASH_SIZE];
    char digits[2 * RULING_HASH_SIZE + 1];
    if (store_verify_rulings(c->store, &k->total, head, k->err) ||
        store_each_ruling(c->store, verify_one, k, k->err) < 0)
        return -1;
    cli_progress_end(c);
    sodium_bin2hex(digits, sizeof digits, head, sizeof head);
    cli_printf(c, "%s made again by the rulebooks of their day; %llu differ\n",
               cli_plural(c, k->total, STR("ruling was"), STR("rulings were")).p, (unsigned long long)k->differ);
    if (k->total) cli_printf(c, "Head %s\n", digits);
    return k->differ ? EXIT_FOUND : EXIT_FINE;
}

static int look_again(struct cli *c, struct err *err)
{
    struct again k = {.c = c, .err = err};
    int64_t number = 0;
    bool shows = !strcmp(c->words[0], "show");
    const char *word = c->word_count > 1 ? c->words[1] : NULL;
    if (shows && !word) return err_set(err, ERR_USAGE, "say which ruling: entente ruling show NUMBER");
    if (word && (!str_to_int(str_of(word), &number) || number < 1))
        return err_set(err, ERR_USAGE, "\"%s\" is not the number of a ruling", word);
    /* What is shown is held against the rules of today, which are facts. */
    int failed = shows || word ? cli_open_picture(c, STORE_READ, err) : cli_open_store(c, STORE_READ, err);
    if (failed || store_open(c->workspace, STORE_READ, &k.books, err)) return -1;
    k.shelf = shelf_new();
    arena_init(&k.arena, 0);
    buf_init(&k.json, ANSWER_BYTES);
    int result = shows || word ? show(&k, (uint64_t)number) : verify(&k);
    buf_release(&k.json);
    arena_release(&k.arena);
    shelf_free(k.shelf);
    store_close(k.books);
    return result;
}

static int run(struct cli *c)
{
    struct err err = {0};
    const char *word = c->word_count ? c->words[0] : "list";
    int result = -1;
    if (!strcmp(word, "list"))
        result = list(c, &err);
    else if (!strcmp(word, "show") || !strcmp(word, "verify"))
        result = look_again(c, &err);
    else if (!strcmp(word, "times") || !strcmp(word, "evidence"))
        result = cli_put_evidence(c, !strcmp(word, "times"), &err);
    else
        err_set(&err, ERR_USAGE, "ruling: \"%s\" is none of list, show, verify, times, evidence", word);
    return result < 0 ? cli_fail(c, &err) : result;
}

static const struct cli_option options[] = {
    {"zone", "ZONE", "list: only those of this zone"},
    {"limit", "N", "list: how many, the newest first (50)"},
    {"fired", "N", "evidence: propose only what fired so often (20)"},
    {"share", "PERCENT", "evidence: and of which people set so many aside the same way (25)"},
    {"csv", NULL, "times: as CSV"},
    {"json", NULL, "as JSON"},
};

const struct cli_command cmd_ruling = {
    .name = "ruling",
    .usage = "[list [--zone ZONE] | show NUMBER | verify [NUMBER] | times [--csv] | evidence] [--json]",
    .help = "list rulings that were kept, show one, prove that they still come out the same, say what came of them",
    .details = "A ruling keeps what was answered and by which rulebook's text it was ruled. 'verify' looks whether the "
               "chain of rulings is whole, and makes each of them again by the text of its day; exit 1 where one comes "
               "out differently. 'times' says how many days went by from question to decision, against the promise, "
               "and what hours and money it took. "
               "'evidence' says what each rule in force did, and proposes which to make lighter or heavier; only those "
               "who sign change it.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 0,
    .max = 2,
    .example = "entente ruling list",
    .run = run,
};
