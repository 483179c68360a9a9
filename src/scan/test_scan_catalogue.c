/* SPDX-License-Identifier: Apache-2.0 */
/* The data that the program brings along, and who stands behind a host or a payee. */
#include "scan_read.h"

#include "base_time.h"
#include "base_utf8.h"

#include "test_scan_kit.h"

static void data_is_sound(struct test_tally *t)
{
    struct arena a;
    struct catalogue c;
    struct err err;
    arena_init(&a, 0);
    double start = time_monotonic();
    CHECK(catalogue_load(&a, &c, &err) == 0);
    CHECK(time_monotonic() - start < 0.5);
    CHECK(c.count > 3000 && c.rule_count > 100);
    CHECK(c.propose_people == 5 && c.propose_days == 3 && c.show_people == 5 && c.propose_kind == KIND_APPLICATION);
    CHECK_STR(c.propose_status, STR("shadow"));
    struct map names;
    map_init(&names);
    size_t applications = 0;
    for (size_t i = 0; i < c.count; i++) {
        bool is_new;
        *map_put(&names, c.items[i].name, &is_new) = i;
        if (!CHECK(is_new)) printf("  twice: " STR_FORMAT "\n", STR_ARGS(c.items[i].name));
        applications += c.items[i].kind == KIND_APPLICATION;
        if (c.items[i].name.n < 2 || utf8_first_bad(c.items[i].name, true) != STR_NOT_FOUND) CHECK(!"a name is broken");
    }
    CHECK(applications > 1000);
    for (size_t i = 0; i < c.rule_count; i++) {
        if (!CHECK(str_eq(match_normal(&a, c.rules[i].pattern), c.rules[i].pattern)))
            printf("  not in normal form: " STR_FORMAT "\n", STR_ARGS(c.rules[i].pattern));
        if (c.rules[i].action == PAYEE_PRODUCT && !CHECK(map_get(&names, c.rules[i].product) != NULL))
            printf("  no such product: " STR_FORMAT "\n", STR_ARGS(c.rules[i].product));
    }
    map_release(&names);
    arena_release(&a);
}

static void formats_read_their_examples(struct test_tally *t)
{
    struct arena a;
    const struct scan_format *formats;
    size_t count;
    struct err err;
    arena_init(&a, 0);
    CHECK(formats_load(&a, &formats, &count, &err) == 0);
    for (size_t i = 0; i < count; i++) {
        struct buf text;
        buf_init(&text, 1 << 16);
        CHECK(formats[i].example_count >= 3);
        for (size_t k = 0; k < formats[i].example_count; k++) {
            buf_str(&text, formats[i].examples[k]);
            buf_char(&text, '\n');
        }
        struct scan *s = kit_new((struct scan_options){0});
        if (!CHECK(scan_memory(s, formats[i].id, buf_get(&text), &err) == 0)) printf("  %s\n", err.message);
        scan_finish(s);
        const struct scan_result *r = scan_result(s);
        CHECK(r->file_count == 1 && str_eq(r->files[0].format->id, formats[i].id) && r->skipped == 0 &&
              r->counted >= 2);
        scan_free(s);
        buf_release(&text);
    }
    arena_release(&a);
}

static void bad_formats_say_where(struct test_tally *t)
{
    static const struct {
        const char *yaml, *part;
        uint32_t line;
    } cases[] = {
        {"id: x\nname: X\nreads: pages\n", "is not lines or table", 1},
        {"id: x\nname: X\nreads: lines\ntime: seconds since 1970\nat least: 1\ncolumns: [time, clint, url]\n",
         "did you mean client", 6},
        {"id: x\nname: X\nreads: lines\ntime: seconds since 1970\nat least: 9\ncolumns: [time, client, url]\n",
         "from 1 to 3", 1},
        {"id: x\nname: X\nreads: lines\ntime: seconds since 1970\nat least: 1\ncolumns: [time, url]\n",
         "needs the columns", 1},
        {"id: x\nname: X\nreads: table\nseparators: [dot]\ncurrency: EUR\ncolumns: {date: [d], payee: [p], amount: "
         "[a], currency: [c]}\n",
         "expected comma", 1},
        {"id: x\nname: X\nreads: table\nseparator: [comma]\ncurrency: EUR\n", "separators", 4},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct arena a;
        struct err err = {0};
        struct scan_format f;
        arena_init(&a, 0);
        CHECK(format_parse(&a, str_of(cases[i].yaml), STR("x.yaml"), &f, &err) < 0);
        CHECK(kit_has(err.message, cases[i].part));
        CHECK_STR(str_of(err.file), STR("x.yaml"));
        if (!CHECK(err.line == cases[i].line)) printf("  line %u for %s\n", err.line, cases[i].part);
        arena_release(&a);
    }
}

