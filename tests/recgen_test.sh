#!/bin/bash
# recgen_test.sh   records that are wrong must stop the build at their own line; those that are right must become C that compiles, and
# that hands the journal what they say. Ends with "N passed, N failed".
shopt -s lastpipe                  # so that "… | stops" counts
. "$(dirname "$0")/generator.sh"
built recgen || exit 1
cd "$tmp" || exit 1
mkdir -p modules/deals modules/mail kernel/journal out

plain='record deals.sold
  stream  firm
  subject id
  whose   actor
  needs   member
  meet    stream
  keep    no
  body
    price int'
told='record mail.told
  stream  person
  subject none
  whose   actor
  needs   self
  meet    stream
  keep    no
  body
    words str 80
record mail.burnt
  stream  person
  subject none
  whose   nobody
  needs   self
  meet    stream
  keep    no
  body    none'

deals=modules/deals/deals.records
generate() { cat > "$deals"; ./recgen out "$tmp/$deals" "$@" > log 2>&1; }

# stops LINE TEXT [FILE…] < records
stops() {
    local line=$1 text=$2
    shift 2
    if generate "$@"; then bad "not refused: $(cat "$deals")"
    elif grep -Fq "$deals:$line: error: " log && grep -Fq -- "$text" log; then good
    else bad "line $line, \"$text\" expected: $(cat "$deals")"; fi
}
takes() { if generate "$@"; then good; else bad "refused: $(cat "$deals")"; fi; }

# but LINE TEXT…   the plain record, with this instead of its line
but() {
    local line=$1
    shift
    head -n "$((line - 1))" <<< "$plain"
    printf '%s\n' "$@"
    tail -n +"$((line + 1))" <<< "$plain"
}
# also TEXT…       the plain record, and this below
also() { printf '%s\n' "$plain" "$@"; }
compiles() {
    $cc -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Werror -Iout -I"$root/kernel" "$@" > log 2>&1
}

# ---- a record says all that must be said, once ----
takes <<< "$plain"
for line in 2:stream 3:subject 4:whose 5:needs 6:meet 7:keep; do
    sed "${line%%:*}d" <<< "$plain" | stops 1 "deals.sold does not say: ${line#*:}"
done
sed '8,9d' <<< "$plain" | stops 1 'deals.sold does not say: body'
for line in 2 3 4 5 6 7; do also "$(sed -n "${line}p" <<< "$plain")" | stops 10 'before'; done
also '  body' | stops 10 'deals.sold has said its body before'
also '  keep    10 years "Why."' | stops 10 'deals.sold has said its keep before'
also '  meets   each' | stops 10 "a kind does not say 'meets'"
but 2 '  stream' | stops 2 "after 'stream' comes one of public economy body centre firm matter person card"
but 2 '  stream  firms' | stops 2 "after 'stream' comes one of"
but 2 '  stream  firm firms' | stops 2 "after 'stream' comes one of"
but 2 '  stream  centre body centre' | stops 2 "the stream centre comes twice"
but 2 '  stream  any firm' | stops 2 "after 'stream' comes one of"
but 3 '  subject ids' | stops 3 "after 'subject' comes one of none text id person"
but 4 '  whose   me' | stops 4 "after 'whose' comes one of nobody actor subject parties"
but 6 '  meet    last' | stops 6 "after 'meet' comes one of each latest order stream"
but 5 '  needs' | stops 5 "after 'needs' comes self, member, anyone, hub, or roles"
but 5 '  needs   member Admin' | stops 5 "'Admin' is neither self"
but 5 '  needs   member 0;' | stops 5 "'0;' is neither self"
but 5 '  needs   member ""' | stops 5 "'' is neither self"
long=$(printf 'x%.0s' {1..61})
but 5 "  needs   $long" | stops 5 'is neither self'
but 5 "  needs   $(for n in {1..23}; do printf '%s ' "${long:0:60}"; done)" | takes           # as much as a line holds

