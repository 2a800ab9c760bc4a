#!/bin/bash
# tmplgen_test.sh   pages that are wrong must stop the build at their own line, in tmplgen or in the compiler; pages that are
# right must write what they say. Ends with "N passed, N failed".
. "$(dirname "$0")/generator.sh"
built tmplgen || exit 1
mkdir "$tmp/web"
cd "$tmp" || exit 1

# The little of the house that a page needs. Texts are not translated but marked, so that one sees which were looked up.
cat > web/web.h << 'END'
#pragma once
#include "base/json.h"
#include "html/html.h"
#include "i18n/i18n.h"
typedef struct Reply { int status; } Reply;
typedef struct Request { Scope s; Out out; str title; bool wants_json; } Request;
typedef struct Note { int64_t id; str body; Url link; Html html; bool done; unsigned flags; } Note;
typedef struct Notes { const Note *row; ptrdiff_t n; } Notes;
typedef enum Kind { NO_KIND, GOOD } Kind;
typedef enum Mute { MUTE } Mute;
void  Kind_json(Json *j, str key, Kind kind);
void  Notes_json(Json *j, str key, Notes notes);
void  Note_json(Json *j, str key, const Note *note);
void  page_begin(Request *rq);
Reply page_end(Request *rq);
Reply page_json(Request *rq, Json *j);
void  csrf_field(Request *rq);
END
cat > run.c << 'END'
#include "t_pages.h"
#include <stdio.h>
void page_begin(Request *rq) { out_fmt(&rq->out, "[%.*s]", STR_ARG(rq->title)); }
Reply page_end(Request *rq) { return (Reply){ 200 }; }
Reply page_json(Request *rq, Json *j) { return (Reply){ 200 }; }
void csrf_field(Request *rq) { out_lit(&rq->out, "<csrf>"); }
void Notes_json(Json *j, str key, Notes notes) { json_int(j, key, notes.n); }
void Note_json(Json *j, str key, const Note *note) { json_id(j, key, note->id); }
str tr(const Lang *lang, Msg *m) { return str_from(m->id); }
str tr_n(Arena *keep, const Lang *lang, Msg *m, int64_t n) { return str_fmt(keep, "%s#%d", n == 1 ? m->id : m->many, (int)n); }
str num_int(Scope *s, int64_t v) { return str_fmt(s->arena, "~%d", (int)v); }
str fill_str(Scope *s, str v) { return v; }
str tr_fill(Arena *keep, str text, const Fill *fills, int n)
{
    for (int i = 0; i < n; i++) text = str_fmt(keep, "%.*s(%s=%.*s)", STR_ARG(text), fills[i].name, STR_ARG(fills[i].value));
    return text;
}
int main(int argc, char **argv)
{
    static Region region;
    static Landing landing;
    if (!region_open(&region, 1 << 20)) return 1;
    Arena arena = region_arena(&region, &landing);
    Request rq = { .s = { .arena = &arena }, .wants_json = argc > 1 };
    out_init(&rq.out, &arena, 64);
    Note row[] = { { 7, S("a<b"), { S("/x?a=1&b=2") }, { S("<i>x</i>") }, true, 1 }, { 8, S("c/d e"), { S("/y") }, { { 0 } }, false, 0 } };
    t_x(&rq, (Notes){ row, 2 }, &row[0], (Notes){ 0 });
    fwrite(rq.out.p, 1, (size_t)rq.out.n, stdout);
    return 0;
}
END

head='{{ page x(Notes notes, const Note *n, hidden Notes none) }}
{{ title S("Title") }}
'
compile() {
    $cc -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Wconversion -Wshadow -Wno-unused-parameter -Wno-missing-field-initializers -Werror \
        -I. -I"$root/kernel" "$@"
}
page() { printf '%s' "$head" > x.html; cat >> x.html; echo '{{ part p(str s) }}<i>{{ s }}</i>' > p.html; }

