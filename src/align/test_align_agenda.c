/* SPDX-License-Identifier: Apache-2.0 */
/* Agendas: the rows that come with the program, what they find for which kind of forum, in which order; bad rows. */
#include "align_forum.h"
#include "store_ruling.h"
#include "test_graph_fixture.h"

#include <dirent.h>

enum { MOST_FILES = 40 };

struct made {
    struct fixture f;
    const struct checks *agenda, *checks;
    const struct agenda_entry *entries;
    size_t count;
};

static size_t read_files(struct fixture *f, const char *folder, struct check_text *out)
{
    size_t count = 0;
    DIR *d = opendir(folder);
    MUST(d);
    for (const struct dirent *e; (e = readdir(d));) {
        if (!str_ends(str_of(e->d_name), STR(".yaml"))) continue;
        MUST(count < MOST_FILES);
        out[count].file = arena_copy(&f->arena, str_of(e->d_name));
        fixture_must(f, file_read(&f->arena, arena_printf(&f->arena, "%s/%s", folder, e->d_name).p, 1 << 20,
                                  &out[count].text, &f->err));
        count++;
    }
    closedir(d);
    return count;
}

static void open_shipped(struct made *m)
{
    struct check_text files[MOST_FILES];
    struct fixture *f = &m->f;
    struct arena a;
    str model;
    arena_init(&a, 0);
    MUST(!file_read(&a, MODEL_FOLDER "/entente.yaml", 1 << 20, &model, &f->err));
    fixture_open(f, model);
    arena_release(&a);
    size_t count = read_files(f, MODEL_FOLDER "/agenda", files);
    fixture_must(f, agenda_compile(&f->arena, f->graph, files, count, &m->agenda, &f->err));
    count = read_files(f, MODEL_FOLDER "/checks", files);
    fixture_must(f, checks_compile(&f->arena, f->graph, files, count, &m->checks, &f->err));
}

static void make(struct made *m, const char *kind, const struct agenda_found *found)
{
    struct fixture *f = &m->f;
    struct feel_env env;
    fixture_refresh(f);
    struct picture *p = graph_take(f->graph);
    graph_env(&env, graph_view_new(&f->arena, p), &f->arena, NULL, 0, FIXTURE_TODAY);
    fixture_must(f, agenda_make(m->agenda, &env, found, str_of(kind), &m->entries, &m->count, &f->err));
    picture_drop(p);
}

static const struct agenda_entry *entry(const struct made *m, const char *row)
{
    for (size_t i = 0; i < m->count; i++)
        if (str_eq(m->entries[i].row, str_of(row))) return &m->entries[i];
    return NULL;
}

static void request(struct made *m, const char *number, const char *extent, int64_t due)
{
    struct fixture *f = &m->f;
    uint64_t id = change_create(fixture_changes(f), fixture_type(f, "request")), who = fixture_new(f, "person", number);
    fixture_set(f, id, "request", "number", number);
    fixture_set(f, id, "request", "name", "Push provider");
    fixture_set(f, id, "request", "state", "waiting");
    fixture_set(f, id, "request", "waits on", "it");
    fixture_set(f, id, "request", "asked on", "2026-11-20");
    fixture_link(f, id, "request", "asked by", who);
    id = fixture_commit(f)[0];
    struct stored_ruling r = {.day = FIXTURE_TODAY - 6,
                              .request = id,
                              .actor = STR("anna"),
                              .door = STR("page"),
                              .rulebook = STR("ours"),
                              .version = STR("1"),
                              .answers = STR("{}"),
                              .zone = STR("amber"),
                              .extent = str_of(extent),
                              .rules = STR(""),
                              .promise = {3, due, STR("Both heads decide.")}};
    fixture_must(f, store_add_rulings(f->store, &f->arena, &r, 1, &f->err));
}