# ---- keep ----
why="'keep no', or 'keep 10 years"
for keep in '' yes 'no "Why."' 10 '10 years' 'ten years "Why."' '0 years "Why."' '-1 years "Why."' '10x years "Why."' '201 years "Why."' \
    '99999999999999999999 years "Why."' '10 years ""' '10 years Because of it.' '10 months "Why."' '10 years "Why." "And why."'; do
    but 7 "  keep    $keep" | stops 7 "$why"
done
but 7 '  keep    10 years "Why.' | stops 7 'a quotation that does not end'
but 7 '  keep    1 years "Why?"   # and a remark with "quotes'  | takes

# ---- bodies ----
but 8 '  body    some' | stops 8 "'body', and its fields below; or 'body none'"
but 8 '  body    none' | stops 9 "deals.sold has said 'body none'"
but 9 '' | stops 8 "deals.sold has a body without fields: say 'body none'"
but 9 '    price' | stops 9 "a field is 'name type'"
but 9 '    Price int' | stops 9 "a field is 'name type'"
but 9 '    9price int' | stops 9 "a field is 'name type'"
but 9 '    while int' | stops 9 "a field is 'name type'"
but 9 '    unix int' | stops 9 "a field is 'name type'"
but 9 '    "" int' | stops 9 "a field is 'name type'"
but 9 "    $long int" | stops 9 "a field is 'name type'"
but 9 "    ${long:0:60} int" | takes
but 9 '    price money' | stops 9 'no such type: money. There are str, int, id, person, real, bool, file, list'
but 9 '    price int 40' | stops 9 'nothing comes after int'
but 9 '    price str' | stops 9 'str says how much at most: str 80'
but 9 '    price str 40 50' | stops 9 'str says how much at most: str 80'
for max in 0 -1 many 40x 0x40 1048577 4294967297 99999999999999999999 '""'; do
    but 9 "    price str $max" | stops 9 'how much at most is a number from 1 to 1048576'
done
but 9 '    price str 1048576' '    prices list 1048576' '      price int' | takes
also '    price real' | stops 10 'price comes twice'
also '  meet    stream' '    other int' | stops 10 'deals.sold has said its meet before'
sed '7d' <<< "$plain"$'\n  keep    no\n    other int' | stops 10 "below 'body' four before a field"
sed '7d' <<< "$plain"$'\n  keep    no' | takes                                          # in any order
(for n in {1..65}; do echo "    f$n int"; done) | (but 9 "$(cat)") | stops 73 'more than 64 fields'
(for n in {1..64}; do echo "    f$n int"; done) | (but 9 "$(cat)") | takes

# ---- lists ----
also '    lines list 20' | stops 10 'the list lines has no fields'
also '    lines list' '      price int' | stops 10 'list says how much at most'
also '    lines list 20' '      parts list 20' | stops 11 'a list in a list'
also '    lines list 20' '      price int' '      price int' | stops 12 'price comes twice'
also '    lines list 20' '      price str 1048577' | stops 11 'how much at most is a number from 1 to 1048576'
also '      price int' | stops 10 'only the fields of a list stand so far in'
but 9 '      price int' | stops 9 'only the fields of a list stand so far in'
also '    lines list 20' '      price int' '    paid  bool' '      price int' | stops 13 'only the fields of a list stand so far in'
also '    lines list 20' "$(for n in {1..65}; do echo "      f$n int"; done)" | stops 75 'more than 64 fields'
for name in body kind shape fields add apply; do
    also "    $name list 20" '      price int' | stops 10 "a list needs another name: deals_sold_$name is made for deals.sold itself"
done
also '    lines list 20' '      price int' "${plain/sold/sold_lines}" | stops 10 'a list needs another name: in C, deals_sold_lines is the record deals.sold_lines'