# stops LINE TEXT < page    tmplgen refuses it at that line, saying that. The page begins at line 3.
stops() {
    page
    if ./tmplgen . t x.html p.html > log 2>&1; then bad "not refused: $(tail -n +3 x.html)"
    elif grep -q "^x.html:$1:.*$2" log; then good
    else bad "line $1, \"$2\" expected"; fi
}

# stops_c LINE < page       tmplgen takes it, the compiler complains at that line of the page.
stops_c() {
    page
    if ! ./tmplgen . t x.html p.html > log 2>&1; then bad "refused by tmplgen"
    elif compile -c t_pages.c -o t.o > log 2>&1; then bad "compiled: $(tail -n +3 x.html)"
    elif grep -q "^x.html:$1:.*error" log; then good
    else bad "an error at line $1 expected"; fi
}

# makes MAIN.c              the program of the page and the kernel's files that it needs
makes() {
    ./tmplgen . t x.html p.html > log 2>&1 &&
        compile -fsanitize=address,undefined t_pages.c "$1" "$root"/kernel/base/{arena,text,codec,json}.c "$root/kernel/html/html.c" -lm -o run > log 2>&1
}

# writes TEXT [json] < page
writes() {
    page
    if makes run.c; then ./run ${2:+json} > log 2>&1; fi
    if [ "$(cat log)" = "$1" ]; then good; else bad "expected: $1"; fi
}

# ---- values in places where they cannot be made safe ----
stops 3 'inline script' <<< '<script>var x = {{ n->body }}</script>'
stops 4 'no value in <script>' <<< '<script>
{{ n->body }}</script>'
stops 3 'no value in a comment' <<< '<!-- {{ n->body }} -->'
stops 3 'must be quoted: href' <<< '<a href={{ n->body }}>x</a>'
stops 3 'quoted attribute' <<< '<p {{ n->body }}>x</p>'
stops 3 'quoted attribute' <<< '<h{{ n->id }}>x</h1>'
stops 3 'onclick' <<< '<p onclick="{{ n->body }}">x</p>'
stops 3 'style' <<< '<p style="color: {{ n->body }}">x</p>'
stops 3 '<style>' <<< '<style>p {}</style>'
stops 3 'srcset' <<< '<img alt="" srcset="{{ n->body }}">'
stops 3 'method' <<< '<form method="{{ n->body }}"></form>'
stops 4 'between tags only' <<< '<p>
<a title="{{ raw n->html }}">x</a></p>'
stops 3 'between tags only' <<< '<p title="{{ use p(n->body) }}">x</p>'

# ---- types ----
stops_c 4 <<< '<p>
{{ raw n->body }}</p>'
stops_c 4 <<< '<p>
{{ n->html }}</p>'
stops_c 3 <<< '<p>{{ n->nothing }}</p>'
stops_c 3 <<< '<p>{{ n->done }}</p>'
stops_c 3 <<< '<p>{{ n->body.p }}</p>'
stops_c 5 <<< '{{ each r in notes }}
<p>
{{ r->auther }}</p>
{{ end }}'
stops_c 3 <<< '{{ use p(n->id) }}'
stops_c 3 <<< '{{ use nobody(n->id) }}'
stops_c 4 <<< '
{{ _ "Hello {name}" name=n->html }}'