static void is_made_of_what_is_due(struct test_tally *t)
{
    struct made m;
    struct agenda_found none = {0};
    open_shipped(&m);
    make(&m, "two heads", &none);
    CHECK(m.count == 0);
    request(&m, "RQ-1", "joint", FIXTURE_TODAY - 3);
    request(&m, "RQ-2", "joint", FIXTURE_TODAY + 8);
    request(&m, "RQ-3", "consulted", FIXTURE_TODAY + 1);
    make(&m, "two heads", &none);
    if (CHECK(m.count == 1 && entry(&m, "limit-run-out"))) {
        CHECK(m.entries->asks == ASKS_DECIDE && m.entries->f.severity == SEVERITY_HIGH && m.entries->f.by);
        CHECK_STR(m.entries->f.says, STR("\"Push provider\" (RQ-1) was to be answered by IT by 19 November 2026. Both "
                                         "heads decide."));
    }
    make(&m, "steering", &none);
    CHECK(m.count == 2 && entry(&m, "limit-run-out") == m.entries && entry(&m, "joint-decision") == m.entries + 1);
    make(&m, "working", &none);
    CHECK(m.count == 3 && entry(&m, "joint-decision") && entry(&m, "request-waits"));
    make(&m, "community", &none);
    CHECK(m.count == 0);
    fixture_close(&m.f);
}

static void goes_from_deciding_to_knowing(struct test_tally *t)
{
    struct made m;
    struct agenda_found found = {.conflicts = 2};
    open_shipped(&m);
    struct fixture *f = &m.f;
    uint64_t e = fixture_new(f, "exception", "Mailchimp in the Nordics"),
             late = fixture_new(f, "measure", "Cost per contact");
    fixture_set(f, e, "exception", "ends on", "2026-11-01");
    fixture_set(f, late, "measure", "read on", "2026-01-01");
    fixture_commit(f);
    struct finding findings[9] = {0};
    for (size_t i = 0; i < ARRAY_COUNT(findings); i++) {
        size_t n;
        findings[i] = (struct finding){.id = i + 1, .check = checks_list(m.checks, &n), .severity = SEVERITY_HIGH};
        findings[i].says = STR("Something is wrong"), findings[i].accepted = i == 0;
    }
    findings[8].severity = SEVERITY_MEDIUM;
    found.findings = findings, found.finding_count = ARRAY_COUNT(findings);
    make(&m, "steering", &found);
    /* Five of the findings at most: neither the one that is accepted nor the one of medium severity. */
    CHECK(m.count == 7 && entry(&m, "exception-ends") == m.entries);
    CHECK(entry(&m, "high-findings") == m.entries + 1 && m.entries[1].f.id == 2 && m.entries[5].f.id == 6);
    CHECK(entry(&m, "measure-late") == m.entries + 6 && m.entries[6].asks == ASKS_KNOW);
    make(&m, "working", &found);
    if (CHECK(m.count == 2 && entry(&m, "sources-disagree")))
        CHECK_STR(entry(&m, "sources-disagree")->f.says,
                  STR("2 values are said differently by different sources; decide which holds"));
    fixture_close(&m.f);
}

/* "says|…", in order; a star before what was brought by hand. */
static str told(struct made *m, const struct forum_row *rows, size_t count)
{
    struct buf b;
    buf_init(&b, 4000);
    for (size_t i = 0; i < count; i++)
        buf_printf(&b, "%s%s" STR_FORMAT, i ? "|" : "", rows[i].source.n ? "" : "*", STR_ARGS(rows[i].says));
    str s = buf_copy(&b, &m->f.arena);
    buf_release(&b);
    return s;
}

static void of_forum(struct made *m, uint64_t forum, struct forum_agenda *out)
{
    static const struct agenda_found none = {0};
    struct fixture *f = &m->f;
    struct feel_env env;
    fixture_refresh(f);
    struct picture *p = graph_take(f->graph);
    graph_env(&env, graph_view_new(&f->arena, p), &f->arena, NULL, 0, FIXTURE_TODAY);
    fixture_must(f, forum_agenda(m->agenda, &env, p, &none, picture_fact(p, forum), out, &f->err));
    picture_drop(p);
}

static uint64_t item(struct made *m, uint64_t forum, const char *name, const char *asks, const char *source,
                     const char *until)
{
    struct fixture *f = &m->f;
    uint64_t id = fixture_new(f, "agenda item", name);
    fixture_link(f, id, "agenda item", "forum", forum);
    fixture_set(f, id, "agenda item", "asks", asks);
    fixture_set(f, id, "agenda item", "brought on", "2026-11-20");
    if (*source) fixture_set(f, id, "agenda item", "source", source);
    if (*until) fixture_set(f, id, "agenda item", "put off until", until);
    return fixture_commit(f)[0];
}

