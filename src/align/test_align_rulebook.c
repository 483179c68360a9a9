/* SPDX-License-Identifier: Apache-2.0 */
/* Which rulebook holds on which day. */
#include "align_rulebook.h"
#include "base_time.h"
#include "store_access.h"
#include "test_graph_fixture.h"

#include <string.h>

static const char model[] = "version: 1\n"
                            "sides: [{key: marketing, name: Marketing}, {key: it, name: IT}]\n"
                            "types:\n"
                            "  - id: 72\n"
                            "    name: rulebook\n"
                            "    plural: rulebooks\n"
                            "    group: governance\n"
                            "    two key: yes\n"
                            "    key: [name]\n"
                            "    fields:\n"
                            "      - {id: 1, name: name, kind: text, required: yes}\n"
                            "      - {id: 3, name: version, kind: text}\n"
                            "      - {id: 4, name: model, kind: long text}\n"
                            "      - {id: 5, name: valid from, kind: date}\n";

static void add_signatories(struct fixture *f)
{
    static const char *const sides[] = {"marketing", "it"};
    for (size_t i = 0; i < ARRAY_COUNT(sides); i++) {
        struct stored_user u = {.name = str_of(sides[i]),
                                .shown = str_of(sides[i]),
                                .side = str_of(sides[i]),
                                .role = ROLE_SIGNATORY,
                                .password_hash = STR("none")};
        fixture_must(f, store_add_user(f->store, &u, STR("test"), 1000, &f->err));
    }
}

/* Proposed and signed by both. */
static void agree(struct fixture *f, uint64_t fact)
{
    static const struct {
        enum key_act act;
        uint64_t user;
    } acts[] = {{KEY_PROPOSE, 1}, {KEY_SIGN, 1}, {KEY_SIGN, 2}};
    for (size_t i = 0; i < ARRAY_COUNT(acts); i++) {
        struct stored_keys k;
        struct commit_result r;
        fixture_must(f, store_load_keys(f->store, &f->arena, fact, &k, &f->err));
        struct key_turn turn = {.act = acts[i].act, .fact = fact, .user = acts[i].user, .hash = k.hash};
        fixture_must(f, store_turn_key(f->store, &f->arena, &turn, 5000, &r, &f->err));
    }
    fixture_refresh(f);
}

/* "2 1": versions that hold on that day, the newest first; the program's own as "own". */
static str holding(struct fixture *f, int64_t today)
{
    static const struct book_text own = {
        .name = STR_INIT("safe-zones"), .version = STR_INIT("own"), .text = STR_INIT("x")};
    const struct book_text *books;
    struct buf b;
    size_t count;
    struct picture *p = graph_take(f->graph);
    fixture_must(f, books_in_force(f->store, &f->arena, p, today, &own, 1, &books, &count, &f->err));
    buf_init(&b, 1000);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&b, "%s" STR_FORMAT, i ? " " : "", STR_ARGS(books[i].version));
        if (books[i].fact) buf_printf(&b, "=" STR_FORMAT, STR_ARGS(books[i].text));
    }
    str text = buf_copy(&b, &f->arena);
    buf_release(&b);
    picture_drop(p);
    return text;
}

static void set_version(struct fixture *f, uint64_t fact, const char *version, const char *text, const char *from)
{
    fixture_set(f, fact, "rulebook", "version", version);
    fixture_set(f, fact, "rulebook", "model", text);
    fixture_set(f, fact, "rulebook", "valid from", from);
    fixture_commit(f);
    fixture_refresh(f);
}

static void a_version_holds_from_its_day_on(struct test_tally *t)
{
    struct fixture f;
    int64_t january, june;
    MUST(civil_parse(STR("2026-01-01"), &january) && civil_parse(STR("2026-06-01"), &june));
    fixture_open(&f, str_of(model));
    add_signatories(&f);
    fixture_new(&f, "rulebook", "Zones");
    uint64_t book = fixture_commit(&f)[0];
    set_version(&f, book, "1", "one", "2026-01-01");
    CHECK_STR(holding(&f, june), STR("own")); /* nobody has signed */
    agree(&f, book);
    CHECK_STR(holding(&f, january - 1), STR("own"));
    CHECK_STR(holding(&f, january), STR("1=one own"));
    set_version(&f, book, "2", "two", "2026-06-01");
    CHECK_STR(holding(&f, june), STR("1=one own")); /* a proposal */
    agree(&f, book);
    CHECK_STR(holding(&f, june), STR("2=two own"));
    CHECK_STR(holding(&f, june - 1), STR("1=one own")); /* the one before goes on */
    CHECK_STR(holding(&f, january - 1), STR("own"));
    set_version(&f, book, "3", "three", "2026-06-02");
    agree(&f, book);
    CHECK_STR(holding(&f, june), STR("2=two own"));
    CHECK_STR(holding(&f, june - 1), STR("1=one own")); /* also two versions before */
    CHECK_STR(holding(&f, june + 1), STR("3=three own"));
    set_version(&f, book, "4", "four", "2026-06-02"); /* the day stays */
    agree(&f, book);
    CHECK_STR(holding(&f, june), STR("2=two own"));
    CHECK_STR(holding(&f, june + 1), STR("4=four own"));
    fixture_close(&f);
}

