/* SPDX-License-Identifier: Apache-2.0 */
#include "scan_read.h"

#include "test_scan_kit.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static int64_t paid(const struct scan_result *r, str name)
{
    const struct scan_subject *s = kit_subject(r, name, false);
    return s ? s->paid : INT64_MIN;
}

static void statement(struct test_tally *t)
{
    static const struct {
        uint64_t line;
        const char *reason;
    } want[] = {{13, "the date cannot be read"},
                {14, "the amount has more than 15 digits"},
                {15, "the amount is not a number"},
                {16, "no payee"},
                {18, "no date"}};
    struct scan *s = kit_new((struct scan_options){0});
    struct err err;
    if (!CHECK(scan_file(s, KIT_DATA("card-statement.csv"), &err) == 0)) printf("%s\n", err.message);
    scan_finish(s);
    const struct scan_result *r = scan_result(s);
    const struct scan_file *f = &r->files[0];
    CHECK(f->date_column == 1 && f->payee_column == 3 && f->amount_column == 4 && f->currency_column == 0);
    CHECK(f->lines == 18 && f->counted == 8 && f->blank == 4 && f->repeated == 0 && f->skipped == ARRAY_COUNT(want));
    for (size_t i = 0; i < f->skip_count; i++) {
        CHECK(f->skips[i].line == want[i].line);
        CHECK_STR(str_of(f->skips[i].reason), str_of(want[i].reason));
    }
    CHECK(paid(r, STR("Mailchimp")) == 120000);  /* the refund is taken off */
    CHECK(paid(r, STR("Google Ads")) == 400000); /* twice the same in one file is twice paid */
    CHECK(paid(r, STR("Meta Ads")) == 30000 && paid(r, STR("SurveyMonkey")) == 38400 &&
          paid(r, STR("the coffee cart")) == 740);
    CHECK(paid(r, STR("Adobe Creative Cloud")) == 5999);
    const struct scan_subject *mail = kit_subject(r, STR("Mailchimp"), false);
    CHECK_STR(mail->written, STR("MAILCHIMP *MISC"));
    CHECK_STR(str_of(mail->currency), STR("GBP"));
    CHECK(r->payments[0].month == 2025 * 12 + 11 && mail->lines_paid == 2 && mail->shown && mail->people == 0);
    CHECK_STR(str_of(kit_subject(r, STR("Google Ads"), false)->currency),
              STR("GBP")); /* the sign of its neighbours holds */
    CHECK(r->by_paid_count == 6 && str_eq(r->subjects[r->by_paid[0]].name, STR("Google Ads")));
    scan_free(s);
}

static void shapes(struct test_tally *t)
{
    struct scan *s = kit_new((struct scan_options){0});
    struct err err;
    CHECK(scan_file(s, KIT_DATA("kreditoren.csv"), &err) == 0); /* UTF-16, semicolons, decimal commas */
    CHECK(scan_file(s, KIT_DATA("american.csv"), &err) == 0);
    scan_finish(s);
    const struct scan_result *r = scan_result(s);
    CHECK(paid(r, STR("m\xC3\xBCller werbetechnik")) == 100000 && paid(r, STR("HubSpot")) == 89000);
    CHECK_STR(str_of(kit_subject(r, STR("HubSpot"), false)->currency), STR("EUR"));
    CHECK(paid(r, STR("Miro")) == 2400 && r->payments[r->files[1].payments_from].month == 2026 * 12 + 3);
    CHECK(r->files[1].payments_to - r->files[1].payments_from == 1 && r->files[1].note.n == 0);
    scan_free(s);
}

