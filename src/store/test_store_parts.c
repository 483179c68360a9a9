/* SPDX-License-Identifier: Apache-2.0 */
/* Wholes: what both sides sign is a fact with its parts, and the one in force stays as it is until they sign another.
 */
#include "test_store_turns.h"

/* keys: of steps and items, where they are signed one by one; part: how they are made parts. */
#define PARTS_MODEL(keys, part)                                                                                        \
    "version: 1\n"                                                                                                     \
    "types:\n"                                                                                                         \
    "  - id: 1000\n"                                                                                                   \
    "    name: plan\n"                                                                                                 \
    "    plural: plans\n"                                                                                              \
    "    group: direction\n"                                                                                           \
    "    two key: yes\n"                                                                                               \
    "    key: [name]\n"                                                                                                \
    "    fields:\n"                                                                                                    \
    "      - {id: 1, name: name, kind: text, required: yes}\n"                                                         \
    "      - {id: 2, name: aim, kind: long text}\n"                                                                    \
    "      - {id: 3, name: first step, kind: link, to: step, inverse: first in}\n"                                     \
    "  - id: 1001\n"                                                                                                   \
    "    name: step\n" keys "    plural: steps\n"                                                                      \
    "    group: direction\n"                                                                                           \
    "    key: [plan, name]\n"                                                                                          \
    "    fields:\n"                                                                                                    \
    "      - {id: 1, name: name, kind: text, required: yes}\n"                                                         \
    "      - {id: 2, name: plan, kind: link, to: plan, inverse: steps, required: yes" part "}\n"                       \
    "      - {id: 3, name: cost, kind: decimal}\n"                                                                     \
    "      - {id: 4, name: note, kind: text, signed: no}\n"                                                            \
    "  - id: 1002\n"                                                                                                   \
    "    name: item\n" keys "    plural: items\n"                                                                      \
    "    group: direction\n"                                                                                           \
    "    key: [step, name]\n"                                                                                          \
    "    fields:\n"                                                                                                    \
    "      - {id: 1, name: name, kind: text, required: yes}\n"                                                         \
    "      - {id: 2, name: step, kind: link, to: step, inverse: items, required: yes" part "}\n"                       \
    "      - {id: 3, name: amount, kind: decimal}\n"

struct parts_fixture {
    struct fixture x;
    const struct model_type *plan, *step, *item;
    uint64_t whole, first, second, spare; /* a plan, two steps, an item of the second */
};

static void use_model(struct parts_fixture *f, str yaml)
{
    struct fixture *x = &f->x;
    struct test_tally *t = x->t;
    struct model_text built_in, own;
    struct model_plan plan;
    struct commit_result r;
    GOOD(x, store_load_model_text(x->s, &x->a, &built_in, &own, &x->err));
    GOOD(x, store_change_model(x->s, &x->a, built_in, (struct model_text){yaml, STR("own.yaml")}, STR("anna"),
                               STR("plans"), 1000, &plan, &r, &x->err));
    fixture_reopen(x, STORE_WRITE);
    f->plan = model_type(x->m, STR("plan"));
    f->step = model_type(x->m, STR("step"));
    f->item = model_type(x->m, STR("item"));
}

static uint64_t part(struct parts_fixture *f, const struct model_type *type, const char *of, uint64_t whole,
                     const char *name, const char *field, const char *value)
{
    struct fixture *x = &f->x;
    struct test_tally *t = x->t;
    struct commit_result r = {0};
    struct change_set *c = set_of(x);
    uint64_t made = change_create(c, type);
    set(c, made, type, "name", name);
    set(c, made, type, field, value);
    change_links(c, made, field_of(type, of), &whole, 1, typed);
    return GOOD(x, store_commit(x->s, c, 3000, &r, &x->err)) ? r.made[0] : 0;
}

static void make_plan(struct parts_fixture *f)
{
    f->whole = make(&f->x, f->plan, "Move");
    f->first = part(f, f->step, "plan", f->whole, "Pack", "cost", "10");
    f->second = part(f, f->step, "plan", f->whole, "Drive", "cost", "20");
    f->spare = part(f, f->item, "step", f->second, "Fuel", "amount", "5");
}

static void begin_plan(struct parts_fixture *f, struct test_tally *t)
{
    *f = (struct parts_fixture){0};
    begin(&f->x, t);
    use_model(f, STR(PARTS_MODEL("", ", part: yes")));
    make_plan(f);
}

static int edit(struct parts_fixture *f, uint64_t fact, const struct model_type *type, const char *field,
                const char *value, struct commit_result *r)
{
    struct change_set *c = set_of(&f->x);
    set(c, fact, type, field, value);
    return store_commit(f->x.s, c, 4000, r, &f->x.err);
}

