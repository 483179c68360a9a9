/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "base_time.h"

#include <poll.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum { COMMITS_SHOWN = 20, FACTS_SHOWN = 12, VALUE_WIDTH = 400, LOOK_MILLISECONDS = 200, HEAD_DIGITS_MIN = 16 };

struct telling {
    struct cli *c;
    struct journal_pick pick;
    struct json_writer w;
    struct arena arena; /* of one commit */
    struct err err;     /* the first that a callback met */
    size_t told;
    uint64_t newest;
    bool json, all, follow;
};

/* ---- values ---- */

static str name_of(struct telling *t, uint64_t fact)
{
    str name = STR_NONE;
    if (!t->err.code && store_load_past_name(t->c->store, &t->arena, fact, &name, &t->err)) return STR_NONE;
    return name.n ? name : arena_printf(&t->arena, "fact %llu", (unsigned long long)fact);
}

static bool is_link(const struct model_field *f) { return f->kind == FIELD_LINK || f->kind == FIELD_LINKS; }

/* For people: links by name, long texts cut. */
static str value_words(struct telling *t, const struct model_field *f, str value)
{
    struct buf b;
    str piece;
    int64_t id;
    if (!is_link(f)) {
        if (value.n <= VALUE_WIDTH) return value;
        size_t cut = VALUE_WIDTH;
        while (cut && ((unsigned char)value.p[cut] & 0xC0) == 0x80) cut--;
        return arena_printf(&t->arena, STR_FORMAT "…", STR_ARGS(str_slice(value, 0, cut)));
    }
    buf_init(&b, 1 << 20);
    while (value.n && str_cut(&value, ' ', &piece)) {
        if (!str_to_int(piece, &id)) continue;
        if (b.n) buf_text(&b, "; ");
        buf_str(&b, name_of(t, (uint64_t)id));
    }
    str words = buf_copy(&b, &t->arena);
    buf_release(&b);
    return words;
}

/* ---- a commit ---- */

static str time_words(struct telling *t, int64_t time)
{
    int64_t local = time + (t->c->env.zone ? zone_offset_at(t->c->env.zone, time) : 0);
    int64_t day = cli_day_of(t->c, time), minute = (local - day * 86400) / 60;
    return arena_printf(&t->arena, STR_FORMAT " %02d:%02d", STR_ARGS(civil_emit(&t->arena, day)), (int)(minute / 60),
                        (int)(minute % 60));
}

static void put_field(struct telling *t, const struct journal_field *f, enum entry_kind kind)
{
    struct cli *c = t->c;
    bool one = kind == ENTRY_CREATED || kind == ENTRY_CLAIMED || kind == ENTRY_DELETED;
    str before = f->before.p ? value_words(t, f->field, f->before) : STR_NONE;
    str after = f->after.p ? value_words(t, f->field, f->after) : STR_NONE;
    /* What a first draft leaves in force is not empty before. */
    one = one || (kind == ENTRY_DRAFTED && !before.p && after.p);
    str says = one ? (kind == ENTRY_DELETED ? before : after)
                   : arena_printf(&t->arena, STR_FORMAT " → " STR_FORMAT, STR_ARGS(before.p ? before : STR("(empty)")),
                                  STR_ARGS(after.p ? after : STR("(empty)")));
    if (f->erased) says = STR("(erased)");
    cli_style(c, STYLE_DIM);
    cli_printf(c, "      %-22s  ", arena_copy(&t->arena, f->field->name).p);
    cli_style(c, STYLE_PLAIN);
    cli_wrap(c, says, 30, 30, c->width);
    cli_text(c, "\n");
}

static void put_entry(struct telling *t, const struct journal_entry *e)
{
    struct cli *c = t->c;
    cli_text(c, "    ");
    cli_put(c, entry_word(e->kind));
    if (e->type) {
        cli_printf(c, " " STR_FORMAT " ", STR_ARGS(e->type->name));
        cli_clean(c, name_of(t, e->fact));
        cli_style(c, STYLE_DIM);
        cli_printf(c, " (%llu)", (unsigned long long)e->fact);
        cli_style(c, STYLE_PLAIN);
    }
    if (e->text.n) {
        cli_text(c, " ");
        cli_clean(c, e->text);
    }
    cli_text(c, "\n");
    for (size_t i = 0; i < e->field_count; i++) put_field(t, &e->fields[i], e->kind);
}