# ---- structure ----
stops 4 'never ended' <<< '<p>
{{ if n->done }}x</p>'
stops 3 'never ended' <<< '{{ each r in notes }}{{ if r->done }}{{ end }}'
stops 4 'without {{ if }}' <<< '
{{ end }}'
stops 3 'without {{ if }}' <<< '{{ else }}'
stops 3 'second {{ else }}' <<< '{{ if n->done }}{{ else }}{{ else }}{{ end }}'
stops 3 'same place' <<< '{{ if n->done }}<p title="{{ end }}">x</p>'
stops 3 'same place' <<< '<p {{ if n->done }}title="a{{ else }}class="b"{{ end }}>x</p>'
stops 3 'blank is missing' <<< '<option {{ if n->done }}selected{{ end }}class="b">x</option>'
stops 3 'blank is missing' <<< '<option{{ if n->done }}selected{{ end }}>x</option>'
stops 3 'written out' <<< '<{{ if n->done }}b{{ else }}i{{ end }}>x'
stops 3 'blank is missing' <<< '<p title="a"class="b">x</p>'
stops 4 'not closed' <<< '
{{ n->body'
stops 4 'ends inside' <<< '<p title="x'
stops 3 '&lt;' <<< 'a < b'
stops 3 'is a page' <<< '{{ use x(notes) }}'
stops 3 'each x in rows' <<< '{{ each notes }}{{ end }}'
stops 3 'in a layout' <<< '{{ content }}'
stops 3 'before its markup' <<< '{{ title n->body }}'
stops 3 'one page' <<< '{{ part y() }}'
stops 3 'before page' <<< '{{ include "x.h" }}'
head='<p>{{ page x() }}' stops 1 'begins with' <<< ''
head='{{ page x() }}' stops 1 'comes before any markup' <<< '<p>'
head='{{ page x() }}' stops 1 'needs a {{ title }}' <<< ''
head='{{ page x(int) }}{{ title S("a") }}' stops 1 'a type and a name' <<< ''
head='{{ layout begin }}' stops 2 'no {{ content }}' <<< '<p>'

# ---- texts ----
stops 3 'not given a value' <<< '{{ _ "Hello {name}" }}'
stops 3 'has no {who}' <<< '{{ _ "Hello" who=n->body }}'
stops 3 'not given a value' <<< '{{ _n "{n} note" "{n} notes of {who}" notes.n }}'
stops 3 'double quotes' <<< '{{ _ n->body }}'
stops 4 'other plural forms' <<< '{{ _n "{n} note" "{n} notes" notes.n }}
{{ _ "{n} note" n=n->body }}'
stops 3 'one text' <<< '{{ use p(_("a" "b")) }}'

# ---- what is written ----
writes '[Title]<p>a&lt;b 7 1 <i>x</i></p>' <<< '<p>{{ n->body }} {{ n->id }} {{ n->flags }} {{ raw n->html }}</p>'
writes '[Title]<a href="/x?a=1&amp;b=2" title="/x?a=1&amp;b=2">x</a><a href="/n/7/c%2Fd%20e?to=%2Fx%3Fa%3D1%26b%3D2">y</a>' <<< \
    '<a href="{{ n->link }}" title="{{ n->link }}">x</a><a href="/n/{{ n->id }}/{{ notes.row[1].body }}?to={{ n->link }}">y</a>'
writes '[Title]<a href="a%3Cb">x</a>' <<< '<a href="{{ n->body }}">x</a>'
writes '[Title]<ul>
<li class="done">a&lt;b 1</li>
<li>c/d e 2</li>
</ul>
<p>none</p>' <<< '<ul>
  {{ each r in notes }}
    <li{{ if r->done }} class="done"{{ end }}>{{ r->body }} {{ r_i + 1 }}</li>
  {{ else }}
    <li>none</li>
  {{ end }}
</ul>
{{ -- not here }}
{{ each r in none }}
<p>{{ r->body }}</p>
{{ else }}
<p>none</p>
{{ end }}'
writes '[Title]b <option selected>c</option><option value="1" ></option>' <<< \
    '{{ if !n->done }}a{{ else if n->body }}b{{ else }}c{{ end }} <option {{ if n }}selected{{ end }}>c</option><option value="1" {{ if none.n }}selected{{ end }}></option>'
writes '[Title]<form method="post" action="/x"><csrf><input></form><form method=POST><csrf></form><form></form>' <<< \
    '<form method="post" action="/x"><input></form><form method=POST></form><form></form>'
writes '[Title]<p>a b
c</p> <pre>  a
   b</pre>
<textarea>
  a&lt;b
</textarea>' <<< '<p>a     b
      c</p>  <pre>  a
   b</pre>


<textarea>
  {{ n->body }}
</textarea>'
writes '[Title]Hello, {name}(name=a&lt;b) {n} note of {who}#1(who=~7) {n} notes#2 <i>Hi &quot;you&quot;</i><b title="Hello"></b>' <<< \
    '{{ _ "Hello, {name}" name=n->body }} {{ _n "{n} note of {who}" "{n} notes of {who}" 1 who=n->id }} {{ _n "{n} note" "{n} notes" notes.n }} {{ use p(_("Hi \"you\"")) }}<b title="{{ _ "Hello" }}"></b>'
writes '{"notes":2,"n":"7"}' json <<< '<p>never</p>'

# ---- structs ----
# declared TEXT stops…      with TEXT, from line 1, before the page
declared() { local text=$1; shift; head=$text$'\n'$head "$@" <<< ''; }
declared '{{ struct Stop }}
str title;' stops 1 'never ended'
declared '{{ struct Stop }}
str title; /* {{ end }} */' stops 1 'never ended'
declared '{{ struct Stop }}
str title; // {{ end }}
{{ title S("x") }}' stops 1 'never ended'
declared '{{ struct Stop }}
str title
{{ end }}' stops 2 "';' is missing after title"
declared '{{ struct Stop }}
str title[2];
{{ end }}' stops 2 "';' is missing after title"
declared '{{ struct Stop }}
str title;
unsigned int n;
{{ end }}' stops 3 "';' is missing after int"
declared '{{ struct Stop }}
str title;
hidden ;
{{ end }}' stops 3 'a type, a name'
declared '{{ struct Stop }}
str a, *b;
{{ end }}' stops 2 'a type, a name'
declared '{{ struct Stop }}
str a as ;
{{ end }}' stops 2 'a type, a name'
declared '{{ struct Stop }}
/* nothing */
{{ end }}' stops 1 'without fields'
declared '{{ struct Stop of things }}
str title;
{{ end }}' stops 1 'write {{ struct Name }}'
declared '{{ struct Stop }}
str title;
{{ end }}
{{ struct Stop }}
str title;
{{ end }}' stops 4 'Stop stands at x.html:1 already'
declared '{{ rows Stops of Stop }}
{{ rows Stops of Note }}' stops 2 'Stops stands at x.html:1 already'
declared '{{ rows Stops }}' stops 1 'write {{ rows Names of Name }}'
declared '{{ struct Stop }}
str a;
{{ end }} str b;' stops 3 'begins with'
stops 3 'before page or part' <<< '{{ struct Stop }}
str a;
{{ end }}'
stops 4 'before page or part' <<< '<p>x</p>
{{ rows Stops of Note }}'
head='{{ page x() }}
{{ struct Stop }}' stops 2 'before page or part' <<< ''

include='{{ include "web/web.h" }}'
declared '{{ struct Stop }}
str title;
Stpo next;
{{ end }}' stops_c 3
declared '{{ struct Stop }}
str title;
bool title;
{{ end }}' stops_c 3
declared '{{ struct Stop }}
bool a;
hidden const Stpo *next;
{{ end }}' stops_c 3
declared '{{ struct Stop }}
Note note;
{{ end }}' stops_c 2                                     # known only once it is included
declared "$include"'
{{ struct Stop }}
bool a;
Mute mute;
{{ end }}' stops_c 4                                     # has no Mute_json
declared "$include"'
{{ struct Stop }}
bool a;
optional Mute mute;
{{ end }}' stops_c 4
declared "$include"'
{{ struct Stop }}
bool a;
optional Note note;
{{ end }}' stops_c 4                                     # never empty
declared '{{ struct Stop }}
Stop inside;
{{ end }}' stops_c 2
declared '
{{ rows Stops of Stpo }}' stops_c 2
head='{{ struct Stop }}
str title;
{{ end }}
'"${head/const Note/const Stop}" stops_c 6 <<< '<p>{{ n->titel }}</p>'

cat > shown.c << 'END'
#include "t_views.h"
static Stop early;                                       /* whole without the house */
#include "run.c"
void Kind_json(Json *j, str key, Kind kind) { json_str(j, key, kind == GOOD ? S("good") : S("none")); }
static void show(Out *o)
{
    Json j = json_to(o);
    Note note = { .id = 7 };
    Leg leg[] = { { S("Đà Nẵng"), 1 }, { S("Lae"), 2 } };
    str word[] = { S("a"), S("b") };
    early = (Stop){ 3, 1LL << 60, 5, S("T"), S("C"), { S("/x") }, 0.5, 2, true };
    Trip trip = { .title = S("\"q\""), .body = { S("<i>") }, .legs = { leg, 2 }, .first = leg[1], .note = note, .notes = { &note, 1 },
                  .kind = GOOD, .open = true };
    Trip_json(&j, S(""), &trip);
    trip = (Trip){ .stop = &early, .wrong = S("no"), .other = { leg, 1 }, .maybe = GOOD, .words = { word, 2 }, .up = &note };
    Trip_json(&j, S(""), &trip);
}
int main(void)
{
    static Region region;
    static Landing landing;
    if (!region_open(&region, 1 << 20)) return 1;
    Arena arena = region_arena(&region, &landing);
    Out out;
    out_init(&out, &arena, 64);
    show(&out);
    fwrite(out.p, 1, (size_t)out.n, stdout);
    return 0;
}
END
sed -i 's/^int main/__attribute__((unused)) static int page_main/' run.c
head='{{ struct Stop }}
int64_t  id;                          // a text, as a browser'"'"'s number loses its end
int64_t  version_id as version, at;   /* hidden str no; {{ if }} */
str      title, /* and */ course;
Url      href;
double   share; int tries; bool begun;
{{ end }}
{{ -- What comes next sees the house. }}
{{ include "web/web.h" }}
{{ struct Trip }}
str                  title;
Html                 body;
optional const Stop *stop;
optional str         wrong as error;
Legs                 legs;
optional Legs        other;
Leg                  first;
Note                 note;
Notes                notes;
Kind                 kind;
optional Kind        maybe as second;
hidden bool          open;
Words                words;
const Note          *up;
{{ end }}
{{ rows Legs of Leg }} {{ rows Words of str }}
{{ struct Leg }} str port; int64_t days; {{ end }}
'"$head" page <<< '<p>x</p>'
if makes shown.c; then ./run > log 2>&1; fi
want='{"title":"\"q\"","body":"<i>","legs":[{"port":"Đà Nẵng","days":1},{"port":"Lae","days":2}],"first":{"port":"Lae","days":2},"note":"7","notes":1,"kind":"good","words":[],"up":null}'
want+=',{"title":"","body":"","stop":{"id":"3","version":"1152921504606846976","at":5,"title":"T","course":"C","href":"/x","share":0.5,"tries":2,"begun":true},"error":"no","legs":[],"other":[{"port":"Đà Nẵng","days":1}],"first":{"port":"","days":0},"note":"0","notes":0,"kind":"none","second":"good","words":["a","b"],"up":"7"}'
if [ "$(cat log)" = "$want" ]; then good; else bad "expected: $want"; fi
if grep -q "a text, as a browser's number loses its end" t_views.h && ! grep -q 'struct Trip {' t_views.h; then good; else bad "t_views.h is wrong"; fi

# ---- what is listed for translators ----
page <<< '{{ _ "Hello" }}
{{ _n "{n} note" "{n} notes" notes.n }}{{ _ "Hello" }}'
if ./tmplgen . t x.html p.html > log 2>&1 && msgfmt --check-format -o /dev/null t.pot 2> log && cat t.pot > log &&
    [ "$(grep -A2 'x.html:3' t.pot | tr '\n' ' ')" = '#: x.html:3 #: x.html:4 msgid "Hello" ' ] && grep -q '^msgid_plural "{n} notes"$' t.pot
then good; else bad "the list of texts is wrong"; fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
