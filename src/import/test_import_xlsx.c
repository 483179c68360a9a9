/* SPDX-License-Identifier: Apache-2.0 */
/* Workbooks as people's programs write them, and as nobody's should. */
#include "import_internal.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

struct part {
    const char *name;
    str text;
};
struct bench {
    struct arena a;
    struct err err;
    struct import_rows rows;
    struct book *book;
};

static const char relations[] =
    "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
    "<Relationship Id='rId1' Type='http://x/officeDocument' Target='xl/workbook.xml'/></Relationships>";
static const char book_relations[] =
    "<Relationships><Relationship Id='rId1' Type='http://x/worksheet' Target='worksheets/sheet1.xml'/>"
    "<Relationship Id='rId2' Type='http://x/worksheet' Target='/xl/worksheets/sheet2.xml'/>"
    "<Relationship Id='rId3' Type='http://x/sharedStrings' Target='sharedStrings.xml'/>"
    "<Relationship Id='rId4' Type='http://x/styles' Target='styles.xml'/></Relationships>";
static const char book_of_two[] =
    "<x:workbook xmlns:x='m' xmlns:r='r'><x:sheets><x:sheet name='Apps &amp; more' sheetId='1' r:id='rId1'/>"
    "<x:sheet name='Old' sheetId='2' state='veryHidden' r:id='rId2'/></x:sheets></x:workbook>";
static const char styles[] =
    "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='#,##0.00\\ [$€-407]'/>"
    "<numFmt numFmtId='165' formatCode='yyyy\\-mm\\-dd'/><numFmt numFmtId='166' formatCode='&quot;$&quot;#,##0'/>"
    "<numFmt numFmtId='167' formatCode='[Red]0.0'/><numFmt numFmtId='168' formatCode='[h]:mm'/></numFmts>"
    "<cellStyleXfs><xf numFmtId='9'/></cellStyleXfs>"
    "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/><xf numFmtId='165'/><xf numFmtId='9'/><xf numFmtId='10'/>"
    "<xf numFmtId='166'/><xf numFmtId='167'/><xf numFmtId='22'/><xf numFmtId='17'/><xf numFmtId='168'/></cellXfs>"
    "</styleSheet>";
static const char strings[] =
    "<sst count='999999999' uniqueCount='4000000000'><si><t>Name</t></si><si><r><t>Figma </t></r><r><t>Pro</t></r>"
    "<rPh><t>read aloud</t></rPh></si><si><t>a_x000D_b _x005F_x0041_ _xZZZZ_</t></si></sst>";

static str zip_of(struct bench *b, const struct part *parts, size_t count)
{
    zip_error_t error;
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = zip_open_from_source(memory, ZIP_TRUNCATE, &error);
    MUST(zip);
    zip_source_keep(memory);
    for (size_t i = 0; i < count; i++)
        MUST(zip_file_add(zip, parts[i].name, zip_source_buffer(zip, parts[i].text.p, parts[i].text.n, 0), 0) >= 0);
    MUST(zip_close(zip) == 0);
    zip_stat_t stat;
    MUST(zip_source_stat(memory, &stat) == 0 && zip_source_open(memory) == 0);
    char *bytes = arena_alloc(&b->a, stat.size);
    MUST(zip_source_read(memory, bytes, stat.size) == (zip_int64_t)stat.size);
    zip_source_close(memory);
    zip_source_free(memory);
    return (str){bytes, stat.size};
}

static str book_with(struct bench *b, str sheet, const char *workbook)
{
    const struct part parts[] = {{"_rels/.rels", str_of(relations)},
                                 {"xl/workbook.xml", str_of(workbook)},
                                 {"xl/_rels/workbook.xml.rels", str_of(book_relations)},
                                 {"xl/sharedStrings.xml", str_of(strings)},
                                 {"xl/styles.xml", str_of(styles)},
                                 {"xl/worksheets/sheet1.xml", sheet}};
    return zip_of(b, parts, ARRAY_COUNT(parts));
}

static int read_bytes(struct bench *b, str bytes)
{
    memset(&b->rows, 0, sizeof b->rows);
    memset(&b->err, 0, sizeof b->err);
    if (book_open(&b->a, bytes, &b->book, &b->err) < 0) return -1;
    int status = book_read(b->book, 0, &b->rows, &b->err);
    book_close(b->book);
    return status;
}

static int read_sheet(struct bench *b, const char *sheet)
{
    return read_bytes(b, book_with(b, str_of(sheet), book_of_two));
}

static str cell(const struct bench *b, size_t row, size_t column)
{
    return row < b->rows.count ? import_cell(&b->rows.items[row], column) : STR("no such row");
}

static enum cell_kind kind(const struct bench *b, size_t row, size_t column)
{
    return import_cell_kind(&b->rows.items[row], column);
}

