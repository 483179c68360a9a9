/* SPDX-License-Identifier: Apache-2.0 */
/* BUILTIN(identifier, name, usage, help): see feel_builtin.h for the form of the usage. In the order of DMN 1.5
 * §10.3.4. Kinds: any boolean number string date time "date and time" duration list context function range; a result
 * may also be `element` (of the first list) or `same` (the first list). */

/* Conversion */
BUILTIN(date, "date", "date(from: any) | date(year: number, month: number, day: number): date",
        "A date from text, from a date and time, or from its parts.")
BUILTIN(date_and_time, "date and time",
        "date and time(from: any) | date and time(date: any, time: time) | date and time(date: any, timezone: string) "
        "| date and time(year: number, month: number, day: number, hour: number, minute: number, second: number, "
        "offset?: any): date and time",
        "A date and time from text, from a date and a time, or from its parts.")
BUILTIN(time, "time", "time(from: any) | time(hour: number, minute: number, second: number, offset?: duration): time",
        "A time of day from text, from a date and time, or from its parts.")
BUILTIN(number, "number", "number(from: string, grouping separator?: string, decimal separator?: string): number",
        "The number that the text says.")
BUILTIN(string, "string", "string(from: any): string", "The text of any value.")
BUILTIN(duration, "duration", "duration(from: string): any", "A duration from text: \"P1DT2H\" or \"P1Y2M\".")
BUILTIN(years_and_months_duration, "years and months duration",
        "years and months duration(from: any, to: any): years and months duration", "Whole months between two days.")
BUILTIN(range, "range", "range(from: string): any", "A range from text: \"[1..5)\".")

/* Boolean */
BUILTIN(not, "not", "not(negand: any): boolean", "The other boolean; null for what is none.")

/* String */
BUILTIN(substring, "substring", "substring(string: string, start position: number, length?: number): string",
        "Characters from a position on, 1 the first, -1 the last.")
BUILTIN(string_length, "string length", "string length(string: string): number", "How many characters it has.")
BUILTIN(upper_case, "upper case", "upper case(string: string): string", "In capital letters.")
BUILTIN(lower_case, "lower case", "lower case(string: string): string", "In small letters.")
BUILTIN(substring_before, "substring before", "substring before(string: string, match: string): string",
        "What stands before the first match; empty without one.")
BUILTIN(substring_after, "substring after", "substring after(string: string, match: string): string",
        "What stands behind the first match; empty without one.")
BUILTIN(replace, "replace", "replace(input: string, pattern: string, replacement: string, flags?: string): string",
        "Every match of the regular expression replaced; $1 is the first group.")
BUILTIN(contains, "contains", "contains(string: string, match: string): boolean", "The text has the other in it.")
BUILTIN(starts_with, "starts with", "starts with(string: string, match: string): boolean", "It begins with the other.")
BUILTIN(ends_with, "ends with", "ends with(string: string, match: string): boolean", "It ends with the other.")
BUILTIN(matches, "matches", "matches(input: string, pattern: string, flags?: string): boolean",
        "The regular expression finds a match in it.")
BUILTIN(split, "split", "split(string: string, delimiter: string): list",
        "The pieces between the matches of the delimiter.")
BUILTIN(string_join, "string join", "string join(list: list, delimiter?: any): string",
        "The texts of the list, one behind the other; nulls are left out.")

/* List */
BUILTIN(list_contains, "list contains", "list contains(list: list, element: any): boolean", "The list has the element.")
BUILTIN(count, "count", "count(list: list): number", "How many elements it has.")
BUILTIN(min, "min", "min(list: list) | min(c: any, ...): element", "The smallest.")
BUILTIN(max, "max", "max(list: list) | max(c: any, ...): element", "The largest.")
BUILTIN(sum, "sum", "sum(list: list) | sum(n: any, ...): number", "The sum of the numbers; null of an empty list.")
BUILTIN(mean, "mean", "mean(list: list) | mean(n: any, ...): number", "The arithmetic mean.")
BUILTIN(all, "all", "all(list: list) | all(b: any, ...): boolean", "False when one is false, true when all are true.")
BUILTIN(any, "any", "any(list: list) | any(b: any, ...): boolean", "True when one is true, false when all are false.")
BUILTIN(sublist, "sublist", "sublist(list: list, start position: number, length?: number): same",
        "Elements from a position on, 1 the first, -1 the last.")
BUILTIN(append, "append", "append(list: list, item: any, ...): list", "The list with the items behind it.")
BUILTIN(concatenate, "concatenate", "concatenate(list: list, ...): list", "The lists one behind the other.")
BUILTIN(insert_before, "insert before", "insert before(list: list, position: number, newItem: any): list",
        "The list with the item before the position.")
BUILTIN(remove, "remove", "remove(list: list, position: number): same", "The list without the element there.")
BUILTIN(list_replace, "list replace",
        "list replace(list: list, position: number, newItem: any) | list replace(list: list, match: function, newItem: "
        "any): list",
        "The list with another element at the position, or wherever the function says true.")