static int drop(struct parts_fixture *f, uint64_t fact, struct commit_result *r)
{
    struct change_set *c = set_of(&f->x);
    change_delete(c, fact);
    return store_commit(f->x.s, c, 4000, r, &f->x.err);
}

static const struct stored_part *find(const struct stored_keys *k, uint64_t fact)
{
    for (size_t i = 0; i < k->part_count; i++)
        if (k->parts[i].fact == fact) return &k->parts[i];
    return NULL;
}

#define PARTS_OF_TEXT                                                                                                  \
    "part 1001 2\nfield 1 4\nPack\nfield 2 1\n1\nfield 3 2\n10\n"                                                      \
    "part 1001 3\nfield 1 5\nDrive\nfield 2 1\n1\nfield 3 2\n20\n"                                                     \
    "part 1002 4\nfield 1 4\nFuel\nfield 2 1\n3\nfield 3 1\n5\n"

static void whole_is_signed(struct test_tally *t)
{
    struct parts_fixture f;
    begin_plan(&f, t);
    struct fixture *x = &f.x;
    struct stored_keys k = keys_of(x, f.whole);
    CHECK_STR(k.text, STR("entente text 2\ntype 1000\nfact 1\nfield 1 4\nMove\n" PARTS_OF_TEXT));
    CHECK(k.part_count == 3 && !k.parts[0].agreed && k.pending == PENDING_DRAFT);
    BAD(x, turn(x, f.first, KEY_PROPOSE, DORA, NULL), ERR_INPUT, "it is signed with the plan that it is a part of");
    agree(x, f.whole);
    k = keys_of(x, f.whole);
    CHECK(k.part_count == 3 && k.parts[0].agreed && k.parts[2].agreed && !k.signed_alone && !k.parts[0].signed_alone);
    /* A part tells what its whole is. */
    k = keys_of(x, f.spare);
    CHECK(k.agreed && k.pending == PENDING_NONE && k.whole == f.whole && k.agreed_by_count == 2 &&
          k.agreed_by[0].user == ANNA);
    CHECK(!memcmp(k.agreed_hash, keys_of(x, f.whole).agreed_hash, KEY_HASH_SIZE));
    struct stored_keys then;
    uint64_t head;
    GOOD(x, store_head(x->s, &head, &x->err));
    GOOD(x, store_load_keys_at(x->s, &x->a, f.spare, head, &then, &x->err));
    CHECK(then.agreed && then.agreed_by_count == 2 && !memcmp(then.agreed_hash, k.agreed_hash, KEY_HASH_SIZE));
    GOOD(x, store_load_keys_at(x->s, &x->a, f.spare, head - 1, &then, &x->err));
    CHECK(!then.agreed);
    end(x);
}

/* One part changes, one is added, one goes: the version in force stays until both sign the whole. */
static void next_version(struct test_tally *t)
{
    struct parts_fixture f;
    struct commit_result r;
    begin_plan(&f, t);
    struct fixture *x = &f.x;
    agree(x, f.whole);
    struct stored_keys before = keys_of(x, f.whole);
    GOOD(x, edit(&f, f.first, f.step, "cost", "11", &r));
    CHECK(r.proposed_count == 1);
    CHECK_STR(text_of(x, f.first), STR("2 step v1 name=Pack cost=10 plan->1"));
    struct stored_keys k = keys_of(x, f.whole);
    CHECK(k.agreed && k.pending == PENDING_DRAFT && !memcmp(k.agreed_hash, before.agreed_hash, KEY_HASH_SIZE));
    const struct stored_part *p = find(&k, f.first);
    CHECK(p && p->agreed && p->proposed && !p->deletes);
    if (p && p->proposed) CHECK_STR(p->proposed[2], STR("11")), CHECK_STR(p->values[2], STR("10"));
    uint64_t added = part(&f, f.step, "plan", f.whole, "Unpack", "cost", "30");
    GOOD(x, drop(&f, f.spare, &r));
    CHECK(r.proposed_count == 1 && text_of(x, f.spare).n);
    k = keys_of(x, f.whole);
    CHECK_STR(k.text, STR("entente text 2\ntype 1000\nfact 1\nfield 1 4\nMove\n"
                          "part 1001 2\nfield 1 4\nPack\nfield 2 1\n1\nfield 3 2\n11\n"
                          "part 1001 3\nfield 1 5\nDrive\nfield 2 1\n1\nfield 3 2\n20\n"
                          "part 1001 5\nfield 1 6\nUnpack\nfield 2 1\n1\nfield 3 2\n30\n"));
    p = find(&k, f.spare);
    CHECK(p && p->deletes && p->agreed);
    p = find(&k, added);
    CHECK(p && !p->agreed && !p->deletes);
    k = keys_of(x, added);
    CHECK(!k.agreed && k.pending == PENDING_DRAFT && k.whole == f.whole);
    GOOD(x, turn(x, f.whole, KEY_PROPOSE, DORA, NULL));
    CHECK(keys_of(x, added).pending == PENDING_PROPOSED && keys_of(x, f.second).pending == PENDING_NONE);
    GOOD(x, turn(x, f.whole, KEY_SIGN, ANNA, NULL));
    CHECK_STR(text_of(x, f.first), STR("2 step v1 name=Pack cost=10 plan->1"));
    GOOD(x, turn(x, f.whole, KEY_SIGN, BEN, NULL));
    CHECK_STR(text_of(x, f.first), STR("2 step v2 name=Pack cost=11 plan->1"));
    CHECK(!text_of(x, f.spare).n && keys_of(x, added).agreed);
    k = keys_of(x, f.whole);
    CHECK(k.pending == PENDING_NONE && k.part_count == 3);
    /* What is not signed changes as ever. */
    GOOD(x, edit(&f, f.first, f.step, "note", "soon", &r));
    CHECK(!r.proposed_count && keys_of(x, f.whole).pending == PENDING_NONE);
    end(x);
}

