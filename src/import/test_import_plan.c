/* SPDX-License-Identifier: Apache-2.0 */
/* Files to plans, over a workspace of its own. */
#include "import.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

static const char model_text[] =
    "version: 1\n"
    "sides: [{key: marketing, name: Marketing}]\n"
    "types:\n"
    "  - id: 30\n"
    "    name: application\n"
    "    plural: applications\n"
    "    group: stack\n"
    "    help: A tool.\n"
    "    key: [name]\n"
    "    alias field: aliases\n"
    "    fields:\n"
    "      - {id: 1, name: name, kind: text, required: yes, columns: [tool], help: h}\n"
    "      - {id: 2, name: aliases, kind: text, columns: [aka], help: h}\n"
    "      - {id: 3, name: annual cost, kind: money, columns: [cost], help: h}\n"
    "      - {id: 4, name: live since, kind: date, help: h}\n"
    "      - {id: 5, name: replaces, kind: links, to: application, inverse: replaced by, help: h}\n"
    "      - {id: 7, name: notes, kind: long text, help: h}\n"
    "      - {id: 6, name: double cost, kind: derived, gives: money, feel: 'annual cost * 2', help: h}\n";

struct bench {
    char folder[64];
    struct arena arena;
    struct store *store;
    struct graph *graph;
    struct picture *picture;
    const struct model_type *type;
    struct err err;
};

static char *path_in(struct bench *b, const char *name)
{
    return mem_copy_text(arena_printf(&b->arena, "%s/%s", b->folder, name).p,
                         arena_printf(&b->arena, "%s/%s", b->folder, name).n);
}

static void refresh(struct bench *b)
{
    MUST(graph_refresh(b->graph, b->store, &b->err) == 0);
    picture_drop(b->picture);
    b->picture = graph_take(b->graph);
}

static void open_bench(struct bench *b)
{
    *b = (struct bench){.folder = "/tmp/entente-import-XXXXXX"};
    struct store_profile profile = {STR("Acme"), STR("EUR"), STR("UTC")};
    MUST(mkdtemp(b->folder));
    arena_init(&b->arena, 0);
    char *path = path_in(b, "t.entente");
    MUST(store_create(path, &profile, str_of(model_text), &b->err) == 0);
    MUST(store_open(path, STORE_WRITE, &b->store, &b->err) == 0);
    mem_free(path);
    MUST(graph_new(store_model(b->store), store_profile(b->store), NULL, &b->graph, &b->err) == 0);
    refresh(b);
    b->type = model_type(store_model(b->store), STR("application"));
}

static void close_bench(struct bench *b)
{
    picture_drop(b->picture);
    graph_free(b->graph);
    store_close(b->store);
    MUST(system(arena_printf(&b->arena, "rm -rf '%s'", b->folder).p) == 0);
    arena_release(&b->arena);
}

static struct import_plan *read_as(struct bench *b, const char *text, const char *source, bool make)
{
    struct import_plan *plan;
    struct import_options o = {.actor = STR("test"), .source = str_of(source), .create_links = make, .detail = true};
    char *path = path_in(b, "in.csv");
    const struct import_file file = {.type = b->type, .path = arena_copy(&b->arena, str_of(path)).p};
    MUST(file_write(path, str_of(text), &b->err) == 0);
    if (import_read(&b->arena, b->store, b->picture, &file, &o, &plan, &b->err) < 0) plan = NULL;
    mem_free(path);
    return plan;
}

static void commit(struct bench *b, struct import_plan *plan)
{
    struct commit_result result;
    MUST(plan && plan->error_count == 0);
    MUST(import_commit(&plan, 1, b->store, 1795000000, &result, &b->err) == 0);
    refresh(b);
}

static str value(struct bench *b, const char *name, const char *field)
{
    bool several;
    const struct fact *f = picture_fact(b->picture, picture_find(b->picture, b->type, str_of(name), &several));
    return f ? fact_value(f, model_field(b->type, str_of(field))) : STR("no such fact");
}

static void test_header(struct test_tally *t)
{
    struct bench b;
    open_bench(&b);
    struct import_plan *plan = read_as(&b, "Our stack\n\n;;\nTool;AKA;Double cost\nMiro;M;1\n", "a", false);
    CHECK(plan && plan->error_count == 0);
    CHECK(plan && plan->header_line == 4 && plan->separator == ';');
    CHECK(plan && plan->columns[2].use == IMPORT_COMPUTED);
    CHECK(plan && plan->created == 1);
    CHECK(!read_as(&b, "x,y\n1,2\n", "a", false) && b.err.code == ERR_INPUT);
    close_bench(&b);
}

