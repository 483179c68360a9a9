/* SPDX-License-Identifier: Apache-2.0 */
#include "base_buf.h"
#include "base_utf8.h"
#include "test.h"

#include <string.h>
#include <utf8proc.h>

static void every_character(struct test_tally *t)
{
    bool good = true;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        char bytes[4];
        size_t n = utf8_encode(c, bytes), length;
        uint32_t want = c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c;
        good &= utf8_decode((str){bytes, n}, &length) == want && length == n;
        for (size_t cut = 1; cut < n; cut++) good &= utf8_decode((str){bytes, cut}, &length) == 0xFFFD && length == 1;
    }
    CHECK(good);
    char bytes[4];
    CHECK(utf8_encode(0x110000, bytes) == 3 && memcmp(bytes, "\xEF\xBF\xBD", 3) == 0);
}

/* Against utf8proc's own decoder, on all starts of three bytes and a fourth that varies. */
static void every_start(struct test_tally *t)
{
    bool good = true;
    for (uint32_t i = 0; i < 1u << 24; i += 3) {
        utf8proc_uint8_t p[4] = {(utf8proc_uint8_t)(i >> 16), (utf8proc_uint8_t)(i >> 8), (utf8proc_uint8_t)i,
                                 (utf8proc_uint8_t)(0x80 + i % 70)};
        utf8proc_int32_t want;
        utf8proc_ssize_t n = utf8proc_iterate(p, 4, &want);
        size_t length;
        uint32_t c = utf8_decode((str){(char *)p, 4}, &length);
        good &= n < 0 ? c == 0xFFFD && length == 1 : c == (uint32_t)want && length == (size_t)n;
    }
    CHECK(good);
}

static void bad_bytes(struct test_tally *t)
{
    char text[40];
    for (size_t at = 0; at < sizeof text; at++) {
        memset(text, 'a', sizeof text);
        text[at] = '\xff';
        if (utf8_first_bad((str){text, sizeof text}, false) != at) CHECK(!"found where it is");
        text[at] = 0;
        if (utf8_first_bad((str){text, sizeof text}, true) != at) CHECK(!"the NUL is found");
        if (utf8_first_bad((str){text, sizeof text}, false) != STR_NOT_FOUND) CHECK(!"a NUL is a character");
    }
    CHECK(utf8_first_bad(STR_NONE, true) == STR_NOT_FOUND);
    CHECK(utf8_first_bad(STR("\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80"), true) == STR_NOT_FOUND);
    CHECK(utf8_first_bad(STR("abc\xe2\x82"), false) == 3);
    CHECK(utf8_first_bad(STR("\xc0\xaf"), false) == 0);         /* an overlong slash */
    CHECK(utf8_first_bad(STR("a\xed\xa0\x80"), false) == 1);    /* a surrogate */
    CHECK(utf8_first_bad(STR("\xf4\x90\x80\x80"), false) == 0); /* beyond Unicode */
    CHECK(utf8_first_bad(STR("12345678\x80 9"), false) == 8);
}

static void counts(struct test_tally *t)
{
    CHECK(utf8_count(STR("Z\u00fcrich")) == 6);
    CHECK(utf8_count(STR("\xff\xff\u20ac")) == 3);
    CHECK(utf8_count(STR("abcdefghij\u20acabcdefghij")) == 21);
    CHECK(utf8_count(STR_NONE) == 0);
    str s = STR("abcdefghijklmnop\u20acq\xffr");
    bool good = true;
    for (size_t i = 0, at = 0, length; i < 25; i++) {
        good &= utf8_offset(s, i) == at;
        if (at < s.n) utf8_decode(str_from(s, at), &length), at += length;
    }
    CHECK(good);
}

static void mapped(struct test_tally *t)
{
    struct arena a;
    arena_init(&a, 0);
    CHECK_STR(utf8_nfc(&a, STR("Zu\u0308rich")), STR("Z\u00fcrich"));
    CHECK_STR(utf8_nfc(&a, STR("a\xff")), STR("a\uFFFD"));
    CHECK_STR(utf8_nfc(&a, STR("\u212B")), STR("\u00C5"));
    CHECK_STR(utf8_nfc(&a, STR_NONE), STR(""));
    CHECK_STR(utf8_nfc(&a, STR("a\0b\u00fc")), STR("a\0b\u00fc"));
    CHECK_STR(utf8_fold(&a, STR("  Stra\u00dfe \t\u00a0 42\u3000")), STR("strasse 42"));
    CHECK_STR(utf8_fold(&a, STR("  A  B ")), STR("a b"));
    CHECK_STR(utf8_fold(&a, STR("\u00a0")), STR(""));
    CHECK_STR(utf8_fold(&a, STR("\u03A3\u03C2")), STR("\u03C3\u03C3"));
    CHECK_STR(utf8_letters(&a, STR("Annual Cost (p.a.)")), STR("annualcostpa"));
    CHECK_STR(utf8_letters(&a, STR("J\u00c4HRLICHE-Kosten_2")), STR("j\u00e4hrlichekosten2"));
    CHECK_STR(utf8_letters(&a, STR("\xff--")), STR(""));
    CHECK_STR(utf8_upper(&a, STR("stra\u00dfe \u00e9a\ufb01")), STR("STRASSE \u00c9AFI"));
    CHECK_STR(utf8_upper(&a, STR("abc1")), STR("ABC1"));
    CHECK_STR(utf8_lower(&a, STR("\u00c9A\u0130")), STR("\u00e9ai\u0307"));
    CHECK_STR(utf8_lower(&a, STR("A\xff\u00c9")), STR("a\uFFFD\u00e9"));
    CHECK(utf8_width(STR("a\u4e16\u0301\t")) == 4);
    CHECK(utf8_is_space(0x2003) && utf8_is_space(' ') && !utf8_is_space(0x200B) && !utf8_is_space('a'));
    CHECK(utf8_is_alnum(0x4e16) && utf8_is_alnum(0x660) && !utf8_is_alnum('_') && !utf8_is_alnum(0x2014));
    arena_release(&a);
}

static str PRINTF_LIKE(3, 4) printed(struct arena *a, size_t most, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str s = arena_vprintf(a, most, format, args);
    va_end(args);
    return s;
}

static void cut_between_characters(struct test_tally *t)
{
    const str text = STR("a\u00e9\U0001F40Ez"); /* 1, 2, 4 and 1 bytes */
    static const size_t want[] = {0, 1, 1, 3, 3, 3, 3, 7, 8, 8};
    struct arena a;
    arena_init(&a, 0);
    for (size_t most = 0; most < ARRAY_COUNT(want); most++) {
        CHECK_STR(utf8_cut(text, most), str_slice(text, 0, want[most]));
        str got = printed(&a, most, STR_FORMAT, STR_ARGS(text));
        CHECK_STR(got, str_slice(text, 0, want[most]));
        CHECK(got.p[got.n] == 0);
    }
    CHECK_STR(arena_printf(&a, STR_FORMAT "%d", STR_ARGS(text), 7), STR("a\u00e9\U0001F40Ez7"));
    arena_release(&a);
}

TEST_MAIN(every_character, every_start, bad_bytes, counts, mapped, cut_between_characters)