/* A part that changes while the whole waits makes a draft of it, and so does one that comes or goes. */
static void changed_while_it_waits(struct test_tally *t)
{
    struct parts_fixture f;
    struct commit_result r;
    begin_plan(&f, t);
    struct fixture *x = &f.x;
    GOOD(x, turn(x, f.whole, KEY_PROPOSE, DORA, NULL));
    struct stored_keys seen = keys_of(x, f.whole);
    GOOD(x, edit(&f, f.spare, f.item, "amount", "6", &r));
    struct stored_keys k = keys_of(x, f.whole);
    CHECK(k.pending == PENDING_DRAFT);
    CHECK_STR(k.said, STR("changed by anna after it was proposed"));
    struct key_turn late = {.act = KEY_PROPOSE, .fact = f.whole, .user = DORA, .hash = seen.hash};
    BAD(x, store_turn_key(x->s, &x->a, &late, 5000, &r, &x->err), ERR_CONFLICT,
        "its text has changed since you looked");
    GOOD(x, turn(x, f.whole, KEY_PROPOSE, DORA, NULL));
    GOOD(x, turn(x, f.whole, KEY_SIGN, BEN, NULL));
    part(&f, f.item, "step", f.first, "Box", "amount", "1");
    k = keys_of(x, f.whole);
    CHECK(k.pending == PENDING_DRAFT && k.said.p && str_find(k.said, STR("the signature was for the older text")) > 0);
    agree(x, f.whole);
    GOOD(x, edit(&f, f.first, f.step, "cost", "12", &r));
    GOOD(x, turn(x, f.whole, KEY_PROPOSE, DORA, NULL));
    GOOD(x, drop(&f, f.spare, &r));
    CHECK(keys_of(x, f.whole).pending == PENDING_DRAFT);
    /* As it was: what differs is the first step alone, then nothing. */
    GOOD(x, turn(x, f.whole, KEY_WITHDRAW, DORA, NULL));
    CHECK(keys_of(x, f.whole).pending == PENDING_NONE && keys_of(x, f.spare).pending == PENDING_NONE);
    GOOD(x, edit(&f, f.first, f.step, "cost", "12", &r));
    CHECK(keys_of(x, f.whole).pending == PENDING_DRAFT);
    GOOD(x, edit(&f, f.first, f.step, "cost", "10", &r));
    CHECK(keys_of(x, f.whole).pending == PENDING_NONE);
    end(x);
}

