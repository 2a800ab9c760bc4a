/* tmplgen - compiles pages to C. Small, in C, run by the build. The language is poor on purpose: value, if, each, use, text.
 *
 *   tmplgen OUTDIR PREFIX FILE.html…        modules/learn/pages/x.html -> OUTDIR/learn_pages.h, learn_pages.c
 *
 * A file begins with what it is and ends with the file:
 *
 *   {{ page show(const disputes_by_id_row *d, disputes_replies_rows replies) }}     Reply disputes_show(Request *rq, …)
 *   {{ title _ "Dispute {name}" name=d->title }}           the page's title; comes before any markup
 *   {{ part crumb(str title) }}                            void disputes_crumb(Request *rq, str title)
 *   {{ layout begin }} … {{ content }} … (app/layout.html)  layout_begin(rq), layout_end(rq)
 *   {{ include "learn/learn.h" }}                          before page or part: where the types are declared
 *
 *   {{ expr }}                 a C expression: str, a number, Url; escaped for the place it stands in. Html is refused
 *   {{ raw expr }}             only Html
 *   {{ if expr }} {{ else if expr }} {{ else }} {{ end }}
 *   {{ each r in rows }} … {{ else }} (none) … {{ end }}        rows: { T *row; ptrdiff_t n; }; r is a const T *, r_i its index
 *   {{ use crumb(d->title) }}                              a part of this module, or of the kernel (field, button, …), or
 *                                                          module.part: {{ use quiz.questions(set) }}
 *   {{ _ "Text" }}  {{ _ "Hello {name}" name=expr }}  {{ _n "{n} reply" "{n} replies" expr }}     translated, escaped
 *   {{ -- remark }}
 *   in an expression, _("Text") is the translated text as str
 *
 * Places: inside a tag a value must stand in a quoted attribute; in href, src, action, formaction, poster and cite it is
 * percent-escaped unless it is a Url; in <script>, <style>, on* and style attributes any value stops the build. A
 * <form method="post"> gets the CSRF field. Runs of white space between tags become one blank or newline.
 *
 * JSON: for `page`, the same function writes the arguments as a JSON document when rq->wants_json: str, numbers, bool, Url and
 * Html by type, T or const T * by T_json(Json *, str key, T or const T *). An argument written as `hidden T x` is left out.
 *
 * Errors name the template's line; the generated C carries #line, so the compiler's do too. Texts are listed for
 * translators in OUTDIR/PREFIX.pot with the template's lines. The literal markup of each module is also listed for the
 * shared compression dictionary (PREFIX_pages_literals). */
