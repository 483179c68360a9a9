/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"
#include "scan_save.h"

#include "base_time.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 12, STRANGERS_SHOWN = 10 };

/* ---- what the workspace knows ---- */

struct pieces {
    str *items;
    size_t count, room;
};

static void add_pieces(struct cli *c, struct pieces *to, const struct fact *f, const char *field)
{
    const struct model_field *mf = model_field(fact_type(f), str_of(field));
    str rest = mf ? fact_value(f, mf) : STR_NONE, piece;
    while (rest.n && str_cut(&rest, ';', &piece))
        for (str part; str_cut(&piece, '|', &part);)
            if (str_trim(part).n) *vec_add(&c->arena, to) = str_trim(part);
}

static void take_known(struct cli *c, struct scan_options *o)
{
    size_t count;
    const struct model_type *type = model_type(store_model(c->store), STR("application"));
    if (!type) return;
    const uint64_t *ids = picture_facts(c->picture, type, &count);
    struct scan_known *known = arena_array(&c->arena, count + 1, sizeof *known);
    for (size_t i = 0; i < count; i++) {
        const struct fact *f = picture_fact(c->picture, ids[i]);
        struct pieces names = {0}, domains = {0}, payees = {0};
        add_pieces(c, &names, f, "aliases");
        add_pieces(c, &names, f, "sign-on name");
        add_pieces(c, &payees, f, "payees");
        add_pieces(c, &domains, f, "domains");
        known[i] = (struct scan_known){ids[i],        fact_name(f),  names.items,  names.count,
                                       domains.items, domains.count, payees.items, payees.count};
    }
    o->known = known;
    o->known_count = count;
}

static void progress(void *self, const char *path, uint64_t done, uint64_t total, uint64_t lines)
{
    (void)lines;
    cli_progress(self, path, done, total, "bytes");
}

/* ---- for people ---- */

static str day_of(struct cli *c, int64_t seconds) { return civil_emit_words(&c->arena, seconds / 86400); }

static str amount_words(struct cli *c, int64_t hundredths, const char *currency)
{
    uint64_t n = hundredths < 0 ? (uint64_t)0 - (uint64_t)hundredths : (uint64_t)hundredths;
    str whole = cli_count(c, (n + 50) / 100);
    return arena_printf(&c->arena, "%s" STR_FORMAT " %s", hundredths < 0 ? "−" : "", STR_ARGS(whole), currency);
}

static void put_file(struct cli *c, const struct scan_result *r, const struct scan_file *f)
{
    cli_style(c, STYLE_BOLD);
    cli_clean(c, f->path);
    cli_style(c, STYLE_PLAIN);
    if (f->duplicate_of >= 0) {
        cli_text(c, ": the same content as ");
        cli_clean(c, r->files[f->duplicate_of].path);
        cli_text(c, ", not counted again\n");
        return;
    }
    cli_printf(c, ": " STR_FORMAT ", ", STR_ARGS(f->format->name));
    cli_put(c, cli_plural(c, f->lines, STR("line"), STR("lines")));
    if (f->counted) {
        cli_text(c, f->first / 86400 == f->last / 86400 ? ", " : " from ");
        cli_put(c, day_of(c, f->first));
        if (f->first / 86400 != f->last / 86400) {
            cli_text(c, " to ");
            cli_put(c, day_of(c, f->last));
        }
    }
    if (c->out_terminal && f->seconds > 0.001) {
        cli_text(c, " (");
        cli_put(c, cli_bytes(c, (uint64_t)((double)f->bytes / f->seconds)));
        cli_text(c, " a second)");
    }
    cli_text(c, "\n");
    if (f->date_column)
        cli_printf(c, "  columns: date %u, payee %u, amount %u%s\n", f->date_column, f->payee_column, f->amount_column,
                   f->currency_column ? arena_printf(&c->arena, ", currency %u", f->currency_column).p : "");
    if (f->note.n) {
        cli_text(c, "  ");
        cli_clean(c, f->note);
        cli_text(c, "\n");
    }
    if (f->refused) {
        cli_text(c, "  ");
        cli_put(c, cli_plural(c, f->refused, STR("request was"), STR("requests were")));
        cli_text(c, " refused by the proxy: nobody's use of anything\n");
    }
    if (f->repeated) {
        cli_text(c, "  ");
        cli_put(c, cli_plural(c, f->repeated, STR("line stands"), STR("lines stand")));
        cli_text(c, " in an earlier file too, counted once\n");
    }
    if (f->skipped) {
        cli_text(c, "  ");
        cli_put(c, cli_plural(c, f->skipped, STR("line"), STR("lines")));
        cli_text(c, " skipped:\n");
        for (size_t i = 0; i < f->skip_count; i++) {
            cli_text(c, "    ");
            cli_clean(c, f->path);
            cli_printf(c, ":%llu: %s\n", (unsigned long long)f->skips[i].line, f->skips[i].reason);
        }
        if (f->skip_count < f->skipped)
            cli_printf(c, "    and " STR_FORMAT " more\n", STR_ARGS(cli_count(c, f->skipped - f->skip_count)));
    }
}