static void refused_and_withdrawn(struct test_tally *t)
{
    struct parts_fixture f;
    struct commit_result r;
    begin_plan(&f, t);
    struct fixture *x = &f.x;
    agree(x, f.whole);
    GOOD(x, edit(&f, f.first, f.step, "cost", "11", &r));
    uint64_t added = part(&f, f.step, "plan", f.whole, "Unpack", "cost", "30");
    GOOD(x, turn(x, f.whole, KEY_PROPOSE, DORA, NULL));
    GOOD(x, turn(x, f.whole, KEY_REFUSE, BEN, "too dear"));
    struct stored_keys k = keys_of(x, f.first);
    CHECK(k.pending == PENDING_DRAFT && k.proposed);
    CHECK_STR(k.said, STR("refused by Ben for IT: too dear"));
    GOOD(x, turn(x, f.whole, KEY_WITHDRAW, DORA, NULL));
    k = keys_of(x, f.whole);
    CHECK(k.agreed && k.pending == PENDING_DRAFT && !keys_of(x, f.first).proposed);
    BAD(x, turn(x, f.whole, KEY_WITHDRAW, DORA, NULL), ERR_INPUT, "only parts were added, and they are drafts");
    GOOD(x, drop(&f, added, &r));
    CHECK(keys_of(x, f.whole).pending == PENDING_NONE);
    /* The same value typed again is a new proposal. */
    GOOD(x, edit(&f, f.first, f.step, "cost", "11", &r));
    CHECK(r.proposed_count == 1 && keys_of(x, f.whole).pending == PENDING_DRAFT);
    end(x);
}

static void deleted(struct test_tally *t)
{
    struct parts_fixture f;
    struct commit_result r;
    begin_plan(&f, t);
    struct fixture *x = &f.x;
    struct change_set *c = set_of(x);
    change_links(c, f.whole, field_of(f.plan, "first step"), &f.second, 1, typed);
    GOOD(x, store_commit(x->s, c, 1000, &r, &x->err));
    agree(x, f.whole);
    /* The step takes its item with it; and a text that names it cannot stand beside that. */
    GOOD(x, drop(&f, f.second, &r));
    struct stored_keys k = keys_of(x, f.whole);
    const struct stored_part *p = find(&k, f.spare);
    CHECK(p && p->deletes && keys_of(x, f.spare).deletes);
    BAD(x, turn(x, f.whole, KEY_PROPOSE, DORA, NULL), ERR_INPUT,
        "its text names \"Drive\" as its first step, and that is to be deleted");
    c = set_of(x);
    change_links(c, f.whole, field_of(f.plan, "first step"), &f.first, 1, typed);
    GOOD(x, store_commit(x->s, c, 1000, &r, &x->err));
    agree(x, f.whole);
    CHECK(!text_of(x, f.second).n && !text_of(x, f.spare).n);
    CHECK_STR(text_of(x, f.whole), STR("1 plan v3 name=Move first_step->2"));
    /* The whole goes with all of its parts. */
    GOOD(x, drop(&f, f.whole, &r));
    CHECK(keys_of(x, f.whole).deletes && text_of(x, f.first).n);
    GOOD(x, turn(x, f.whole, KEY_PROPOSE, DORA, NULL));
    GOOD(x, turn(x, f.whole, KEY_SIGN, ANNA, NULL));
    GOOD(x, turn(x, f.whole, KEY_SIGN, BEN, NULL));
    CHECK(!text_of(x, f.whole).n && !text_of(x, f.first).n);
    end(x);
}

/* An agreed part stays with its whole; a draft may go to another, and both learn of it. */
static void moved(struct test_tally *t)
{
    struct parts_fixture f;
    struct commit_result r;
    begin_plan(&f, t);
    struct fixture *x = &f.x;
    uint64_t other = make(x, f.plan, "Stay");
    struct change_set *c = set_of(x);
    GOOD(x, turn(x, f.whole, KEY_PROPOSE, DORA, NULL));
    GOOD(x, turn(x, other, KEY_PROPOSE, DORA, NULL));
    change_links(c, f.first, field_of(f.step, "plan"), &other, 1, typed);
    GOOD(x, store_commit(x->s, c, 1000, &r, &x->err));
    CHECK(keys_of(x, f.whole).pending == PENDING_DRAFT && keys_of(x, other).pending == PENDING_DRAFT);
    CHECK(keys_of(x, f.whole).part_count == 2 && keys_of(x, other).part_count == 1);
    agree(x, f.whole);
    c = set_of(x);
    change_links(c, f.second, field_of(f.step, "plan"), &other, 1, typed);
    BAD(x, store_commit(x->s, c, 1000, &r, &x->err), ERR_INPUT, "both sides have signed it as a part");
    end(x);
}