/* "3=three 2=two": what was agreed, the newest first. */
static str versions_of(struct fixture *f, uint64_t fact, uint64_t *oldest)
{
    const struct book_version *versions;
    struct buf b;
    size_t count;
    struct picture *p = graph_take(f->graph);
    fixture_must(f, book_versions(f->store, &f->arena, picture_fact(p, fact), &versions, &count, &f->err));
    buf_init(&b, 1000);
    for (size_t i = 0; i < count; i++) {
        MUST(versions[i].time == 5000 && versions[i].actor.n && (!i || versions[i].number < versions[i - 1].number));
        buf_printf(&b, "%s" STR_FORMAT "=" STR_FORMAT, i ? " " : "", STR_ARGS(versions[i].version),
                   STR_ARGS(versions[i].text));
        *oldest = versions[i].number;
    }
    str text = buf_copy(&b, &f->arena);
    buf_release(&b);
    picture_drop(p);
    return text;
}

static void versions_that_were_in_force_are_known(struct test_tally *t)
{
    struct fixture f;
    uint64_t first, again;
    fixture_open(&f, str_of(model));
    add_signatories(&f);
    fixture_new(&f, "rulebook", "Zones");
    uint64_t book = fixture_commit(&f)[0];
    set_version(&f, book, "0", "nobody agreed", "2026-01-01");
    set_version(&f, book, "1", "one", "2026-01-01");
    CHECK_STR(versions_of(&f, book, &first), STR(""));
    agree(&f, book);
    CHECK_STR(versions_of(&f, book, &first), STR("1=one"));
    set_version(&f, book, "2", "two", "2026-06-01");
    CHECK_STR(versions_of(&f, book, &again), STR("1=one")); /* a proposal */
    agree(&f, book);
    set_version(&f, book, "3", "never signed", "2026-06-01");
    set_version(&f, book, "1", "one", "2026-07-01"); /* brought back */
    agree(&f, book);
    CHECK_STR(versions_of(&f, book, &again), STR("1=one 2=two 1=one"));
    CHECK(first && again == first);
    fixture_close(&f);
}

/* Drafts the text of that commit again; STR_NONE, or why not. */
static str brought_back(struct fixture *f, uint64_t fact, const struct book_return *back)
{
    struct commit_result result;
    struct picture *p = graph_take(f->graph);
    struct change_set *c = change_set_new(&f->arena, picture_model(p), STR("test"), back->reason);
    str why = STR_NONE;
    if (book_bring_back(f->store, &f->arena, picture_fact(p, fact), back, c, &f->err) < 0)
        why = arena_copy(&f->arena, str_of(f->err.message));
    else
        fixture_must(f, store_commit(f->store, c, 6000, &result, &f->err));
    picture_drop(p);
    fixture_refresh(f);
    return why;
}

static void an_earlier_version_is_drafted_again(struct test_tally *t)
{
    struct fixture f;
    uint64_t first, newest;
    char long_reason[BOOK_REASON_LIMIT + 1];
    memset(long_reason, 'x', sizeof long_reason);
    fixture_open(&f, str_of(model));
    add_signatories(&f);
    fixture_new(&f, "rulebook", "Zones");
    uint64_t book = fixture_commit(&f)[0];
    set_version(&f, book, "", "one", "2026-01-01");
    agree(&f, book);
    set_version(&f, book, "2", "two", "2026-06-01");
    agree(&f, book);
    CHECK_STR(versions_of(&f, book, &first), STR("2=two =one"));
    struct book_return back = {.number = first, .reason = STR("It was better"), .valid_from = STR("2026-09-01")};
    struct book_return none = back, same = back, mute = back, talks = back, no_day = back;
    none.number = first - 1, mute.reason = STR(" "), no_day.valid_from = STR("2026-02-30");
    talks.reason = (str){long_reason, sizeof long_reason};
    struct picture *p = graph_take(f.graph);
    const struct book_version *versions;
    size_t count;
    fixture_must(&f, book_versions(f.store, &f.arena, picture_fact(p, book), &versions, &count, &f.err));
    newest = versions[0].number;
    picture_drop(p);
    same.number = newest;
    CHECK(str_starts(brought_back(&f, book, &none), STR("no version of it came into force with commit ")));
    CHECK_STR(brought_back(&f, book, &same), STR("these rules are in force already"));
    CHECK_STR(brought_back(&f, book, &mute), STR("say why it should come back"));
    CHECK_STR(brought_back(&f, book, &talks), STR("the reason is longer than 2000 bytes"));
    CHECK_STR(brought_back(&f, book, &no_day), STR("\"2026-02-30\" is not a day, such as 2026-11-22"));
    CHECK(!brought_back(&f, book, &back).p);
    CHECK_STR(versions_of(&f, book, &first), STR("2=two =one")); /* until both have signed */
    agree(&f, book);
    CHECK_STR(versions_of(&f, book, &first), STR("=one 2=two =one"));
    int64_t august, september;
    MUST(civil_parse(STR("2026-08-31"), &august) && civil_parse(STR("2026-09-01"), &september));
    CHECK_STR(holding(&f, august), STR("2=two own"));
    CHECK_STR(holding(&f, september), STR("=one own"));
    fixture_close(&f);
}