# ---- what cannot be true together ----
but 2 '  stream  person' | sed 's/member/self/; s/meet .*/meet each/' | stops 1 "in a person's stream all records meet as a stream"
but 2 '  stream  card' | sed 's/member/self/; s/meet .*/meet order/' | stops 1 "in a person's stream all records meet as a stream"
but 2 '  stream  public' | sed 's/member/hub/' | stops 1 'the public stream is too long to be made again whole'
but 2 '  stream  economy' | sed 's/member/officer/' | stops 1 'the economy stream is too long to be made again whole'
but 3 '  subject none' | sed 's/meet .*/meet latest/' | stops 1 'records that meet by subject have one'
but 3 '  subject none' | sed 's/meet .*/meet order/' | stops 1 'records that meet by subject have one'
but 4 '  whose   subject' | stops 1 'the subject is no person'
but 4 '  whose   parties' | stops 1 'only a matter has parties'
but 5 '  needs   member self' | stops 1 "'needs self' is for a person's own stream"
but 2 '  stream  person' | stops 1 'a person stream has no members'
but 2 '  stream  card' | stops 1 'a card stream has no members'
but 2 '  stream  public' | sed 's/meet .*/meet each/' | stops 1 'a public stream has no members'
but 2 '  stream  economy' | sed 's/meet .*/meet each/; s/member/officer member/' | stops 1 'a economy stream has no members'
but 2 '  stream  any' | sed 's/member/hub/' | stops 2 "'stream any' is for the journal itself"
but 2 '  stream  firm matter' | stops 1 'the firm stream stands alone: it does not go with others'
but 2 '  stream  body person' | stops 1 'the person stream stands alone: it does not go with others'
but 2 '  stream  centre public' | stops 1 'the public stream is too long'
but 2 '  stream  public body economy centre' | sed 's/member/admin/; s/meet .*/meet each/' | takes

# ---- names ----
for name in deals deals. .sold Deals.sold deals.Sold deals.sold.twice deals-sold 2deals.sold deals.so/ld '' "deals.$long"; do
    but 1 "record $name" | stops 1 "'record room.happened', in small letters"
done
but 1 'record deals.sold twice' | stops 1 "'record room.happened'"
also '' "$plain" | stops 11 'deals.sold is declared twice'
but 1 'record a_b.c' "$(tail -n +2 <<< "$plain")" 'record a.b_c' | stops 10 'in C, a.b_c has the same name as a_b.c: a_b_c'
echo "$plain" > modules/mail/mail.records
if generate "$tmp/modules/mail/mail.records" <<< "$plain"; then bad 'not refused'
elif grep -Fq 'modules/mail/mail.records:1: error: deals.sold is declared twice' log; then good; else bad 'declared twice, in two files'; fi

# ---- hearing of others ----
echo "$told" > modules/mail/mail.records
also 'hear mail.told' | takes "$tmp/modules/mail/mail.records"
also 'hear mail.told' | stops 10 'no record is called mail.told'
also 'hear deals.sold' | stops 10 'deals.sold is declared here: it is applied, not heard'
also 'hear mail.told' 'hear mail.burnt' 'hear mail.told' | stops 12 'mail.told is heard twice' "$tmp/modules/mail/mail.records"
also 'hear' | stops 10 "'hear room.happened'"
also 'hear mail.told mail.burnt' | stops 10 "'hear room.happened'"
also 'hear mail.told' '  meet    each' | stops 11 'this belongs to no record' "$tmp/modules/mail/mail.records"

# ---- lines ----
but 1 'records deals.sold' | stops 1 "a file holds 'record' and 'hear'"
also 'body none' | stops 10 "a file holds 'record' and 'hear'"
but 1 '' | stops 2 'this belongs to no record'
for blanks in ' ' '   ' '     ' '       ' '        '; do
    but 9 "${blanks}price int" | stops 9 'two blanks before what a record says'