static void undone(struct test_tally *t)
{
    struct parts_fixture f;
    struct commit_result r;
    const struct undo_obstacle *obstacles;
    size_t count;
    begin_plan(&f, t);
    struct fixture *x = &f.x;
    agree(x, f.whole);
    uint64_t added = part(&f, f.step, "plan", f.whole, "Unpack", "cost", "30"), head;
    CHECK(keys_of(x, f.whole).pending == PENDING_DRAFT);
    GOOD(x, store_head(x->s, &head, &x->err));
    struct change_set *c = set_of(x);
    GOOD(x, store_plan_undo(x->s, c, head, NULL, &obstacles, &count, &x->err));
    GOOD(x, store_commit(x->s, c, 4000, &r, &x->err));
    CHECK(!count && !text_of(x, added).n && keys_of(x, f.whole).pending == PENDING_NONE);
    /* What lies beside what is agreed is withdrawn, not undone. */
    GOOD(x, edit(&f, f.first, f.step, "cost", "11", &r));
    c = set_of(x);
    BAD(x, store_plan_undo(x->s, c, r.number, NULL, &obstacles, &count, &x->err), ERR_INPUT,
        "it is about what both sides sign");
    end(x);
}

static void erased(struct test_tally *t)
{
    struct parts_fixture f;
    struct commit_result r;
    struct erasure gone;
    sqlite3 *db;
    sqlite3_stmt *q;
    begin_plan(&f, t);
    struct fixture *x = &f.x;
    GOOD(x, edit(&f, f.first, f.step, "cost", "7654321", &r));
    agree(x, f.whole);
    GOOD(x, edit(&f, f.first, f.step, "cost", "11", &r));
    agree(x, f.whole);
    GOOD(x, store_erase(x->s, f.first, STR("cost"), STR("anna"), STR("the law"), 6000, &gone, &x->err));
    CHECK(sqlite3_open(x->path, &db) == SQLITE_OK);
    CHECK(sqlite3_prepare_v2(db, "SELECT 1 FROM entry_value WHERE instr(before, '7654321') OR instr(after, '7654321')",
                             -1, &q, NULL) == SQLITE_OK);
    CHECK(sqlite3_step(q) == SQLITE_DONE);
    sqlite3_finalize(q);
    sqlite3_close(db);
    end(x);
}

/* What was signed one by one keeps standing for what it covered, until the whole is signed. */
static void signed_before(struct test_tally *t)
{
    struct parts_fixture f = {0};
    struct commit_result r;
    struct fixture *x = &f.x;
    begin(x, t);
    use_model(&f, STR(PARTS_MODEL("    two key: yes\n", "")));
    make_plan(&f);
    agree(x, f.whole);
    agree(x, f.first);
    GOOD(x, turn(x, f.second, KEY_PROPOSE, DORA, NULL));
    use_model(&f, STR(PARTS_MODEL("", ", part: yes")));
    struct stored_keys k = keys_of(x, f.whole);
    CHECK(k.agreed && k.signed_alone && k.pending == PENDING_DRAFT && k.part_count == 3);
    const struct stored_part *p = find(&k, f.first);
    CHECK(p && p->agreed && p->signed_alone);
    p = find(&k, f.second);
    CHECK(p && !p->agreed);
    k = keys_of(x, f.first);
    CHECK(k.agreed && k.agreed_by_count == 2 && k.pending == PENDING_NONE);
    /* Nobody changes what was signed, by itself or not. */
    GOOD(x, edit(&f, f.first, f.step, "cost", "99", &r));
    CHECK_STR(text_of(x, f.first), STR("2 step v1 name=Pack cost=10 plan->1"));
    GOOD(x, edit(&f, f.second, f.step, "cost", "21", &r));
    agree(x, f.whole);
    k = keys_of(x, f.whole);
    CHECK(!k.signed_alone && k.pending == PENDING_NONE && !k.parts[0].signed_alone && k.parts[1].agreed);
    CHECK_STR(text_of(x, f.first), STR("2 step v2 name=Pack cost=99 plan->1"));
    end(x);
}

static void tampered(struct test_tally *t)
{
    static const struct {
        const char *sql, *words;
    } cases[] = {
        {"DELETE FROM agreement WHERE fact = 2", "fact 1 is not the text that both sides signed"},
        {"UPDATE agreement SET number = number - 1 WHERE fact = 2", "fact 1 is not the text that both sides signed"},
        {"UPDATE fact SET fields = replace(fields, '20', '21') WHERE id = 3", "fact 3 has a value"},
        {"UPDATE entry SET digest = digest WHERE kind = 13; DELETE FROM agreement WHERE fact = 4", "fact 1 is not"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct parts_fixture f;
        uint64_t entries;
        unsigned char head[32];
        begin_plan(&f, t);
        struct fixture *x = &f.x;
        agree(x, f.whole);
        alter(x, cases[i].sql);
        BAD(x, store_verify(x->s, &entries, head, &x->err), ERR_STORE, cases[i].words);
        fixture_release(x);
    }
}

TEST_MAIN(whole_is_signed, next_version, changed_while_it_waits, refused_and_withdrawn, deleted, moved, undone, erased,
          signed_before, tampered)