static const char zones_model[] =
    "<?xml version=\"1.0\"?><definitions xmlns=\"https://www.omg.org/spec/DMN/20230324/MODEL/\" namespace=\"urn:x\" "
    "name=\"x\"><decision id=\"zone\" name=\"zone\"><variable name=\"zone\" typeRef=\"string\"/>"
    "<literalExpression><text>\"green\"</text></literalExpression></decision></definitions>";

/* "safe-zones", "Zones 2": name and version of what is taken; "none". */
static str taken(struct fixture *f, struct shelf *shelf, int64_t today, str wanted)
{
    const struct book_text own = {.name = STR("safe-zones"), .text = str_of(zones_model)};
    struct picture *p = graph_take(f->graph);
    struct book_day day = {.store = f->store, .picture = p, .today = today, .shipped = &own, .shipped_count = 1};
    const struct rulebook *b;
    struct book_text book;
    str says = STR("none");
    if (shelf_take_in_force(shelf, &day, wanted, &book, &b, &f->err) == 0) {
        MUST(str_eq(rulebook_name(b), book.name));
        says = arena_printf(&f->arena, STR_FORMAT "%s" STR_FORMAT, STR_ARGS(book.name), book.version.n ? " " : "",
                            STR_ARGS(book.version));
        shelf_put_back(shelf, b);
    } else
        MUST(f->err.code == ERR_ABSENT && !b);
    picture_drop(p);
    return says;
}

static void what_is_remembered_goes_with_the_day_and_the_commit(struct test_tally *t)
{
    struct fixture f;
    struct shelf *shelf = shelf_new();
    int64_t may;
    MUST(civil_parse(STR("2026-05-01"), &may));
    fixture_open(&f, str_of(model));
    add_signatories(&f);
    fixture_new(&f, "rulebook", "Zones");
    uint64_t book = fixture_commit(&f)[0];
    set_version(&f, book, "1", zones_model, "2026-05-01");
    str number = arena_printf(&f.arena, "%llu", (unsigned long long)book);
    for (int i = 0; i < 2; i++) { /* the second time as it is remembered */
        CHECK_STR(taken(&f, shelf, may, STR_NONE), STR("safe-zones"));
        CHECK_STR(taken(&f, shelf, may, STR("Zones")), STR("none"));
        CHECK_STR(taken(&f, shelf, may, STR("SAFE-zones")), STR("safe-zones"));
    }
    agree(&f, book);
    for (int i = 0; i < 2; i++) {
        CHECK_STR(taken(&f, shelf, may, STR_NONE), STR("Zones 1"));
        CHECK_STR(taken(&f, shelf, may, STR("zones")), STR("Zones 1"));
        CHECK_STR(taken(&f, shelf, may, number), STR("Zones 1"));
        CHECK_STR(taken(&f, shelf, may - 1, STR_NONE), STR("safe-zones"));
    }
    set_version(&f, book, "2", zones_model, "2026-05-01");
    CHECK_STR(taken(&f, shelf, may, STR_NONE), STR("Zones 1"));
    agree(&f, book);
    CHECK_STR(taken(&f, shelf, may, STR_NONE), STR("Zones 2"));
    for (int i = 0; i < 60; i++) { /* more than it has room for */
        str name = arena_printf(&f.arena, "%d", i);
        const struct rulebook *b;
        MUST(shelf_take(shelf, name, STR(""), str_of(zones_model), &b, &f.err) == 0);
        shelf_put_back(shelf, b);
    }
    CHECK_STR(taken(&f, shelf, may, STR_NONE), STR("Zones 2"));
    fixture_close(&f);
    shelf_free(shelf);
}

TEST_MAIN(versions_that_were_in_force_are_known, an_earlier_version_is_drafted_again, a_version_holds_from_its_day_on,
          what_is_remembered_goes_with_the_day_and_the_commit)