static void stated_columns(struct test_tally *t)
{
    struct err err = {0};
    struct scan *s = kit_new((struct scan_options){0});
    CHECK(scan_file(s, KIT_DATA("no-header.csv"), &err) < 0 && err.code == ERR_INPUT);
    CHECK(kit_has(err.message, "expected headings such as Date, Supplier, Amount") &&
          kit_has(err.message, "--columns date=3,payee=5,amount=7"));
    CHECK(kit_has(err.file, "no-header.csv"));
    err = (struct err){0};
    CHECK(scan_file(s, KIT_DATA("no-dates.csv"), &err) < 0 && kit_has(err.message, "no column for date") &&
          err.line == 1);
    scan_finish(s);
    CHECK(scan_result(s)->file_count == 0);
    scan_free(s);

    s = kit_new((struct scan_options){.columns = STR("date=1,payee=3,amount=4"), .currency = STR("CHF")});
    CHECK(scan_file(s, KIT_DATA("no-header.csv"), &err) == 0);
    scan_finish(s);
    CHECK(scan_result(s)->counted == 2 && paid(scan_result(s), STR("Canva")) == 1199);
    CHECK_STR(str_of(kit_subject(scan_result(s), STR("Canva"), false)->currency), STR("CHF"));
    CHECK(kit_has(scan_result(s)->files[0].note.p, "no currency in the file: taken for CHF"));
    scan_free(s);

    s = kit_new((struct scan_options){.columns = STR("month=2014-05, payee=1, amount=2")});
    CHECK(scan_file(s, KIT_DATA("no-dates.csv"), &err) == 0);
    scan_finish(s);
    CHECK(scan_result(s)->counted == 2 && scan_result(s)->skipped == 0 &&
          scan_result(s)->payments[0].month == 2014 * 12 + 4);
    scan_free(s);

    static const struct {
        const char *columns, *part;
    } bad[] = {{"date=1,payee=2", "needs date"},
               {"date=1,payee=2,amount=x", "is not a column from 1"},
               {"date=0,payee=2,amount=3", "is not a column from 1"},
               {"when=1", "is not date, payee"},
               {"month=2014-13,payee=1,amount=2", "is not a month"}};
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++) {
        s = kit_new((struct scan_options){.columns = str_of(bad[i].columns)});
        err = (struct err){0};
        CHECK(scan_file(s, KIT_DATA("no-header.csv"), &err) < 0 && err.code == ERR_USAGE &&
              kit_has(err.message, bad[i].part));
        scan_free(s);
    }
}

static void twice(struct test_tally *t)
{
    struct scan *s = kit_new((struct scan_options){0});
    struct err err;
    CHECK(scan_file(s, KIT_DATA("card-statement.csv"), &err) == 0);
    CHECK(scan_file(s, KIT_DATA("card-statement.csv"), &err) == 0);
    /* The next export has two of the old lines again, one of them three times now, and one new line. */
    CHECK(scan_memory(s, STR("january.csv"),
                      STR("Trans date,Card,Merchant name,Amount,Memo\n"
                          "16/12/2025,*1187,GOOGLE *ADS8812349,\"2,000.00\",\n"
                          "16/12/2025,*1187,GOOGLE *ADS8812349,\"2,000.00\",\r\n"
                          "16/12/2025,*1187,GOOGLE *ADS8812349,\"2,000.00\",\n"
                          "29/12/2025,*1187,ADOBE *CREATIVE CLOUD,59.99,\n"
                          "02/01/2026,*1187,MAILCHIMP *MISC,\xC2\xA3"
                          "20.00,\n"),
                      &err) == 0);
    scan_finish(s);
    const struct scan_result *r = scan_result(s);
    CHECK(r->files[1].duplicate_of == 0 && r->files[1].counted == 0 && kit_has(r->files[1].note.p, "counted once"));
    CHECK(r->files[2].repeated == 3 && r->files[2].counted == 2);
    CHECK(paid(r, STR("Google Ads")) == 600000 && paid(r, STR("Adobe Creative Cloud")) == 5999 &&
          paid(r, STR("Mailchimp")) == 122000);
    scan_free(s);
}