static bool is_stranger(const struct scan_subject *s) { return s->kind == SUBJECT_DOMAIN || s->kind == SUBJECT_PAYEE; }

static str known_words(const struct scan_subject *s)
{
    if (s->kind == SUBJECT_APPLICATION) return STR("on the list");
    return s->proposed ? STR("not on the list: proposed as shadow") : STR("not on the list");
}

static void put_more(struct cli *c, size_t more)
{
    if (more) cli_printf(c, "  and " STR_FORMAT " more\n", STR_ARGS(cli_count(c, more)));
}

static void put_use(struct cli *c, const struct scan_result *r)
{
    static const struct cli_column heads[] = {{STR_INIT("application")},  {STR_INIT("people"), true},
                                              {STR_INIT("days"), true},   {STR_INIT("requests"), true},
                                              {STR_INIT("volume"), true}, {STR_INIT("")}};
    struct cli_table t;
    size_t shown = 0, more = 0;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    t.indent = 2;
    for (size_t i = 0; i < r->by_people_count; i++) {
        const struct scan_subject *s = &r->subjects[r->by_people[i]];
        if (is_stranger(s) || s->embedded || !s->people) continue;
        if (shown >= SHOWN) {
            more++;
            continue;
        }
        shown++;
        cli_table_cell(&t, s->name);
        cli_table_cell(&t, cli_count(c, s->people));
        cli_table_cell(&t, cli_count(c, s->days));
        cli_table_cell(&t, cli_count(c, s->requests));
        cli_table_cell(&t, cli_bytes(c, s->bytes));
        cli_table_cell(&t, known_words(s));
    }
    if (!shown) return;
    cli_text(c, "\nApplications that people use, the most people first\n");
    cli_table_print(&t);
    put_more(c, more);
}

static void put_paid(struct cli *c, const struct scan_result *r)
{
    static const struct cli_column heads[] = {
        {STR_INIT("application")}, {STR_INIT("paid"), true}, {STR_INIT("lines"), true}, {STR_INIT("")}};
    struct cli_table t;
    size_t shown = 0, more = 0;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    t.indent = 2;
    for (size_t i = 0; i < r->by_paid_count; i++) {
        const struct scan_subject *s = &r->subjects[r->by_paid[i]];
        if (is_stranger(s)) continue;
        if (shown >= SHOWN) {
            more++;
            continue;
        }
        shown++;
        cli_table_cell(&t, s->name);
        cli_table_cell(&t, amount_words(c, s->paid, s->currency));
        cli_table_cell(&t, cli_count(c, s->lines_paid));
        cli_table_cell(&t, s->kind == SUBJECT_APPLICATION ? STR("on the list") : STR("not on the list"));
    }
    if (!shown) return;
    cli_text(c, "\nApplications that are paid for, the largest sum first\n");
    cli_table_print(&t);
    put_more(c, more);
}

static void put_proposed(struct cli *c, const struct scan_result *r, bool dry)
{
    size_t count = 0;
    for (size_t i = 0; i < r->subject_count; i++) count += r->subjects[i].proposed;
    if (!count) return;
    cli_printf(c, "\n%s as shadow, because %s used and on nobody's list: ", dry ? "Would be proposed" : "Proposed",
               count == 1 ? "it is" : "they are");
    bool first = true;
    for (size_t i = 0; i < r->by_people_count; i++) {
        const struct scan_subject *s = &r->subjects[r->by_people[i]];
        if (!s->proposed) continue;
        if (!first) cli_text(c, ", ");
        first = false;
        cli_clean(c, s->name);
        cli_printf(c, " (%u)", s->people);
    }
    cli_text(c, "\n");
}