struct seen {
    struct roll roll;
    struct match match;
    struct arena arena;
    struct catalogue catalogue;
};
static void seen_init(struct seen *s, const struct scan_known *known, size_t count)
{
    struct err err;
    arena_init(&s->arena, 0);
    MUST(catalogue_load(&s->arena, &s->catalogue, &err) == 0);
    roll_init(&s->roll, &s->arena);
    match_init(&s->match, &s->arena, &s->catalogue, known, count);
}
static void seen_release(struct seen *s)
{
    match_release(&s->match);
    roll_release(&s->roll);
    arena_release(&s->arena);
}

static void hosts(struct test_tally *t)
{
    static const str mail_alias[] = {STR_INIT("MC")},
                     mail_domain[] = {STR_INIT("https://northlight.mailer.example.net/login")},
                     survey_domain[] = {STR_INIT("surveymonkey.com")};
    const struct scan_known known[] = {
        {.fact = 7,
         .name = STR("Mailer of the country team"),
         .aliases = mail_alias,
         .alias_count = 1,
         .domains = mail_domain,
         .domain_count = 1},
        {.fact = 8, .name = STR("Customer survey"), .domains = survey_domain, .domain_count = 1},
        {.fact = 9, .name = STR("hubspot")}, /* no domains: by the catalogue's name */
    };
    static const struct {
        const char *host;
        enum subject_kind kind;
        const char *name;
        bool embedded;
    } cases[] = {
        {"app.slack.com", SUBJECT_PRODUCT, "Slack", false},
        {"SLACK.COM.", SUBJECT_PRODUCT, "Slack", false},
        {"northlight.mailer.example.net", SUBJECT_APPLICATION, "Mailer of the country team", false},
        {"eu.surveymonkey.com", SUBJECT_APPLICATION, "Customer survey", false},
        {"app.hubspot.com", SUBJECT_APPLICATION, "hubspot", false},
        {"js.hubspot.com", SUBJECT_APPLICATION, "hubspot", true},
        {"js-eu1.hs-scripts.com", SUBJECT_APPLICATION, "hubspot", true},
        {"analytics.google.com", SUBJECT_PRODUCT, "Google Analytics", false},
        {"www.google-analytics.com", SUBJECT_PRODUCT, "Google Analytics", true},
        {"docs.google.com", SUBJECT_PRODUCT, "Google Workspace", false},
        {"www.google.com", SUBJECT_PRODUCT, "Google", true},
        {"stock.adobe.com", SUBJECT_PRODUCT, "Adobe Stock", false},
        {"static2.hotjar.com", SUBJECT_PRODUCT, "Hotjar", true},
        {"a.b.northlight.co.uk", SUBJECT_DOMAIN, "northlight.co.uk", false},
        {"www.unheard-of-tool.io", SUBJECT_DOMAIN, "unheard-of-tool.io", false},
        {"co.uk", SUBJECT_DOMAIN, "co.uk", false},
        {"intranet", SUBJECT_DOMAIN, "intranet", false},
        {"10.20.30.40", SUBJECT_DOMAIN, "10.20.30.40", false},
        {"[2001:db8::1]", SUBJECT_DOMAIN, "[2001:db8::1]", false},
        {"notslack.com", SUBJECT_DOMAIN, "notslack.com", false},
    };
    struct seen s;
    seen_init(&s, known, ARRAY_COUNT(known));
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint32_t place = match_host(&s.match, &s.roll, str_of(cases[i].host));
        if (!CHECK(place != NO_SUBJECT)) continue;
        const struct scan_subject *got = &s.roll.subjects[place];
        CHECK_STR(got->name, str_of(cases[i].name));
        if (!CHECK(got->kind == cases[i].kind && got->embedded == cases[i].embedded))
            printf("  for %s\n", cases[i].host);
    }
    static const char *const none[] = {"", "-", "a..b", "a b", "x_/y", "-.-..-", "\xFF\xFE.com", "%00.com"};
    for (size_t i = 0; i < ARRAY_COUNT(none); i++) CHECK(match_host(&s.match, &s.roll, str_of(none[i])) == NO_SUBJECT);
    char longest[300];
    for (size_t i = 0; i < sizeof longest; i++) longest[i] = 'a';
    CHECK(match_host(&s.match, &s.roll, (str){longest, sizeof longest}) == NO_SUBJECT);
    seen_release(&s);
}