BUILTIN(reverse, "reverse", "reverse(list: list): same", "The list from its end.")
BUILTIN(index_of, "index of", "index of(list: list, match: any): list", "The positions of the equal elements.")
BUILTIN(union, "union", "union(list: list, ...): list", "The lists one behind the other, without duplicates.")
BUILTIN(distinct_values, "distinct values", "distinct values(list: list): same", "The list without duplicates.")
BUILTIN(flatten, "flatten", "flatten(list: list): list", "Lists in the list dissolved.")
BUILTIN(product, "product", "product(list: list) | product(n: any, ...): number", "The product of the numbers.")
BUILTIN(median, "median", "median(list: list) | median(n: any, ...): number", "The number in the middle.")
BUILTIN(stddev, "stddev", "stddev(list: list) | stddev(n: any, ...): number", "The standard deviation of a sample.")
BUILTIN(mode, "mode", "mode(list: list) | mode(n: any, ...): list", "The most frequent numbers, in order.")
BUILTIN(sort, "sort", "sort(list: list, precedes?: function): same",
        "The list in order; `precedes` says of two elements whether the first comes before.")

/* Number */
BUILTIN(decimal, "decimal", "decimal(n: number, scale: number): number", "Rounded to the scale, half to even.")
BUILTIN(floor, "floor", "floor(n: number, scale?: number): number", "Rounded down.")
BUILTIN(ceiling, "ceiling", "ceiling(n: number, scale?: number): number", "Rounded up.")
BUILTIN(round_up, "round up", "round up(n: number, scale: number): number", "Rounded away from zero.")
BUILTIN(round_down, "round down", "round down(n: number, scale: number): number", "Rounded towards zero.")
BUILTIN(round_half_up, "round half up", "round half up(n: number, scale: number): number",
        "Rounded, a half away from zero.")
BUILTIN(round_half_down, "round half down", "round half down(n: number, scale: number): number",
        "Rounded, a half towards zero.")
BUILTIN(abs, "abs", "abs(n: any): any", "Without its sign: of a number or a duration.")
BUILTIN(modulo, "modulo", "modulo(dividend: number, divisor: number): number", "The rest, with the divisor's sign.")
BUILTIN(sqrt, "sqrt", "sqrt(number: number): number", "The square root.")
BUILTIN(log, "log", "log(number: number): number", "The natural logarithm.")
BUILTIN(exp, "exp", "exp(number: number): number", "e to the power of the number.")
BUILTIN(odd, "odd", "odd(number: number): boolean", "It is odd.")
BUILTIN(even, "even", "even(number: number): boolean", "It is even.")

/* Date and time */
BUILTIN(is, "is", "is(value1: any, value2: any): boolean", "Both are the same value of the same kind, zones and all.")
BUILTIN(day_of_year, "day of year", "day of year(date: date): number", "1 for the first of January.")
BUILTIN(day_of_week, "day of week", "day of week(date: date): string", "\"Monday\" to \"Sunday\".")
BUILTIN(month_of_year, "month of year", "month of year(date: date): string", "\"January\" to \"December\".")
BUILTIN(week_of_year, "week of year", "week of year(date: date): number", "The week's number by ISO 8601.")
BUILTIN(now, "now", "now(): date and time", "The present date and time.")
BUILTIN(today, "today", "today(): date", "The present date.")

/* Ranges */
BUILTIN(before, "before",
        "before(point1: any, point2: any) | before(point: any, range: range) | before(range: range, point: any) | "
        "before(range1: range, range2: range): boolean",
        "The first ends before the second begins.")
BUILTIN(after, "after",
        "after(point1: any, point2: any) | after(point: any, range: range) | after(range: range, point: any) | "
        "after(range1: range, range2: range): boolean",
        "The first begins when the second is over.")
BUILTIN(meets, "meets", "meets(range1: range, range2: range): boolean", "The first ends where the second begins.")
BUILTIN(met_by, "met by", "met by(range1: range, range2: range): boolean", "The second ends where the first begins.")
BUILTIN(overlaps, "overlaps", "overlaps(range1: range, range2: range): boolean", "They have a point in common.")
BUILTIN(overlaps_before, "overlaps before", "overlaps before(range1: range, range2: range): boolean",
        "The first begins before the second and ends in it.")
BUILTIN(overlaps_after, "overlaps after", "overlaps after(range1: range, range2: range): boolean",
        "The first begins in the second and ends behind it.")
BUILTIN(finishes, "finishes", "finishes(point: any, range: range) | finishes(range1: range, range2: range): boolean",
        "It ends the range, and is in it.")
BUILTIN(finished_by, "finished by",
        "finished by(range: range, point: any) | finished by(range1: range, range2: range): boolean",
        "The range is ended by it.")
BUILTIN(includes, "includes", "includes(range: range, point: any) | includes(range1: range, range2: range): boolean",
        "The point or range is in the range.")
BUILTIN(during, "during", "during(point: any, range: range) | during(range1: range, range2: range): boolean",
        "It is in the range.")
BUILTIN(starts, "starts", "starts(point: any, range: range) | starts(range1: range, range2: range): boolean",
        "It begins the range, and is in it.")
BUILTIN(started_by, "started by",
        "started by(range: range, point: any) | started by(range1: range, range2: range): boolean",
        "The range begins with it.")
BUILTIN(coincides, "coincides",
        "coincides(point1: any, point2: any) | coincides(range1: range, range2: range): boolean",
        "They are the same points.")

/* Context */
BUILTIN(get_value, "get value", "get value(m: context, key: any): any", "The value under the key.")
BUILTIN(get_entries, "get entries", "get entries(m: context): list", "A list of contexts with `key` and `value`.")
BUILTIN(context, "context", "context(entries: list): context",
        "A context from a list of contexts with `key` and `value`.")
BUILTIN(context_put, "context put",
        "context put(context: context, key: string, value: any) | context put(context: context, keys: list, value: "
        "any): context",
        "The context with the value under the key, or under the path of keys.")
BUILTIN(context_merge, "context merge", "context merge(contexts: list): context", "All entries; later ones win.")
