/* SPDX-License-Identifier: Apache-2.0 */
/* From files to a workspace: proposals, strangers, the same file again. */
#include "scan_save.h"

#include "base_file.h"

#include "test_scan_kit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct place {
    char folder[32];
    char path[64];
    struct arena arena;
    struct store *store;
};

static void place_init(struct place *p)
{
    struct err err = {0};
    str model;
    struct store_profile profile = {.name = STR("Northlight"), .currency = STR("EUR"), .zone = STR("UTC")};
    arena_init(&p->arena, 0);
    strcpy(p->folder, "/tmp/test_scan_save_XXXXXX");
    MUST(mkdtemp(p->folder));
    strcat(strcpy(p->path, p->folder), "/t.entente");
    if (file_read(&p->arena, SOURCE_ROOT "/model/entente.yaml", 1 << 20, &model, &err) < 0 ||
        store_create(p->path, &profile, model, &err) < 0 || store_open(p->path, STORE_WRITE, &p->store, &err) < 0) {
        printf("%s:%u: %s\n", err.file, err.line, err.message);
        NOT_REACHED();
    }
}

static void place_release(struct place *p)
{
    store_close(p->store);
    char command[80];
    strcat(strcpy(command, "rm -r "), p->folder);
    MUST(system(command) == 0);
    arena_release(&p->arena);
}

static int save(struct place *p, const char *const *files, size_t count, struct scan_saved *saved)
{
    struct err err = {0};
    struct scan *s;
    struct scan_options options = {.person_key = store_person_key(p->store)};
    if (scan_new(&options, &s, &err) < 0) return -1;
    int r = 0;
    for (size_t i = 0; i < count && r == 0; i++) r = scan_file(s, files[i], &err);
    scan_finish(s);
    if (r == 0) r = scan_save(s, p->store, STR("test"), 1764800000, saved, &err);
    if (r < 0) printf("%s: %s\n", err.file, err.message);
    scan_free(s);
    return r;
}

struct counted {
    size_t shadow, used, paid;
    uint64_t requests;
};
static void on_fact(void *self, const struct stored_fact *f)
{
    struct counted *c = self;
    for (size_t i = 0; i < f->value_count; i++)
        c->shadow += str_eq(f->type->name, STR("application")) && str_eq(f->values[i].canonical, STR("shadow"));
}
static void on_usage(void *self, const struct stored_usage *u)
{
    struct counted *c = self;
    c->used++;
    for (size_t i = 0; i < u->day_count; i++) c->requests += u->days[i].requests;
}
static void on_payment(void *self, const struct stored_payment *payment)
{
    struct counted *c = self;
    (void)payment;
    c->paid++;
}

static void to_a_workspace(struct test_tally *t)
{
    struct place p;
    struct err err = {0};
    struct scan_saved saved = {0};
    struct counted counted = {0};
    place_init(&p);
    static const char *const files[] = {KIT_DATA("squid.log"), KIT_DATA("card-statement.csv"), KIT_DATA("squid.log")};
    CHECK(save(&p, files, 3, &saved) == 0);
    CHECK(saved.loaded == 2 && saved.already == 1 && saved.proposed == 2 && saved.commit > 0); /* Slack and Canva */
    CHECK(save(&p, files, 2, &saved) == 0);
    CHECK(saved.loaded == 0 && saved.already == 2 && saved.commit == 0);
    uint64_t head;
    struct store_reader reader = {&counted, on_fact, on_usage, on_payment, NULL};
    CHECK(store_load(p.store, &reader, &head, &err) == 0);
    CHECK(counted.shadow == 2);
    CHECK(counted.requests == 24 + 20); /* Slack's and Canva's requests, once */
    const struct stored_stranger *strangers;
    size_t count;
    CHECK(store_load_strangers(p.store, &p.arena, 100, &strangers, &count, &err) == 0);
    bool survey = false, cart = false, tag = false, rare = false;
    for (size_t i = 0; i < count; i++) {
        const struct evidence_subject *s = &strangers[i].subject;
        survey |= s->kind == SUBJECT_PRODUCT && str_eq(s->name, STR("SurveyMonkey"));
        cart |= s->kind == SUBJECT_PAYEE && str_eq(s->name, STR("the coffee cart"));
        tag |= str_eq(s->name, STR("HubSpot"));
        rare |= str_eq(s->name, STR("northlight.test"));
    }
    CHECK(survey && cart && !tag && !rare); /* a tag is nobody's use; one person is not shown */
    place_release(&p);
}

TEST_MAIN(to_a_workspace)