static void hostile(struct test_tally *t)
{
    static const char head[] = "Date,Supplier,Amount\n01/02/2026,Miro,1\n";
    static const struct {
        const char *text;
        size_t counted, skipped;
        const char *reason;
    } cases[] = {
        {"02/02/2026,\"Miro,1\n03/02/2026,Miro,1\n", 2, 1,
         "a quote is opened and never closed"}, /* the quote never ends: only its line is lost */
        {"02/02/2026,Miro", 1, 1, "no amount"},
        {"02/02/2026,\"Mi\"\"ro\" Inc,1", 2, 0, NULL},
        {"02/02/2026,Miro,9999999999999999\n", 1, 1, "the amount has more than 15 digits"},
        {"30/02/2026,Miro,1\n", 1, 1, "the date cannot be read"},
        {"01/02/1969,Miro,1\n", 1, 1, "the date lies outside 1970 to 2100"},
        {",,\n , ,\n\n\r\n", 1, 0, NULL},
        {"02/02/2026,\xFF\xFE\x80,1\n", 2, 0, NULL},
    };
    struct err err;
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buf b;
        buf_init(&b, 4096);
        buf_text(&b, head);
        buf_text(&b, cases[i].text);
        struct scan *s = kit_new((struct scan_options){0});
        CHECK(scan_memory(s, STR("x.csv"), buf_get(&b), &err) == 0);
        scan_finish(s);
        const struct scan_file *f = &scan_result(s)->files[0];
        if (!CHECK(f->counted == cases[i].counted && f->skipped == cases[i].skipped))
            printf("  case %zu: counted %llu skipped %llu\n", i, (unsigned long long)f->counted,
                   (unsigned long long)f->skipped);
        if (cases[i].reason && f->skip_count) CHECK_STR(str_of(f->skips[0].reason), str_of(cases[i].reason));
        scan_free(s);
        buf_release(&b);
    }
    struct scan *s = kit_new((struct scan_options){0});
    CHECK(scan_memory(s, STR("nul.csv"), (str){"Date,Supplier,Amount\n01/02/2026,Mi\0ro,1\n02/02/2026,Miro,2\n", 58},
                      &err) == 0);
    static const char *const refused[] = {"",
                                          "hello",
                                          "Date,Supplier,Amount\n",
                                          "\x7f\x45LF\x01\x02\x03\x04\x05\x06\x07",
                                          "a,b\nc,d\n",
                                          "Date,Supplier,Amount\nx,y,z\n"};
    for (size_t i = 0; i < ARRAY_COUNT(refused); i++) {
        err = (struct err){0};
        CHECK(scan_memory(s, STR("no.csv"), str_of(refused[i]), &err) < 0 && err.code == ERR_INPUT && err.message[0]);
        CHECK_STR(str_of(err.file), STR("no.csv"));
    }
    scan_finish(s);
    CHECK(scan_result(s)->counted == 1 && scan_result(s)->skipped == 1);
    scan_free(s);

    /* Sums that do not fit are counted as skipped, and the sum stays what it was. */
    s = kit_new((struct scan_options){0});
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_text(&b, "Date,Supplier,Amount\n");
    for (int i = 0; i < 200; i++) buf_printf(&b, "01/02/2026,Miro,%d999999999999%02d\n", 9, i % 100);
    CHECK(scan_memory(s, STR("sums.csv"), buf_get(&b), &err) == 0);
    scan_finish(s);
    CHECK(scan_result(s)->counted + scan_result(s)->skipped == 200 && scan_result(s)->skipped > 0 &&
          paid(scan_result(s), STR("Miro")) > 0);
    scan_free(s);

    /* A field of 10 MB: the line is skipped, what follows is read. */
    s = kit_new((struct scan_options){0});
    buf_release(&b);
    buf_init(&b, 12 << 20);
    buf_text(&b, head);
    buf_text(&b, "02/02/2026,\"");
    for (int i = 0; i < 10 << 10; i++) {
        char kilobyte[1024];
        memset(kilobyte, 'x', sizeof kilobyte);
        buf_put(&b, kilobyte, sizeof kilobyte);
    }
    buf_text(&b, "\",1\n03/02/2026,Miro,1\n");
    CHECK(scan_memory(s, STR("wide.csv"), buf_get(&b), &err) == 0);
    scan_finish(s);
    if (!CHECK(scan_result(s)->counted == 2 && scan_result(s)->skipped == 1))
        printf("  counted %llu skipped %llu\n", (unsigned long long)scan_result(s)->counted,
               (unsigned long long)scan_result(s)->skipped);
    CHECK_STR(str_of(scan_result(s)->files[0].skips[0].reason), STR("the line is longer than 1 MiB"));
    scan_free(s);
    buf_release(&b);
}