static void put_words(struct telling *t, const struct journal_commit *commit)
{
    struct cli *c = t->c;
    const struct journal_line *l = &commit->line;
    size_t shown = t->all || commit->entry_count <= FACTS_SHOWN ? commit->entry_count : FACTS_SHOWN;
    if (t->told) cli_text(c, "\n");
    cli_style(c, STYLE_BOLD);
    cli_printf(c, "#%llu", (unsigned long long)l->number);
    cli_style(c, STYLE_PLAIN);
    cli_printf(c, "  " STR_FORMAT "  ", STR_ARGS(time_words(t, l->time)));
    cli_clean(c, l->actor);
    cli_text(c, "\n");
    if (l->reason.n) {
        cli_text(c, "    ");
        cli_wrap(c, l->reason, 4, 4, c->width);
        cli_text(c, "\n");
    }
    for (size_t i = 0; i < shown; i++) put_entry(t, &commit->entries[i]);
    if (shown < commit->entry_count)
        cli_printf(c, "    and " STR_FORMAT " more: entente journal %llu\n",
                   STR_ARGS(cli_plural(c, commit->entry_count - shown, STR("entry"), STR("entries"))),
                   (unsigned long long)l->number);
}

static void put_json(struct telling *t, const struct journal_commit *commit)
{
    char hash[2 * sizeof commit->line.hash + 1];
    struct json_writer *w = &t->w;
    const struct journal_line *l = &commit->line;
    sodium_bin2hex(hash, sizeof hash, l->hash, sizeof l->hash);
    json_object(w);
    json_key(w, STR("number")), json_int(w, (int64_t)l->number);
    json_key(w, STR("time")), json_string(w, time_emit_utc(&t->arena, l->time));
    json_key(w, STR("actor")), json_string(w, l->actor);
    json_key(w, STR("reason")), json_string(w, l->reason);
    json_key(w, STR("hash")), json_string(w, str_of(hash));
    json_key(w, STR("entries"));
    json_array(w);
    for (size_t i = 0; !t->err.code && i < commit->entry_count; i++) {
        if (graph_emit_entry(w, t->c->store, NULL, NULL, &t->arena, &commit->entries[i], &t->err)) return;
        cli_flush(t->c, false);
    }
    json_array_end(w);
    json_object_end(w);
    if (t->follow) cli_text(t->c, "\n");
}

static void on_commit(void *self, const struct journal_commit *commit)
{
    struct telling *t = self;
    if (commit->line.number > t->newest) t->newest = commit->line.number;
    if (t->json)
        put_json(t, commit);
    else
        put_words(t, commit);
    cli_flush(t->c, false);
    t->told++;
    arena_clear(&t->arena);
}

/* ---- which commits ---- */

/* Midnight in the workspace's zone at which the day begins, in UTC seconds. */
static int take_day(struct cli *c, const char *option, int64_t later, int64_t *out, struct err *err)
{
    int64_t day;
    str word = cli_text_value(c, option);
    if (!word.p) return 0;
    if (!civil_parse(word, &day))
        return err_set(err, ERR_USAGE, "--%s: \"" STR_FORMAT "\" is not a date such as 2026-11-22", option,
                       STR_ARGS(word));
    *out = cli_day_begins(c, day + later);
    return 0;
}

/* By id, which the fact may also have had, or by name among all types or the one that --type names. */
static int take_fact(struct telling *t, const struct model_type *type, struct err *err)
{
    struct cli *c = t->c;
    const struct model *m = store_model(c->store);
    str word = cli_text_value(c, "fact");
    int64_t id;
    if (!word.p) return 0;
    for (size_t i = 0; i < m->type_count; i++) {
        struct err absent = {0};
        uint64_t found;
        if (type && &m->types[i] != type) continue;
        if (store_find_by_key(c->store, &m->types[i], word, &found, &absent)) {
            if (absent.code == ERR_ABSENT) continue;
            return *err = absent, -1;
        }
        if (t->pick.fact)
            return err_set(err, ERR_INPUT,
                           "--fact: several facts are called \"" STR_FORMAT
                           "\"; say which by its id, or name its --type",
                           STR_ARGS(word));
        t->pick.fact = found;
    }
    if (t->pick.fact) return 0;
    if (str_to_int(word, &id) && id > 0) return t->pick.fact = (uint64_t)id, 0;
    return err_set(err, ERR_INPUT,
                   "--fact: no fact is called \"" STR_FORMAT "\"; one that was deleted is named by its id",
                   STR_ARGS(word));
}

