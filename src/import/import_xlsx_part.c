/* SPDX-License-Identifier: Apache-2.0 */
/* One part of a workbook (ECMA-376), read as a stream and counted while it comes, so that nothing depends on what the
 * file says of its own size. */
#include "import_xlsx.h"

#include <string.h>

enum { DEPTH_LIMIT = 64 };
#define PART_LIMIT  ((uint64_t)1 << 30) /* bytes of one part, unpacked */
#define PART_SMALL  ((uint64_t)32 << 20)
#define PART_RATIO  200 /* a larger part may be at most so many times what it is packed */
#define TOTAL_LIMIT ((uint64_t)1 << 31)

void part_stop(struct part *p, enum err_code code, const char *why)
{
    if (!p->stopped) p->stopped = why, p->code = code;
    XML_StopParser(p->parser, XML_FALSE);
}

/* Names without their prefix: some writers put one before each. */
static str local(const char *name)
{
    const char *colon = strrchr(name, ':');
    return str_of(colon ? colon + 1 : name);
}

str part_attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2)
        if (str_eq(local(attributes[i]), str_of(name))) return str_of(attributes[i + 1]);
    return STR_NONE;
}

static void XMLCALL on_start(void *data, const char *name, const char **attributes)
{
    struct part *p = data;
    if (++p->depth > DEPTH_LIMIT) {
        part_stop(p, ERR_LIMIT, "its elements are nested too deeply");
        return;
    }
    p->start(p, local(name), attributes);
}

static void XMLCALL on_end(void *data, const char *name)
{
    struct part *p = data;
    p->depth--;
    if (p->end) p->end(p, local(name));
}

static void XMLCALL on_text(void *data, const char *text, int length)
{
    struct part *p = data;
    if (!p->text) return;
    buf_put(p->text, text, (size_t)length);
    if (p->text->full) part_stop(p, ERR_LIMIT, "a cell's text is longer than 4 MB");
}

/* No writer of workbooks has one, and it is what entity bombs are made of. */
static void XMLCALL on_doctype(void *data, const char *name, const char *system, const char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    part_stop(data, ERR_INPUT, "it declares a document type, which no workbook does");
}

static int part_fault(const struct part *p, str name, struct err *err)
{
    if (p->stopped)
        return err_set(err, p->code, "is a damaged or unusual workbook (" STR_FORMAT "): %s", STR_ARGS(name),
                       p->stopped);
    return err_set(err, ERR_INPUT, "is a damaged workbook: " STR_FORMAT ", line %lu: %s", STR_ARGS(name),
                   (unsigned long)XML_GetCurrentLineNumber(p->parser), XML_ErrorString(XML_GetErrorCode(p->parser)));
}

static int feed(struct part *p, zip_file_t *f, uint64_t packed, str name, struct err *err)
{
    uint64_t done = 0;
    for (;;) {
        char *piece = p->w->piece;
        zip_int64_t n = zip_fread(f, piece, BOOK_PIECE);
        if (n < 0)
            return err_set(err, ERR_INPUT, "is a damaged workbook: " STR_FORMAT " can't be unpacked", STR_ARGS(name));
        done += (uint64_t)n, p->w->total += (uint64_t)n;
        if (done > PART_LIMIT || p->w->total > TOTAL_LIMIT || (done > PART_SMALL && done / PART_RATIO > packed))
            return err_set(err, ERR_LIMIT, "unpacks to more than is believed (" STR_FORMAT "); save it as CSV",
                           STR_ARGS(name));
        if (XML_Parse(p->parser, piece, (int)n, n == 0) != XML_STATUS_OK) return part_fault(p, name, err);
        if (n == 0) return 0;
    }
}

int part_read(struct part *p, str name, bool *there, struct err *err)
{
    struct book *w = p->w;
    zip_stat_t stat;
    zip_int64_t at = zip_name_locate(w->zip, arena_copy(w->a, name).p, ZIP_FL_NOCASE);
    *there = at >= 0;
    if (at < 0) return 0;
    zip_file_t *f =
        zip_stat_index(w->zip, (zip_uint64_t)at, 0, &stat) == 0 ? zip_fopen_index(w->zip, (zip_uint64_t)at, 0) : NULL;
    if (!f)
        return err_set(err, ERR_INPUT, "is a damaged or protected workbook: " STR_FORMAT " can't be opened (%s)",
                       STR_ARGS(name), zip_strerror(w->zip));
    p->parser = XML_ParserCreate(NULL);
    MUST(p->parser);
    XML_SetUserData(p->parser, p);
    XML_SetElementHandler(p->parser, on_start, on_end);
    XML_SetCharacterDataHandler(p->parser, on_text);
    XML_SetStartDoctypeDeclHandler(p->parser, on_doctype);
    int status = feed(p, f, stat.valid & ZIP_STAT_COMP_SIZE ? stat.comp_size : 0, name, err);
    XML_ParserFree(p->parser);
    zip_fclose(f);
    return status;
}