static void test_cells(struct test_tally *t)
{
    struct bench b = {0};
    arena_init(&b.a, 0);
    CHECK(read_sheet(&b, "<worksheet><dimension ref='A1:XFD1048576'/><sheetData>"
                         "<row r='3'><c r='A3' t='s'><v>0</v></c><c r='C3' t='inlineStr'><is><t>Cost</t></is></c></row>"
                         "<row><c t='s'><v>1</v></c><c t='str'><f>A1&amp;B1</f><v>'=x</v></c><c t='b'><v>1</v></c>"
                         "<c t='e'><v>#N/A</v></c><c t='s'><v>2</v></c><c/><c r='H4'><v>1E3</v></c></row>"
                         "<row r='9'/></sheetData></worksheet>") == 0);
    CHECK(b.rows.count == 2 && b.rows.items[0].cells.line == 3 && b.rows.items[1].cells.line == 4);
    CHECK_STR(cell(&b, 0, 0), STR("Name"));
    CHECK_STR(cell(&b, 0, 1), STR(""));
    CHECK_STR(cell(&b, 0, 2), STR("Cost"));
    CHECK_STR(cell(&b, 1, 0), STR("Figma Pro"));
    CHECK_STR(cell(&b, 1, 1), STR("'=x"));
    CHECK_STR(cell(&b, 1, 2), STR("yes"));
    CHECK_STR(cell(&b, 1, 3), STR("#N/A"));
    CHECK(kind(&b, 1, 3) == CELL_ERROR);
    CHECK_STR(cell(&b, 1, 4), STR("a\rb _x0041_ _xZZZZ_"));
    CHECK_STR(cell(&b, 1, 7), STR("1000"));
    arena_release(&b.a);
}

static void test_numbers(struct test_tally *t)
{
    static const struct {
        const char *style, *value, *text;
        enum cell_kind kind;
    } cases[] = {
        {"0", "0.28999999999999998", "0.29", CELL_NUMBER},
        {"0", "-12.50", "-12.50", CELL_NUMBER},
        {"0", "1.7976931348623157E+308", "179769313486232", CELL_NUMBER},
        {"0", "1E-7", "0.0000001", CELL_NUMBER},
        {"0", "9.9999999999999999", "10", CELL_NUMBER},
        {"0", "nonsense", "nonsense", CELL_TEXT},
        {"1", "4500", "4500.00 EUR", CELL_MONEY},
        {"1", "-0.5", "-0.50 EUR", CELL_MONEY},
        {"2", "46348", "2026-11-22", CELL_DATE},
        {"2", "1", "1900-01-01", CELL_DATE},
        {"2", "61", "1900-03-01", CELL_DATE},
        {"2", "-3", "-3", CELL_NUMBER},
        {"3", "0.42", "42 %", CELL_NUMBER},
        {"4", "0.07", "7.00 %", CELL_NUMBER},
        {"5", "12", "12 USD", CELL_MONEY},
        {"6", "12", "12.0", CELL_NUMBER},
        {"7", "46348.5", "2026-11-22 12:00", CELL_DATE},
        {"7", "46348.999999", "2026-11-23", CELL_DATE},
        {"8", "46348", "2026-11-22", CELL_DATE},
        {"9", "1.5", "1.5", CELL_NUMBER},
        {"99", "1.5", "1.5", CELL_NUMBER},
    };
    struct bench b = {0};
    arena_init(&b.a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        str sheet =
            arena_printf(&b.a, "<worksheet><sheetData><row><c s='%s'><v>%s</v></c></row></sheetData></worksheet>",
                         cases[i].style, cases[i].value);
        CHECK(read_sheet(&b, sheet.p) == 0);
        str got = cell(&b, 0, 0);
        CHECK_STR(i == 2 ? str_slice(got, 0, 15) : got, str_of(cases[i].text));
        CHECK(kind(&b, 0, 0) == cases[i].kind);
    }
    const char *dates = "<worksheet><sheetData><row><c s='2'><v>0</v></c><c t='d'><v>2026-11-22T10:00:00</v></c></row>"
                        "</sheetData></worksheet>";
    CHECK(read_bytes(&b, book_with(&b, str_of(dates),
                                   "<workbook><workbookPr date1904='1'/><sheets><sheet name='A' id='rId1'/></sheets>"
                                   "</workbook>")) == 0);
    CHECK_STR(cell(&b, 0, 0), STR("1904-01-01"));
    CHECK_STR(cell(&b, 0, 1), STR("2026-11-22 10:00"));
    arena_release(&b.a);
}