static int take_pick(struct telling *t, struct err *err)
{
    struct cli *c = t->c;
    const char *word = cli_value(c, "type");
    const struct model_type *type = NULL;
    int64_t limit = 0;
    if ((word && cli_type(c, word, &type, err)) || take_day(c, "since", 0, &t->pick.since, err) ||
        take_day(c, "until", 1, &t->pick.until, err) || take_fact(t, type, err) ||
        cli_int_value(c, "limit", 1, INT32_MAX, &limit, err))
        return -1;
    t->pick.type = type ? type->id : 0;
    t->pick.actor = cli_text_value(c, "actor");
    t->pick.limit = (uint64_t)limit;
    /* On a terminal people ask for the newest. */
    if (!limit && c->out_terminal && !t->all && !t->json) t->pick.limit = COMMITS_SHOWN;
    if (!c->word_count) return 0;
    int64_t number;
    str of = str_from(str_of(c->words[0]), c->words[0][0] == '#');
    if (!str_to_int(of, &number) || number < 1)
        return err_set(err, ERR_USAGE, "\"%s\" is neither a commit's number nor verify or erase: entente journal %s",
                       c->words[0], c->command->usage);
    t->pick.from = t->pick.to = (uint64_t)number;
    t->all = true;
    return 0;
}

/* ---- follow ---- */

/* Commits as they come, the oldest first, until Ctrl+C or the reader goes. */
static int follow(struct telling *t, struct err *err)
{
    struct cli *c = t->c;
    uint64_t head;
    struct pollfd stop = {.fd = cli_stop_signals(err), .events = POLLIN};
    if (stop.fd < 0) return -1;
    int rc = store_head(c->store, &head, err);
    t->newest = head;
    while (!rc && !c->out_broken && poll(&stop, 1, LOOK_MILLISECONDS) <= 0) {
        if (!store_may_have_changed(c->store)) continue;
        rc = store_head(c->store, &head, err);
        for (uint64_t n = t->newest + 1; !rc && n <= head; n++) {
            t->pick.from = t->pick.to = n;
            rc = store_read_journal(c->store, &t->pick, on_commit, t, err);
        }
        if (!rc) t->newest = head;
        cli_flush(c, true);
    }
    close(stop.fd);
    return rc;
}

/* ---- verify ---- */

static int take_head(struct cli *c, unsigned char hash[32], size_t *bytes, struct err *err)
{
    str word = cli_text_value(c, "head");
    const char *end;
    *bytes = 0;
    if (!word.p) return 0;
    if (word.n < HEAD_DIGITS_MIN || word.n > 64 || sodium_hex2bin(hash, 32, word.p, word.n, NULL, bytes, &end) ||
        end != word.p + word.n)
        return err_set(err, ERR_USAGE,
                       "--head: \"" STR_FORMAT "\" is not a hash of %d to 64 hexadecimal digits, as verify prints it",
                       STR_ARGS(word), HEAD_DIGITS_MIN);
    return 0;
}

static int verify(struct cli *c, struct err *err)
{
    unsigned char hash[32], head[32];
    char digits[65];
    struct journal_line newest, held = {0};
    uint64_t entries;
    size_t bytes;
    struct err absent = {0};
    if (take_head(c, hash, &bytes, err) || cli_open_store(c, STORE_READ, err) ||
        store_verify(c->store, &entries, head, err) || store_find_head(c->store, head, sizeof head, &newest, err))
        return -1;
    if (bytes && store_find_head(c->store, hash, bytes, &held, &absent)) {
        if (absent.code != ERR_ABSENT) return *err = absent, -1;
        return err_set(err, ERR_STORE,
                       "the journal is whole, but no commit of it has that hash: it was cut off or written anew since");
    }
    sodium_bin2hex(digits, sizeof digits, head, sizeof head);
    if (cli_has(c, "json")) {
        struct json_writer w;
        cli_json(c, &w);
        json_object(&w);
        json_key(&w, STR("commits")), json_int(&w, (int64_t)newest.number);
        json_key(&w, STR("entries")), json_int(&w, (int64_t)entries);
        json_key(&w, STR("head")), json_string(&w, str_of(digits));
        if (bytes) json_key(&w, STR("unchanged up to")), json_int(&w, (int64_t)held.number);
        json_object_end(&w);
        cli_text(c, "\n");
        return 0;
    }
    cli_printf(c, "The journal is whole: " STR_FORMAT ", " STR_FORMAT "\n",
               STR_ARGS(cli_plural(c, newest.number, STR("commit"), STR("commits"))),
               STR_ARGS(cli_plural(c, entries, STR("entry"), STR("entries"))));
    if (bytes) cli_printf(c, "Nothing has changed up to #%llu, whose hash you gave\n", (unsigned long long)held.number);
    cli_printf(c, "Head %s\n", digits);
    return 0;
}

/* ---- erase ---- */