static void test_marks(struct test_tally *t)
{
    struct bench b;
    open_bench(&b);
    commit(&b, read_as(&b, "Name;Cost;Live since\nA;1.234;03/04/2026\nB;1.234,50;22/11/2026\n", "a", false));
    CHECK_STR(value(&b, "A", "annual cost"), STR("1234 EUR"));
    CHECK_STR(value(&b, "A", "live since"), STR("2026-04-03"));
    commit(&b, read_as(&b, "Name;Cost;Live since\nC;1,234;03/04/2026\nD;1,234.50;11/22/2026\n", "a", false));
    CHECK_STR(value(&b, "C", "annual cost"), STR("1234 EUR"));
    CHECK_STR(value(&b, "C", "live since"), STR("2026-03-04"));
    const struct import_plan *plan = read_as(&b, "Name,Live since\nE,03/04/2026\n", "a", false);
    CHECK(plan && plan->error_count == 1);
    close_bench(&b);
}

static void test_links(struct test_tally *t)
{
    struct bench b;
    size_t count;
    bool several;
    open_bench(&b);
    commit(&b, read_as(&b, "Name,Replaces\nNew,\"\"\"A; B\"\" ; Old\"\nOld,\n\"A; B\",\n", "a", false));
    const struct fact *f = picture_fact(b.picture, picture_find(b.picture, b.type, STR("new"), &several));
    fact_links(f, model_field(b.type, STR("replaces")), &count);
    CHECK(count == 2);
    struct import_plan *plan = read_as(&b, "Name,Replaces\nX,Odl\n", "a", false);
    CHECK(plan && plan->error_count == 1 && strstr(plan->errors[0].message, "\"Old\""));
    plan = read_as(&b, "Name,Replaces\nX,Odl\n", "a", true);
    CHECK(plan && plan->error_count == 0 && plan->made_count == 1);
    /* Another source adds to the links; what only the first one has stays. */
    plan = read_as(&b, "Name,Replaces\nNew,New\n", "b", false);
    CHECK(plan && plan->changed == 1 && plan->fact_count == 1 && plan->facts[0].change_count == 1);
    if (plan) CHECK_STR(plan->facts[0].changes[0].after, STR("A; B; Old; New"));
    close_bench(&b);
}

static void test_sources(struct test_tally *t)
{
    struct bench b;
    open_bench(&b);
    commit(&b, read_as(&b, "Name,AKA,Cost\nMiro,MR,10 EUR\n", "first", false));
    struct import_plan *plan = read_as(&b, "Name,Cost\nMR,20 EUR\n", "second", false);
    CHECK(plan && plan->recorded == 1 && plan->changed == 0 && plan->created == 0);
    commit(&b, plan);
    CHECK_STR(value(&b, "Miro", "annual cost"), STR("10 EUR"));
    plan = read_as(&b, "Name,Cost\nMiro,30 EUR\n", "first", false);
    CHECK(plan && plan->changed == 1 && plan->recorded == 0);
    commit(&b, plan);
    CHECK_STR(value(&b, "Miro", "annual cost"), STR("30 EUR"));
    close_bench(&b);
}

static void test_twice(struct test_tally *t)
{
    struct bench b;
    open_bench(&b);
    struct import_plan *plan = read_as(&b, "Name,Cost\nA,1 EUR\nB,2 EUR\nA,1 EUR\na,3 EUR\n", "a", false);
    CHECK(plan && plan->repeated == 1 && plan->error_count == 1);
    CHECK(plan && plan->errors && plan->errors[0].line == 5 && strstr(plan->errors[0].message, "line 2"));
    close_bench(&b);
}

static int collect(void *self, str piece, struct err *err)
{
    (void)err;
    buf_str(self, piece);
    return 0;
}

static void test_round_trip(struct test_tally *t)
{
    struct bench b, other;
    struct buf one, two;
    open_bench(&b);
    open_bench(&other);
    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    commit(&b, read_as(&b, "Name,AKA,Replaces\n=1+1,'=x,B\nB,\"x\ny\",\n", "a", false));
    CHECK(export_csv(b.picture, &(struct export_list){.type = b.type}, collect, &one, &b.err) == 0);
    buf_char(&one, 0);
    commit(&other, read_as(&other, one.p, "a", false));
    CHECK(export_csv(other.picture, &(struct export_list){.type = other.type}, collect, &two, &b.err) == 0);
    buf_char(&two, 0);
    CHECK_STR(buf_get(&two), buf_get(&one));
    buf_release(&two);
    buf_release(&one);
    close_bench(&other);
    close_bench(&b);
}