/* For the reader of the test's output: who stands behind the payments, and who is unknown. */
static void print_found(const struct scan_result *r)
{
    size_t products = 0, unknown = 0;
    int64_t total = 0;
    for (size_t i = 0; i < r->by_paid_count; i++) {
        const struct scan_subject *s = &r->subjects[r->by_paid[i]];
        bool known = s->kind != SUBJECT_PAYEE;
        total += s->paid;
        if (known ? products++ < 12 : unknown++ < 8)
            printf("%14lld %s %5llu lines  %s " STR_FORMAT " <- " STR_FORMAT "\n", (long long)s->paid / 100,
                   s->currency, (unsigned long long)s->lines_paid, known ? "product" : "unknown", STR_ARGS(s->name),
                   STR_ARGS(s->written));
    }
    printf("%zu files, %llu lines, %llu counted, %llu skipped, %zu payees, %zu of them products, %lld in all\n",
           r->file_count, (unsigned long long)r->lines, (unsigned long long)r->counted, (unsigned long long)r->skipped,
           r->by_paid_count, products, (long long)total / 100);
}

/* Public spending files as their authors published them: each is read, or refused with a reason. */
static void real_ledgers(struct test_tally *t)
{
    const char *shared = getenv("ENTENTE_SHARED");
    static const char *const folders[] = {"birmingham-pcard", "oxford-over-500", "uk-25k/files"};
    struct scan *s = kit_new((struct scan_options){.currency = STR("GBP")});
    size_t read = 0, refused = 0;
    for (size_t i = 0; i < ARRAY_COUNT(folders); i++) {
        struct arena a;
        arena_init(&a, 0);
        str folder = arena_printf(&a, "%s/data/expenses/%s", shared ? shared : SOURCE_ROOT "/../shared", folders[i]);
        DIR *d = opendir(folder.p);
        for (struct dirent *e; d && (e = readdir(d));) {
            str name = str_of(e->d_name);
            if (!str_ends(name, STR(".csv")) && !str_ends(name, STR(".CSV"))) continue;
            struct err err = {0};
            if (scan_file(s, arena_printf(&a, "%s/%s", folder.p, e->d_name).p, &err) == 0) {
                read++;
                continue;
            }
            refused++;
            CHECK(err.code == ERR_INPUT &&
                  (kit_has(err.message, "--columns") || kit_has(err.message, "nothing below it")));
            printf("refused: %s: %s\n", e->d_name, err.message);
        }
        if (d) closedir(d);
        arena_release(&a);
    }
    scan_finish(s);
    const struct scan_result *r = scan_result(s);
    if (!read)
        printf("absent: the public ledgers (ENTENTE_SHARED)\n");
    else {
        CHECK(read == 73 && refused == 2 && r->counted > 49000 && r->skipped < 200);
        CHECK(paid(r, STR("SurveyMonkey")) > 0 && paid(r, STR("Meta Ads")) > 0 && paid(r, STR("Mailchimp")) > 0);
        size_t duplicates = 0;
        for (size_t i = 0; i < r->file_count; i++) duplicates += r->files[i].duplicate_of >= 0;
        print_found(r);
        CHECK(duplicates == 1); /* the statements named May and June 2014 */
    }
    scan_free(s);
}

TEST_MAIN(statement, shapes, stated_columns, twice, hostile, real_ledgers)