static void put_strangers(struct cli *c, const struct scan_result *r)
{
    static const struct cli_column heads[] = {{STR_INIT("name")},
                                              {STR_INIT("people"), true},
                                              {STR_INIT("requests"), true},
                                              {STR_INIT("volume"), true},
                                              {STR_INIT("paid"), true}};
    struct cli_table t;
    size_t shown = 0, more = 0;
    cli_table_init(&t, c, heads, ARRAY_COUNT(heads));
    t.indent = 2;
    for (size_t pass = 0; pass < 2; pass++) {
        size_t in_pass = 0, count = pass ? r->by_paid_count : r->by_people_count;
        for (size_t i = 0; i < count; i++) {
            const struct scan_subject *s = &r->subjects[(pass ? r->by_paid : r->by_people)[i]];
            if (!is_stranger(s) || !s->shown || s->embedded || (pass && s->people)) continue;
            if (in_pass++ >= STRANGERS_SHOWN) {
                more++;
                continue;
            }
            shown++;
            cli_table_cell(&t, s->written.n ? s->written : s->name);
            cli_table_cell(&t, s->people ? cli_count(c, s->people) : STR_NONE);
            cli_table_cell(&t, s->requests ? cli_count(c, s->requests) : STR_NONE);
            cli_table_cell(&t, s->bytes ? cli_bytes(c, s->bytes) : STR_NONE);
            cli_table_cell(&t, s->lines_paid ? amount_words(c, s->paid, s->currency) : STR_NONE);
        }
    }
    if (!shown) return;
    cli_text(c, "\nUnknown so far: name them as an application's domain or payee, or dismiss them\n");
    cli_table_print(&t);
    put_more(c, more);
}

static void put_words(struct cli *c, const struct scan_result *r, const struct scan_saved *saved, bool dry)
{
    for (size_t i = 0; i < r->file_count; i++) put_file(c, r, &r->files[i]);
    put_use(c, r);
    put_paid(c, r);
    put_proposed(c, r, dry);
    put_strangers(c, r);
    cli_text(c, "\n");
    if (dry) {
        cli_text(c, "Nothing was written. Without --dry-run it is.\n");
        return;
    }
    cli_put(c, cli_plural(c, saved->loaded, STR("file"), STR("files")));
    cli_text(c, " added to the evidence");
    if (saved->already)
        cli_printf(c, "; %zu %s there already, nothing of %s was counted again", saved->already,
                   saved->already == 1 ? "was" : "were", saved->already == 1 ? "it" : "them");
    cli_text(c, "\n");
}

/* ---- as JSON ---- */

static void json_member(struct json_writer *w, const char *key, uint64_t n)
{
    json_key(w, str_of(key));
    json_int(w, (int64_t)n);
}

static void json_day(struct cli *c, struct json_writer *w, const char *key, int64_t seconds, bool there)
{
    json_key(w, str_of(key));
    if (there)
        json_string(w, civil_emit(&c->arena, seconds / 86400));
    else
        json_null(w);
}

static void json_scan_file(struct cli *c, struct json_writer *w, const struct scan_file *f)
{
    json_object(w);
    json_key(w, STR("file"));
    json_string(w, f->path);
    json_key(w, STR("format"));
    json_string(w, f->format->id);
    json_member(w, "bytes", f->bytes);
    json_member(w, "lines", f->lines);
    json_member(w, "counted", f->counted);
    json_member(w, "refused", f->refused);
    json_member(w, "repeated", f->repeated);
    json_member(w, "skipped", f->skipped);
    json_key(w, STR("skips"));
    json_array(w);
    for (size_t i = 0; i < f->skip_count; i++) {
        json_object(w);
        json_member(w, "line", f->skips[i].line);
        json_key(w, STR("reason"));
        json_string(w, str_of(f->skips[i].reason));
        json_object_end(w);
    }
    json_array_end(w);
    json_day(c, w, "first_day", f->first, f->counted);
    json_day(c, w, "last_day", f->last, f->counted);
    json_object_end(w);
}

static void json_subject(struct cli *c, struct json_writer *w, const struct scan_subject *s)
{
    static const char *const kinds[] = {[SUBJECT_APPLICATION] = "application",
                                        [SUBJECT_PRODUCT] = "product",
                                        [SUBJECT_DOMAIN] = "domain",
                                        [SUBJECT_PAYEE] = "payee"};
    json_object(w);
    json_key(w, STR("kind"));
    json_string(w, str_of(kinds[s->kind]));
    json_key(w, STR("name"));
    json_string(w, s->name);
    json_key(w, STR("id"));
    if (s->kind == SUBJECT_APPLICATION)
        json_int(w, (int64_t)s->application);
    else
        json_null(w);
    json_key(w, STR("proposed"));
    json_bool(w, s->proposed);
    const struct {
        const char *key;
        uint64_t n;
    } use[] = {{"people", s->people}, {"days", s->days}, {"requests", s->requests}, {"bytes", s->bytes}};
    for (size_t i = 0; i < ARRAY_COUNT(use); i++) {
        json_key(w, str_of(use[i].key));
        if (s->use_shown)
            json_int(w, (int64_t)use[i].n);
        else
            json_null(w);
    }
    json_day(c, w, "first_day", s->first, s->use_shown && s->requests);
    json_day(c, w, "last_day", s->last, s->use_shown && s->requests);
    json_key(w, STR("paid"));
    if (s->lines_paid) {
        uint64_t n = s->paid < 0 ? (uint64_t)0 - (uint64_t)s->paid : (uint64_t)s->paid;
        json_object(w);
        json_key(w, STR("amount"));
        json_number(w, arena_printf(&c->arena, "%s%llu.%02llu", s->paid < 0 ? "-" : "", (unsigned long long)(n / 100),
                                    (unsigned long long)(n % 100)));
        json_key(w, STR("currency"));
        json_string(w, str_of(s->currency));
        json_object_end(w);
    } else {
        json_null(w);
    }
    json_object_end(w);
}

