/* SPDX-License-Identifier: Apache-2.0 */
/* Dates and amounts as people write them in ledgers. */
#ifndef SCAN_CELL_H
#define SCAN_CELL_H

#include "base_str.h"

/* Which of the first two numbers of a date is the day; what a whole column says is gathered in bits. */
enum cell_order { ORDER_FIXED = 0, ORDER_DAY_FIRST = 1, ORDER_MONTH_FIRST = 2, ORDER_EITHER = 3 };
/* 03/04/2026 3.4.26 03-Apr-26 3 April 2026 April 3, 2026 2026-04-03 2026/04/03 20260403, each with a time behind it,
 * and a spreadsheet's day number (20000 to 60000). Two-digit years are 1970 to 2069. `order` says which readings are
 * possible; `days` is the day-first one unless only month-first fits or month_first is asked for. */
bool cell_date(str s, bool month_first, int64_t *days, enum cell_order *order);

enum amount_fault { AMOUNT_GOOD, AMOUNT_EMPTY, AMOUNT_NO_NUMBER, AMOUNT_TOO_LARGE };
/* £1,234.50 -3 (12.00) 12.00- 1.234,50 € 1 234,50 EUR 12 CR: hundredths, rounded half away from zero. `currency` gets
 * an ISO code and NUL where sign or letters say one, else "". Up to 15 digits before the point. */
enum amount_fault cell_amount(str s, int64_t *hundredths, char currency[4]);

#endif