static int erase(struct cli *c, struct err *err)
{
    struct telling t = {.c = c};
    struct erasure e;
    const char *word = cli_value(c, "type");
    const struct model_type *type = NULL;
    if (!cli_has(c, "fact")) return err_set(err, ERR_USAGE, "say of which fact: entente journal erase --fact NAME|ID");
    if (cli_open_store(c, STORE_WRITE, err) || (word && cli_type(c, word, &type, err)) || take_fact(&t, type, err) ||
        store_erase(c->store, t.pick.fact, cli_text_value(c, "field"), cli_actor(c, "journal"),
                    cli_text_value(c, "reason"), c->now, &e, err))
        return -1;
    cli_printf(c, "Erased " STR_FORMAT " of the past of " STR_FORMAT " %llu from " STR_FORMAT "; #%llu says so\n",
               STR_ARGS(cli_plural(c, e.values, STR("value"), STR("values"))), STR_ARGS(e.type->name),
               (unsigned long long)t.pick.fact, STR_ARGS(cli_plural(c, e.entries, STR("entry"), STR("entries"))),
               (unsigned long long)e.number);
    if (e.stands)
        cli_text(c, "What the fact says today stays: if that must go too, empty it there, then erase again\n");
    if (e.in_log) cli_text(c, "A program that is reading keeps the old pages in the log until it ends\n");
    cli_text(c, "Backups that were made before still hold what was erased\n");
    return 0;
}

/* ---- the command ---- */

static int tell(struct cli *c, struct err *err)
{
    struct telling t = {.c = c, .json = cli_has(c, "json"), .all = cli_has(c, "all"), .follow = cli_has(c, "follow")};
    if (cli_open_store(c, STORE_READ, err) || take_pick(&t, err)) return -1;
    arena_init(&t.arena, 0);
    cli_json(c, &t.w);
    int rc;
    if (t.follow) {
        t.w.indent = 0;
        rc = follow(&t, err);
    } else {
        if (t.json) json_array(&t.w);
        rc = store_read_journal(c->store, &t.pick, on_commit, &t, err);
        if (t.json) json_array_end(&t.w), cli_text(c, "\n");
    }
    if (!rc && t.err.code) *err = t.err, rc = -1;
    uint64_t newest = 0;
    if (!rc && t.pick.from && !t.told && !t.follow) rc = store_head(c->store, &newest, err);
    if (!rc && t.pick.from > newest && !t.told && !t.follow)
        rc = err_set(err, ERR_INPUT, "there is no commit #%llu; the newest is #%llu", (unsigned long long)t.pick.from,
                     (unsigned long long)newest);
    if (!rc && !t.json && !t.follow && !t.told) cli_text(c, "No commit fits\n");
    if (!rc && !t.json && t.pick.limit && t.told == t.pick.limit && c->out_terminal && !cli_has(c, "limit")) {
        cli_style(c, STYLE_DIM);
        cli_printf(c, "\nThe newest %d; entente journal --all tells everything\n", COMMITS_SHOWN);
        cli_style(c, STYLE_PLAIN);
    }
    arena_release(&t.arena);
    return rc;
}

static int run(struct cli *c)
{
    struct err err = {0};
    const char *word = c->word_count ? c->words[0] : "";
    int rc = !strcmp(word, "verify") ? verify(c, &err) : !strcmp(word, "erase") ? erase(c, &err) : tell(c, &err);
    return rc ? cli_fail(c, &err) : EXIT_FINE;
}

static const struct cli_option options[] = {
    {"actor", "TEXT", "only commits of whom this is part of the name"},
    {"type", "TYPE", "only what happened to facts of this type"},
    {"fact", "NAME|ID", "only what happened to this fact"},
    {"since", "DATE", "from this day on, in the workspace's time zone"},
    {"until", "DATE", "up to this day, itself included"},
    {"limit", "N", "this many commits at most; on a terminal 20 unless --all is given"},
    {"all", NULL, "all commits, and every entry of each"},
    {"follow", NULL, "wait for commits and tell them as they come, until Ctrl+C; with --json one object a line"},
    {"head", "HASH", "verify: the journal must hold a commit with this hash, of an earlier verify or a report"},
    {"field", "FIELD", "erase: only of this field"},
    {"reason", "TEXT", "erase: why it must go; it is kept in the journal"},
    {"json", NULL, "as JSON, with every entry"},
};

const struct cli_command cmd_journal = {
    .name = "journal",
    .usage = "[N] [--actor TEXT] [--type TYPE] [--fact NAME|ID] [--since DATE] [--until DATE] [--follow] [--json] | "
             "verify [--head HASH] | erase --fact NAME|ID [--field FIELD] --reason TEXT",
    .help = "tell who changed what, newest first, and prove that nothing was changed behind its back",
    .details =
        "Each commit has a number, a time, an actor, a reason and what it changed: before → after. verify computes "
        "every hash and digest again, and holds facts, links and loads of evidence against them; it names the "
        "first broken entry, or prints the head, which whoever keeps it can ask for later. erase takes values of the "
        "past out, where the law asks: the chain stays whole, and the erasing is a commit itself.",
    .options = options,
    .option_count = ARRAY_COUNT(options),
    .max = 1,
    .example = "entente journal --type applications --limit 2",
    .run = run,
};