static void put_json(struct cli *c, const struct scan_result *r, const struct scan_saved *saved, bool dry)
{
    struct json_writer w;
    cli_json(c, &w);
    json_object(&w);
    json_key(&w, STR("files"));
    json_array(&w);
    for (size_t i = 0; i < r->file_count; i++) json_scan_file(c, &w, &r->files[i]);
    json_array_end(&w);
    json_key(&w, STR("subjects")); /* those that may be shown */
    json_array(&w);
    for (size_t i = 0; i < r->subject_count; i++)
        if (r->subjects[i].shown && !r->subjects[i].embedded) json_subject(c, &w, &r->subjects[i]);
    json_array_end(&w);
    json_key(&w, STR("committed"));
    json_bool(&w, !dry);
    json_member(&w, "added", saved->loaded);
    json_member(&w, "already_there", saved->already);
    json_member(&w, "proposed", saved->proposed);
    json_object_end(&w);
    cli_text(c, "\n");
}

/* ---- the command ---- */

static int work(struct cli *c, struct scan *s, struct err *err)
{
    struct scan_saved saved = {0};
    bool dry = cli_has(c, "dry-run");
    for (size_t i = 0; i < c->word_count; i++)
        if (scan_file(s, c->words[i], err) < 0) return -1;
    scan_finish(s);
    cli_progress_end(c);
    if (!dry && scan_save(s, c->store, cli_actor(c, "scan"), c->now, &saved, err) < 0) return -1;
    if (cli_has(c, "json"))
        put_json(c, scan_result(s), &saved, dry);
    else
        put_words(c, scan_result(s), &saved, dry);
    return 0;
}

static int run(struct cli *c)
{
    struct err err = {0};
    struct scan *s;
    struct scan_options o = {.format = cli_text_value(c, "format"),
                             .columns = cli_text_value(c, "columns"),
                             .currency = cli_text_value(c, "currency"),
                             .progress = {c, progress}};
    str order = cli_text_value(c, "dates");
    if (str_eq(order, STR("day-first")))
        o.day_order = DAY_ORDER_DAY_FIRST;
    else if (str_eq(order, STR("month-first")))
        o.day_order = DAY_ORDER_MONTH_FIRST;
    else if (order.p) {
        err_set(&err, ERR_USAGE, "--dates: \"" STR_FORMAT "\" is neither day-first nor month-first", STR_ARGS(order));
        return cli_fail(c, &err);
    }
    if (cli_open_picture(c, cli_has(c, "dry-run") ? STORE_READ : STORE_WRITE, &err) < 0) return cli_fail(c, &err);
    o.person_key = store_person_key(c->store);
    if (!o.currency.p) o.currency = store_profile(c->store)->currency;
    take_known(c, &o);
    if (scan_new(&o, &s, &err) < 0) return cli_fail(c, &err);
    int code = work(c, s, &err) < 0 ? cli_fail(c, &err) : EXIT_FINE;
    scan_free(s);
    return code;
}

static const struct cli_option options[] = {
    {"dry-run", NULL, "say what is in the files, and keep nothing"},
    {"format", "FORMAT", "squid (a proxy's log) or ledger (CSV of payments); else found out"},
    {"columns", "'date=1,payee=3,amount=5'",
     "a ledger's columns, counted from 1, where they are not found by their heads"},
    {"currency", "CODE", "the currency of amounts that name none; else the workspace's"},
    {"dates", "ORDER", "day-first or month-first, for dates such as 03/04/2026"},
    {"json", NULL, "print what was found as JSON"},
};

const struct cli_command cmd_scan = {
    .name = "scan",
    .usage = "FILE… [--dry-run] [--format FORMAT] [--columns COLUMNS] [--json]",
    .help = "find the applications behind logs and ledgers",
    .details = "Reads proxy logs and ledgers of any size (- is standard input; gzip is read too). People are kept as "
               "keyed hashes, never by "
               "name, and of what is on nobody's list only what five or more use is shown. The same file is never "
               "counted twice.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .min = 1,
    .max = SIZE_MAX,
    .example = "entente scan ledger.csv --dry-run",
    .run = run,
};