static void test_merged(struct test_tally *t)
{
    struct bench b = {0};
    arena_init(&b.a, 0);
    CHECK(read_sheet(&b, "<worksheet><sheetData>"
                         "<row r='1'><c r='A1' t='str'><v>Title</v></c></row>"
                         "<row r='2'><c r='A2' t='str'><v>a</v></c><c r='C2' t='str'><v>Adobe</v></c></row>"
                         "<row r='3'><c r='A3' t='str'><v>b</v></c></row>"
                         "<row r='4'><c r='A4' t='str'><v>c</v></c></row></sheetData>"
                         "<mergeCells><mergeCell ref='A1:D1'/><mergeCell ref='C2:C3'/><mergeCell ref='nonsense'/>"
                         "<mergeCell ref='A9:A1048576'/></mergeCells></worksheet>") == 0);
    CHECK_STR(cell(&b, 0, 1), STR(""));
    CHECK_STR(cell(&b, 2, 2), STR("Adobe"));
    CHECK_STR(cell(&b, 3, 2), STR(""));
    size_t count;
    MUST(book_open(&b.a, book_with(&b, STR("<a/>"), book_of_two), &b.book, &b.err) == 0);
    const struct book_sheet *sheets = book_sheets(b.book, &count);
    CHECK(count == 2 && !sheets[0].hidden && sheets[1].hidden);
    CHECK_STR(sheets[0].name, STR("Apps & more"));
    book_close(b.book);
    arena_release(&b.a);
}

static void refused(struct test_tally *t, struct bench *b, str bytes, const char *words)
{
    if (!CHECK(read_bytes(b, bytes) < 0 && strstr(b->err.message, words))) printf("    %s\n", b->err.message);
}

static void test_hostile(struct test_tally *t)
{
    static const struct {
        const char *sheet, *words;
    } sheets[] = {
        {"<worksheet><sheetData><row r='2'/><row r='2'/></sheetData></worksheet>", "not numbered in order"},
        {"<worksheet><sheetData><row r='99999999999'/></sheetData></worksheet>", "not numbered in order"},
        {"<worksheet><sheetData><row r='1'><c r='ZZZZ1'/></row></sheetData></worksheet>", "cannot be"},
        {"<worksheet><sheetData><row r='1'><c r='A7'/></row></sheetData></worksheet>", "cannot be"},
        {"<worksheet><sheetData><row><c r='B1'/><c r='A1'/></row></sheetData></worksheet>", "cannot be"},
        {"<worksheet><sheetData><row><c t='s'><v>7</v></c></row></sheetData></worksheet>", "a text that is not there"},
        {"<worksheet><sheetData><row><c t='s'><v>-1</v></c></row></sheetData></worksheet>", "a text that is not there"},
        {"<worksheet><sheetData><row>", "is a damaged workbook"},
        {"<!DOCTYPE a [<!ENTITY b 'bb'>]><worksheet>&b;</worksheet>", "document type"},
    };
    struct bench b = {0};
    arena_init(&b.a, 0);
    for (size_t i = 0; i < ARRAY_COUNT(sheets); i++)
        refused(t, &b, book_with(&b, str_of(sheets[i].sheet), book_of_two), sheets[i].words);
    refused(t, &b, STR("PK\x03\x04 and then nothing"), "damaged");
    const struct part alone = {"mimetype", STR("application/vnd.oasis.opendocument.spreadsheet")};
    refused(t, &b, zip_of(&b, &alone, 1), "no workbook");

    struct buf deep, bomb;
    buf_init(&deep, 1 << 20);
    for (int i = 0; i < 200; i++) buf_text(&deep, "<a>");
    refused(t, &b, book_with(&b, buf_get(&deep), book_of_two), "nested too deeply");
    buf_release(&deep);

    buf_init(&bomb, 1 << 30); /* 40 MB of blanks pack to 40 KB */
    buf_text(&bomb, "<worksheet>");
    static char blanks[1 << 20];
    memset(blanks, ' ', sizeof blanks);
    for (int i = 0; i < 40; i++) buf_put(&bomb, blanks, sizeof blanks);
    refused(t, &b, book_with(&b, buf_get(&bomb), book_of_two), "more than is believed");
    buf_release(&bomb);

    /* One cell at the far end of each of many rows would be a million cells a hundred times over. */
    buf_init(&bomb, 1 << 30);
    buf_text(&bomb, "<worksheet><sheetData>");
    for (int i = 1; i < 3000; i++) buf_printf(&bomb, "<row><c r='XFD%d'><v>%d</v></c></row>", i, i * 7919);
    refused(t, &b, book_with(&b, buf_get(&bomb), book_of_two), "16 million cells");
    buf_release(&bomb);

    /* Cut anywhere, it is refused or read; nothing else. */
    str whole =
        book_with(&b, STR("<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>"), book_of_two);
    for (size_t n = 4; n < whole.n; n += 97) CHECK(read_bytes(&b, str_slice(whole, 0, n)) < 0);
    CHECK(read_bytes(&b, whole) == 0);
    arena_release(&b.a);
}

TEST_MAIN(test_cells, test_numbers, test_merged, test_hostile)