done
but 3 '    subject id' | stops 3 'two blanks before what a record says'
but 3 $'\tsubject id' | stops 3 "a file holds 'record' and 'hear'"
but 5 "  needs   $(printf 'hub %.0s' {1..24})" | stops 5 'more than 24 words'
but 9 "    $(printf 'x%.0s' {1..400}) int" | stops 9 'a word of more than 399 characters'
but 9 "    price int # $(printf 'x%.0s' {1..2000})" | stops 9 'a line of more than 2000 bytes'
but 9 "    price int # $(printf 'x%.0s' {1..1900})" | takes
but 9 $'    price int\a' | stops 9 'a control character'
printf '%s\n    other int\0 4\n' "$plain" | stops 10 'a control character'
but 9 $'\tprice int' | stops 9 "a file holds 'record' and 'hear'"
printf '# A remark.\n\n   # another\n%s   # and "one more' "$plain" | sed '4,$s/ *$/  /' | takes      # no end of line
sed 's/$/\r/' <<< "$plain" | takes
sed 's/  *int/ int#40/' <<< "$plain" | stops 9 'no such type: int#40'

# names TEXT FILE…    refused for the name of a file
names() {
    local text=$1
    shift
    if ./recgen out "$@" > log 2>&1; then bad "not refused: $*"; elif grep -Fq "$text" log; then good; else bad "expected: $text"; fi
}
mkdir -p modules/other modules/folder.records
: > modules/other/deals.records
: > modules/other/Deals.records
: > modules/other/deals.records.txt
: > modules/other/int.records
echo "$plain" > "$deals"
names 'modules/other/deals.records:1: error: has the same name as modules/deals/deals.records' "$tmp/$deals" "$tmp/modules/other/deals.records"
names "modules/other/Deals.records:1: error: the file's name begins names in C" "$tmp/modules/other/Deals.records"
names "modules/other/int.records:1: error: the file's name begins names in C" "$tmp/modules/other/int.records"
names 'modules/other/deals.records.txt:1: error: is not a .records file' "$tmp/modules/other/deals.records.txt"
names 'modules/other/nothing.records:1: error: cannot be read' "$tmp/modules/other/nothing.records"
names 'modules/folder.records:1: error: cannot be read' "$tmp/modules/folder.records"
if ./recgen nowhere "$tmp/$deals" > log 2>&1; then bad 'written nowhere'
elif grep -Fq 'nowhere/deals_records.h could not be written' log; then good; else bad 'could not be written'; fi
mkdir -p tests/tree/modules/far
but 9 '    price' > tests/tree/modules/far/far.records
if ./recgen out "$tmp/tests/tree/modules/far/far.records" > log 2>&1; then bad 'not refused'
elif grep -q '^modules/far/far.records:9: error: a field' log; then good; else bad 'a tree in a folder called tests'; fi