static void payees(struct test_tally *t)
{
    static const str payee[] = {STR_INIT("KLX DIGITAL")};
    const struct scan_known known[] = {
        {.fact = 3, .name = STR("Influencer desk"), .payees = payee, .payee_count = 1},
        {.fact = 4, .name = STR("Later")},
    };
    static const struct {
        const char *written;
        enum subject_kind kind;
        const char *name;
    } cases[] = {
        {"MAILCHIMP *MISC", SUBJECT_PRODUCT, "Mailchimp"},
        {"mailchimp   monthly", SUBJECT_PRODUCT, "Mailchimp"},
        {"FACEBK *QX7PL2N4A2", SUBJECT_PRODUCT, "Meta Ads"},
        {"GOOGLE *ADS8812349", SUBJECT_PRODUCT, "Google Ads"},
        {"GOOGLE *ADS 8812349", SUBJECT_PRODUCT, "Google Ads"},
        {"GOOGLE *GSUITE_northlig", SUBJECT_PRODUCT, "Google Workspace"},
        {"SMKSURVEYMONKEY.COM", SUBJECT_PRODUCT, "SurveyMonkey"},
        {"ADOBE *CREATIVE CLOUD", SUBJECT_PRODUCT, "Adobe Creative Cloud"},
        {"ADOBE  CREATIVE CLOUD", SUBJECT_PRODUCT, "Adobe Creative Cloud"},
        {"PAYPAL *CANVAPTYLIM", SUBJECT_PAYEE, "canvaptylim"},
        {"PAYPAL *CANVA PTY", SUBJECT_PRODUCT, "Canva"},
        {"SQ *THE COFFEE CART", SUBJECT_PAYEE, "the coffee cart"},
        {"SQ *THE COFFEE CART 0042", SUBJECT_PAYEE, "the coffee cart"},
        {"Square Enix Ltd", SUBJECT_PAYEE, "square enix"},
        {"Tableau Software", SUBJECT_PRODUCT, "Tableau"},
        {"HOOTSUITE INC", SUBJECT_PRODUCT, "Hootsuite"},
        {"ITUNES.COM/BILL", SUBJECT_PAYEE, "itunes com bill"},
        {"WWW.ISTOCK.COM", SUBJECT_PRODUCT, "iStock"},
        {"przcharge.prezi.com", SUBJECT_PRODUCT, "Prezi"},
        {"Later Living Ltd", SUBJECT_PAYEE, "later living"},
        {"LATER", SUBJECT_APPLICATION, "Later"},
        {"KLX Digital GmbH, Berlin", SUBJECT_APPLICATION, "Influencer desk"},
        {"M\xC3\xBCller Werbetechnik GmbH", SUBJECT_PAYEE, "m\xC3\xBCller werbetechnik"},
        {"tesco pfs 2484", SUBJECT_PAYEE, "tesco pfs"},
        {"Segmental Bridges Ltd", SUBJECT_PAYEE, "segmental bridges"},
        {"***", SUBJECT_PAYEE, "***"},
        {"4711", SUBJECT_PAYEE, "4711"},
    };
    struct seen s;
    seen_init(&s, known, ARRAY_COUNT(known));
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        uint32_t place = match_payee(&s.match, &s.roll, str_of(cases[i].written));
        const struct scan_subject *got = &s.roll.subjects[place];
        CHECK_STR(got->name, str_of(cases[i].name));
        if (!CHECK(got->kind == cases[i].kind)) printf("  for %s\n", cases[i].written);
    }
    CHECK(match_payee(&s.match, &s.roll, STR("Tesco PFS 9")) == match_payee(&s.match, &s.roll, STR("tesco pfs 2484")));
    seen_release(&s);
}

TEST_MAIN(data_is_sound, formats_read_their_examples, bad_formats_say_where, hosts, payees)