static void what_people_brought_comes_first(struct test_tally *t)
{
    struct made m;
    struct forum_agenda a;
    open_shipped(&m);
    struct fixture *f = &m.f;
    uint64_t forum = fixture_new(f, "forum", "Round");
    fixture_set(f, forum, "forum", "kind", "working");
    forum = fixture_commit(f)[0];
    of_forum(&m, forum, &a);
    CHECK(!a.count && !a.later_count);
    uint64_t e = fixture_new(f, "exception", "Mailchimp");
    fixture_set(f, e, "exception", "ends on", "2026-11-01");
    e = fixture_commit(f)[0];
    item(&m, forum, "To know", "know", "", "");
    uint64_t who = item(&m, forum, "Who looks?", "decide", "", "");
    item(&m, forum, "Tags", "decide", "", "2027-01-07");
    of_forum(&m, forum, &a);
    CHECK_STR(told(&m, a.rows, a.count),
              STR("*Who looks?|The exception \"Mailchimp\" ended on 1 November 2026: end what it allowed, or grant it "
                  "anew?|*To know"));
    CHECK_STR(told(&m, a.later, a.later_count), STR("*Tags"));
    if (CHECK(a.count == 3 && a.later_count == 1)) {
        CHECK(a.rows[0].item == who && a.rows[0].from == FIXTURE_TODAY - 2 && !a.rows[0].severity.n);
        CHECK(a.rows[1].about == e && a.rows[1].asks == ASKS_DECIDE && !a.rows[1].item && !a.rows[1].is_finding);
        CHECK_STR(a.rows[1].severity, STR("high"));
        CHECK(a.later[0].from > FIXTURE_TODAY);
        /* What was found is put off by its key, and comes back on its day. */
        str source = a.rows[1].source;
        item(&m, forum, "Mailchimp", "decide", arena_copy(&f->arena, source).p, "2026-11-23");
        of_forum(&m, forum, &a);
        CHECK(a.count == 2 && a.later_count == 2);
        uint64_t back = a.later[a.later_count - 1].item;
        fixture_set(f, back, "agenda item", "put off until", "2026-11-22");
        fixture_commit(f);
        of_forum(&m, forum, &a);
        CHECK(a.count == 3 && a.later_count == 1 && str_eq(a.rows[1].source, source) && !a.rows[1].item);
    }
    fixture_close(f);
}

static void bad_rows_are_named(struct test_tally *t)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"id: a\nfor each: request\nforms: [working]\n", "a.yaml:3: forms: unknown key; did you mean \"forums\"?\n"},
        {"id: a\nfor each: request\nforums: [workin]\nasks: know\n",
         "a.yaml:3: forums: \"workin\" is no kind of forum; did you mean \"working\"\n"},
        {"id: a\nfor each: request\nasks: vote\n", "a.yaml:3: asks: \"vote\" is no thing to ask\n"},
        {"id: a\nfor each: request\nasks: know\n",
         "a.yaml:1: forums: a list of the kinds of forums is expected here, such as [two heads, steering]\n"},
        {"id: a\nfrom: finding\n",
         "a.yaml:2: from: \"finding\" is no source of an agenda; did you mean \"findings\"\n"},
        {"id: a\nfor each: request\nforums: [working]\nasks: know\nmost: 0\n",
         "a.yaml:5: most: a whole number above 0 is expected here\n"},
    };
    struct made m;
    open_shipped(&m);
    for (size_t i = 0; i < ARRAY_COUNT(rows); i++) {
        struct check_text file = {STR("a.yaml"), str_of(rows[i].text)};
        struct buf b;
        buf_init(&b, 10000);
        m.f.err.code = ERR_NONE;
        CHECK(agenda_compile(&m.f.arena, m.f.graph, &file, 1, &m.agenda, &m.f.err));
        err_emit(&m.f.err, &b);
        CHECK_STR(buf_get(&b), str_of(rows[i].want));
        buf_release(&b);
    }
    fixture_close(&m.f);
}

TEST_MAIN(is_made_of_what_is_due, goes_from_deciding_to_knowing, what_people_brought_comes_first, bad_rows_are_named)