# ---- more than there is room for ----
many() { for n in $(seq "$1"); do printf "$2\n" "$n"; done; }
{ echo "$plain"; many 511 'record deals.k%d'; } | stops 10 'deals.k1 does not say'
{ echo "$plain"; many 512 'record deals.k%d'; } | stops 521 'more than 512 kinds'
many 513 'hear mail.k%d' | stops 513 'more than 512 heard'
mkdir full
for n in $(seq 129); do : > "full/f$n.records"; done
names 'error: more than 128 files' full/*.records

# ---- what comes out ----
cat > kernel/journal/journal.records << 'END'
record record.judged        # "any" is the journal's
  stream  any
  subject id
  whose   nobody
  needs   hub
  meet    each
  keep    no
  body
    counts bool
END
cat > "$deals" << 'END'
# All there is, once.
hear mail.told              # before what is declared here
record deals.invoiced       # "quotes" and 'quotes'
  body                      # in any order
    number  str 40
    paid    bool
    lines   list 200        # at most so many
      what  str 200
      price int
      whole real
    weight  real
    picture file
    buyer   person
    parent  id
    parts   list 1
      other id
      by    person
      paper file
      ready bool
    count   int
  keep    10 years "Tax law asks for it, or not??! C:\now, # and so on	â."
  needs   member focal-point owner
  meet    order
  whose   parties
  subject id
  stream  matter

record deals.placed
  stream  public
  subject text
  whose   nobody
  needs   hub
  meet    latest
  keep    no
  body    none

record deals.noted
  stream  person
  subject person
  whose   subject
  needs   trainer
  meet    stream
  keep    200 years "Long."
  body
    words str 1048576

record deals.wished
  stream  person
  subject none
  whose   actor
  needs   self
  meet    stream
  keep    no
  body    none

record deals.joined
  stream  card
  subject none
  whose   nobody
  needs   self
  meet    stream
  keep    no
  body    none

record deals.left
  stream  card
  subject none
  whose   nobody
  needs   self hub
  meet    stream
  keep    no
  body    none

record deals.stated
  stream  economy
  subject text
  whose   nobody
  needs   anyone
  meet    each
  keep    no
  body    none

record deals.trained
  stream  body centre
  subject person
  whose   nobody
  needs   officer
  meet    order
  keep    no
  body    none

record deals.ruled
  stream  body
  subject none
  whose   actor
  needs   member
  meet    stream
  keep    no
  body    none

hear mail.burnt
hear record.judged
END
rm -f out/*
all="$tmp/kernel/journal/journal.records $tmp/$deals $tmp/modules/mail/mail.records"
# shellcheck disable=SC2086
if ./recgen out $all > log 2>&1; then good; else bad 'refused'; fi
for c in out/*_records.c; do if compiles -c "$c" -o x.o; then good; else bad "$c does not compile"; fi; done
for h in out/*_records.h; do
    printf '#include "%s"\n' "${h#out/}" > alone.c
    if compiles -c alone.c -o x.o; then good; else bad "$h does not stand alone"; fi
done

# The journal as the made functions see it: it says what it was handed.
cat > run.c << 'END'
#include "deals_records.h"
#include "mail_records.h"
#include "journal_records.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int64_t journal_add_in(Scope *s, const EntryKind *kind, Audience audience, int64_t stream, str subject, const void *body)
{
    printf("add %s %d %" PRId64 " '%.*s' %s\n", kind->kind, (int)audience, stream, (int)subject.n, subject.p, body ? "with a body" : "without");
    return s->me;
}
int64_t journal_add(Scope *s, const EntryKind *kind, int64_t stream, str subject, const void *body)
{
    journal_add_in(s, kind, (Audience)0, stream, subject, body);
    kind->apply(s, NULL, body);
    return 70;
}
str journal_subject(Scope *s, int64_t id)
{
    static char text[32];
    int n = snprintf(text, sizeof text, "%" PRId64 "+%" PRId64, id, s->me);
    return (str){ text, n };
}
static void said(const char *what, const Record *r) { printf("apply %s%s\n", what, r ? "?" : ""); }
void deals_invoiced_apply(Scope *s, const Record *r, const deals_invoiced_body *b)
{
    said("invoiced", r);
    const deals_invoiced_lines *line = b->lines.row;
    const deals_invoiced_parts *part = b->parts.row;
    printf("%" PRId64 " %.*s %d %.*s/%" PRId64 "/%.1f %.1f %.*s %" PRId64 " %" PRId64 " %" PRId64 "/%" PRId64 "/%.*s/%d %" PRId64 "\n", s->me,
           (int)b->number.n, b->number.p, b->paid, (int)line->what.n, line->what.p, line->price, line->whole, b->weight, (int)b->picture.n,
           b->picture.p, b->buyer, b->parent, part->other, part->by, (int)part->paper.n, part->paper.p, part->ready, b->count);
}
#define BARE(name) void deals_##name##_apply(Scope *s, const Record *r) { (void)s; said(#name, r); }
BARE(placed) BARE(wished) BARE(joined) BARE(left) BARE(stated) BARE(trained) BARE(ruled)
void deals_noted_apply(Scope *s, const Record *r, const deals_noted_body *b) { (void)s; said("noted", r); printf("%d\n", (int)b->words.n); }
void mail_told_apply(Scope *s, const Record *r, const mail_told_body *b) { (void)s, (void)b; said("told", r); }
void mail_burnt_apply(Scope *s, const Record *r) { (void)s; said("burnt", r); }
void record_judged_apply(Scope *s, const Record *r, const record_judged_body *b) { (void)s, (void)b; said("judged", r); }
void deals_hears_mail_told(Scope *s, const Record *r, const mail_told_body *b) { (void)s; said("what was told", r); printf("%.*s\n", (int)b->words.n, b->words.p); }
void deals_hears_mail_burnt(Scope *s, const Record *r) { (void)s; said("what was burnt", r); }
void deals_hears_record_judged(Scope *s, const Record *r, const record_judged_body *b) { (void)s; said("what was judged", r); printf("%d\n", b->counts); }

static void shape_show(const BodyShape *shape, const char *before)
{
    if (shape->align == 0 || shape->size % shape->align) printf("size %zu?\n", shape->size);
    for (int i = 0; i < shape->field_n; i++) {
        const BodyField *f = &shape->field[i];
        if (f->offset >= shape->size || (i && f->offset <= f[-1].offset)) printf("offset %zu?\n", f->offset);
        printf("%s%s %d %d\n", before, f->name, (int)f->type, (int)f->max);
        if (f->rows) shape_show(f->rows, "    ");
    }
}
static void kinds_show(const EntryKind *k, int n)
{
    for (int i = 0; i < n; i++, k++) {
        printf("%s %s:%d", k->kind, k->file, k->line);
        if (k->heard) printf(" heard\n");
        else printf(" %d %d %d %d %d %d %s\n", k->audiences, (int)k->subject, (int)k->whose, k->needs, (int)k->meet, k->keep_years, k->keep_why ? k->keep_why : "-");
        if (!k->heard) shape_show(k->shape, "  ");
    }
    if (k->kind) printf("more than %d?\n", n);
}
int main(void)
{
    Scope s = { .me = 7 };
    kinds_show(deals_records, DEALS_RECORDS);
    kinds_show(mail_records, MAIL_RECORDS);
    kinds_show(journal_records, JOURNAL_RECORDS);
    deals_invoiced_lines line = { S("bread"), 3, 1.5 };
    deals_invoiced_parts part = { 4, 5, S("f1"), true };
    deals_invoiced_body b = { .number = S("A-1"), .paid = true, .lines = { &line, 1 }, .weight = 2.5, .picture = S("f2"), .buyer = 8, .parent = 9,
                              .parts = { &part, 1 }, .count = 10 };
    if (deals_invoiced_add(&s, 11, 12, b) != 70) printf("no id?\n");
    deals_placed_add(&s, S("Lae"));
    deals_noted_add(&s, 13, 14, (deals_noted_body){ S("four") });
    deals_wished_add(&s);
    deals_joined_add(&s);
    deals_left_add(&s, 15);
    deals_stated_add(&s, 16, S("x"));
    deals_trained_add(&s, AUDIENCE_CENTRE, 17, 18);
    deals_ruled_add(&s, 19);
    record_judged_add(&s, AUDIENCE_FIRM, 20, 21, (record_judged_body){ true });
    deals_records[DEALS_RECORDS - 3].apply(&s, NULL, &(mail_told_body){ S("news") });
    deals_records[DEALS_RECORDS - 2].apply(&s, NULL, NULL);
    deals_records[DEALS_RECORDS - 1].apply(&s, NULL, &(record_judged_body){ true });
    if (deals_invoiced_kind != &deals_records[0] || deals_ruled_kind->shape != &deals_ruled_shape) printf("another kind?\n");
    return 0;
}
END
# Numbers by their names: as the header has them.
needs() { printf '#include "journal/journal.h"\nint printf(const char *, ...);\nint main(void) { printf("%%d", %s); return 0; }\n' "$1" > n.c; compiles n.c -o n && ./n; }
cat > want << END
deals.invoiced modules/deals/deals.records:3 64 3 4 $(needs 'NEEDS_MEMBER | ROLE_FOCAL_POINT | ROLE_OWNER') 3 10 Tax law asks for it, or not??! C:\\now, # and so on	â.
  number 1 40
  paid 6 0
  lines 8 200
    what 1 200
    price 2 0
    whole 5 0
  weight 5 0
  picture 7 0
  buyer 4 0
  parent 3 0
  parts 8 1
    other 3 0
    by 4 0
    paper 7 0
    ready 6 0
  count 2 0
deals.placed modules/deals/deals.records:28 2 2 1 $(needs NEEDS_HUB) 2 0 -
deals.noted modules/deals/deals.records:37 128 4 3 $(needs ROLE_TRAINER) 4 200 Long.
  words 1 1048576
deals.wished modules/deals/deals.records:47 128 1 2 $(needs NEEDS_SELF) 4 0 -
deals.joined modules/deals/deals.records:56 256 1 1 $(needs NEEDS_SELF) 4 0 -
deals.left modules/deals/deals.records:65 256 1 1 $(needs 'NEEDS_SELF | NEEDS_HUB') 4 0 -
deals.stated modules/deals/deals.records:74 4 2 1 $(needs NEEDS_ANYONE) 1 0 -
deals.trained modules/deals/deals.records:83 24 4 1 $(needs ROLE_OFFICER) 3 0 -
deals.ruled modules/deals/deals.records:92 8 1 2 $(needs NEEDS_MEMBER) 4 0 -
mail.told modules/deals/deals.records:2 heard
mail.burnt modules/deals/deals.records:101 heard
record.judged modules/deals/deals.records:102 heard
mail.told modules/mail/mail.records:1 128 1 2 $(needs NEEDS_SELF) 4 0 -
  words 1 80
mail.burnt modules/mail/mail.records:10 128 1 1 $(needs NEEDS_SELF) 4 0 -
record.judged kernel/journal/journal.records:1 510 3 1 $(needs NEEDS_HUB) 1 0 -
  counts 6 0
add deals.invoiced 0 11 '12+7' with a body
apply invoiced
7 A-1 1 bread/3/1.5 2.5 f2 8 9 4/5/f1/1 10
add deals.placed 0 1 'Lae' without
apply placed
add deals.noted 0 13 '14+7' with a body
apply noted
4
add deals.wished 0 7 '' without
apply wished
add deals.joined 0 -7 '' without
apply joined
add deals.left 0 -15 '' without
apply left
add deals.stated 0 16 'x' without
apply stated
add deals.trained 4 17 '18+7' without
add deals.ruled 0 19 '' without
apply ruled
add record.judged 5 20 '21+7' with a body
apply what was told
news
apply what was burnt
apply what was judged
1
END
if compiles -fsanitize=address,undefined run.c out/*_records.c -o run; then ./run > log 2>&1; fi
if diff want log > difference; then good; else cp difference log; bad 'what is handed to the journal'; fi

# A role that there is not: the compiler names the line of the records.
but 5 '' '  needs   member' '          adnim' | stops 7 'two blanks before'
but 5 '  needs   member adnim' | takes
if compiles -c out/deals_records.c -o x.o; then bad 'a role that there is not'
elif grep -q "^modules/deals/deals.records:5:.*error:.*ROLE_ADNIM" log; then good; else bad 'an error at line 5 expected'; fi
if grep -q '^deals_records.c:\|^out/' log; then bad 'and at no other'; else good; fi

# ---- what is listed for translators ----
cat > "$deals" << 'END'
record deals.sold
  stream  firm
  subject id
  whose   actor
  needs   member
  meet    stream
  keep    10 years "C:\now, or not??! â	#"
  body    none
END
./recgen out "$tmp/$deals" > log 2>&1
printf '#: modules/deals/deals.records:7\nmsgid "C:\\\\now, or not??! â\\t#"\nmsgstr ""\n\n' > want
if diff want out/deals_records.pot > log && msgfmt --check-format -o /dev/null out/deals_records.pot 2> log; then good; else bad 'the list of texts is wrong'; fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