/* The first sheet of a workbook, as XML. */
static str sheet_of(struct bench *b, str bytes)
{
    zip_error_t error;
    zip_stat_t stat;
    zip_source_t *memory = zip_source_buffer_create(bytes.p, bytes.n, 0, &error);
    zip_t *zip = zip_open_from_source(memory, ZIP_RDONLY, &error);
    MUST(zip && zip_stat(zip, "xl/worksheets/sheet1.xml", 0, &stat) == 0);
    char *text = arena_alloc(&b->arena, stat.size);
    zip_file_t *file = zip_fopen(zip, "xl/worksheets/sheet1.xml", 0);
    MUST(file && zip_fread(file, text, stat.size) == (zip_int64_t)stat.size);
    zip_fclose(file);
    zip_discard(zip);
    return (str){text, stat.size};
}

/* Excel counts UTF-16 units, and as the text is written; it comes back whole. */
static void test_long_cells(struct test_tally *t)
{
    static const struct {
        const char *piece;
        size_t times, cells;
    } cases[] = {
        {"x", 32767, 1},
        {"x", 32768, 2},
        {"\xF0\x9F\x98\x80", 16383, 1},
        {"\xF0\x9F\x98\x80", 16384, 2},
        {"\xE2\x82\xAC", 32767, 1},
        {"_x000D_", 2520, 1},
        {"_x000D_", 2521, 2},
        {"_x000D", 20000, 8},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct bench b;
        struct buf text;
        str bytes;
        size_t cells = 0;
        open_bench(&b);
        buf_init(&text, 1 << 20);
        buf_text(&text, "{\"name\":\"A\",\"notes\":\"");
        for (size_t k = 0; k < cases[i].times; k++) buf_text(&text, cases[i].piece);
        buf_text(&text, "\"}\n");
        buf_char(&text, 0);
        commit(&b, read_as(&b, text.p, "a", false));
        const struct export_list list = {.type = b.type};
        MUST(export_workbook(&b.arena, b.picture, &list, 1, &bytes, &b.err) == 0);
        str rest = sheet_of(&b, bytes);
        rest = str_from(rest, str_find(rest, STR("<row r=\"2\"")));
        for (size_t at; (at = str_find(rest, STR("<t>"))) != STR_NOT_FOUND; cells++) {
            size_t units = 0;
            rest = str_from(rest, at + 3);
            for (size_t k = 0; rest.p[k] != '<'; k++)
                units += ((unsigned char)rest.p[k] & 0xC0) != 0x80 ? 1 + ((unsigned char)rest.p[k] >= 0xF0) : 0;
            CHECK(units <= 32767);
        }
        CHECK(cells == 1 + cases[i].cells); /* its name is one */
        struct import_options o = {.actor = STR("test"), .source = STR("a")};
        const struct import_file file = {.type = b.type, .path = "a.xlsx", .bytes = bytes};
        struct import_plan *plan;
        MUST(import_read(&b.arena, b.store, b.picture, &file, &o, &plan, &b.err) == 0);
        CHECK(plan->error_count == 0 && plan->fact_count == 1 && plan->changed == 0 && plan->created == 0);
        buf_release(&text);
        close_bench(&b);
    }
}

/* What somebody pastes is theirs: it wins over files, and what they leave as it is they have not typed. */
static void test_typed(struct test_tally *t)
{
    struct bench b;
    open_bench(&b);
    commit(&b, read_as(&b, "name,cost,replaces\nMiro,10 EUR,\nFigma,20 EUR,Miro\nMural,5 EUR,\n", "a", false));
    struct import_plan *plan;
    struct import_options o = {
        .actor = STR("ben"), .source = STR("pasted"), .detail = true, .typed = true, .separator = '\t'};
    const struct import_file file = {.type = b.type,
                                     .path = "cells",
                                     .bytes = STR("name\tcost\treplaces\nFigma\t25 EUR\tMural\nMiro\t10.00 EUR\t\n")};
    MUST(import_read(&b.arena, b.store, b.picture, &file, &o, &plan, &b.err) == 0);
    CHECK(plan->changed == 1 && plan->recorded == 0 && plan->fact_count == 2);
    CHECK(plan->facts[0].change_count == 2 && plan->facts[0].changes[0].wins && plan->facts[0].changes[1].wins);
    CHECK_STR(plan->facts[0].changes[1].after, STR("Mural"));
    commit(&b, plan);
    CHECK_STR(value(&b, "Figma", "annual cost"), STR("25 EUR"));
    const struct stored_claim *claims;
    size_t count, typed = 0;
    bool several;
    for (size_t i = 0; i < 2; i++) {
        uint64_t id = picture_find(b.picture, b.type, i ? STR("Miro") : STR("Figma"), &several);
        MUST(store_load_claims(b.store, &b.arena, id, &claims, &count, &b.err) == 0);
        for (size_t k = 0; k < count; k++) typed += claims[k].from.kind == ORIGIN_TYPED;
        CHECK(typed == 2); /* of Figma; none of Miro */
    }
    close_bench(&b);
}

TEST_MAIN(test_typed, test_header, test_marks, test_links, test_sources, test_twice, test_round_trip, test_long_cells)
